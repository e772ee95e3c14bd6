/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xapid-domain: runs one operation after another for the core, which speaks
 * frames over descriptor 3. It has no network and no database; when it dies,
 * one operation is repeated by a fresh one.
 *
 * Needs, and keeps: its state folder (simulator); later the hypercall device
 * and xenstore (libxl). */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "domain/domain.h"
#include "domain/sim_private.h"
#include "model/frame.h"
#include "lib/file.h"
#include "lib/log.h"

#define CORE_FD 3
#define REMEMBERED 256u

struct worker {
	const struct domain_driver *driver;
	void *context;
	struct frame_reader in;
	/* The last answers: a request that comes again is not done again. */
	struct {
		uint64_t task;
		uint32_t step;
		struct bytes answer;
	} memory[REMEMBERED];
	unsigned next;
};

static const struct op_row {
	const char *name;
	size_t offset; /* of the function in struct domain_driver */
} op_table[] = {
#define OP(name)                                                               \
	{                                                                      \
#name, offsetof(struct domain_driver, name)                    \
	}
	OP(create),
	OP(unpause),
	OP(pause),
	OP(shutdown),
	OP(destroy),
	OP(suspend),
	OP(resume),
	OP(checkpoint),
	OP(plug),
	OP(unplug),
	OP(set_memory),
	OP(set_vcpus),
	OP(list),
	OP(order),
#undef OP
};

static domain_fn *
find_op(const struct domain_driver *driver, const char *name)
{
	for (size_t i = 0; i < sizeof(op_table) / sizeof(op_table[0]); i++)
		if (strcmp(op_table[i].name, name) == 0)
			return *(domain_fn *const *)((const char *)driver +
			    op_table[i].offset);
	return NULL;
}

/* ---- answers ---- */

static void
send_bytes(const void *p, size_t len)
{
	if (file_write_full(CORE_FD, p, len) < 0)
		_exit(0); /* the core is gone */
}

static struct bytes *
find_answer(struct worker *w, const struct frame *f)
{
	for (unsigned i = 0; i < REMEMBERED; i++)
		if (w->memory[i].answer.len && w->memory[i].task == f->task &&
		    w->memory[i].step == f->step && f->task)
			return &w->memory[i].answer;
	return NULL;
}

static struct bytes *
remember(struct worker *w, const struct frame *f)
{
	unsigned i = w->next++ % REMEMBERED;

	bytes_free(&w->memory[i].answer);
	w->memory[i].task = f->task;
	w->memory[i].step = f->step;
	return &w->memory[i].answer;
}

static void
pack_answer(const struct frame *request, const struct domain_op *op, int rc,
    struct bytes *out)
{
	struct value errors[1 + DOMAIN_ERROR_PARAMS];
	struct frame f = {
		.type = rc < 0 ? FRAME_ERROR : FRAME_REPLY,
		.task = request->task,
		.step = request->step,
		.body = op->result,
	};

	for (unsigned i = 0; rc < 0 && i < op->nerror; i++)
		errors[i] = (struct value){ .kind = VALUE_STRING,
			.n = (uint32_t)strlen(op->error[i]),
			.s = op->error[i] };
	if (rc < 0)
		f.body = (struct value){ .kind = VALUE_ARRAY,
			.n = op->nerror,
			.items = errors };
	frame_pack(&f, out);
	if (out->failed)
		_exit(1); /* no memory: a fresh worker will do better */
}

/* ---- orders (simulator only) ---- */

static void
hang(void)
{
	for (;;)
		pause();
}

/* Before the work. True: answered already. */
static bool
obey_before(const char *order)
{
	static const char nonsense[64] = "this is no frame";

	if (!order)
		return false;
	if (strcmp(order, "exit") == 0)
		_exit(1);
	if (strcmp(order, "abort") == 0)
		abort();
	if (strcmp(order, "hang") == 0)
		hang();
	if (strcmp(order, "wrong") == 0) {
		send_bytes(nonsense, sizeof(nonsense));
		return true;
	}
	return false;
}

static void
obey_after(const char *order, const struct bytes *answer)
{
	if (!order)
		return;
	if (strcmp(order, "after") == 0)
		_exit(1);
	if (strcmp(order, "half") == 0) {
		send_bytes(answer->p, answer->len / 2);
		_exit(1);
	}
}

/* ---- requests ---- */

static int
run_op(struct worker *w, struct domain_op *op, const char *order)
{
	domain_fn *fn;

	if (order && strcmp(order, "error") == 0)
		return domain_fail(op, "INTERNAL_ERROR",
		    "The simulator was ordered to fail", NULL);
	if (op->args->kind != VALUE_STRUCT)
		return domain_fail(op, "INTERNAL_ERROR",
		    "The request is no struct", NULL);
	fn = find_op(w->driver, op->name);
	if (!fn)
		return domain_fail(op, "NOT_IMPLEMENTED", op->name, NULL);
	return fn(w->context, op);
}

static void
serve(struct worker *w, const struct frame *f, struct arena *a)
{
	struct domain_op op = { .arena = a, .args = &f->body };
	struct bytes *answer = find_answer(w, f);
	const char *order = NULL;
	int rc;

	if (answer) {
		send_bytes(answer->p, answer->len);
		return;
	}
	op.name = domain_arg_text(&op, "op", "");
	op.uuid = domain_arg_text(&op, "uuid", "");
	if (w->driver == &domain_sim && strcmp(op.name, "order") != 0)
		order = sim_order_for(w->context, op.name);
	if (obey_before(order))
		return;
	rc = run_op(w, &op, order);
	answer = remember(w, f);
	pack_answer(f, &op, rc, answer);
	obey_after(order, answer);
	send_bytes(answer->p, answer->len);
}

static int
serve_all(struct worker *w, struct arena *a)
{
	struct frame f;
	int r;

	while ((r = frame_next(&w->in, a, &f)) == 1) {
		if (f.type == FRAME_REQUEST)
			serve(w, &f, a);
		arena_reset(a);
	}
	return r;
}

static int
loop(struct worker *w)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);

	if (!a)
		return 1;
	while (frame_read(&w->in, CORE_FD) == 1)
		if (serve_all(w, a) < 0)
			return 1;
	return 0;
}

static const struct domain_driver *const drivers[] = { &domain_sim };

static const struct domain_driver *
find_driver(const char *name)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(drivers[i]->name, name) == 0)
			return drivers[i];
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct worker w;
	struct domain_options options = { 0 };
	char err[256];

	log_open("stderr", "xapid-domain", LOG_L_INFO);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_DUMPABLE, 0);
	if (argc != 3 || !(w.driver = find_driver(argv[1]))) {
		fprintf(stderr,
		    "xapid-domain is started by xapid: "
		    "xapid-domain DRIVER STATE-FOLDER\n");
		return 2;
	}
	options.state_dir = argv[2];
	w.context = w.driver->open(&options, err, sizeof(err));
	if (!w.context) {
		log_err("%s", err);
		return 1;
	}
	return loop(&w);
}

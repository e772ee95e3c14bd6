/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "worker/worker.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/log.h"
#include "lib/moment.h"
#include "lib/sandbox.h"
#include "model/frame.h"
#include "worker/obey.h"

#define REMEMBERED 256u

/* A request that waits for its turn, with an arena of its own. */
struct waiting {
	struct arena *arena;
	struct frame frame;
	bool cancelled;
	struct waiting *next;
};

/* One loop a process: it owns descriptor 3. */
static struct {
	pthread_mutex_t lock, out;
	pthread_cond_t more;
	struct waiting *first, **last; /* lock */
	struct waiting *running;       /* lock; cancelled is set under it */
	bool over;                     /* lock: the core is gone */
	/* The serving thread's own. */
	struct {
		uint64_t task;
		uint32_t step;
		struct bytes answer;
	} memory[REMEMBERED];
	unsigned next;
} loop = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.out = PTHREAD_MUTEX_INITIALIZER,
	.more = PTHREAD_COND_INITIALIZER,
	.last = &loop.first,
};

/* ---- out ---- */

static void
send_bytes(const void *p, size_t len)
{
	pthread_mutex_lock(&loop.out);
	if (file_write_full(WORKER_FD, p, len) < 0)
		_exit(0); /* the core is gone */
	pthread_mutex_unlock(&loop.out);
}

static void
send_frame(const struct frame *f)
{
	struct bytes b = { 0 };

	frame_pack(f, &b);
	if (!b.failed)
		send_bytes(b.p, b.len);
	bytes_free(&b);
}

void
worker_event(const struct value *body)
{
	const struct frame f = { FRAME_EVENT, 0, 0, *body };

	send_frame(&f);
}

void
op_progress(const struct op *op, double progress)
{
	const struct frame f = { FRAME_PROGRESS, op->task, op->step,
		{ .kind = VALUE_DOUBLE, .d = progress } };

	if (op->worker)
		send_frame(&f);
}

bool
op_cancelled(const struct op *op)
{
	bool cancelled;

	if (!op->worker)
		return false;
	pthread_mutex_lock(&loop.lock);
	cancelled = loop.running && loop.running->cancelled;
	pthread_mutex_unlock(&loop.lock);
	return cancelled;
}

/* ---- in: the reading thread ---- */

static void
enqueue(struct waiting *m)
{
	pthread_mutex_lock(&loop.lock);
	*loop.last = m;
	loop.last = &m->next;
	pthread_cond_signal(&loop.more);
	pthread_mutex_unlock(&loop.lock);
}

static bool
is_named(const struct waiting *m, const struct frame *f)
{
	return m->frame.task == f->task && m->frame.step == f->step;
}

/* loop.lock is held. */
static void
cancel_running(struct worker *w)
{
	if (!loop.running || loop.running->cancelled)
		return;
	loop.running->cancelled = true;
	if (w->cancel)
		w->cancel(w->context);
}

static void
cancel(struct worker *w, const struct frame *f)
{
	pthread_mutex_lock(&loop.lock);
	for (struct waiting *m = loop.first; m; m = m->next)
		if (is_named(m, f))
			m->cancelled = true;
	if (loop.running && is_named(loop.running, f))
		cancel_running(w);
	pthread_mutex_unlock(&loop.lock);
}

/* The next frame with an arena of its own. NULL: none is whole yet, or *r_r
 * is -1: what came is no frame, or no memory. */
static struct waiting *
next_frame(struct frame_reader *in, int *r_r)
{
	struct arena *a = arena_new(0);
	struct waiting *m = a ? arena_alloc(a, sizeof(*m)) : NULL;

	*r_r = -1;
	if (m) {
		*m = (struct waiting){ .arena = a };
		*r_r = frame_next(in, a, &m->frame);
	}
	if (*r_r == 1)
		return m;
	arena_free(a);
	return NULL;
}

static void *
read_requests(void *arg)
{
	struct worker *w = arg;
	struct frame_reader in = { 0 };
	struct waiting *m;
	int r = 0;

	while (r >= 0 && frame_read(&in, WORKER_FD) == 1)
		while ((m = next_frame(&in, &r))) {
			if (m->frame.type == FRAME_REQUEST) {
				enqueue(m);
				continue;
			}
			if (m->frame.type == FRAME_CANCEL)
				cancel(w, &m->frame);
			arena_free(m->arena);
		}
	frame_reader_free(&in);
	pthread_mutex_lock(&loop.lock);
	loop.over = true;
	cancel_running(w);
	pthread_cond_signal(&loop.more);
	pthread_mutex_unlock(&loop.lock);
	return NULL;
}

/* ---- answers ---- */

static struct bytes *
find_answer(const struct frame *f)
{
	for (unsigned i = 0; i < REMEMBERED; i++)
		if (loop.memory[i].answer.len &&
		    loop.memory[i].task == f->task &&
		    loop.memory[i].step == f->step && f->task)
			return &loop.memory[i].answer;
	return NULL;
}

static struct bytes *
remember(const struct frame *f)
{
	unsigned i = loop.next++ % REMEMBERED;

	bytes_free(&loop.memory[i].answer);
	loop.memory[i].task = f->task;
	loop.memory[i].step = f->step;
	return &loop.memory[i].answer;
}

static void
pack_answer(const struct op *op, int rc, struct bytes *out)
{
	struct value errors[1 + OP_ERROR_PARAMS];
	struct frame f = {
		.type = rc < 0 ? FRAME_ERROR : FRAME_REPLY,
		.task = op->task,
		.step = op->step,
		.body = op->result,
	};

	for (unsigned i = 0; rc < 0 && i < op->nerror; i++)
		errors[i] = value_of_text(op->error[i]);
	if (rc < 0)
		f.body = (struct value){ .kind = VALUE_ARRAY,
			.n = op->nerror,
			.items = errors };
	frame_pack(&f, out);
	if (out->failed)
		_exit(1); /* no memory: a fresh worker will do better */
}

/* ---- the serving thread ---- */

static int
run_op(struct worker *w, struct op *op, const char *order)
{
	op_fn *fn;
	int rc;

	if (order && strcmp(order, "error") == 0)
		return op_fail(op, "INTERNAL_ERROR",
		    "The worker was ordered to fail", NULL);
	if (op->args->kind != VALUE_STRUCT)
		return op_fail(op, "INTERNAL_ERROR", "The request is no struct",
		    NULL);
	if (op_cancelled(op))
		return op_fail(op, "TASK_CANCELLED", NULL);
	fn = w->find(w, op->name);
	if (!fn)
		return op_fail(op, "NOT_IMPLEMENTED", op->name, NULL);
	if (w->enter && w->enter(w->context, op) < 0)
		return -1;
	rc = fn(w->context, op);
	if (w->leave)
		w->leave(w->context, op);
	return rc;
}

static void
serve(struct worker *w, struct waiting *m)
{
	const struct frame *f = &m->frame;
	struct op op = {
		.worker = w,
		.arena = m->arena,
		.args = &f->body,
		.task = f->task,
		.step = f->step,
	};
	struct bytes *answer = find_answer(f);
	const char *order = NULL;
	int rc;

	if (answer) {
		send_bytes(answer->p, answer->len);
		return;
	}
	op.name = op_text(&op, "op", "");
	op.uuid = op_text(&op, "uuid", "");
	if (w->order && strcmp(op.name, "order") != 0)
		order = w->order(w->context, op.name);
	if (obey_before(order))
		return;
	moment("worker", op.name, "to do");
	rc = run_op(w, &op, order);
	if (rc < 0 && !op.nerror)
		(void)op_fail(&op, "INTERNAL_ERROR",
		    "The worker failed without a reason", NULL);
	moment("worker", op.name, "done");
	answer = remember(f);
	pack_answer(&op, rc, answer);
	obey_after(order, answer);
	send_bytes(answer->p, answer->len);
}

/* Also when what it sent before has not been read yet. */
static bool
core_is_gone(void)
{
	struct pollfd fd = { .fd = WORKER_FD };

	return loop.over || (poll(&fd, 1, 0) > 0 && fd.revents & POLLHUP);
}

/* NULL: the core is gone. */
static struct waiting *
take_next(void)
{
	struct waiting *m;

	pthread_mutex_lock(&loop.lock);
	while (!loop.first && !loop.over)
		pthread_cond_wait(&loop.more, &loop.lock);
	/* Nobody would hear of it, and the next core asks again. */
	m = core_is_gone() ? NULL : loop.first;
	if (m) {
		loop.first = m->next;
		if (!loop.first)
			loop.last = &loop.first;
	}
	loop.running = m;
	pthread_mutex_unlock(&loop.lock);
	return m;
}

static void
done(struct waiting *m)
{
	pthread_mutex_lock(&loop.lock);
	loop.running = NULL;
	pthread_mutex_unlock(&loop.lock);
	arena_free(m->arena);
}

int
worker_serve(struct worker *w)
{
	struct waiting *m;
	pthread_t reader;

	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_DUMPABLE, 0);
	moments_inherit();
	if (w->sandbox && sandbox_filter(SANDBOX_WORKER) < 0) {
		log_err("cannot give up system calls: %m");
		return 1;
	}
	if (pthread_create(&reader, NULL, read_requests, w) != 0)
		return 1;
	while ((m = take_next())) {
		serve(w, m);
		done(m);
	}
	pthread_join(reader, NULL);
	return 0;
}

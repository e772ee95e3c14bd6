/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "call/call_private.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/refmap.h"
#include "call/task.h"

#define REQUEST_DEADLINE_MS 60000
#define MAX_NOTES 32

/* A request of a step that is under way. */
struct plan_request {
	struct request request; /* first */
	struct running *plan;
	int (*reply)(struct plan *p, const struct value *answer);
};

struct running {
	struct plan plan; /* first: steps see only this */
	struct plans *all;
	uint64_t number;
	struct ref row; /* of the journal; null: not begun */
	unsigned step;
	bool undoing, failed; /* failed: the present send or its answers */
	const char *names[MAX_NOTES], *values[MAX_NOTES]; /* arena */
	uint32_t nargs;
	/* Requests in flight, and one while send() runs. */
	pthread_mutex_t lock;
	unsigned parts, sent;
	bool resumed;
	struct running *next; /* waits behind this one for the object */
};

struct plans {
	struct core *core;
	pthread_mutex_t lock;
	struct refmap busy; /* object: the plan whose turn it is */
	bool abandoned;     /* at the daemon's end: the journal goes on later */
	uint64_t next_number;
};

static void plan_begin(void *arg);
static void plan_step(void *arg);
static void plan_answered(void *arg);
static void plan_end(struct running *r);

static struct running *
running_of(const struct plan *p)
{
	return (struct running *)(uintptr_t)p;
}

static bool
is_abandoned(struct plans *ps)
{
	bool abandoned;

	pthread_mutex_lock(&ps->lock);
	abandoned = ps->abandoned;
	pthread_mutex_unlock(&ps->lock);
	return abandoned;
}

/* Forgets a plan and those behind it, but not what the journal says of them:
 * the next daemon goes on there. Nobody waits for the calls any more. */
static void
plan_abandon(struct running *r)
{
	struct running *next;

	for (; r; r = next) {
		next = r->next;
		pthread_mutex_lock(&r->all->lock);
		if (refmap_get(&r->all->busy, r->plan.object) == r)
			refmap_remove(&r->all->busy, r->plan.object);
		pthread_mutex_unlock(&r->all->lock);
		call_free(r->plan.call);
		pthread_mutex_destroy(&r->lock);
		free(r);
	}
}

/* On a thread that may take the writer's turn; where none is free, here. */
static void
go_on(struct running *r, void (*fn)(void *arg))
{
	if (is_abandoned(r->all)) {
		plan_abandon(r);
		return;
	}
	if (threads_run(r->plan.core->threads, fn, r) < 0)
		fn(r);
}

/* ---- arguments ---- */

const char *
plan_arg(const struct plan *p, const char *name)
{
	const struct running *r = running_of(p);

	for (uint32_t i = 0; i < r->nargs; i++)
		if (strcmp(r->names[i], name) == 0)
			return r->values[i];
	return "";
}

struct ref
plan_arg_ref(const struct plan *p, const char *name)
{
	struct ref ref;

	return ref_parse(plan_arg(p, name), &ref) ? ref : REF_NULL;
}

int
plan_note(struct plan *p, const char *name, const char *value)
{
	struct running *r = running_of(p);
	uint32_t i = 0;

	while (i < r->nargs && strcmp(r->names[i], name) != 0)
		i++;
	if (i == MAX_NOTES)
		return call_fail_nomem(p->call);
	name = arena_strdup(p->call->arena, name);
	value = arena_strdup(p->call->arena, value);
	if (!name || !value)
		return call_fail_nomem(p->call);
	r->names[i] = name;
	r->values[i] = value;
	if (i == r->nargs)
		r->nargs++;
	return 0;
}

static struct map
args_map(const struct running *r)
{
	return (
	    struct map){ .keys = r->names, .values = r->values, .n = r->nargs };
}

/* ---- requests ---- */

static void
part_ended(struct running *r)
{
	bool last;

	pthread_mutex_lock(&r->lock);
	last = --r->parts == 0;
	pthread_mutex_unlock(&r->lock);
	if (last)
		go_on(r, plan_answered);
}

static void
request_done(struct request *request, const struct value *answer,
    const char *const *error, unsigned nerror)
{
	struct plan_request *q = (struct plan_request *)request;
	struct running *r = q->plan;
	struct call *c = r->plan.call;

	pthread_mutex_lock(&r->lock);
	if (nerror) {
		(void)call_fail(c, error[0], error + 1, nerror - 1);
		r->failed = true;
	} else if (q->reply && q->reply(&r->plan, answer) < 0) {
		r->failed = true;
	}
	pthread_mutex_unlock(&r->lock);
	free(q);
	part_ended(r);
}

static struct value
text_value(const char *s)
{
	return (struct value){ .kind = VALUE_STRING,
		.n = (uint32_t)strlen(s),
		.s = s };
}

int
plan_send(struct plan *p,
    int (*reply)(struct plan *p, const struct value *answer), const char *op,
    const char *uuid, ...)
{
	struct running *r = running_of(p);
	struct plan_request *q = fault_calloc(1, sizeof(*q));
	struct value_member m[16] = {
		{ "op", text_value(op) },
		{ "uuid", text_value(uuid) },
	};
	struct value body = { .kind = VALUE_STRUCT, .n = 2, .members = m };
	const char *name;
	va_list ap;

	if (!q)
		return call_fail_nomem(p->call);
	va_start(ap, uuid);
	while (body.n < 16 && (name = va_arg(ap, const char *))) {
		m[body.n].name = name[0] == '#' ? name + 1 : name;
		if (name[0] == '#')
			m[body.n].value = (struct value){ .kind = VALUE_INT,
				.i = va_arg(ap, int64_t) };
		else
			m[body.n].value = text_value(va_arg(ap, const char *));
		body.n++;
	}
	va_end(ap);
	q->plan = r;
	q->reply = reply;
	q->request.task = r->number;
	q->request.deadline_ms = REQUEST_DEADLINE_MS;
	q->request.done = request_done;
	pthread_mutex_lock(&r->lock);
	q->request.step =
	    r->step << 16 | (r->undoing ? 0x8000u : 0) | r->sent++;
	r->parts++;
	pthread_mutex_unlock(&r->lock);
	if (switch_send(p->core->switchboard, &q->request, &body) == 0)
		return 0;
	free(q);
	pthread_mutex_lock(&r->lock);
	r->parts--; /* ours while send() runs: never the last */
	pthread_mutex_unlock(&r->lock);
	return call_fail_nomem(p->call);
}

void
plan_progress(struct plan *p, double progress)
{
	task_progress(p->call, progress);
}

/* ---- the journal ---- */

static int
journal_begin(struct running *r, struct tx *t)
{
	char object[REF_CHARS + 1];
	struct plan_journal row;

	record_defaults(&class_table[CLASS_plan_journal], &row.r);
	ref_format(r->plan.object, object);
	row.kind = r->plan.kind->name;
	row.object = object;
	row.task = r->plan.call->task;
	row.number = (int64_t)r->number;
	row.args = args_map(r);
	return tx_insert(t, &row.r, &r->row);
}

static int
journal_move(struct running *r, struct tx *t)
{
	struct map args = args_map(r);
	int64_t step = r->step;

	TX_SET(t, plan_journal, plan_journal, r->row, step, step);
	TX_SET(t, plan_journal, plan_journal, r->row, undoing, r->undoing);
	return TX_SET(t, plan_journal, plan_journal, r->row, args, args);
}

/* Any transaction of a plan: durable before fn goes on. A refused one fails
 * the plan; once it is being taken back nothing can fail it further, so that
 * is only logged. */
struct committing {
	struct running *r;
	void (*fn)(void *arg);
};

static void
committed(void *arg, const struct db_error *error)
{
	struct committing *k = arg;
	struct running *r = k->r;
	void (*fn)(void *) = k->fn;

	free(k);
	if (error) {
		log_err("plan %s: %s", r->plan.kind->name, error->code);
		(void)call_fail_tx(r->plan.call, error);
		r->failed = true;
	}
	go_on(r, fn);
}

static void
commit(struct running *r, struct tx *t, void (*fn)(void *arg))
{
	struct committing *k = fault_malloc(sizeof(*k));

	if (!k) {
		(void)call_fail_nomem(r->plan.call);
		r->failed = true;
		tx_abort(t);
		go_on(r, fn);
		return;
	}
	*k = (struct committing){ r, fn };
	tx_commit(t, committed, k);
}

/* ---- the turn ---- */

static void
plan_free(struct running *r)
{
	pthread_mutex_destroy(&r->lock);
	if (r->resumed)
		call_free(r->plan.call);
	free(r);
}

/* The next plan of the object, if one waits. */
static void
pass_turn(struct running *r)
{
	struct plans *ps = r->all;
	struct running *next;

	pthread_mutex_lock(&ps->lock);
	next = r->next;
	if (next)
		(void)refmap_put(&ps->busy, r->plan.object, next);
	else
		refmap_remove(&ps->busy, r->plan.object);
	pthread_mutex_unlock(&ps->lock);
	if (next)
		go_on(next, plan_begin);
}

static void
plan_over(void *arg)
{
	struct running *r = arg;
	struct call *c = r->plan.call;
	bool resumed = r->resumed;

	pass_turn(r);
	if (resumed && !ref_is_null(c->task))
		task_end(c->core, c->task, "", c->error, c->nerror);
	plan_free(r);
	if (!resumed)
		call_unpark(c);
}

/* ---- steps ---- */

static const struct step *
present(const struct running *r)
{
	return &r->plan.kind->steps[r->step];
}

/* After a step: to the next one, or back, or to the end. */
static void
plan_next(void *arg)
{
	struct running *r = arg;

	if (!r->undoing) {
		if (!r->failed && atomic_load(&r->plan.call->cancelled) &&
		    !ref_is_null(r->plan.call->task)) {
			(void)fail_task_cancelled(r->plan.call,
			    call_ref_text(r->plan.call, r->plan.call->task));
			r->failed = true;
		}
		if (r->failed) {
			r->undoing = true;
			plan_step(r);
			return;
		}
		r->step++;
		if (present(r)->name)
			plan_step(r);
		else
			plan_end(r);
		return;
	}
	if (r->step == 0) {
		plan_end(r);
		return;
	}
	r->step--;
	plan_step(r);
}

/* Every request of the step is answered: what it changes. */
static void
plan_answered(void *arg)
{
	struct running *r = arg;
	int (*apply)(struct plan *, struct tx *);
	struct tx *t;

	if (r->failed && !r->undoing) {
		plan_next(r);
		return;
	}
	apply = r->undoing ? present(r)->undo_apply : present(r)->apply;
	if (!apply) {
		plan_next(r);
		return;
	}
	t = call_begin(r->plan.call);
	if (!t || apply(&r->plan, t) < 0) {
		if (t && tx_error(t))
			(void)call_fail_tx(r->plan.call, tx_error(t));
		tx_abort(t);
		r->failed = true;
		plan_next(r);
		return;
	}
	/* A crash right behind this goes on with the next step. */
	r->step += r->undoing ? 0 : 1;
	(void)journal_move(r, t);
	r->step -= r->undoing ? 0 : 1;
	commit(r, t, plan_next);
}

static void
plan_step(void *arg)
{
	struct running *r = arg;
	int (*send)(struct plan *);

	r->failed = false;
	r->sent = 0;
	r->parts = 1;
	send = r->undoing ? present(r)->undo_send : present(r)->send;
	/* Answers wait until all is sent: both use the call's arena. */
	pthread_mutex_lock(&r->lock);
	if (send && send(&r->plan) < 0)
		r->failed = true;
	pthread_mutex_unlock(&r->lock);
	part_ended(r);
}

/* ---- beginning and end ---- */

static const char *
operation_key(const struct running *r, char buf[REF_CHARS + 1])
{
	struct ref key = r->plan.call->task;

	ref_format(ref_is_null(key) ? r->row : key, buf);
	return buf;
}

/* current_operations of the object, where its class has it. */
static int
mark(struct running *r, struct tx *t, bool on)
{
	const struct class_info *cls = &class_table[r->plan.kind->cls];
	const struct field *f = field_find(cls, "current_operations");
	const struct record *object = tx_get(t, cls->id, r->plan.object);
	char key[REF_CHARS + 1];
	const char *keys[] = { operation_key(r, key) };
	int op = f ? enum_find(f->type->elem->en, r->plan.kind->operation) : 0;
	struct map m = { .keys = keys, .values = &op, .n = on ? 1 : 0 };

	/* One plan an object: the map has one entry or none. */
	if (!f || !object)
		return 0;
	return tx_set(t, cls->id, r->plan.object, f->index, &m);
}

static void
plan_end(struct running *r)
{
	const struct plan_kind *kind = r->plan.kind;
	struct tx *t = call_begin(r->plan.call);
	bool ok = !r->undoing;

	if (!t) {
		log_err("plan %s: no memory to end it; the next start of "
			"the daemon does",
		    kind->name);
		plan_over(r);
		return;
	}
	(void)mark(r, t, false);
	if (kind->finish)
		(void)kind->finish(&r->plan, t, ok);
	(void)tx_destroy(t, CLASS_plan_journal, r->row);
	(void)task_end_in(t, r->plan.call);
	commit(r, t, plan_over);
}

static void
plan_first_step(void *arg)
{
	struct running *r = arg;

	if (r->failed) /* the journal entry could not be written */
		plan_over(r);
	else if (present(r)->name)
		plan_step(r);
	else
		plan_end(r);
}

static void
plan_begin(void *arg)
{
	struct running *r = arg;
	const struct plan_kind *kind = r->plan.kind;
	struct call *c = r->plan.call;
	struct tx *t = call_begin(c);

	if (!t || (kind->check && kind->check(&r->plan, t) < 0) ||
	    journal_begin(r, t) < 0 || mark(r, t, true) < 0) {
		if (t && tx_error(t))
			(void)call_fail_tx(c, tx_error(t));
		tx_abort(t);
		plan_over(r);
		return;
	}
	commit(r, t, plan_first_step);
}

static void
nothing_more(struct call *c)
{
	(void)c; /* the plan has set result and error */
}

static struct running *
plan_new(struct plans *ps, struct call *c, const struct plan_kind *kind,
    struct ref object)
{
	struct running *r = fault_calloc(1, sizeof(*r));
	pthread_mutexattr_t attr;

	if (!r)
		return NULL;
	r->plan = (struct plan){ c->core, c, kind, object };
	r->all = ps;
	/* Held around send(), which itself locks it in plan_send. */
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&r->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	return r;
}

/* True when it is this plan's turn at once. -1: no memory. */
static int
take_turn(struct plans *ps, struct running *r)
{
	struct running *before;
	int rc;

	pthread_mutex_lock(&ps->lock);
	if (!r->number)
		r->number = ps->next_number++;
	before = refmap_get(&ps->busy, r->plan.object);
	if (!before) {
		rc = refmap_put(&ps->busy, r->plan.object, r) < 0 ? -1 : 1;
	} else {
		while (before->next)
			before = before->next;
		before->next = r;
		rc = 0;
	}
	pthread_mutex_unlock(&ps->lock);
	return rc;
}

int
plan_start(struct call *c, const struct plan_kind *kind, struct ref object, ...)
{
	struct plans *ps = c->core->plans;
	struct running *r = plan_new(ps, c, kind, object);
	const char *name;
	va_list ap;
	int rc = r ? 0 : call_fail_nomem(c);

	va_start(ap, object);
	while (rc == 0 && (name = va_arg(ap, const char *)))
		rc = plan_note(&r->plan, name, va_arg(ap, const char *));
	va_end(ap);
	if (rc < 0) {
		if (r)
			plan_free(r);
		return -1;
	}
	call_park(c, nothing_more);
	rc = take_turn(ps, r);
	if (rc < 0) {
		(void)call_fail_nomem(c);
		plan_free(r);
		call_unpark(c);
		return -1;
	}
	if (rc == 1)
		plan_begin(r);
	return 0;
}

/* ---- all plans ---- */

struct plans *
plans_new(struct core *core)
{
	struct plans *ps = fault_calloc(1, sizeof(*ps));

	if (!ps)
		return NULL;
	ps->core = core;
	ps->next_number = 1;
	pthread_mutex_init(&ps->lock, NULL);
	return ps;
}

void
plans_stop(struct plans *ps, int grace_ms)
{
	int64_t until = clock_mono_ns() + grace_ms * NSEC_PER_MSEC;
	size_t busy = 1;

	if (!ps)
		return;
	while (busy && clock_mono_ns() < until) {
		pthread_mutex_lock(&ps->lock);
		busy = ps->busy.count;
		pthread_mutex_unlock(&ps->lock);
		if (busy)
			usleep(10000);
	}
	pthread_mutex_lock(&ps->lock);
	ps->abandoned = true;
	pthread_mutex_unlock(&ps->lock);
}

void
plans_free(struct plans *ps)
{
	if (!ps)
		return;
	refmap_free(&ps->busy);
	pthread_mutex_destroy(&ps->lock);
	free(ps);
}

static const struct plan_kind *
find_kind(const struct plan_kind *const kinds[], const char *name)
{
	for (; *kinds; kinds++)
		if (strcmp((*kinds)->name, name) == 0)
			return *kinds;
	return NULL;
}

/* A call that nobody waits for, to carry a resumed plan. */
static struct call *
carrier(struct core *core, const struct plan_journal *row)
{
	struct arena *a = arena_new(0);
	struct call *c = a ? call_new(core, a) : NULL;

	if (!c) {
		arena_free(a);
		return NULL;
	}
	c->own_arena = true;
	c->task = row->task;
	c->method = method_find("VM.start", strlen("VM.start"));
	c->caller.local_superuser = true;
	return c;
}

static int
resume_one(struct plans *ps, const struct plan_kind *kind,
    const struct plan_journal *row)
{
	const char *const *names = row->args.keys;
	const char *const *values = row->args.values;
	struct call *c = carrier(ps->core, row);
	struct ref object;
	struct running *r;

	if (!c || !ref_parse(row->object, &object) ||
	    !(r = plan_new(ps, c, kind, object))) {
		call_free(c);
		return -1;
	}
	r->resumed = true;
	if (!ref_is_null(c->task))
		(void)task_adopt(ps->core, c->task, c);
	r->row = row->r.self;
	r->number = (uint64_t)row->number;
	r->step = (unsigned)row->step;
	r->undoing = row->undoing;
	for (uint32_t i = 0; i < row->args.n; i++)
		(void)plan_note(&r->plan, names[i], values[i]);
	if (r->undoing)
		(void)fail_internal_error(c,
		    "The toolstack was restarted "
		    "while this was taken back");
	if (r->number >= ps->next_number)
		ps->next_number = r->number + 1;
	if (take_turn(ps, r) == 1)
		go_on(r, plan_first_step);
	return 0;
}

int
plans_resume(struct plans *ps, const struct plan_kind *const kinds[])
{
	const struct record **rows;
	uint32_t n;
	int rc = 0;

	if (db_get_all(ps->core->db, CLASS_plan_journal, &rows, &n) < 0)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		const struct plan_journal *row =
		    (const struct plan_journal *)rows[i];
		const struct plan_kind *kind = find_kind(kinds, row->kind);

		if (!kind)
			log_err("plan %s is unknown to this version; left as "
				"it is",
			    row->kind);
		else if (resume_one(ps, kind, row) < 0)
			rc = -1;
	}
	db_release_all(rows, n);
	return rc;
}

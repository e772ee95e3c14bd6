/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tasks: the life of an Async call, and the calls of class task. */
#include "task.h"

#include <stdio.h>
#include <string.h>

#include "call_private.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/refmap.h"
#include "rpc/encode.h"
#include "session.h"

#define SWEEP_INTERVAL (60 * NSEC_PER_SEC)
#define RETRY_INTERVAL (NSEC_PER_SEC / 4)

/* How a task ended, until that is durable: a disk that is full for a while
 * leaves no task pending. */
struct ending {
	enum task_status_type status;
	char *result; /* NULL: "" */
	char **error; /* malloc'd with its texts, or NULL */
	unsigned nerror;
	bool committing;
};

/* A task that something works on in this process, or whose end is not durable
 * yet. */
struct running {
	struct ref task;
	struct call *call; /* NULL: no call (task_new), or it has ended */
	char sid[96];      /* whose quota it counts for */
	void (*cancel)(void *arg);
	void *cancel_arg;
	bool cancelled, ended;
	struct ending end;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct refmap all_running; /* task: struct running; lock */

static struct {
	struct timer sweep, retry;
	struct core *core;
} work;

/* ---- rows ---- */

static void
task_row(struct core *core, const struct identity *who, const char *label,
    const char *description, struct task *row)
{
	record_defaults(&class_table[CLASS_task], &row->r);
	row->name_label = label;
	row->name_description = description;
	row->created = clock_wall_sec();
	row->session = who->session;
	row->owner = who->sid;
	row->resident_on = core->host;
	row->type = "<none/>";
	row->stunnelpid = -1;
	row->externalpid = -1;
}

/* ---- who has how many (attack A32) ---- */

static unsigned
count_running(const char *sid)
{
	struct running *r;
	unsigned n = 0;

	for (size_t i = 0; (r = refmap_next(&all_running, &i, NULL));)
		n += strcmp(r->sid, sid) == 0;
	return n;
}

static bool
is_over(enum task_status_type s)
{
	return s == TASK_STATUS_TYPE_SUCCESS || s == TASK_STATUS_TYPE_FAILURE ||
	    s == TASK_STATUS_TYPE_CANCELLED;
}

static bool
runs_here(struct ref task)
{
	bool runs;

	pthread_mutex_lock(&lock);
	runs = refmap_get(&all_running, task) != NULL;
	pthread_mutex_unlock(&lock);
	return runs;
}

struct own_tasks {
	const char *owner;
	unsigned n;
	const struct record *oldest; /* that has ended; NULL: none has */
};

static int
count_own(const struct record *r, void *arg)
{
	const struct task *task = (const struct task *)r;
	struct own_tasks *own = arg;

	if (strcmp(task->owner, own->owner) != 0)
		return 0;
	own->n++;
	if (is_over(task->status) && !runs_here(r->self) &&
	    (!own->oldest || r->created < own->oldest->created))
		own->oldest = r;
	return 0;
}

/* Room for one more task of this user: his oldest that has ended goes. It
 * fails when none has. While there are few tasks nobody is asked. */
static int
make_room(struct tx *t, struct core *core, const struct identity *who)
{
	const unsigned max = core->config->max_tasks_per_user;
	struct own_tasks own = { .owner = who->sid };

	if (db_count(core->db, CLASS_task) < max)
		return 0;
	if (tx_each(t, CLASS_task, count_own, &own) < 0)
		return -1;
	if (own.n < max)
		return 0;
	if (!own.oldest)
		return tx_fail(t, "TOO_MANY_PENDING_TASKS", 0, NULL);
	return tx_destroy(t, CLASS_task, own.oldest->self);
}

/* Notes that work on a task goes on. -1: too many, or no memory. */
static int
running_add(struct core *core, struct ref task, struct call *call,
    const struct identity *who)
{
	struct running *r = fault_calloc(1, sizeof(*r));
	int rc = -1;

	if (!r)
		return -1;
	r->task = task;
	r->call = call;
	memcpy(r->sid, who->sid, sizeof(r->sid));
	pthread_mutex_lock(&lock);
	if (all_running.count < core->config->max_tasks_per_user ||
	    count_running(r->sid) < core->config->max_tasks_per_user)
		rc = refmap_put(&all_running, task, r);
	pthread_mutex_unlock(&lock);
	if (rc < 0)
		free(r);
	return rc;
}

static void
running_free(struct running *r)
{
	if (!r)
		return;
	for (unsigned i = 0; r->end.error && i < r->end.nerror; i++)
		free(r->end.error[i]);
	free(r->end.error);
	free(r->end.result);
	free(r);
}

int
task_adopt(struct core *core, struct ref task, struct call *call)
{
	return running_add(core, task, call, &call->caller);
}

static void
running_remove(struct ref task)
{
	struct running *r;

	pthread_mutex_lock(&lock);
	r = refmap_remove(&all_running, task);
	pthread_mutex_unlock(&lock);
	running_free(r);
}

void
task_set_cancel(struct core *core, struct ref task, void (*cancel)(void *arg),
    void *arg)
{
	struct running *r;

	(void)core;
	pthread_mutex_lock(&lock);
	r = refmap_get(&all_running, task);
	if (r) {
		r->cancel = cancel;
		r->cancel_arg = arg;
	}
	pthread_mutex_unlock(&lock);
}

/* ---- the end ---- */

static int
end_row(struct tx *t, struct ref task, enum task_status_type status,
    const char *result, const char *const *error, unsigned nerror)
{
	const struct task *row = TX_GET(t, task, task, task);
	struct set info = { .items = error, .n = nerror };

	if (!row || is_over(row->status))
		return 0; /* destroyed in the meantime, or told already */
	TX_SET(t, task, task, task, status, status);
	TX_SET(t, task, task, task, finished, clock_wall_sec());
	TX_SET(t, task, task, task, progress, 1.0);
	TX_SET(t, task, task, task, result, result);
	return TX_SET(t, task, task, task, error_info, info);
}

static int
keep_error(struct ending *e, const char *const *error, unsigned n)
{
	e->error = fault_calloc(n, sizeof(*e->error));
	e->nerror = n;
	for (unsigned i = 0; e->error && i < n; i++) {
		size_t size = strlen(error[i]) + 1;

		e->error[i] = fault_malloc(size);
		if (!e->error[i])
			return -1;
		memcpy(e->error[i], error[i], size);
	}
	return e->error ? 0 : -1;
}

/* Without memory to say more, a failure that says so. */
static void
keep_ending(struct running *r, const char *result, const char *const *error,
    unsigned nerror)
{
	struct ending *e = &r->end;
	size_t size = strlen(result) + 1;
	char text[REF_CHARS + 1];
	const char *const cancelled[] = { "TASK_CANCELLED", text };

	e->status =
	    nerror ? TASK_STATUS_TYPE_FAILURE : TASK_STATUS_TYPE_SUCCESS;
	if (nerror && r->cancelled) {
		ref_format(r->task, text);
		e->status = TASK_STATUS_TYPE_CANCELLED;
		error = cancelled;
		nerror = 2;
	}
	if (nerror)
		(void)keep_error(e, error, nerror);
	else if (size > 1 && !(e->result = fault_malloc(size)))
		e->status = TASK_STATUS_TYPE_FAILURE;
	if (e->result)
		memcpy(e->result, result, size);
	r->call = NULL;
	r->cancel = NULL;
	r->ended = true;
}

static void
ending_done(void *arg, const struct db_error *error)
{
	struct running *r = arg;

	pthread_mutex_lock(&lock);
	r->end.committing = false;
	if (error)
		r = NULL; /* the timer tries again */
	else
		refmap_remove(&all_running, r->task);
	pthread_mutex_unlock(&lock);
	running_free(r);
	if (error && !atomic_load(&work.core->stopping))
		(void)timer_set(work.core->timers, &work.retry,
		    clock_mono_ns() + RETRY_INTERVAL);
}

/* -1: no memory. r is committing, so nobody else touches its end. */
static int
commit_ending(struct core *core, struct running *r)
{
	static const char *const nomem[] = { "INTERNAL_ERROR",
		"Out of memory" };
	const struct ending *e = &r->end;
	bool whole = e->status == TASK_STATUS_TYPE_SUCCESS || e->error;
	struct tx *t;

	for (unsigned i = 0; e->error && i < e->nerror; i++)
		whole = whole && e->error[i];
	t = tx_begin(core->db);
	if (!t)
		return -1;
	(void)end_row(t, r->task, e->status, e->result ? e->result : "",
	    whole ? (const char *const *)e->error : nomem,
	    whole ? e->nerror : 2);
	if (tx_error(t)) {
		tx_abort(t);
		return -1;
	}
	tx_commit(t, ending_done, r);
	return 0;
}

static void
try_to_end(struct core *core, struct running *r)
{
	static const struct db_error failed = { .code = "INTERNAL_ERROR" };

	if (commit_ending(core, r) < 0)
		ending_done(r, &failed);
}

/* Takes those whose end could not be written, some at a time. */
static void
retry_fire(struct timer *timer)
{
	struct running *some[32], *r;
	size_t n = 0, i = 0;

	pthread_mutex_lock(&lock);
	while (n < 32 && (r = refmap_next(&all_running, &i, NULL)))
		if (r->ended && !r->end.committing) {
			r->end.committing = true;
			some[n++] = r;
		}
	pthread_mutex_unlock(&lock);
	if (n == 32)
		(void)timer_set(work.core->timers, timer,
		    clock_mono_ns() + RETRY_INTERVAL);
	for (i = 0; i < n; i++)
		try_to_end(work.core, some[i]);
}

void
task_end(struct core *core, struct ref task, const char *result,
    const char *const *error, unsigned nerror)
{
	struct running *r;

	pthread_mutex_lock(&lock);
	r = refmap_get(&all_running, task);
	if (r && r->ended)
		r = NULL;
	if (r) {
		keep_ending(r, result, error, nerror);
		r->end.committing = true;
	}
	pthread_mutex_unlock(&lock);
	if (r)
		try_to_end(core, r);
}

/* What the task keeps of the result; "" after a failure. */
static const char *
result_text(struct call *c, struct bytes *buf)
{
	const char *text = "";

	if (!c->nerror && c->method->result->size) {
		encode_value(RPC_XML, c->method->result, c->result, buf);
		text = bytes_cstr(buf);
		if (!text)
			call_fail_nomem(c);
	}
	return text ? text : "";
}

void
call_ended_task(struct call *c)
{
	CLEANUP_BYTES struct bytes result = { 0 };
	const char *text;

	call_settle(c);
	text = result_text(c, &result);
	audit_call(c, true, c->error, c->nerror);
	task_end(c->core, c->task, text, c->error, c->nerror);
	call_free(c);
}

int
task_end_in(struct tx *t, struct call *c)
{
	CLEANUP_BYTES struct bytes result = { 0 };
	enum task_status_type status = TASK_STATUS_TYPE_SUCCESS;
	const char *text;

	if (ref_is_null(c->task))
		return 0;
	text = result_text(c, &result);
	if (c->nerror && strcmp(c->error[0], "TASK_CANCELLED") == 0)
		status = TASK_STATUS_TYPE_CANCELLED;
	else if (c->nerror)
		status = TASK_STATUS_TYPE_FAILURE;
	return end_row(t, c->task, status, text, c->error, c->nerror);
}

/* ---- the beginning ---- */

struct start {
	struct call *parent, *call;
};

static void
start_durable(void *arg, const struct db_error *error)
{
	struct start *s = arg;
	struct call *c = s->call, *parent = s->parent;

	free(s);
	if (error) {
		parent->commit_error = *error;
		running_remove(c->task);
		call_free(c);
	} else if (threads_run(c->core->threads, call_run_blocking, c) < 0) {
		fail_too_busy(c);
		call_part_ended(c);
	}
	call_part_ended(parent);
}

static void
task_label(struct call *c, char *out, size_t size)
{
	snprintf(out, size, "Async.%s", c->method->name);
}

int
task_start_call(struct call *parent, struct call *c, struct ref *task_r)
{
	struct start *s = fault_malloc(sizeof(*s));
	char label[160];
	struct task row;
	struct tx *t;

	task_label(c, label, sizeof(label));
	task_row(c->core, &c->caller, label, "", &row);
	row.r.self = ref_new();
	if (!s) {
		call_fail_nomem(parent);
		goto fail;
	}
	if (running_add(c->core, row.r.self, c, &c->caller) < 0) {
		fail_too_many_pending_tasks(parent);
		goto fail;
	}
	t = call_begin(parent);
	if (!t || make_room(t, c->core, &c->caller) < 0 ||
	    tx_insert(t, &row.r, task_r) < 0) {
		if (t)
			call_fail_tx(parent, tx_error(t));
		tx_abort(t);
		running_remove(row.r.self);
		goto fail;
	}
	c->task = row.r.self;
	*s = (struct start){ .parent = parent, .call = c };
	call_add_part(parent);
	tx_commit(t, start_durable, s);
	return 0;
fail:
	free(s);
	call_free(c);
	return -1;
}

int
task_new(struct core *core, const struct identity *who, const char *label,
    const char *description, struct ref *task_r)
{
	struct task row;
	struct tx *t;

	task_row(core, who, label, description, &row);
	row.r.self = ref_new();
	if (running_add(core, row.r.self, NULL, who) < 0)
		return -1;
	t = tx_begin(core->db);
	if (t && make_room(t, core, who) == 0)
		(void)tx_insert(t, &row.r, task_r);
	if (!t || tx_commit_wait(t, NULL) < 0) {
		running_remove(row.r.self);
		return -1;
	}
	return 0;
}

void
task_progress(struct call *c, double progress)
{
	struct tx *t;

	if (ref_is_null(c->task) || !(t = tx_begin(c->db)))
		return;
	TX_SET(t, task, task, c->task, progress, progress);
	tx_commit(t, NULL, NULL);
}

/* ---- start of the daemon, expiry ---- */

struct sweep_walk {
	struct tx *t;
	struct core *core;
	int64_t now;
	bool first; /* at start: nothing of an earlier process still runs */
};

static int
sweep_one(const struct record *r, void *arg)
{
	static const char *const died[] = { "INTERNAL_ERROR",
		"The toolstack was restarted while this task ran" };
	struct sweep_walk *w = arg;
	const struct task *task = (const struct task *)r;
	const struct core_config *config = w->core->config;

	if (is_over(task->status)) {
		if (task->finished + config->task_done_s < w->now)
			tx_destroy(w->t, CLASS_task, r->self);
	} else if (w->first && !runs_here(r->self)) {
		(void)end_row(w->t, r->self, TASK_STATUS_TYPE_FAILURE, "", died,
		    2);
	} else if (!runs_here(r->self) &&
	    task->created + config->task_pending_s < w->now) {
		tx_destroy(w->t, CLASS_task, r->self);
	}
	return 0;
}

static int
sweep_tasks(struct core *core, bool first)
{
	struct sweep_walk w = { .core = core,
		.now = clock_wall_sec(),
		.first = first };

	w.t = tx_begin(core->db);
	if (!w.t)
		return -1;
	(void)tx_each(w.t, CLASS_task, sweep_one, &w);
	if (first)
		return tx_commit_wait(w.t, NULL);
	tx_commit(w.t, NULL, NULL);
	return 0;
}

static void
sweep_fire(struct timer *t)
{
	(void)sweep_tasks(work.core, false);
	(void)timer_set(work.core->timers, t, clock_mono_ns() + SWEEP_INTERVAL);
}

int
tasks_start(struct core *core)
{
	work.core = core;
	work.retry.fire = retry_fire;
	work.sweep.fire = sweep_fire;
	if (sweep_tasks(core, true) < 0)
		return -1;
	return timer_set(core->timers, &work.sweep,
	    clock_mono_ns() + SWEEP_INTERVAL);
}

void
tasks_stop(struct core *core)
{
	timer_cancel(core->timers, &work.sweep);
	timer_cancel(core->timers, &work.retry);
}

/* ---- calls of class task ---- */

static role_mask
operators(void)
{
	return role_find("pool-admin") | role_find("pool-operator");
}

/* A task belongs to the session that made it, and to pool operators. */
static int
check_owner(struct call *c, const struct task *task)
{
	if (ref_equal(task->session, c->caller.session) ||
	    call_allowed(c, operators()))
		return 0;
	return fail_rbac_permission_denied(c, c->method->name,
	    "Only the session that made a task, or a pool operator, may do "
	    "this");
}

/* The head row, checked. */
static const struct task *
own_task(struct call *c, struct tx *t, struct ref ref)
{
	const struct task *task = TX_GET(t, task, task, ref);

	if (!task)
		fail_handle_invalid(c, "task", call_ref_text(c, ref));
	else if (check_owner(c, task) < 0)
		task = NULL;
	return task;
}

int
task_create(struct call *c, const struct task_create_args *a,
    struct ref *result_r)
{
	struct tx *t = call_begin(c);
	struct task row;

	if (!t)
		return -1;
	task_row(c->core, &c->caller, a->label, a->description, &row);
	if (make_room(t, c->core, &c->caller) == 0)
		(void)tx_insert(t, &row.r, result_r);
	return call_commit(c, t);
}

int
task_destroy(struct call *c, const struct task_destroy_args *a)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	if (!own_task(c, t, a->self)) {
		tx_abort(t);
		return -1;
	}
	(void)tx_destroy(t, CLASS_task, a->self);
	return call_commit(c, t);
}

/* Tells the one who works on the task; false: nobody does. */
static bool
cancel_running(struct ref task)
{
	void (*cancel)(void *arg) = NULL;
	struct running *r;
	void *arg = NULL;

	pthread_mutex_lock(&lock);
	r = refmap_get(&all_running, task);
	if (r) {
		r->cancelled = true;
		if (r->call)
			atomic_store(&r->call->cancelled, true);
		cancel = r->cancel;
		arg = r->cancel_arg;
		if (cancel)
			cancel(arg); /* under the lock: it cannot end now */
	}
	pthread_mutex_unlock(&lock);
	return r != NULL;
}

int
task_cancel(struct call *c, const struct task_cancel_args *a)
{
	char text[REF_CHARS + 1];
	const char *error[] = { "TASK_CANCELLED", text };
	const struct task *task;
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	task = own_task(c, t, a->task);
	if (!task) {
		tx_abort(t);
		return -1;
	}
	ref_format(a->task, text);
	if (is_over(task->status))
		; /* too late: nothing to do */
	else if (cancel_running(a->task))
		TX_SET(t, task, task, a->task, status,
		    TASK_STATUS_TYPE_CANCELLING);
	else
		(void)end_row(t, a->task, TASK_STATUS_TYPE_CANCELLED, "", error,
		    2);
	return call_commit(c, t);
}

/* A field of a task that its owner may set. */
static int
set_own(struct call *c, struct ref ref, int field, const void *mem)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	if (!own_task(c, t, ref)) {
		tx_abort(t);
		return -1;
	}
	(void)tx_set(t, CLASS_task, ref, field, mem);
	return call_commit(c, t);
}

int
task_set_status(struct call *c, const struct task_set_status_args *a)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	if (!own_task(c, t, a->self)) {
		tx_abort(t);
		return -1;
	}
	TX_SET(t, task, task, a->self, status, a->value);
	if (is_over(a->value))
		TX_SET(t, task, task, a->self, finished, clock_wall_sec());
	return call_commit(c, t);
}

int
task_set_progress(struct call *c, const struct task_set_progress_args *a)
{
	if (!(a->value >= 0 && a->value <= 1))
		return fail_invalid_value(c, "value", "not from 0 to 1");
	return set_own(c, a->self, FIELD_task_progress, &a->value);
}

int
task_set_result(struct call *c, const struct task_set_result_args *a)
{
	return set_own(c, a->self, FIELD_task_result, &a->value);
}

int
task_set_error_info(struct call *c, const struct task_set_error_info_args *a)
{
	return set_own(c, a->self, FIELD_task_error_info, &a->value);
}

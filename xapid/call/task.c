/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of class task: made for Async calls and for clients, expired. */
#include "call/task.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "access/session.h"
#include "call/call_private.h"
#include "call/task_private.h"
#include "lib/clock.h"
#include "lib/fault.h"

#define SWEEP_SECONDS 60

static struct {
	struct timer timer;
	struct core *core;
} sweep;

/* ---- rows ---- */

static void
task_row(struct core *core, const struct identity *who, struct ref parent,
    const char *label, const char *description, struct task *row)
{
	record_defaults(&class_table[CLASS_task], &row->r);
	row->name_label = label;
	row->name_description = description;
	row->created = clock_wall_sec();
	row->session = who->session;
	row->owner = who->sid;
	row->subtask_of = parent;
	row->resident_on = core->host;
	row->type = "<none/>";
	row->stunnelpid = -1;
	row->externalpid = -1;
}

/* Takes a place in the table, and the row of whom it pushed out. */
static int
take_place(struct core *core, struct tx *t, struct ref task,
    const struct identity *who, struct call *work, bool working)
{
	struct ref victim;

	if (task_table_add(task, who->sid, work, working,
		core->config->max_tasks_per_user, &victim) < 0)
		return -1;
	if (!ref_is_null(victim) && tx_get(t, CLASS_task, victim))
		(void)tx_destroy(t, CLASS_task, victim);
	return 0;
}

/* ---- whose it is ---- */

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
	return fail_rbac_permission_denied(c, c->method ? c->method->name : "",
	    "Only the session that made a task, or a pool operator, may do "
	    "this");
}

/* The head row, checked. */
const struct task *
task_own(struct call *c, struct tx *t, struct ref ref)
{
	const struct task *task = TX_GET(t, task, task, ref);

	if (!task)
		fail_handle_invalid(c, "task", call_ref_text(c, ref));
	else if (check_owner(c, task) < 0)
		task = NULL;
	return task;
}

/* A part is made by whoever may end the whole. */
static int
check_parent(struct call *c, struct tx *t)
{
	if (ref_is_null(c->subtask_of) || task_own(c, t, c->subtask_of))
		return 0;
	return -1;
}

int
task_insert(struct call *c, struct tx *t, const char *label,
    const char *description, struct call *work, struct ref *task_r)
{
	struct task row;

	if (check_parent(c, t) < 0)
		return -1;
	task_row(c->core, &c->caller, c->subtask_of, label, description, &row);
	row.r.self = ref_new();
	if (take_place(c->core, t, row.r.self, &c->caller, work, work) < 0)
		return fail_too_many_pending_tasks(c);
	if (tx_insert(t, &row.r, task_r) == 0) {
		if (work)
			task_row_may_cancel(t, row.r.self);
		return 0;
	}
	task_table_remove(row.r.self, false);
	return call_fail_tx(c, tx_error(t));
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
		task_table_remove(c->task, false);
		call_free(c);
	} else {
		call_start_work(c);
	}
	call_part_ended(parent);
}

static int
start(struct call *parent, struct call *c, struct ref *task_r)
{
	struct start *s = fault_malloc(sizeof(*s));
	struct tx *t = s ? call_begin(parent) : NULL;
	char label[160];

	snprintf(label, sizeof(label), "Async.%s", c->method->name);
	if (!t || task_insert(parent, t, label, "", c, task_r) < 0) {
		call_fail_nomem(parent);
		tx_abort(t);
		free(s);
		return -1;
	}
	c->task = *task_r;
	*s = (struct start){ .parent = parent, .call = c };
	call_add_part(parent);
	tx_commit(t, start_durable, s);
	return 0;
}

int
task_start_call(struct call *parent, struct call *c, struct ref *task_r)
{
	if (start(parent, c, task_r) == 0)
		return 0;
	call_free(c);
	return -1;
}

int
task_new(struct core *core, const struct identity *who, struct ref parent,
    const char *label, const char *description, struct ref *task_r)
{
	struct tx *t = tx_begin(core->db);
	struct task row;

	if (!t)
		return -1;
	task_row(core, who, parent, label, description, &row);
	row.r.self = ref_new();
	if (take_place(core, t, row.r.self, who, NULL, true) < 0) {
		tx_abort(t);
		return -1;
	}
	(void)tx_insert(t, &row.r, task_r);
	if (tx_commit_wait(t, NULL) == 0)
		return 0;
	task_table_remove(row.r.self, false);
	return -1;
}

int
task_adopt(struct core *core, struct ref task, struct call *call)
{
	struct ref victim;

	(void)core;
	return task_table_add(task, call->caller.sid, call, true, UINT_MAX,
	    &victim);
}

int
task_take(struct call *c, struct ref ref)
{
	RECORD_UNREF const struct record *r = db_get(c->db, CLASS_task, ref);

	if (!r)
		return fail_handle_invalid(c, "task", call_ref_text(c, ref));
	if (check_owner(c, (const struct task *)r) < 0)
		return -1;
	if (!task_table_take(ref, c))
		return fail_invalid_value(c, "task_id",
		    "a task that is over or at work");
	c->task = ref;
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
	struct expired *expired;
};

/* To be destroyed after the walk; memory of the transaction. */
struct expired {
	struct ref task;
	struct expired *next;
};

bool
task_is_over(enum task_status_type s)
{
	return s == TASK_STATUS_TYPE_SUCCESS || s == TASK_STATUS_TYPE_FAILURE ||
	    s == TASK_STATUS_TYPE_CANCELLED;
}

static void
expire(struct sweep_walk *w, struct ref task)
{
	struct expired *e = arena_alloc(tx_arena(w->t), sizeof(*e));

	if (!e)
		return; /* the next sweep finds it */
	*e = (struct expired){ task, w->expired };
	w->expired = e;
}

/* One of an earlier run, which is over: its owner still has it. */
static void
remember(const struct task *task)
{
	struct ref victim;

	if (task_table_add(task->r.self, task->owner, NULL, false, UINT_MAX,
		&victim) == 0)
		task_table_over(task->r.self);
}

static int
sweep_one(const struct record *r, void *arg)
{
	static const char *const died[] = { "INTERNAL_ERROR",
		"The toolstack was restarted while this task ran" };
	struct sweep_walk *w = arg;
	const struct task *task = (const struct task *)r;
	const struct core_config *config = w->core->config;

	if (task_is_over(task->status)) {
		if (w->first) { /* the field is not on disk */
			remember(task);
			TX_SET(w->t, task, task, r->self, progress, 1.0);
		}
		if (task->finished + config->task_done_s < w->now)
			expire(w, r->self);
	} else if (w->first && !task_table_works(r->self)) {
		remember(task);
		(void)task_end_row(w->t, r->self, TASK_STATUS_TYPE_FAILURE, "",
		    died, 2);
	} else if (w->first) {
		if (task->status == TASK_STATUS_TYPE_CANCELLING)
			task_row_is_cancelled(w->t, r->self);
		else
			task_row_may_cancel(w->t, r->self);
	} else if (!task_table_works(r->self) &&
	    task->created + config->task_pending_s < w->now) {
		expire(w, r->self);
	}
	return 0;
}

static bool
exists(struct ref task, void *arg)
{
	return tx_get(arg, CLASS_task, task) != NULL;
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
	for (const struct expired *e = w.expired; e; e = e->next) {
		(void)tx_destroy(w.t, CLASS_task, e->task);
		task_table_remove(e->task, true);
	}
	task_table_prune(exists, w.t);
	if (first)
		return tx_commit_wait(w.t, NULL);
	tx_commit(w.t, NULL, NULL);
	return 0;
}

static int64_t
next_sweep(void)
{
	const struct core_config *config = sweep.core->config;
	int64_t s = SWEEP_SECONDS;

	if (config->task_done_s < s)
		s = config->task_done_s;
	if (config->task_pending_s < s)
		s = config->task_pending_s;
	return clock_mono_ns() + (s ? s : 1) * NSEC_PER_SEC;
}

static void
sweep_fire(struct timer *t)
{
	(void)sweep_tasks(sweep.core, false);
	(void)timer_set(sweep.core->timers, t, next_sweep());
}

int
tasks_start(struct core *core)
{
	sweep.core = core;
	sweep.timer.fire = sweep_fire;
	if (sweep_tasks(core, true) < 0)
		return -1;
	return timer_set(core->timers, &sweep.timer, next_sweep());
}

void
tasks_stop(struct core *core)
{
	timer_cancel(core->timers, &sweep.timer);
	task_end_stop(core);
}

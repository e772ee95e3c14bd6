/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan from its check to its end: step after step, each in the journal before
 * the next one begins, and the way back when one fails. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "call/call_private.h"
#include "call/task.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/moment.h"
#include "plan/plan_private.h"

#define UNDO_TRIES 20

static void plan_step(void *arg);
static void plan_send_step(struct running *r);
static void plan_end(struct running *r);

/* Forgets a plan and those behind it, but not what the journal says of them:
 * the next daemon goes on there. Nobody waits for the calls any more. */
static void
plan_abandon(struct running *r)
{
	struct running *next, *parent;

	for (; r; r = next) {
		next = r->next;
		pthread_mutex_lock(&r->all->lock);
		if (refmap_get(&r->all->busy, r->queue) == r)
			refmap_remove(&r->all->busy, r->queue);
		pthread_mutex_unlock(&r->all->lock);
		plan_forget_task(r);
		parent = plan_part_leave(r);
		call_free(r->plan.call);
		plan_free_memory(r);
		if (parent)
			plan_part_ended(parent);
	}
}

/* On a thread that may take the writer's turn; where none is free, here. */
void
plan_go_on(struct running *r, void (*fn)(void *arg))
{
	if (plan_is_abandoned(r->all)) {
		plan_abandon(r);
		return;
	}
	if (threads_run(r->plan.core->threads, fn, r) < 0)
		fn(r);
}

static const struct step *
present(const struct running *r)
{
	return &r->plan.kind->steps[r->step];
}

/* Tests walk over these and have the daemon die in each. */
static void
reach(const struct running *r, const char *when)
{
	const char *step = present(r)->name;

	moment(r->plan.kind->name, step ? step : "-", when);
}

/* ---- the journal ---- */

/* Another version may have other steps, so what counts is the name. */
static int
note_step(struct running *r, int64_t step)
{
	const char *name = step < 0 ? NULL : r->plan.kind->steps[step].name;

	return plan_put_constant(r, STEP_NOTE, name ? name : "");
}

int
plan_journal_row(struct running *r, struct tx *t, int64_t step)
{
	char object[REF_CHARS + 1];
	struct plan_journal row;
	int rc;

	record_defaults(&class_table[CLASS_plan_journal], &row.r);
	ref_format(r->plan.object, object);
	row.kind = r->plan.kind->name;
	row.object = object;
	row.task = r->plan.call->task;
	row.number = (int64_t)r->number;
	row.step = step;
	if (note_step(r, step) < 0)
		return -1;
	pthread_mutex_lock(&r->notes_lock);
	row.args = plan_notes(r);
	rc = tx_insert(t, &row.r, &r->row);
	pthread_mutex_unlock(&r->notes_lock);
	return rc;
}

static int
journal_begin(struct running *r, struct tx *t)
{
	if (!r->promised)
		return plan_journal_row(r, t, 0);
	TX_SET(t, plan_journal, plan_journal, r->row, step, 0);
	TX_SET(t, plan_journal, plan_journal, r->row, number,
	    (int64_t)r->number);
	return note_step(r, 0) < 0 ? -1 : plan_journal_notes(r, t);
}

static int
journal_move(struct running *r, struct tx *t, int64_t step)
{
	TX_SET(t, plan_journal, plan_journal, r->row, step, step);
	TX_SET(t, plan_journal, plan_journal, r->row, undoing, r->undoing);
	(void)note_step(r, step); /* has it, or never had one */
	return plan_journal_notes(r, t);
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
		plan_drop_promises(r);
	} else {
		plan_keep_promises(r);
	}
	plan_go_on(r, fn);
}

static void
commit(struct running *r, struct tx *t, void (*fn)(void *arg))
{
	struct committing *k = fault_malloc(sizeof(*k));

	if (!k) {
		(void)call_fail_nomem(r->plan.call);
		r->failed = true;
		plan_drop_promises(r);
		tx_abort(t);
		plan_go_on(r, fn);
		return;
	}
	*k = (struct committing){ r, fn };
	tx_commit(t, committed, k);
}

void
plan_over(void *arg)
{
	struct running *r = arg, *parent;
	struct call *c = r->plan.call;
	bool resumed = r->resumed;

	reach(r, "over");
	plan_repair(r);
	plan_pass_turn(r);
	plan_forget_task(r);
	if (resumed && !ref_is_null(c->task))
		task_end(c->core, c->task, "", c->error, c->nerror);
	parent = plan_part_leave(r);
	if (parent && c->nerror)
		plan_child_failed(parent, r);
	plan_free(r);
	if (parent)
		plan_part_ended(parent);
	if (!resumed)
		call_unpark(c);
}

/* ---- steps ---- */

/* Cancelled when all is done, or all but to wait: next is the step that would
 * follow, done how many are. What the last step has changed may have made what
 * the first one did somebody's: disks of a VM. */
static bool
is_too_late(const struct running *r, unsigned next, unsigned done)
{
	const struct plan_kind *kind = r->plan.kind;

	if (!kind->steps[next].name)
		return true;
	for (unsigned i = 0; kind->stays_from && i < done; i++)
		if (strcmp(kind->steps[i].name, kind->stays_from) == 0)
			return true;
	return false;
}

static bool
takes_nothing_back(const struct running *r)
{
	for (unsigned i = 0; i <= r->step; i++)
		if (r->plan.kind->steps[i].undo_send ||
		    r->plan.kind->steps[i].undo_apply)
			return false;
	return true;
}

/* The journal knows it before anything is taken back: a daemon that went
 * onward instead would find what the steps before have made gone, or worse,
 * somebody else's. */
static void
turn_back(struct running *r)
{
	struct tx *t = takes_nothing_back(r) ? NULL : call_begin(r->plan.call);

	r->undoing = true;
	plan_keep_error(r);
	if (!t) {
		plan_step(r);
		return;
	}
	(void)journal_move(r, t, r->step);
	commit(r, t, plan_step);
}

/* After a step: to the next one, or back, or to the end. */
static void
plan_next(void *arg)
{
	struct running *r = arg;

	if (!r->undoing) {
		if (!r->failed && plan_is_cancelled(r) &&
		    !is_too_late(r, r->onward, r->step + 1))
			r->failed = plan_fail_cancelled(r) < 0;
		if (r->failed) {
			turn_back(r);
			return;
		}
		r->step = r->onward;
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

static bool
is_carried_through(const struct running *r)
{
	const char *through = r->plan.kind->carries_through;

	return through && strcmp(present(r)->name, through) == 0;
}

/* What failed and is to be all the same. */
static bool
tries_again(struct running *r)
{
	return r->failed && (r->undoing || is_carried_through(r)) &&
	    r->undo_tries++ < UNDO_TRIES;
}

/* Every request of the step is answered: what it changes. */
void
plan_answered(void *arg)
{
	struct running *r = arg;
	int (*apply)(struct plan *, struct tx *);
	struct tx *t;

	if (r->settles) { /* now it can be taken back */
		plan_send_step(r);
		return;
	}
	if (r->sent || r->children_sent)
		reach(r, r->undoing ? "undone" : "done");
	if (tries_again(r)) { /* with names that the worker does not know */
		if (!r->undoing)
			r->plan.call->nerror = 0;
		plan_send_step(r);
		return;
	}
	if (r->failed && !r->undoing) {
		plan_next(r);
		return;
	}
	if (r->failed)
		log_err("plan %s, step %s: it cannot be taken back: %s",
		    r->plan.kind->name, present(r)->name,
		    r->plan.call->nerror ? r->plan.call->error[0] : "");
	apply = r->undoing ? present(r)->undo_apply : present(r)->apply;
	if (!apply) {
		plan_next(r);
		return;
	}
	t = call_begin(r->plan.call);
	if (!t || apply(&r->plan, t) < 0) {
		if (t && tx_error(t))
			(void)call_fail_tx(r->plan.call, tx_error(t));
		plan_drop_promises(r);
		tx_abort(t);
		r->failed = true;
		plan_next(r);
		return;
	}
	/* A crash right behind this goes on with the next step. */
	(void)journal_move(r, t, r->undoing ? r->step : r->onward);
	commit(r, t, plan_next);
}

static void
plan_send_step(struct running *r)
{
	int (*send)(struct plan *);

	r->failed = false;
	r->parts = 1;
	r->deadline_ms = (int)r->plan.core->config->worker_deadline_s * 1000;
	r->lasting = false;
	r->subject = "";
	r->turn = NULL;
	r->settles = plan_wait_for_children(r);
	send = r->settles ? NULL
	    : r->undoing  ? present(r)->undo_send
			  : present(r)->send;
	if (send)
		reach(r, r->undoing ? "to undo" : "to do");
	/* Answers wait until all is sent: both use the call's arena. */
	pthread_mutex_lock(&r->lock);
	if (send && send(&r->plan) < 0)
		r->failed = true;
	plan_wait_for_forgotten(r);
	pthread_mutex_unlock(&r->lock);
	plan_part_ended(r);
}

static void
plan_step(void *arg)
{
	struct running *r = arg;

	r->sent = r->undo_tries = 0;
	r->children_sent = NULL;
	r->onward = r->step + 1;
	plan_send_step(r);
}

int
plan_go_back(struct plan *p, const char *step)
{
	struct running *r = plan_running(p);
	char text[16];

	r->onward = 0;
	while (strcmp(p->kind->steps[r->onward].name, step) != 0)
		r->onward++;
	plan_forget_parts(r);
	snprintf(text, sizeof(text), "%u", ++r->round);
	return plan_note(p, ROUND_NOTE, text);
}

/* ---- beginning and end ---- */

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
	plan_hide(r, t);
	if (kind->finish)
		(void)kind->finish(&r->plan, t, ok);
	plan_part_report(r, t);
	(void)tx_destroy(t, CLASS_plan_journal, r->row);
	(void)task_end_in(t, r->plan.call);
	reach(r, "to end");
	commit(r, t, plan_over);
}

/* Cancelled, maybe in an earlier run of the daemon: then the step may be half
 * done, and a fresh worker quicker than its cancelling. */
static bool
begins_cancelled(struct running *r)
{
	if (r->undoing || !plan_is_cancelled(r) ||
	    is_too_late(r, r->step, r->step))
		return false;
	if (!r->resumed || !is_carried_through(r))
		return true;
	atomic_store(&r->cancelled, false);
	return false;
}

void
plan_first_step(void *arg)
{
	struct running *r = arg;

	if (r->failed) { /* the journal entry could not be written */
		plan_over(r);
	} else if (begins_cancelled(r)) {
		r->failed = plan_fail_cancelled(r) < 0;
		turn_back(r);
	} else if (present(r)->name) {
		plan_step(r);
	} else {
		plan_end(r);
	}
}

static void
refuse(struct running *r)
{
	if (r->promised)
		plan_break_promise(r);
	else
		plan_over(r);
}

void
plan_begin(void *arg)
{
	struct running *r = arg;
	const struct plan_kind *kind = r->plan.kind;
	struct call *c = r->plan.call;
	struct tx *t;

	if (plan_is_cancelled(r)) {
		(void)plan_fail_cancelled(r);
		refuse(r);
		return;
	}
	t = call_begin(c);
	if (!t || (kind->check && kind->check(&r->plan, t) < 0) ||
	    journal_begin(r, t) < 0 || plan_show(r, t) < 0) {
		if (t && tx_error(t))
			(void)call_fail_tx(c, tx_error(t));
		plan_drop_promises(r);
		tx_abort(t);
		refuse(r);
		return;
	}
	reach(r, "to begin");
	commit(r, t, plan_first_step);
}

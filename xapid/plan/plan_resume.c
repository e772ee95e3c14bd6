/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A daemon that begins goes on with what the journal holds. */
#include <stdlib.h>
#include <string.h>

#include "call/call_private.h"
#include "call/task.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "plan/plan_private.h"

static const struct plan_kind *
find_kind(const struct plan_kind *const kinds[], const char *name)
{
	for (; *kinds; kinds++)
		if (strcmp((*kinds)->name, name) == 0)
			/* cppcheck-suppress identicalInnerCondition */
			return *kinds;
	return NULL;
}

/* The name of the step, or NULL: of a row that has none. */
static const char *
step_name(const struct plan_journal *row)
{
	const char *const *names = row->args.keys;
	const char *const *values = row->args.values;
	uint32_t i = 0;

	while (i < row->args.n && strcmp(names[i], STEP_NOTE) != 0)
		i++;
	return i < row->args.n ? values[i] : NULL;
}

/* Where a plan of this kind stands: another version, or a database that was
 * restored, may know other steps. False: nowhere. */
static bool
find_step(const struct plan_kind *kind, const struct plan_journal *row,
    int64_t *step_r)
{
	const char *name = step_name(row);
	const struct step *steps = kind->steps;
	int64_t n = 0, at = -1;

	for (; steps[n].name; n++)
		if (name && strcmp(steps[n].name, name) == 0)
			at = n;
	*step_r = !name || row->step == STEP_PROMISED ? row->step
	    : *name                                   ? at
						      : n;
	if (row->step != STEP_PROMISED && *step_r < 0)
		return false;
	return *step_r >= STEP_PROMISED && *step_r <= n - row->undoing;
}

/* NULL: this version does not know it. */
static const struct plan_kind *
understand(const struct plan_kind *const kinds[],
    const struct plan_journal *row, int64_t *step_r)
{
	const struct plan_kind *kind = find_kind(kinds, row->kind);

	return kind && find_step(kind, row, step_r) ? kind : NULL;
}

/* Its task says so: who cancelled it was answered, and is not asked again. */
static bool
was_cancelled(struct plans *ps, struct ref task)
{
	RECORD_UNREF const struct record *r =
	    db_get(ps->core->db, CLASS_task, task);

	return r &&
	    ((const struct task *)r)->status == TASK_STATUS_TYPE_CANCELLING;
}

/* What the journal says of one; NULL: no memory, or it says nonsense. */
static struct running *
resume_one(struct plans *ps, const struct plan_kind *kind, int64_t step,
    const struct plan_journal *row)
{
	const char *const *names = row->args.keys;
	const char *const *values = row->args.values;
	struct call *c = plan_carrier(ps->core);
	struct ref object;
	struct running *r;

	if (!c || !ref_parse(row->object, &object) ||
	    !(r = plan_new(ps, c, kind, object))) {
		call_free(c);
		return NULL;
	}
	r->resumed = true;
	c->task = row->task;
	if (!ref_is_null(c->task)) {
		(void)task_adopt(ps->core, c->task, c);
		if (was_cancelled(ps, c->task))
			atomic_store(&c->cancelled, true);
		plan_know_task(r);
	}
	r->row = row->r.self;
	r->number = (uint64_t)row->number;
	r->promised = row->step == STEP_PROMISED;
	r->step = r->promised ? 0 : (unsigned)step;
	r->undoing = row->undoing;
	for (uint32_t i = 0; i < row->args.n; i++)
		(void)plan_note(&r->plan, names[i], values[i]);
	r->round = (unsigned)strtoul(plan_arg(&r->plan, ROUND_NOTE), NULL, 10);
	if (r->undoing)
		plan_recall_error(r);
	if (r->number >= ps->next_number)
		ps->next_number = r->number + 1;
	return r;
}

/* What is volatile did not outlive the daemon. Nothing depends on it. */
static void
show_resumed(struct plans *ps, struct running **all, uint32_t n)
{
	struct tx *t = n ? tx_begin(ps->core->db) : NULL;

	for (uint32_t i = 0; t && i < n; i++)
		if (!all[i]->promised)
			(void)plan_show(all[i], t);
	if (t && tx_error(t))
		log_err("plans: what is under way is not shown: %s",
		    tx_error(t)->code);
	if (t && tx_error(t))
		tx_abort(t);
	else if (t)
		tx_commit(t, NULL, NULL);
}

/* As they came to their turns: parents before their children, and what has
 * only been promised behind what has begun. The journal's rows are in the order
 * of their last change. */
static int
by_turn(const void *a_, const void *b_)
{
	const struct running *a = *(struct running *const *)a_;
	const struct running *b = *(struct running *const *)b_;

	if (a->promised != b->promised)
		return a->promised ? 1 : -1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* All are known before one begins, so that children find their parents, and
 * are cancelled with them. */
static void
start_resumed(struct plans *ps, struct running **all, uint32_t n)
{
	uint32_t starting = 0;

	if (n)
		qsort(all, n, sizeof(struct running *), by_turn);
	for (uint32_t i = 0; i < n; i++)
		plan_find_parent(all[i], all, n);
	pthread_mutex_lock(&ps->lock);
	for (uint32_t i = 0; i < n; i++)
		if (plan_is_cancelled(all[i]) && !all[i]->undoing)
			plan_cancel_locked(all[i]);
	pthread_mutex_unlock(&ps->lock);
	show_resumed(ps, all, n);
	/* Who waits for one that goes on may begin, and be over, at once. */
	for (uint32_t i = 0; i < n; i++)
		if (plan_take_turn(ps, all[i]) == 1)
			all[starting++] = all[i];
	for (uint32_t i = 0; i < starting; i++)
		plan_go_on(all[i],
		    all[i]->promised ? plan_begin : plan_first_step);
}

/* ---- what cannot go on ---- */

struct giving_up {
	struct tx *t;
	const struct plan_kind *const *kinds;
	unsigned n;
};

static int
give_up_one(const struct record *r, void *arg)
{
	const struct plan_journal *row = (const struct plan_journal *)r;
	struct giving_up *g = arg;
	const struct plan_kind *kind = find_kind(g->kinds, row->kind);
	struct ref object;
	int64_t step;

	if (understand(g->kinds, row, &step))
		return 0;
	g->n++;
	log_err("plan %s, step %lld %s, is unknown to this version; it does "
		"not go on",
	    row->kind, (long long)row->step,
	    step_name(row) ? step_name(row) : "");
	if (kind && kind->after_failure && ref_parse(row->object, &object) &&
	    plan_at_resume(g->t, kind->after_failure, object) < 0)
		return -1;
	return tx_destroy(g->t, CLASS_plan_journal, r->self);
}

int
plans_give_up(struct core *core, const struct plan_kind *const kinds[])
{
	struct giving_up g = { tx_begin(core->db), kinds, 0 };

	if (!g.t)
		return -1;
	if (tx_each(g.t, CLASS_plan_journal, give_up_one, &g) < 0) {
		tx_abort(g.t);
		return -1;
	}
	if (g.n)
		return tx_commit_wait(g.t, NULL);
	tx_abort(g.t);
	return 0;
}

/* ---- what can ---- */

int
plans_resume(struct plans *ps, const struct plan_kind *const kinds[])
{
	CLEANUP_FREE struct running **all = NULL;
	const struct record **rows;
	uint32_t n, found = 0;
	int rc = 0;

	if (db_get_all(ps->core->db, CLASS_plan_journal, &rows, &n) < 0)
		return -1;
	all = fault_calloc(n + 1, sizeof(struct running *));
	if (!all)
		rc = -1;
	for (uint32_t i = 0; all && i < n; i++) {
		const struct plan_journal *row =
		    (const struct plan_journal *)rows[i];
		int64_t step;
		const struct plan_kind *kind = understand(kinds, row, &step);

		if (!kind)
			continue; /* came in since plans_give_up */
		if ((all[found] = resume_one(ps, kind, step, row)))
			found++;
		else
			rc = -1;
	}
	db_release_all(rows, n);
	if (all)
		start_resumed(ps, all, found);
	return rc;
}

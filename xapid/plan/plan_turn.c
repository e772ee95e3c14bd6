/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose turn it is: plans of one object run one after another. */
#include <string.h>

#include "call/call_private.h"
#include "plan/plan_private.h"

#define MAX_REPAIRS 20

static bool
overrides(const struct running *r, const struct running *other)
{
	const char *const *op = r->plan.kind->overrides;

	for (; op && *op && other->plan.kind->operation; op++)
		if (strcmp(*op, other->plan.kind->operation) == 0)
			return true;
	return false;
}

/* Lock. Behind all that wait, or before them when it ends the running one. */
static void
stand_behind(struct running *before, struct running *r)
{
	if (before->yields)
		plan_end_wait(before);
	if (overrides(r, before)) {
		plan_cancel_locked(before);
		r->next = before->next;
		before->next = r;
		return;
	}
	while (before->next)
		before = before->next;
	before->next = r;
}

/* Lock. Whether x cannot end before an ancestor of r has. */
static bool
waits_for(struct plans *ps, struct running *x, const struct running *r)
{
	struct running *y;

	if (x->seen == ps->searches)
		return false;
	x->seen = ps->searches;
	for (y = r->parent; y; y = y->parent)
		if (y == x)
			return true;
	for (y = x->children; y; y = y->sibling)
		if (waits_for(ps, y, r))
			return true;
	if (x->inside)
		return false;
	for (y = refmap_get(&ps->busy, x->queue); y && y != x; y = y->next)
		if (waits_for(ps, y, r))
			return true;
	return false;
}

/* Lock. A part of one that stands in line behind `before`. */
static bool
would_deadlock(struct plans *ps, struct running *before, struct running *r)
{
	if (!r->parent)
		return false;
	ps->searches++;
	for (; before; before = before->next)
		if (waits_for(ps, before, r))
			return true;
	return false;
}

/* Lock. What is said to a caller that finds an object busy; raised in r. */
static int
fail_deadlock(struct running *r, const struct running *before)
{
	struct call *c = r->plan.call;
	const char *const params[] = { class_table[before->plan.kind->cls].name,
		call_ref_text(c, before->plan.object),
		before->plan.kind->operation ? before->plan.kind->operation
					     : "",
		call_ref_text(c, before->plan.call->task) };

	(void)call_fail(c, "OTHER_OPERATION_IN_PROGRESS", params, 4);
	return PLAN_DEADLOCK;
}

int
plan_take_turn(struct plans *ps, struct running *r)
{
	struct running *before;
	int rc = 0;

	r->queue = r->plan.kind->queue ? r->plan.kind->queue(&r->plan)
				       : r->plan.object;
	if (ref_is_null(r->queue))
		r->queue = r->plan.object;
	pthread_mutex_lock(&ps->lock);
	if (!r->number)
		r->number = ps->next_number++;
	for (struct running *up = r->parent; up; up = up->parent)
		r->inside |= ref_equal(up->queue, r->queue);
	before = r->inside ? NULL : refmap_get(&ps->busy, r->queue);
	if (before && would_deadlock(ps, before, r))
		rc = fail_deadlock(r, before);
	else if (before)
		stand_behind(before, r);
	else if (r->inside || refmap_put(&ps->busy, r->queue, r) == 0)
		rc = 1;
	else
		rc = -1;
	pthread_mutex_unlock(&ps->lock);
	return rc;
}

static bool
is_one_of(const struct plan_kind *kind, const struct plan_kind *const kinds[])
{
	while (*kinds && *kinds != kind)
		kinds++;
	return *kinds != NULL;
}

unsigned
plans_in_line(struct core *core, struct ref object,
    const struct plan_kind *const kinds[])
{
	struct plans *ps = core->plans;
	struct running *r;
	unsigned n = 0;

	pthread_mutex_lock(&ps->lock);
	r = refmap_get(&ps->busy, object);
	while (r && (r = r->next))
		n += is_one_of(r->plan.kind, kinds);
	pthread_mutex_unlock(&ps->lock);
	return n;
}

bool
plans_at(struct core *core, struct ref object,
    const struct plan_kind *const kinds[])
{
	struct plans *ps = core->plans;
	const struct running *r;
	bool is;

	pthread_mutex_lock(&ps->lock);
	r = refmap_get(&ps->busy, object);
	is = r && is_one_of(r->plan.kind, kinds);
	pthread_mutex_unlock(&ps->lock);
	return is;
}

/* ---- the end of a turn ---- */

void
plan_repair(struct running *r)
{
	const struct plan_kind *kind = r->plan.kind->after_failure;
	struct plans *ps = r->all;
	struct running *next;
	struct call *c;

	if (!kind || !r->undoing || r->repairs == MAX_REPAIRS ||
	    plan_is_abandoned(ps))
		return;
	if (r->inside) {
		(void)plan_start_own(r->plan.core, kind, r->plan.object, NULL);
		return;
	}
	c = plan_carrier(r->plan.core);
	next = c ? plan_new(ps, c, kind, r->plan.object) : NULL;
	if (!next) {
		call_free(c);
		return;
	}
	next->resumed = true;
	next->repairs = r->repairs + 1;
	next->queue = r->queue;
	pthread_mutex_lock(&ps->lock);
	next->number = ps->next_number++;
	next->next = r->next;
	r->next = next;
	pthread_mutex_unlock(&ps->lock);
}

void
plan_pass_turn(struct running *r)
{
	struct plans *ps = r->all;
	struct running *next;

	if (r->inside)
		return;
	pthread_mutex_lock(&ps->lock);
	next = r->next;
	if (next)
		(void)refmap_put(&ps->busy, r->queue, next);
	else
		refmap_remove(&ps->busy, r->queue);
	pthread_mutex_unlock(&ps->lock);
	if (next)
		plan_go_on(next, plan_begin);
}

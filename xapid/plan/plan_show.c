/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What clients see of a plan that is under way: current_operations. */
#include <string.h>

#include "call/call_private.h"
#include "plan/plan_private.h"

/* The task that clients know: the plan's, or that of the nearest plan above it.
 * One object has the same name once. */
static struct ref
find_key(struct running *r)
{
	struct ref key = r->plan.call->task;

	pthread_mutex_lock(&r->all->lock);
	for (struct running *up = r->parent; up && ref_is_null(key);
	     up = up->parent) {
		if (ref_equal(up->plan.object, r->plan.object))
			break;
		key = up->plan.call->task;
	}
	pthread_mutex_unlock(&r->all->lock);
	return ref_is_null(key) ? r->row : key;
}

#define MAX_OPERATIONS 32

/* current_operations of the object, where its class has it: several when plans
 * are parts of each other. */
static int
mark(struct running *r, struct tx *t, bool on)
{
	const struct class_info *cls = &class_table[r->plan.kind->cls];
	const struct field *f = field_find(cls, "current_operations");
	const struct record *object = tx_get(t, cls->id, r->plan.object);
	const char *keys[MAX_OPERATIONS], *const *old_keys;
	char key[REF_CHARS + 1];
	struct map m = { .keys = keys };
	int ops[MAX_OPERATIONS];
	const struct map *old;

	if (!f || !object || !r->plan.kind->operation)
		return 0;
	ref_format(r->key, key);
	old = (const struct map *)((const char *)object + f->offset);
	old_keys = old->keys;
	for (uint32_t i = 0; i < old->n && m.n < MAX_OPERATIONS - 1; i++) {
		if (strcmp(old_keys[i], key) == 0)
			continue;
		keys[m.n] = old_keys[i];
		ops[m.n++] = ((const int *)old->values)[i];
	}
	if (on) {
		keys[m.n] = key;
		ops[m.n++] =
		    enum_find(f->type->elem->en, r->plan.kind->operation);
	}
	m.values = ops;
	return tx_set(t, cls->id, r->plan.object, f->index, &m);
}

void
plans_when_shown(struct plans *ps, plan_shown_fn *shown)
{
	ps->shown = shown;
}

int
plan_show(struct running *r, struct tx *t)
{
	const struct plan_kind *kind = r->plan.kind;

	r->key = find_key(r);
	if (mark(r, t, true) < 0)
		return -1;
	if (r->all->shown && kind->operation)
		r->all->shown(t, kind->cls, r->plan.object);
	return kind->began ? kind->began(&r->plan, t) : 0;
}

void
plan_hide(struct running *r, struct tx *t)
{
	(void)mark(r, t, false);
}

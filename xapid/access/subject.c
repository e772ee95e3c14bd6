/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Class subject: users and groups, and the roles they have in this pool. Who
 * loses or gets a role is logged out once that can be read, and comes back with
 * what he has now. */
#include <string.h>

#include "access/rbac.h"
#include "access/session.h"
#include "call/call.h"

static int
has_identifier(const struct record *r, void *arg)
{
	const struct subject *s = (const struct subject *)r;

	return strcmp(s->subject_identifier, arg) == 0;
}

/* A new subject has no role until it is given one. */
int
subject_create(struct call *c, const struct subject_create_args *a,
    struct ref *result_r)
{
	struct subject s = *a->args;
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	s.roles = (struct set){ 0 };
	if (tx_each(t, CLASS_subject, has_identifier,
		(void *)(uintptr_t)s.subject_identifier) == 1)
		(void)tx_fail(t, "SUBJECT_ALREADY_EXISTS", 0, NULL);
	else
		(void)tx_insert(t, &s.r, result_r);
	return call_commit(c, t);
}

int
subject_destroy(struct call *c, const struct subject_destroy_args *a)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	(void)tx_destroy(t, CLASS_subject, a->self);
	if (call_commit_wait(c, t) < 0)
		return -1;
	(void)session_end_subject(c->core, a->self);
	return 0;
}

/* ---- roles ---- */

/* Permissions are objects of class role too, but not to be given one by one.
 */
static bool
can_be_given(struct ref role)
{
	role_mask mask = rbac_mask_of(role);

	return mask && !role_table[__builtin_ctz(mask)].internal;
}

static struct set
without(struct arena *a, const struct set *roles, struct ref role)
{
	const struct ref *from = roles->items;
	struct ref *to = arena_array(a, roles->n + 1, sizeof(*to));
	struct set left = { .items = to };

	for (uint32_t i = 0; to && i < roles->n; i++)
		if (!ref_equal(from[i], role))
			to[left.n++] = from[i];
	return left;
}

/* With the role (add) or without it. */
static int
change_roles(struct call *c, struct tx *t, struct ref self, struct ref role,
    bool add)
{
	const struct subject *s = TX_GET(t, subject, subject, self);
	struct set roles;
	bool had;

	if (!s)
		return fail_handle_invalid(c, "subject",
		    call_ref_text(c, self));
	roles = without(c->arena, &s->roles, role);
	if (!roles.items)
		return call_fail_nomem(c);
	had = roles.n < s->roles.n;
	if (add && had)
		return fail_role_already_exists(c);
	if (!can_be_given(role) || (!add && !had))
		return fail_role_not_found(c);
	if (add)
		((struct ref *)(uintptr_t)roles.items)[roles.n++] = role;
	return TX_SET(t, subject, subject, self, roles, roles);
}

static int
set_roles(struct call *c, struct ref self, struct ref role, bool add)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	if (change_roles(c, t, self, role, add) < 0 && c->nerror) {
		tx_abort(t);
		return -1;
	}
	if (call_commit_wait(c, t) < 0)
		return -1;
	(void)session_end_subject(c->core, self);
	return 0;
}

int
subject_add_to_roles(struct call *c, const struct subject_add_to_roles_args *a)
{
	return set_roles(c, a->self, a->role, true);
}

int
subject_remove_from_roles(struct call *c,
    const struct subject_remove_from_roles_args *a)
{
	return set_roles(c, a->self, a->role, false);
}

int
subject_get_permissions_name_label(struct call *c,
    const struct subject_get_permissions_name_label_args *a,
    struct set *result_r)
{
	const struct subject *s = CALL_GET(c, subject, subject, a->self);
	int rc;

	if (!s)
		return -1;
	rc = rbac_names(c->arena, rbac_mask_of_set(&s->roles), result_r);
	record_unref(&s->r);
	return rc < 0 ? call_fail_nomem(c) : 0;
}

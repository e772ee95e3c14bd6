/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Class role: what a role holds, and who holds a permission. */
#include "access/rbac.h"
#include "access/session.h"
#include "call/call.h"

/* All permissions of a role; of a permission, itself. */
int
role_get_permissions(struct call *c, const struct role_get_permissions_args *a,
    struct set *result_r)
{
	const struct role *r = CALL_GET(c, role, role, a->self);

	if (!r || call_hold(c, &r->r) < 0)
		return -1;
	if (r->subroles.n)
		*result_r = r->subroles;
	else
		*result_r = (struct set){ .items = &r->r.self, .n = 1 };
	return 0;
}

int
role_get_permissions_name_label(struct call *c,
    const struct role_get_permissions_name_label_args *a, struct set *result_r)
{
	const struct role *r = CALL_GET(c, role, role, a->self);
	role_mask mask = rbac_mask_of(a->self);

	if (!r || call_hold(c, &r->r) < 0)
		return -1;
	if (!mask)
		*result_r = (struct set){ .items = &r->name_label, .n = 1 };
	else if (rbac_names(c->arena, mask, result_r) < 0)
		return call_fail_nomem(c);
	return 0;
}

static bool
holds(const struct role *r, struct ref permission)
{
	const struct ref *p = r->subroles.items;

	for (uint32_t i = 0; i < r->subroles.n; i++)
		if (ref_equal(p[i], permission))
			return true;
	return false;
}

static int
roles_with(struct call *c, struct ref permission, struct set *result_r)
{
	struct ref *found = arena_array(c->arena, role_count, sizeof(*found));
	uint32_t n = 0;

	if (!found)
		return call_fail_nomem(c);
	for (unsigned i = 0; i < role_count; i++) {
		const struct role *r =
		    DB_GET(c->db, role, role, rbac_role_ref(i));

		if (r && holds(r, permission))
			found[n++] = r->r.self;
		record_unref(r ? &r->r : NULL);
	}
	*result_r = (struct set){ .items = found, .n = n };
	return 0;
}

int
role_get_by_permission(struct call *c,
    const struct role_get_by_permission_args *a, struct set *result_r)
{
	return roles_with(c, a->permission, result_r);
}

int
role_get_by_permission_name_label(struct call *c,
    const struct role_get_by_permission_name_label_args *a,
    struct set *result_r)
{
	const struct record **all;
	struct ref permission = REF_NULL;
	uint32_t n;

	if (db_get_by_name(c->db, CLASS_role, a->label, &all, &n) < 0)
		return call_fail_nomem(c);
	if (n)
		permission = all[0]->self;
	db_release_all(all, n);
	return roles_with(c, permission, result_r);
}

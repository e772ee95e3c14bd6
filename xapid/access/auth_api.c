/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Class auth: who could become a subject. All of it may wait for a directory
 * behind the system's accounts. */
#include "access/auth.h"

#include "call/edit.h"

/* rc of the functions that look somebody up. */
static int
answer(struct call *c, int rc)
{
	if (rc < 0)
		return call_fail_nomem(c);
	return rc ? fail_subject_cannot_be_resolved(c) : 0;
}

int
auth_get_subject_identifier(struct call *c,
    const struct auth_get_subject_identifier_args *a, const char **result_r)
{
	const char *identifier =
	    auth_identifier_of(c->core, c->arena, a->subject_name);

	if (identifier)
		*result_r = identifier;
	return answer(c, identifier ? 0 : 1);
}

int
auth_get_subject_information_from_identifier(struct call *c,
    const struct auth_get_subject_information_from_identifier_args *a,
    struct map *result_r)
{
	return answer(c,
	    auth_describe(c->core, c->arena, a->subject_identifier, result_r));
}

int
auth_get_group_membership(struct call *c,
    const struct auth_get_group_membership_args *a, struct set *result_r)
{
	return answer(c,
	    auth_groups_of(c->core, c->arena, a->subject_identifier, result_r));
}

/* ---- how many at a time ---- */

void
auth_follow_pool(struct core *core)
{
	RECORD_UNREF const struct record *r =
	    db_get(core->db, CLASS_pool, core->pool);

	if (r)
		auth_set_workers(core,
		    ((const struct pool *)r)->local_auth_max_threads);
}

int
pool_set_local_auth_max_threads(struct call *c,
    const struct pool_set_local_auth_max_threads_args *a)
{
	struct tx *t;

	if (a->value < 1 || a->value > AUTH_WORKERS_MAX)
		return fail_value_not_supported(c, "local_auth_max_threads",
		    arena_printf(c->arena, "%lld", (long long)a->value),
		    "From 1 to 16");
	t = call_begin(c);
	if (!t)
		return -1;
	TX_SET(t, pool, pool, a->self, local_auth_max_threads, a->value);
	auth_set_workers(c->core, a->value);
	return call_commit(c, t);
}

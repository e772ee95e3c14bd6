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

static int
check_threads(struct call *c, const char *name, int64_t n)
{
	if (n >= 1 && n <= AUTH_WORKERS_MAX)
		return 0;
	return fail_value_not_supported(c, name,
	    arena_printf(c->arena, "%lld", (long long)n), "From 1 to 16");
}

/* No directory can be joined, so there is no thread that it bounds; it is kept
 * for when there is one. */
int
pool_set_ext_auth_max_threads(struct call *c,
    const struct pool_set_ext_auth_max_threads_args *a)
{
	if (check_threads(c, "ext_auth_max_threads", a->value) < 0)
		return -1;
	return EDIT_FIELD(c, pool, pool, a->self, ext_auth_max_threads,
	    a->value);
}

int
pool_set_local_auth_max_threads(struct call *c,
    const struct pool_set_local_auth_max_threads_args *a)
{
	struct tx *t;

	if (check_threads(c, "local_auth_max_threads", a->value) < 0)
		return -1;
	t = call_begin(c);
	if (!t)
		return -1;
	TX_SET(t, pool, pool, a->self, local_auth_max_threads, a->value);
	auth_set_workers(c->core, a->value);
	return call_commit(c, t);
}

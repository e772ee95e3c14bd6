/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Class auth: who could become a subject. All of it may wait for a directory
 * behind the system's accounts. */
#include "access/auth.h"

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

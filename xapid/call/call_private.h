/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between call.c, dispatch.c, implicit.c and task.c. */
#ifndef XAPID_CALL_PRIVATE_H
#define XAPID_CALL_PRIVATE_H

#include "call/call.h"

/* The role check proper, once the arguments are there (a map key may have a
 * role of its own). -1: RBAC_PERMISSION_DENIED raised. */
int call_check_role(struct call *c);
/* Whether any argument could make call_check_role succeed: refuses before the
 * types of the arguments are looked at. */
bool call_might_be_allowed(const struct call *c);
/* The row of rows that fits the key, else `otherwise`. */
role_mask call_key_roles(const struct key_role *rows, const char *key,
    role_mask otherwise);

/* Types and existence of arguments: decodes params into c->args. -1: raised. */
int call_decode(struct call *c, const struct value *params, unsigned n);
/* The handler, or the default of an implicit message. */
int call_run(struct call *c);
/* call_run as a job of core->threads; arg is the call. */
void call_run_blocking(void *arg);
struct call *call_new(struct core *core, struct arena *arena);
void call_free(struct call *c);
/* The error that counts: the handler's, else the commit's. */
void call_settle(struct call *c);
/* One part of the work has ended; the last one ends the call. */
void call_part_ended(struct call *c);
void call_add_part(struct call *c);

#endif

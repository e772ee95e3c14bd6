/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between call.c, call_checks.c, call_parts.c, dispatch.c, implicit.c and
 * task.c. */
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

/* ---- call_checks.c ---- */

/* By its name; async_r: "Async." stood before it. NULL: there is none. */
const struct method *call_find_method(const char *name, bool *async_r);
/* Each raises what clients know it by; -1. given: with the session. */
int call_check_count(struct call *c, unsigned given);
int call_attach_session(struct call *c, const struct value *session);
int call_check_session(struct call *c, const struct value *params);
int call_check_refs(struct call *c);
/* Types and existence of arguments: decodes params into c->args. -1: raised. */
int call_decode(struct call *c, const struct value *params, unsigned n);

/* ---- dispatch.c ---- */

/* The handler, or the default of an implicit message. */
int call_run(struct call *c);
/* call_run as a job of core->threads; arg is the call. */
void call_run_blocking(void *arg);
/* call_decode and the role check. */
int call_decode_and_allow(struct call *c, const struct value *params,
    unsigned n);

/* ---- call_limit.c ---- */

/* Whether limits may concern it: never those of other hosts, nor those by the
 * local socket, where root can put a limit right that shuts everybody out. */
bool call_is_limited(const struct call *c);

/* On the connection's thread, behind all checks but those of the arguments.
 * True: it waits for tokens, or failed. */
bool call_must_wait(struct call *c, struct rpc_call *rc);
/* call_run_blocking on a thread, now or when the caller's limit allows it: of a
 * task whose row is durable. */
void call_start_work(struct call *c);
/* It was cancelled, or its client left: it does not wait for tokens any more. */
void call_hurry(struct call *c);

/* ---- call_parts.c ---- */

/* NULL: no memory. The arena is borrowed, unless own_arena is set. */
struct call *call_new(struct core *core, struct arena *arena);
void call_free(struct call *c);
/* Gives a call memory of its own, for work that outlives the request, with a copy
 * of the parameters (an array) there. -1: no memory. */
int call_own_memory(struct call *c, const struct rpc_call *rc,
    struct value *all_r);
/* The error that counts: the handler's, else the commit's. */
void call_settle(struct call *c);
/* One part of the work has ended; the last one ends the call. */
void call_part_ended(struct call *c);
void call_add_part(struct call *c);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One API call. Checked in the order that clients see (method, number of
 * parameters, session, role, types), then its handler runs:
 *
 *   int vm_set_x(struct call *c, const struct vm_set_x_args *a)
 *
 * on the connection's thread if it cannot block, else (`blocking` in the class
 * file, or Async.) on a thread of core->threads. A handler that changes
 * something makes a transaction and ends it with call_commit(), which returns
 * at once: the answer is held back until the change is durable.
 *
 * Errors: fail_CODE(c, …) from errors_gen.h, at the place that knows; the
 * first one stays. */
#ifndef XAPID_CALL_H
#define XAPID_CALL_H

#include <pthread.h>
#include <stdatomic.h>

#include "access/limit_bucket.h"
#include "call/core.h"
#include "call/timer.h"
#include "db/event.h"
#include "errors_gen.h"
#include "handlers_gen.h"
#include "rpc/service.h"

/* Who calls. Filled by session_attach(); a copy, so that a call outlives a
 * logout that it overlaps. */
struct identity {
	struct ref session; /* null: none (login, listMethods) */
	struct ref subject;
	role_mask roles;
	bool local_superuser; /* every permission */
	bool pool;            /* host-to-host session */
	char user[96];        /* auth_user_name, cut */
	char sid[96];         /* auth_user_sid, cut; key of quotas */
	char originator[96];
};

struct call {
	struct core *core;
	struct db *db;
	struct arena *arena; /* of this call */
	const struct method *method;
	struct identity caller;
	struct rpc_peer peer;
	const char *user_agent;
	const char *trace;     /* W3C traceparent, or NULL */
	int64_t began;         /* microseconds since 1970, if observed */
	bool may_wait;         /* its thread may wait a moment for a disk */
	struct ref subtask_of; /* parent of tasks it makes, or null */
	struct ref task;       /* null for a synchronous call */
	const void *args;      /* decoded; arena */
	void *result;          /* typed memory of method->result; arena */
	const struct record **held; /* what result borrows; malloc'd */
	uint32_t nheld, held_cap;

	/* Why it failed; nerror 0: it did not. Arena. */
	const char **error;
	unsigned nerror;

	/* The machinery (call.c). */
	pthread_mutex_t lock;
	struct rpc_call *rc; /* NULL: Async, or the client left */
	int outstanding;     /* handler, commits, parks; lock */
	/* The client left while the call was parked: end the park early. */
	void (*on_left)(struct call *c);
	struct db_error commit_error;
	void (*then)(struct call *c); /* continuation of a park */
	void (*owed)(void *core); /* of call_when_durable, until it has run */
	bool own_arena, left;
	struct limit_wait limit; /* while it waits for tokens */
	/* Cancelled (task.cancel, client gone): handlers that loop look. */
	_Atomic bool cancelled;
	/* event.from */
	struct event_wait *wait;
	/* A handler's own, across its park: malloc'd, freed with the call. What
	 * is in the arena goes when the client leaves. */
	void *state;
};

/* ---- for handlers ---- */

/* Called by the generated fail_… functions. -1. */
int call_fail(struct call *c, const char *code, const char *const params[],
    unsigned n);
/* The transaction's error becomes the call's. -1. */
int call_fail_tx(struct call *c, const struct db_error *e);
int call_fail_nomem(struct call *c);

/* tx_begin, or NULL with the call failed. */
struct tx *call_begin(struct call *c);
/* Ends t. 0: the answer waits until it is durable; -1: refused, the call has
 * failed and nothing changed. */
int call_commit(struct call *c, struct tx *t);
/* For blocking handlers: returns when it is durable. */
int call_commit_wait(struct call *c, struct tx *t);

/* The published record or HANDLE_INVALID; counted: release with record_unref
 * (or let call_hold do it). */
const struct record *call_get(struct call *c, int cls, struct ref ref);
#define CALL_GET(c, CLASS, type, ref)                                          \
	((const struct type *)call_get((c), CLASS_##CLASS, (ref)))
/* Released when the reply is sent: for records that the result points at. r
 * may be NULL. -1: no memory (r is released). */
int call_hold(struct call *c, const struct record *r);
/* The same for a malloc'd array of records, as db_get_all gives it. */
int call_hold_all(struct call *c, const struct record **records, uint32_t n);

/* Whether the caller holds a permission by role (method->roles or a row of
 * key_roles). */
bool call_allowed(const struct call *c, role_mask roles);
/* Checks the difference between two values of a map with key roles: every key
 * that is added, removed or changed needs its own role, all others `roles`.
 * old may be NULL (create). -1: RBAC_PERMISSION_DENIED was raised. */
int call_check_map(struct call *c, const struct field *f, role_mask roles,
    const struct map *old, const struct map *new_);

/* Goes on later without holding a thread: the handler returns 0 right after;
 * then(c) runs once call_unpark(c) was called (once, any thread). */
void call_park(struct call *c, void (*then)(struct call *c));
void call_unpark(struct call *c);
/* The same for what must follow a change, whoever has left by then (whom a
 * continuation does not follow): fn(core) once all that the handler has begun
 * is durable, before the answer. */
void call_when_durable(struct call *c, void (*fn)(void *core));

/* Text of a reference in the call's arena (for error parameters). */
const char *call_ref_text(struct call *c, struct ref r);

/* ---- for rpc/, through struct rpc_service ---- */
void call_service_init(struct rpc_service *s, struct core *core);

/* ---- for task.c: Async calls ---- */
/* Called when an Async call has ended (handler done, all durable). */
void call_ended_task(struct call *c);

/* Default behaviour of implicit messages (implicit.c); also usable by handlers
 * that add a rule and then do the ordinary thing. args is the generated struct
 * of that message. */
int implicit_run(struct call *c, const void *args, void *result);
/* The checks of a constructor: keys of its maps that have a role of their own.
 * -1: RBAC_PERMISSION_DENIED was raised. */
int implicit_check_create(struct call *c, const struct record *r);
/* Inserts typed memory of a constructor after its checks. */
int implicit_create(struct call *c, const struct record *r, struct ref *ref_r);

/* get_all_records_where (query.c): -1 with INVALID_VALUE raised. */
struct query;
struct query *query_parse(struct call *c, const struct class_info *cls,
    const char *text);
bool query_matches(const struct query *q, const struct record *r);

#endif

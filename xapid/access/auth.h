/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may log in, beyond what session.h says: logins that do not hold a
 * thread while they wait, the file of users, local accounts. */
#ifndef XAPID_AUTH_H
#define XAPID_AUTH_H

#include "access/session.h"

/* Reads the file of users, if there is one; mistakes in it are logged with
 * their lines and skipped. -1 with a sentence in err. Needs core->timers. */
int auth_open(struct core *core, char *err, size_t err_size);
/* Answers what still waits (as refused). Before the timers and the sessions
 * go; core->auth NULL is fine. */
void auth_close(struct core *core);
/* Looks at the file of users again, now. */
void auth_reload(struct core *core);

/* A peer that needs no password: the local socket's, being root or the user
 * that the daemon runs as. */
bool auth_trusts(const struct rpc_peer *peer);

/* auth_user_sid of all sessions that began with a client's certificate. */
#define AUTH_CERTIFIED "client-certificate"
/* Whether the peer's certificate is one that lets clients in now. */
bool auth_certified(const struct core *core, const struct rpc_peer *peer);

/* One login. Allocated by its owner, who keeps it until `done`. */
struct auth_request {
	/* Set by the owner; texts live until done. */
	const char *user, *password;
	const char *address; /* of the client, "" if none */
	bool local;          /* see auth_trusts: no password is looked at */
	bool certified;      /* by TLS: no password is looked at, either */
	bool holds_thread;   /* a thread waits for done: never held back */
	/* Called once: on a thread that may block when ok, else on one that
	 * may not. */
	void (*done)(struct auth_request *r);
	void *arg;

	/* Set before done. */
	bool ok;
	bool flood; /* one of very many wrong ones */
	struct auth_result result;

	/* The machinery's. */
	struct core *core;
	struct auth_request *next, **prev_next;
	uint64_t key, address_key;
	int64_t arrived; /* clock_mono_ns */
	unsigned lane;
	struct timer timer;
};

void auth_submit(struct core *core, struct auth_request *r);
/* How many passwords are checked at a time: pool.local_auth_max_threads. */
#define AUTH_WORKERS 4 /* of a new pool */
#define AUTH_WORKERS_MAX 16
void auth_set_workers(struct core *core, int64_t most);
/* At start, once there is a pool. */
void auth_follow_pool(struct core *core);
/* Whether what a login found out is still so, once its session exists: the
 * file of users may have changed meanwhile. */
bool auth_still_valid(struct core *core, const struct auth_result *r);

/* SESSION_AUTHENTICATION_FAILED. -1. */
int auth_fail(struct call *c, const char *user);
/* New password for the user, who knows the old one. -1: raised. Blocks. */
int auth_change_password(struct call *c, const char *user, const char *old,
    const char *new_);

/* ---- identifiers: "u1000" and "g100" are local accounts, "file:name" stands
 * in the file of users. These block. ---- */

/* NULL: nobody of this name. */
const char *auth_identifier_of(struct core *core, struct arena *a,
    const char *name);
/* Facts by the names that clients know ("subject-name"). 1: nobody; -1: no
 * memory. */
int auth_describe(struct core *core, struct arena *a, const char *identifier,
    struct map *out);
/* The groups (identifiers) of a user; 1: nobody; -1: no memory. */
int auth_groups_of(struct core *core, struct arena *a, const char *identifier,
    struct set *out);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside the sessions: session.c (the way there, activity, expiry),
 * session_begin.c, session_end.c and session_quota.c only.
 *
 * Lock order: the database's writer lock, then a shard, then quota.lock or the
 * shard's hook_lock. A transaction is never begun with one of ours held. */
#ifndef XAPID_SESSION_PRIVATE_H
#define XAPID_SESSION_PRIVATE_H

#include "access/session.h"
#include "lib/refmap.h"

#define SESSION_SHARDS 16u

struct quota_group;

/* One session. Found by its reference in a shard; freed by whoever took it out
 * of there. */
struct seat {
	struct identity who;        /* never changes */
	_Atomic int64_t active;     /* of the last call, monotonic seconds */
	_Atomic int64_t noted;      /* of the last call that the record shows */
	struct session_hook hooks;  /* head of a ring; the shard's hook_lock */
	struct quota_group *group;  /* these three: quota.lock */
	struct seat *older, *newer; /* by use, within the group */
	int64_t used;               /* order of use over all groups */
	unsigned nsubjects;
	struct ref subjects[]; /* the roles come from these */
};

/* ---- session_quota.c: who has how many ---- */

struct quota_user;

#define QUOTA_BUCKETS 64

struct quota {
	pthread_mutex_t lock; /* everything below, and the seats' part */
	struct quota_user *buckets[QUOTA_BUCKETS];
	int64_t uses;
	unsigned max_user, max_originator; /* 0: no limit */
};

#define QUOTA_VICTIMS 4

/* Limits as configured. */
void quota_init(struct quota *q, const struct core_config *config);
void quota_free(struct quota *q); /* after quota_remove of all */
/* Counts the seat. Those that are now too many are no longer counted and stand
 * in victims: the caller ends them. Their number, or -1: no memory. */
int quota_add(struct quota *q, struct seat *s,
    struct ref victims[QUOTA_VICTIMS]);
void quota_remove(struct quota *q, struct seat *s);
/* It was used: the others go first. */
void quota_used(struct quota *q, struct seat *s);

/* ---- all of them ---- */

/* A hook whose on_end runs: session_unhook waits for it. */
struct firing {
	const struct session_hook *hook;
	pthread_t thread;
	struct firing *next;
};

struct shard {
	pthread_rwlock_t lock;
	struct refmap seats;
	pthread_mutex_t hook_lock; /* hooks of all these seats, and: */
	pthread_cond_t fired;
	struct firing *firing;
} __attribute__((aligned(64)));

struct sessions {
	struct core *core;
	struct shard shards[SESSION_SHARDS];
	struct quota quota;
	struct timer sweep;
	pthread_mutex_t work_lock; /* the next two */
	pthread_cond_t work_done;
	unsigned working; /* pieces of work given to core->threads */
	bool ending;
};

/* Where the session is, if it is. */
struct shard *session_shard(struct sessions *s, struct ref session);
/* Monotonic seconds, cheap: as exact as the kernel's tick. */
int64_t session_clock(void);
/* At most size - 1 bytes of from (NULL: none), and no piece of a character at the
 * end. */
void session_copy_cut(char *to, size_t size, const char *from);

/* ---- session_end.c ---- */

/* Calls on_end of all that wait for the end of this one, without a lock. */
void session_fire_hooks(struct shard *shard, struct seat *seat);
/* Ends those of which fn says so (under their shard's lock); how many. Without
 * memory for all at once it is done in several rounds. */
unsigned session_end_where(struct sessions *s,
    bool (*fn)(const struct seat *seat, void *arg), void *arg);

#endif

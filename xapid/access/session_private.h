/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside the sessions: session.c and session_quota.c only. */
#ifndef XAPID_SESSION_PRIVATE_H
#define XAPID_SESSION_PRIVATE_H

#include "access/session.h"

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

void quota_init(struct quota *q, const struct core_config *config);
void quota_free(struct quota *q); /* after quota_remove of all */
/* Counts the seat. Those that are now too many are no longer counted and stand
 * in victims: the caller ends them. Their number, or -1: no memory. */
int quota_add(struct quota *q, struct seat *s,
    struct ref victims[QUOTA_VICTIMS]);
void quota_remove(struct quota *q, struct seat *s);
/* It was used: the others go first. */
void quota_used(struct quota *q, struct seat *s);

#endif

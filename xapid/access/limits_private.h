/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between limits.c and limits_seen.c. */
#ifndef XAPID_LIMITS_PRIVATE_H
#define XAPID_LIMITS_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "access/limits.h"
#include "lib/refmap.h"

struct limits_pattern {
	const char *text;
	size_t n;   /* characters that count */
	bool whole; /* nothing may follow them */
};

struct limits_caller {
	struct ref caller;
	struct limits_pattern agent, address;
	char *text;                  /* of both */
	struct limit_bucket *bucket; /* the table's, or NULL */
	struct limits_caller *next;  /* in its slot */
	_Atomic uint64_t calls, millitokens;
	_Atomic int64_t seen; /* seconds since 1970 */
	int64_t written;      /* last_access in the database; one job at it */
	bool kept;
};

struct limits_table {
	pthread_rwlock_t lock; /* everything below */
	struct refmap callers; /* struct limits_caller, owned */
	struct refmap buckets; /* Rate_limit: struct limit_bucket, owned */
	struct limits_caller **slots; /* by hash, those without a pattern */
	struct limits_caller **loose; /* the others, what says most first */
	uint32_t nloose;
};

extern struct limits_table limits_now;

/* What the database has, counted. */
struct rows {
	const struct record **callers, **limits;
	uint32_t ncallers, nlimits;
};

/* A caller was seen: last_access follows in some seconds. */
void limits_seen(struct core *core);
/* Nobody that is known by agent and address alone: it may become a caller. */
void limits_unknown(struct core *core, const char *user_agent,
    const char *address);
void limits_seen_stop(struct core *core);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Token buckets, and those who wait for tokens: one line for each bucket, first
 * come, first served. Nobody's thread waits: who is given his tokens is called
 * back. */
#ifndef XAPID_LIMIT_BUCKET_H
#define XAPID_LIMIT_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* ---- the arithmetic: no lock, no clock ---- */

struct tokens {
	double burst; /* most that there are, > 0 */
	double fill;  /* more of them per second, > 0 */
	double have;  /* at the time below; may be a debt */
	int64_t at;   /* clock_mono_ns */
};

/* Full. */
void tokens_init(struct tokens *t, double burst, double fill, int64_t now);
/* Takes cost and answers 0, or takes nothing and answers in how many
 * nanoseconds to ask again (at most an hour). What costs more than the bucket
 * holds is had when it is full, and the rest is a debt. */
int64_t tokens_take(struct tokens *t, double cost, int64_t now);
/* From now on these; what there is stays, as far as it fits. */
void tokens_change(struct tokens *t, double burst, double fill, int64_t now);

/* ---- buckets; any thread ---- */

struct timers;
struct limit_bucket;

/* Embedded by who waits. Zeroed before its first use. */
struct limit_wait {
	struct limit_wait *next;
	struct limit_bucket *bucket; /* in whose line it stands, or NULL */
	double cost;
	/* Any thread, with no lock held; the wait is over. */
	void (*granted)(struct limit_wait *w);
};

/* NULL: no memory. */
struct limit_bucket *limit_bucket_new(struct timers *timers, double burst,
    double fill);
void limit_bucket_change(struct limit_bucket *b, double burst, double fill);
/* Whoever waits is let through. Nobody may be in limit_bucket_take. */
void limit_bucket_free(struct limit_bucket *b);
/* True: w->cost was taken. False: w stands in line and w->granted is called. */
bool limit_bucket_take(struct limit_bucket *b, struct limit_wait *w);
/* Out of the line. False: it was granted meanwhile, or never stood there. */
bool limit_wait_leave(struct limit_wait *w);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "access/auth_limit.h"

#include <pthread.h>

#include "lib/fault.h"

#define SETS 1024u /* a power of two */
#define WAYS 4u

/* Tokens are kept as the time at which the bucket is full again: one number,
 * and an unused bucket is simply one that was full long ago. */
struct bucket {
	uint64_t key;
	int64_t full_at; /* ns */
};

struct auth_limit {
	pthread_mutex_t lock;
	int64_t token_ns, burst_ns; /* to refill one, and all */
	int64_t (*now_ns)(void);
	struct bucket sets[SETS][WAYS];
};

struct auth_limit *
auth_limit_new(unsigned burst, unsigned refill_ms, int64_t (*now_ns)(void))
{
	struct auth_limit *l = fault_calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	pthread_mutex_init(&l->lock, NULL);
	l->token_ns = (int64_t)refill_ms * 1000000;
	l->burst_ns = l->token_ns * burst;
	l->now_ns = now_ns;
	return l;
}

void
auth_limit_free(struct auth_limit *l)
{
	if (!l)
		return;
	pthread_mutex_destroy(&l->lock);
	free(l);
}

/* The bucket of this key, or the fullest of its set. */
static struct bucket *
bucket_of(struct auth_limit *l, uint64_t key)
{
	struct bucket *set = l->sets[key & (SETS - 1)], *best = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].full_at < best->full_at)
			best = &set[i];
	}
	return best;
}

bool
auth_limit_take(struct auth_limit *l, uint64_t key)
{
	LOCK_SCOPE(&l->lock);
	struct bucket *b = bucket_of(l, key);
	int64_t now = l->now_ns();

	if (b->key != key || b->full_at < now)
		*b = (struct bucket){ key, now };
	if (b->full_at + l->token_ns > now + l->burst_ns)
		return false;
	b->full_at += l->token_ns;
	return true;
}

void
auth_limit_pardon(struct auth_limit *l, uint64_t key)
{
	LOCK_SCOPE(&l->lock);
	struct bucket *b = bucket_of(l, key);

	if (b->key == key)
		b->full_at = 0;
}

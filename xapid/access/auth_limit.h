/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Token buckets for failed logins: each key has `burst` tokens, refilled at a
 * rate. A fixed table: under a flood of keys the fullest buckets are forgotten
 * first, which forgives those that failed least. Thread-safe. */
#ifndef XAPID_AUTH_LIMIT_H
#define XAPID_AUTH_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/cleanup.h"

struct auth_limit;

/* refill_ms: for one token. now_ns: the clock, clock_mono_ns but in tests. */
struct auth_limit *auth_limit_new(unsigned burst, unsigned refill_ms,
    int64_t (*now_ns)(void));
void auth_limit_free(struct auth_limit *l); /* NULL is fine */
CLEANUP_DEFINE(auth_limit_free, struct auth_limit *);
/* Takes a token. False: there is none. */
bool auth_limit_take(struct auth_limit *l, uint64_t key);
/* The taker was welcome: the bucket is full again. */
void auth_limit_pardon(struct auth_limit *l, uint64_t key);

#endif

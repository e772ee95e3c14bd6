/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who calls, how often, and whether it has to wait: classes Caller and
 * Rate_limit at work. A caller's user agent and address are patterns: whole, or
 * with a * at the end the beginning; "" fits all. A call counts for every
 * caller that it fits; tokens come from the limit of the one that says most
 * about it, among those that have one. */
#ifndef XAPID_LIMITS_H
#define XAPID_LIMITS_H

#include "access/limit_bucket.h"
#include "call/core.h"
#include "lib/ref.h"
#include "model/model.h"

/* core->limiting tells whether there is anything to do in limits_take. */

/* At the start, and after a durable change of a Caller or a Rate_limit: it holds
 * when this returns. Any thread. */
void limits_refresh(struct core *core);
/* Whoever waits is let through. */
void limits_stop(struct core *core);

/* Counts a call that costs w->cost. True: it may go on; false: it stands in
 * line, w->granted is called (maybe already). */
bool limits_take(struct core *core, const char *user_agent, const char *address,
    struct limit_wait *w);

struct limits_usage {
	uint64_t calls;
	double tokens;
};

/* Since the daemon's start, or since the caller was made. */
struct limits_usage limits_usage(struct ref caller);

/* Whether two callers have the same patterns. */
bool limits_same(const struct caller *a, const struct caller *b);
/* Whether it fits everybody, which no caller may. */
bool limits_fits_all(const struct caller *c);

#endif

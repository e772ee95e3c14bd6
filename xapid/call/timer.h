/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deadlines: one thread, a heap, a callback each. */
#ifndef XAPID_TIMER_H
#define XAPID_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/cleanup.h"

struct timers;

/* Embedded by its owner, who keeps it until it fired or was cancelled. */
struct timer {
	int64_t deadline;              /* clock_mono_ns */
	void (*fire)(struct timer *t); /* on the timer thread; must be short */
	size_t index;                  /* in the heap, from 1; 0: not set */
};

/* With a thread of their own. NULL: no memory. */
struct timers *timers_new(void);
void timers_free(struct timers *ts); /* fires nothing more; NULL is fine */
/* Sets or moves. -1: no memory. */
int timer_set(struct timers *ts, struct timer *t, int64_t deadline);
/* After it returns, fire is not running and will not be called (unless it is
 * fire itself that calls). True when it had not fired. */
bool timer_cancel(struct timers *ts, struct timer *t);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "access/limit_bucket.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "call/timer.h"
#include "lib/clock.h"
#include "lib/fault.h"

#define LONGEST_NS (3600 * NSEC_PER_SEC) /* then it is looked at again */

/* ---- the arithmetic ---- */

void
tokens_init(struct tokens *t, double burst, double fill, int64_t now)
{
	*t = (struct tokens){ burst, fill, burst, now };
}

static void
refill(struct tokens *t, int64_t now)
{
	double more = t->fill * (double)(now - t->at) / (double)NSEC_PER_SEC;

	t->have = fmin(t->burst, t->have + more);
	t->at = now;
}

int64_t
tokens_take(struct tokens *t, double cost, int64_t now)
{
	double need = fmin(cost, t->burst), wait;

	refill(t, now);
	/* A little less will do: the sum of many small pieces is not exact. */
	if (t->have >= need - need * 1e-9) {
		t->have -= cost;
		return 0;
	}
	wait = (need - t->have) / t->fill * (double)NSEC_PER_SEC;
	return wait < (double)LONGEST_NS ? (int64_t)wait + 1 : LONGEST_NS;
}

void
tokens_change(struct tokens *t, double burst, double fill, int64_t now)
{
	refill(t, now);
	t->burst = burst;
	t->fill = fill;
	t->have = fmin(burst, t->have);
}

/* ---- buckets ---- */

struct limit_bucket {
	struct timer timer; /* first; set while somebody waits */
	struct timers *timers;
	struct tokens tokens;
	struct limit_wait *first, **end; /* who waits, in order */
};

/* Of all buckets and lines: what happens under it is a few instructions. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
line_empty(struct limit_bucket *b)
{
	b->first = NULL;
	b->end = &b->first;
}

static struct limit_wait *
line_pop(struct limit_bucket *b)
{
	struct limit_wait *w = b->first;

	b->first = w->next;
	if (!b->first)
		b->end = &b->first;
	w->next = NULL;
	w->bucket = NULL;
	return w;
}

static void
call_all(struct limit_wait *w)
{
	while (w) {
		struct limit_wait *next = w->next;

		w->next = NULL;
		w->granted(w);
		w = next;
	}
}

/* Those whose tokens are there, as a list; the timer is set for the next. A
 * clock that cannot be set holds up nobody. */
static struct limit_wait *
grant(struct limit_bucket *b)
{
	struct limit_wait *granted = NULL, **end = &granted;
	int64_t now = clock_mono_ns();

	while (b->first) {
		int64_t wait = tokens_take(&b->tokens, b->first->cost, now);

		if (wait && timer_set(b->timers, &b->timer, now + wait) == 0)
			break;
		*end = line_pop(b);
		end = &(*end)->next;
	}
	return granted;
}

static void
fire(struct timer *timer)
{
	struct limit_bucket *b = (struct limit_bucket *)timer;
	struct limit_wait *granted;

	pthread_mutex_lock(&lock);
	granted = grant(b);
	pthread_mutex_unlock(&lock);
	call_all(granted);
}

struct limit_bucket *
limit_bucket_new(struct timers *timers, double burst, double fill)
{
	struct limit_bucket *b = fault_calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->timers = timers;
	b->timer.fire = fire;
	tokens_init(&b->tokens, burst, fill, clock_mono_ns());
	line_empty(b);
	return b;
}

void
limit_bucket_change(struct limit_bucket *b, double burst, double fill)
{
	struct limit_wait *granted = NULL;

	pthread_mutex_lock(&lock);
	if (b->tokens.burst < burst || b->tokens.burst > burst ||
	    b->tokens.fill < fill || b->tokens.fill > fill) {
		tokens_change(&b->tokens, burst, fill, clock_mono_ns());
		granted = grant(b);
	}
	pthread_mutex_unlock(&lock);
	call_all(granted);
}

void
limit_bucket_free(struct limit_bucket *b)
{
	struct limit_wait *all = NULL, **end = &all;

	if (!b)
		return;
	pthread_mutex_lock(&lock);
	while (b->first) {
		*end = line_pop(b);
		end = &(*end)->next;
	}
	pthread_mutex_unlock(&lock);
	(void)timer_cancel(b->timers, &b->timer);
	free(b);
	call_all(all);
}

bool
limit_bucket_take(struct limit_bucket *b, struct limit_wait *w)
{
	struct limit_wait *granted = NULL;
	bool taken;

	pthread_mutex_lock(&lock);
	taken =
	    !b->first && tokens_take(&b->tokens, w->cost, clock_mono_ns()) == 0;
	if (!taken) {
		w->bucket = b;
		w->next = NULL;
		*b->end = w;
		b->end = &w->next;
		if (b->first == w)
			granted = grant(b);
	}
	pthread_mutex_unlock(&lock);
	call_all(granted);
	return taken;
}

bool
limit_wait_leave(struct limit_wait *w)
{
	struct limit_bucket *b;

	pthread_mutex_lock(&lock);
	b = w->bucket;
	if (b) {
		struct limit_wait **at = &b->first;

		while (*at != w)
			at = &(*at)->next;
		*at = w->next;
		if (!w->next)
			b->end = at;
		w->next = NULL;
		w->bucket = NULL;
	}
	pthread_mutex_unlock(&lock);
	return b;
}

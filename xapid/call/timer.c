/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/timer.h"

#include <pthread.h>
#include <time.h>

#include "lib/clock.h"
#include "lib/fault.h"

struct timers {
	pthread_mutex_t lock;
	pthread_cond_t changed, idle;
	struct timer **heap; /* heap[0] unused; earliest at 1 */
	size_t n, cap;
	struct timer *firing;
	pthread_t thread;
	bool stop;
};

static void
place(struct timers *ts, size_t i, struct timer *t)
{
	ts->heap[i] = t;
	t->index = i;
}

static void
sift_up(struct timers *ts, size_t i)
{
	struct timer *t = ts->heap[i];

	for (; i > 1 && ts->heap[i / 2]->deadline > t->deadline; i /= 2)
		place(ts, i, ts->heap[i / 2]);
	place(ts, i, t);
}

static void
sift_down(struct timers *ts, size_t i)
{
	struct timer *t = ts->heap[i];
	size_t child;

	for (; (child = i * 2) <= ts->n; i = child) {
		if (child < ts->n &&
		    ts->heap[child + 1]->deadline < ts->heap[child]->deadline)
			child++;
		if (ts->heap[child]->deadline >= t->deadline)
			break;
		place(ts, i, ts->heap[child]);
	}
	place(ts, i, t);
}

static void
take_out(struct timers *ts, struct timer *t)
{
	size_t i = t->index;
	struct timer *last = ts->heap[ts->n--];

	t->index = 0;
	if (last == t)
		return;
	place(ts, i, last);
	sift_up(ts, i);
	sift_down(ts, last->index);
}

static void *
timers_main(void *arg)
{
	struct timers *ts = arg;

	pthread_mutex_lock(&ts->lock);
	while (!ts->stop) {
		struct timer *t = ts->n ? ts->heap[1] : NULL;

		if (!t) {
			pthread_cond_wait(&ts->changed, &ts->lock);
		} else if (t->deadline > clock_mono_ns()) {
			struct timespec at = {
				.tv_sec = t->deadline / NSEC_PER_SEC,
				.tv_nsec = t->deadline % NSEC_PER_SEC,
			};

			pthread_cond_timedwait(&ts->changed, &ts->lock, &at);
		} else {
			take_out(ts, t);
			ts->firing = t;
			pthread_mutex_unlock(&ts->lock);
			t->fire(t); /* may free t */
			pthread_mutex_lock(&ts->lock);
			ts->firing = NULL;
			pthread_cond_broadcast(&ts->idle);
		}
	}
	pthread_mutex_unlock(&ts->lock);
	return NULL;
}

struct timers *
timers_new(void)
{
	struct timers *ts = fault_calloc(1, sizeof(*ts));
	pthread_condattr_t attr;

	if (!ts)
		return NULL;
	pthread_mutex_init(&ts->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&ts->changed, &attr);
	pthread_cond_init(&ts->idle, NULL);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&ts->thread, NULL, timers_main, ts) != 0) {
		free(ts);
		return NULL;
	}
	return ts;
}

void
timers_free(struct timers *ts)
{
	if (!ts)
		return;
	pthread_mutex_lock(&ts->lock);
	ts->stop = true;
	pthread_cond_signal(&ts->changed);
	pthread_mutex_unlock(&ts->lock);
	pthread_join(ts->thread, NULL);
	pthread_mutex_destroy(&ts->lock);
	pthread_cond_destroy(&ts->changed);
	pthread_cond_destroy(&ts->idle);
	free(ts->heap);
	free(ts);
}

static int
grow(struct timers *ts)
{
	size_t cap = ts->cap ? ts->cap * 2 : 64;
	void *p;

	if (ts->n + 1 < ts->cap)
		return 0;
	p = fault_realloc(ts->heap, cap * sizeof(*ts->heap));
	if (!p)
		return -1;
	ts->heap = p;
	ts->cap = cap;
	return 0;
}

int
timer_set(struct timers *ts, struct timer *t, int64_t deadline)
{
	int rc = 0;

	pthread_mutex_lock(&ts->lock);
	if (t->index)
		take_out(ts, t);
	if (grow(ts) < 0) {
		rc = -1;
	} else {
		t->deadline = deadline;
		place(ts, ++ts->n, t);
		sift_up(ts, ts->n);
		pthread_cond_signal(&ts->changed);
	}
	pthread_mutex_unlock(&ts->lock);
	return rc;
}

bool
timer_cancel(struct timers *ts, struct timer *t)
{
	bool pending;

	pthread_mutex_lock(&ts->lock);
	pending = t->index != 0;
	if (pending)
		take_out(ts, t);
	while (ts->firing == t && !pthread_equal(ts->thread, pthread_self()))
		pthread_cond_wait(&ts->idle, &ts->lock);
	pthread_mutex_unlock(&ts->lock);
	return pending;
}

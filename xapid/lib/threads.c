/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One mutex guards everything. A thread is started when more work waits than
 * threads do, and goes when it has waited for THREADS_IDLE_MS. A thread that
 * goes leaves its id behind in `gone` and joins the one it found there, so all
 * are joined and at most one is ever unjoined. */
#include "lib/threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/fault.h"

#ifndef THREADS_IDLE_MS /* the unit test is less patient */
#define THREADS_IDLE_MS 5000
#endif

struct work {
	struct work *next;
	void (*fn)(void *arg);
	void *arg;
};

struct threads {
	char name[16]; /* as the kernel takes it */
	int max, max_queue;
	pthread_mutex_t lock; /* everything below */
	pthread_cond_t wake;  /* there is work, or the end has come */
	pthread_cond_t empty; /* the last thread went */
	struct work *head, **tail;
	int queued, idle, running; /* running: threads, idle ones included */
	bool ending;
	bool have_gone;
	pthread_t gone; /* when have_gone: ended, or about to, not joined */
};

struct threads *
threads_new(const char *name, int max, int max_queue)
{
	struct threads *t = fault_calloc(1, sizeof *t);
	pthread_condattr_t attr;

	if (!t)
		return NULL;
	snprintf(t->name, sizeof t->name, "%s", name);
	t->max = max;
	t->max_queue = max_queue;
	t->tail = &t->head;
	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->wake, &attr);
	pthread_cond_init(&t->empty, NULL);
	pthread_condattr_destroy(&attr);
	return t;
}

/* Under lock. The next piece of work, waited for; NULL when it is time to go. */
static struct work *
next_work(struct threads *t)
{
	int64_t end = clock_mono_ns() + THREADS_IDLE_MS * NSEC_PER_MSEC;
	struct timespec until = { end / NSEC_PER_SEC, end % NSEC_PER_SEC };
	struct work *w;
	int r = 0;

	t->idle++;
	while (!t->head && !t->ending && r == 0)
		r = pthread_cond_timedwait(&t->wake, &t->lock, &until);
	t->idle--;
	w = t->head;
	if (!w)
		return NULL;
	t->head = w->next;
	if (!t->head)
		t->tail = &t->head;
	t->queued--;
	return w;
}

/* Under lock: this thread ends. Answers whether *other_r is to be joined. */
static bool
leave(struct threads *t, pthread_t *other_r)
{
	bool other = t->have_gone;

	*other_r = t->gone;
	t->gone = pthread_self();
	t->have_gone = true;
	if (--t->running == 0)
		pthread_cond_signal(&t->empty);
	return other;
}

static void *
thread_main(void *arg)
{
	struct threads *t = arg;
	struct work *w;
	pthread_t other;
	bool join;

	pthread_setname_np(pthread_self(), t->name);
	pthread_mutex_lock(&t->lock);
	while ((w = next_work(t))) {
		pthread_mutex_unlock(&t->lock);
		w->fn(w->arg);
		free(w);
		pthread_mutex_lock(&t->lock);
	}
	join = leave(t, &other);
	pthread_mutex_unlock(&t->lock);
	if (join)
		pthread_join(other, NULL);
	return NULL;
}

/* Under lock. Signals are for the main thread, so the new one blocks all. */
static int
start_thread(struct threads *t)
{
	sigset_t all, before;
	pthread_t thread;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&thread, NULL, thread_main, t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r != 0)
		return -1;
	t->running++;
	return 0;
}

int
threads_run(struct threads *t, void (*fn)(void *arg), void *arg)
{
	CLEANUP_FREE struct work *w = fault_malloc(sizeof *w);
	LOCK_SCOPE(&t->lock);

	if (!w || t->ending || t->queued >= t->max_queue)
		return -1;
	/* Where there is a thread at all, a piece may wait for it. */
	if (t->queued >= t->idle && t->running < t->max &&
	    start_thread(t) < 0 && t->running == 0)
		return -1;
	*w = (struct work){ NULL, fn, arg };
	*t->tail = w;
	t->tail = &w->next;
	t->queued++;
	pthread_cond_signal(&t->wake);
	w = NULL;
	return 0;
}

void
threads_stop(struct threads *t)
{
	if (!t)
		return;
	pthread_mutex_lock(&t->lock);
	t->ending = true;
	pthread_cond_broadcast(&t->wake);
	while (t->running > 0)
		pthread_cond_wait(&t->empty, &t->lock);
	pthread_mutex_unlock(&t->lock);
	if (t->have_gone)
		pthread_join(t->gone, NULL);
	t->have_gone = false;
}

void
threads_free(struct threads *t)
{
	threads_stop(t);
	if (!t)
		return;
	pthread_cond_destroy(&t->wake);
	pthread_cond_destroy(&t->empty);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

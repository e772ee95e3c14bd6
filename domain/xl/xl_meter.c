/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far libxl is with an image. It tells nobody, and frames sent out of its
 * callbacks disturb what it does when it is cancelled; but the place in the
 * file is shared with the program that carries the bytes, so a thread that
 * knows nothing of libxl looks at that. */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "domain/xl/xl_private.h"
#include "lib/clock.h"

#define LOOK_MS 250
#define MOST 0.99 /* the rest is known when it is over */

static void
look(const struct xl_meter *m)
{
	off_t at = lseek(m->fd, 0, SEEK_CUR);
	double part = at > 0 ? (double)at / (double)m->bytes : 0;

	if (part > 0)
		op_progress(m->op, part < MOST ? part : MOST);
}

static void *
meter_main(void *arg)
{
	struct xl_meter *m = arg;
	int64_t next = clock_mono_ns();

	pthread_mutex_lock(&m->lock);
	while (!m->over) {
		struct timespec at;

		next += LOOK_MS * NSEC_PER_MSEC;
		at.tv_sec = next / NSEC_PER_SEC;
		at.tv_nsec = next % NSEC_PER_SEC;
		if (pthread_cond_timedwait(&m->changed, &m->lock, &at) != 0 &&
		    !m->over)
			look(m);
	}
	pthread_mutex_unlock(&m->lock);
	return NULL;
}

void
xl_meter_start(struct xl_meter *m, const struct op *op, int fd, int64_t bytes)
{
	pthread_condattr_t attr;
	sigset_t all, before;

	*m = (struct xl_meter){ .op = op, .fd = fd, .bytes = bytes };
	if (bytes <= 0)
		return;
	pthread_mutex_init(&m->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&m->changed, &attr);
	pthread_condattr_destroy(&attr);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	m->runs = pthread_create(&m->thread, NULL, meter_main, m) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void
xl_meter_stop(struct xl_meter *m)
{
	if (!m->runs)
		return;
	pthread_mutex_lock(&m->lock);
	m->over = true;
	pthread_cond_signal(&m->changed);
	pthread_mutex_unlock(&m->lock);
	pthread_join(m->thread, NULL);
	pthread_cond_destroy(&m->changed);
	pthread_mutex_destroy(&m->lock);
}

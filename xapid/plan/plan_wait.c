/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps that wait for a time: no thread waits, and a restarted daemon goes on
 * waiting, since the time is one of the clock on the wall that an earlier step
 * has noted. */
#include <stddef.h>

#include "lib/clock.h"
#include "plan/plan_private.h"

static void
leave_list(struct running *r)
{
	*r->wait = r->wait_next;
	if (r->wait_next)
		r->wait_next->wait = r->wait;
	r->waits = false;
}

/* A wait that was forgotten meanwhile is not ours any more. */
static void
fire(struct timer *timer)
{
	struct running *r =
	    (struct running *)((char *)timer - offsetof(struct running, timer));
	struct plans *ps = r->all;
	bool waited;

	pthread_mutex_lock(&ps->lock);
	waited = r->waits;
	if (waited) {
		/* plan_end_wait may have set it again. */
		(void)timer_cancel(ps->core->timers, &r->timer);
		leave_list(r);
	}
	pthread_mutex_unlock(&ps->lock);
	if (waited)
		plan_part_ended(r);
}

void
plan_end_wait(struct running *r)
{
	if (r->waits)
		(void)timer_set(r->all->core->timers, &r->timer, 0);
}

/* plans.lock. -1: no memory. */
static int
begin_wait(struct plans *ps, struct running *r, int64_t ms)
{
	r->timer.fire = fire;
	if (timer_set(ps->core->timers, &r->timer,
		clock_mono_ns() + ms * NSEC_PER_MSEC) < 0)
		return -1;
	r->waits = true;
	r->wait = &ps->waiting;
	r->wait_next = ps->waiting;
	if (r->wait_next)
		r->wait_next->wait = &r->wait_next;
	ps->waiting = r;
	pthread_mutex_lock(&r->lock);
	r->parts++;
	pthread_mutex_unlock(&r->lock);
	return 0;
}

int
plan_wait(struct plan *p, int64_t until_ms, int64_t longest_ms, bool yields)
{
	struct running *r = plan_running(p);
	struct plans *ps = r->all;
	int64_t ms = until_ms - clock_wall_ms();
	int rc = 0;

	if (longest_ms > PLAN_WAIT_MAX_MS)
		longest_ms = PLAN_WAIT_MAX_MS;
	if (ms > longest_ms)
		ms = longest_ms;
	pthread_mutex_lock(&ps->lock);
	r->yields = yields;
	if (ms > 0 && !ps->abandoned && !plan_is_cancelled(r) &&
	    !(yields && r->next))
		rc = begin_wait(ps, r, ms);
	pthread_mutex_unlock(&ps->lock);
	return rc;
}

void
plan_forget_waits(struct plans *ps)
{
	struct running *r;

	do {
		pthread_mutex_lock(&ps->lock);
		r = ps->waiting;
		if (r)
			leave_list(r);
		pthread_mutex_unlock(&ps->lock);
		if (r) {
			(void)timer_cancel(ps->core->timers, &r->timer);
			plan_part_ended(r);
		}
	} while (r);
}

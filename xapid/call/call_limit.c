/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls whose caller has a limit (access/limits.h): who has no tokens is parked
 * with memory of its own, behind all checks, and goes on when they are there. */
#include <stddef.h>

#include "access/auth.h"
#include "access/limit_costs.h"
#include "access/limits.h"
#include "access/session.h"
#include "call/call_private.h"

static struct call *
call_of(struct limit_wait *w)
{
	return (struct call *)((char *)w - offsetof(struct call, limit));
}

static void
on_thread(struct call *c)
{
	if (threads_run(c->core->threads, call_run_blocking, c) == 0)
		return;
	fail_too_busy(c);
	call_part_ended(c);
}

bool
call_is_limited(const struct call *c)
{
	return atomic_load_explicit(&c->core->limiting, memory_order_relaxed) &&
	    !c->caller.pool && !auth_trusts(&c->peer);
}

static bool
take_tokens(struct call *c, void (*granted)(struct limit_wait *w))
{
	c->limit.cost = limit_cost(c->method);
	c->limit.granted = granted;
	return limits_take(c->core, c->user_agent, c->peer.address, &c->limit);
}

/* ---- work of a task ---- */

static void
work_granted(struct limit_wait *w)
{
	struct call *c = call_of(w);

	if (atomic_load(&c->core->stopping))
		atomic_store(&c->cancelled, true);
	on_thread(c);
}

void
call_start_work(struct call *c)
{
	if (!call_is_limited(c) || take_tokens(c, work_granted))
		on_thread(c);
}

/* ---- a call that somebody waits for ---- */

static void
wait_over(struct limit_wait *w)
{
	call_part_ended(call_of(w));
}

/* The wait was a part of the call; now it begins. */
static void
go_on(struct call *c)
{
	pthread_mutex_lock(&c->lock);
	c->on_left = NULL;
	pthread_mutex_unlock(&c->lock);
	/* The session may have ended meanwhile, and with it what it may do. */
	if (!ref_is_null(c->caller.session) &&
	    session_attach(c, c->caller.session) < 0)
		return;
	if (!c->method->blocking) {
		(void)call_run(c);
		return;
	}
	call_add_part(c);
	on_thread(c);
}

bool
call_must_wait(struct call *c, struct rpc_call *rc)
{
	struct value params;

	if (!call_is_limited(c))
		return false;
	call_add_part(c); /* the wait */
	if (take_tokens(c, wait_over)) {
		call_part_ended(c);
		return false;
	}
	if (call_own_memory(c, rc, &params) < 0)
		call_fail_nomem(c);
	else if (call_decode_and_allow(c, params.items, params.n) == 0) {
		pthread_mutex_lock(&c->lock);
		c->then = go_on;
		c->on_left = call_hurry;
		pthread_mutex_unlock(&c->lock);
		return true;
	}
	call_hurry(c);
	return true;
}

void
call_hurry(struct call *c)
{
	if (limit_wait_leave(&c->limit))
		c->limit.granted(&c->limit);
}

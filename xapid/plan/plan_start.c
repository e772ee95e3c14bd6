/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a plan comes to be, with the call that carries it, and the list of all. */
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "call/call_private.h"
#include "call/task.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "plan/plan_private.h"

/* ---- one plan ---- */

void
plan_free(struct running *r)
{
	struct call *c = r->resumed ? r->plan.call : NULL;

	plan_free_memory(r);
	call_free(c);
}

static void
nothing_more(struct call *c)
{
	(void)c; /* the plan has set result and error */
}

struct running *
plan_new(struct plans *ps, struct call *c, const struct plan_kind *kind,
    struct ref object)
{
	struct running *r = fault_calloc(1, sizeof(*r));
	pthread_mutexattr_t attr;

	if (!r)
		return NULL;
	r->plan = (struct plan){ c->core, c, kind, object };
	r->all = ps;
	r->subject = "";
	pthread_mutex_init(&r->notes_lock, NULL);
	/* Held around send(), which itself locks it in plan_send. */
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&r->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	return r;
}

/* -1: no memory; r is as before. */
static int
launch(struct running *r)
{
	int rc = plan_take_turn(r->all, r);

	if (rc == 1)
		plan_begin(r);
	return rc < 0 ? -1 : 0;
}

int
plan_start(struct call *c, const struct plan_kind *kind, struct ref object, ...)
{
	struct running *r = plan_new(c->core->plans, c, kind, object);
	va_list ap;
	int rc;

	va_start(ap, object);
	rc = r ? plan_note_all(r, ap) : call_fail_nomem(c);
	va_end(ap);
	if (rc < 0) {
		if (r)
			plan_free(r);
		return -1;
	}
	call_park(c, nothing_more);
	plan_know_task(r);
	if (launch(r) == 0)
		return 0;
	(void)call_fail_nomem(c);
	plan_forget_task(r);
	plan_free(r);
	call_unpark(c);
	return -1;
}

int
plan_start_own(struct core *core, const struct plan_kind *kind,
    struct ref object, ...)
{
	struct call *c = plan_carrier(core);
	struct running *r = c ? plan_new(core->plans, c, kind, object) : NULL;
	va_list ap;
	int rc;

	if (!r) {
		call_free(c);
		return -1;
	}
	r->resumed = true;
	va_start(ap, object);
	rc = plan_note_all(r, ap);
	va_end(ap);
	if (rc == 0)
		rc = launch(r);
	if (rc < 0)
		plan_free(r);
	return rc;
}

/* ---- all plans ---- */

bool
plan_is_abandoned(struct plans *ps)
{
	bool abandoned;

	pthread_mutex_lock(&ps->lock);
	abandoned = ps->abandoned;
	pthread_mutex_unlock(&ps->lock);
	return abandoned;
}

struct plans *
plans_new(struct core *core)
{
	struct plans *ps = fault_calloc(1, sizeof(*ps));

	if (!ps)
		return NULL;
	ps->core = core;
	ps->next_number = 1;
	pthread_mutex_init(&ps->lock, NULL);
	return ps;
}

void
plans_stop(struct plans *ps, int grace_ms)
{
	int64_t until = clock_mono_ns() + grace_ms * NSEC_PER_MSEC;
	size_t busy = 1;

	if (!ps)
		return;
	while (busy && clock_mono_ns() < until) {
		pthread_mutex_lock(&ps->lock);
		busy = ps->busy.count;
		pthread_mutex_unlock(&ps->lock);
		if (busy)
			usleep(10000);
	}
	pthread_mutex_lock(&ps->lock);
	ps->abandoned = true;
	pthread_mutex_unlock(&ps->lock);
	plan_forget_waits(ps);
}

void
plans_free(struct plans *ps)
{
	if (!ps)
		return;
	refmap_free(&ps->busy);
	pthread_mutex_destroy(&ps->lock);
	free(ps);
}

struct call *
plan_carrier(struct core *core)
{
	struct arena *a = arena_new(0);
	struct call *c = a ? call_new(core, a) : NULL;

	if (!c) {
		arena_free(a);
		return NULL;
	}
	c->own_arena = true;
	c->method = method_find("VM.start", strlen("VM.start"));
	c->caller.local_superuser = true;
	return c;
}

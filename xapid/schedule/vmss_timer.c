/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Schedules become due: one timer for the earliest of them, and none while none
 * is enabled. Timers count time as it passes, schedules what clocks show; when
 * somebody puts the clock right the timer is off, so it also ends after a few
 * minutes, to look again. */
#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "pool/message.h"
#include "schedule/vmss.h"
#include "schedule/vmss_private.h"
#include "schedule/vmss_when.h"

#define LOOK_AGAIN_SEC 300
#define TRY_AGAIN_SEC 5
/* No schedule is due later than in a week; what says so was worked out by a
 * clock that was wrong. */
#define FARTHEST_SEC (9 * 86400)
#define MISSED_PRIORITY 3

struct vmss_timer {
	struct timer timer; /* first */
	struct core *core;
};

/* ---- when each is due ---- */

/* The zone of the coordinator. NULL: UTC, also when it is not known. */
static struct zone *
zone_of(struct core *core, struct tx *t)
{
	const struct host *h = TX_GET(t, host, host, core->host);
	const char *name = h ? h->timezone : "";
	struct zone *z;

	if (!*name || strcmp(name, "UTC") == 0 || strcmp(name, "Etc/UTC") == 0)
		return NULL;
	z = zone_load(name);
	if (!z)
		log_warn("time zone %s is not known: schedules go by UTC",
		    name);
	return z;
}

static int64_t
next_of(const struct vmss *v, const struct zone *z)
{
	return v->enabled ? vmss_next(v, z, clock_wall_sec()) : 0;
}

void
vmss_plan_next(struct core *core, struct tx *t, struct ref ref)
{
	CLEANUP(zone_free) struct zone *z = zone_of(core, t);
	const struct vmss *v = TX_GET(t, VMSS, vmss, ref);

	if (v)
		TX_SET(t, VMSS, vmss, ref, next_run, next_of(v, z));
	vmss_wake(core);
}

/* ---- looking at all of them ---- */

struct look {
	struct core *core;
	struct tx *t;
	struct zone *zone;
	bool anew;    /* whatever was planned */
	bool changed; /* anything in t */
	int64_t now, earliest;
	struct ref *refs;
	uint32_t n, cap;
};

static int
collect(const struct record *r, void *arg)
{
	struct look *l = arg;
	uint32_t cap = l->cap ? 2 * l->cap : 16;
	struct ref *more;

	if (l->n == l->cap) {
		more = arena_array(tx_arena(l->t), cap, sizeof(*more));
		if (!more)
			return -1;
		if (l->refs)
			memcpy(more, l->refs, l->n * sizeof(*more));
		l->refs = more;
		l->cap = cap;
	}
	l->refs[l->n++] = r->self;
	return 0;
}

struct running_run {
	const char *vmss;
	bool found;
};

static int
match_run(const struct record *r, void *arg)
{
	struct running_run *run = arg;

	run->found |= vmss_is_run((const struct plan_journal *)r, run->vmss);
	return run->found;
}

static bool
is_running(struct tx *t, struct ref vmss)
{
	char text[REF_CHARS + 1];
	struct running_run run = { .vmss = text };

	ref_format(vmss, text);
	(void)tx_each(t, CLASS_plan_journal, match_run, &run);
	return run.found;
}

/* One that is due while its last run goes on misses this one. 1: a run is to
 * begin. */
static int
judge(struct look *l, const struct vmss *v)
{
	struct ref ref = v->r.self;
	bool wrong =
	    l->anew || v->next_run == 0 || v->next_run > l->now + FARTHEST_SEC;

	if (!wrong && v->next_run <= l->now) {
		if (!is_running(l->t, ref))
			return 1;
		l->changed = true;
		(void)message_add(l->t, l->core, "VMSS_SNAPSHOT_MISSED_EVENT",
		    MISSED_PRIORITY, CLS_VMSS, v->uuid, v->name_label, NULL);
		wrong = true;
	}
	if (wrong) {
		TX_SET(l->t, VMSS, vmss, ref, next_run, next_of(v, l->zone));
		l->changed = true;
	}
	v = TX_GET(l->t, VMSS, vmss, ref);
	if (!l->earliest || v->next_run < l->earliest)
		l->earliest = v->next_run;
	return 0;
}

/* In l->t; what is to begin moves to the front of l->refs. Answers how many. */
static uint32_t
judge_all(struct look *l)
{
	uint32_t due = 0;

	(void)tx_each(l->t, CLASS_VMSS, collect, l);
	for (uint32_t i = 0; i < l->n; i++) {
		const struct vmss *v = TX_GET(l->t, VMSS, vmss, l->refs[i]);

		if (v && v->enabled && judge(l, v))
			l->refs[due++] = l->refs[i];
	}
	return due;
}

void
vmss_plan_all(struct core *core, struct tx *t)
{
	struct look l = { .core = core,
		.t = t,
		.anew = true,
		.now = clock_wall_sec(),
		.zone = zone_of(core, t) };

	(void)judge_all(&l);
	zone_free(l.zone);
	vmss_wake(core);
}

static void
set_timer(struct vmss_timer *s, int64_t sec)
{
	if (!atomic_load(&s->core->stopping) &&
	    timer_set(s->core->timers, &s->timer,
		clock_mono_ns() + sec * NSEC_PER_SEC) < 0)
		log_err("no memory for the timer of snapshot schedules");
}

static void
set_for(struct vmss_timer *s, int64_t earliest)
{
	int64_t rest = earliest - clock_wall_sec();

	if (!earliest)
		return; /* nothing is enabled */
	if (rest < 0)
		rest = 0;
	set_timer(s, rest < LOOK_AGAIN_SEC ? rest : LOOK_AGAIN_SEC);
}

static void
look(void *arg)
{
	struct vmss_timer *s = arg;
	struct look l = { .core = s->core, .now = clock_wall_sec() };
	CLEANUP_FREE struct ref *due = NULL;
	CLEANUP_FREE int64_t *when = NULL;
	uint32_t n;

	if (atomic_load(&s->core->stopping) || !(l.t = tx_begin(s->core->db)))
		return;
	l.zone = zone_of(s->core, l.t);
	n = judge_all(&l);
	zone_free(l.zone);
	due = fault_calloc(n + 1, sizeof(*due));
	when = fault_calloc(n + 1, sizeof(*when));
	for (uint32_t i = 0; due && when && i < n; i++) {
		due[i] = l.refs[i];
		when[i] = TX_GET(l.t, VMSS, vmss, due[i])->next_run;
	}
	if (l.changed)
		tx_commit(l.t, NULL, NULL);
	else
		tx_abort(l.t);
	set_for(s, n ? l.now + TRY_AGAIN_SEC : l.earliest);
	/* One that cannot begin stays due. */
	for (uint32_t i = 0; due && when && i < n; i++)
		(void)vmss_run(s->core, due[i], when[i]);
}

/* ---- the timer ---- */

/* The thread of timers must not wait for the writer's turn. */
static void
fire(struct timer *timer)
{
	struct vmss_timer *s = (struct vmss_timer *)timer;

	if (threads_run(s->core->threads, look, s) < 0)
		set_timer(s, TRY_AGAIN_SEC);
}

void
vmss_wake(struct core *core)
{
	if (core->vmss_timer)
		set_timer(core->vmss_timer, 0);
}

int
vmss_open(struct core *core)
{
	struct vmss_timer *s = fault_calloc(1, sizeof(*s));

	if (!s)
		return -1;
	s->core = core;
	s->timer.fire = fire;
	core->vmss_timer = s;
	return 0;
}

/* After all threads that may look have ended. */
void
vmss_stop(struct core *core)
{
	if (core->vmss_timer)
		(void)timer_cancel(core->timers, &core->vmss_timer->timer);
	free(core->vmss_timer);
	core->vmss_timer = NULL;
}

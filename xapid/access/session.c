/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every call looks its session up, so the way there is one shared lock of one
 * of many shards, a hash look-up and a copy. All else (limits, the record in
 * the database, what waits for the end) is off that way. */
#include <string.h>
#include <time.h>

#include "access/rbac.h"
#include "access/session_private.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/refmap.h"

#define NOTE_SECONDS 600 /* how exact last_active is (source: wire.json) */
#define SWEEP_SECONDS 60 /* how often idle sessions are looked for, at most */

int64_t
session_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return t.tv_sec;
}

struct shard *
session_shard(struct sessions *s, struct ref session)
{
	return &s->shards[(session.lo ^ session.lo >> 32) % SESSION_SHARDS];
}

void
session_copy_cut(char *to, size_t size, const char *from)
{
	size_t n = from ? strnlen(from, size) : 0;

	if (from && n == size)
		for (n--; n > 0 && ((uint8_t)from[n] & 0xc0) == 0x80;)
			n--;
	if (n)
		memcpy(to, from, n);
	to[n] = '\0';
}

/* ---- work on other threads ---- */

/* False: no thread to be had, or the end has come. */
static bool
work_start(struct sessions *s, void (*fn)(void *arg), void *arg)
{
	bool ok = false;

	pthread_mutex_lock(&s->work_lock);
	if (!s->ending && s->core->threads &&
	    threads_run(s->core->threads, fn, arg) == 0) {
		s->working++;
		ok = true;
	}
	pthread_mutex_unlock(&s->work_lock);
	return ok;
}

static void
work_end(struct sessions *s)
{
	pthread_mutex_lock(&s->work_lock);
	s->working--;
	pthread_cond_broadcast(&s->work_done);
	pthread_mutex_unlock(&s->work_lock);
}

/* ---- activity ---- */

struct note {
	struct sessions *s;
	struct ref session;
};

/* The record shows the last activity, and the session is the last that its
 * user would lose. */
static void
note_activity(void *arg)
{
	struct note *note = arg;
	struct sessions *s = note->s;
	struct shard *shard = session_shard(s, note->session);
	struct seat *seat;
	struct tx *t;

	pthread_rwlock_rdlock(&shard->lock);
	seat = refmap_get(&shard->seats, note->session);
	if (seat)
		quota_used(&s->quota, seat);
	pthread_rwlock_unlock(&shard->lock);
	t = seat ? tx_begin(s->core->db) : NULL;
	if (t) {
		(void)TX_SET(t, session, session, note->session, last_active,
		    clock_wall_sec());
		tx_commit(t, NULL, NULL);
	}
	free(note);
	work_end(s);
}

static void
note_later(struct sessions *s, struct ref session)
{
	struct note *note = fault_malloc(sizeof(*note));

	if (!note)
		return;
	*note = (struct note){ s, session };
	if (!work_start(s, note_activity, note))
		free(note);
}

/* Whether the record is to be brought up to date, by us. */
static bool
mark_active(struct seat *seat)
{
	int64_t now = session_clock();
	int64_t noted =
	    atomic_load_explicit(&seat->noted, memory_order_relaxed);

	/* Many threads may use one session: write only what is news. */
	if (atomic_load_explicit(&seat->active, memory_order_relaxed) != now)
		atomic_store_explicit(&seat->active, now, memory_order_relaxed);
	return now - noted >= NOTE_SECONDS &&
	    atomic_compare_exchange_strong(&seat->noted, &noted, now);
}

int
session_attach(struct call *c, struct ref session)
{
	struct sessions *s = c->core->sessions;
	struct shard *shard = session_shard(s, session);
	struct seat *seat;
	bool note = false;

	pthread_rwlock_rdlock(&shard->lock);
	seat = refmap_get(&shard->seats, session);
	if (seat) {
		c->caller = seat->who;
		note = mark_active(seat);
	}
	pthread_rwlock_unlock(&shard->lock);
	if (!seat)
		return fail_session_invalid(c, call_ref_text(c, session));
	if (note)
		note_later(s, session);
	return 0;
}

/* ---- who is there ---- */

static bool
listed(const struct set *all, const char *sid)
{
	const char *const *p = all->items;

	for (uint32_t i = 0; i < all->n; i++)
		if (strcmp(p[i], sid) == 0)
			return true;
	return false;
}

/* Sets grow in place: they are short, one entry a user. */
static int
list_sid(struct arena *a, struct set *all, const char *sid)
{
	const char **p = arena_array(a, all->n + 1, sizeof(*p));
	const char *copy = arena_strdup(a, sid);

	if (!p || !copy)
		return -1;
	if (all->n)
		memcpy(p, all->items, all->n * sizeof(*p));
	p[all->n] = copy;
	*all = (struct set){ .items = p, .n = all->n + 1 };
	return 0;
}

int
session_sids(struct core *core, struct arena *a, struct set *out)
{
	struct sessions *s = core->sessions;
	int rc = 0;

	*out = (struct set){ 0 };
	for (unsigned i = 0; i < SESSION_SHARDS && rc == 0; i++) {
		struct shard *shard = &s->shards[i];
		struct seat *seat;

		pthread_rwlock_rdlock(&shard->lock);
		for (size_t k = 0;
		     rc == 0 && (seat = refmap_next(&shard->seats, &k, NULL));)
			if (*seat->who.sid && !listed(out, seat->who.sid))
				rc = list_sid(a, out, seat->who.sid);
		pthread_rwlock_unlock(&shard->lock);
	}
	return rc;
}

/* ---- expiry ---- */

static bool
is_idle(const struct seat *seat, void *arg)
{
	return atomic_load(&seat->active) < *(const int64_t *)arg;
}

static int64_t
sweep_every(const struct core_config *config)
{
	int64_t s = config->session_idle_s / 4;

	return (s < 1                      ? 1
		       : s > SWEEP_SECONDS ? SWEEP_SECONDS
					   : s) *
	    NSEC_PER_SEC;
}

static void
sweep_arm(struct sessions *s)
{
	(void)timer_set(s->core->timers, &s->sweep,
	    clock_mono_ns() + sweep_every(s->core->config));
}

static void
sweep_run(void *arg)
{
	struct sessions *s = arg;
	int64_t before = session_clock() - s->core->config->session_idle_s;

	(void)session_end_where(s, is_idle, &before);
	pthread_mutex_lock(&s->work_lock);
	if (!s->ending)
		sweep_arm(s);
	pthread_mutex_unlock(&s->work_lock);
	work_end(s);
}

static void
sweep_fire(struct timer *t)
{
	struct sessions *s =
	    (struct sessions *)((char *)t - offsetof(struct sessions, sweep));

	if (!work_start(s, sweep_run, s)) {
		pthread_mutex_lock(&s->work_lock);
		if (!s->ending)
			sweep_arm(s);
		pthread_mutex_unlock(&s->work_lock);
	}
}

/* ---- all of them ---- */

struct sessions *
sessions_new(struct core *core)
{
	struct sessions *s = NULL;

	if (posix_memalign((void **)&s, 64, sizeof(*s)) != 0)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->core = core;
	for (unsigned i = 0; i < SESSION_SHARDS; i++) {
		pthread_rwlock_init(&s->shards[i].lock, NULL);
		pthread_mutex_init(&s->shards[i].hook_lock, NULL);
		pthread_cond_init(&s->shards[i].fired, NULL);
	}
	quota_init(&s->quota, core->config);
	pthread_mutex_init(&s->work_lock, NULL);
	pthread_cond_init(&s->work_done, NULL);
	s->sweep.fire = sweep_fire;
	if (core->timers && core->config->session_idle_s)
		sweep_arm(s);
	return s;
}

void
sessions_stop(struct sessions *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->work_lock);
	s->ending = true;
	while (s->working)
		pthread_cond_wait(&s->work_done, &s->work_lock);
	pthread_mutex_unlock(&s->work_lock);
	if (s->core->timers)
		(void)timer_cancel(s->core->timers, &s->sweep);
}

void
sessions_free(struct sessions *s)
{
	if (!s)
		return;
	if (!s->ending)
		sessions_stop(s);
	for (unsigned i = 0; i < SESSION_SHARDS; i++) {
		struct shard *shard = &s->shards[i];
		struct seat *seat;

		for (size_t k = 0;
		     (seat = refmap_next(&shard->seats, &k, NULL));) {
			quota_remove(&s->quota, seat);
			session_fire_hooks(shard, seat);
			free(seat);
		}
		refmap_free(&shard->seats);
		pthread_rwlock_destroy(&shard->lock);
		pthread_mutex_destroy(&shard->hook_lock);
		pthread_cond_destroy(&shard->fired);
	}
	quota_free(&s->quota);
	pthread_mutex_destroy(&s->work_lock);
	pthread_cond_destroy(&s->work_done);
	free(s);
}

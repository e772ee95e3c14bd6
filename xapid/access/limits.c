/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table in memory of what the two classes say, made anew by each change of
 * them; counts and buckets live on. Callers without a pattern are found by hash,
 * the others are tried one after another, so a call costs as much as there are
 * patterns. The table is read under a lock that readers share. */
#include "access/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "access/limits_private.h"
#include "call/call.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/refmap.h"

#define HASH_SLOTS 1024 /* of callers without a pattern; a power of two */

struct limits_table limits_now = {
	.lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP,
};

static struct {
	pthread_mutex_t changing; /* the table, and what follows */
	struct core *core;
	struct timer timer; /* set while a change did not find memory */
	bool stopped;       /* no table any more; under changing */
} again = { .changing = PTHREAD_MUTEX_INITIALIZER };

/* ---- patterns ---- */

static struct limits_pattern
pattern(const char *s)
{
	size_t n = strlen(s);

	if (n && s[n - 1] != '*')
		return (struct limits_pattern){ s, n, true };
	return (struct limits_pattern){ s, n ? n - 1 : 0, false };
}

static bool
fits(const struct limits_pattern *p, const char *s)
{
	return p->whole ? strcmp(p->text, s) == 0
			: strncmp(p->text, s, p->n) == 0;
}

/* Whole before beginning before anything. */
static int
vagueness(const struct limits_pattern *p)
{
	return p->whole ? 0 : p->n ? 1 : 2;
}

static bool
same(const char *a, const char *b)
{
	struct limits_pattern x = pattern(a), y = pattern(b);

	return x.whole == y.whole && x.n == y.n && memcmp(a, b, x.n) == 0;
}

bool
limits_same(const struct caller *a, const struct caller *b)
{
	return same(a->user_agent, b->user_agent) &&
	    same(a->client_ip, b->client_ip);
}

bool
limits_fits_all(const struct caller *c)
{
	struct limits_pattern agent = pattern(c->user_agent);
	struct limits_pattern address = pattern(c->client_ip);

	return vagueness(&agent) == 2 && vagueness(&address) == 2;
}

/* What says more goes first: fewer open ends, then more text. */
static int
compare_loose(const void *a, const void *b)
{
	const struct limits_caller *x = *(struct limits_caller *const *)a;
	const struct limits_caller *y = *(struct limits_caller *const *)b;
	int open_x = vagueness(&x->agent) + vagueness(&x->address);
	int open_y = vagueness(&y->agent) + vagueness(&y->address);
	size_t n_x = x->agent.n + x->address.n;
	size_t n_y = y->agent.n + y->address.n;

	if (open_x != open_y)
		return open_x - open_y;
	if (n_x != n_y)
		return n_x > n_y ? -1 : 1;
	return vagueness(&x->address) - vagueness(&y->address);
}

static size_t
hash(const char *agent, const char *address)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *agent; agent++)
		h = (h ^ (unsigned char)*agent) * UINT64_C(1099511628211);
	h *= UINT64_C(1099511628211);
	for (; *address; address++)
		h = (h ^ (unsigned char)*address) * UINT64_C(1099511628211);
	return (h ^ h >> 32) & (HASH_SLOTS - 1);
}

/* ---- a call ---- */

static struct limits_caller *
find_whole(const struct limits_table *t, const char *agent, const char *address)
{
	struct limits_caller *e =
	    t->slots ? t->slots[hash(agent, address)] : NULL;

	while (e && (!fits(&e->agent, agent) || !fits(&e->address, address)))
		e = e->next;
	return e;
}

static void
count(struct limits_caller *e, double cost, int64_t now)
{
	atomic_fetch_add_explicit(&e->calls, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&e->millitokens, (uint64_t)(cost * 1000),
	    memory_order_relaxed);
	atomic_store_explicit(&e->seen, now, memory_order_relaxed);
}

bool
limits_take(struct core *core, const char *user_agent, const char *address,
    struct limit_wait *w)
{
	struct limits_table *t = &limits_now;
	struct limit_bucket *b = NULL;
	struct limits_caller *e;
	int64_t now = clock_wall_sec();
	bool known, counted, go;

	pthread_rwlock_rdlock(&t->lock);
	e = find_whole(t, user_agent, address);
	known = counted = e;
	if (e) {
		count(e, w->cost, now);
		b = e->bucket;
	}
	for (uint32_t i = 0; i < t->nloose; i++) {
		e = t->loose[i];
		if (!fits(&e->agent, user_agent) || !fits(&e->address, address))
			continue;
		count(e, w->cost, now);
		counted = true;
		if (!b)
			b = e->bucket;
	}
	go = !b || limit_bucket_take(b, w);
	pthread_rwlock_unlock(&t->lock);
	if (counted)
		limits_seen(core);
	if (!known)
		limits_unknown(core, user_agent, address);
	return go;
}

struct limits_usage
limits_usage(struct ref caller)
{
	struct limits_usage u = { 0 };
	const struct limits_caller *e;

	pthread_rwlock_rdlock(&limits_now.lock);
	e = refmap_get(&limits_now.callers, caller);
	if (e) {
		u.calls = atomic_load(&e->calls);
		u.tokens = (double)atomic_load(&e->millitokens) / 1000;
	}
	pthread_rwlock_unlock(&limits_now.lock);
	return u;
}

/* ---- the table ---- */

static void
caller_free(struct limits_caller *e)
{
	if (!e)
		return;
	free(e->text);
	free(e);
}

/* Patterns of a caller never change. */
static struct limits_caller *
caller_new(const struct caller *row)
{
	struct limits_caller *e = fault_calloc(1, sizeof(*e));
	size_t a = strlen(row->user_agent) + 1, b = strlen(row->client_ip) + 1;

	if (!e || !(e->text = fault_malloc(a + b))) {
		caller_free(e);
		return NULL;
	}
	memcpy(e->text, row->user_agent, a);
	memcpy(e->text + a, row->client_ip, b);
	e->caller = row->r.self;
	e->agent = pattern(e->text);
	e->address = pattern(e->text + a);
	e->written = row->last_access;
	atomic_store(&e->seen, row->last_access);
	return e;
}

/* Rows of databases that others wrote may be anything. */
static bool
is_usable(const struct rate_limit *row)
{
	return row->burst_size > 0 && isfinite(row->burst_size) &&
	    row->fill_rate > 0 && isfinite(row->fill_rate);
}

/* The callers of rows and the buckets of limits that are not in the table yet.
 * -1: no memory. */
static int
add_new(struct core *core, struct limits_table *t, const struct rows *rows)
{
	for (uint32_t i = 0; i < rows->nlimits; i++) {
		const struct rate_limit *row =
		    (const struct rate_limit *)rows->limits[i];
		struct limit_bucket *b;

		if (!is_usable(row) || refmap_get(&t->buckets, row->r.self))
			continue;
		b = limit_bucket_new(core->timers, row->burst_size,
		    row->fill_rate);
		if (!b || refmap_put(&t->buckets, row->r.self, b) < 0) {
			limit_bucket_free(b);
			return -1;
		}
	}
	for (uint32_t i = 0; i < rows->ncallers; i++) {
		const struct caller *row =
		    (const struct caller *)rows->callers[i];
		struct limits_caller *e;

		if (refmap_get(&t->callers, row->r.self))
			continue;
		e = caller_new(row);
		if (!e || refmap_put(&t->callers, row->r.self, e) < 0) {
			caller_free(e);
			return -1;
		}
	}
	return 0;
}

/* From here on nothing can fail. */
static void
arrange(struct limits_table *t, const struct rows *rows)
{
	t->nloose = 0;
	memset(t->slots, 0, HASH_SLOTS * sizeof(struct limits_caller *));
	for (uint32_t i = 0; i < rows->ncallers; i++) {
		const struct caller *row =
		    (const struct caller *)rows->callers[i];
		struct limits_caller *e = refmap_get(&t->callers, row->r.self);

		e->bucket = refmap_get(&t->buckets, row->rate_limit);
		e->kept = true;
		if (e->agent.whole && e->address.whole) {
			size_t h = hash(e->agent.text, e->address.text);

			e->next = t->slots[h];
			t->slots[h] = e;
		} else {
			t->loose[t->nloose++] = e;
		}
	}
	qsort(t->loose, t->nloose, sizeof(struct limits_caller *),
	    compare_loose);
}

static bool
is_kept(const struct rows *rows, struct ref limit)
{
	for (uint32_t i = 0; i < rows->nlimits; i++)
		if (ref_equal(rows->limits[i]->self, limit))
			return true;
	return false;
}

/* Buckets that are gone are answered as a list. */
static void
sweep_buckets(struct limits_table *t, const struct rows *rows,
    struct refmap *gone)
{
	struct limit_bucket *b;
	struct ref key;

	for (size_t i = 0; (b = refmap_next(&t->buckets, &i, &key));)
		if (!is_kept(rows, key)) {
			refmap_remove(&t->buckets, key);
			(void)refmap_put(gone, key, b); /* reserved */
		}
}

/* Callers that are gone. */
static void
sweep_callers(struct limits_table *t)
{
	struct limits_caller *e;
	struct ref key;

	for (size_t i = 0; (e = refmap_next(&t->callers, &i, &key));) {
		if (!e->kept) {
			refmap_remove(&t->callers, key);
			caller_free(e);
			continue;
		}
		e->kept = false;
	}
}

/* -1: no memory, and the table is as it was. */
static int
make_room(struct limits_table *t, const struct rows *rows, struct refmap *gone)
{
	/* Those of before stay when there is no memory for the new ones. */
	size_t n = rows->ncallers > t->nloose ? rows->ncallers : t->nloose;
	struct limits_caller **loose =
	    fault_realloc(t->loose, (n + 1) * sizeof(*loose));

	if (!loose)
		return -1;
	t->loose = loose;
	if (!t->slots)
		t->slots = fault_calloc(HASH_SLOTS, sizeof(*t->slots));
	if (!t->slots || refmap_reserve(gone, t->buckets.count) < 0)
		return -1;
	return 0;
}

static void
change_buckets(struct limits_table *t, const struct rows *rows)
{
	for (uint32_t i = 0; i < rows->nlimits; i++) {
		const struct rate_limit *row =
		    (const struct rate_limit *)rows->limits[i];

		if (is_usable(row))
			limit_bucket_change(refmap_get(&t->buckets,
						row->r.self),
			    row->burst_size, row->fill_rate);
	}
}

static void
free_buckets(struct refmap *m)
{
	struct limit_bucket *b;
	struct ref key;

	for (size_t i = 0; (b = refmap_next(m, &i, &key));)
		limit_bucket_free(b);
	refmap_free(m);
	*m = (struct refmap){ 0 };
}

/* With `changing`. -1: no memory, and all is as it was. */
static int
rebuild(struct core *core, const struct rows *rows)
{
	struct limits_table *t = &limits_now;
	struct refmap gone = { 0 };
	int rc;

	pthread_rwlock_wrlock(&t->lock);
	rc = make_room(t, rows, &gone);
	if (rc == 0)
		rc = add_new(core, t, rows);
	if (rc == 0) {
		/* First: a caller may name a limit that went while the rows
		 * were read. */
		sweep_buckets(t, rows, &gone);
		arrange(t, rows);
		sweep_callers(t);
	}
	pthread_rwlock_unlock(&t->lock);
	if (rc == 0)
		change_buckets(t, rows);
	free_buckets(&gone);
	atomic_store(&core->limiting,
	    t->callers.count || core->config->max_auto_callers);
	return rc;
}

static int
refresh(struct core *core)
{
	struct rows rows = { 0 };
	int rc = -1;

	if (db_get_all(core->db, CLASS_Caller, &rows.callers, &rows.ncallers) ==
		0 &&
	    db_get_all(core->db, CLASS_Rate_limit, &rows.limits,
		&rows.nlimits) == 0)
		rc = rebuild(core, &rows);
	db_release_all(rows.callers, rows.ncallers);
	db_release_all(rows.limits, rows.nlimits);
	return rc;
}

/* What is durable is to hold: without memory it is tried until it does. */
static void
refresh_again(struct timer *timer)
{
	(void)timer;
	limits_refresh(again.core);
}

void
limits_refresh(struct core *core)
{
	LOCK_SCOPE(&again.changing);
	if (again.stopped || refresh(core) == 0 || atomic_load(&core->stopping))
		return;
	again.core = core;
	again.timer.fire = refresh_again;
	if (timer_set(core->timers, &again.timer,
		clock_mono_ns() + NSEC_PER_SEC) < 0)
		log_err("callers and limits stay as they were: no memory");
}

void
limits_stop(struct core *core)
{
	struct limits_table *t = &limits_now;
	struct limits_caller *e;
	struct refmap buckets;
	struct ref key;

	(void)timer_cancel(core->timers, &again.timer);
	limits_seen_stop(core);
	pthread_mutex_lock(&again.changing);
	again.stopped = true;
	atomic_store(&core->limiting, false);
	pthread_rwlock_wrlock(&t->lock);
	buckets = t->buckets;
	t->buckets = (struct refmap){ 0 };
	t->nloose = 0;
	free(t->loose);
	free(t->slots);
	t->loose = t->slots = NULL;
	for (size_t i = 0; (e = refmap_next(&t->callers, &i, &key));)
		caller_free(e);
	refmap_free(&t->callers);
	t->callers = (struct refmap){ 0 };
	pthread_rwlock_unlock(&t->lock);
	pthread_mutex_unlock(&again.changing);
	free_buckets(&buckets);
}

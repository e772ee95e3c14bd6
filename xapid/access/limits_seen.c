/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What callers leave behind in the database: when they were seen last, some
 * seconds later and all in one transaction; and, where the configuration asks
 * for it, a row for each new one, of which the one that was silent for longest
 * goes when there are too many. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/limits_private.h"
#include "call/call.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"

#define WRITE_AFTER_NS (5 * NSEC_PER_SEC)
#define AGENT_CHARS 257 /* the wire has no longer ones */

static struct {
	struct timer timer;
	struct core *core;
	_Atomic bool due, stopping;
	pthread_mutex_t writing;
} seen = { .writing = PTHREAD_MUTEX_INITIALIZER };

static struct {
	_Atomic bool busy; /* one at a time: the next call asks again */
	struct core *core;
	char agent[AGENT_CHARS], address[INET6_ADDRSTRLEN];
} fresh;

/* ---- last_access ---- */

struct moment {
	struct ref caller;
	int64_t at;
};

/* Those that are newer than what was written. NULL: none, or no memory. */
static struct moment *
collect(size_t *n_r)
{
	struct limits_caller *e;
	struct moment *all;
	struct ref key;

	*n_r = 0;
	pthread_rwlock_rdlock(&limits_now.lock);
	all = fault_calloc(limits_now.callers.count + 1, sizeof(*all));
	for (size_t i = 0;
	     all && (e = refmap_next(&limits_now.callers, &i, &key));) {
		int64_t at = atomic_load(&e->seen);

		if (at == e->written)
			continue;
		e->written = at;
		all[(*n_r)++] = (struct moment){ key, at };
	}
	pthread_rwlock_unlock(&limits_now.lock);
	return all;
}

static void
write_seen(void *arg)
{
	struct core *core = arg;
	struct moment *all;
	struct tx *t;
	size_t n;

	LOCK_SCOPE(&seen.writing);
	atomic_store(&seen.due, false);
	all = collect(&n);
	t = n ? tx_begin(core->db) : NULL;
	for (size_t i = 0; t && i < n; i++)
		if (tx_get(t, CLASS_Caller, all[i].caller))
			TX_SET(t, Caller, caller, all[i].caller, last_access,
			    all[i].at);
	if (t && tx_commit_wait(t, NULL) < 0)
		log_warn("last_access of callers is lost");
	free(all);
}

static void
fire(struct timer *timer)
{
	(void)timer;
	if (threads_run(seen.core->threads, write_seen, seen.core) < 0)
		atomic_store(&seen.due, false);
}

void
limits_seen(struct core *core)
{
	if (atomic_load_explicit(&seen.due, memory_order_relaxed) ||
	    atomic_load(&seen.stopping) || atomic_exchange(&seen.due, true))
		return;
	seen.core = core;
	seen.timer.fire = fire;
	if (timer_set(core->timers, &seen.timer,
		clock_mono_ns() + WRITE_AFTER_NS) < 0)
		atomic_store(&seen.due, false);
}

void
limits_seen_stop(struct core *core)
{
	atomic_store(&seen.stopping, true);
	if (seen.core && timer_cancel(core->timers, &seen.timer))
		write_seen(core);
}

/* ---- callers that nobody made ---- */

struct search {
	struct caller wanted;
	unsigned n;        /* registered by us */
	struct ref oldest; /* of them */
	int64_t oldest_seen;
	bool found;
};

static int64_t
last_seen(const struct caller *row)
{
	const struct limits_caller *e;
	int64_t at = row->last_access;

	pthread_rwlock_rdlock(&limits_now.lock);
	e = refmap_get(&limits_now.callers, row->r.self);
	if (e)
		at = atomic_load(&e->seen);
	pthread_rwlock_unlock(&limits_now.lock);
	return at;
}

static int
look_at(const struct record *r, void *arg)
{
	const struct caller *row = (const struct caller *)r;
	struct search *s = arg;
	int64_t at;

	s->found |= limits_same(row, &s->wanted);
	if (!row->auto_registered)
		return 0;
	at = last_seen(row);
	if (s->n++ == 0 || at < s->oldest_seen) {
		s->oldest = r->self;
		s->oldest_seen = at;
	}
	return 0;
}

static int
insert(struct core *core)
{
	char label[AGENT_CHARS + INET6_ADDRSTRLEN + 32];
	struct search s = { .n = 0 };
	struct tx *t = tx_begin(core->db);

	if (!t)
		return -1;
	snprintf(label, sizeof(label), "user_agent: %s, client_ip: %s",
	    fresh.agent, fresh.address);
	record_defaults(&class_table[CLASS_Caller], &s.wanted.r);
	s.wanted.name_label = label;
	s.wanted.user_agent = fresh.agent;
	s.wanted.client_ip = fresh.address;
	s.wanted.last_access = clock_wall_sec();
	s.wanted.auto_registered = true;
	(void)tx_each(t, CLASS_Caller, look_at, &s);
	if (s.found) {
		tx_abort(t);
		return 0;
	}
	if (s.n >= core->config->max_auto_callers)
		(void)tx_destroy(t, CLASS_Caller, s.oldest);
	(void)tx_insert(t, &s.wanted.r, NULL);
	return tx_commit_wait(t, NULL);
}

static void
add_fresh(void *arg)
{
	struct core *core = arg;

	if (insert(core) < 0)
		log_warn("a caller could not be stored");
	limits_refresh(core);
	atomic_store(&fresh.busy, false);
}

void
limits_unknown(struct core *core, const char *user_agent, const char *address)
{
	size_t n = strlen(user_agent);

	if (!core->config->max_auto_callers || !n || n >= AGENT_CHARS ||
	    user_agent[n - 1] == '*' || !address[0] ||
	    strlen(address) >= sizeof(fresh.address) ||
	    atomic_exchange(&fresh.busy, true))
		return;
	memcpy(fresh.agent, user_agent, n + 1);
	memcpy(fresh.address, address, strlen(address) + 1);
	if (threads_run(core->threads, add_fresh, core) < 0)
		atomic_store(&fresh.busy, false);
}

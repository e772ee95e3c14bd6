/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a session, of all that something is true of, and what waits for it
 * (hooks). */
#include <stdlib.h>
#include <string.h>

#include "access/session_private.h"
#include "lib/fault.h"

void
session_fire_hooks(struct shard *shard, struct seat *seat)
{
	struct session_hook *h;

	pthread_mutex_lock(&shard->hook_lock);
	while ((h = seat->hooks.next) != &seat->hooks) {
		struct firing f = { h, pthread_self(), shard->firing };
		struct firing **p = &shard->firing;

		h->prev->next = h->next;
		h->next->prev = h->prev;
		h->next = h->prev = NULL;
		shard->firing = &f;
		pthread_mutex_unlock(&shard->hook_lock);
		h->on_end(h); /* h may be gone now */
		pthread_mutex_lock(&shard->hook_lock);
		while (*p != &f)
			p = &(*p)->next;
		*p = f.next;
		pthread_cond_broadcast(&shard->fired);
	}
	pthread_mutex_unlock(&shard->hook_lock);
}

bool
session_end(struct core *core, struct ref session)
{
	struct sessions *s = core->sessions;
	struct shard *shard = session_shard(s, session);
	struct seat *seat;
	struct tx *t;

	pthread_rwlock_wrlock(&shard->lock);
	seat = refmap_remove(&shard->seats, session);
	pthread_rwlock_unlock(&shard->lock);
	if (!seat)
		return false;
	quota_remove(&s->quota, seat);
	session_fire_hooks(shard, seat);
	free(seat);
	t = tx_begin(core->db);
	if (t) {
		(void)tx_destroy(t, CLASS_session, session);
		tx_commit(t, NULL, NULL);
	}
	return true;
}

struct chosen {
	struct ref *p;
	size_t n, cap;
};

static int
choose(struct chosen *chosen, struct ref session)
{
	if (chosen->n == chosen->cap) {
		size_t cap = chosen->cap ? chosen->cap * 2 : 16;
		void *p = fault_realloc(chosen->p, cap * sizeof(*chosen->p));

		if (!p)
			return -1;
		chosen->p = p;
		chosen->cap = cap;
	}
	chosen->p[chosen->n++] = session;
	return 0;
}

unsigned
session_end_where(struct sessions *s,
    bool (*fn)(const struct seat *seat, void *arg), void *arg)
{
	unsigned ended = 0;
	bool again;

	do {
		struct chosen chosen = { NULL };

		again = false;
		for (unsigned i = 0; i < SESSION_SHARDS; i++) {
			struct shard *shard = &s->shards[i];
			struct seat *seat;

			pthread_rwlock_rdlock(&shard->lock);
			for (size_t k = 0; !again &&
			     (seat = refmap_next(&shard->seats, &k, NULL));)
				if (fn(seat, arg))
					again = choose(&chosen,
						    seat->who.session) < 0;
			pthread_rwlock_unlock(&shard->lock);
		}
		again = again && chosen.n > 0;
		for (size_t i = 0; i < chosen.n; i++)
			ended += session_end(s->core, chosen.p[i]);
		free(chosen.p);
	} while (again);
	return ended;
}

struct by_identity {
	bool (*fn)(const struct identity *who, void *arg);
	void *arg;
};

static bool
identity_fits(const struct seat *seat, void *arg)
{
	const struct by_identity *by = arg;

	return by->fn(&seat->who, by->arg);
}

unsigned
session_end_if(struct core *core,
    bool (*fn)(const struct identity *who, void *arg), void *arg)
{
	struct by_identity by = { fn, arg };

	return session_end_where(core->sessions, identity_fits, &by);
}

static bool
sid_is(const struct seat *seat, void *arg)
{
	return strcmp(seat->who.sid, arg) == 0;
}

unsigned
session_end_user(struct core *core, const char *sid)
{
	char cut[sizeof(((struct identity *)0)->sid)];

	session_copy_cut(cut, sizeof(cut), sid);
	return *cut ? session_end_where(core->sessions, sid_is, cut) : 0;
}

static bool
has_subject(const struct seat *seat, void *arg)
{
	for (unsigned i = 0; i < seat->nsubjects; i++)
		if (ref_equal(seat->subjects[i], *(const struct ref *)arg))
			return true;
	return false;
}

unsigned
session_end_subject(struct core *core, struct ref subject)
{
	return session_end_where(core->sessions, has_subject, &subject);
}

/* ---- hooks ---- */

int
session_hook(struct core *core, struct session_hook *h)
{
	struct shard *shard = session_shard(core->sessions, h->session);
	struct seat *seat;

	h->next = h->prev = NULL;
	pthread_rwlock_rdlock(&shard->lock);
	seat = refmap_get(&shard->seats, h->session);
	if (seat) {
		pthread_mutex_lock(&shard->hook_lock);
		h->next = &seat->hooks;
		h->prev = seat->hooks.prev;
		h->prev->next = h->next->prev = h;
		pthread_mutex_unlock(&shard->hook_lock);
	}
	pthread_rwlock_unlock(&shard->lock);
	return seat ? 0 : -1;
}

static bool
fires_elsewhere(const struct shard *shard, const struct session_hook *h)
{
	for (const struct firing *f = shard->firing; f; f = f->next)
		if (f->hook == h)
			return !pthread_equal(f->thread, pthread_self());
	return false;
}

void
session_unhook(struct core *core, struct session_hook *h)
{
	struct shard *shard = session_shard(core->sessions, h->session);
	LOCK_SCOPE(&shard->hook_lock);

	if (h->next) {
		h->prev->next = h->next;
		h->next->prev = h->prev;
		h->next = h->prev = NULL;
		return;
	}
	while (fires_elsewhere(shard, h))
		pthread_cond_wait(&shard->fired, &shard->hook_lock);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every call looks its session up, so the way there is one shared lock of one
 * of many shards, a hash look-up and a copy. All else (limits, the record in
 * the database, what waits for the end) is off that way.
 *
 * Lock order: the database's writer lock, then a shard, then quota.lock or the
 * shard's hook_lock. A transaction is never begun with one of ours held. */
#include <string.h>
#include <time.h>

#include "access/rbac.h"
#include "access/session_private.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/refmap.h"

#define SHARDS 16u
#define NOTE_SECONDS 600 /* how exact last_active is (source: wire.json) */
#define SWEEP_SECONDS 60 /* how often idle sessions are looked for, at most */

/* A hook whose on_end runs: session_unhook waits for it. */
struct firing {
	const struct session_hook *hook;
	pthread_t thread;
	struct firing *next;
};

struct shard {
	pthread_rwlock_t lock;
	struct refmap seats;
	pthread_mutex_t hook_lock; /* hooks of all these seats, and: */
	pthread_cond_t fired;
	struct firing *firing;
} __attribute__((aligned(64)));

struct sessions {
	struct core *core;
	struct shard shards[SHARDS];
	struct quota quota;
	struct timer sweep;
	pthread_mutex_t work_lock; /* the next two */
	pthread_cond_t work_done;
	unsigned working; /* pieces of work given to core->threads */
	bool ending;
};

static int64_t
coarse_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return t.tv_sec;
}

static struct shard *
shard_of(struct sessions *s, struct ref session)
{
	return &s->shards[(session.lo ^ session.lo >> 32) % SHARDS];
}

/* At most size - 1 bytes of from, and no piece of a character at the end. */
static void
copy_cut(char *to, size_t size, const char *from)
{
	size_t n = from ? strnlen(from, size) : 0;

	if (n == size)
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
	struct shard *shard = shard_of(s, note->session);
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
	int64_t now = coarse_seconds();
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
	struct shard *shard = shard_of(s, session);
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

/* ---- beginning ---- */

static struct seat *
seat_new(const struct session_new *n)
{
	struct seat *seat;

	if (n->nsubjects > SESSION_SUBJECTS)
		return NULL;
	seat = fault_calloc(1,
	    sizeof(*seat) + n->nsubjects * sizeof(*seat->subjects));
	if (!seat)
		return NULL;
	seat->who.session = ref_new();
	seat->who.roles = n->roles;
	seat->who.local_superuser = n->local_superuser;
	seat->who.pool = n->pool;
	copy_cut(seat->who.user, sizeof(seat->who.user), n->user);
	copy_cut(seat->who.sid, sizeof(seat->who.sid), n->sid);
	copy_cut(seat->who.originator, sizeof(seat->who.originator),
	    n->originator);
	if (n->nsubjects) {
		seat->who.subject = n->subjects[0];
		memcpy(seat->subjects, n->subjects,
		    n->nsubjects * sizeof(*n->subjects));
	}
	seat->nsubjects = n->nsubjects;
	seat->hooks.next = seat->hooks.prev = &seat->hooks;
	seat->active = seat->noted = coarse_seconds();
	return seat;
}

/* Whether the subjects give these roles, in the newest state that any writer
 * has brought about. */
static bool
roles_still_hold(struct tx *t, const struct session_new *n)
{
	role_mask roles = 0;

	for (unsigned i = 0; i < n->nsubjects; i++) {
		const struct subject *s =
		    TX_GET(t, subject, subject, n->subjects[i]);

		roles |= s ? rbac_mask_of_set(&s->roles) : 0;
	}
	return n->nsubjects == 0 || roles == n->roles;
}

static int
insert_record(struct tx *t, struct core *core, const struct seat *seat,
    const struct session_new *n)
{
	int64_t now = clock_wall_sec();
	struct session r = {
		.r = { .cls = &class_table[CLASS_session],
		    .self = seat->who.session },
		.uuid = "",
		.this_host = core->host,
		.last_active = now,
		.validation_time = now,
		.pool = n->pool,
		.is_local_superuser = n->local_superuser,
		.subject = seat->who.subject,
		.auth_user_sid = seat->who.sid,
		.auth_user_name = seat->who.user,
		.parent = n->parent,
		.originator = seat->who.originator,
		.client_certificate = n->client_certificate,
	};

	if (!n->local_superuser &&
	    rbac_names(tx_arena(t), n->roles, &r.rbac_permissions) < 0)
		return -1;
	return tx_insert(t, &r.r, NULL);
}

static int
seat_put(struct sessions *s, struct seat *seat)
{
	struct shard *shard = shard_of(s, seat->who.session);
	int rc;

	pthread_rwlock_wrlock(&shard->lock);
	rc = refmap_put(&shard->seats, seat->who.session, seat);
	pthread_rwlock_unlock(&shard->lock);
	return rc;
}

/* With the writer's turn held, so that whoever takes a role away either sees
 * this session and ends it, or has been seen by roles_still_hold(). */
static int
take_seat(struct sessions *s, struct tx *t, struct seat *seat,
    const struct session_new *n, struct ref victims[], int *nvictims_r)
{
	if (insert_record(t, s->core, seat, n) < 0)
		return -1;
	*nvictims_r = quota_add(&s->quota, seat, victims);
	if (*nvictims_r < 0)
		return -1;
	if (seat_put(s, seat) < 0) {
		quota_remove(&s->quota, seat);
		return -1;
	}
	return 0;
}

int
session_create(struct core *core, const struct session_new *n,
    struct ref *ref_r, bool *changed_r)
{
	struct sessions *s = core->sessions;
	struct seat *seat = seat_new(n);
	struct tx *t = seat ? tx_begin(core->db) : NULL;
	struct ref self, victims[QUOTA_VICTIMS];
	int nvictims = 0;

	*changed_r = false;
	if (!t) {
		free(seat);
		return -1;
	}
	*changed_r = !roles_still_hold(t, n);
	self = seat->who.session; /* once seated, others may end and free it */
	if (*changed_r || take_seat(s, t, seat, n, victims, &nvictims) < 0) {
		tx_abort(t);
		free(seat);
		return -1;
	}
	if (tx_commit_wait(t, NULL) < 0) {
		(void)session_end(core, self);
		return -1;
	}
	for (int i = 0; i < nvictims; i++)
		(void)session_end(core, victims[i]);
	*ref_r = self;
	return 0;
}

/* ---- the end ---- */

static void
fire_hooks(struct shard *shard, struct seat *seat)
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
	struct shard *shard = shard_of(s, session);
	struct seat *seat;
	struct tx *t;

	pthread_rwlock_wrlock(&shard->lock);
	seat = refmap_remove(&shard->seats, session);
	pthread_rwlock_unlock(&shard->lock);
	if (!seat)
		return false;
	quota_remove(&s->quota, seat);
	fire_hooks(shard, seat);
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

/* Without memory for all at once it is done in several rounds. */
static unsigned
end_where(struct sessions *s, bool (*fn)(const struct seat *seat, void *arg),
    void *arg)
{
	unsigned ended = 0;
	bool again;

	do {
		struct chosen chosen = { NULL };

		again = false;
		for (unsigned i = 0; i < SHARDS; i++) {
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

	return end_where(core->sessions, identity_fits, &by);
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

	copy_cut(cut, sizeof(cut), sid);
	return *cut ? end_where(core->sessions, sid_is, cut) : 0;
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
	return end_where(core->sessions, has_subject, &subject);
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
	for (unsigned i = 0; i < SHARDS && rc == 0; i++) {
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

/* ---- hooks ---- */

int
session_hook(struct core *core, struct session_hook *h)
{
	struct shard *shard = shard_of(core->sessions, h->session);
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
	struct shard *shard = shard_of(core->sessions, h->session);
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
	int64_t before = coarse_seconds() - s->core->config->session_idle_s;

	(void)end_where(s, is_idle, &before);
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
	for (unsigned i = 0; i < SHARDS; i++) {
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
	for (unsigned i = 0; i < SHARDS; i++) {
		struct shard *shard = &s->shards[i];
		struct seat *seat;

		for (size_t k = 0;
		     (seat = refmap_next(&shard->seats, &k, NULL));) {
			quota_remove(&s->quota, seat);
			fire_hooks(shard, seat);
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of class event. A call that finds nothing to report waits without a
 * thread: parked, woken by a change, its deadline or the end of its session. */
#include "call/event_calls.h"

#include <string.h>

#include "access/session.h"
#include "lib/fault.h"
#include "lib/refmap.h"

/* A waiting call. Owned by the call; outlives nothing. */
struct event_wait {
	struct call *call;
	struct event_filter filter;
	uint64_t token;
	int64_t deadline;
	struct event_watch watch;
	struct timer timer;
	struct session_hook hook;
	_Atomic bool woken; /* once */
	_Atomic bool timed_out, ended;
	bool armed, hooked, counted;
	/* What a result is made of: event.from or event.next. */
	void (*again)(struct call *c);
};

/* ---- how many calls of one user wait (attack A3) ---- */

struct waiting_user {
	char sid[96];
	unsigned n;
};

static pthread_mutex_t users_lock = PTHREAD_MUTEX_INITIALIZER;
static struct waiting_user *users;
static size_t nusers, users_cap;

static struct waiting_user *
user_find(const char *sid)
{
	for (size_t i = 0; i < nusers; i++)
		if (strcmp(users[i].sid, sid) == 0)
			return &users[i];
	return NULL;
}

static struct waiting_user *
user_add(const char *sid)
{
	struct waiting_user *u;

	if (nusers == users_cap) {
		size_t cap = users_cap ? users_cap * 2 : 8;
		void *p = fault_realloc(users, cap * sizeof(*users));

		if (!p)
			return NULL;
		users = p;
		users_cap = cap;
	}
	u = &users[nusers++];
	memset(u, 0, sizeof(*u));
	memcpy(u->sid, sid, strnlen(sid, sizeof(u->sid) - 1));
	return u;
}

int
event_count_in(struct call *c)
{
	struct waiting_user *u;
	int rc = 0;

	pthread_mutex_lock(&users_lock);
	u = user_find(c->caller.sid);
	if (!u)
		u = user_add(c->caller.sid);
	if (!u)
		rc = call_fail_nomem(c);
	else if (u->n >= c->core->config->max_event_calls_per_user)
		rc = fail_too_busy(c);
	else
		u->n++;
	pthread_mutex_unlock(&users_lock);
	return rc;
}

void
event_count_out(const struct call *c)
{
	struct waiting_user *u;

	pthread_mutex_lock(&users_lock);
	u = user_find(c->caller.sid);
	if (u && --u->n == 0)
		*u = users[--nusers];
	pthread_mutex_unlock(&users_lock);
}

/* ---- waiting ---- */

static void
wake_once(struct event_wait *w)
{
	if (!atomic_exchange(&w->woken, true))
		call_unpark(w->call);
}

static void
on_change(struct event_watch *watch)
{
	wake_once((struct event_wait *)((char *)watch -
	    offsetof(struct event_wait, watch)));
}

static void
on_deadline(struct timer *timer)
{
	struct event_wait *w = (struct event_wait *)((char *)timer -
	    offsetof(struct event_wait, timer));

	atomic_store(&w->timed_out, true);
	wake_once(w);
}

static void
on_session_end(struct session_hook *hook)
{
	struct event_wait *w = (struct event_wait *)((char *)hook -
	    offsetof(struct event_wait, hook));

	atomic_store(&w->ended, true);
	wake_once(w);
}

static void
disarm(struct event_wait *w)
{
	struct core *core = w->call->core;

	if (w->armed)
		event_watch_remove(core->db, &w->watch);
	w->armed = false;
	timer_cancel(core->timers, &w->timer);
	if (w->hooked)
		session_unhook(core, &w->hook);
	w->hooked = false;
}

/* The client left. Wakers are gone before the call's last part ends, so that
 * none of them frees what it stands on. */
static void
on_left(struct call *c)
{
	disarm(c->wait);
	wake_once(c->wait);
}

void
event_wait_free(struct event_wait *w)
{
	if (!w)
		return;
	disarm(w);
	if (w->counted)
		event_count_out(w->call);
	event_filter_free(&w->filter);
	free(w);
}

/* Parks the call until something happens. The order matters: the call is
 * parked before anything can wake it. */
static int
wait_for_news(struct call *c, struct event_wait *w)
{
	struct core *core = c->core;

	atomic_store(&w->woken, false);
	w->watch = (struct event_watch){
		.filter = &w->filter,
		.token = w->token,
		.wake = on_change,
	};
	w->timer.fire = on_deadline;
	w->hook.session = c->caller.session;
	w->hook.on_end = on_session_end;
	c->on_left = on_left;
	call_park(c, w->again);
	if (session_hook(core, &w->hook) < 0) {
		on_session_end(&w->hook);
		return 0;
	}
	w->hooked = true;
	if (timer_set(core->timers, &w->timer, w->deadline) < 0) {
		on_deadline(&w->timer);
		return 0;
	}
	w->armed = true;
	event_watch_add(core->db, &w->watch);
	return 0;
}

static struct event_wait *
wait_new(struct call *c, void (*again)(struct call *c))
{
	struct event_wait *w = fault_calloc(1, sizeof(*w));

	if (!w) {
		call_fail_nomem(c);
		return NULL;
	}
	w->call = c;
	w->again = again;
	c->wait = w;
	if (event_count_in(c) < 0)
		return NULL; /* call_free releases it */
	w->counted = true;
	return w;
}

/* ---- results ---- */

/* The batch becomes the call's: its snapshots are held for the reply. */
static int
keep_batch(struct call *c, struct event_batch *b, const uint64_t *counts)
{
	struct event_item *items =
	    arena_array(c->arena, b->n ? b->n : 1, sizeof(*items));
	uint64_t *kept = arena_array(c->arena, CLASS_COUNT, sizeof(*kept));
	uint32_t n = b->n;

	if (!items || !kept) {
		event_release(b);
		return call_fail_nomem(c);
	}
	if (n)
		memcpy(items, b->events, n * sizeof(*items));
	memcpy(kept, counts, CLASS_COUNT * sizeof(*kept));
	b->n = 0; /* the references are items' now */
	event_release_array(b);
	for (uint32_t i = 0; i < n; i++)
		if (call_hold(c, items[i].snapshot) < 0)
			return -1;
	b->events = items;
	b->n = n;
	b->valid_ref_counts = kept;
	return 0;
}

/* 1: there is a result (or a failure); 0: nothing yet. */
static int
look(struct call *c, struct event_wait *w, struct event_batch *out)
{
	uint64_t counts[CLASS_COUNT];
	struct event_batch b;

	switch (event_since(c->db, &w->filter, w->token, &b, counts)) {
	case EVENTS_TOO_OLD:
		fail_events_lost(c);
		return 1;
	case EVENTS_NO_MEMORY:
		call_fail_nomem(c);
		return 1;
	case EVENTS_NONE:
		if (!atomic_load(&w->timed_out))
			return 0;
		/* fall through */
	case EVENTS_FOUND:
		break;
	}
	if (keep_batch(c, &b, counts) == 0)
		*out = b;
	return 1;
}

static void
fail_ended(struct call *c)
{
	fail_session_invalid(c, call_ref_text(c, c->caller.session));
}

/* ---- event.from ---- */

static void
from_again(struct call *c)
{
	struct event_wait *w = c->wait;

	disarm(w);
	if (atomic_load(&w->ended))
		fail_ended(c);
	else if (!look(c, w, c->result))
		(void)wait_for_news(c, w);
}

int
event_from(struct call *c, const struct event_from_args *a,
    struct event_batch *result_r)
{
	struct event_wait *w;
	uint64_t token;

	if (event_token_parse(c, a->token, &token) < 0)
		return -1;
	w = wait_new(c, from_again);
	if (!w ||
	    event_filter_parse(c, a->classes.items, a->classes.n, &w->filter) <
		0)
		return -1;
	w->token = token;
	w->deadline = event_deadline(a->timeout);
	if (a->timeout == 0)
		atomic_store(&w->timed_out, true);
	if (look(c, w, result_r))
		return c->nerror ? -1 : 0;
	return wait_for_news(c, w);
}

/* ---- event.register, event.next: one subscription a session ---- */

struct registration {
	struct event_filter filter;
	uint64_t token;
};

static pthread_mutex_t registered_lock = PTHREAD_MUTEX_INITIALIZER;
static struct refmap registered; /* session: struct registration */

static void
registration_free(struct registration *r)
{
	if (r)
		event_filter_free(&r->filter);
	free(r);
}

void
event_forget_session(struct core *core, struct ref session)
{
	(void)core;
	pthread_mutex_lock(&registered_lock);
	registration_free(refmap_remove(&registered, session));
	pthread_mutex_unlock(&registered_lock);
}

/* Classes of `more` are added to or taken from what is registered. Objects
 * cannot be registered singly (source: events.json next_rules). */
static int
registration_change(struct call *c, const struct event_filter *more, bool on)
{
	struct registration *r;
	int rc = 0;

	pthread_mutex_lock(&registered_lock);
	r = refmap_get(&registered, c->caller.session);
	if (!r && on) {
		r = fault_calloc(1, sizeof(*r));
		if (!r || refmap_put(&registered, c->caller.session, r) < 0) {
			free(r);
			r = NULL;
			rc = call_fail_nomem(c);
		} else {
			r->token = db_generation(c->db);
		}
	}
	for (int i = 0; r && i < CLASS_COUNT; i++)
		if (more->classes[i])
			r->filter.classes[i] = on;
	pthread_mutex_unlock(&registered_lock);
	return rc;
}

static int
change_from_texts(struct call *c, const struct set *texts, bool on)
{
	struct event_filter f;
	int rc;

	if (event_filter_parse(c, texts->items, texts->n, &f) < 0)
		return -1;
	rc = registration_change(c, &f, on);
	event_filter_free(&f);
	return rc;
}

int
event_register(struct call *c, const struct event_register_args *a)
{
	return change_from_texts(c, &a->classes, true);
}

int
event_unregister(struct call *c, const struct event_unregister_args *a)
{
	return change_from_texts(c, &a->classes, false);
}

/* The subscription as it is now; it may change while the call waits. */
static int
registration_read(struct call *c, struct event_wait *w)
{
	const struct registration *r;

	pthread_mutex_lock(&registered_lock);
	r = refmap_get(&registered, c->caller.session);
	if (r) {
		memcpy(w->filter.classes, r->filter.classes,
		    sizeof(w->filter.classes));
		w->token = r->token;
	}
	pthread_mutex_unlock(&registered_lock);
	if (!r)
		return fail_session_not_registered(c,
		    call_ref_text(c, c->caller.session));
	return 0;
}

static void
registration_seen(struct call *c, uint64_t token)
{
	struct registration *r;

	pthread_mutex_lock(&registered_lock);
	r = refmap_get(&registered, c->caller.session);
	if (r && r->token < token)
		r->token = token;
	pthread_mutex_unlock(&registered_lock);
}

static const char *
uuid_of(const struct record *r)
{
	int f = r ? r->cls->uuid_field : -1;

	return f < 0
	    ? ""
	    : *(const char *const *)record_field(r, &r->cls->fields[f]);
}

/* Records of class event, as event.next answers them. */
static int
make_records(struct call *c, const struct event_batch *b, struct set *out)
{
	const struct event **records =
	    arena_array(c->arena, b->n ? b->n : 1, sizeof(*records));

	for (uint32_t i = 0; records && i < b->n; i++) {
		const struct event_item *e = &b->events[i];
		struct event *r = arena_alloc(c->arena, sizeof(*r));

		if (!r)
			return call_fail_nomem(c);
		r->r.cls = &class_table[CLASS_event];
		r->id = (int64_t)e->id;
		r->class = class_table[e->cls].lower;
		r->operation = (enum event_operation)e->op;
		r->ref = call_ref_text(c, e->ref);
		r->obj_uuid = uuid_of(e->snapshot);
		r->snapshot = e->snapshot;
		records[i] = r;
	}
	if (!records)
		return call_fail_nomem(c);
	*out = (struct set){ .items = records, .n = b->n };
	return 0;
}

static int
next_look(struct call *c, struct event_wait *w, struct set *out)
{
	struct event_batch b = { 0 };

	if (registration_read(c, w) < 0)
		return -1;
	if (!look(c, w, &b))
		return wait_for_news(c, w);
	if (c->nerror)
		return -1;
	registration_seen(c, b.token);
	return make_records(c, &b, out);
}

static void
next_again(struct call *c)
{
	disarm(c->wait);
	if (atomic_load(&c->wait->ended))
		fail_ended(c);
	else
		(void)next_look(c, c->wait, c->result);
}

int
event_next(struct call *c, const struct event_next_args *a,
    struct set *result_r)
{
	struct event_wait *w = wait_new(c, next_again);

	(void)a;
	if (!w)
		return -1;
	w->deadline = event_deadline(-1);
	return next_look(c, w, result_r);
}

/* ---- the others ---- */

int
event_get_current_id(struct call *c, const struct event_get_current_id_args *a,
    int64_t *result_r)
{
	(void)a;
	*result_r = (int64_t)db_generation(c->db);
	return 0;
}

int
event_inject(struct call *c, const struct event_inject_args *a,
    const char **result_r)
{
	const struct class_info *cls = class_find(a->class);
	struct ref ref;
	struct tx *t;
	char *token;

	if (!cls || !cls->events || !ref_parse(a->ref, &ref))
		return fail_handle_invalid(c, a->class, a->ref);
	token = arena_alloc(c->arena, EVENT_TOKEN_CHARS + 1);
	if (!token)
		return call_fail_nomem(c);
	t = call_begin(c);
	if (!t)
		return -1;
	event_token_format(tx_generation(t) - 1, token);
	*result_r = token;
	(void)tx_touch(t, cls->id, ref);
	return call_commit(c, t);
}

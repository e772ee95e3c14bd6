/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which login is looked at when.
 *
 * A password check costs much, on purpose: whoever sends wrong ones in numbers
 * must not keep others out (attack A28). A login therefore waits in one of
 * four lanes, without a thread of its own:
 *
 *   known   the password looks like the one that this user sent last time from
 *           this address, or the peer needs none
 *   fresh   user and address have failed rarely
 *   shared  only the address has failed often
 *   slow    all others
 *
 * Each lane has fewer workers than the one before, so a flood of one kind
 * leaves room for the better kinds, and the lanes are short: what finds no
 * place is refused unseen. In the last two a refusal is held back for a
 * second, by a timer, whether or not the password was looked at.
 *
 * "Looks like": 16 bits of a keyed hash are remembered, enough to tell a known
 * password from nearly all guesses, too few to find it by. */
#include "access/auth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/hmac.h>
#include <string.h>
#include <sys/random.h>

#include "access/auth_private.h"
#include "access/rbac.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"

#define LANE_PLACES 256
#define HELD_BACK_MS 1000
#define MAX_HELD_BACK 4096
#define LOOK_FILE_MS 1000       /* at the file of users */
#define LOOK_ACCOUNTS_MS 600000 /* at local accounts */
#define TELL_NS (60 * NSEC_PER_SEC)
#define PASSWORD_MAX 512 /* bytes; crypt(3) takes no more */
#define USER_MAX 95      /* as in struct identity */

/* Failures of one user from one address: ten at once, then one in two
 * seconds. Of one address: many users may share it. */
#define KEY_BURST 10
#define KEY_REFILL_MS 2000
#define ADDRESS_BURST 60
#define ADDRESS_REFILL_MS 200

/* ---- keys ---- */

static uint64_t
keyed_hash(const struct auth *a, char kind, const char *x, const char *y)
{
	unsigned char md[EVP_MAX_MD_SIZE] = { 0 };
	char text[1 + USER_MAX + 1 + PASSWORD_MAX + 1];
	size_t nx = strnlen(x, USER_MAX), ny = strnlen(y, PASSWORD_MAX);
	uint64_t h;

	text[0] = kind;
	memcpy(text + 1, x, nx);
	text[1 + nx] = '\0';
	memcpy(text + 2 + nx, y, ny);
	HMAC(EVP_sha256(), a->secret, sizeof(a->secret),
	    (const unsigned char *)text, 2 + nx + ny, md, NULL);
	explicit_bzero(text, sizeof(text));
	memcpy(&h, md, sizeof(h));
	return h ? h : 1; /* 0 is an unused place */
}

/* Of an IPv6 address only the network: one client has all of it. */
static void
address_group(const char *address, char out[INET6_ADDRSTRLEN])
{
	struct in6_addr in6;

	snprintf(out, INET6_ADDRSTRLEN, "%s", address ? address : "");
	if (!strchr(out, ':') || inet_pton(AF_INET6, out, &in6) != 1 ||
	    IN6_IS_ADDR_V4MAPPED(&in6))
		return;
	memset(in6.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &in6, out, INET6_ADDRSTRLEN);
}

static uint16_t
fragment_of(const struct auth *a, const struct auth_request *r)
{
	return (uint16_t)keyed_hash(a, 'p', r->user, r->password);
}

/* Under lock. */
static bool
is_known(const struct auth *a, const struct auth_request *r, uint16_t fragment)
{
	size_t i = r->key % AUTH_KNOWN;

	return a->known[i].key == r->key && a->known[i].fragment == fragment;
}

static void
remember(struct auth *a, const struct auth_request *r)
{
	uint16_t fragment = fragment_of(a, r);
	LOCK_SCOPE(&a->lock);
	size_t i = r->key % AUTH_KNOWN;

	a->known[i].key = r->key;
	a->known[i].fragment = fragment;
}

/* ---- answers ---- */

/* Under lock. */
static void
held_remove(struct auth_request *r)
{
	*r->prev_next = r->next;
	if (r->next)
		r->next->prev_next = r->prev_next;
	r->prev_next = NULL;
}

/* Whoever takes a request out of the list answers it: its timer, or
 * auth_close(). */
static void
delay_ends(struct timer *t)
{
	struct auth_request *r = (struct auth_request *)((char *)t -
	    offsetof(struct auth_request, timer));
	struct auth *a = r->core->auth;
	bool ours;

	pthread_mutex_lock(&a->lock);
	ours = r->prev_next != NULL;
	if (ours) {
		held_remove(r);
		a->nheld--;
	}
	pthread_mutex_unlock(&a->lock);
	if (ours)
		r->done(r);
}

/* True: the timer will answer. */
static bool
hold_back(struct auth *a, struct auth_request *r)
{
	LOCK_SCOPE(&a->lock);

	if (a->closing || a->nheld >= MAX_HELD_BACK)
		return false;
	r->timer = (struct timer){ .fire = delay_ends };
	if (timer_set(a->core->timers, &r->timer,
		r->arrived + HELD_BACK_MS * NSEC_PER_MSEC) < 0)
		return false;
	r->next = a->held;
	r->prev_next = &a->held;
	if (r->next)
		r->next->prev_next = &r->next;
	a->held = r;
	a->nheld++;
	return true;
}

/* At most one line a minute. */
static void
tell_refused(struct auth *a, const struct auth_request *r)
{
	int64_t now = clock_mono_ns();
	LOCK_SCOPE(&a->lock);

	a->refused++;
	if (a->told && now - a->told < TELL_NS)
		return;
	log_warn("%llu logins were refused that came after too many wrong "
		 "ones, the last for %s from %s",
	    (unsigned long long)a->refused, r->user,
	    *r->address ? r->address : "the local socket");
	a->refused = 0;
	a->told = now;
}

static void
refuse(struct auth *a, struct auth_request *r)
{
	r->ok = false;
	r->flood = r->lane >= LANE_SHARED;
	if (r->flood)
		tell_refused(a, r);
	if (!r->flood || r->holds_thread || !hold_back(a, r))
		r->done(r);
}

static void
welcome(struct auth *a, struct auth_request *r)
{
	if (!r->local && !r->certified) {
		auth_limit_pardon(a->by_key, r->key);
		auth_limit_pardon(a->by_address, r->address_key);
		remember(a, r);
	}
	r->ok = true;
	r->done(r);
}

/* ---- workers ---- */

/* Of all workers, how many a lane may have at most. Under lock. */
static unsigned
lane_workers(const struct auth *a, unsigned lane)
{
	const unsigned most[LANES] = { a->most, a->most - 1, a->most / 2, 1 };

	return most[lane] ? most[lane] : 1;
}

/* Under lock. */
static struct auth_request *
take(struct auth *a)
{
	for (unsigned i = 0; i < LANES; i++) {
		struct lane *lane = &a->lanes[i];
		struct auth_request *r = lane->first;

		if (!r || lane->running >= lane_workers(a, i))
			continue;
		lane->first = r->next;
		if (!lane->first)
			lane->last = &lane->first;
		lane->waiting--;
		lane->running++;
		return r;
	}
	return NULL;
}

static void
trust(struct auth_request *r)
{
	snprintf(r->result.user, sizeof(r->result.user), "%s", r->user);
	r->result.roles = rbac_all();
	r->result.local_superuser = true;
}

/* Under any name; what he may do is one role's. */
static void
let_in_certified(struct auth_request *r)
{
	snprintf(r->result.user, sizeof(r->result.user), "%s", r->user);
	snprintf(r->result.sid, sizeof(r->result.sid), AUTH_CERTIFIED);
	r->result.roles = role_find("client-cert");
}

static void
process(struct auth *a, struct auth_request *r)
{
	if (r->local) {
		trust(r);
		welcome(a, r);
	} else if (r->certified) {
		let_in_certified(r);
		welcome(a, r);
	} else if (auth_verify(a, r->user, r->password, &r->result)) {
		welcome(a, r);
	} else {
		refuse(a, r);
	}
}

static void
work(void *arg)
{
	struct auth *a = arg;
	struct auth_request *r;

	pthread_mutex_lock(&a->lock);
	while ((r = take(a))) {
		unsigned lane = r->lane;

		pthread_mutex_unlock(&a->lock);
		process(a, r);
		pthread_mutex_lock(&a->lock);
		a->lanes[lane].running--;
	}
	a->workers--;
	pthread_cond_broadcast(&a->idle);
	pthread_mutex_unlock(&a->lock);
}

/* Under lock. A worker takes the next when it is done, so one start for each
 * request is enough. */
static bool
start_worker(struct auth *a)
{
	if (a->workers >= a->most)
		return true;
	if (threads_run(a->threads, work, a) < 0)
		return a->workers > 0;
	a->workers++;
	return true;
}

/* ---- admission ---- */

static unsigned
choose_lane(struct auth *a, const struct auth_request *r)
{
	uint16_t fragment;
	bool known, key_ok, address_ok;

	if (r->local || r->certified)
		return LANE_KNOWN;
	fragment = fragment_of(a, r);
	pthread_mutex_lock(&a->lock);
	known = is_known(a, r, fragment);
	pthread_mutex_unlock(&a->lock);
	if (known)
		return LANE_KNOWN;
	key_ok = auth_limit_take(a->by_key, r->key);
	address_ok = auth_limit_take(a->by_address, r->address_key);
	if (!key_ok)
		return LANE_SLOW;
	return address_ok ? LANE_FRESH : LANE_SHARED;
}

static bool
enqueue(struct auth *a, struct auth_request *r)
{
	LOCK_SCOPE(&a->lock);
	struct lane *lane = &a->lanes[r->lane];

	if (r->holds_thread && r->lane >= LANE_SHARED)
		return false; /* threads are too good for that */
	if (a->closing || lane->waiting >= LANE_PLACES || !start_worker(a))
		return false;
	r->next = NULL;
	*lane->last = r;
	lane->last = &r->next;
	lane->waiting++;
	return true;
}

void
auth_submit(struct core *core, struct auth_request *r)
{
	struct auth *a = core->auth;
	char group[INET6_ADDRSTRLEN];

	r->core = core;
	r->ok = false;
	memset(&r->result, 0, sizeof(r->result));
	r->arrived = clock_mono_ns();
	address_group(r->address, group);
	r->key = keyed_hash(a, 'k', r->user, group);
	r->address_key = keyed_hash(a, 'a', "", group);
	r->lane = choose_lane(a, r);
	if (strlen(r->user) > USER_MAX || strlen(r->password) > PASSWORD_MAX ||
	    !enqueue(a, r))
		refuse(a, r);
}

bool
auth_trusts(const struct rpc_peer *peer)
{
	return peer->local && (peer->uid == 0 || peer->uid == geteuid());
}

bool
auth_certified(const struct core *core, const struct rpc_peer *peer)
{
	return peer->certified &&
	    peer->certified == atomic_load(&core->client_epoch);
}

/* ---- for those who may wait ---- */

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool finished;
};

static void
wake_waiter(struct auth_request *r)
{
	struct waiter *w = r->arg;

	pthread_mutex_lock(&w->lock);
	w->finished = true;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->lock);
}

static void
submit_and_wait(struct core *core, struct auth_request *r)
{
	struct waiter w = { .lock = PTHREAD_MUTEX_INITIALIZER,
		.cond = PTHREAD_COND_INITIALIZER };

	r->done = wake_waiter;
	r->arg = &w;
	auth_submit(core, r);
	pthread_mutex_lock(&w.lock);
	while (!w.finished)
		pthread_cond_wait(&w.cond, &w.lock);
	pthread_mutex_unlock(&w.lock);
	r->arg = NULL;
	pthread_mutex_destroy(&w.lock);
	pthread_cond_destroy(&w.cond);
}

int
auth_check(struct call *c, const char *user, const char *password,
    struct auth_result *out_r)
{
	struct auth_request r = {
		.user = user,
		.password = password,
		.address = c->peer.address,
		.local = auth_trusts(&c->peer),
		.holds_thread = true,
	};

	submit_and_wait(c->core, &r);
	*out_r = r.result;
	return r.ok ? 0 : auth_fail(c, user);
}

int
auth_fail(struct call *c, const char *user)
{
	const char *const params[] = { user, "Authentication failure" };

	return call_fail(c, "SESSION_AUTHENTICATION_FAILED", params, 2);
}

/* ---- the whole ---- */

static void
look_again_later(struct auth *a)
{
	LOCK_SCOPE(&a->lock);

	if (!a->closing)
		(void)timer_set(a->core->timers, &a->look,
		    clock_mono_ns() +
			(a->path ? LOOK_FILE_MS : LOOK_ACCOUNTS_MS) *
			    NSEC_PER_MSEC);
}

static void
look_run(void *arg)
{
	struct auth *a = arg;

	if (a->path)
		auth_users_refresh(a);
	else
		auth_accounts_refresh(a);
	look_again_later(a);
	pthread_mutex_lock(&a->lock);
	a->looking = false;
	pthread_cond_broadcast(&a->idle);
	pthread_mutex_unlock(&a->lock);
}

/* On the timer thread: reading is for another. */
static void
look(struct timer *t)
{
	struct auth *a =
	    (struct auth *)((char *)t - offsetof(struct auth, look));
	bool started;

	if (a->path && !auth_users_changed(a)) {
		look_again_later(a);
		return;
	}
	pthread_mutex_lock(&a->lock);
	started = !a->closing && threads_run(a->threads, look_run, a) == 0;
	a->looking = started;
	pthread_mutex_unlock(&a->lock);
	/* By now it may have ended. */
	if (!started)
		look_again_later(a);
}

static void
auth_free(struct auth *a)
{
	auth_limit_free(a->by_key);
	auth_limit_free(a->by_address);
	threads_free(a->threads);
	auth_users_free(a->users);
	pthread_mutex_destroy(&a->read_lock);
	pthread_rwlock_destroy(&a->users_lock);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->idle);
	explicit_bzero(a->secret, sizeof(a->secret));
	free(a);
}

static struct auth *
auth_new(struct core *core)
{
	struct auth *a = fault_calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->core = core;
	a->path = core->config->users_file;
	pthread_mutex_init(&a->read_lock, NULL);
	pthread_rwlock_init(&a->users_lock, NULL);
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->idle, NULL);
	for (unsigned i = 0; i < LANES; i++)
		a->lanes[i].last = &a->lanes[i].first;
	a->look.fire = look;
	a->by_key = auth_limit_new(KEY_BURST, KEY_REFILL_MS, clock_mono_ns);
	a->by_address =
	    auth_limit_new(ADDRESS_BURST, ADDRESS_REFILL_MS, clock_mono_ns);
	a->most = AUTH_WORKERS;
	a->threads =
	    threads_new("auth", AUTH_WORKERS_MAX + 1, 2 * AUTH_WORKERS_MAX);
	if (!a->by_key || !a->by_address || !a->threads ||
	    getrandom(a->secret, sizeof(a->secret), 0) != sizeof(a->secret)) {
		auth_free(a);
		return NULL;
	}
	return a;
}

void
auth_set_workers(struct core *core, int64_t most)
{
	struct auth *a = core->auth;

	LOCK_SCOPE(&a->lock);
	a->most = (unsigned)(most < 1     ? 1
		: most > AUTH_WORKERS_MAX ? AUTH_WORKERS_MAX
					  : most);
}

int
auth_open(struct core *core, char *err, size_t err_size)
{
	struct auth *a = auth_new(core);

	if (!a) {
		snprintf(err, err_size, "out of memory");
		return -1;
	}
	if (a->path && auth_users_open(a, err, err_size) < 0) {
		auth_free(a);
		return -1;
	}
	core->auth = a;
	look_again_later(a);
	return 0;
}

/* One request that waits in a lane or for its timer; NULL: none is left. */
static struct auth_request *
take_waiting(struct auth *a)
{
	LOCK_SCOPE(&a->lock);
	struct auth_request *r = a->held;

	if (r) {
		held_remove(r);
		a->nheld--;
		return r;
	}
	for (unsigned i = 0; i < LANES; i++) {
		r = a->lanes[i].first;
		if (!r)
			continue;
		a->lanes[i].first = r->next;
		if (!r->next)
			a->lanes[i].last = &a->lanes[i].first;
		return r;
	}
	return NULL;
}

void
auth_close(struct core *core)
{
	struct auth *a = core->auth;
	struct auth_request *r;

	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->closing = true;
	pthread_mutex_unlock(&a->lock);
	while ((r = take_waiting(a))) {
		(void)timer_cancel(core->timers, &r->timer);
		r->ok = false;
		r->done(r);
	}
	pthread_mutex_lock(&a->lock);
	while (a->workers || a->looking)
		pthread_cond_wait(&a->idle, &a->lock);
	pthread_mutex_unlock(&a->lock);
	(void)timer_cancel(core->timers, &a->look);
	core->auth = NULL;
	auth_free(a);
}

void
auth_reload(struct core *core)
{
	if (core->auth && core->auth->path)
		auth_users_refresh(core->auth);
}

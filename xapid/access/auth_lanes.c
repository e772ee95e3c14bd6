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
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "access/auth_private.h"
#include "access/rbac.h"
#include "lib/clock.h"
#include "lib/log.h"

#define LANE_PLACES 256
#define HELD_BACK_MS 1000
#define MAX_HELD_BACK 4096
#define TELL_NS (60 * NSEC_PER_SEC)
#define PASSWORD_MAX 512 /* bytes; crypt(3) takes no more */
#define USER_MAX 95      /* as in struct identity */

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

/* ---- the end ---- */

struct auth_request *
auth_take_waiting(struct auth *a)
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

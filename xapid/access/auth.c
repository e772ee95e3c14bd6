/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of what checks logins, and those who wait for one. */
#include "access/auth.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "access/auth_private.h"
#include "lib/clock.h"
#include "lib/fault.h"

#define LOOK_FILE_MS 1000       /* at the file of users */
#define LOOK_ACCOUNTS_MS 600000 /* at local accounts */

/* Failures of one user from one address: ten at once, then one in two
 * seconds. Of one address: many users may share it. */
#define KEY_BURST 10
#define KEY_REFILL_MS 2000
#define ADDRESS_BURST 60
#define ADDRESS_REFILL_MS 200

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
	while ((r = auth_take_waiting(a))) {
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toy_service.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "lib/clock.h"

#define ENTRY_BYTES 1000

/* The core's own part of a call that is or was parked. */
struct nap {
	struct rpc_call *rc;
	int64_t when; /* monotonic ns; INT64_MAX: never */
	int wakes;    /* still to come */
	TAILQ_ENTRY(nap) link;
	bool listed;
};

struct toy {
	struct rpc_service service; /* first */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	TAILQ_HEAD(, nap) naps;
	unsigned parked;
	bool ending;
	_Atomic unsigned started, finished;
	char entry[ENTRY_BYTES + 1];
};

static const struct type type_text = {
	.kind = TYPE_STRING,
	.size = sizeof(char *),
	.name = "string",
};
static const struct type type_map = {
	.kind = TYPE_MAP,
	.size = sizeof(struct map),
	.elem = &type_text,
	.key = &type_text,
	.name = "map string string",
};

/* ---- waking ---- */

static struct nap *
first_due(struct toy *t, int64_t *next_r)
{
	struct nap *n, *best = NULL;

	TAILQ_FOREACH(n, &t->naps, link)
	if (!best || n->when < best->when)
		best = n;
	*next_r = best ? best->when : INT64_MAX;
	return best && best->when <= clock_mono_ns() ? best : NULL;
}

static void
unlist(struct toy *t, struct nap *n)
{
	if (!n->listed)
		return;
	TAILQ_REMOVE(&t->naps, n, link);
	n->listed = false;
	t->parked--;
}

static void *
waker_main(void *arg)
{
	struct toy *t = arg;
	struct nap *n;
	int64_t next;

	pthread_mutex_lock(&t->lock);
	while (!t->ending) {
		struct timespec ts;

		n = first_due(t, &next);
		if (n) {
			unlist(t, n);
			n->rc->wake(n->rc);
			continue;
		}
		if (next == INT64_MAX) {
			pthread_cond_wait(&t->changed, &t->lock);
			continue;
		}
		ts.tv_sec = next / NSEC_PER_SEC;
		ts.tv_nsec = next % NSEC_PER_SEC;
		pthread_cond_timedwait(&t->changed, &t->lock, &ts);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

static enum rpc_state
sleep_until(struct toy *t, struct nap *n, int64_t when)
{
	pthread_mutex_lock(&t->lock);
	n->when = when;
	n->listed = true;
	n->wakes--;
	TAILQ_INSERT_TAIL(&t->naps, n, link);
	t->parked++;
	pthread_cond_signal(&t->changed);
	pthread_mutex_unlock(&t->lock);
	return RPC_PARKED;
}

static enum rpc_state
begin_nap(struct toy *t, struct rpc_call *rc, int wakes, int64_t when)
{
	struct nap *n = arena_alloc(rc->arena, sizeof(*n));

	n->rc = rc;
	n->wakes = wakes;
	rc->core = n;
	return sleep_until(t, n, when);
}

/* ---- answers ---- */

static enum rpc_state
done(struct rpc_call *rc, const struct type *type, const void *result)
{
	rc->type = type;
	rc->result = result;
	return RPC_DONE;
}

static enum rpc_state
done_text(struct rpc_call *rc, const char *text)
{
	const char **result = arena_alloc(rc->arena, sizeof(*result));

	*result = text;
	return done(rc, &type_text, result);
}

static const char *
text_param(const struct rpc_call *rc)
{
	return rc->nparams > 0 && rc->params[0].kind == VALUE_STRING
	    ? rc->params[0].s
	    : "";
}

static int64_t
int_param(const struct rpc_call *rc)
{
	if (rc->nparams > 0 && rc->params[0].kind == VALUE_INT)
		return rc->params[0].i;
	return atoll(text_param(rc));
}

static enum rpc_state
fail(struct rpc_call *rc)
{
	static const char *const error[] = { "TOY_FAILURE", "a", "b" };

	rc->error = error;
	rc->nerror = 3;
	return RPC_DONE;
}

static enum rpc_state
caller(struct rpc_call *rc)
{
	const struct rpc_peer *p = &rc->peer;

	return done_text(rc,
	    arena_printf(rc->arena, "%s|%s|%s|%s|%d", rc->user_agent,
		rc->traceparent ? rc->traceparent : "none", p->address,
		p->tls         ? "tls"
		    : p->local ? "local"
			       : "plain",
		(int)p->uid));
}

static enum rpc_state
big(struct toy *t, struct rpc_call *rc)
{
	uint32_t n = (uint32_t)int_param(rc);
	const char **keys = arena_array(rc->arena, n, sizeof(*keys));
	const char **values = arena_array(rc->arena, n, sizeof(*values));
	struct map *map = arena_alloc(rc->arena, sizeof(*map));

	for (uint32_t i = 0; i < n; i++) {
		keys[i] = arena_printf(rc->arena, "key%u", i);
		values[i] = t->entry;
	}
	*map = (struct map){ keys, values, n };
	return done(rc, &type_map, map);
}

static enum rpc_state
toy_start(struct rpc_service *s, struct rpc_call *rc)
{
	struct toy *t = (struct toy *)s;
	const char *m = rc->method;

	t->started++;
	if (strcmp(m, "echo") == 0)
		return done_text(rc, text_param(rc));
	if (strcmp(m, "caller") == 0)
		return caller(rc);
	if (strcmp(m, "big") == 0)
		return big(t, rc);
	if (strcmp(m, "nap") == 0)
		return begin_nap(t, rc, 1,
		    clock_mono_ns() + int_param(rc) * NSEC_PER_MSEC);
	if (strcmp(m, "twice") == 0)
		return begin_nap(t, rc, 2, clock_mono_ns());
	if (strcmp(m, "forever") == 0)
		return begin_nap(t, rc, 1, INT64_MAX);
	if (strcmp(m, "early") == 0) {
		rc->wake(rc);
		return RPC_PARKED;
	}
	return fail(rc);
}

static enum rpc_state
toy_resume(struct rpc_service *s, struct rpc_call *rc)
{
	struct nap *n = rc->core;

	if (n && n->wakes > 0)
		return sleep_until((struct toy *)s, n, clock_mono_ns());
	return done_text(rc, "woken");
}

static void
toy_finish(struct rpc_service *s, struct rpc_call *rc)
{
	struct toy *t = (struct toy *)s;

	pthread_mutex_lock(&t->lock);
	if (rc->core)
		unlist(t, rc->core);
	pthread_mutex_unlock(&t->lock);
	t->finished++;
}

/* ---- the toy itself ---- */

struct toy *
toy_new(void)
{
	struct toy *t = calloc(1, sizeof(*t));
	pthread_condattr_t attr;

	t->service = (struct rpc_service){
		.core = t,
		.start = toy_start,
		.resume = toy_resume,
		.finish = toy_finish,
	};
	for (int i = 0; i < ENTRY_BYTES; i++)
		t->entry[i] = (char)('a' + i % 26);
	TAILQ_INIT(&t->naps);
	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->changed, &attr);
	pthread_condattr_destroy(&attr);
	pthread_create(&t->thread, NULL, waker_main, t);
	return t;
}

void
toy_free(struct toy *t)
{
	if (!t)
		return;
	pthread_mutex_lock(&t->lock);
	t->ending = true;
	pthread_cond_signal(&t->changed);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	pthread_cond_destroy(&t->changed);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

struct rpc_service *
toy_service(struct toy *t)
{
	return &t->service;
}

unsigned
toy_started(struct toy *t)
{
	return t->started;
}

unsigned
toy_finished(struct toy *t)
{
	return t->finished;
}

unsigned
toy_parked(struct toy *t)
{
	LOCK_SCOPE(&t->lock);
	return t->parked;
}

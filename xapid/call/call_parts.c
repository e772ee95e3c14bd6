/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call's life: it counts its outstanding parts (dispatch.c), and whoever ends
 * the last one ends it. */

#include "call/call_private.h"
#include "call/event_calls.h"
#include "call/task.h"
#include "lib/fault.h"

struct call *
call_new(struct core *core, struct arena *arena)
{
	struct call *c = fault_calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->core = core;
	c->db = core->db;
	c->arena = arena;
	c->user_agent = "";
	pthread_mutex_init(&c->lock, NULL);
	c->outstanding = 1;
	return c;
}

void
call_free(struct call *c)
{
	if (!c)
		return;
	if (c->owed && threads_run(c->core->threads, c->owed, c->core) < 0)
		c->owed(c->core);
	event_wait_free(c->wait);
	for (uint32_t i = 0; i < c->nheld; i++)
		record_unref(c->held[i]);
	free(c->held);
	free(c->state);
	pthread_mutex_destroy(&c->lock);
	if (c->own_arena)
		arena_free(c->arena);
	free(c);
}

void
call_settle(struct call *c)
{
	if (!c->nerror && c->commit_error.code)
		call_fail_tx(c, &c->commit_error);
}

int
call_own_memory(struct call *c, const struct rpc_call *rc, struct value *all_r)
{
	struct arena *a = arena_new(0);
	struct value all = { .kind = VALUE_ARRAY, .n = rc->nparams };
	CLEANUP_BYTES struct bytes packed = { 0 };

	if (!a)
		return -1;
	c->arena = a;
	c->own_arena = true;
	c->user_agent = arena_strdup(a, rc->user_agent ? rc->user_agent : "");
	c->trace = rc->traceparent ? arena_strdup(a, rc->traceparent) : NULL;
	all.items = rc->params;
	value_pack(&all, &packed);
	if (!c->user_agent || packed.failed)
		return -1;
	return value_unpack(a, packed.p, packed.len, SIZE_MAX, all_r);
}

/* ---- the parts of a call ---- */

/* A call of a task has no connection to go on: its continuation gets a thread,
 * or runs right here when there is none to be had. */
static void
run_then(void *arg)
{
	struct call *c = arg;
	void (*then)(struct call *) = c->then;

	c->then = NULL;
	c->outstanding = 1; /* nobody else knows this call any more */
	then(c);
	call_part_ended(c);
}

static void
task_part_ended(struct call *c)
{
	if (!c->then)
		call_ended_task(c);
	else if (threads_run(c->core->threads, run_then, c) < 0)
		run_then(c);
}

/* One part less: whether it was the last. The connection is woken under the
 * lock, so that finish() cannot free the call while we look at it. */
void
call_part_ended(struct call *c)
{
	bool last, task, left;

	pthread_mutex_lock(&c->lock);
	last = --c->outstanding == 0;
	task = !ref_is_null(c->task);
	left = c->left;
	if (last && c->rc)
		c->rc->wake(c->rc);
	pthread_mutex_unlock(&c->lock);
	if (!last)
		return;
	if (task)
		task_part_ended(c);
	else if (left)
		call_free(c);
}

void
call_park(struct call *c, void (*then)(struct call *c))
{
	pthread_mutex_lock(&c->lock);
	c->then = then;
	c->outstanding++;
	pthread_mutex_unlock(&c->lock);
}

void
call_unpark(struct call *c)
{
	call_part_ended(c);
}

static void
pay(struct call *c)
{
	void (*owed)(void *) = c->owed;

	c->owed = NULL;
	owed(c->core);
}

/* Whoever has left gets no continuation: call_free() sees to what is owed. */
void
call_when_durable(struct call *c, void (*fn)(void *core))
{
	c->owed = fn;
	call_park(c, pay);
	call_unpark(c);
}

void
call_add_part(struct call *c)
{
	pthread_mutex_lock(&c->lock);
	c->outstanding++;
	pthread_mutex_unlock(&c->lock);
}

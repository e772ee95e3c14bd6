/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a decoded request to a running handler and back to a reply.
 *
 * A call counts its outstanding parts: the handler, each transaction that is
 * not durable yet, each park. Whoever ends the last one ends the call: on the
 * connection's thread, if the handler was the last (the usual read), else by
 * waking the connection. The client may leave at any time; then the last part
 * frees the call. */
#include <string.h>
#include <time.h>

#include "access/session.h"
#include "call/call_private.h"
#include "call/task.h"
#include "lib/log.h"

int
call_run(struct call *c)
{
	const struct method *m = c->method;

	if (m->result->size && !c->result) {
		c->result = arena_alloc(c->arena, m->result->size);
		if (!c->result)
			return call_fail_nomem(c);
		model_empty(m->result, c->result);
	}
	if (m->kind != METHOD_EXPLICIT && !m->handler)
		return implicit_run(c, c->args, c->result);
	if (call_check_refs(c) < 0)
		return -1;
	if (!m->handler)
		return fail_not_implemented(c, m->name);
	return m->run(c, c->args, c->result);
}

void
call_run_blocking(void *arg)
{
	struct call *c = arg;

	log_set_trace(c->trace);
	c->may_wait = true;
	if (!ref_is_null(c->task) && atomic_load(&c->cancelled))
		fail_task_cancelled(c, call_ref_text(c, c->task));
	else
		(void)call_run(c);
	call_part_ended(c);
	log_set_trace(NULL);
}

/* ---- replies ---- */

static const struct type *
task_ref_type(void)
{
	static const struct type *_Atomic cached;
	const struct type *t = atomic_load(&cached);

	if (!t) {
		t = method_find("task.create", strlen("task.create"))->result;
		atomic_store(&cached, t);
	}
	return t;
}

static void
audit(struct call *c)
{
	if (c->method && c->method->session)
		audit_call(c, true, c->error, c->nerror);
}

static void
tell_observers(const struct call *c)
{
	void (*traced)(const struct call *) = atomic_load(&c->core->traced);

	if (traced)
		traced(c);
}

static enum rpc_state
reply(struct call *c, struct rpc_call *rc)
{
	log_set_trace(c->trace); /* it may have ended on any thread */
	call_settle(c);
	audit(c);
	log_debug("call %s: %s", rc->method, c->nerror ? c->error[0] : "done");
	log_set_trace(NULL);
	if (c->began)
		tell_observers(c);
	if (c->nerror) {
		rc->error = c->error;
		rc->nerror = c->nerror;
		return RPC_DONE;
	}
	if (!rc->type)
		rc->type = c->method->result;
	rc->result = c->result;
	return RPC_DONE;
}

/* The part that ran on this connection's thread has ended. If it was the last
 * one, what was parked in the meantime goes on here. */
static enum rpc_state
part_ended_here(struct call *c, struct rpc_call *rc)
{
	for (;;) {
		void (*then)(struct call *);
		bool last;

		pthread_mutex_lock(&c->lock);
		last = --c->outstanding == 0;
		then = c->then;
		if (last && then) {
			c->then = NULL;
			c->outstanding = 1;
		}
		pthread_mutex_unlock(&c->lock);
		if (!last)
			return RPC_PARKED;
		if (!then)
			return reply(c, rc);
		then(c);
	}
}

static enum rpc_state
service_resume(struct rpc_service *s, struct rpc_call *rc)
{
	struct call *c = rc->core;

	(void)s;
	call_add_part(c);
	return part_ended_here(c, rc);
}

/* ---- calls that are not in the datamodel ---- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
list_methods(struct call *c, struct rpc_call *rc)
{
	const char **names =
	    arena_array(c->arena, method_count, sizeof(*names));
	struct set *all = arena_alloc(c->arena, sizeof(*all));

	if (!names || !all)
		return call_fail_nomem(c);
	for (unsigned i = 0; i < method_count; i++)
		names[i] = method_table[i].name;
	qsort(names, method_count, sizeof(*names), compare_names);
	*all = (struct set){ .items = names, .n = method_count };
	c->method = method_find("pool.get_tags", strlen("pool.get_tags"));
	rc->type = c->method->result;
	rc->bare = true;
	c->result = all;
	return 0;
}

/* A name that is no method: with parameters, the first one is taken as a
 * session and checked, as the original does. */
static int
unknown_method(struct call *c, struct rpc_call *rc)
{
	if (strcmp(rc->method, "system.listMethods") == 0)
		return list_methods(c, rc);
	if (rc->nparams && call_attach_session(c, &rc->params[0]) < 0)
		return -1;
	return fail_message_method_unknown(c, rc->method);
}

/* ---- start ---- */

int
call_decode_and_allow(struct call *c, const struct value *params, unsigned n)
{
	if (call_decode(c, params, n) < 0)
		return -1;
	return c->method->session ? call_check_role(c) : 0;
}

/* The error of the call that was made becomes that of the one that asked. */
static int
fail_with_error_of(struct call *c, const struct call *made)
{
	if (!made || !made->nerror)
		return call_fail_nomem(c);
	return call_fail(c, made->error[0], made->error + 1, made->nerror - 1);
}

static struct call *
call_for_task(struct call *c, const struct rpc_call *rc)
{
	struct call *own = call_new(c->core, c->arena);
	struct value params;

	if (own) {
		own->method = c->method;
		own->caller = c->caller;
		own->peer = c->peer;
		own->subtask_of = c->subtask_of;
		if (call_own_memory(own, rc, &params) == 0 &&
		    call_decode_and_allow(own, params.items, params.n) == 0)
			return own;
	}
	fail_with_error_of(c, own);
	call_free(own);
	return NULL;
}

static int
start_async(struct call *c, struct rpc_call *rc)
{
	struct ref *task = arena_alloc(c->arena, sizeof(*task));
	struct call *own;

	if (!task)
		return call_fail_nomem(c);
	own = call_for_task(c, rc);
	if (!own || task_start_call(c, own, task) < 0)
		return -1;
	rc->type = task_ref_type();
	c->result = task;
	return 0;
}

static int
fail_not_async(struct call *c, struct rpc_call *rc)
{
	const char *text = arena_printf(c->arena,
	    "No async mode for this operation (rpc: %s)", c->method->name);
	const char *const params[] = { text ? text : "" };

	rc->fault = true;
	return call_fail(c, "Fault", params, 1);
}

/* 0: the handler may run here; -1: answered already (error or result). */
static int
checks(struct call *c, struct rpc_call *rc, bool async)
{
	if (async && !c->method->async) {
		fail_not_async(c, rc);
		return -1;
	}
	if (call_check_count(c, rc->nparams) < 0 ||
	    call_check_session(c, rc->params) < 0)
		return -1;
	if (c->method->state == STATE_REMOVED)
		return fail_message_removed(c);
	if (c->method->session && !call_might_be_allowed(c))
		return call_check_role(c);
	return 0;
}

/* On a thread that may wait. The handler is the call's first part: it is not
 * over when we return. */
static enum rpc_state
start_blocking(struct call *c, struct rpc_call *rc)
{
	struct value params;

	if (call_own_memory(c, rc, &params) < 0)
		call_fail_nomem(c);
	else if (call_decode_and_allow(c, params.items, params.n) == 0) {
		if (threads_run(c->core->threads, call_run_blocking, c) == 0)
			return RPC_PARKED;
		fail_too_busy(c);
	}
	return part_ended_here(c, rc);
}

static const char *const nomem_reply[] = { "INTERNAL_ERROR", "Out of memory" };

static enum rpc_state
start(struct call *c, struct rpc_call *rc)
{
	bool async;

	c->rc = rc;
	c->peer = rc->peer;
	c->user_agent = rc->user_agent ? rc->user_agent : "";
	c->trace = rc->traceparent;
	c->may_wait = rc->alone;
	if (rc->subtask_of)
		(void)ref_parse(rc->subtask_of, &c->subtask_of);
	c->method = call_find_method(rc->method, &async);
	if (!c->method)
		(void)unknown_method(c, rc);
	else if (checks(c, rc, async) < 0)
		; /* answered */
	else if (async)
		(void)start_async(c, rc);
	else if (call_must_wait(c, rc))
		; /* or failed */
	else if (c->method->blocking)
		return start_blocking(c, rc);
	else if (call_decode_and_allow(c, rc->params, rc->nparams) == 0)
		(void)call_run(c);
	return part_ended_here(c, rc);
}

static int64_t
microseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

static enum rpc_state
service_start(struct rpc_service *s, struct rpc_call *rc)
{
	struct call *c = call_new(s->core, rc->arena);
	enum rpc_state state;

	rc->core = c;
	if (!c) {
		rc->error = nomem_reply;
		rc->nerror = 2;
		return RPC_DONE;
	}
	if (atomic_load_explicit(&c->core->traced, memory_order_relaxed))
		c->began = microseconds();
	log_set_trace(rc->traceparent);
	state = start(c, rc);
	log_set_trace(NULL);
	return state;
}

static void
service_finish(struct rpc_service *s, struct rpc_call *rc)
{
	struct call *c = rc->core;
	void (*on_left)(struct call *) = NULL;
	bool running;

	(void)s;
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->rc = NULL;
	atomic_store(&c->cancelled, true);
	running = c->outstanding > 0;
	c->left = running;
	if (running)
		on_left = c->on_left;
	if (on_left)
		c->outstanding++; /* stays ours while on_left looks at it */
	pthread_mutex_unlock(&c->lock);
	if (!running)
		call_free(c);
	if (on_left) {
		on_left(c);
		call_part_ended(c);
	}
}

void
call_service_init(struct rpc_service *s, struct core *core)
{
	*s = (struct rpc_service){
		.core = core,
		.start = service_start,
		.resume = service_resume,
		.finish = service_finish,
	};
}

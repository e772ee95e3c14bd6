/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a decoded request to a running handler and back to a reply.
 *
 * A call counts its outstanding parts: the handler, each transaction that is
 * not durable yet, each park. Whoever ends the last one ends the call: on the
 * connection's thread, if the handler was the last (the usual read), else by
 * waking the connection. The client may leave at any time; then the last part
 * frees the call. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "access/session.h"
#include "call/call_private.h"
#include "call/event_calls.h"
#include "call/task.h"
#include "lib/fault.h"
#include "lib/log.h"

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

/* ---- names ---- */

static bool
strip(const char **name, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*name, prefix, n) != 0)
		return false;
	*name += n;
	return true;
}

/* class_message, as some clients write it: the first underscore that gives a
 * known name becomes the dot. */
static const struct method *
find_underscored(const char *name)
{
	char text[160];
	size_t len = strlen(name);

	if (len >= sizeof(text) || strchr(name, '.'))
		return NULL;
	memcpy(text, name, len + 1);
	for (char *p = text; (p = strchr(p, '_')); p++) {
		const struct method *m;

		*p = '.';
		m = method_find(text, len);
		if (m)
			return m;
		*p = '_';
	}
	return NULL;
}

static const struct method *
find_method(const char *name, bool *async_r)
{
	const struct method *m;

	*async_r = strip(&name, "Async.") || strip(&name, "InternalAsync.");
	m = method_find(name, strlen(name));
	if (!m && !*async_r)
		m = find_underscored(name);
	return m;
}

/* ---- checks, in the order in which clients see them ---- */

static int
check_count(struct call *c, unsigned given)
{
	const struct method *m = c->method;
	int n = (int)given - (m->session ? 1 : 0);
	char expected[16], received[16];

	/* With optional parameters the original swallows surplus ones. */
	if (n >= m->nrequired && (n <= m->nparams || m->nparams > m->nrequired))
		return 0;
	snprintf(expected, sizeof(expected), "%u", m->nrequired);
	snprintf(received, sizeof(received), "%d", n);
	return fail_message_parameter_count_mismatch(c, m->name, expected,
	    received);
}

static int
attach_session(struct call *c, const struct value *v)
{
	const char *text = v->kind == VALUE_STRING ? v->s : "";
	struct ref session;

	if (!ref_parse(text, &session) || ref_is_null(session))
		return fail_session_invalid(c, text);
	return session_attach(c, session);
}

static int
check_session(struct call *c, const struct value *params)
{
	return c->method->session ? attach_session(c, &params[0]) : 0;
}

static int
fail_type(struct call *c, const struct param *p, const struct type_error *e)
{
	char text[256];

	if (!e->text[0])
		return call_fail_nomem(c);
	snprintf(text, sizeof(text), "Parameter %s: %s", p->name, e->text);
	return fail_internal_error(c, text);
}

int
call_decode(struct call *c, const struct value *params, unsigned n)
{
	const struct method *m = c->method;
	unsigned first = m->session ? 1 : 0;
	char *args = arena_alloc(c->arena, m->args_size ? m->args_size : 1);

	if (!args)
		return call_fail_nomem(c);
	for (unsigned i = 0; i < m->nparams; i++) {
		const struct param *p = &m->params[i];
		struct type_error e = { "" };

		if (first + i >= n)
			memcpy(args + p->offset, p->initial, p->type->size);
		else if (model_from_value(c->arena, p->type, &params[first + i],
			     args + p->offset, &e) < 0)
			return fail_type(c, p, &e);
	}
	c->args = args;
	return 0;
}

/* Objects that a call names must exist. The first parameter must not be null;
 * later ones may be, where a call has a use for it. */
static int
check_refs(struct call *c)
{
	const struct method *m = c->method;

	for (unsigned i = 0; i < m->nparams; i++) {
		const struct param *p = &m->params[i];
		const struct ref *r;
		const struct record *found;

		if (p->type->kind != TYPE_REF || p->type->cls < 0 ||
		    !class_table[p->type->cls].stored)
			continue;
		r = (const struct ref *)((const char *)c->args + p->offset);
		if (ref_is_null(*r) && i > 0)
			continue;
		found = call_get(c, p->type->cls, *r);
		if (!found)
			return -1;
		record_unref(found);
	}
	return 0;
}

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
	if (check_refs(c) < 0)
		return -1;
	if (!m->handler)
		return fail_not_implemented(c, m->name);
	return m->run(c, c->args, c->result);
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

void
call_add_part(struct call *c)
{
	pthread_mutex_lock(&c->lock);
	c->outstanding++;
	pthread_mutex_unlock(&c->lock);
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
	if (rc->nparams && attach_session(c, &rc->params[0]) < 0)
		return -1;
	return fail_message_method_unknown(c, rc->method);
}

/* ---- start ---- */

/* Gives a call memory of its own, for work that outlives the request: copies
 * the parameters there. */
static int
own_memory(struct call *c, const struct rpc_call *rc, struct value *all_r)
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

static int
decode_and_allow(struct call *c, const struct value *params, unsigned n)
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
		if (own_memory(own, rc, &params) == 0 &&
		    decode_and_allow(own, params.items, params.n) == 0)
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
	if (check_count(c, rc->nparams) < 0 || check_session(c, rc->params) < 0)
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

	if (own_memory(c, rc, &params) < 0)
		call_fail_nomem(c);
	else if (decode_and_allow(c, params.items, params.n) == 0) {
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
	c->method = find_method(rc->method, &async);
	if (!c->method)
		(void)unknown_method(c, rc);
	else if (checks(c, rc, async) < 0)
		; /* answered */
	else if (async)
		(void)start_async(c, rc);
	else if (c->method->blocking)
		return start_blocking(c, rc);
	else if (decode_and_allow(c, rc->params, rc->nparams) == 0)
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

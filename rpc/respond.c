/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the body of an API call to its result: decode, run, park. */
#include <errno.h>
#include <string.h>

#include "rpc/request.h"
#include "rpc/watch.h"

/* ---- parking ---- */

/* Whoever comes first, the core or the client's leaving, resumes the
 * connection; if it is not parked yet, park() sees it. */
static void
unpark(struct request *q)
{
	if (atomic_exchange(&q->park, PARK_WOKEN) == PARK_PARKED)
		MHD_resume_connection(q->mc);
}

static void
wake(struct rpc_call *rc)
{
	unpark(((struct request_call *)rc)->request);
}

static void
client_gone(void *arg)
{
	struct request *q = arg;

	q->gone = true;
	unpark(q);
}

static enum MHD_Result
park(struct request *q)
{
	int running = PARK_RUNNING;

	q->stage = REQUEST_CALL;
	q->conn->due = 0;
	q->ticket = watch_add(q->rpc->watch, q->conn->fd, client_gone, q);
	if (!q->ticket)
		return MHD_NO;
	MHD_suspend_connection(q->mc);
	if (!atomic_compare_exchange_strong(&q->park, &running, PARK_PARKED))
		MHD_resume_connection(q->mc);
	return MHD_YES;
}

/* ---- running ---- */

static void
fill_call(struct request *q, struct request_call *rq)
{
	rq->request = q;
	rq->rc = (struct rpc_call){
		.arena = q->arena,
		.method = rq->call->method,
		.params = rq->call->params,
		.nparams = rq->call->nparams,
		.format = q->format,
		.peer = q->conn->peer,
		.user_agent = q->user_agent,
		.traceparent = q->traceparent,
		.subtask_of = q->subtask_of,
		.alone = q->alone,
		.wake = wake,
	};
}

/* One after the other; where one is parked, the rest waits with it. */
static enum MHD_Result
run(struct request *q)
{
	struct rpc_service *s = q->rpc->service;

	for (; q->at < q->ncalls; q->at++) {
		struct request_call *rq = &q->calls[q->at];
		bool first = !rq->started;

		if (rq->call->json_error)
			continue;
		if (first)
			fill_call(q, rq);
		rq->started = true;
		atomic_store(&q->park, PARK_RUNNING);
		if ((first ? s->start(s, &rq->rc) : s->resume(s, &rq->rc)) ==
		    RPC_PARKED)
			return park(q);
	}
	q->at = 0;
	return reply_calls(q);
}

enum MHD_Result
respond_resume(struct request *q)
{
	watch_remove(q->rpc->watch, q->ticket, q->conn->fd);
	q->ticket = 0;
	if (q->gone)
		return MHD_NO;
	return run(q);
}

void
respond_finish(struct request *q)
{
	struct rpc_service *s = q->rpc->service;

	if (q->ticket)
		watch_remove(q->rpc->watch, q->ticket, q->conn->fd);
	q->ticket = 0;
	for (unsigned i = 0; i < q->ncalls; i++)
		if (q->calls[i].started)
			s->finish(s, &q->calls[i].rc);
	q->ncalls = 0;
}

/* ---- decoding ---- */

static bool
make_calls(struct request *q, const struct decoded_call *calls, unsigned n)
{
	q->calls = arena_array(q->arena, n, sizeof(*q->calls));
	if (!q->calls)
		return false;
	q->ncalls = n;
	for (unsigned i = 0; i < n; i++)
		q->calls[i].call = &calls[i];
	return true;
}

static enum MHD_Result
begin_xml(struct request *q)
{
	struct decoded_call *call = arena_alloc(q->arena, sizeof(*call));

	switch (call
		? xmlrpc_decode(q->arena, q->body.p, q->body.len, NULL, call)
		: DECODE_NO_MEMORY) {
	case DECODE_OK:
		if (make_calls(q, call, 1))
			return run(q);
		break;
	case DECODE_MALFORMED:
		return reply_text(q, 400, "text/plain",
		    "This is no XML-RPC method call.\n");
	case DECODE_TOO_BIG:
		return reply_text(q, 400, "text/plain",
		    "This method call is too deep or has too many values.\n");
	case DECODE_NO_MEMORY:
		break;
	}
	return reply_text(q, 503, "text/plain", "No memory.\n");
}

static enum MHD_Result
begin_json(struct request *q)
{
	struct decoded_call *calls = NULL;
	unsigned n = 0;
	int error = 0;

	switch (jsonrpc_decode(q->arena, q->body.p, q->body.len, NULL, &calls,
	    &n, &q->batch, &error)) {
	case DECODE_OK:
		if (make_calls(q, calls, n))
			return run(q);
		break;
	case DECODE_MALFORMED:
	case DECODE_TOO_BIG:
		return reply_json_error(q, error, n > 0 ? calls : NULL);
	case DECODE_NO_MEMORY:
		break;
	}
	return reply_text(q, 503, "text/plain", "No memory.\n");
}

enum MHD_Result
respond_begin(struct request *q)
{
	q->rpc->requests++;
	/* The decoders want a pointer even to nothing. */
	if (!bytes_cstr(&q->body))
		return reply_text(q, 503, "text/plain", "No memory.\n");
	return q->format == RPC_XML ? begin_xml(q) : begin_json(q);
}

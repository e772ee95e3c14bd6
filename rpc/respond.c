/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the body of an API call to its result: decode, run, park. */
#include "rpc/front_private.h"
#include "rpc/request.h"

/* ---- running ---- */

/* From any thread, also before start() has answered. */
static void
wake(struct rpc_call *rc)
{
	front_wake(((struct request_call *)rc)->request);
}

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
static enum request_state
run(struct request *q)
{
	struct rpc_service *s = q->conn->rpc->service;

	for (; q->at < q->ncalls; q->at++) {
		struct request_call *rq = &q->calls[q->at];
		bool first = !rq->started;

		if (rq->call->json_error)
			continue;
		if (first)
			fill_call(q, rq);
		rq->started = true;
		if ((first ? s->start(s, &rq->rc) : s->resume(s, &rq->rc)) ==
		    RPC_PARKED)
			return REQUEST_PARKED;
	}
	q->at = 0;
	return reply_calls(q);
}

enum request_state
respond_resume(struct request *q)
{
	return run(q);
}

void
respond_finish(struct request *q)
{
	struct rpc_service *s = q->front->rpc->service;

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

static enum request_state
begin_xml(struct request *q, const char *body, size_t len)
{
	struct decoded_call *call = arena_alloc(q->arena, sizeof(*call));

	switch (call ? xmlrpc_decode(q->arena, body, len, NULL, call)
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

static enum request_state
begin_json(struct request *q, const char *body, size_t len)
{
	struct decoded_call *calls = NULL;
	unsigned n = 0;
	int error = 0;

	switch (jsonrpc_decode(q->arena, body, len, NULL, &calls, &n, &q->batch,
	    &error)) {
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

enum request_state
respond_begin(struct request *q, const char *body, size_t len)
{
	if (q->preflight)
		return reply_preflight(q);
	return q->format == RPC_XML ? begin_xml(q, body, len)
				    : begin_json(q, body, len);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From results to bytes on the wire. A reply that fits REPLY_WHOLE_BYTES goes
 * out at once with its length; a larger one in pieces while it is encoded, so
 * that its size costs no memory and other clients get their turn between. */
#include "lib/clock.h"
#include "rpc/bulk.h"
#include "rpc/request.h"

#include <string.h>

#define REPLY_WHOLE_BYTES (256 * 1024)
#define REPLY_PIECE_BYTES (64 * 1024)
#define COMPRESS_FROM_BYTES 1024
/* Of which nothing is taken by the client, until it is cut off. */
#define SEND_NSEC (60 * NSEC_PER_SEC)

/* ---- encoding ---- */

static void
put_json_error(struct bytes *out, int code, const struct decoded_call *call)
{
	const char *id = call && call->json_id ? call->json_id : "null";
	const char *text = code == -32700 ? "Parse error" : "Invalid Request";

	if (call && call->json_message)
		text = call->json_message;
	if (!call || call->json2)
		bytes_printf(out,
		    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":%d,"
		    "\"message\":\"%s\"},\"id\":%s}",
		    code, text, id);
	else
		bytes_printf(out,
		    "{\"result\":null,\"error\":[\"%d\",\"%s\"],\"id\":%s}",
		    code, text, id);
}

/* Begins the next element that has an answer; false: there is none. */
static bool
begin_element(struct request *q)
{
	while (q->at < q->ncalls && q->calls[q->at].call->notification)
		q->at++;
	if (q->at == q->ncalls)
		return false;
	if (q->batch)
		bytes_putc(&q->out, q->separated ? ',' : '[');
	q->separated = true;
	q->encoding = true;
	encoder_init(&q->encoder, &q->calls[q->at].rc,
	    q->calls[q->at].call->json_id, q->calls[q->at].call->json2);
	return true;
}

/* At least want bytes into out, unless it ends before. */
static void
encode_more(struct request *q, size_t want)
{
	while (!q->complete && q->out.len < want && !q->out.failed) {
		const struct decoded_call *call;

		if (!q->encoding && !begin_element(q)) {
			if (q->batch && q->separated)
				bytes_putc(&q->out, ']');
			q->complete = true;
			return;
		}
		call = q->calls[q->at].call;
		if (call->json_error)
			put_json_error(&q->out, call->json_error, call);
		else if (!encoder_run(&q->encoder, &q->out, want - q->out.len))
			continue;
		q->encoding = false;
		q->at++;
	}
	/* A single reply that just ended is known to be complete. */
	if (!q->encoding && !q->batch && q->at == q->ncalls)
		q->complete = true;
}

/* ---- headers ---- */

static enum MHD_Result
queue(struct request *q, int status, struct MHD_Response *r, const char *type)
{
	enum MHD_Result rc;

	if (!r)
		return MHD_NO;
	if (type)
		MHD_add_response_header(r, "Content-Type", type);
	MHD_add_response_header(r, "Cache-Control", "no-cache, no-store");
	MHD_add_response_header(r, "Access-Control-Allow-Origin", "*");
	if (q->z)
		MHD_add_response_header(r, "Content-Encoding",
		    compress_name(q->compress));
	if (q->last || q->rpc->stopping)
		MHD_add_response_header(r, "Connection", "close");
	else
		MHD_set_response_options(r, MHD_RF_SEND_KEEP_ALIVE_HEADER,
		    MHD_RO_END);
	q->stage = REQUEST_REPLY;
	q->conn->due = clock_mono_ns() + SEND_NSEC;
	rc = MHD_queue_response(q->mc, (unsigned)status, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result
queue_call(struct request *q, int status, struct MHD_Response *r,
    const char *type)
{
	if (r)
		MHD_add_response_header(r, "Access-Control-Allow-Headers",
		    "X-Requested-With");
	return queue(q, status, r, type);
}

const char *
reply_call_type(const struct request *q)
{
	return q->format == RPC_XML ? "text/xml" : "application/json";
}

static struct MHD_Response *
from_bytes(const struct bytes *b)
{
	return MHD_create_response_from_buffer(b->len, b->p,
	    MHD_RESPMEM_PERSISTENT);
}

/* ---- replies in one piece ---- */

enum MHD_Result
reply_text(struct request *q, int status, const char *type, const char *text)
{
	return queue_call(q, status,
	    MHD_create_response_from_buffer(strlen(text),
		(void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT),
	    type);
}

enum MHD_Result
reply_json_error(struct request *q, int code, const struct decoded_call *call)
{
	put_json_error(&q->out, code, call);
	if (q->out.failed)
		return MHD_NO;
	return queue_call(q, 200, from_bytes(&q->out), reply_call_type(q));
}

enum MHD_Result
reply_preflight(struct request *q, const char *asked)
{
	struct MHD_Response *r = from_bytes(&q->out);
	char *allow = arena_printf(q->arena, "%s%sX-Requested-With",
	    asked ? asked : "", asked && *asked ? ", " : "");

	if (!r || !allow) {
		MHD_destroy_response(r);
		return MHD_NO;
	}
	MHD_add_response_header(r, "Access-Control-Allow-Headers", allow);
	MHD_add_response_header(r, "Access-Control-Allow-Methods",
	    "GET, POST, PUT");
	return queue(q, 200, r, NULL);
}

/* ---- replies of any size ---- */

static bool
pack(struct request *q)
{
	return compress_run(q->z, q->out.p, q->out.len, q->complete,
		   &q->packed) == 0;
}

const struct bytes *
reply_piece(struct request *q)
{
	struct bytes *b = q->z ? &q->packed : &q->out;

	if (q->begun) {
		if (q->complete)
			return NULL;
		q->out.len = q->packed.len = 0;
		encode_more(q, REPLY_PIECE_BYTES);
	}
	q->begun = true;
	if (q->out.failed || (q->z && !pack(q)))
		b->failed = true;
	return b;
}

static ssize_t
read_piece(struct request *q, char *buf, size_t max)
{
	size_t n;

	while (!q->piece || q->sent == q->piece->len) {
		q->piece = reply_piece(q);
		q->sent = 0;
		if (!q->piece)
			return MHD_CONTENT_READER_END_OF_STREAM;
		if (q->piece->failed)
			return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	n = q->piece->len - q->sent < max ? q->piece->len - q->sent : max;
	memcpy(buf, q->piece->p + q->sent, n);
	q->sent += n;
	q->conn->due = clock_mono_ns() + SEND_NSEC;
	return (ssize_t)n;
}

/* The engine asks for the next bytes; it is given none while others send. */
static ssize_t
read_reply(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct request *q = cls;

	(void)pos;
	if (q->loan == LOAN_NONE && bulk_lend(q->rpc->bulk, q))
		return 0;
	switch (q->loan) {
	case LOAN_SENT:
		return MHD_CONTENT_READER_END_OF_STREAM;
	case LOAN_FAILED:
		return MHD_CONTENT_READER_END_WITH_ERROR;
	case LOAN_REFUSED:
		return read_piece(q, buf, max);
	case LOAN_NONE:
	case LOAN_OUT:
		break;
	}
	return 0;
}

/* By a thread of its own; by the engine when these are all taken. */
static enum MHD_Result
reply_pieces(struct request *q)
{
	if (bulk_take(q->rpc->bulk, q) == 0) {
		q->stage = REQUEST_BULK;
		return MHD_NO;
	}
	return queue_call(q, 200,
	    MHD_create_response_from_callback(MHD_SIZE_UNKNOWN,
		REPLY_PIECE_BYTES, read_reply, q, NULL),
	    reply_call_type(q));
}

enum MHD_Result
reply_calls(struct request *q)
{
	encode_more(q, REPLY_WHOLE_BYTES);
	if (q->out.failed)
		return reply_text(q, 503, "text/plain", "No memory.\n");
	if (q->out.len == 0)
		return reply_text(q, 204, NULL, "");
	if (q->compress != COMPRESS_NONE && q->out.len >= COMPRESS_FROM_BYTES)
		q->z = compress_new(q->compress);
	if (!q->complete)
		return reply_pieces(q);
	if (!q->z)
		return queue_call(q, 200, from_bytes(&q->out),
		    reply_call_type(q));
	if (!pack(q))
		return MHD_NO;
	return queue_call(q, 200, from_bytes(&q->packed), reply_call_type(q));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From results to bytes on the wire. A reply that fits REPLY_WHOLE_BYTES goes
 * out at once with its length; a larger one in pieces while it is encoded, so
 * that its size costs no memory and other clients get their turn between. */
#include <string.h>
#include <time.h>

#include "rpc/bulk.h"
#include "rpc/request.h"
#include "rpc/status.h"

#define REPLY_WHOLE_BYTES (256 * 1024)
#define REPLY_PIECE_BYTES (64 * 1024)
#define COMPRESS_FROM_BYTES 1024

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

/* The text for this second, made once for each. */
static const char *
http_date(void)
{
	static _Thread_local char text[40];
	static _Thread_local time_t second;
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if (now.tv_sec != second || !text[0]) {
		second = now.tv_sec;
		gmtime_r(&second, &tm);
		strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	}
	return text;
}

static void
put_status(struct bytes *out, int status)
{
	if (status == 200)
		bytes_puts(out, "HTTP/1.1 200 OK\r\nDate: ");
	else
		bytes_printf(out, "HTTP/1.1 %d %s\r\nDate: ", status,
		    status_name(status));
}

/* Without the headers that a client may send, which differ. */
static void
put_common(struct request *q, const char *type)
{
	struct bytes *out = &q->head;

	if (type) {
		bytes_puts(out, "Content-Type: ");
		bytes_puts(out, type);
		bytes_puts(out, "\r\n");
	}
	bytes_puts(out,
	    "Cache-Control: no-cache, no-store\r\n"
	    "Access-Control-Allow-Origin: *\r\n");
	if (q->z) {
		bytes_puts(out, "Content-Encoding: ");
		bytes_puts(out, compress_name(q->compress));
		bytes_puts(out, "\r\n");
	}
}

static void
put_beginning(struct request *q, int status)
{
	struct bytes *out = &q->head;

	q->keep = q->keep && !q->conn->rpc->stopping;
	put_status(out, status);
	bytes_puts(out, http_date());
	bytes_puts(out,
	    q->keep ? "\r\nConnection: Keep-Alive\r\n"
		    : "\r\nConnection: close\r\n");
}

void
reply_put_head(struct request *q, int status, const char *type)
{
	put_beginning(q, status);
	bytes_puts(&q->head,
	    "Access-Control-Allow-Headers: X-Requested-With\r\n");
	put_common(q, type);
}

static void
put_length(struct bytes *out, size_t n)
{
	bytes_puts(out, "Content-Length: ");
	bytes_put_int(out, (long long)n);
	bytes_puts(out, "\r\n\r\n");
}

static enum request_state
ready(struct request *q, const char *piece, size_t len)
{
	q->piece = piece ? piece : "";
	q->piece_len = len;
	q->sent = 0;
	return q->head.failed ? REQUEST_FAILED : REQUEST_READY;
}

/* ---- replies in one piece ---- */

static enum request_state
reply_whole(struct request *q, int status, const char *type, const char *p,
    size_t n)
{
	reply_put_head(q, status, type);
	put_length(&q->head, n);
	return ready(q, p, n);
}

enum request_state
reply_text(struct request *q, int status, const char *type, const char *text)
{
	return reply_whole(q, status, type, text, strlen(text));
}

static const char *
call_type(const struct request *q)
{
	return q->format == RPC_XML ? "text/xml" : "application/json";
}

enum request_state
reply_json_error(struct request *q, int code, const struct decoded_call *call)
{
	put_json_error(&q->out, code, call);
	if (q->out.failed)
		return REQUEST_FAILED;
	return reply_whole(q, 200, call_type(q), q->out.p, q->out.len);
}

static enum request_state
reply_nothing(struct request *q)
{
	reply_put_head(q, 204, NULL);
	bytes_puts(&q->head, "\r\n");
	return ready(q, NULL, 0);
}

enum request_state
reply_preflight(struct request *q)
{
	struct bytes *out = &q->head;

	put_beginning(q, 200);
	bytes_puts(out, "Access-Control-Allow-Headers: ");
	if (q->asked && *q->asked) {
		bytes_puts(out, q->asked);
		bytes_puts(out, ", ");
	}
	bytes_puts(out,
	    "X-Requested-With\r\n"
	    "Access-Control-Allow-Methods: GET, POST, PUT\r\n");
	put_common(q, NULL);
	put_length(out, 0);
	return ready(q, NULL, 0);
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

/* Of replies in pieces, each is a chunk; or nothing tells where the next one
 * begins, and the connection ends with the last. */
static void
put_chunk_size(struct request *q, size_t n)
{
	if (q->minor > 0)
		bytes_printf(&q->head, "\r\n%zx\r\n", n);
}

int
reply_more(struct request *q)
{
	const struct bytes *b;

	if (!q->pieces)
		return 0;
	if (q->begun) /* the first goes out with the reply's head */
		q->head.len = 0;
	do
		b = reply_piece(q);
	while (b && b->len == 0 && !b->failed);
	if (b && b->failed)
		return -1;
	if (b) {
		put_chunk_size(q, b->len);
		return ready(q, b->p, b->len) == REQUEST_READY ? 1 : -1;
	}
	q->pieces = false;
	if (q->minor > 0)
		bytes_puts(&q->head, "\r\n0\r\n\r\n");
	return ready(q, NULL, 0) == REQUEST_READY ? 1 : -1;
}

bool
reply_unsent(const struct request *q, struct iovec parts[2])
{
	size_t head = q->sent < q->head.len ? q->head.len - q->sent : 0;
	size_t at = head ? 0 : q->sent - q->head.len;

	parts[0] = (struct iovec){ q->head.p + q->head.len - head, head };
	parts[1] = (struct iovec){ (void *)(uintptr_t)(q->piece + at),
		q->piece_len - at };
	return parts[0].iov_len + parts[1].iov_len > 0;
}

/* By a thread of its own; by the front when these are all taken. */
static enum request_state
reply_pieces(struct request *q)
{
	q->keep = q->keep && q->minor > 0;
	reply_put_head(q, 200, call_type(q));
	/* The empty line, and what ends the line before the first size. */
	bytes_puts(&q->head,
	    q->minor > 0 ? "Transfer-Encoding: chunked\r\n" : "\r\n");
	q->pieces = true;
	if (bulk_take(q->conn->rpc->bulk) == 0)
		return REQUEST_BULK;
	return reply_more(q) > 0 ? REQUEST_READY : REQUEST_FAILED;
}

enum request_state
reply_calls(struct request *q)
{
	encode_more(q, REPLY_WHOLE_BYTES);
	if (q->out.failed)
		return reply_text(q, 503, "text/plain", "No memory.\n");
	if (q->out.len == 0)
		return reply_nothing(q);
	if (q->compress != COMPRESS_NONE && q->out.len >= COMPRESS_FROM_BYTES)
		q->z = compress_new(q->compress);
	if (!q->complete)
		return reply_pieces(q);
	if (!q->z)
		return reply_whole(q, 200, call_type(q), q->out.p, q->out.len);
	if (!pack(q))
		return REQUEST_FAILED;
	return reply_whole(q, 200, call_type(q), q->packed.p, q->packed.len);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* API calls on a connection of the front, from the head that asks for one to the
 * last byte of the reply, in the order in which it happens. A call whose body
 * came with its head is decoded where it was received, and its reply goes out in
 * one piece: a receive and a send are all that the usual one costs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fault.h"
#include "lib/text.h"
#include "lib/turn.h"
#include "rpc/bulk.h"
#include "rpc/front_private.h"
#include "rpc/request.h"

#define ARENA_BYTES_MAX (UINT64_C(256) << 20)
#define SPARE_MAX 16
#define KEPT_BYTES (64 * 1024) /* of a buffer, from request to request */
#define USER_AGENT_MAX 256
/* So many requests in a row of one connection, and others are not waited for. */
#define ALONE_AFTER 4
#define TRACEPARENT_CHARS 55

/* ---- requests, from one to the next ---- */

static struct request *
request_new(struct front *f)
{
	struct request *q = f->spare;

	if (q) {
		f->spare = q->next;
		f->nspare--;
	} else {
		q = fault_calloc(1, sizeof(*q));
		if (!q)
			return NULL;
		q->arena = arena_new(ARENA_BYTES_MAX);
		if (!q->arena) {
			free(q);
			return NULL;
		}
		q->front = f;
	}
	f->busy++;
	return q;
}

static void
request_free(struct request *q)
{
	arena_free(q->arena);
	bytes_free(&q->body);
	bytes_free(&q->head);
	bytes_free(&q->out);
	bytes_free(&q->packed);
	free(q);
}

static void
request_close(struct request *q)
{
	compress_free(q->z);
	q->z = NULL;
	if (q->body_counted)
		q->front->rpc->body_bytes -= q->body_counted;
	q->front->busy--;
}

void
request_end(struct request *q)
{
	request_close(q);
	request_free(q);
}

static void
keep_little(struct bytes *b)
{
	if (b->cap > KEPT_BYTES || b->failed)
		bytes_free(b);
	b->len = 0;
}

/* On the front's thread: as new, for the next request of anybody. */
static void
request_recycle(struct front *f, struct request *q)
{
	if (f->nspare == SPARE_MAX) {
		request_end(q);
		return;
	}
	request_close(q);
	arena_reset(q->arena);
	keep_little(&q->body);
	keep_little(&q->head);
	keep_little(&q->out);
	keep_little(&q->packed);
	memset((char *)q + offsetof(struct request, conn), 0,
	    sizeof(*q) - offsetof(struct request, conn));
	q->next = f->spare;
	f->spare = q;
	f->nspare++;
}

void
front_call_free_spare(struct front *f)
{
	struct request *q;

	while ((q = f->spare)) {
		f->spare = q->next;
		request_free(q);
	}
}

/* ---- the head ---- */

/* The W3C's form, version 00: lower-case, ids that are not all zeros. */
static bool
is_traceparent(const char *s)
{
	static const char form[] =
	    "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";

	if (strlen(s) != TRACEPARENT_CHARS)
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'x' ? !strchr("0123456789abcdef", s[i])
				   : s[i] != form[i])
			return false;
	return strspn(s + 3, "0") < 32 && strspn(s + 36, "0") < 16;
}

/* At most USER_AGENT_MAX bytes, cut between characters; "" when not clean. */
static const char *
clean_text(struct arena *a, const char *s)
{
	size_t n = s ? strnlen(s, USER_AGENT_MAX + 1) : 0;
	char *copy;

	if (n > USER_AGENT_MAX)
		for (n = USER_AGENT_MAX; n > 0 && (s[n] & 0xc0) == 0x80;)
			n--;
	if (n == 0 || !text_is_clean(s, n))
		return "";
	copy = arena_strndup(a, s, n);
	return copy ? copy : "";
}

static bool
is_alone(struct front *f, const struct conn *c)
{
	f->in_a_row = c == f->last ? f->in_a_row + 1 : 0;
	f->last = c;
	if (f->in_a_row == 0)
		turn_usual(); /* it was a lone writer's */
	return f->in_a_row >= ALONE_AFTER;
}

static void
read_fields(struct request *q, const struct head *h)
{
	const char *trace = head_get(h, "traceparent");
	const char *parent = head_get(h, "subtask-of");
	const char *asked =
	    q->preflight ? head_get(h, "access-control-request-headers") : NULL;

	q->compress = compress_choose(head_get(h, "accept-encoding"));
	q->user_agent = clean_text(q->arena, head_get(h, "user-agent"));
	if (trace && is_traceparent(trace))
		q->traceparent = arena_strdup(q->arena, trace);
	if (parent)
		q->subtask_of = clean_text(q->arena, parent);
	if (asked)
		q->asked = arena_strdup(q->arena, asked);
}

static void
read_head(struct request *q, const struct head *h, enum route_kind kind)
{
	q->format = kind == ROUTE_JSON ? RPC_JSON : RPC_XML;
	q->preflight = kind == ROUTE_PREFLIGHT;
	q->minor = h->minor;
	q->keep = h->keep_alive;
	q->chunked = h->chunked;
	q->left = h->length > 0 ? (size_t)h->length : 0;
	read_fields(q, h);
}

/* ---- on to the next state ---- */

void
front_call_left(struct front *f, struct conn *c)
{
	struct request *q = c->request;

	if (!q)
		return;
	c->request = NULL;
	respond_finish(q);
	/* From here on nobody wakes it, but somebody may have. */
	if (q->woken)
		q->gone = true;
	else
		request_recycle(f, q);
}

static bool
refuse(struct front *f, struct conn *c, int status)
{
	front_call_left(f, c);
	front_refuse(f, c, status, NULL);
	return false;
}

/* 1: all of head and piece is sent; 0: the client must take some first; -1: it
 * has gone. */
static int
send_part(struct conn *c, struct request *q)
{
	struct iovec parts[2];

	while (reply_unsent(q, parts)) {
		ssize_t r = conn_send_parts(c, parts, 2);

		if (r <= 0)
			return r < 0 && errno == EAGAIN ? 0 : -1;
		q->sent += (size_t)r;
	}
	return 1;
}

/* A thread that lets others go first sends the rest. What is encoded already
 * does not wait for its turn, unless it would have to be compressed. */
static bool
to_bulk(struct front *f, struct conn *c)
{
	struct request *q = c->request;

	if (!q->z && reply_more(q) > 0)
		(void)send_part(c, q); /* who has gone is noticed there */
	c->request = NULL;
	front_let_go(f, c);
	bulk_run(f->rpc->bulk, q);
	return false;
}

static bool
go_on(struct front *f, struct conn *c, enum request_state state)
{
	switch (state) {
	case REQUEST_PARKED:
		c->state = CONN_CALL;
		return front_parked_step(f, c);
	case REQUEST_READY:
		c->state = CONN_SEND;
		return front_send_step(f, c);
	case REQUEST_BULK:
		return to_bulk(f, c);
	case REQUEST_FAILED:
		break;
	}
	front_drop(f, c);
	return false;
}

/* ---- the body ---- */

/* It waits until we let it come. */
static void
say_continue(struct conn *c)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

	/* Small enough for any socket's buffer; if not, so be it. */
	(void)conn_send(c, text, sizeof(text) - 1);
}

static bool
begin_body(struct front *f, struct conn *c)
{
	struct request *q = c->request;

	c->state = CONN_BODY;
	c->began = f->now;
	front_list_began(c, &f->bodies);
	if (f->head.expect_continue)
		say_continue(c);
	bytes_reserve(&q->body, q->left < KEPT_BYTES ? q->left : KEPT_BYTES);
	return true;
}

/* Of all clients together; false: it is too much. */
static bool
count_body(struct request *q)
{
	size_t more = q->body.len - q->body_counted;
	struct rpc *r = q->front->rpc;

	q->body_counted += more;
	return atomic_fetch_add(&r->body_bytes, more) + more <=
	    RPC_BODY_BYTES_MAX;
}

/* 1: the body is whole; 0: more is to come; or the status to refuse it with. */
static int
take_body(struct request *q, const char *p, size_t n)
{
	enum chunks_status status = CHUNKS_MORE;
	size_t used = n;

	if (q->chunked) {
		status = chunks_read(&q->chunks, p, n, &used, &q->body);
	} else {
		bytes_put(&q->body, p, n);
		q->left -= n;
		if (q->left == 0)
			status = CHUNKS_END;
	}
	if (status == CHUNKS_BAD)
		return 400;
	if (q->body.len > q->front->rpc->config.max_call_bytes)
		return 413;
	if (q->body.failed || !count_body(q) ||
	    (used < n && !conn_keep(q->conn, p + used, n - used)))
		return 503;
	return status == CHUNKS_END;
}

static bool
body_came(struct front *f, struct conn *c, const char *p, size_t n)
{
	struct request *q = c->request;
	int r = take_body(q, p, n);

	if (r > 1)
		return refuse(f, c, r);
	if (r == 0)
		return true;
	front_list_began(c, NULL);
	return go_on(f, c,
	    respond_begin(q, q->body.p ? q->body.p : "", q->body.len));
}

/* All that has come, in one turn: it is not more than a body may be. */
bool
front_body_step(struct front *f, struct conn *c)
{
	while (c->state == CONN_BODY) {
		const struct request *q = c->request;
		size_t want = sizeof(f->scratch);
		ssize_t n;

		if (!q->chunked && q->left < want)
			want = q->left;
		n = front_recv(f, c, f->scratch, want);
		if (n > 0 && !body_came(f, c, f->scratch, (size_t)n))
			return false;
		if (n == 0 || (n < 0 && (errno != EAGAIN || c->hup)))
			front_drop(f, c);
		if (n <= 0)
			return false;
	}
	return true;
}

bool
front_call_begin(struct front *f, struct conn *c, const struct route *to,
    const char *rest, size_t n)
{
	struct request *q = request_new(f);

	front_list_active(f, c, NULL);
	front_list_began(c, NULL);
	c->served = true;
	c->request = q;
	if (!q)
		return refuse(f, c, 503);
	f->calls[to->row]++;
	q->conn = c;
	q->alone = is_alone(f, c);
	read_head(q, &f->head, to->kind);
	if (!q->keep)
		f->ends[to->row]++;
	if (q->chunked || q->left > n)
		return begin_body(f, c) && n > 0 ? body_came(f, c, rest, n)
						 : true;
	if (n > q->left && !conn_keep(c, rest + q->left, n - q->left))
		return refuse(f, c, 503);
	return go_on(f, c, respond_begin(q, rest, q->left));
}

/* ---- parked ---- */

bool
front_parked_step(struct front *f, struct conn *c)
{
	if (c->hup)
		front_drop(f, c);
	return false;
}

/* Those that were woken first, first. */
static struct request *
take_woken(struct front *f)
{
	struct request *q = atomic_load(&f->woken), *first = NULL;

	if (q)
		q = atomic_exchange(&f->woken, NULL);
	while (q) {
		struct request *next = q->next;

		q->next = first;
		first = q;
		q = next;
	}
	return first;
}

void
front_call_woken(struct front *f)
{
	struct request *q = take_woken(f), *next;

	for (; q; q = next) {
		struct conn *c = q->conn;

		next = q->next;
		q->woken = false;
		if (q->gone)
			request_recycle(f, q);
		else if (go_on(f, c, respond_resume(q)))
			front_conn_go(f, c);
	}
}

/* ---- the reply ---- */

static bool
reply_ended(struct front *f, struct conn *c)
{
	struct request *q = c->request;
	bool keep = q->keep;

	c->request = NULL;
	respond_finish(q);
	request_recycle(f, q);
	front_want_out(f, c, false);
	if (!keep) {
		front_linger(f, c);
		return false;
	}
	c->state = CONN_HEAD;
	front_list_active(f, c, &f->idle);
	/* Of a client that has closed its side no event will tell again. */
	return c->len > 0 || c->readable || c->hup;
}

bool
front_send_step(struct front *f, struct conn *c)
{
	struct request *q = c->request;
	size_t before = q->sent;
	int r = send_part(c, q);

	if (r == 0) {
		if (c->in_active != &f->sending || q->sent > before)
			front_list_active(f, c, &f->sending);
		front_want_out(f, c, true);
		return false;
	}
	r = r > 0 ? reply_more(q) : -1;
	if (r == 0)
		return reply_ended(f, c);
	if (r < 0)
		front_drop(f, c);
	return r > 0;
}

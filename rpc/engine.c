/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine is a few libmicrohttpd daemons without a listening socket, one
 * thread each; the front gives them connections whose first head it has read
 * and found to be an API call.
 *
 * What follows on such a connection is read by libmicrohttpd, which is less
 * strict than we are, so every later head is checked again from its fields;
 * where those do not tell (folded lines, bare LF), the length of the head
 * does: the connection then ends with the reply, and a second request hidden
 * behind the first is never answered.
 *
 * A later request may be none of the engine's: PUT /import, GET /rrd_updates.
 * Its connection goes back to the front, on a duplicate of the socket: with
 * MHD_USE_TURBO libmicrohttpd closes its own descriptor without shutdown().
 * What it had read already goes along. */
#include "rpc/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/turn.h"
#include "rpc/bulk.h"
#include "rpc/request.h"

#define CONNECTION_BYTES (32 * 1024) /* head, fields, and what is sent */
#define ARENA_BYTES_MAX (UINT64_C(256) << 20)
#define SPARE_MAX 16
#define KEPT_BYTES (64 * 1024) /* of a buffer, from request to request */
/* From a head to the end of its body. */
#define BODY_NSEC (120 * NSEC_PER_SEC)
#define USER_AGENT_MAX 256
/* So many requests in a row of one connection, and others are not waited for. */
#define ALONE_AFTER 4
#define TRACEPARENT_CHARS 55

struct engine_thread {
	struct rpc *rpc;
	struct MHD_Daemon *daemon;
	_Atomic unsigned n; /* connections */
	pthread_mutex_t lock;
	struct conn_list conns; /* by .all; protected by lock */
	/* Of the daemon's own thread. */
	struct request *spare;
	unsigned nspare;
	struct head head;
	const struct conn *last; /* that asked; only compared */
	unsigned in_a_row;
};

struct engine {
	struct rpc *rpc;
	unsigned nthreads;
	_Atomic unsigned next;
	struct engine_thread threads[];
};

/* ---- connections ---- */

/* How a connection comes to know its struct conn: libmicrohttpd copies the
 * address it is given and does not look into one that is not IP. */
struct conn_address {
	struct sockaddr sa;
	struct conn *conn;
};

void
engine_add(struct engine *e, struct conn *c)
{
	struct conn_address a = { .sa.sa_family = AF_UNIX, .conn = c };
	unsigned first = e->next++;
	struct engine_thread *t = &e->threads[first % e->nthreads];

	for (unsigned i = 1; i < e->nthreads; i++) {
		struct engine_thread *u =
		    &e->threads[(first + i) % e->nthreads];

		if (u->n < t->n)
			t = u;
	}
	t->n++;
	if (MHD_add_connection(t->daemon, c->fd, &a.sa, sizeof(a)) == MHD_YES)
		return;
	t->n--;
	c->fd = -1; /* closed already */
	conn_free(c);
}

struct conn *
engine_duplicate(struct conn *c)
{
	struct conn *twin = conn_duplicate(c);

	if (twin)
		twin->last = !conn_is_exact(c);
	return twin;
}

static int64_t
idle_until(const struct rpc *r)
{
	return clock_mono_ns() + r->config.idle_timeout_ms * NSEC_PER_MSEC;
}

static void
on_connection(void *cls, struct MHD_Connection *mc, void **socket_context,
    enum MHD_ConnectionNotificationCode what)
{
	struct engine_thread *t = cls;
	const union MHD_ConnectionInfo *info;
	struct conn *c;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(mc,
		    MHD_CONNECTION_INFO_CLIENT_ADDRESS);
		c = ((struct conn_address *)info->client_addr)->conn;
		*socket_context = c;
		c->due = idle_until(t->rpc);
		pthread_mutex_lock(&t->lock);
		TAILQ_INSERT_TAIL(&t->conns, c, all);
		pthread_mutex_unlock(&t->lock);
		return;
	}
	c = *socket_context;
	pthread_mutex_lock(&t->lock);
	TAILQ_REMOVE(&t->conns, c, all);
	pthread_mutex_unlock(&t->lock);
	t->n--;
	c->fd = -1; /* closed by libmicrohttpd, after this */
	conn_free(c);
}

void
engine_sweep(struct engine *e, int64_t now)
{
	struct conn *c;

	for (unsigned i = 0; i < e->nthreads; i++) {
		struct engine_thread *t = &e->threads[i];

		pthread_mutex_lock(&t->lock);
		TAILQ_FOREACH(c, &t->conns, all)
		if (c->due && c->due <= now) {
			c->due = 0;
			shutdown(c->fd, SHUT_RDWR);
		}
		pthread_mutex_unlock(&t->lock);
	}
}

unsigned
engine_connections(struct engine *e)
{
	unsigned n = 0;

	for (unsigned i = 0; i < e->nthreads; i++)
		n += e->threads[i].n;
	return n;
}

/* ---- requests, from one to the next ---- */

static struct request *
request_new(struct engine_thread *t)
{
	struct request *q = t->spare;

	if (q) {
		t->spare = q->next_spare;
		t->nspare--;
		return q;
	}
	q = fault_calloc(1, sizeof(*q));
	if (!q)
		return NULL;
	q->arena = arena_new(ARENA_BYTES_MAX);
	if (!q->arena) {
		free(q);
		return NULL;
	}
	q->rpc = t->rpc;
	q->thread = t;
	return q;
}

static void
request_free(struct request *q)
{
	arena_free(q->arena);
	bytes_free(&q->body);
	bytes_free(&q->out);
	bytes_free(&q->packed);
	free(q);
}

static void
keep_little(struct bytes *b)
{
	if (b->cap > KEPT_BYTES || b->failed)
		bytes_free(b);
	b->len = 0;
}

/* As new, for the next request of anybody. */
static void
request_reset(struct request *q)
{
	struct request clean = {
		.rpc = q->rpc,
		.thread = q->thread,
		.arena = q->arena,
		.body = q->body,
		.out = q->out,
		.packed = q->packed,
	};

	arena_reset(q->arena);
	keep_little(&clean.body);
	keep_little(&clean.out);
	keep_little(&clean.packed);
	*q = clean;
}

static void
request_close(struct request *q)
{
	respond_finish(q);
	compress_free(q->z);
	q->z = NULL;
	q->rpc->body_bytes -= q->body_counted;
	if (q->busy)
		q->rpc->busy--;
}

void
request_end(struct request *q)
{
	request_close(q);
	request_free(q);
}

static void
on_completed(void *cls, struct MHD_Connection *mc, void **req,
    enum MHD_RequestTerminationCode why)
{
	struct engine_thread *t = cls;
	struct request *q = *req;

	(void)mc, (void)why;
	if (!q)
		return;
	*req = NULL;
	request_close(q);
	q->conn->due = idle_until(t->rpc);
	request_reset(q);
	if (t->nspare == SPARE_MAX) {
		request_free(q);
		return;
	}
	q->next_spare = t->spare;
	t->spare = q;
	t->nspare++;
}

/* The request line is here: libmicrohttpd is about to take it apart. */
static void *
on_uri(void *cls, const char *uri, struct MHD_Connection *mc)
{
	struct engine_thread *t = cls;
	struct request *q = request_new(t);
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mc, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	if (!q)
		return NULL;
	q->conn = info->socket_context;
	q->mc = mc;
	q->target_len = strlen(uri);
	q->target = arena_strndup(q->arena, uri, q->target_len);
	return q;
}

/* Paths are decoded by us. */
static size_t
leave_escaped(void *cls, struct MHD_Connection *mc, char *s)
{
	(void)cls, (void)mc;
	return strlen(s);
}

/* ---- back to the front ---- */

static void
put_head(struct bytes *out, const struct head *h)
{
	bytes_printf(out, "%s %s HTTP/1.%d\r\n", h->method, h->target,
	    h->minor);
	/* The client was told to continue by libmicrohttpd. */
	for (unsigned i = 0; i < h->nfields; i++)
		if (strcasecmp(h->fields[i].name, "expect") != 0)
			bytes_printf(out, "%s: %s\r\n", h->fields[i].name,
			    h->fields[i].value);
	bytes_puts(out, "\r\n");
}

/* status: what to refuse it with, or 0: q->body holds the bytes of the
 * request that libmicrohttpd has taken out of the socket. MHD_NO makes
 * libmicrohttpd close its descriptor. */
static enum MHD_Result
take_back(struct request *q, int status)
{
	struct conn *c = engine_duplicate(q->conn);

	if (!c)
		return MHD_NO;
	c->consume = true;
	c->refuse = (uint16_t)status;
	if (status == 0 && !conn_keep(c, q->body.p, q->body.len))
		c->refuse = 503;
	front_give(c);
	return MHD_NO;
}

static enum MHD_Result
take_back_request(struct request *q, const struct head *h)
{
	if (h->chunked)
		return take_back(q, 411);
	put_head(&q->body, h);
	if (q->body.failed)
		return take_back(q, 503);
	if (h->length <= 0)
		return take_back(q, 0);
	q->stage = REQUEST_TAKE;
	return MHD_YES;
}

static enum MHD_Result
step_take(struct request *q, const char *upload, size_t *size)
{
	if (*size == 0)
		return MHD_NO;
	bytes_put(&q->body, upload, *size);
	q->conn->taken += *size;
	*size = 0;
	return take_back(q, q->body.failed ? 503 : 0);
}

/* ---- the head ---- */

struct gather {
	struct head *head;
	size_t bytes; /* that these fields take when written as usual */
	bool odd;
};

static enum MHD_Result
gather_field(void *cls, enum MHD_ValueKind kind, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
	struct gather *g = cls;
	struct head *h = g->head;

	(void)kind;
	if (h->nfields == HEAD_FIELDS_MAX || !value) {
		g->odd = true;
		return MHD_NO;
	}
	h->fields[h->nfields++] = (struct head_field){ name, value };
	g->bytes += name_len + value_len + 4;
	return MHD_YES;
}

/* From libmicrohttpd's fields to a head of ours; false: refused. */
static bool
gather_head(struct request *q, struct head *h, const char *method,
    const char *version)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(q->mc,
	    MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct gather g = { .head = h };

	h->method = method;
	h->target = q->target;
	h->minor = version[7] == '1';
	h->nfields = 0;
	g.bytes = strlen(method) + q->target_len + strlen(version) + 6;
	MHD_get_connection_values_n(q->mc, MHD_HEADER_KIND, gather_field, &g);
	q->conn->taken += info->header_size;
	if (g.odd || info->header_size > HEAD_BYTES_MAX ||
	    (version[7] != '0' && version[7] != '1'))
		return false;
	if (q->conn->seen > 0 && g.bytes != info->header_size)
		q->last = true;
	return (q->conn->seen == 0 || head_fields_are_clean(h)) &&
	    head_check(h) == HEAD_OK;
}

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
is_alone(struct engine_thread *t, const struct conn *c)
{
	t->in_a_row = c == t->last ? t->in_a_row + 1 : 0;
	t->last = c;
	if (t->in_a_row == 0)
		turn_usual(); /* it was a lone writer's */
	return t->in_a_row >= ALONE_AFTER;
}

static enum MHD_Result
begin_call(struct request *q, const struct head *h, enum route_kind kind)
{
	const char *trace = head_get(h, "traceparent");
	const char *parent = head_get(h, "subtask-of");

	q->format = kind == ROUTE_JSON ? RPC_JSON : RPC_XML;
	q->stage = kind == ROUTE_PREFLIGHT ? REQUEST_PREFLIGHT : REQUEST_BODY;
	q->minor = h->minor;
	q->keep = h->keep_alive;
	q->alone = is_alone(q->thread, q->conn);
	q->conn->unsure |= h->chunked;
	q->compress = compress_choose(head_get(h, "accept-encoding"));
	q->user_agent = clean_text(q->arena, head_get(h, "user-agent"));
	if (trace && is_traceparent(trace))
		q->traceparent = arena_strdup(q->arena, trace);
	if (parent)
		q->subtask_of = clean_text(q->arena, parent);
	if (h->length > 0)
		bytes_reserve(&q->body,
		    h->length < KEPT_BYTES ? (size_t)h->length + 1
					   : KEPT_BYTES);
	return MHD_YES;
}

static enum MHD_Result
step_head(struct request *q, const char *method, const char *version)
{
	struct head *h = &q->thread->head;
	struct route to;

	q->rpc->busy++;
	q->busy = true;
	q->conn->due = clock_mono_ns() + BODY_NSEC;
	if (!q->target || !gather_head(q, h, method, version))
		return take_back(q, q->target ? 400 : 503);
	q->conn->seen = 1;
	to = route_find(&q->rpc->rules, h, &q->conn->peer);
	if (q->rpc->stopping)
		return take_back(q, 503);
	if (to.kind == ROUTE_REFUSE && to.status != 301)
		return take_back(q, to.status);
	if (to.kind == ROUTE_REFUSE || to.kind == ROUTE_HANDLER)
		return take_back_request(q, h);
	return begin_call(q, h, to.kind);
}

/* ---- the body ---- */

static enum MHD_Result
step_body(struct request *q, const char *upload, size_t *size)
{
	struct rpc *r = q->rpc;

	if (*size == 0) {
		q->conn->due = 0;
		return respond_begin(q);
	}
	if (q->body.len + *size > r->config.max_call_bytes)
		return take_back(q, 413);
	if (atomic_fetch_add(&r->body_bytes, *size) + *size >
	    RPC_BODY_BYTES_MAX) {
		r->body_bytes -= *size;
		return take_back(q, 503);
	}
	q->body_counted += *size;
	q->conn->taken += *size;
	bytes_put(&q->body, upload, *size);
	*size = 0;
	return q->body.failed ? take_back(q, 503) : MHD_YES;
}

static enum MHD_Result
step_preflight(struct request *q, size_t *size)
{
	const char *asked;

	if (*size > 0) {
		q->conn->taken += *size;
		*size = 0;
		return MHD_YES;
	}
	asked = MHD_lookup_connection_value(q->mc, MHD_HEADER_KIND,
	    "Access-Control-Request-Headers");
	return reply_preflight(q, asked);
}

static enum MHD_Result
step(struct request *q, const char *method, const char *version,
    const char *upload, size_t *size)
{
	switch (q->stage) {
	case REQUEST_HEAD:
		return step_head(q, method, version);
	case REQUEST_BODY:
		return step_body(q, upload, size);
	case REQUEST_PREFLIGHT:
		return step_preflight(q, size);
	case REQUEST_TAKE:
		return step_take(q, upload, size);
	case REQUEST_CALL:
		return respond_resume(q);
	case REQUEST_REPLY:
	case REQUEST_BULK:
		break;
	}
	return MHD_NO;
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *mc, const char *url,
    const char *method, const char *version, const char *upload, size_t *size,
    void **req)
{
	struct request *q = *req;
	enum MHD_Result rc;

	(void)cls, (void)mc, (void)url;
	if (!q)
		return MHD_NO;
	rc = step(q, method, version, upload, size);
	if (q->stage == REQUEST_BULK) {
		*req = NULL; /* on_completed() must not see it */
		bulk_run(q->rpc->bulk, q);
	}
	return rc;
}

/* ---- start and stop ---- */

static void
on_log(void *cls, const char *fmt, va_list ap)
{
	char text[256];

	(void)cls;
	/* Three lines a reply on sockets that are not TCP:
	 * "Setting TCP_NODELAY option ... failed". */
	if (strncmp(fmt, "Setting ", 8) == 0)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	text[strcspn(text, "\n")] = '\0';
	log_debug("http: %s", text);
}

static int
start_thread(struct rpc *r, struct engine_thread *t)
{
	t->rpc = r;
	TAILQ_INIT(&t->conns);
	pthread_mutex_init(&t->lock, NULL);
	t->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
		MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
		MHD_USE_TURBO | MHD_USE_ERROR_LOG,
	    0, NULL, NULL, on_request, t,
	    /* first, since options after it may log */
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, 1u << 20,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
	    MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, t,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, t,
	    MHD_OPTION_URI_LOG_CALLBACK, on_uri, t,
	    MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
	return t->daemon ? 0 : -1;
}

struct engine *
engine_new(struct rpc *r, unsigned threads)
{
	struct engine *e =
	    fault_calloc(1, sizeof(*e) + threads * sizeof(e->threads[0]));

	if (!e)
		return NULL;
	e->rpc = r;
	for (; e->nthreads < threads; e->nthreads++)
		if (start_thread(r, &e->threads[e->nthreads]) < 0) {
			engine_free(e);
			return NULL;
		}
	return e;
}

void
engine_free(struct engine *e)
{
	struct request *q;

	if (!e)
		return;
	for (unsigned i = 0; i < e->nthreads; i++) {
		struct engine_thread *t = &e->threads[i];

		MHD_stop_daemon(t->daemon);
		while ((q = t->spare)) {
			t->spare = q->next_spare;
			request_free(q);
		}
		pthread_mutex_destroy(&t->lock);
	}
	free(e);
}

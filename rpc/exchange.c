/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request that a handler of the core answers: what was asked, and the
 * thread it lives on. */
#include "rpc/exchange_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base64.h"
#include "lib/text.h"
#include "lib/threads.h"
#include "rpc/stream.h"

#define ARENA_BYTES_MAX (UINT64_C(256) << 20)

struct exchanges {
	struct threads *threads;
	pthread_mutex_t lock; /* protects all below */
	struct exchange_list running;
	unsigned n;
};

/* ---- from the head ---- */

static bool
copy_fields(struct http_exchange *x, const struct head *h)
{
	x->fields = arena_array(x->arena, h->nfields, sizeof(*x->fields));
	if (!x->fields && h->nfields > 0)
		return false;
	for (; x->nfields < h->nfields; x->nfields++) {
		const struct head_field *from = &h->fields[x->nfields];
		struct head_field *to = &x->fields[x->nfields];

		to->name = arena_strdup(x->arena, from->name);
		to->value = arena_strdup(x->arena, from->value);
		if (!to->name || !to->value)
			return false;
	}
	return true;
}

static char *
decode_part(struct arena *a, const char *s, size_t n)
{
	char *out = arena_alloc(a, n + 1);

	/* The whole query was tried before, so every part decodes. */
	return out && head_decode(s, n, true, out) ? out : NULL;
}

static bool
split_query(struct http_exchange *x, const char *query)
{
	size_t max = 1;

	for (const char *p = query; *p; p++)
		max += *p == '&';
	x->params = arena_array(x->arena, max, sizeof(*x->params));
	if (!x->params)
		return false;
	while (*query) {
		size_t n = strcspn(query, "&"), name;
		struct http_param *p = &x->params[x->nparams];

		name = strcspn(query, "=&");
		p->name = decode_part(x->arena, query, name);
		p->value = name < n
		    ? decode_part(x->arena, query + name + 1, n - name - 1)
		    : "";
		if (!p->name || !p->value)
			return false;
		x->nparams += n > 0;
		query += n + (query[n] == '&');
	}
	return true;
}

/* HTTP/1.1 without a length has no body; older clients close behind it. */
static void
find_body(struct http_exchange *x, const struct head *h)
{
	bool sends =
	    strcmp(h->method, "PUT") == 0 || strcmp(h->method, "POST") == 0;

	x->length = h->length;
	x->left = h->length;
	if (h->chunked) {
		x->body = BODY_CHUNKED;
		x->length = -2;
		x->left = 0;
	} else if (h->length > 0) {
		x->body = BODY_LENGTH;
	} else if (h->length == 0) {
		x->body = BODY_NONE;
	} else if (strcmp(h->method, "CONNECT") == 0 ||
	    (sends && h->minor == 0)) {
		x->body = BODY_TO_END;
	} else {
		x->length = 0;
	}
}

static bool
is_own_page(const struct head *h)
{
	const char *origin = head_get(h, "origin");
	const char *site = head_get(h, "sec-fetch-site");
	const char *host = origin ? strstr(origin, "://") : NULL;

	if (site && strcmp(site, "same-origin") != 0 &&
	    strcmp(site, "none") != 0)
		return false;
	return !origin || (host && strcasecmp(host + 3, h->host) == 0);
}

struct http_exchange *
exchange_new(struct rpc *r, struct conn *c, const struct head *h,
    const struct http_handler *row)
{
	struct arena *a = arena_new(ARENA_BYTES_MAX);
	struct http_exchange *x = a ? arena_alloc(a, sizeof(*x)) : NULL;

	if (!x) {
		arena_free(a);
		return NULL;
	}
	x->rpc = r;
	x->conn = c;
	x->handler = row;
	x->arena = a;
	x->minor = h->minor;
	x->ambient = is_own_page(h);
	x->wants_keep = h->keep_alive;
	x->wants_100 = h->expect_continue;
	x->method = arena_strdup(a, h->method);
	x->path = arena_strdup(a, h->path);
	find_body(x, h);
	if (!x->method || !x->path || !copy_fields(x, h) ||
	    !split_query(x, h->query)) {
		arena_free(a);
		return NULL;
	}
	return x;
}

void
exchange_free(struct http_exchange *x)
{
	if (x)
		arena_free(x->arena);
}

/* ---- what was asked ---- */

const struct http_handler *
http_handler_of(const struct http_exchange *x)
{
	return x->handler;
}

const char *
http_method(const struct http_exchange *x)
{
	return x->method;
}

const char *
http_path(const struct http_exchange *x)
{
	return x->path;
}

const struct rpc_peer *
http_peer(const struct http_exchange *x)
{
	return &x->conn->peer;
}

struct arena *
http_arena(struct http_exchange *x)
{
	return x->arena;
}

int64_t
http_content_length(const struct http_exchange *x)
{
	return x->length;
}

const char *
http_query(const struct http_exchange *x, const char *name, unsigned n)
{
	for (unsigned i = 0; i < x->nparams; i++)
		if (strcmp(x->params[i].name, name) == 0 && n-- == 0)
			return x->params[i].value;
	return NULL;
}

bool
http_query_at(const struct http_exchange *x, unsigned i, const char **name_r,
    const char **value_r)
{
	if (i >= x->nparams)
		return false;
	*name_r = x->params[i].name;
	*value_r = x->params[i].value;
	return true;
}

const char *
http_header(const struct http_exchange *x, const char *name)
{
	for (unsigned i = 0; i < x->nfields; i++)
		if (strcasecmp(x->fields[i].name, name) == 0)
			return x->fields[i].value;
	return NULL;
}

/* In one Cookie line: "a=1; b=2". */
static const char *
find_cookie(struct arena *a, const char *line, const char *name)
{
	size_t want = strlen(name);

	while (*line) {
		size_t n;

		line += strspn(line, "; \t");
		n = strcspn(line, ";");
		if (n > want && line[want] == '=' &&
		    strncmp(line, name, want) == 0) {
			const char *value = line + want + 1;
			size_t len = n - want - 1;
			char *out = arena_alloc(a, len + 1);

			return out && head_decode(value, len, false, out)
			    ? out
			    : NULL;
		}
		line += n;
	}
	return NULL;
}

const char *
http_cookie(const struct http_exchange *x, const char *name)
{
	const char *found = NULL;

	for (unsigned i = 0; x->ambient && i < x->nfields && !found; i++)
		if (strcasecmp(x->fields[i].name, "cookie") == 0)
			found = find_cookie(x->arena, x->fields[i].value, name);
	return found;
}

bool
http_basic(const struct http_exchange *x, const char **user_r,
    const char **password_r)
{
	const char *v = x->ambient ? http_header(x, "authorization") : NULL;
	char *text, *colon;
	size_t n = 0;

	if (!v || strncasecmp(v, "Basic ", 6) != 0)
		return false;
	v += 6 + strspn(v + 6, " ");
	text = arena_strdup(x->arena, v);
	if (!text ||
	    base64_decode(text, strlen(text), (uint8_t *)text, &n) < 0 ||
	    memchr(text, '\0', n) || !text_is_clean(text, n))
		return false;
	text[n] = '\0';
	colon = strchr(text, ':');
	if (!colon)
		return false;
	*colon = '\0';
	*user_r = text;
	*password_r = colon + 1;
	return true;
}

bool
http_gone(struct http_exchange *x)
{
	return x->broken || stream_gone(x->conn);
}

/* ---- the thread ---- */

/* To the end of the request's body, if that is near. */
static bool
skip_body(struct http_exchange *x)
{
	char buf[4096];
	size_t total = 0;

	while (!exchange_body_ended(x) && total < EXCHANGE_KEEP_BYTES) {
		ssize_t n = http_read(x, buf, sizeof(buf));

		if (n < 0)
			return false;
		if (n == 0)
			break;
		total += (size_t)n;
	}
	return exchange_body_ended(x);
}

static void
part_with(struct http_exchange *x)
{
	struct rpc_tally *tally =
	    &x->rpc->tallies[x->handler - x->rpc->routes.rows];
	struct conn *c = x->conn;

	tally->requests++;
	if (x->keep && !x->broken && skip_body(x)) {
		front_give(c);
		return;
	}
	tally->closed++;
	/* Some send padding behind what was needed. (attack A33) */
	if (!x->broken)
		stream_drain(c);
	conn_free(c);
}

static void
exchange_main(void *arg)
{
	struct http_exchange *x = arg;
	struct exchanges *e = x->rpc->exchanges;

	x->handler->run(x, x->rpc->routes.core);
	exchange_end_answer(x);
	pthread_mutex_lock(&e->lock);
	TAILQ_REMOVE(&e->running, x, link);
	pthread_mutex_unlock(&e->lock);
	part_with(x);
	pthread_mutex_lock(&e->lock);
	e->n--;
	pthread_mutex_unlock(&e->lock);
	x->rpc->busy--;
	arena_free(x->arena);
}

int
exchange_run(struct http_exchange *x)
{
	struct exchanges *e = x->rpc->exchanges;

	LOCK_SCOPE(&e->lock);
	if (e->n >= EXCHANGE_THREADS_MAX)
		return -1;
	x->rpc->busy++;
	x->rpc->streams++;
	TAILQ_INSERT_TAIL(&e->running, x, link);
	if (threads_run(e->threads, exchange_main, x) < 0) {
		TAILQ_REMOVE(&e->running, x, link);
		x->rpc->busy--;
		x->rpc->streams--;
		return -1;
	}
	e->n++;
	return 0;
}

struct exchanges *
exchanges_new(void)
{
	struct exchanges *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	TAILQ_INIT(&e->running);
	pthread_mutex_init(&e->lock, NULL);
	e->threads = threads_new("xapid-http", EXCHANGE_THREADS_MAX,
	    EXCHANGE_THREADS_MAX);
	if (!e->threads) {
		exchanges_free(e);
		return NULL;
	}
	return e;
}

void
exchanges_cut(struct exchanges *e)
{
	struct http_exchange *x;

	LOCK_SCOPE(&e->lock);
	TAILQ_FOREACH(x, &e->running, link)
	shutdown(x->conn->fd, SHUT_RDWR);
}

void
exchanges_free(struct exchanges *e)
{
	if (!e)
		return;
	threads_free(e->threads);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

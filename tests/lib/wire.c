/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "unit.h"

/* ---- the server ---- */

/* Making a key takes its time: all tests of a program have the same. */
static void
make_certificate(struct wire *w, char *err, size_t size)
{
	static const char *const names[] = { "localhost", "127.0.0.1", NULL };
	static struct bytes made;

	snprintf(w->certificate, sizeof(w->certificate), "%s",
	    unit_path("server.pem"));
	if (made.len > 0) {
		CU_ASSERT_EQUAL_FATAL(file_write_atomic(w->certificate, made.p,
					  made.len, 0600),
		    0);
		return;
	}
	CU_ASSERT_EQUAL_FATAL(rpc_make_certificate(w->certificate, names, err,
				  size),
	    0);
	CU_ASSERT_EQUAL_FATAL(file_read(w->certificate, 1 << 20, &made), 0);
}

void
wire_start(struct wire *w, enum wire_with with, const struct rpc_config *config,
    const struct http_routes *routes)
{
	struct rpc_listen listen[] = { { "127.0.0.1", 0, false },
		{ "127.0.0.1", 0, true } };
	struct rpc_config c = config
	    ? *config
	    : (struct rpc_config){
		      .head_timeout_ms = 2 * WIRE_PATIENCE_MS,
		      .head_deadline_ms = 4 * WIRE_PATIENCE_MS,
	      };
	char err[256] = "";

	/* SSL_write() has no MSG_NOSIGNAL: the client sees an error. */
	signal(SIGPIPE, SIG_IGN);
	*w = (struct wire){ .toy = toy_new() };
	snprintf(w->socket, sizeof(w->socket), "%s", unit_path("socket"));
	if (with == WIRE_TLS)
		make_certificate(w, err, sizeof(err));
	c.listen = listen;
	c.nlisten = with == WIRE_TLS ? 2 : 1;
	c.socket_path = w->socket;
	c.certificate = w->certificate;
	w->rpc = rpc_start(&c, toy_service(w->toy), routes, err, sizeof(err));
	if (!w->rpc)
		printf("# %s\n", err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w->rpc);
	w->port = rpc_port(w->rpc, 0);
	w->tls_port = with == WIRE_TLS ? rpc_port(w->rpc, 1) : 0;
}

void
wire_stop(struct wire *w)
{
	rpc_stop(w->rpc, 0);
	toy_free(w->toy);
	*w = (struct wire){ 0 };
}

/* ---- bytes ---- */

void
client_connect(struct client *c, uint16_t port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	*c = (struct client){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC,
				  0) };
	CU_ASSERT_EQUAL_FATAL(connect(c->fd, (struct sockaddr *)&in,
				  sizeof(in)),
	    0);
}

void
client_connect_local(struct client *c, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	*c = (struct client){ .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC,
				  0) };
	strcpy(un.sun_path, path);
	CU_ASSERT_EQUAL_FATAL(connect(c->fd, (struct sockaddr *)&un,
				  sizeof(un)),
	    0);
}

void
client_close(struct client *c)
{
	SSL_free(c->ssl);
	if (c->fd >= 0)
		close(c->fd);
	free(c->buf);
	*c = (struct client){ .fd = -1 };
}

int
client_send(struct client *c, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t r = c->ssl ? SSL_write(c->ssl, at, (int)n)
				   : send(c->fd, at, n, MSG_NOSIGNAL);

		if (r <= 0)
			return -1;
		at += r;
		n -= (size_t)r;
	}
	return 0;
}

int
client_say(struct client *c, const char *text)
{
	return client_send(c, text, strlen(text));
}

static bool
is_readable(struct client *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	return (c->ssl && SSL_pending(c->ssl) > 0) ||
	    poll(&p, 1, WIRE_PATIENCE_MS) > 0;
}

bool
client_receive(struct client *c)
{
	ssize_t n;

	if (c->ended || !is_readable(c))
		return false;
	if (c->cap - c->len < 65536) {
		c->cap = 2 * c->cap + 65537;
		c->buf = realloc(c->buf, c->cap);
	}
	n = c->ssl ? SSL_read(c->ssl, c->buf + c->len, 65536)
		   : recv(c->fd, c->buf + c->len, 65536, 0);
	if (n <= 0) {
		c->ended = true;
		c->reset = n < 0 && errno == ECONNRESET;
		return false;
	}
	c->len += (size_t)n;
	c->buf[c->len] = '\0';
	return true;
}

bool
client_sees_end(struct client *c)
{
	return c->len == 0 && !client_receive(c) && c->ended;
}

/* ---- replies ---- */

static char *
cut(struct client *c, size_t n)
{
	char *part = malloc(n + 1);

	memcpy(part, c->buf, n);
	part[n] = '\0';
	c->len -= n;
	memmove(c->buf, c->buf + n, c->len + 1);
	return part;
}

static bool
want(struct client *c, size_t n)
{
	while (c->len < n)
		if (!client_receive(c))
			return false;
	return true;
}

const char *
reply_header(const struct reply *r, const char *name, char value[256])
{
	size_t n = strlen(name);

	value[0] = '\0';
	for (const char *l = r->head; l && (l = strstr(l, "\r\n"));) {
		l += 2;
		if (strncasecmp(l, name, n) == 0 && l[n] == ':') {
			l += n + 1 + strspn(l + n + 1, " ");
			snprintf(value, 256, "%.*s", (int)strcspn(l, "\r"), l);
			break;
		}
	}
	return value;
}

static void
read_chunks(struct client *c, struct reply *r)
{
	for (;;) {
		char *lf, *end;
		size_t n, line;

		while (!(lf = c->len ? strstr(c->buf, "\r\n") : NULL))
			if (!client_receive(c))
				return;
		n = strtoul(c->buf, &end, 16);
		line = (size_t)(lf + 2 - c->buf);
		if (end != lf || !want(c, line + n + 2))
			return;
		r->body = realloc(r->body, r->len + n + 1);
		memcpy(r->body + r->len, c->buf + line, n);
		r->len += n;
		r->body[r->len] = '\0';
		free(cut(c, line + n + 2));
		if (n == 0)
			return;
	}
}

static void
read_body(struct client *c, struct reply *r)
{
	char value[256];

	if (r->status / 100 == 1 || r->status == 204) {
		r->body = calloc(1, 1);
	} else if (*reply_header(r, "Content-Length", value)) {
		r->len = strtoul(value, NULL, 10);
		if (!want(c, r->len)) {
			r->len = c->len;
			r->status = -r->status; /* it was cut */
		}
		r->body = cut(c, r->len);
	} else if (*reply_header(r, "Transfer-Encoding", value)) {
		read_chunks(c, r);
	} else {
		while (client_receive(c))
			;
		r->len = c->len;
		r->body = cut(c, c->len);
	}
}

void
client_read(struct client *c, struct reply *r)
{
	char *end;

	*r = (struct reply){ 0 };
	while (!(end = c->len ? strstr(c->buf, "\r\n\r\n") : NULL))
		if (!client_receive(c))
			return;
	r->head = cut(c, (size_t)(end + 4 - c->buf));
	r->status = atoi(r->head + strcspn(r->head, " "));
	read_body(c, r);
}

void
reply_free(struct reply *r)
{
	free(r->head);
	free(r->body);
	*r = (struct reply){ 0 };
}

/* ---- calls ---- */

char *
post_text(const char *path, const char *fields, const char *body)
{
	char *text;

	if (asprintf(&text,
		"POST %s HTTP/1.1\r\nHost: h\r\n%sContent-Length: %zu\r\n"
		"\r\n%s",
		path, fields, strlen(body), body) < 0)
		abort();
	return text;
}

char *
call_text(const char *method, const char *param, const char *fields)
{
	char *body, *text;

	if (asprintf(&body,
		"<?xml version='1.0'?><methodCall><methodName>%s</methodName>"
		"<params><param><value>%s</value></param></params>"
		"</methodCall>",
		method, param) < 0)
		abort();
	text = post_text("/", fields, body);
	free(body);
	return text;
}

void
client_call(struct client *c, const char *method, const char *param,
    struct reply *r)
{
	char *text = call_text(method, param, "");

	client_say(c, text);
	free(text);
	client_read(c, r);
}

bool
reply_is(const struct reply *r, const char *value)
{
	static const char before[] =
	    "<?xml version=\"1.0\"?><methodResponse><params><param><value>"
	    "<struct><member><name>Status</name><value>Success</value></member>"
	    "<member><name>Value</name><value>";
	static const char after[] = "</value></member></struct></value>"
				    "</param></params></methodResponse>";
	size_t n = strlen(value);

	return r->status == 200 &&
	    r->len == sizeof(before) - 1 + n + sizeof(after) - 1 &&
	    strncmp(r->body, before, sizeof(before) - 1) == 0 &&
	    strncmp(r->body + sizeof(before) - 1, value, n) == 0 &&
	    strcmp(r->body + sizeof(before) - 1 + n, after) == 0;
}

/* ---- time ---- */

void
wire_sleep(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * NSEC_PER_MSEC };

	nanosleep(&ts, NULL);
}

bool
wire_wait(bool (*fn)(void *arg), void *arg)
{
	int64_t end = clock_mono_ns() + WIRE_PATIENCE_MS * NSEC_PER_MSEC;

	while (!fn(arg)) {
		if (clock_mono_ns() > end)
			return false;
		wire_sleep(2);
	}
	return true;
}

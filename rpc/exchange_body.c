/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of a request, as http_read gives it. A client that cuts the
 * connection has ended its body: some announce a petabyte and mean "until I
 * close". (clients.md 2.1) */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "rpc/exchange_private.h"
#include "rpc/stream.h"

#define CHUNK_LINE_MAX 1024
#define TRAILERS_MAX 64
#define CHUNK_DIGITS_MAX 15

void
http_raw(struct http_exchange *x)
{
	int one = 1;

	/* Keys and their echoes are small, and wait for nothing. */
	(void)setsockopt(x->conn->fd, IPPROTO_TCP, TCP_NODELAY, &one,
	    sizeof(one));
	x->raw = true;
	x->keep = false;
}

bool
exchange_body_ended(const struct http_exchange *x)
{
	return x->body == BODY_NONE;
}

static int
malformed(struct http_exchange *x)
{
	x->keep = false;
	errno = EBADMSG;
	return -1;
}

/* A line of at most CHUNK_LINE_MAX, without its CR LF, into line. -1: errno;
 * a connection that ends here is malformed. */
static int
read_line(struct http_exchange *x, char line[CHUNK_LINE_MAX + 1])
{
	struct conn *c = x->conn;

	for (;;) {
		const char *lf = c->len ? memchr(c->buf, '\n', c->len) : NULL;
		size_t n = lf ? (size_t)(lf - c->buf) : c->len;
		ssize_t r;

		if (n > CHUNK_LINE_MAX)
			return malformed(x);
		if (lf) {
			if (n == 0 || lf[-1] != '\r')
				return malformed(x);
			memcpy(line, c->buf, n - 1);
			line[n - 1] = '\0';
			conn_used(c, n + 1);
			return 0;
		}
		r = stream_fill(c, EXCHANGE_SILENCE_MS);
		if (r <= 0)
			return r < 0 ? -1 : malformed(x);
	}
}

/* "1a2b;name=value": the number; extensions mean nothing to us. */
static int
parse_chunk_size(struct http_exchange *x, const char *line)
{
	size_t digits = strspn(line, "0123456789abcdefABCDEF");

	if (digits == 0 || digits > CHUNK_DIGITS_MAX ||
	    !strchr("; \t", line[digits]))
		return malformed(x);
	x->left = 0;
	for (size_t i = 0; i < digits; i++) {
		char d = line[i];

		x->left =
		    x->left * 16 + (d <= '9' ? d - '0' : (d | 32) - 'a' + 10);
	}
	return 0;
}

/* To the data of the next chunk, or to the end of the body. */
static int
next_chunk(struct http_exchange *x)
{
	char line[CHUNK_LINE_MAX + 1];

	if (x->chunk_begun) {
		if (read_line(x, line) < 0)
			return -1;
		if (line[0] != '\0')
			return malformed(x);
	}
	if (read_line(x, line) < 0 || parse_chunk_size(x, line) < 0)
		return -1;
	x->chunk_begun = true;
	if (x->left > 0)
		return 0;
	for (int i = 0; i < TRAILERS_MAX; i++) {
		if (read_line(x, line) < 0)
			return -1;
		if (line[0] == '\0') {
			x->body = BODY_NONE;
			return 0;
		}
	}
	return malformed(x);
}

ssize_t
http_read(struct http_exchange *x, void *buf, size_t len)
{
	ssize_t n;

	if (len == 0)
		return 0;
	if (x->raw)
		return stream_read(x->conn, buf, len, EXCHANGE_SILENCE_MS);
	if (x->body == BODY_NONE)
		return 0;
	exchange_say_continue(x);
	if (x->body == BODY_CHUNKED && x->left == 0 && next_chunk(x) < 0)
		return -1;
	if (x->body == BODY_NONE)
		return 0;
	if (x->body != BODY_TO_END && (uint64_t)x->left < len)
		len = (size_t)x->left;
	n = stream_read(x->conn, buf, len, EXCHANGE_SILENCE_MS);
	if (n <= 0)
		x->keep = false;
	if (n == 0)
		x->body = BODY_NONE;
	if (n > 0 && x->body != BODY_TO_END) {
		x->left -= n;
		if (x->left == 0 && x->body == BODY_LENGTH)
			x->body = BODY_NONE;
	}
	return n;
}

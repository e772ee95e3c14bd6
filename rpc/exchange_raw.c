/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection that is no HTTP any more, beside a descriptor of the handler. */
#include <errno.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <string.h>

#include "rpc/exchange_private.h"
#include "rpc/stream.h"

/* Bytes that poll() would not tell of. */
static bool
has_bytes(struct conn *c)
{
	return c->len > 0 || (c->ssl && SSL_pending(c->ssl) > 0);
}

int
http_wait(struct http_exchange *x, int fd, short events, int ms)
{
	struct conn *c = x->conn;
	struct pollfd p[] = {
		{ .fd = c->fd, .events = POLLIN },
		{ .fd = fd, .events = events },
	};
	int ready = has_bytes(c) ? HTTP_CLIENT : 0;

	if (poll(p, 2, ready ? 0 : ms) < 0)
		return ready;
	if (p[0].revents)
		ready |= HTTP_CLIENT;
	if (p[1].revents)
		ready |= HTTP_OTHER;
	return ready;
}

ssize_t
http_read_now(struct http_exchange *x, void *buf, size_t len)
{
	struct conn *c = x->conn;

	if (c->len > 0)
		return stream_read(c, buf, len, 0);
	return conn_recv(c, buf, len);
}

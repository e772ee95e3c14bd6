/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/conn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/fault.h"
#include "rpc/private.h"
#include "rpc/pump.h"

struct conn *
conn_new(struct rpc *rpc, struct front *front, int fd)
{
	struct conn *c = fault_calloc(1, sizeof(*c));

	if (!c) {
		close(fd);
		return NULL;
	}
	c->rpc = rpc;
	c->front = front;
	c->fd = fd;
	return c;
}

void
conn_free(struct conn *c)
{
	if (!c)
		return;
	pump_free(c->pump);
	SSL_free(c->ssl);
	if (c->fd >= 0)
		close(c->fd);
	if (c->counted)
		peers_leave(c->rpc->peers, c->key);
	meter_unref(c->meter);
	free(c->buf);
	free(c);
}

struct conn *
conn_duplicate(struct conn *c)
{
	int fd = fcntl(c->fd, F_DUPFD_CLOEXEC, 3);
	struct conn *twin = fd < 0 ? NULL : conn_new(c->rpc, c->front, fd);

	if (!twin)
		return NULL;
	twin->state = CONN_AWAY;
	twin->served = true;
	twin->peer = c->peer;
	twin->key = c->key;
	twin->counted = c->counted;
	c->counted = false;
	twin->taken = c->taken;
	twin->unsure = c->unsure;
	twin->meter = meter_ref(c->meter);
	return twin;
}

/* Bytes that came in, ever; false when unknown. */
static bool
bytes_received(const struct conn *c, uint64_t *n_r)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (c->meter) {
		*n_r = meter_fed(c->meter);
		return true;
	}
	if (c->peer.local ||
	    getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0 ||
	    len < offsetof(struct tcp_info, tcpi_bytes_received) +
		    sizeof(info.tcpi_bytes_received))
		return false;
	*n_r = info.tcpi_bytes_received;
	return true;
}

static uint64_t
bytes_unread(const struct conn *c)
{
	int n = 0;

	ioctl(c->fd, FIONREAD, &n);
	return (uint64_t)n;
}

/* More may arrive between the two questions: asked in this order, what has
 * been read is never found less than it is, and asked the other way round in
 * conn_recount() never more. So an error makes us unsure, never wrong. */
bool
conn_is_exact(const struct conn *c)
{
	uint64_t unread = bytes_unread(c), received;

	return !c->unsure && bytes_received(c, &received) &&
	    received - unread == c->taken;
}

void
conn_recount(struct conn *c)
{
	uint64_t received = 0;

	/* A meter may be ahead by what is being sent. */
	c->unsure = c->meter || !bytes_received(c, &received);
	c->taken = received - bytes_unread(c);
}

bool
conn_keep(struct conn *c, const void *p, size_t n)
{
	if (n > c->cap - c->len) {
		char *buf = fault_realloc(c->buf, c->len + n);

		if (!buf)
			return false;
		c->buf = buf;
		c->cap = (uint32_t)(c->len + n);
	}
	memcpy(c->buf + c->len, p, n);
	c->len += (uint32_t)n;
	return true;
}

void
conn_used(struct conn *c, size_t n)
{
	c->len -= (uint32_t)n;
	if (c->len > 0) {
		memmove(c->buf, c->buf + n, c->len);
		return;
	}
	free(c->buf);
	c->buf = NULL;
	c->cap = 0;
}

/* OpenSSL's answer to errno's terms. */
static ssize_t
tls_result(struct conn *c, int r)
{
	switch (SSL_get_error(c->ssl, r)) {
	case SSL_ERROR_NONE:
		return r;
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		ERR_clear_error();
		errno = ECONNRESET;
		return -1;
	}
}

ssize_t
conn_recv(struct conn *c, void *p, size_t n)
{
	ssize_t r;

	if (c->ssl) {
		ERR_clear_error();
		return tls_result(c, SSL_read(c->ssl, p, (int)n));
	}
	do
		r = recv(c->fd, p, n, MSG_DONTWAIT);
	while (r < 0 && errno == EINTR);
	return r;
}

ssize_t
conn_send(struct conn *c, const void *p, size_t n)
{
	ssize_t r;

	if (c->ssl) {
		ERR_clear_error();
		return tls_result(c, SSL_write(c->ssl, p, (int)n));
	}
	do
		r = send(c->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (r < 0 && errno == EINTR);
	return r;
}

bool
conn_wants_write(const struct conn *c)
{
	return c->ssl && SSL_want_write(c->ssl);
}

void
conn_finish_sending(struct conn *c)
{
	if (c->ssl && SSL_is_init_finished(c->ssl)) {
		ERR_clear_error();
		SSL_shutdown(c->ssl);
		ERR_clear_error();
	}
	shutdown(c->fd, SHUT_WR);
}

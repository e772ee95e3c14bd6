/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/conn.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/fault.h"
#include "rpc/private.h"

#define TLS_JOIN_BYTES 16384 /* of one record */

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
	front_count(front, 1);
	return c;
}

void
conn_move(struct conn *c, struct front *to)
{
	front_count(c->front, -1);
	front_count(to, 1);
	c->front = to;
}

void
conn_free(struct conn *c)
{
	if (!c)
		return;
	SSL_free(c->ssl);
	if (c->fd >= 0)
		close(c->fd);
	if (c->counted)
		peers_leave(c->rpc->peers, c->key);
	front_count(c->front, -1);
	free(c->buf);
	free(c);
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

/* TLS makes a packet of every write: small parts are copied together. */
static ssize_t
send_parts_tls(struct conn *c, const struct iovec *parts, int n)
{
	char joined[TLS_JOIN_BYTES];
	size_t len = 0;

	for (int i = 0; i < n && len < sizeof(joined); i++) {
		size_t room = sizeof(joined) - len;
		size_t take = parts[i].iov_len < room ? parts[i].iov_len : room;

		if (take > 0)
			memcpy(joined + len, parts[i].iov_base, take);
		len += take;
	}
	return conn_send(c, joined, len);
}

ssize_t
conn_send_parts(struct conn *c, const struct iovec *parts, int n)
{
	struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)parts,
		.msg_iovlen = (size_t)n };
	ssize_t r;

	if (c->ssl)
		return send_parts_tls(c, parts, n);
	do
		r = sendmsg(c->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
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

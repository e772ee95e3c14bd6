/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/clock.h"

#define FILL_BYTES 4096
#define DRAIN_BYTES (1 << 20)
#define DRAIN_MS 2000

/* After EAGAIN: until it is worth trying again. */
static int
wait_for(struct conn *c, short events, int ms)
{
	struct pollfd p = { .fd = c->fd, .events = events };
	int r;

	if (c->ssl)
		p.events = conn_wants_write(c) ? POLLOUT : POLLIN;
	do
		r = poll(&p, 1, ms);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		errno = ETIMEDOUT;
	return r > 0 ? 0 : -1;
}

static ssize_t
recv_waiting(struct conn *c, void *buf, size_t n, int ms)
{
	for (;;) {
		ssize_t r = conn_recv(c, buf, n);

		if (r >= 0 || errno != EAGAIN)
			return r;
		if (wait_for(c, POLLIN, ms) < 0)
			return -1;
	}
}

ssize_t
stream_read(struct conn *c, void *buf, size_t n, int ms)
{
	if (n == 0)
		return 0;
	if (c->len == 0)
		return recv_waiting(c, buf, n, ms);
	if (n > c->len)
		n = c->len;
	memcpy(buf, c->buf, n);
	conn_used(c, n);
	return (ssize_t)n;
}

ssize_t
stream_fill(struct conn *c, int ms)
{
	char piece[FILL_BYTES];
	ssize_t n = recv_waiting(c, piece, sizeof(piece), ms);

	if (n > 0 && !conn_keep(c, piece, (size_t)n)) {
		errno = ENOMEM;
		return -1;
	}
	return n;
}

int
stream_write(struct conn *c, const void *buf, size_t n, int ms)
{
	const char *p = buf;

	while (n > 0) {
		ssize_t r = conn_send(c, p, n);

		if (r > 0) {
			p += r;
			n -= (size_t)r;
		} else if (r == 0 || errno != EAGAIN) {
			errno = r == 0 ? EPIPE : errno;
			return -1;
		} else if (wait_for(c, POLLOUT, ms) < 0) {
			return -1;
		}
	}
	return 0;
}

void
stream_drain(struct conn *c)
{
	int64_t end = clock_mono_ns() + DRAIN_MS * NSEC_PER_MSEC;
	size_t total = 0;
	char buf[16384];

	conn_finish_sending(c);
	while (total < DRAIN_BYTES) {
		int64_t ms = (end - clock_mono_ns()) / NSEC_PER_MSEC;
		ssize_t n;

		if (ms <= 0)
			return;
		n = stream_read(c, buf, sizeof(buf), (int)ms);
		if (n <= 0)
			return;
		total += (size_t)n;
	}
}

/* Of the parts, n bytes are done. */
static void
skip_parts(struct iovec **parts, int *count, size_t n)
{
	while (*count > 0 && n >= (*parts)->iov_len) {
		n -= (*parts)->iov_len;
		++*parts;
		--*count;
	}
	if (*count == 0)
		return;
	(*parts)->iov_base = (char *)(*parts)->iov_base + n;
	(*parts)->iov_len -= n;
}

/* What TLS was given and could not send yet is to be given again in no less than
 * that, also by who goes on with it: so in the way in which fronts send. */
int
stream_write_parts(struct conn *c, struct iovec *parts, int n, int ms)
{
	skip_parts(&parts, &n, 0);
	while (n > 0) {
		ssize_t r = conn_send_parts(c, parts, n);

		if (r > 0)
			skip_parts(&parts, &n, (size_t)r);
		else if (r == 0 || errno != EAGAIN)
			return -1;
		else if (wait_for(c, POLLOUT, ms) < 0)
			return -1;
	}
	return 0;
}

bool
stream_gone(struct conn *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0;
}

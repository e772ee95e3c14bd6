/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/packet.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(PACKET_FDS * sizeof(int))];
};

int
packet_send(int sock, const void *p, size_t len, const int *fds, unsigned nfds,
    int flags)
{
	struct iovec iov = { (void *)(uintptr_t)p, len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	union control control;
	struct cmsghdr *c;
	ssize_t n;

	if (nfds > PACKET_FDS) {
		errno = E2BIG;
		return -1;
	}
	if (nfds) {
		memset(&control, 0, sizeof(control));
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	}
	do
		n = sendmsg(sock, &m, flags | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n >= 0 && n != (ssize_t)len)
		errno = EPIPE;
	return n == (ssize_t)len ? 0 : -1;
}

int
packet_receive(int sock, void *p, size_t len, int *fds, unsigned max,
    unsigned *nfds_r, int flags)
{
	struct iovec iov = { p, len };
	union control control;
	/* CMSG_LEN and not CMSG_SPACE: its padding has room for one more. */
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = CMSG_LEN(max * sizeof(int)) };
	struct cmsghdr *c;
	ssize_t n;

	*nfds_r = 0;
	if (max > PACKET_FDS) {
		errno = E2BIG;
		return -1;
	}
	do
		n = recvmsg(sock, &m, flags | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
		*nfds_r = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(fds, CMSG_DATA(c), *nfds_r * sizeof(int));
	}
	if (n == (ssize_t)len)
		return 0;
	while (*nfds_r)
		close(fds[--*nfds_r]);
	if (n >= 0)
		errno = EPIPE;
	return -1;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define ASK_TRIES 16
#define ANSWER_SECONDS 30        /* an emulated host takes its time */
#define ANSWER_BYTES (32 * 1024) /* more the kernel does not put in one */

void
nl_free(struct nl *n)
{
	bytes_free(&n->b);
}

/* ---- writing ---- */

static void
pad(struct nl *n)
{
	static const char zeros[NLMSG_ALIGNTO];

	bytes_put(&n->b, zeros, NLMSG_ALIGN(n->b.len) - n->b.len);
}

/* The lengths that stand in front grow with what is behind them. */
static void
grow(struct nl *n)
{
	uint32_t len = (uint32_t)(n->b.len - n->at);

	if (!n->b.failed)
		memcpy(n->b.p + n->at, &len, sizeof(len));
}

void
nl_begin(struct nl *n, uint16_t type, uint16_t flags, const void *fixed,
    size_t len)
{
	const struct nlmsghdr head = {
		.nlmsg_type = type,
		.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
		.nlmsg_seq = ++n->number,
	};

	if (flags & NLM_F_ACK)
		n->awaited = n->number;
	n->at = n->b.len;
	bytes_put(&n->b, &head, sizeof(head));
	bytes_put(&n->b, fixed, len);
	pad(n);
	grow(n);
}

void
nl_put(struct nl *n, uint16_t type, const void *data, size_t len)
{
	const struct rtattr head = {
		.rta_len = (uint16_t)RTA_LENGTH(len),
		.rta_type = type,
	};

	bytes_put(&n->b, &head, sizeof(head));
	bytes_put(&n->b, data, len);
	pad(n);
	grow(n);
}

void
nl_put_u8(struct nl *n, uint16_t type, uint8_t value)
{
	nl_put(n, type, &value, sizeof(value));
}

void
nl_put_u32(struct nl *n, uint16_t type, uint32_t value)
{
	nl_put(n, type, &value, sizeof(value));
}

void
nl_put_text(struct nl *n, uint16_t type, const char *text)
{
	nl_put(n, type, text, strlen(text) + 1);
}

size_t
nl_nest(struct nl *n, uint16_t type)
{
	size_t at = n->b.len;

	nl_put(n, type, NULL, 0);
	return at;
}

void
nl_nest_end(struct nl *n, size_t nest)
{
	uint16_t len = (uint16_t)(n->b.len - nest);

	if (!n->b.failed)
		memcpy(n->b.p + nest, &len, sizeof(len));
}

/* ---- talking ---- */

static int
open_and_send(int protocol, const struct nl *n)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct timeval patience = { .tv_sec = ANSWER_SECONDS };
	CLEANUP_FD int fd = -1;

	if (n->b.failed) {
		errno = ENOMEM;
		return -1;
	}
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) < 0 ||
	    sendto(fd, n->b.p, n->b.len, 0, (const struct sockaddr *)&kernel,
		sizeof(kernel)) < 0)
		return -1;
	return STEAL_FD(fd);
}

/* The next packet of the kernel's own. -1 and errno. */
static ssize_t
receive(int fd, char *buf)
{
	struct sockaddr_nl from = { 0 };
	socklen_t len;
	ssize_t r;

	do {
		len = sizeof(from);
		r = recvfrom(fd, buf, ANSWER_BYTES, MSG_TRUNC,
		    (struct sockaddr *)&from, &len);
	} while ((r < 0 && errno == EINTR) || (r >= 0 && from.nl_pid != 0));
	if (r > ANSWER_BYTES) {
		errno = EMSGSIZE;
		return -1;
	}
	return r;
}

static int
error_of(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(e->error)))
		return EBADMSG;
	return -e->error;
}

enum { GO_ON, END };

static int
take(const struct nlmsghdr *h, uint32_t last, nl_answer_fn *fn, void *arg)
{
	if (h->nlmsg_type == NLMSG_DONE)
		return END;
	if (h->nlmsg_type == NLMSG_ERROR) {
		errno = error_of(h);
		if (errno)
			return -1;
		return h->nlmsg_seq == last ? END : GO_ON;
	}
	return fn ? fn(arg, h) : GO_ON;
}

/* Until the end was said: by a multipart answer, or an acknowledgement. */
static int
take_all(int fd, uint32_t last, nl_answer_fn *fn, void *arg)
{
	CLEANUP_FREE char *buf = malloc(ANSWER_BYTES);
	int rc = GO_ON;

	if (!buf)
		return -1;
	while (rc == GO_ON) {
		ssize_t r = receive(fd, buf);
		int left = (int)r;

		if (r < 0)
			return -1;
		for (const struct nlmsghdr *h = (void *)buf;
		     rc == GO_ON && NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
			rc = take(h, last, fn, arg);
	}
	return rc == END ? 0 : -1;
}

int
nl_send(int protocol, const struct nl *n)
{
	CLEANUP_FD int fd = open_and_send(protocol, n);

	return fd < 0 ? -1 : take_all(fd, n->awaited, NULL, NULL);
}

/* What the kernel answers, kept until it is known to be whole: a list that
 * changes while it is told says so, and is asked for again. */
struct answers {
	struct bytes all;
	bool torn;
};

static int
keep(void *arg, const struct nlmsghdr *h)
{
	struct answers *a = arg;

	a->torn = a->torn || (h->nlmsg_flags & NLM_F_DUMP_INTR);
	bytes_put(&a->all, h, NLMSG_ALIGN(h->nlmsg_len));
	return GO_ON;
}

static int
feed(const struct answers *a, nl_answer_fn *fn, void *arg)
{
	int left = (int)a->all.len, rc = GO_ON;

	for (const struct nlmsghdr *h = (const void *)a->all.p;
	     rc == GO_ON && left > 0 && NLMSG_OK(h, left);
	     h = NLMSG_NEXT(h, left))
		rc = fn(arg, h);
	return rc < 0 ? -1 : 0;
}

int
nl_ask(int protocol, const struct nl *n, nl_answer_fn *fn, void *arg)
{
	struct answers a;
	int rc;

	for (int tries = 0; tries < ASK_TRIES; tries++) {
		CLEANUP_FD int fd = open_and_send(protocol, n);

		a = (struct answers){ .torn = false };
		rc = fd < 0 ? -1 : take_all(fd, n->awaited, keep, &a);
		if (rc == 0 && a.all.failed) {
			errno = ENOMEM;
			rc = -1;
		}
		if (rc == 0 && !a.torn)
			rc = feed(&a, fn, arg);
		bytes_free(&a.all);
		if (rc < 0 || !a.torn)
			return rc;
	}
	errno = EAGAIN;
	return -1;
}

/* ---- reading ---- */

static const struct rtattr *
find(const struct rtattr *a, int left, uint16_t type, size_t least)
{
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if ((a->rta_type & NLA_TYPE_MASK) == type &&
		    RTA_PAYLOAD(a) >= least)
			return a;
	return NULL;
}

const struct rtattr *
nl_find(const struct nlmsghdr *answer, size_t fixed, uint16_t type,
    size_t least)
{
	size_t begin = NLMSG_SPACE(fixed);

	if (answer->nlmsg_len < begin)
		return NULL;
	return find((const void *)((const char *)answer + begin),
	    (int)(answer->nlmsg_len - begin), type, least);
}

const struct rtattr *
nl_find_in(const struct rtattr *nest, uint16_t type, size_t least)
{
	return nest ? find(RTA_DATA(nest), (int)RTA_PAYLOAD(nest), type, least)
		    : NULL;
}

void
nl_text(const struct rtattr *a, char *out, size_t size)
{
	size_t len = 0;

	if (a) {
		len = strnlen(RTA_DATA(a), RTA_PAYLOAD(a));
		if (len >= size)
			len = size - 1;
		memcpy(out, RTA_DATA(a), len);
	}
	out[len] = '\0';
}

uint32_t
nl_u32(const struct rtattr *a, uint32_t otherwise)
{
	uint32_t value = otherwise;

	if (a && RTA_PAYLOAD(a) >= sizeof(value))
		memcpy(&value, RTA_DATA(a), sizeof(value));
	return value;
}

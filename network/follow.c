/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "network/follow.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "worker/worker.h"

#define GATHER_MS 200 /* routes and servers come behind an address */

static int fd = -1;

int
follow_open(void)
{
	const struct sockaddr_nl groups = { .nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR };

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return fd < 0 ||
		bind(fd, (const struct sockaddr *)&groups, sizeof(groups)) < 0
	    ? -1
	    : 0;
}

/* What was lost because there was too much of it is a change as well. */
static bool
wait_for_one(int flags)
{
	char buf[8192];
	ssize_t n;

	do
		n = recv(fd, buf, sizeof(buf), flags);
	while (n < 0 && errno == EINTR);
	return n > 0 || errno == ENOBUFS;
}

static void *
follow(void *arg)
{
	static const struct timespec gather = { .tv_nsec =
						    GATHER_MS * 1000000L };
	const struct value_member m = { "event", value_of_text("addresses") };
	const struct value body = { .kind = VALUE_STRUCT,
		.n = 1,
		.members = &m };

	while (wait_for_one(0)) {
		(void)nanosleep(&gather, NULL);
		while (wait_for_one(MSG_DONTWAIT))
			;
		worker_event(&body);
	}
	log_err("changes of addresses are not heard any more: %m");
	return arg;
}

int
follow_start(void)
{
	pthread_t thread;
	int r = pthread_create(&thread, NULL, follow, NULL);

	if (r == 0)
		(void)pthread_detach(thread);
	errno = r;
	return r ? -1 : 0;
}

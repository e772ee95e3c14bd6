/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "network/autoconf.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/cleanup.h"

static int
set(const char *link, const char *name, const char *value)
{
	char path[128];
	CLEANUP_FD int fd = -1;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", link,
	    name);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 || write(fd, value, 1) != 1 ? -1 : 0;
}

int
autoconf_set(const char *link, bool on)
{
	/* 2: also where the host forwards. */
	if (set(link, "accept_ra", on ? "2" : "0") < 0 ||
	    set(link, "autoconf", on ? "1" : "0") < 0)
		return -1;
	if (!on)
		return 0;
	/* From its hardware address: a bridge of ours has had none. */
	return set(link, "addr_gen_mode", "0") < 0 ||
		set(link, "disable_ipv6", "1") < 0 ||
		set(link, "disable_ipv6", "0") < 0
	    ? -1
	    : 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a card or a bond does with packets before anybody looks at them. */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "network/network.h"

/* Any socket will do for it. 0, or -1 and errno. */
static int
ask(const char *device, struct ethtool_value *v)
{
	CLEANUP_FD int fd =
	    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct ifreq r = { .ifr_data = (char *)v };

	if (fd < 0)
		return -1;
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", device);
	return ioctl(fd, SIOCETHTOOL, &r);
}

bool
network_merges(const char *device)
{
	struct ethtool_value v = { .cmd = ETHTOOL_GGRO };

	return ask(device, &v) == 0 && v.data;
}

int
network_property(void *context, struct op *op)
{
	const char *device = network_name(op, "device");
	const char *name = op_text(op, "name", "");
	struct ethtool_value v = { .cmd = ETHTOOL_SGRO,
		.data = strcmp(op_text(op, "value", ""), "on") == 0 };

	(void)context;
	if (!device)
		return -1;
	if (strcmp(name, "gro") != 0)
		return op_fail(op, "INVALID_VALUE", "properties", name, NULL);
	return ask(device, &v) < 0 ? network_fail(op, device) : 0;
}

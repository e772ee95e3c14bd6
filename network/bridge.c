/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks as bridges of the Linux kernel. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "network/network.h"

/* A name that the kernel and sysfs take without surprise, or NULL, raised. */
static const char *
name_of(struct op *op, const char *argument)
{
	const char *name = op_text(op, argument, "");
	size_t len = strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789._-");

	if (len > 0 && len < IFNAMSIZ && !name[len] && name[0] != '.' &&
	    name[0] != '-')
		return name;
	op_fail(op, "INVALID_VALUE", argument, name, NULL);
	return NULL;
}

static int
fail_link(struct op *op, const char *name)
{
	return op_fail_errno(op, "INTERNAL_ERROR", name);
}

/* The bridge's index, made if it is not there; 0: raised. */
static unsigned
need_bridge(struct op *op, const char *name)
{
	unsigned index = if_nametoindex(name);

	if (index)
		return index;
	if (link_make_bridge(name) < 0 && errno != EEXIST) {
		fail_link(op, name);
		return 0;
	}
	index = if_nametoindex(name);
	if (!index || link_set_up(index) < 0) {
		fail_link(op, name);
		return 0;
	}
	return index;
}

static int
bridge_create(void *context, struct op *op)
{
	const char *name = name_of(op, "bridge");

	(void)context;
	return name && need_bridge(op, name) ? 0 : -1;
}

static int
bridge_destroy(void *context, struct op *op)
{
	const char *name = name_of(op, "bridge");
	unsigned index = name ? if_nametoindex(name) : 0;

	(void)context;
	if (!name)
		return -1;
	if (index && link_remove(index) < 0 && errno != ENODEV)
		return fail_link(op, name);
	return 0;
}

static int
join_one(struct op *op, const char *name, unsigned bridge)
{
	int64_t mtu = op_int(op, "mtu", 1500);
	unsigned index = if_nametoindex(name);

	if (!index)
		return fail_link(op, name);
	if (mtu >= 68 && mtu <= 65535 && link_set_mtu(index, (uint32_t)mtu) < 0)
		return fail_link(op, name);
	if (link_set_master(index, bridge) < 0 || link_set_up(index) < 0)
		return fail_link(op, name);
	return 0;
}

/* A guest with emulated hardware has two ends of an interface: QEMU's, with
 * "-emu" behind its name, until its drivers take over. */
static int
join(void *context, struct op *op)
{
	const char *name = name_of(op, "interface");
	const char *bridge = name ? name_of(op, "bridge") : NULL;
	unsigned master = bridge ? need_bridge(op, bridge) : 0;
	char emulated[IFNAMSIZ + 4];

	(void)context;
	if (!master || join_one(op, name, master) < 0)
		return -1;
	snprintf(emulated, sizeof(emulated), "%s-emu", name);
	if (strlen(emulated) < IFNAMSIZ && if_nametoindex(emulated))
		return join_one(op, emulated, master);
	return 0;
}

static int
leave(void *context, struct op *op)
{
	const char *name = name_of(op, "interface");
	unsigned index = name ? if_nametoindex(name) : 0;

	(void)context;
	if (!name)
		return -1;
	if (index && link_set_master(index, 0) < 0 && errno != ENODEV)
		return fail_link(op, name);
	return 0;
}

const struct network_driver network_bridge = {
	.name = "bridge",
	.bridge_create = bridge_create,
	.bridge_destroy = bridge_destroy,
	.join = join,
	.leave = leave,
};

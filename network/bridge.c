/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks as bridges of the Linux kernel. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "network/network.h"

#define MIN_MTU 68
#define MAX_MTU 65535

const char *
network_name(struct op *op, const char *argument)
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

int
network_fail(struct op *op, const char *link)
{
	return op_fail_errno(op, "INTERNAL_ERROR", link);
}

static int
set_mtu(struct op *op, const struct link *l, const char *argument)
{
	int64_t mtu = op_int(op, argument, 0);

	if (mtu < MIN_MTU || mtu > MAX_MTU || l->mtu == (uint32_t)mtu)
		return 0;
	return link_set_mtu(l->index, (uint32_t)mtu) < 0
	    ? network_fail(op, l->name)
	    : 0;
}

/* ---- bridges that come and go ---- */

int
network_need_bridge(struct op *op, const char *name, const unsigned char *mac,
    struct link *l)
{
	if (link_get(name, l) == 0) {
		if (strcmp(l->kind, "bridge") == 0)
			return 0;
		return op_fail(op, "BRIDGE_NOT_AVAILABLE", name, NULL);
	}
	if (errno != ENODEV)
		return network_fail(op, name);
	if (!op_bool(op, "managed", true))
		return op_fail(op, "BRIDGE_NOT_AVAILABLE", name, NULL);
	if ((link_make_bridge(name, mac) < 0 && errno != EEXIST) ||
	    link_get(name, l) < 0)
		return network_fail(op, name);
	(void)link_no_addresses(l->index); /* there may be no IPv6 */
	if (set_mtu(op, l, "bridge_mtu") < 0)
		return -1;
	return link_set_up(l->index, true) < 0 ? network_fail(op, name) : 0;
}

struct port_search {
	unsigned bridge;
	struct link found;
};

static int
is_port(void *arg, const struct link *l)
{
	struct port_search *s = arg;

	if (l->master != s->bridge)
		return 0;
	s->found = *l;
	return 1;
}

/* Removes a bridge of ours that nothing is on. 1: something is; -1: raised. */
static int
remove_empty(struct op *op, const char *name, struct port_search *s)
{
	struct link l;
	int r;

	if (link_get(name, &l) < 0)
		return errno == ENODEV ? 0 : network_fail(op, name);
	if (strcmp(l.kind, "bridge") != 0 || l.group != LINK_GROUP_OURS)
		return 0;
	*s = (struct port_search){ .bridge = l.index };
	r = link_each(is_port, s);
	if (r != 0)
		return r < 0 ? network_fail(op, name) : 1;
	if (link_remove(l.index) < 0 && errno != ENODEV)
		return network_fail(op, name);
	return 0;
}

int
network_drop_bridge(struct op *op, const char *name)
{
	struct port_search s;

	return remove_empty(op, name, &s) < 0 ? -1 : 0;
}

static int
bridge_destroy(void *context, struct op *op)
{
	const char *name = network_name(op, "bridge");
	struct port_search s;
	int r;

	(void)context;
	r = name ? remove_empty(op, name, &s) : -1;
	return r > 0
	    ? op_fail(op, "OPERATION_NOT_ALLOWED",
		  "Something is still on the bridge", s.found.name, NULL)
	    : r;
}

static int
bridge_mtu(void *context, struct op *op)
{
	const char *name = network_name(op, "bridge");
	struct link l;

	(void)context;
	if (!name)
		return -1;
	if (link_get(name, &l) < 0)
		return errno == ENODEV ? 0 : network_fail(op, name);
	return l.group == LINK_GROUP_OURS ? set_mtu(op, &l, "mtu") : 0;
}

/* ---- interfaces of guests ---- */

/* bridge 0: cut off. */
static int
join_one(struct op *op, const char *name, unsigned bridge)
{
	struct link l;

	if (link_get(name, &l) < 0)
		return network_fail(op, name);
	if (set_mtu(op, &l, "mtu") < 0)
		return -1;
	if ((l.master != bridge && link_set_master(l.index, bridge) < 0) ||
	    link_set_promiscuous(l.index, op_bool(op, "promiscuous", false)) <
		0 ||
	    link_set_up(l.index, bridge != 0) < 0)
		return network_fail(op, name);
	return 0;
}

/* A guest with emulated hardware has two ends of an interface: QEMU's, with
 * "-emu" behind its name, until its drivers take over. */
static int
join(void *context, struct op *op)
{
	const char *name = network_name(op, "interface");
	const char *bridge = name ? network_name(op, "bridge") : NULL;
	char emulated[IFNAMSIZ + 4];
	struct link l = { 0 }, other;

	(void)context;
	if (!bridge)
		return -1;
	if (strcmp(op_text(op, "mode", ""), "disabled") != 0 &&
	    network_need_bridge(op, bridge, NULL, &l) < 0)
		return -1;
	if (join_one(op, name, l.index) < 0)
		return -1;
	snprintf(emulated, sizeof(emulated), "%s-emu", name);
	if (strlen(emulated) >= IFNAMSIZ || link_get(emulated, &other) < 0)
		return 0;
	return join_one(op, emulated, l.index);
}

static int
leave_one(struct op *op, const char *name)
{
	struct link l;

	if (link_get(name, &l) < 0)
		return errno == ENODEV ? 0 : network_fail(op, name);
	if ((link_set_up(l.index, false) < 0 ||
		link_set_master(l.index, 0) < 0) &&
	    errno != ENODEV)
		return network_fail(op, name);
	return 0;
}

static int
leave(void *context, struct op *op)
{
	const char *bridge = network_name(op, "bridge");

	(void)context;
	if (!bridge)
		return -1;
	if (*op_text(op, "interface", "")) {
		const char *name = network_name(op, "interface");

		if (!name || leave_one(op, name) < 0)
			return -1;
	}
	if (op_bool(op, "keep", false))
		return 0;
	return network_drop_bridge(op, bridge);
}

const struct network_driver network_bridge = {
	.name = "bridge",
	.bridge_destroy = bridge_destroy,
	.bridge_mtu = bridge_mtu,
	.join = join,
	.leave = leave,
	.uplink = network_uplink,
	.downlink = network_downlink,
	.nics = network_nics,
};

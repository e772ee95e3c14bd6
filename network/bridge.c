/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks as bridges of the Linux kernel. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "network/filter.h"
#include "network/network.h"

#define MIN_MTU 68
#define MAX_MTU 65535

bool
network_is_name(const char *name)
{
	size_t len = strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789._-");

	return len > 0 && len < IFNAMSIZ && !name[len] && name[0] != '.' &&
	    name[0] != '-';
}

const char *
network_name(struct op *op, const char *argument)
{
	const char *name = op_text(op, argument, "");

	if (network_is_name(name))
		return name;
	op_fail(op, "INVALID_VALUE", argument, name, NULL);
	return NULL;
}

int
network_fail(struct op *op, const char *link)
{
	return op_fail_errno(op, "INTERNAL_ERROR", link);
}

int
network_set_mtu(struct op *op, const struct link *l, const char *argument)
{
	int64_t mtu = op_int(op, argument, 0);

	if (mtu < MIN_MTU || mtu > MAX_MTU || l->mtu == (uint32_t)mtu)
		return 0;
	if (link_set_mtu(l->index, (uint32_t)mtu) == 0)
		return 0;
	return errno == EINVAL || errno == ERANGE
	    ? op_fail(op, "INVALID_VALUE", "MTU",
		  arena_printf(op->arena, "%s: %lld", l->name, (long long)mtu),
		  NULL)
	    : network_fail(op, l->name);
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
	if (network_set_mtu(op, l, "bridge_mtu") < 0)
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
	struct link l = { 0 };
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
bridge_create(void *context, struct op *op)
{
	const char *name = network_name(op, "bridge");
	struct link l = { 0 };

	(void)context;
	return name ? network_need_bridge(op, name, NULL, &l) : -1;
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

struct uplinks {
	struct op *op;
	unsigned bridge;
	int rc;
};

/* Cards, and VLANs of ours; guests have an MTU of their own. */
static int
set_uplink_mtu(void *arg, const struct link *l)
{
	struct uplinks *u = arg;

	if (l->master == u->bridge && (l->vlan >= 0 || network_is_card(l)) &&
	    u->rc == 0)
		u->rc = network_set_mtu(u->op, l, "mtu");
	return 0;
}

static int
bridge_mtu(void *context, struct op *op)
{
	const char *name = network_name(op, "bridge");
	struct uplinks u = { .op = op };
	struct link l = { 0 };

	(void)context;
	if (!name)
		return -1;
	if (link_get(name, &l) < 0)
		return errno == ENODEV ? 0 : network_fail(op, name);
	if (l.group != LINK_GROUP_OURS)
		return 0;
	u.bridge = l.index;
	if (link_each(set_uplink_mtu, &u) < 0)
		return network_fail(op, name);
	return u.rc < 0 ? -1 : network_set_mtu(op, &l, "mtu");
}

/* ---- interfaces of guests ---- */

#define MAX_ALLOWED 256 /* addresses of a family, as the core has it */

/* The addresses of a list; -1: raised. */
static int
read_allowed(struct op *op, const char *name, int family, size_t size,
    void **out_r, uint32_t *n_r)
{
	const struct value *list = op_list(op, name);
	uint32_t n = list && list->kind == VALUE_ARRAY ? list->n : 0;
	char *out = arena_array(op->arena, n + 1, size);

	if (!out)
		return op_fail_nomem(op);
	if (n > MAX_ALLOWED)
		return op_fail(op, "INVALID_IP_ADDRESS_SPECIFIED", name, NULL);
	for (uint32_t i = 0; i < n; i++)
		if (list->items[i].kind != VALUE_STRING ||
		    inet_pton(family, list->items[i].s, out + i * size) != 1)
			return op_fail(op, "INVALID_IP_ADDRESS_SPECIFIED", name,
			    NULL);
	*out_r = out;
	*n_r = n;
	return 0;
}

int
network_read_mac(struct op *op, const char *mac, unsigned char out[LINK_MAC])
{
	unsigned m[LINK_MAC];
	char rest;

	if (sscanf(mac, "%2x:%2x:%2x:%2x:%2x:%2x%c", &m[0], &m[1], &m[2], &m[3],
		&m[4], &m[5], &rest) != LINK_MAC)
		return op_fail(op, "MAC_INVALID", mac, NULL);
	for (int i = 0; i < LINK_MAC; i++)
		out[i] = (unsigned char)m[i];
	return 0;
}

static int
read_filter(struct op *op, struct filter *f)
{
	void *v4, *v6;

	if (network_read_mac(op, op_text(op, "mac", ""), f->mac) < 0)
		return -1;
	if (read_allowed(op, "ipv4_allowed", AF_INET, sizeof(struct in_addr),
		&v4, &f->n4) < 0 ||
	    read_allowed(op, "ipv6_allowed", AF_INET6, sizeof(struct in6_addr),
		&v6, &f->n6) < 0)
		return -1;
	f->v4 = v4;
	f->v6 = v6;
	return 0;
}

/* What one interface is to become. */
struct joining {
	unsigned bridge;             /* 0: cut off */
	const struct filter *filter; /* NULL: all may pass */
};

static int
set_filter(struct op *op, const char *name, const struct filter *f)
{
	if ((f ? filter_set(name, f) : filter_remove(name)) == 0)
		return 0;
	if (f && (errno == EOPNOTSUPP || errno == EPROTONOSUPPORT))
		return op_fail(op, "OPERATION_NOT_ALLOWED",
		    "The kernel of this host has no nf_tables, so that no "
		    "interface can be locked",
		    NULL);
	return network_fail(op, name);
}

/* The rules first: nothing passes before they are there. */
static int
join_one(struct op *op, const char *name, const struct joining *j)
{
	struct link l = { 0 };

	if (link_get(name, &l) < 0)
		return network_fail(op, name);
	if (network_set_mtu(op, &l, "mtu") < 0 ||
	    set_filter(op, name, j->filter) < 0)
		return -1;
	if ((l.master != j->bridge &&
		link_set_master(l.index, j->bridge) < 0) ||
	    link_set_promiscuous(l.index, op_bool(op, "promiscuous", false)) <
		0 ||
	    link_set_up(l.index, j->bridge != 0) < 0)
		return network_fail(op, name);
	return 0;
}

/* A guest with emulated hardware has two ends of an interface: QEMU's, with
 * "-emu" behind its name, until its drivers take over. */
static int
join_both(struct op *op, const char *name, const struct joining *j)
{
	char emulated[IFNAMSIZ + 4];
	struct link l = { 0 };

	if (join_one(op, name, j) < 0)
		return -1;
	snprintf(emulated, sizeof(emulated), "%s-emu", name);
	if (strlen(emulated) >= IFNAMSIZ || link_get(emulated, &l) < 0)
		return 0;
	return join_one(op, emulated, j);
}

static int
join(void *context, struct op *op)
{
	const char *name = network_name(op, "interface");
	const char *bridge = name ? network_name(op, "bridge") : NULL;
	const char *mode = op_text(op, "mode", "");
	struct filter f = { .n4 = 0 };
	struct joining j = { 0 };
	struct link l = { 0 };

	(void)context;
	if (!bridge)
		return -1;
	if (strcmp(mode, "locked") == 0) {
		if (read_filter(op, &f) < 0)
			return -1;
		j.filter = &f;
	}
	if (strcmp(mode, "disabled") != 0) {
		if (network_need_bridge(op, bridge, NULL, &l) < 0)
			return -1;
		j.bridge = l.index;
	}
	return join_both(op, name, &j);
}

static int
leave_one(struct op *op, const char *name)
{
	struct link l = { 0 };

	(void)filter_remove(name);
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
	.bond = network_bond,
	.bond_destroy = network_bond_destroy,
	.bridge_create = bridge_create,
	.address = network_address,
	.addresses = network_addresses,
	.nics = network_nics,
	.property = network_property,
};

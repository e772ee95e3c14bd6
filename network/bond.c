/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several cards as one, by the kernel's bonds. A bond of ours is what a request
 * says, whatever it was; the addresses that the host has on the primary member
 * are the bond's as long as there is one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "network/address.h"
#include "network/lease.h"
#include "network/network.h"

#define MAX_MEMBERS 16

struct bonding {
	const char *device, *primary;
	struct link_bond options;
	unsigned char mac[LINK_MAC];
	bool has_mac;
	struct link bond, members[MAX_MEMBERS];
	uint32_t n;
};

/* ---- what is wanted ---- */

static int
fail_member(struct op *op, const char *name)
{
	return errno == ENODEV
	    ? op_fail(op,
		  "COULD_NOT_FIND_NETWORK_INTERFACE_WITH_SPECIFIED_DEVICE_"
		  "NAME_AND_MAC_ADDRESS",
		  name, "", NULL)
	    : network_fail(op, name);
}

static int
read_members(struct op *op, struct bonding *b)
{
	const struct value *list = op_list(op, "members");

	if (!list || list->kind != VALUE_ARRAY || list->n == 0 ||
	    list->n > MAX_MEMBERS)
		return op_fail(op, "PIF_BOND_NEEDS_MORE_MEMBERS", NULL);
	for (b->n = 0; b->n < list->n; b->n++) {
		const struct value *v = &list->items[b->n];
		const char *name = v->kind == VALUE_STRING ? v->s : "";

		if (!network_is_name(name))
			return op_fail(op, "INVALID_VALUE", "members", name,
			    NULL);
		if (link_get(name, &b->members[b->n]) < 0)
			return fail_member(op, name);
	}
	return 0;
}

static int
read_bonding(struct op *op, struct bonding *b)
{
	const char *mac = op_text(op, "mac", "");
	int64_t key = op_int(op, "key", 0);

	b->device = network_name(op, "device");
	b->primary = op_text(op, "primary", "");
	b->options = (struct link_bond){
		.lacp = strcmp(op_text(op, "mode", ""), "lacp") == 0,
		.fast = op_bool(op, "fast", false),
		.source_mac = op_bool(op, "source_mac", false),
		.key = key > 0 && key < 1024 ? (uint16_t)key : 0,
	};
	if (!b->device || read_members(op, b) < 0)
		return -1;
	b->has_mac = *mac != '\0';
	return b->has_mac ? network_read_mac(op, mac, b->mac) : 0;
}

/* ---- members ---- */

struct others {
	const struct bonding *b;
	bool all; /* else those that are wanted stay */
	int rc;
};

static bool
is_wanted(const struct bonding *b, const struct link *l)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (b->members[i].index == l->index)
			return true;
	return false;
}

static int
release_one(void *arg, const struct link *l)
{
	struct others *o = arg;

	if (l->master == o->b->bond.index && (o->all || !is_wanted(o->b, l)))
		o->rc |= link_set_master(l->index, 0);
	return 0;
}

static int
release(struct op *op, const struct bonding *b, bool all)
{
	struct others o = { .b = b, .all = all };

	if (link_each(release_one, &o) < 0 || o.rc < 0)
		return network_fail(op, b->device);
	return 0;
}

/* A card takes no part before it is down. */
static int
enslave(struct op *op, const struct bonding *b, const struct link *l)
{
	if (l->master == b->bond.index)
		return 0;
	if (l->master)
		return op_fail(op, "PIF_UNMANAGED", l->name, NULL);
	if (link_set_up(l->index, false) < 0 ||
	    link_set_master(l->index, b->bond.index) < 0 ||
	    link_set_up(l->index, true) < 0)
		return network_fail(op, l->name);
	return 0;
}

static int
is_member(void *arg, const struct link *l)
{
	return l->master == *(const unsigned *)arg;
}

/* The one that the kernel's module makes when it comes: nobody uses it. */
static bool
is_blank(const struct link *l)
{
	unsigned index = l->index;

	return strcmp(l->kind, "bond") == 0 && l->group == 0 && !l->up &&
	    !l->master && link_each(is_member, &index) == 0;
}

/* ---- the bond ---- */

static int
make_once(struct bonding *b)
{
	return link_make_bond(b->device, &b->options,
	    b->has_mac ? b->mac : NULL);
}

static int
make(struct op *op, struct bonding *b)
{
	int r = make_once(b);

	if (r < 0 && errno == EEXIST && link_get(b->device, &b->bond) == 0 &&
	    is_blank(&b->bond) && link_remove(b->bond.index) == 0)
		r = make_once(b);
	if (r < 0)
		return errno == EOPNOTSUPP
		    ? op_fail(op, "OPERATION_NOT_ALLOWED",
			  "The kernel of this host has no bonds", NULL)
		    : network_fail(op, b->device);
	return link_get(b->device, &b->bond) < 0 ? network_fail(op, b->device)
						 : 0;
}

/* The one that is there, as it is to be: nothing of it changes while it has
 * members, or is up. */
static int
change(struct op *op, struct bonding *b)
{
	bool other =
	    b->bond.lacp != b->options.lacp || op_bool(op, "again", false);

	if (strcmp(b->bond.kind, "bond") != 0 ||
	    b->bond.group != LINK_GROUP_OURS)
		return op_fail(op, "DEVICE_ALREADY_EXISTS", b->device, NULL);
	if (release(op, b, other) < 0)
		return -1;
	for (uint32_t i = 0; other && i < b->n; i++)
		b->members[i].master = 0;
	if (other && link_set_up(b->bond.index, false) < 0)
		return network_fail(op, b->device);
	if (other && link_change_bond(b->bond.index, &b->options) < 0)
		return network_fail(op, b->device);
	return 0;
}

/* Who leases addresses for a card does so for its bond, when it is asked. */
static int
take_addresses(struct op *op, const struct bonding *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (lease_stop(b->members[i].name) < 0)
			return network_fail(op, b->members[i].name);
	for (uint32_t i = 0; i < b->n; i++)
		if (strcmp(b->members[i].name, b->primary) == 0 &&
		    b->members[i].master != b->bond.index &&
		    address_move(b->members[i].index, b->bond.index) < 0)
			return network_fail(op, b->primary);
	return 0;
}

static int
set_members(struct op *op, const struct bonding *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (enslave(op, b, &b->members[i]) < 0)
			return -1;
	return 0;
}

int
network_bond(void *context, struct op *op)
{
	struct bonding *b = arena_array(op->arena, 1, sizeof(*b));

	(void)context;
	if (!b)
		return op_fail_nomem(op);
	*b = (struct bonding){ .n = 0 };
	if (read_bonding(op, b) < 0)
		return -1;
	if (link_get(b->device, &b->bond) < 0 || is_blank(&b->bond)) {
		if (!b->bond.index && errno != ENODEV)
			return network_fail(op, b->device);
		if (make(op, b) < 0)
			return -1;
	} else if (change(op, b) < 0) {
		return -1;
	}
	if (network_set_mtu(op, &b->bond, "bridge_mtu") < 0)
		return -1;
	(void)link_no_addresses(b->bond.index);
	if (link_set_up(b->bond.index, true) < 0)
		return network_fail(op, b->device);
	return take_addresses(op, b) < 0 ? -1 : set_members(op, b);
}

int
network_bond_destroy(void *context, struct op *op)
{
	struct bonding b = { .device = network_name(op, "device"),
		.primary = op_text(op, "primary", "") };
	struct link primary = { 0 };

	(void)context;
	if (!b.device)
		return -1;
	if (link_get(b.device, &b.bond) < 0)
		return errno == ENODEV ? 0 : network_fail(op, b.device);
	if (strcmp(b.bond.kind, "bond") != 0 || b.bond.group != LINK_GROUP_OURS)
		return 0; /* the host's own */
	if (lease_stop(b.device) < 0)
		return network_fail(op, b.device);
	if (release(op, &b, true) < 0)
		return -1;
	if (network_is_name(b.primary) && link_get(b.primary, &primary) == 0 &&
	    (link_set_up(primary.index, true) < 0 ||
		address_move(b.bond.index, primary.index) < 0))
		return network_fail(op, b.primary);
	return link_remove(b.bond.index) < 0 && errno != ENODEV
	    ? network_fail(op, b.device)
	    : 0;
}

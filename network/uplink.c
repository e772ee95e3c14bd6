/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks that reach beyond their host: a card, or a VLAN on it, is on their
 * bridge. A card that has addresses of the host is put there only by who asks
 * for just that (take): they move to the bridge, and back. A VLAN takes
 * nothing from the card that it stands on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "network/address.h"
#include "network/network.h"

/* What a request is about. */
struct uplink {
	const char *bridge, *device;
	int tag; /* of a VLAN, -1: the card itself */
	struct link card;
};

static int
read_uplink(struct op *op, struct uplink *u)
{
	int64_t tag = op_int(op, "vlan", -1);

	u->bridge = network_name(op, "bridge");
	u->device = u->bridge ? network_name(op, "device") : NULL;
	u->tag = (int)tag;
	if (!u->device)
		return -1;
	if (tag < -1 || tag > 4094)
		return op_fail(op, "VLAN_TAG_INVALID",
		    arena_printf(op->arena, "%lld", (long long)tag), NULL);
	return 0;
}

/* ---- VLANs ---- */

struct vlan_search {
	unsigned parent;
	int tag;
	struct link found;
};

static int
is_vlan(void *arg, const struct link *l)
{
	struct vlan_search *s = arg;

	if (l->vlan != s->tag || l->parent != s->parent)
		return 0;
	s->found = *l;
	return 1;
}

/* 1: found; 0: none; -1: raised. */
static int
find_vlan(struct op *op, const struct uplink *u, struct link *out)
{
	struct vlan_search s = { u->card.index, u->tag, { 0 } };
	int r = link_each(is_vlan, &s);

	*out = s.found;
	return r < 0 ? network_fail(op, u->device) : r;
}

static int
fail_in_use(struct op *op, const struct uplink *u)
{
	return op_fail(op, "VLAN_IN_USE", u->device,
	    arena_printf(op->arena, "%d", u->tag), NULL);
}

static int
make_vlan(struct op *op, const struct uplink *u, struct link *out)
{
	char name[IFNAMSIZ + 8];

	snprintf(name, sizeof(name), "%s.%d", u->device, u->tag);
	if (strlen(name) >= IFNAMSIZ)
		snprintf(name, sizeof(name), "vlan%u.%d", u->card.index,
		    u->tag);
	if (link_make_vlan(name, u->card.index, u->tag) < 0)
		return errno == EEXIST ? fail_in_use(op, u)
				       : network_fail(op, name);
	return link_get(name, out) < 0 ? network_fail(op, name) : 0;
}

static int
need_vlan(struct op *op, const struct uplink *u, struct link *out)
{
	int r = find_vlan(op, u, out);

	if (r < 0)
		return -1;
	if (r == 0 && make_vlan(op, u, out) < 0)
		return -1;
	if (out->group != LINK_GROUP_OURS)
		return fail_in_use(op, u); /* the host's own */
	if (!u->card.up && link_set_up(u->card.index, true) < 0)
		return network_fail(op, u->device);
	(void)link_no_addresses(out->index);
	return 0;
}

int
network_find_uplink(struct op *op, const char *device, struct link *out)
{
	struct uplink u = { 0 };
	int r = 1;

	if (read_uplink(op, &u) < 0)
		return -1;
	if (link_get(device, &u.card) < 0 && errno != ENODEV)
		return network_fail(op, device);
	if (u.card.index && u.tag >= 0)
		r = find_vlan(op, &u, out);
	else
		*out = u.card;
	if (r < 0)
		return -1;
	return u.card.index && r > 0 ? 0
				     : op_fail(op, "REQUIRED_PIF_IS_UNPLUGGED",
					   op_text(op, "pif", ""), NULL);
}

/* ---- up ---- */

static int
has_addresses(struct op *op, const struct link *l, bool *has_r)
{
	struct addresses a;

	if (address_read(l->index, &a) < 0)
		return network_fail(op, l->name);
	*has_r = a.n4 || a.n6;
	return 0;
}

/* Nothing is cut off by what follows, or somebody wants it so. */
static int
check_card(struct op *op, const struct link *card, const struct link *bridge)
{
	bool has = false;

	if (card->master && card->master != bridge->index)
		return op_fail(op, "PIF_UNMANAGED", op_text(op, "pif", ""),
		    NULL);
	if (card->master || op_bool(op, "take", false))
		return 0;
	if (has_addresses(op, card, &has) < 0)
		return -1;
	return has ? op_fail(op, "REQUIRED_PIF_IS_UNPLUGGED",
			 op_text(op, "pif", ""), NULL)
		   : 0;
}

static int
put_on(struct op *op, const struct link *port, const struct link *bridge)
{
	if (network_set_mtu(op, port, "bridge_mtu") < 0)
		return -1;
	if ((port->master != bridge->index &&
		link_set_master(port->index, bridge->index) < 0) ||
	    link_set_up(port->index, true) < 0)
		return network_fail(op, port->name);
	return 0;
}

/* The bridge stands for the card: it has its address, so that nobody around
 * has to learn another. */
static int
card_up(struct op *op, struct uplink *u)
{
	struct link bridge = { 0 };
	int r = link_get(u->bridge, &bridge);

	if (r < 0 && errno != ENODEV)
		return network_fail(op, u->bridge);
	if (check_card(op, &u->card, &bridge) < 0 ||
	    network_need_bridge(op, u->bridge, u->card.mac, &bridge) < 0)
		return -1;
	if (put_on(op, &u->card, &bridge) < 0)
		return -1;
	if (address_move(u->card.index, bridge.index) == 0)
		return 0;
	(void)network_fail(op, u->device);
	(void)link_set_master(u->card.index, 0);
	(void)address_move(bridge.index, u->card.index);
	return -1;
}

static int
vlan_up(struct op *op, struct uplink *u)
{
	struct link bridge = { 0 }, vlan = { 0 };

	if (need_vlan(op, u, &vlan) < 0 ||
	    network_need_bridge(op, u->bridge, NULL, &bridge) < 0)
		return -1;
	if (vlan.master && vlan.master != bridge.index)
		return fail_in_use(op, u);
	return put_on(op, &vlan, &bridge);
}

/* What was made for one that did not come up. The first error stays. */
static void
clean_up(struct op *op, const struct uplink *u)
{
	struct link vlan = { 0 };

	if (u->tag >= 0 && find_vlan(op, u, &vlan) == 1 && !vlan.master &&
	    vlan.group == LINK_GROUP_OURS)
		(void)link_remove(vlan.index);
	(void)network_drop_bridge(op, u->bridge);
}

int
network_uplink(void *context, struct op *op)
{
	struct uplink u = { 0 };
	int rc;

	(void)context;
	if (read_uplink(op, &u) < 0)
		return -1;
	if (link_get(u.device, &u.card) < 0)
		return errno == ENODEV
		    ? op_fail(op, "REQUIRED_PIF_IS_UNPLUGGED",
			  op_text(op, "pif", ""), NULL)
		    : network_fail(op, u.device);
	rc = u.tag < 0 ? card_up(op, &u) : vlan_up(op, &u);
	if (rc < 0)
		clean_up(op, &u);
	return rc;
}

/* ---- down ---- */

static int
card_down(struct op *op, struct uplink *u)
{
	struct link bridge = { 0 };

	if (link_get(u->bridge, &bridge) < 0)
		return errno == ENODEV ? 0 : network_fail(op, u->bridge);
	if (u->card.master != bridge.index)
		return 0;
	if (bridge.group != LINK_GROUP_OURS)
		return op_fail(op, "PIF_DOES_NOT_ALLOW_UNPLUG",
		    op_text(op, "pif", ""), NULL);
	if (link_set_master(u->card.index, 0) < 0 ||
	    address_move(bridge.index, u->card.index) < 0)
		return network_fail(op, u->device);
	return 0;
}

static int
vlan_down(struct op *op, struct uplink *u)
{
	struct link vlan = { 0 };
	int r = find_vlan(op, u, &vlan);

	if (r <= 0)
		return r;
	if (vlan.group == LINK_GROUP_OURS && link_remove(vlan.index) < 0 &&
	    errno != ENODEV)
		return network_fail(op, vlan.name);
	return 0;
}

int
network_downlink(void *context, struct op *op)
{
	struct uplink u = { 0 };
	int rc = 0;

	(void)context;
	if (read_uplink(op, &u) < 0)
		return -1;
	if (link_get(u.device, &u.card) == 0)
		rc = u.tag < 0 ? card_down(op, &u) : vlan_down(op, &u);
	else if (errno != ENODEV)
		rc = network_fail(op, u.device);
	return rc < 0 ? -1 : network_drop_bridge(op, u.bridge);
}

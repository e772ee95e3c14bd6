/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks of a host, inside the worker process xapid-network only. Operations
 * are plain, synchronous and repeatable (xapid/worker/op.h).
 *
 * Two arguments say the same everywhere: bridge, and managed (else true): one
 * that is not managed is the host's own, and neither made nor removed. */
#ifndef XAPID_NETWORK_H
#define XAPID_NETWORK_H

#include "network/link.h"
#include "worker/op.h"

struct network_driver {
	const char *name;
	/* args: bridge, bridge_mtu. */
	op_fn *bridge_create;
	/* args: bridge. With all that is on it, and if it is there. */
	op_fn *bridge_destroy;
	/* args: bridge, mtu. Of one that is there, and of its uplink. */
	op_fn *bridge_mtu;
	/* args: interface (of a guest), bridge, bridge_mtu, mtu. A bridge that
	 * is not there is made. mode "disabled": it is on none, and down; "locked": it
	 * sends only as mac, ipv4_allowed and ipv6_allowed say. */
	op_fn *join;
	/* args: interface, which may be gone; bridge, which is removed when
	 * nothing is left on it (keep: not even then). */
	op_fn *leave;
	/* args: bridge, bridge_mtu, device, vlan (-1: none), pif (to name it in
	 * errors), take (a card that carries the host's addresses as well). */
	op_fn *uplink;
	/* args: the same. A bridge that nothing is left on is removed. */
	op_fn *downlink;
	/* args: device (of the bond), members (list), primary (the member whose
	 * addresses it takes), mode ("lacp", else one card at a time), mac (else
	 * of its first member), fast, source_mac, key; again: its settings have
	 * changed. */
	op_fn *bond;
	/* args: device, primary, which gets the addresses. */
	op_fn *bond_destroy;
	/* args: device, vlan, pif as of uplink; family (4, 6), mode ("DHCP":
	 * of a client that is started, "Autoconf": of routers; else what is
	 * said here), ip ("": none), prefix, gateway ("": none): the host's
	 * address there; way_out: it brings gateway and name servers along;
	 * dns: those, with commas ("": they stay). Nothing is waited for. */
	op_fn *address;
	/* args: device, vlan, pif. -> what nics says of a card's addresses. */
	op_fn *addresses;
	/* -> nics and vlans of the host, and what they are like (nics.c). */
	op_fn *nics;
	/* args: device (a card or a bond), name ("gro"), value ("on", "off"). */
	op_fn *property;
	/* For tests, of simulated networks: what is on which bridge; failures
	 * by order (worker/obey.h). */
	op_fn *list, *order;
};

extern const struct network_driver network_bridge, network_simulator;

/* ---- sim.c ---- */
/* -1 and errno. */
int network_sim_open(const char *state);
const char *network_sim_order_for(void *context, const char *op);

/* ---- for the operations (bridge.c) ---- */

/* Whether the kernel and sysfs take a name without surprise. */
bool network_is_name(const char *name);
/* One that an argument says, or NULL, raised. */
const char *network_name(struct op *op, const char *argument);
/* The bridge of a request, made if it is not there; mac NULL: any. A bridge
 * that is there stays as it is. -1: raised. */
int network_need_bridge(struct op *op, const char *name,
    const unsigned char *mac, struct link *l);
/* Removes a bridge of ours that nothing is on. -1: raised. */
int network_drop_bridge(struct op *op, const char *name);
/* Gives a link the MTU that an argument says, if it says one that can be. */
int network_set_mtu(struct op *op, const struct link *l, const char *argument);
/* -1: raised. */
int network_read_mac(struct op *op, const char *mac,
    unsigned char out[LINK_MAC]);
/* Raises what errno says of a link. -1. */
int network_fail(struct op *op, const char *link);

/* ---- uplink.c, nics.c ---- */
/* Hardware of the host: no virtual function of another card, and no backend of
 * a guest's interface. */
bool network_is_card(const struct link *l);
/* The link of a request's device and vlan. -1: raised; it may not be there. */
int network_find_uplink(struct op *op, const char *device, struct link *out);
op_fn network_uplink, network_downlink, network_nics;

/* Answers with the addresses of a link. */
struct value_member;
int network_tell_addresses(struct op *op, const struct link *l,
    struct value_member *m, uint32_t *n);
#define NETWORK_TOLD 8 /* members that it adds */

/* ---- property.c ---- */
op_fn network_property;
/* Whether packets that belong together are merged (gro). */
bool network_merges(const char *device);

/* ---- configure.c ---- */
op_fn network_address, network_addresses;

/* ---- bond.c ---- */
op_fn network_bond, network_bond_destroy;

#endif

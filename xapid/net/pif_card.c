/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The records of one card: made with the network of its bridge, and brought up to
 * date. */
#include <string.h>

#include "lib/clock.h"
#include "model/builder.h"
#include "net/pif.h"
#include "net/pif_scan.h"

#define MAX_POSITIONS 1024 /* of bridges xenbrN that are looked at */

/* A network with this bridge which the host is not on yet; null: there is
 * none. */
static bool
find_network(struct scan *s, const char *bridge, struct ref *out)
{
	const struct network *net;

	*out = network_on_bridge(s->t, bridge);
	if (ref_is_null(*out))
		return true;
	net = TX_GET(s->t, network, network, *out);
	return net && !pif_on_network(s->t, net, s->host);
}

static struct ref
make_network(struct scan *s, const struct value *nic, const char *bridge,
    int position)
{
	struct network n;
	struct ref ref;

	builder_defaults(CLASS_network, &n.r);
	n.name_label = position < 0
	    ? builder_text(&s->b, "Pool-wide network associated with %s",
		  value_text(nic, "device", ""))
	    : builder_text(&s->b, "Pool-wide network %d", position);
	n.bridge = bridge;
	n.MTU = value_int(nic, "mtu", 0);
	n.managed = position >= 0 || value_bool(nic, "ours", false);
	return tx_insert(s->t, &n.r, &ref) == 0 ? ref : REF_NULL;
}

/* The network of the bridge that the card is on, or else of the next bridge
 * that this host has not. */
static struct ref
need_network(struct scan *s, const struct value *nic, bool managed)
{
	const char *bridge = value_text(nic, "bridge", "");
	struct ref found = REF_NULL;

	if (!managed)
		return make_network(s, nic, "", -1);
	if (*bridge && find_network(s, bridge, &found))
		return ref_is_null(found) ? make_network(s, nic, bridge, -1)
					  : found;
	for (int i = 0; i < MAX_POSITIONS; i++) {
		bridge = builder_text(&s->b, "xenbr%d", i);
		if (find_network(s, bridge, &found))
			return ref_is_null(found)
			    ? make_network(s, nic, bridge, i)
			    : found;
	}
	return REF_NULL;
}

static void
set_metrics(struct scan *s, struct ref ref, const struct value *nic)
{
	struct tx *t = s->t;

	TX_SET(t, PIF_metrics, pif_metrics, ref, carrier,
	    value_bool(nic, "carrier", false));
	TX_SET(t, PIF_metrics, pif_metrics, ref, speed,
	    value_int(nic, "speed", 0));
	TX_SET(t, PIF_metrics, pif_metrics, ref, duplex,
	    value_bool(nic, "duplex", false));
	TX_SET(t, PIF_metrics, pif_metrics, ref, vendor_id,
	    value_text(nic, "vendor_id", ""));
	TX_SET(t, PIF_metrics, pif_metrics, ref, device_id,
	    value_text(nic, "device_id", ""));
	TX_SET(t, PIF_metrics, pif_metrics, ref, pci_bus_path,
	    value_text(nic, "pci", ""));
	TX_SET(t, PIF_metrics, pif_metrics, ref, last_updated,
	    clock_wall_sec());
}

/* "a,b" as a set. */
static struct set
split(struct builder *b, const char *list)
{
	const char *items[17] = { NULL };
	size_t n = 0;

	for (; *list && n < 16; list += *list == ',') {
		size_t len = strcspn(list, ",");

		items[n++] = builder_text(b, "%.*s", (int)len, list);
		list += len;
	}
	return builder_strings(b, items);
}

static void
set_v4(struct tx *t, struct ref ref, const struct value *nic, int mode)
{
	TX_SET(t, PIF, pif, ref, ip_configuration_mode, mode);
	TX_SET(t, PIF, pif, ref, IP, value_text(nic, "ip", ""));
	TX_SET(t, PIF, pif, ref, netmask, value_text(nic, "netmask", ""));
	TX_SET(t, PIF, pif, ref, gateway, value_text(nic, "gateway", ""));
	TX_SET(t, PIF, pif, ref, DNS, value_text(nic, "dns", ""));
}

static void
set_v6(struct tx *t, struct ref ref, const struct value *nic, int mode)
{
	struct builder b = { .arena = tx_arena(t) };
	struct set all = split(&b, value_text(nic, "ipv6", ""));

	if (b.failed)
		return;
	TX_SET(t, PIF, pif, ref, ipv6_configuration_mode, mode);
	TX_SET(t, PIF, pif, ref, IPv6, all);
	TX_SET(t, PIF, pif, ref, ipv6_gateway,
	    value_text(nic, "ipv6_gateway", ""));
}

/* Ours to keep: what was said stays, and who gives the address stays also
 * while there is none. */
void
pif_set_told(struct tx *t, struct ref ref, const struct value *told)
{
	const struct pif *pif = TX_GET(t, PIF, pif, ref);
	int mode = enum_find(&enum_info_ip_configuration_mode,
	    value_text(told, "mode", ""));
	int mode6 = enum_find(&enum_info_ipv6_configuration_mode,
	    value_text(told, "ipv6_mode", ""));
	bool ours = pif && pif->keep_up;

	if (ours && pif->ip_configuration_mode == IP_CONFIGURATION_MODE_DHCP)
		mode = IP_CONFIGURATION_MODE_DHCP;
	if (!ours || pif->ip_configuration_mode != IP_CONFIGURATION_MODE_STATIC)
		set_v4(t, ref, told, mode < 0 ? 0 : mode);
	pif = TX_GET(t, PIF, pif, ref);
	if (ours &&
	    pif->ipv6_configuration_mode == IPV6_CONFIGURATION_MODE_STATIC)
		return;
	if (ours &&
	    pif->ipv6_configuration_mode == IPV6_CONFIGURATION_MODE_AUTOCONF)
		mode6 = IPV6_CONFIGURATION_MODE_AUTOCONF;
	set_v6(t, ref, told, mode6 < 0 ? 0 : mode6);
}

void
pif_card_refresh(struct scan *s, struct ref ref, const struct value *nic)
{
	const struct pif *pif = TX_GET(s->t, PIF, pif, ref);
	const struct network *net =
	    pif ? TX_GET(s->t, network, network, pif->network) : NULL;
	const char *bridge = value_text(nic, "bridge", "");
	bool attached = net && *bridge && strcmp(net->bridge, bridge) == 0;
	struct tx *t = s->t;

	if (!pif)
		return;
	set_metrics(s, pif->metrics, nic);
	TX_SET(t, PIF, pif, ref, currently_attached, attached);
	TX_SET(t, PIF, pif, ref, device, value_text(nic, "device", ""));
	TX_SET(t, PIF, pif, ref, device_name, value_text(nic, "device", ""));
	TX_SET(t, PIF, pif, ref, MAC, value_text(nic, "mac", ""));
	TX_SET(t, PIF, pif, ref, MTU, value_int(nic, "mtu", 0));
	(void)tx_map_put(t, CLASS_PIF, ref, FIELD_PIF_properties, "gro",
	    value_bool(nic, "gro", true) ? "on" : "off");
	pif_set_told(t, ref, nic);
}

struct ref
pif_card_make(struct scan *s, const struct value *nic, bool managed)
{
	struct pif_metrics pm;
	struct pif p;
	struct ref ref;

	managed = managed && !value_bool(nic, "taken", false);
	builder_defaults(CLASS_PIF_metrics, &pm.r);
	builder_defaults(CLASS_PIF, &p.r);
	p.network = need_network(s, nic, managed);
	if (ref_is_null(p.network) || tx_insert(s->t, &pm.r, &p.metrics) < 0)
		return REF_NULL;
	p.host = s->host;
	p.device = p.device_name = value_text(nic, "device", "");
	p.MAC = value_text(nic, "mac", "");
	p.VLAN = -1;
	p.physical = true;
	p.managed = managed;
	/* Out of a bridge of the host's own only the host takes it. */
	p.disallow_unplug = !value_bool(nic, "ours", false);
	p.properties = BUILDER_MAP(&s->b, "gro", "on");
	if (tx_insert(s->t, &p.r, &ref) < 0)
		return REF_NULL;
	s->made++;
	pif_card_refresh(s, ref, nic);
	return ref;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/pif_setting.h"

#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "lib/address.h"
#include "net/net_plan.h"
#include "net/pif.h"

/* One PIF of a host is the way out: the one that says so, else the management
 * interface. */
static bool
is_way_out(const struct pif *pif)
{
	return pif->management ||
	    edit_map_true(&pif->other_config, "defaultroute");
}

static int
send_as(struct plan *p, const struct pif *pif, const struct pif_setting *s,
    bool way_out)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_network, pif->network);
	const struct network *net = (const struct network *)r;

	return net
	    ? net_send(p, NULL, net, "address", "device", pif->device, "#vlan",
		  pif->VLAN, "pif", call_ref_text(p->call, pif->r.self),
		  "#family", s->family, "mode", s->mode, "ip", s->ip, "#prefix",
		  s->prefix, "gateway", way_out ? s->gateway : "", "dns",
		  s->dns, "?way_out", way_out, NULL)
	    : -1;
}

int
pif_setting_send(struct plan *p, const struct pif *pif,
    const struct pif_setting *s)
{
	return send_as(p, pif, s, is_way_out(pif));
}

struct pif_setting
pif_setting_v4(const char *mode, const char *ip, const char *netmask,
    const char *gateway, const char *dns)
{
	return (struct pif_setting){ 4, mode, ip, address_mask_bits(netmask),
		gateway, dns };
}

struct pif_setting
pif_setting_v6(struct arena *a, const char *mode, const char *cidr,
    const char *gateway, const char *dns)
{
	size_t len = strcspn(cidr, "/");
	const char *ip = arena_strndup(a, cidr, len);

	return (struct pif_setting){ 6, mode, ip ? ip : "",
		cidr[len] ? strtoll(cidr + len + 1, NULL, 10) : 128, gateway,
		dns };
}

struct pif_setting
pif_setting_recorded(struct plan *p, const struct pif *pif, int family)
{
	const char *const *v6 = pif->IPv6.items;
	const char *mode =
	    enum_info_ip_configuration_mode.values[pif->ip_configuration_mode];

	if (family == 6)
		return pif_setting_v6(p->call->arena,
		    enum_info_ipv6_configuration_mode
			.values[pif->ipv6_configuration_mode],
		    pif->IPv6.n ? v6[0] : "", pif->ipv6_gateway, "");
	if (pif->ip_configuration_mode == IP_CONFIGURATION_MODE_DHCP &&
	    !pif->keep_up)
		mode = "Static";
	return pif_setting_v4(mode, pif->IP, pif->netmask, pif->gateway,
	    pif->DNS);
}

static bool
has_setting(const struct pif *pif, int family)
{
	return family == 4
	    ? pif->ip_configuration_mode == IP_CONFIGURATION_MODE_STATIC ||
		(pif->ip_configuration_mode == IP_CONFIGURATION_MODE_DHCP &&
		    pif->keep_up)
	    : pif->ipv6_configuration_mode == IPV6_CONFIGURATION_MODE_STATIC ||
		(pif->ipv6_configuration_mode ==
			IPV6_CONFIGURATION_MODE_AUTOCONF &&
		    pif->keep_up);
}

static int
send_recorded(struct plan *p, const struct pif *pif, bool way_out)
{
	struct pif_setting v4 = pif_setting_recorded(p, pif, 4),
			   v6 = pif_setting_recorded(p, pif, 6);

	if (has_setting(pif, 4) && send_as(p, pif, &v4, way_out) < 0)
		return -1;
	return has_setting(pif, 6) ? send_as(p, pif, &v6, way_out) : 0;
}

int
pif_send_addresses(struct plan *p, const struct pif *pif)
{
	return pif->keep_up ? send_recorded(p, pif, is_way_out(pif)) : 0;
}

int
pif_send_way_out(struct plan *p, const struct pif *pif, bool way_out)
{
	return pif->currently_attached || pif->physical
	    ? send_recorded(p, pif, way_out)
	    : 0;
}

/* ---- at start: what a reboot of the host took ---- */

static int
up_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PIF, p->object);
	const struct pif *pif = (const struct pif *)r;

	return pif && !pif->currently_attached && *plan_arg(p, "plug")
	    ? pif_send(p, pif, "uplink", true)
	    : 0;
}

static int
up_apply(struct plan *p, struct tx *t)
{
	return TX_GET(t, PIF, pif, p->object) && *plan_arg(p, "plug")
	    ? TX_SET(t, PIF, pif, p->object, currently_attached, true)
	    : 0;
}

static int
addresses_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PIF, p->object);
	const struct pif *pif = (const struct pif *)r;

	return pif && (pif->currently_attached || pif->physical)
	    ? pif_send_addresses(p, pif)
	    : 0;
}

static const struct step bring_up_steps[] = {
	{ "up", up_send, up_apply, NULL, NULL },
	{ "addresses", addresses_send, NULL, NULL, NULL },
	{ 0 },
};

const struct plan_kind pif_bring_up_kind = {
	.name = "PIF.bring_up",
	.cls = CLASS_PIF,
	.steps = bring_up_steps,
};

int
pif_bring_up(struct core *core, struct ref pif, bool plug)
{
	return plan_start_own(core, &pif_bring_up_kind, pif, "plug",
	    plug ? "true" : "", NULL);
}

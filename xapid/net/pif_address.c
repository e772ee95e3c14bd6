/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which addresses the host has on an interface. On a real host the network
 * worker puts them there, and again at each start of the daemon: settings given
 * here are kept by us (keep_up), all others by the host's own configuration.
 * Addresses that others give (DHCP, routers) are waited for, or what was there
 * comes back; from then on they are followed (pif_follow.c).
 * (source of rules and errors: lifecycle.json, network.json) */
#include <arpa/inet.h>
#include <string.h>

#include "call/edit.h"
#include "lib/address.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "net/pif.h"
#include "net/pif_setting.h"

#define LEASE_MS 60000 /* from the first question to an address */
#define LOOK_MS 500

static bool
is_simulated(const struct core *core)
{
	return strcmp(core->config->backend, "simulator") == 0;
}

/* ---- what may be asked for ---- */

static int
check_protection(struct call *c, struct tx *t, const struct pif *pif)
{
	const struct pool *pool = TX_GET(t, pool, pool, c->core->pool);

	if (!pif->managed)
		return fail_pif_unmanaged(c, call_ref_text(c, pif->r.self));
	if (pif->currently_attached && pool && pool->ha_enabled)
		return fail_ha_is_enabled(c);
	if (pif->currently_attached && pool && pool->redo_log_enabled)
		return fail_redo_log_is_enabled(c);
	return 0;
}

static int
check_v4(struct call *c, const struct plan *p)
{
	const char *gateway = plan_arg(p, "gateway");

	if (!address_is_host_v4(plan_arg(p, "ip")))
		return fail_invalid_ip_address_specified(c, "IP");
	if (!address_is_netmask(plan_arg(p, "netmask")))
		return fail_invalid_ip_address_specified(c, "netmask");
	if (*gateway && !address_is_host_v4(gateway))
		return fail_invalid_ip_address_specified(c, "gateway");
	return 0;
}

static int
check_v6(struct call *c, const struct plan *p)
{
	const char *gateway = plan_arg(p, "gateway");

	if (!address_is_cidr_v6(plan_arg(p, "ip")))
		return fail_invalid_cidr_address_specified(c, "IPv6");
	if (*gateway && !address_is_host_v6(gateway))
		return fail_invalid_ip_address_specified(c, "gateway");
	return 0;
}

static bool
is_fixed(const struct plan *p)
{
	return strcmp(plan_arg(p, "mode"), "Static") == 0;
}

static bool
is_v4(const struct plan *p)
{
	return strcmp(plan_arg(p, "family"), "4") == 0;
}

static const char *
mode_now(const struct plan *p, const struct pif *pif)
{
	return is_v4(p)
	    ? enum_info_ip_configuration_mode.values[pif->ip_configuration_mode]
	    : enum_info_ipv6_configuration_mode
		  .values[pif->ipv6_configuration_mode];
}

/* *same_r: it is so already, by whoever. No client here asks for IPv6
 * addresses. */
static int
check_real(struct call *c, const struct plan *p, const struct pif *pif,
    bool *same_r)
{
	const char *mode = plan_arg(p, "mode");

	*same_r = false;
	if (is_simulated(p->core) || is_fixed(p) || strcmp(mode, "None") == 0)
		return 0;
	*same_r = strcmp(mode, mode_now(p, pif)) == 0;
	return *same_r || is_v4(p) || strcmp(mode, "DHCP") != 0
	    ? 0
	    : fail_not_implemented(c, "DHCP for IPv6");
}

static int
reconfigure_check(struct plan *p, struct tx *t)
{
	const struct pif *pif = TX_GET(t, PIF, pif, p->object);
	struct call *c = p->call;
	bool same;

	if (!pif)
		return fail_handle_invalid(c, "PIF",
		    call_ref_text(c, p->object));
	if (check_protection(c, t, pif) < 0 ||
	    (is_fixed(p) && (is_v4(p) ? check_v4(c, p) : check_v6(c, p)) < 0))
		return -1;
	if (is_fixed(p) && !address_is_list(plan_arg(p, "dns")))
		return fail_invalid_ip_address_specified(c, "DNS");
	if (pif->management && strcmp(plan_arg(p, "mode"), "None") == 0 &&
	    is_v4(p) ==
		(pif->primary_address_type == PRIMARY_ADDRESS_TYPE_IPV4))
		return fail_pif_is_management_interface(c,
		    call_ref_text(c, p->object));
	if (check_real(c, p, pif, &same) < 0)
		return -1;
	return same ? plan_note(p, "same", "true") : 0;
}

/* ---- the plan ---- */

static struct pif_setting
wanted(struct plan *p)
{
	const char *ip = is_fixed(p) ? plan_arg(p, "ip") : "";
	const char *gateway = is_fixed(p) ? plan_arg(p, "gateway") : "";
	const char *mode = plan_arg(p, "mode");
	const char *dns = is_fixed(p) ? plan_arg(p, "dns") : "";

	return is_v4(p)
	    ? pif_setting_v4(mode, ip, plan_arg(p, "netmask"), gateway, dns)
	    : pif_setting_v6(p->call->arena, mode, ip, gateway, dns);
}

/* What is not up is only noted: it gets its addresses when it comes up. A card
 * is where the host put it, up or not. */
static int
send_new(struct plan *p, bool back)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_PIF, p->object);
	const struct pif *pif = (const struct pif *)r;
	struct pif_setting s;

	if (!pif)
		return -1;
	if (*plan_arg(p, "same") ||
	    (!pif->currently_attached && !pif->physical))
		return 0;
	s = back ? pif_setting_recorded(p, pif, is_v4(p) ? 4 : 6) : wanted(p);
	return pif_setting_send(p, pif, &s);
}

static int
address_send(struct plan *p)
{
	return send_new(p, false);
}

static int
address_undo(struct plan *p)
{
	return send_new(p, true);
}

static void
apply_v4(struct plan *p, struct tx *t)
{
	bool fixed = is_fixed(p);

	TX_SET(t, PIF, pif, p->object, ip_configuration_mode,
	    enum_find(&enum_info_ip_configuration_mode, plan_arg(p, "mode")));
	TX_SET(t, PIF, pif, p->object, IP, fixed ? plan_arg(p, "ip") : "");
	TX_SET(t, PIF, pif, p->object, netmask,
	    fixed ? plan_arg(p, "netmask") : "");
	TX_SET(t, PIF, pif, p->object, gateway,
	    fixed ? plan_arg(p, "gateway") : "");
	TX_SET(t, PIF, pif, p->object, DNS, fixed ? plan_arg(p, "dns") : "");
}

static void
apply_v6(struct plan *p, struct tx *t)
{
	const char *const list[] = { plan_arg(p, "ip") };
	const struct set addresses = { .items = list, .n = is_fixed(p) };

	TX_SET(t, PIF, pif, p->object, ipv6_configuration_mode,
	    enum_find(&enum_info_ipv6_configuration_mode, plan_arg(p, "mode")));
	TX_SET(t, PIF, pif, p->object, IPv6, addresses);
	TX_SET(t, PIF, pif, p->object, ipv6_gateway,
	    is_fixed(p) ? plan_arg(p, "gateway") : "");
}

/* ---- addresses that others give are waited for ---- */

static bool
is_awaited(const struct plan *p)
{
	return !is_simulated(p->core) && !*plan_arg(p, "same") &&
	    !is_fixed(p) && strcmp(plan_arg(p, "mode"), "None") != 0;
}

/* What is not up gets its addresses when it comes up. */
static int
wait_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_PIF, p->object);
	const struct pif *pif = (const struct pif *)r;

	if (!pif)
		return -1;
	if (!is_awaited(p) || (!pif->currently_attached && !pif->physical))
		return 0;
	if (plan_wait(p, clock_wall_ms() + LOOK_MS, LOOK_MS, false) < 0)
		return call_fail_nomem(p->call);
	return pif_ask_addresses(p, pif);
}

static int
note_deadline(struct plan *p)
{
	return plan_note_int(p, "until", clock_wall_ms() + LEASE_MS);
}

static bool
has_come(const struct plan *p)
{
	return is_v4(p) ? *plan_arg(p, "now:ip") &&
		strcmp(plan_arg(p, "now:mode"), "DHCP") == 0
			: strcmp(plan_arg(p, "now:ipv6_mode"), "Autoconf") == 0;
}

static int
keep_up(struct plan *p, struct tx *t)
{
	const struct pif *pif;

	if (is_v4(p))
		apply_v4(p, t);
	else
		apply_v6(p, t);
	if (TX_SET(t, PIF, pif, p->object, keep_up, true) < 0)
		return -1;
	pif_take_addresses(p, t, p->object);
	pif = TX_GET(t, PIF, pif, p->object);
	return pif && !is_simulated(p->core) ? pif_note_address(t, pif) : 0;
}

static int
wait_apply(struct plan *p, struct tx *t)
{
	const struct pif *pif = TX_GET(t, PIF, pif, p->object);

	if (!pif || *plan_arg(p, "same"))
		return 0;
	if (!is_awaited(p) || (!pif->currently_attached && !pif->physical) ||
	    has_come(p))
		return keep_up(p, t);
	if (clock_wall_ms() < plan_arg_int(p, "until", 0))
		return plan_go_back(p, "wait");
	return fail_interface_has_no_ip(p->call,
	    call_ref_text(p->call, p->object));
}

static int
address_apply(struct plan *p, struct tx *t)
{
	(void)t;
	return is_awaited(p) ? note_deadline(p) : 0;
}

static const struct step reconfigure_steps[] = {
	{ "address", address_send, address_apply, address_undo, NULL },
	{ "wait", wait_send, wait_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind reconfigure_kind = {
	.name = "PIF.reconfigure_ip",
	.cls = CLASS_PIF,
	.steps = reconfigure_steps,
	.check = reconfigure_check,
};

int
pif_reconfigure_ip(struct call *c, const struct pif_reconfigure_ip_args *a)
{
	return plan_start(c, &reconfigure_kind, a->self, "family", "4", "mode",
	    enum_info_ip_configuration_mode.values[a->mode], "ip", a->IP,
	    "netmask", a->netmask, "gateway", a->gateway, "dns", a->DNS, NULL);
}

int
pif_reconfigure_ipv6(struct call *c, const struct pif_reconfigure_ipv6_args *a)
{
	return plan_start(c, &reconfigure_kind, a->self, "family", "6", "mode",
	    enum_info_ipv6_configuration_mode.values[a->mode], "ip", a->IPv6,
	    "gateway", a->gateway, "dns", a->DNS, NULL);
}

int
pif_set_primary_address_type(struct call *c,
    const struct pif_set_primary_address_type_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pif *pif;

	if (!t || !(pif = EDIT_HEAD(c, t, PIF, pif, a->self)) ||
	    check_protection(c, t, pif) < 0)
		return -1;
	if (pif->management &&
	    pif->primary_address_type != a->primary_address_type)
		return fail_pif_is_management_interface(c,
		    call_ref_text(c, a->self));
	TX_SET(t, PIF, pif, a->self, primary_address_type,
	    a->primary_address_type);
	return call_commit(c, STEAL(t));
}

const struct plan_kind *const pif_address_kinds[] = { &reconfigure_kind,
	&pif_bring_up_kind, NULL };

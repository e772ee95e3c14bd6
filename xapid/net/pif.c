/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces of hosts as records. How a real card gets its addresses and what
 * its driver does is the business of the host's own configuration: told, not
 * changed. (source of rules and errors: lifecycle.json object_rules,
 * network.json) */
#include "net/pif.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"

const struct pif *
pif_on_network(struct tx *t, const struct network *net, struct ref host)
{
	const struct ref *pifs = net->PIFs.items;

	for (uint32_t i = 0; i < net->PIFs.n; i++) {
		const struct pif *pif = TX_GET(t, PIF, pif, pifs[i]);

		if (pif && ref_equal(pif->host, host))
			return pif;
	}
	return NULL;
}

int
pif_check_joins(struct call *c, struct tx *t, const struct network *net,
    struct ref host)
{
	const struct pif *there = pif_on_network(t, net, host);

	if (!net->managed)
		return fail_network_unmanaged(c, call_ref_text(c, net->r.self));
	return there ? fail_network_already_connected(c, call_ref_text(c, host),
			   call_ref_text(c, there->r.self))
		     : 0;
}

struct user_search {
	struct ref metrics, except;
};

static int
is_other_user(const struct record *r, void *arg)
{
	const struct user_search *s = arg;

	return ref_equal(((const struct pif *)r)->metrics, s->metrics) &&
	    !ref_equal(r->self, s->except);
}

int
pif_destroy_row(struct tx *t, struct ref ref)
{
	const struct pif *pif = TX_GET(t, PIF, pif, ref);
	struct user_search s = { pif ? pif->metrics : REF_NULL, ref };

	if (tx_destroy(t, CLASS_PIF, ref) < 0)
		return -1;
	if (!TX_GET(t, PIF_metrics, pif_metrics, s.metrics) ||
	    tx_each(t, CLASS_PIF, is_other_user, &s) == 1)
		return 0;
	return tx_destroy(t, CLASS_PIF_metrics, s.metrics);
}

/* ---- rows that others made: of hosts that join, of recoveries ---- */

static int
introduce(struct call *c, const void *args, struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct pif_metrics pm;
	struct pif pif;

	if (!t)
		return -1;
	builder_defaults(CLASS_PIF_metrics, &pm.r);
	builder_defaults(CLASS_PIF, &pif.r);
	edit_from_args(c, args, &pif.r);
	if (!EDIT_HEAD(c, t, network, network, pif.network) ||
	    !EDIT_HEAD(c, t, host, host, pif.host))
		return -1;
	pif.device_name = pif.device;
	pif.currently_attached = false;
	if (tx_insert(t, &pm.r, &pif.metrics) == 0)
		(void)tx_insert(t, &pif.r, result_r);
	return call_commit(c, STEAL(t));
}

int
pif_pool_introduce(struct call *c, const struct pif_pool_introduce_args *a,
    struct ref *result_r)
{
	return introduce(c, a, result_r);
}

int
pif_db_introduce(struct call *c, const struct pif_db_introduce_args *a,
    struct ref *result_r)
{
	return introduce(c, a, result_r);
}

int
pif_db_forget(struct call *c, const struct pif_db_forget_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t || !EDIT_HEAD(c, t, PIF, pif, a->self))
		return -1;
	(void)pif_destroy_row(t, a->self);
	return call_commit(c, STEAL(t));
}

int
vlan_pool_introduce(struct call *c, const struct vlan_pool_introduce_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct vlan vlan;

	if (!t)
		return -1;
	builder_defaults(CLASS_VLAN, &vlan.r);
	edit_from_args(c, a, &vlan.r);
	(void)tx_insert(t, &vlan.r, result_r);
	return call_commit(c, STEAL(t));
}

/* ---- settings ---- */

int
pif_set_disallow_unplug(struct call *c,
    const struct pif_set_disallow_unplug_args *a)
{
	return EDIT_FIELD(c, PIF, pif, a->self, disallow_unplug, a->value);
}

int
pif_set_property(struct call *c, const struct pif_set_property_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pif *pif;

	if (!t || !(pif = EDIT_HEAD(c, t, PIF, pif, a->self)))
		return -1;
	if (strcmp(a->name, "gro") != 0 ||
	    (strcmp(a->value, "on") != 0 && strcmp(a->value, "off") != 0))
		return fail_invalid_value(c, "properties",
		    arena_printf(c->arena, "%s = %s", a->name, a->value));
	if ((!pif->physical && !pif->bond_master_of.n) ||
	    !ref_is_null(pif->bond_slave_of))
		return fail_cannot_change_pif_properties(c,
		    call_ref_text(c, a->self));
	if (edit_simulated_only(c) < 0)
		return -1;
	(void)tx_map_put(t, CLASS_PIF, a->self, FIELD_PIF_properties, a->name,
	    a->value);
	return call_commit(c, STEAL(t));
}

/* ---- addresses ---- */

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

static bool
is_address(int family, const char *s)
{
	unsigned char buf[sizeof(struct in6_addr)];

	return inet_pton(family, s, buf) == 1;
}

/* Ones, then zeros. */
static bool
is_netmask(const char *s)
{
	struct in_addr a;
	uint32_t rest;

	if (inet_pton(AF_INET, s, &a) != 1)
		return false;
	rest = ~ntohl(a.s_addr);
	return (rest & (rest + 1)) == 0;
}

static int
check_static(struct call *c, const struct pif_reconfigure_ip_args *a)
{
	if (a->mode != IP_CONFIGURATION_MODE_STATIC)
		return 0;
	if (!is_address(AF_INET, a->IP))
		return fail_invalid_ip_address_specified(c, "IP");
	if (!is_netmask(a->netmask))
		return fail_invalid_ip_address_specified(c, "netmask");
	if (*a->gateway && !is_address(AF_INET, a->gateway))
		return fail_invalid_ip_address_specified(c, "gateway");
	return 0;
}

int
pif_reconfigure_ip(struct call *c, const struct pif_reconfigure_ip_args *a)
{
	bool fixed = a->mode == IP_CONFIGURATION_MODE_STATIC;
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pif *pif;

	if (!t || !(pif = EDIT_HEAD(c, t, PIF, pif, a->self)) ||
	    check_protection(c, t, pif) < 0 || check_static(c, a) < 0)
		return -1;
	if (pif->management && a->mode == IP_CONFIGURATION_MODE_NONE &&
	    pif->primary_address_type == PRIMARY_ADDRESS_TYPE_IPV4)
		return fail_pif_is_management_interface(c,
		    call_ref_text(c, a->self));
	if (edit_simulated_only(c) < 0)
		return -1;
	TX_SET(t, PIF, pif, a->self, ip_configuration_mode, a->mode);
	TX_SET(t, PIF, pif, a->self, IP, fixed ? a->IP : "");
	TX_SET(t, PIF, pif, a->self, netmask, fixed ? a->netmask : "");
	TX_SET(t, PIF, pif, a->self, gateway, fixed ? a->gateway : "");
	TX_SET(t, PIF, pif, a->self, DNS, fixed ? a->DNS : "");
	return call_commit(c, STEAL(t));
}

/* "fd00::2/64" */
static bool
is_cidr6(const char *s)
{
	const char *slash = strchr(s, '/');
	char address[INET6_ADDRSTRLEN];
	char *end;
	long bits;

	if (!slash || (size_t)(slash - s) >= sizeof(address))
		return false;
	memcpy(address, s, (size_t)(slash - s));
	address[slash - s] = '\0';
	bits = strtol(slash + 1, &end, 10);
	return slash[1] >= '0' && slash[1] <= '9' && !*end && bits <= 128 &&
	    is_address(AF_INET6, address);
}

int
pif_reconfigure_ipv6(struct call *c, const struct pif_reconfigure_ipv6_args *a)
{
	bool fixed = a->mode == IPV6_CONFIGURATION_MODE_STATIC;
	const char *const list[] = { a->IPv6 };
	const struct set addresses = { .items = list, .n = fixed };
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pif *pif;

	if (!t || !(pif = EDIT_HEAD(c, t, PIF, pif, a->self)) ||
	    check_protection(c, t, pif) < 0)
		return -1;
	if (fixed && !is_cidr6(a->IPv6))
		return fail_invalid_cidr_address_specified(c, "IPv6");
	if (fixed && *a->gateway && !is_address(AF_INET6, a->gateway))
		return fail_invalid_ip_address_specified(c, "gateway");
	if (pif->management && a->mode == IPV6_CONFIGURATION_MODE_NONE &&
	    pif->primary_address_type == PRIMARY_ADDRESS_TYPE_IPV6)
		return fail_pif_is_management_interface(c,
		    call_ref_text(c, a->self));
	if (edit_simulated_only(c) < 0)
		return -1;
	TX_SET(t, PIF, pif, a->self, ipv6_configuration_mode, a->mode);
	TX_SET(t, PIF, pif, a->self, IPv6, addresses);
	TX_SET(t, PIF, pif, a->self, ipv6_gateway, fixed ? a->gateway : "");
	return call_commit(c, STEAL(t));
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

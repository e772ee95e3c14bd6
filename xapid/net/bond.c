/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bonds: several cards as one. What one may be, and its rows; the plans that make,
 * change and unmake it are in bond_create.c and its neighbours.
 * (source of rules and errors: network.json bond, lifecycle.json) */
#include "net/bond.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "world/mac.h"

#define MAX_BONDS 1024

/* ---- properties: only LACP has some ---- */

static const struct property {
	const char *name,
	    *values[3]; /* the first is the default; NULL: number */
} properties[] = {
	{ "hashing_algorithm", { "tcpudp_ports", "src_mac" } },
	{ "lacp-time", { "slow", "fast" } },
	{ "lacp-aggregation-key", { NULL } },
	{ "lacp-fallback-ab", { "true", "false" } },
};

static bool
is_number(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n > 0 && n < 10 && !s[n];
}

bool
bond_is_property(const char *name, const char *value, enum bond_mode mode)
{
	for (size_t i = 0; mode == BOND_MODE_LACP &&
	     i < sizeof(properties) / sizeof(*properties);
	     i++) {
		const struct property *p = &properties[i];

		if (strcmp(p->name, name) != 0)
			continue;
		if (!p->values[0])
			return is_number(value);
		return strcmp(value, p->values[0]) == 0 ||
		    strcmp(value, p->values[1]) == 0;
	}
	return false;
}

int
bond_fail_property(struct call *c, const char *name, const char *value)
{
	return fail_invalid_value(c, "properties",
	    arena_printf(c->arena, "%s = %s", name, value));
}

/* Those that the mode knows, and the defaults of the others. */
struct map
bond_complete(struct builder *b, enum bond_mode mode, const struct map *given)
{
	struct builder_pairs all = { .b = b };
	const char *const *keys = given->keys, *const *values = given->values;

	for (size_t i = 0; mode == BOND_MODE_LACP &&
	     i < sizeof(properties) / sizeof(*properties);
	     i++)
		if (properties[i].values[0])
			builder_put(&all, properties[i].name,
			    properties[i].values[0]);
	for (uint32_t i = 0; i < given->n; i++)
		if (bond_is_property(keys[i], values[i], mode))
			builder_put(&all, keys[i], values[i]);
	return builder_pairs_map(&all);
}

/* ---- create ---- */

static int
check_member(struct bonding *s, const struct pif *pif)
{
	struct call *c = s->c;
	const char *self = call_ref_text(c, pif->r.self);

	if (!pif->managed)
		return fail_pif_unmanaged(c, self);
	if (!ref_is_null(pif->bond_slave_of))
		return fail_pif_already_bonded(c, self);
	if (pif->VLAN >= 0)
		return fail_pif_vlan_exists(c, pif->device_name);
	if (pif->tunnel_access_PIF_of.n)
		return fail_is_tunnel_access_pif(c, self);
	if (pif->sriov_logical_PIF_of.n)
		return fail_pif_is_sriov_logical(c, self);
	if (!ref_equal(pif->host, s->primary->host))
		return fail_pif_cannot_bond_cross_host(c);
	if (!model_equal(class_table[CLASS_PIF]
			     .fields[FIELD_PIF_properties]
			     .type,
		&pif->properties, &s->primary->properties))
		return fail_incompatible_pif_properties(c);
	s->addresses +=
	    pif->ip_configuration_mode != IP_CONFIGURATION_MODE_NONE;
	return 0;
}

/* The management interface, else the first with an address, else the first. */
static int
choose_primary(struct bonding *s)
{
	const struct ref *members = s->a->members.items;

	for (uint32_t i = 0; i < s->a->members.n; i++) {
		const struct pif *pif =
		    EDIT_HEAD(s->c, s->t, PIF, pif, members[i]);

		if (!pif)
			return -1;
		if (!s->primary || (pif->management && !s->primary->management))
			s->primary = pif;
		else if (!s->primary->management &&
		    s->primary->ip_configuration_mode ==
			IP_CONFIGURATION_MODE_NONE &&
		    pif->ip_configuration_mode != IP_CONFIGURATION_MODE_NONE)
			s->primary = pif;
	}
	return s->primary ? 0 : fail_pif_bond_needs_more_members(s->c);
}

int
bond_check_create(struct bonding *s, const struct network *net)
{
	const struct bond_create_args *a = s->a;
	const struct ref *members = a->members.items;
	const char *const *keys = a->properties.keys;
	const char *const *values = a->properties.values;
	const struct pool *pool = TX_GET(s->t, pool, pool, s->c->core->pool);

	if (choose_primary(s) < 0 || !s->primary ||
	    pif_check_joins(s->c, s->t, net, s->primary->host) < 0)
		return -1;
	if (net->PIFs.n &&
	    !TX_GET(s->t, PIF, pif, *(const struct ref *)net->PIFs.items)
		 ->bond_master_of.n)
		return fail_network_incompatible_with_bond(s->c,
		    call_ref_text(s->c, net->r.self));
	if (*a->MAC && !mac_is_valid(a->MAC))
		return fail_mac_invalid(s->c, a->MAC);
	for (uint32_t i = 0; i < a->properties.n; i++)
		if (!bond_is_property(keys[i], values[i], a->mode))
			return bond_fail_property(s->c, keys[i], values[i]);
	for (uint32_t i = 0; i < a->members.n; i++)
		if (check_member(s, TX_GET(s->t, PIF, pif, members[i])) < 0)
			return -1;
	if (s->primary->management && pool && pool->ha_enabled)
		return fail_ha_cannot_change_bond_status_of_mgmt_iface(s->c);
	return s->addresses > 1 ? fail_pif_bond_more_than_one_ip(s->c) : 0;
}

static const char *
free_name(struct bonding *s)
{
	const struct host *host = TX_GET(s->t, host, host, s->primary->host);
	const struct ref *pifs = host->PIFs.items;

	for (unsigned n = 0; n < MAX_BONDS; n++) {
		const char *name = arena_printf(s->c->arena, "bond%u", n);
		bool taken = false;

		for (uint32_t i = 0; name && i < host->PIFs.n; i++) {
			const struct pif *pif = TX_GET(s->t, PIF, pif, pifs[i]);

			taken =
			    taken || (pif && strcmp(pif->device, name) == 0);
		}
		if (!taken)
			return name;
	}
	return NULL;
}

void
bond_move_configuration(struct tx *t, struct ref from, struct ref to)
{
	const struct pif *pif = TX_GET(t, PIF, pif, from);
	static const int fields[] = { FIELD_PIF_ip_configuration_mode,
		FIELD_PIF_IP, FIELD_PIF_netmask, FIELD_PIF_gateway,
		FIELD_PIF_DNS, FIELD_PIF_ipv6_configuration_mode,
		FIELD_PIF_IPv6, FIELD_PIF_ipv6_gateway,
		FIELD_PIF_primary_address_type, FIELD_PIF_management,
		FIELD_PIF_disallow_unplug, FIELD_PIF_keep_up };
	struct pif none;

	builder_defaults(CLASS_PIF, &none.r);
	for (size_t i = 0; pif && i < sizeof(fields) / sizeof(*fields); i++) {
		const struct field *f =
		    &class_table[CLASS_PIF].fields[fields[i]];

		(void)tx_set(t, CLASS_PIF, to, fields[i],
		    record_field(&pif->r, f));
		(void)tx_set(t, CLASS_PIF, from, fields[i],
		    record_field(&none.r, f));
		pif = TX_GET(t, PIF, pif, from);
	}
}

void
bond_move_vlans(struct tx *t, struct ref from, struct ref to)
{
	const struct pif *pif, *above;
	const struct vlan *vlan;

	while ((pif = TX_GET(t, PIF, pif, from)) && pif->VLAN_slave_of.n) {
		struct ref ref = *(const struct ref *)pif->VLAN_slave_of.items;

		if (TX_SET(t, VLAN, vlan, ref, tagged_PIF, to) < 0)
			return;
		vlan = TX_GET(t, VLAN, vlan, ref);
		above = TX_GET(t, PIF, pif, to);
		/* (that of a VLAN may have been forgotten: PIF.db_forget) */
		if (vlan && above && TX_GET(t, PIF, pif, vlan->untagged_PIF))
			TX_SET(t, PIF, pif, vlan->untagged_PIF, device,
			    above->device);
	}
}

int
bond_insert(struct bonding *s, struct ref *bond_r, struct ref *master_r)
{
	struct builder b = { .arena = s->c->arena };
	const struct ref *members = s->a->members.items;
	struct pif_metrics pm;
	struct bond bond;
	struct pif pif;

	builder_defaults(CLASS_PIF_metrics, &pm.r);
	pm.carrier = true;
	builder_defaults(CLASS_PIF, &pif.r);
	pif.device = free_name(s);
	if (!pif.device)
		return call_fail_nomem(s->c);
	pif.device_name = pif.device;
	pif.host = s->primary->host;
	pif.network = s->a->network;
	pif.MAC = *s->a->MAC ? s->a->MAC : s->primary->MAC;
	pif.MTU = s->primary->MTU;
	pif.VLAN = -1;
	pif.currently_attached = false;
	pif.properties = s->primary->properties;
	builder_defaults(CLASS_Bond, &bond.r);
	bond.primary_slave = s->primary->r.self;
	bond.mode = s->a->mode;
	bond.properties = bond_complete(&b, s->a->mode, &s->a->properties);
	bond.links_up = s->a->members.n;
	bond.auto_update_mac = !*s->a->MAC;
	if (b.failed)
		return call_fail_nomem(s->c);
	if (tx_insert(s->t, &pm.r, &pif.metrics) < 0 ||
	    tx_insert(s->t, &pif.r, master_r) < 0)
		return -1;
	bond.master = *master_r;
	if (tx_insert(s->t, &bond.r, bond_r) < 0)
		return -1;
	for (uint32_t i = 0; i < s->a->members.n; i++)
		TX_SET(s->t, PIF, pif, members[i], bond_slave_of, *bond_r);
	return 0;
}

int
bond_remove(struct tx *t, struct ref ref)
{
	const struct bond *bond = TX_GET(t, Bond, bond, ref);
	struct ref master = bond ? bond->master : REF_NULL;

	while ((bond = TX_GET(t, Bond, bond, ref)) && bond->slaves.n)
		if (TX_SET(t, PIF, pif, *(const struct ref *)bond->slaves.items,
			bond_slave_of, REF_NULL) < 0)
			return -1;
	if (bond && tx_destroy(t, CLASS_Bond, ref) < 0)
		return -1;
	return TX_GET(t, PIF, pif, master) ? pif_destroy_row(t, master) : 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tunnels between hosts and networks of a card's virtual functions. Tunnels
 * want Open vSwitch, which real hosts of ours have not, and virtual functions a
 * card that is known to have them: so both are records of simulated hosts.
 * (source of rules and errors: lifecycle.json object_rules) */
#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "net/pif.h"
#include "world/mac.h"

#define MAX_TUNNELS 1024

/* ---- tunnels ---- */

static int
lacks_switch(const struct record *r, void *arg)
{
	const char *backend =
	    builder_find(&((const struct host *)r)->software_version,
		"network_backend");

	(void)arg;
	return !backend || strcmp(backend, "openvswitch") != 0;
}

static bool
is_over_functions(struct tx *t, const struct pif *pif)
{
	const struct vlan *vlan = TX_GET(t, VLAN, vlan, pif->VLAN_master_of);
	const struct pif *below =
	    vlan ? TX_GET(t, PIF, pif, vlan->tagged_PIF) : NULL;

	return below && below->sriov_logical_PIF_of.n;
}

static bool
has_functions(struct tx *t, const struct network *net)
{
	const struct ref *pifs = net->PIFs.items;

	for (uint32_t i = 0; i < net->PIFs.n; i++) {
		const struct pif *pif = TX_GET(t, PIF, pif, pifs[i]);

		if (pif && pif->sriov_logical_PIF_of.n)
			return true;
	}
	return false;
}

static int
check_transport(struct call *c, struct tx *t, const struct pif *pif)
{
	const char *self = call_ref_text(c, pif->r.self);

	if (!pif->managed)
		return fail_pif_unmanaged(c, self);
	if (!ref_is_null(pif->bond_slave_of))
		return fail_cannot_add_tunnel_to_bond_slave(c, self);
	if (pif->tunnel_access_PIF_of.n)
		return fail_is_tunnel_access_pif(c, self);
	if (pif->sriov_logical_PIF_of.n)
		return fail_cannot_add_tunnel_to_sriov_logical(c, self);
	if (is_over_functions(t, pif))
		return fail_cannot_add_tunnel_to_vlan_on_sriov_logical(c, self);
	return 0;
}

/* The first name of its kind that the host has not. */
static const char *
free_name(struct call *c, struct tx *t, struct ref host, const char *kind)
{
	const struct host *row = TX_GET(t, host, host, host);
	const struct ref *pifs = row ? row->PIFs.items : NULL;

	for (unsigned n = 0; row && n < MAX_TUNNELS; n++) {
		const char *name = arena_printf(c->arena, "%s%u", kind, n);
		bool taken = false;

		for (uint32_t i = 0; name && i < row->PIFs.n; i++) {
			const struct pif *pif = TX_GET(t, PIF, pif, pifs[i]);

			taken =
			    taken || (pif && strcmp(pif->device, name) == 0);
		}
		if (!taken)
			return name;
	}
	return NULL;
}

static int
insert_tunnel(struct call *c, struct tx *t, const struct pif *transport,
    const struct tunnel_create_args *a, struct ref *result_r)
{
	struct builder b = { .arena = c->arena };
	char seed[UUID_CHARS + 1], mac[MAC_CHARS + 1];
	struct pif_metrics pm;
	struct tunnel tunnel;
	struct pif pif;

	uuid_format(ref_new(), seed);
	builder_defaults(CLASS_PIF_metrics, &pm.r);
	builder_defaults(CLASS_PIF, &pif.r);
	pif.device = free_name(c, t, transport->host, "tunnel");
	if (!pif.device || mac_from_seed(seed, 0, mac) < 0)
		return call_fail_nomem(c);
	pif.device_name = pif.device;
	pif.host = transport->host;
	pif.network = a->network;
	pif.MAC = mac;
	pif.MTU = pif.VLAN = -1;
	pif.currently_attached = transport->currently_attached;
	builder_defaults(CLASS_tunnel, &tunnel.r);
	tunnel.transport_PIF = a->transport_PIF;
	tunnel.protocol = a->protocol;
	tunnel.status = BUILDER_MAP(&b, "active",
	    transport->currently_attached ? "true" : "false");
	if (tx_insert(t, &pm.r, &pif.metrics) < 0 ||
	    tx_insert(t, &pif.r, &tunnel.access_PIF) < 0)
		return -1;
	return tx_insert(t, &tunnel.r, result_r);
}

int
tunnel_create(struct call *c, const struct tunnel_create_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct network *net;
	const struct pif *pif;

	if (!t || !(pif = EDIT_HEAD(c, t, PIF, pif, a->transport_PIF)) ||
	    !(net = EDIT_HEAD(c, t, network, network, a->network)) ||
	    pif_check_joins(c, t, net, pif->host) < 0 ||
	    check_transport(c, t, pif) < 0)
		return -1;
	if (has_functions(t, net))
		return fail_network_incompatible_with_tunnel(c,
		    call_ref_text(c, a->network));
	if (tx_each(t, CLASS_host, lacks_switch, NULL) == 1)
		return fail_openvswitch_not_active(c);
	if (pif->ip_configuration_mode == IP_CONFIGURATION_MODE_NONE)
		return fail_transport_pif_not_configured(c,
		    call_ref_text(c, a->transport_PIF));
	if (edit_simulated_only(c) < 0 ||
	    insert_tunnel(c, t, pif, a, result_r) < 0)
		return -1;
	return call_commit(c, STEAL(t));
}

int
tunnel_destroy(struct call *c, const struct tunnel_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct tunnel *tunnel;
	const struct pif *pif;

	if (!t || !(tunnel = EDIT_HEAD(c, t, tunnel, tunnel, a->self)))
		return -1;
	pif = TX_GET(t, PIF, pif, tunnel->access_PIF);
	if (pif && pif_check_unplug(c, t, pif) < 0)
		return -1;
	(void)tx_destroy(t, CLASS_tunnel, a->self);
	if (pif)
		(void)pif_destroy_row(t, pif->r.self);
	return call_commit(c, STEAL(t));
}

/* ---- virtual functions ---- */

static int
check_card(struct call *c, struct tx *t, const struct pif *pif,
    const struct network *net)
{
	const char *self = call_ref_text(c, pif->r.self);
	const char *const *capabilities = pif->capabilities.items;
	bool can = false;

	if (pif_check_joins(c, t, net, pif->host) < 0)
		return -1;
	if (!pif->managed)
		return fail_pif_unmanaged(c, self);
	if (!pif->physical)
		return fail_pif_is_not_physical(c, self);
	if (pif->sriov_physical_PIF_of.n)
		return fail_network_sriov_already_enabled(c, self);
	for (uint32_t i = 0; i < pif->capabilities.n; i++)
		can = can || strcmp(capabilities[i], "sriov") == 0;
	if (!can)
		return fail_pif_is_not_sriov_capable(c, self);
	if (net->PIFs.n && !has_functions(t, net))
		return fail_network_incompatible_with_sriov(c,
		    call_ref_text(c, net->r.self));
	return 0;
}

int
network_sriov_create(struct call *c, const struct network_sriov_create_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct network *net;
	struct network_sriov sriov;
	struct pif_metrics pm;
	struct pif logical;
	const struct pif *pif;

	if (!t || !(pif = EDIT_HEAD(c, t, PIF, pif, a->pif)) ||
	    !(net = EDIT_HEAD(c, t, network, network, a->network)) ||
	    check_card(c, t, pif, net) < 0 || edit_simulated_only(c) < 0)
		return -1;
	builder_defaults(CLASS_PIF_metrics, &pm.r);
	builder_defaults(CLASS_PIF, &logical.r);
	logical.device = logical.device_name = pif->device;
	logical.host = pif->host;
	logical.network = a->network;
	logical.MAC = PIF_VIRTUAL_MAC;
	logical.MTU = pif->MTU;
	logical.VLAN = -1;
	builder_defaults(CLASS_network_sriov, &sriov.r);
	sriov.physical_PIF = a->pif;
	sriov.configuration_mode = SRIOV_CONFIGURATION_MODE_SYSFS;
	if (tx_insert(t, &pm.r, &logical.metrics) == 0 &&
	    tx_insert(t, &logical.r, &sriov.logical_PIF) == 0)
		(void)tx_insert(t, &sriov.r, result_r);
	return call_commit(c, STEAL(t));
}

int
network_sriov_destroy(struct call *c,
    const struct network_sriov_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct network_sriov *sriov;
	const struct pif *pif;

	if (!t ||
	    !(sriov = EDIT_HEAD(c, t, network_sriov, network_sriov, a->self)))
		return -1;
	pif = TX_GET(t, PIF, pif, sriov->logical_PIF);
	if (pif && pif->VLAN_slave_of.n)
		return fail_pif_vlan_still_exists(c,
		    call_ref_text(c, pif->r.self));
	if (pif && pif_check_unplug(c, t, pif) < 0)
		return -1;
	(void)tx_destroy(t, CLASS_network_sriov, a->self);
	if (pif)
		(void)pif_destroy_row(t, pif->r.self);
	return call_commit(c, STEAL(t));
}

int
network_sriov_get_remaining_capacity(struct call *c,
    const struct network_sriov_get_remaining_capacity_args *a,
    int64_t *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct network_sriov *sriov;
	const struct pif *card;
	const struct pci *pci, *one;

	if (!t ||
	    !(sriov = EDIT_HEAD(c, t, network_sriov, network_sriov, a->self)))
		return -1;
	card = TX_GET(t, PIF, pif, sriov->physical_PIF);
	pci = card ? TX_GET(t, PCI, pci, card->PCI) : NULL;
	*result_r = 0;
	for (uint32_t i = 0; pci && i < pci->virtual_functions.n; i++) {
		one = TX_GET(t, PCI, pci,
		    ((const struct ref *)pci->virtual_functions.items)[i]);
		*result_r += one && !one->attached_VMs.n &&
		    ref_is_null(one->scheduled_to_be_attached_to);
	}
	return 0;
}

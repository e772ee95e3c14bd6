/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces of hosts that go up and down: on the bridge of their network, and
 * off it. (source of rules and errors: lifecycle.json object_rules) */
#include <string.h>

#include "call/edit.h"
#include "net/net_plan.h"
#include "net/pif.h"

/* ---- asking the worker ---- */

int
pif_send(struct plan *p, const struct pif *pif, const char *op, bool take)
{
	if (pif->bond_master_of.n && strcmp(op, "uplink") == 0 &&
	    bond_send_of(p, pif) < 0)
		return -1;
	return pif_send_device(p, pif, op, pif->device, take);
}

int
pif_send_device(struct plan *p, const struct pif *pif, const char *op,
    const char *device, bool take)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_network, pif->network);
	const struct network *net = (const struct network *)r;

	return net ? net_send(p, NULL, net, op, "device", device, "#vlan",
			 pif->VLAN, "pif", call_ref_text(p->call, pif->r.self),
			 "?take", (int)take, NULL)
		   : -1;
}

/* A card, a VLAN or a bond: what the worker knows to put on a bridge. */
static bool
is_plain(const struct pif *pif)
{
	return pif->physical || pif->VLAN >= 0 || pif->bond_master_of.n;
}

/* ---- what a starting VM needs ---- */

static bool
is_needed(const struct pif *pif)
{
	return pif && pif->managed && is_plain(pif) && !pif->currently_attached;
}

int
pif_send_needed(struct plan *p, struct ref network, struct ref host)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_network, network);
	const struct network *net = (const struct network *)r;
	const struct ref *pifs = net ? net->PIFs.items : NULL;

	for (uint32_t i = 0; net && i < net->PIFs.n; i++) {
		RECORD_UNREF const struct record *one =
		    db_get(p->core->db, CLASS_PIF, pifs[i]);
		const struct pif *pif = (const struct pif *)one;

		if (!is_needed(pif) || !ref_equal(pif->host, host))
			continue;
		return !ref_is_null(pif->bond_slave_of)
		    ? fail_cannot_plug_bond_slave(p->call,
			  call_ref_text(p->call, pifs[i]))
		    : pif_send(p, pif, "uplink", false);
	}
	return 0;
}

int
pif_note_needed(struct tx *t, struct ref network, struct ref host)
{
	const struct network *net = TX_GET(t, network, network, network);
	const struct pif *pif = net ? pif_on_network(t, net, host) : NULL;

	return is_needed(pif)
	    ? TX_SET(t, PIF, pif, pif->r.self, currently_attached, true)
	    : 0;
}

/* ---- checks ---- */

static const struct pif *
head(struct plan *p, struct tx *t)
{
	const struct pif *pif = TX_GET(t, PIF, pif, p->object);

	if (!pif)
		fail_handle_invalid(p->call, "PIF",
		    call_ref_text(p->call, p->object));
	return pif;
}

/* A VIF that is attached on the PIF's host; null: none. */
static struct ref
vif_in_use(struct tx *t, const struct network *net, struct ref host)
{
	const struct ref *vifs = net->VIFs.items;

	for (uint32_t i = 0; i < net->VIFs.n; i++) {
		const struct vif *vif = TX_GET(t, VIF, vif, vifs[i]);
		const struct vm *vm = vif && vif->currently_attached
		    ? TX_GET(t, VM, vm, vif->VM)
		    : NULL;

		if (vm && ref_equal(vm->resident_on, host))
			return vifs[i];
	}
	return REF_NULL;
}

/* What must not change while others count on it. */
static int
check_protection(struct call *c, struct tx *t, const struct pif *pif)
{
	const struct pool *pool = TX_GET(t, pool, pool, c->core->pool);

	if (pif->currently_attached && pool && pool->ha_enabled)
		return fail_ha_is_enabled(c);
	if (pif->currently_attached && pool && pool->redo_log_enabled)
		return fail_redo_log_is_enabled(c);
	return 0;
}

int
pif_check_unplug(struct call *c, struct tx *t, const struct pif *pif)
{
	const struct network *net = TX_GET(t, network, network, pif->network);
	const char *self = call_ref_text(c, pif->r.self);
	struct ref vif = net ? vif_in_use(t, net, pif->host) : REF_NULL;

	if (!pif->managed)
		return fail_pif_unmanaged(c, self);
	if (check_protection(c, t, pif) < 0)
		return -1;
	if (pif->management)
		return fail_pif_is_management_interface(c, self);
	if (!ref_is_null(vif))
		return fail_vif_in_use(c, call_ref_text(c, net->r.self),
		    call_ref_text(c, vif));
	if (pif->disallow_unplug)
		return fail_pif_does_not_allow_unplug(c, self);
	return 0;
}

static int
plug_check(struct plan *p, struct tx *t)
{
	const struct pif *pif = head(p, t);
	struct call *c = p->call;
	const struct tunnel *tunnel;
	const struct pif *below;

	if (!pif)
		return -1;
	if (!pif->managed)
		return fail_pif_unmanaged(c, call_ref_text(c, p->object));
	if (pif->tunnel_access_PIF_of.n) {
		tunnel = TX_GET(t, tunnel, tunnel,
		    *(const struct ref *)pif->tunnel_access_PIF_of.items);
		below =
		    tunnel ? TX_GET(t, PIF, pif, tunnel->transport_PIF) : NULL;
		if (below &&
		    below->ip_configuration_mode == IP_CONFIGURATION_MODE_NONE)
			return fail_transport_pif_not_configured(c,
			    call_ref_text(c, below->r.self));
	}
	if (!ref_is_null(pif->bond_slave_of))
		return fail_cannot_plug_bond_slave(c,
		    call_ref_text(c, p->object));
	if (!is_plain(pif) && edit_simulated_only(c) < 0)
		return -1;
	return pif->currently_attached ? plan_note(p, "was", "up") : 0;
}

static int
unplug_check(struct plan *p, struct tx *t)
{
	const struct pif *pif = head(p, t);

	if (!pif || pif_check_unplug(p->call, t, pif) < 0)
		return -1;
	return is_plain(pif) ? 0 : edit_simulated_only(p->call);
}

/* ---- the steps ---- */

static int
send_pif(struct plan *p, const char *op, bool take)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_PIF, p->object);

	return r ? pif_send(p, (const struct pif *)r, op, take) : -1;
}

/* Who names the PIF wants it, with what is on it. */
static int
up_send(struct plan *p)
{
	return send_pif(p, "uplink", true);
}

static int
down_send(struct plan *p)
{
	return send_pif(p, "downlink", false);
}

static int
up_apply(struct plan *p, struct tx *t)
{
	return TX_SET(t, PIF, pif, p->object, currently_attached, true);
}

static int
down_apply(struct plan *p, struct tx *t)
{
	return TX_SET(t, PIF, pif, p->object, currently_attached, false);
}

/* What was up before stays it. */
static int
up_undo_send(struct plan *p)
{
	return *plan_arg(p, "was") ? 0 : down_send(p);
}

static int
up_undo(struct plan *p, struct tx *t)
{
	return *plan_arg(p, "was") ? 0 : down_apply(p, t);
}

/* Its own, if the API gave it some; a card brings others along. */
static int
addresses_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_PIF, p->object);

	return r ? pif_send_addresses(p, (const struct pif *)r) : -1;
}

static const struct step plug_steps[] = {
	{ "up", up_send, up_apply, up_undo_send, up_undo },
	{ "addresses", addresses_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct step unplug_steps[] = {
	{ "down", down_send, down_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind plug_kind = {
	.name = "PIF.plug",
	.cls = CLASS_PIF,
	.steps = plug_steps,
	.check = plug_check,
};

static const struct plan_kind unplug_kind = {
	.name = "PIF.unplug",
	.cls = CLASS_PIF,
	.steps = unplug_steps,
	.check = unplug_check,
};

int
pif_plug(struct call *c, const struct pif_plug_args *a)
{
	return plan_start(c, &plug_kind, a->self, NULL);
}

int
pif_unplug(struct call *c, const struct pif_unplug_args *a)
{
	return plan_start(c, &unplug_kind, a->self, NULL);
}

/* ---- forget ---- */

static int
check_nothing_on_it(struct call *c, const struct pif *pif)
{
	const char *self = call_ref_text(c, pif->r.self);

	if (pif->management)
		return fail_pif_is_management_interface(c, self);
	if (!ref_is_null(pif->bond_slave_of))
		return fail_pif_already_bonded(c, self);
	if (pif->VLAN_slave_of.n)
		return fail_pif_vlan_still_exists(c, self);
	if (pif->tunnel_transport_PIF_of.n)
		return fail_pif_tunnel_still_exists(c, self);
	return 0;
}

static int
forget_check(struct plan *p, struct tx *t)
{
	const struct pif *pif = head(p, t);
	const char *self = call_ref_text(p->call, p->object);

	if (!pif || check_nothing_on_it(p->call, pif) < 0 ||
	    check_protection(p->call, t, pif) < 0)
		return -1;
	if (pif->bond_master_of.n)
		return fail_operation_not_allowed(p->call,
		    "It stands for a bond: Bond.destroy ends both");
	if (pif->sriov_logical_PIF_of.n)
		return fail_cannot_forget_sriov_logical(p->call, self);
	if (pif->sriov_physical_PIF_of.n)
		return fail_pif_sriov_still_exists(p->call, self);
	return 0;
}

/* A card on a bridge of the host's own stays where it is. */
static int
forget_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_PIF, p->object);
	const struct pif *pif = (const struct pif *)r;

	if (!pif)
		return -1;
	return pif->currently_attached && !pif->disallow_unplug && is_plain(pif)
	    ? pif_send(p, pif, "downlink", false)
	    : 0;
}

static int
forget_apply(struct plan *p, struct tx *t)
{
	return pif_destroy_row(t, p->object);
}

static const struct step forget_steps[] = {
	{ "down", forget_send, forget_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind forget_kind = {
	.name = "PIF.forget",
	.cls = CLASS_PIF,
	.steps = forget_steps,
	.check = forget_check,
};

int
pif_forget(struct call *c, const struct pif_forget_args *a)
{
	return plan_start(c, &forget_kind, a->self, NULL);
}

const struct plan_kind *const pif_kinds[] = { &plug_kind, &unplug_kind,
	&forget_kind, &pif_property_kind, NULL };

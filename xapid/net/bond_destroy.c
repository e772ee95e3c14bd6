/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bonds go: everything is the primary member's again. */
#include "call/edit.h"
#include "net/bond.h"

static int
destroy_check(struct plan *p, struct tx *t)
{
	const struct bond *bond = TX_GET(t, Bond, bond, p->object);
	const struct pool *pool = TX_GET(t, pool, pool, p->core->pool);
	const struct pif *master =
	    bond ? TX_GET(t, PIF, pif, bond->master) : NULL;

	if (!bond)
		return fail_handle_invalid(p->call, "Bond",
		    call_ref_text(p->call, p->object));
	if (master && master->management && pool && pool->ha_enabled)
		return fail_ha_cannot_change_bond_status_of_mgmt_iface(p->call);
	if (master && !master->management && master->disallow_unplug)
		return fail_pif_does_not_allow_unplug(p->call,
		    call_ref_text(p->call, bond->master));
	return 0;
}

static int
guests_back_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PIF, bond->primary_slave);
	const struct pif *primary = (const struct pif *)r;

	return primary
	    ? bond_move_guests(p, pif->network, pif->host, primary->network)
	    : 0;
}

static int
guests_back(struct plan *p)
{
	return bond_with_master(p, guests_back_one);
}

static int
down_send(struct plan *p)
{
	return bond_with_master(p, bond_master_down);
}

static int
down_undo_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	return bond_master_up(p, bond, pif) < 0
	    ? -1
	    : bond_send_vlans(p, pif, "uplink", pif->device);
}

static int
down_undo(struct plan *p)
{
	return bond_with_master(p, down_undo_one);
}

static int
primary_up_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PIF, bond->primary_slave);
	const struct pif *primary = (const struct pif *)r;

	if (!primary)
		return 0;
	if (pif->currently_attached &&
	    pif_send_device(p, primary, "uplink", primary->device, true) < 0)
		return -1;
	return bond_send_vlans(p, pif, "uplink", primary->device);
}

static int
primary_up(struct plan *p)
{
	return bond_with_master(p, primary_up_one);
}

static int
primary_down_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PIF, bond->primary_slave);
	const struct pif *primary = (const struct pif *)r;

	if (!primary)
		return 0;
	if (bond_send_vlans(p, pif, "downlink", primary->device) < 0)
		return -1;
	return pif_send_device(p, primary, "downlink", primary->device, false);
}

static int
primary_undo(struct plan *p)
{
	return bond_with_master(p, primary_down_one);
}

static int
primary_apply(struct plan *p, struct tx *t)
{
	const struct bond *bond = TX_GET(t, Bond, bond, p->object);
	const struct pif *master =
	    bond ? TX_GET(t, PIF, pif, bond->master) : NULL;
	bool up = master && master->currently_attached;
	struct ref primary = bond ? bond->primary_slave : REF_NULL;

	if (bond && master && TX_GET(t, PIF, pif, primary)) {
		struct ref from = bond->master;

		bond_move_vlans(t, from, primary);
		bond_move_configuration(t, from, primary);
		TX_SET(t, PIF, pif, primary, currently_attached, up);
		TX_SET(t, PIF, pif, from, currently_attached, false);
		/* Who leases an address begins anew on the card. */
		return plan_then(p, t, &pif_bring_up_kind, primary, NULL);
	}
	return 0;
}

static int
destroy_apply(struct plan *p, struct tx *t)
{
	return bond_remove(t, p->object);
}

static const struct step destroy_steps[] = {
	{ "down", down_send, NULL, down_undo, NULL },
	{ "apart", bond_apart, NULL, bond_together, NULL },
	{ "card", primary_up, primary_apply, primary_undo, NULL },
	{ "guests", guests_back, NULL, NULL, NULL },
	{ "rows", NULL, destroy_apply, NULL, NULL },
	{ 0 },
};

const struct plan_kind bond_destroy_kind = {
	.name = "Bond.destroy",
	.cls = CLASS_Bond,
	.steps = destroy_steps,
	.check = destroy_check,
	.stays_from = "guests",
};

int
bond_destroy(struct call *c, const struct bond_destroy_args *a)
{
	return plan_start(c, &bond_destroy_kind, a->self, NULL);
}

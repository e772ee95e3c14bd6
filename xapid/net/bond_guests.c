/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interfaces of guests go where the cards go that they send by. */
#include "device/device_plug.h"
#include "net/bond.h"

static int
move_vif(struct plan *p, struct ref vif, struct ref network)
{
	const char *name = call_ref_text(p->call, vif);

	return plan_try(p, name, &vif_change_kind, vif, "field", "network",
	    "how", "set", "value", call_ref_text(p->call, network), NULL);
}

/* The interfaces of guests on this host that are on a network; those of VMs
 * that are off, too, where they can start nowhere else. */
int
bond_move_guests(struct plan *p, struct ref from, struct ref host,
    struct ref to)
{
	RECORD_UNREF const struct record *n =
	    db_get(p->core->db, CLASS_network, from);
	const struct network *net = (const struct network *)n;
	const struct ref *vifs = net ? net->VIFs.items : NULL;
	bool alone = db_count(p->core->db, CLASS_host) == 1;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && net && i < net->VIFs.n; i++) {
		RECORD_UNREF const struct record *f =
		    db_get(p->core->db, CLASS_VIF, vifs[i]);
		const struct vif *vif = (const struct vif *)f;
		RECORD_UNREF const struct record *v =
		    vif ? db_get(p->core->db, CLASS_VM, vif->VM) : NULL;
		const struct vm *vm = (const struct vm *)v;

		if (vm && (alone || ref_equal(vm->resident_on, host)))
			rc = move_vif(p, vifs[i], to);
	}
	return rc;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What bonds ask of the network worker: cards become one and are taken apart
 * again, and the bond is on its bridge with its VLANs. */
#include <stdlib.h>
#include <string.h>

#include "model/builder.h"
#include "net/bond.h"
#include "net/net_plan.h"

/* ---- asking the worker ---- */

static const char *
property(const struct bond *bond, const char *name)
{
	const char *value = builder_find(&bond->properties, name);

	return value ? value : "";
}

/* Names of the cards. */
static struct value
member_names(struct plan *p, const struct bond *bond)
{
	const struct ref *refs = bond->slaves.items;
	struct value *names =
	    arena_array(p->call->arena, bond->slaves.n + 1, sizeof(*names));
	struct value all = { .kind = VALUE_ARRAY, .items = names };

	for (uint32_t i = 0; names && i < bond->slaves.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(p->core->db, CLASS_PIF, refs[i]);
		const char *name = r ? arena_strdup(p->call->arena,
					   ((const struct pif *)r)->device)
				     : NULL;

		if (name)
			names[all.n++] = (struct value){ .kind = VALUE_STRING,
				.n = (uint32_t)strlen(name),
				.s = name };
	}
	return all;
}

const char *
bond_device_of(struct plan *p, struct ref ref)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PIF, ref);
	const char *name = r
	    ? arena_strdup(p->call->arena, ((const struct pif *)r)->device)
	    : NULL;

	return name ? name : "";
}

int
bond_send(struct plan *p, const struct bond *bond, const char *op, bool again)
{
	struct value members = member_names(p, bond);
	RECORD_UNREF const struct record *m =
	    db_get(p->core->db, CLASS_PIF, bond->master);
	const struct pif *master = (const struct pif *)m;
	RECORD_UNREF const struct record *n =
	    master ? call_get(p->call, CLASS_network, master->network) : NULL;

	if (!n)
		return master ? -1 : 0;
	return net_send(p, NULL, (const struct network *)n, op, "device",
	    master->device, "*members", &members, "primary",
	    bond_device_of(p, bond->primary_slave), "mode",
	    enum_info_bond_mode.values[bond->mode], "mac",
	    bond->auto_update_mac ? "" : master->MAC, "?fast",
	    (int)(strcmp(property(bond, "lacp-time"), "fast") == 0),
	    "?source_mac",
	    (int)(strcmp(property(bond, "hashing_algorithm"), "src_mac") == 0),
	    "#key",
	    (int64_t)strtoll(property(bond, "lacp-aggregation-key"), NULL, 10),
	    "?again", (int)again, NULL);
}

int
bond_send_of(struct plan *p, const struct pif *master)
{
	const struct ref *bonds = master->bond_master_of.items;
	RECORD_UNREF const struct record *r = master->bond_master_of.n
	    ? db_get(p->core->db, CLASS_Bond, bonds[0])
	    : NULL;

	return r ? bond_send(p, (const struct bond *)r, "bond", false) : 0;
}

/* The VLANs of a PIF that are up, as what they are on that device. */
int
bond_send_vlans(struct plan *p, const struct pif *pif, const char *op,
    const char *device)
{
	const struct ref *vlans = pif->VLAN_slave_of.items;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < pif->VLAN_slave_of.n; i++) {
		RECORD_UNREF const struct record *v =
		    db_get(p->core->db, CLASS_VLAN, vlans[i]);
		RECORD_UNREF const struct record *u = v
		    ? db_get(p->core->db, CLASS_PIF,
			  ((const struct vlan *)v)->untagged_PIF)
		    : NULL;
		const struct pif *upper = (const struct pif *)u;

		if (upper && upper->currently_attached)
			rc = pif_send_device(p, upper, op, device, false);
	}
	return rc;
}

/* ---- the bond of a plan ---- */

struct ref
bond_of_plan(const struct plan *p)
{
	return p->kind->cls == CLASS_Bond ? p->object : plan_arg_ref(p, "bond");
}

/* fn for each member; with what the plan is about. */
int
bond_each_member(struct plan *p,
    int (*fn)(struct plan *p, const struct bond *bond, const struct pif *pif))
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_Bond, bond_of_plan(p));
	const struct bond *bond = (const struct bond *)r;
	const struct ref *refs = bond ? bond->slaves.items : NULL;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && bond && i < bond->slaves.n; i++) {
		RECORD_UNREF const struct record *m =
		    db_get(p->core->db, CLASS_PIF, refs[i]);

		if (m)
			rc = fn(p, bond, (const struct pif *)m);
	}
	return rc;
}

int
bond_with_master(struct plan *p,
    int (*fn)(struct plan *p, const struct bond *bond, const struct pif *pif))
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_Bond, bond_of_plan(p));
	const struct bond *bond = (const struct bond *)r;
	RECORD_UNREF const struct record *m =
	    bond ? db_get(p->core->db, CLASS_PIF, bond->master) : NULL;

	return m ? fn(p, bond, (const struct pif *)m) : 0;
}

/* ---- they become one, and are taken apart ---- */

static int
together_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	(void)pif;
	return bond_send(p, bond, "bond", false);
}

static int
apart_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	(void)pif;
	return bond_send(p, bond, "bond_destroy", false);
}

int
bond_together(struct plan *p)
{
	return bond_with_master(p, together_one);
}

int
bond_apart(struct plan *p)
{
	return bond_with_master(p, apart_one);
}

/* ---- the bond on its bridge ---- */

int
bond_master_up(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	(void)bond;
	return pif_send_device(p, pif, "uplink", pif->device, true);
}

/* With the VLANs that are its own by now. */
int
bond_master_down(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	(void)bond;
	if (bond_send_vlans(p, pif, "downlink", pif->device) < 0)
		return -1;
	return pif_send_device(p, pif, "downlink", pif->device, false);
}

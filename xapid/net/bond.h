/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bonds: bond.c says what they are, bond_create.c, bond_destroy.c and
 * bond_settings.c how they come, go and change, bond_cards.c what that is for
 * the network worker, bond_guests.c for guests. */
#ifndef XAPID_BOND_H
#define XAPID_BOND_H

#include "model/builder.h"
#include "net/pif.h"

/* ---- properties: only LACP has some ---- */
bool bond_is_property(const char *name, const char *value, enum bond_mode mode);
/* Those that the mode knows, and the defaults of the others. */
struct map bond_complete(struct builder *b, enum bond_mode mode,
    const struct map *given);
int bond_fail_property(struct call *c, const char *name, const char *value);

/* ---- rows ---- */

/* One that is to be made. */
struct bonding {
	struct call *c;
	struct tx *t;
	const struct bond_create_args *a;
	const struct pif *primary; /* of the head */
	unsigned addresses;
};

/* Chooses the primary member, too. */
int bond_check_create(struct bonding *s, const struct network *net);
/* Its rows, which have nothing of their members yet. */
int bond_insert(struct bonding *s, struct ref *bond_r, struct ref *master_r);
int bond_remove(struct tx *t, struct ref bond);
/* Addresses, and what says how an interface is used, are another PIF's from now
 * on. */
void bond_move_configuration(struct tx *t, struct ref from, struct ref to);
/* So are VLANs. */
void bond_move_vlans(struct tx *t, struct ref from, struct ref to);

/* ---- bond_cards.c: requests, of a plan of a bond or of one that notes which
 * bond it is about as "bond" ---- */

struct ref bond_of_plan(const struct plan *p);
typedef int bond_pif_fn(struct plan *p, const struct bond *bond,
    const struct pif *pif);
/* fn for each member, or for the PIF that stands for all of them. */
int bond_each_member(struct plan *p, bond_pif_fn *fn);
int bond_with_master(struct plan *p, bond_pif_fn *fn);
/* Device of a PIF; "": none. */
const char *bond_device_of(struct plan *p, struct ref pif);
/* "bond" or "bond_destroy"; again: its settings have changed. */
int bond_send(struct plan *p, const struct bond *bond, const char *op,
    bool again);
/* The VLANs of a PIF that are up, as what they are on that device. */
int bond_send_vlans(struct plan *p, const struct pif *pif, const char *op,
    const char *device);
/* Its cards as one, and taken apart. */
int bond_together(struct plan *p);
int bond_apart(struct plan *p);
/* The bond on its bridge; and from there, with the VLANs that are its own. */
bond_pif_fn bond_master_up, bond_master_down;

/* ---- bond_guests.c ---- */
/* The interfaces of guests on this host that are on a network; those of VMs
 * that are off, too, where they can start nowhere else. */
int bond_move_guests(struct plan *p, struct ref from, struct ref host,
    struct ref to);

/* ---- bond_create.c, bond_destroy.c, bond_settings.c ---- */
/* What real hosts have. */
int bond_check_real(struct call *c, const struct core *core,
    enum bond_mode mode);
extern const struct plan_kind bond_create_kind, bond_destroy_kind;

#endif

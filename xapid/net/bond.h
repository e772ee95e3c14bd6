/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bonds, between bond.c (what they are) and bond_plan.c (how they come and
 * go). */
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

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces of guests join the bridges of their networks, and leave them. */
#ifndef XAPID_VIF_ATTACH_H
#define XAPID_VIF_ATTACH_H

#include "plan/plan.h"

/* In a step behind the one that made the domain: asks the network worker for
 * every interface that the plan noted as "interfaces" ("vif/0 vif5.0\n" …);
 * vif_leave_noted takes that back. */
int vif_join_all(struct plan *p, const struct vm *vm);
int vif_leave_noted(struct plan *p, const struct vm *vm);
/* Whether it is one of these; one that came later is in no domain. */
bool vif_is_noted(struct plan *p, const struct vif *vif);
int vif_join_one(struct plan *p, const struct vif *vif, const char *interface);
/* In the transaction behind it: what was brought up for that is up. */
int vif_note_joined(struct tx *t, struct ref vif);

/* From the placing of a start on until they are attached, or it has failed:
 * those that came later are in no domain, and these do not go meanwhile. */
void vif_reserve(struct tx *t, const struct vm *vm, bool reserved);

/* Before the domain is gone, or when it is: interfaces leave, and with the
 * last one the bridge of a network that is of this host only. */
int vif_leave_one(struct plan *p, const struct vif *vif, const char *interface);
int vif_leave_all(struct plan *p, const struct vm *vm);

/* The interface of a domain that runs, in the arena. */
const char *vif_interface_name(struct arena *a, const struct vm *vm,
    const struct vif *vif);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces of guests join the bridges of their networks. */
#ifndef XAPID_VIF_ATTACH_H
#define XAPID_VIF_ATTACH_H

#include "plan/plan.h"

/* In a step behind the one that made the domain: asks the network worker for
 * every interface that the plan noted as "interfaces" ("vif/0 vif5.0\n" …). */
int vif_join_all(struct plan *p, const struct vm *vm);
int vif_join_one(struct plan *p, const struct vif *vif, const char *interface);

#endif

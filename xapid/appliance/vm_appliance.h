/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_VM_APPLIANCE_H
#define XAPID_VM_APPLIANCE_H

#include "plan/plan.h"

/* For plan_kinds; NULL at the end. */
extern const struct plan_kind *const vm_appliance_kinds[];

/* Brings allowed_operations up to date with the head, after one of its VMs
 * came, went or changed its state. Null or gone: nothing. */
int vm_appliance_refresh(struct tx *t, struct ref appliance);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_VM_POWER_H
#define XAPID_VM_POWER_H

struct plan_kind;

/* The plans of VM's power calls, for plans_resume; NULL at the end. */
extern const struct plan_kind *const vm_power_kinds[];

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_VM_SUSPEND_H
#define XAPID_VM_SUSPEND_H

#include "plan/plan.h"

/* The plan of VM.suspend; NULL at the end. */
extern const struct plan_kind *const vm_suspend_kinds[];
extern const struct plan_kind vm_suspend_vdi_kind;    /* vm_suspend_vdi.c */
extern const struct plan_kind vm_restart_models_kind; /* vm_restart_models.c */

#endif

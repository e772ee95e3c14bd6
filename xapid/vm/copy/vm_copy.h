/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_VM_COPY_H
#define XAPID_VM_COPY_H

#include "plan/plan.h"

/* The plans of VM.clone, copy and snapshot, for plan_kinds; NULL at the end. */
extern const struct plan_kind *const vm_copy_kinds[];
extern const struct plan_kind vm_checkpoint_kind; /* vm_checkpoint.c */
extern const struct plan_kind vm_provision_kind;  /* vm_provision.c */
/* One of them, which must be there ("VM.snapshot"), as a part of another plan.
 * Its arguments: "name", and "vmss" of a schedule that wants it. */
const struct plan_kind *vm_copy_kind(const char *name);

#endif

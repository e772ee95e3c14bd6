/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A step of plans that copy a VM: its disks. The plan's operation says how;
 * its arguments are "source" (the VM, when not the plan's object), "sr" (of a
 * copy), "ignore" (references of disks), "at_rest" ("true": the guest stands
 * still meanwhile). */
#ifndef XAPID_VM_COPY_DISKS_H
#define XAPID_VM_COPY_DISKS_H

#include "plan/plan.h"

/* In the plan's check: which they are from then on. */
int vm_copy_disks_list(struct plan *p, struct tx *t);
int vm_copy_disks_send(struct plan *p);
int vm_copy_disks_undo_send(struct plan *p);
int vm_copy_disks_undo_apply(struct plan *p, struct tx *t);
/* With the records: copies of disks that the VM has lost meanwhile go again. */
int vm_copy_disks_leave_out(struct plan *p, struct tx *t);
/* The memory of a suspended VM goes with its copies, not with snapshots. */
bool vm_copy_keeps_memory(const struct plan *p, const struct vm *vm);
/* For vm_copy_record: what a disk became; null when it was left out, or
 * came later. A copy
 * without one of its disks is none: raised. */
struct ref vm_copy_disk_made(void *plan, struct ref vdi);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_VDI_ATTACH_H
#define XAPID_VDI_ATTACH_H

#include "plan/plan.h"
#include "vm/start/vm_domain_args.h"

/* A disk that is reset at each start (VDI.on_boot) is as it was when an epoch
 * begins, and what is written in it goes when it ends: one runs from a start to
 * a halt, over reboots and suspends. */
enum vdi_epoch {
	VDI_EPOCH_GOES_ON,
	VDI_EPOCH_RESUMES,
	VDI_EPOCH_BEGINS,
	VDI_EPOCH_ENDS
};

/* In a step: asks the storage of every disk of the VM, which makes ready what
 * holds the data. The second lets go of it again. */
int vdi_attach_send(struct plan *p, const struct vm *vm, enum vdi_epoch epoch);
int vdi_detach_send(struct plan *p, const struct vm *vm, enum vdi_epoch epoch);
/* Of a guest that is held: what it has written to its disks is durable. */
int vdi_settle_send(struct plan *p, const struct vm *vm);
/* In apply, when they are let go of: what was put off while the VM had them. */
int vdi_merge_then(struct plan *p, struct tx *t, const struct vm *vm);
int vdi_attach_send_one(struct plan *p, const struct vbd *vbd, bool attach);
/* In finish or undo_apply of who could not have the disk: of two that want it at
 * once, and both fail, each has left it to the other. Whoever looks last lets go
 * of it. */
int vdi_left_then(struct plan *p, struct tx *t, struct ref vdi);
extern const struct plan_kind *const vdi_left_kinds[]; /* NULL at the end */
/* Afterwards, for vm_domain_args(); arg: the plan. */
disk_source_fn vdi_source;

#endif

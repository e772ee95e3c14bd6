/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_VDI_ATTACH_H
#define XAPID_VDI_ATTACH_H

#include "plan/plan.h"
#include "vm/vm_domain_args.h"

/* In a step: asks the storage of every disk of the VM, which makes ready what
 * holds the data. The second lets go of it again. */
int vdi_attach_send(struct plan *p, const struct vm *vm);
int vdi_detach_send(struct plan *p, const struct vm *vm);
int vdi_attach_send_one(struct plan *p, const struct vbd *vbd, bool attach);
/* Afterwards, for vm_domain_args(); arg: the plan. */
disk_source_fn vdi_source;

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GPUs of hosts, whole or in parts, for VMs. */
#ifndef XAPID_VGPU_H
#define XAPID_VGPU_H

#include "call/call.h"
#include "model/builder.h"

/* Whether the host has room for each VGPU of the VM. */
int vgpu_check_host(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host);
/* A GPU for each from the placing of a start on; attached when the VM has its
 * domain; nothing any more at its end. */
int vgpu_take(struct tx *t, struct ref vm, struct ref host);
void vgpu_attach(struct tx *t, struct ref vm);
void vgpu_leave(struct tx *t, struct ref vm);

/* Units of the GPU that nobody has, also counting who is about to start. */
int64_t pgpu_room(struct tx *t, const struct pgpu *pgpu);
/* Whether the type may run there, beside those that do. Raises why not. */
int pgpu_check_type(struct call *c, struct tx *t, const struct pgpu *pgpu,
    struct ref type);
/* The types of a group follow its GPUs. */
void gpu_group_refresh(struct tx *t, struct ref group);
/* The type of a whole GPU; made when there is none. */
struct ref vgpu_passthrough(struct tx *t);

/* A real host's PCI device that drives displays has a PGPU; primary: the
 * host's own screen hangs on it, so no guest gets it. */
void pgpu_scan(struct tx *t, struct builder *b, struct ref pci, bool primary);
/* Those whose device has gone. */
void pgpu_sweep(struct tx *t, struct ref host);

#endif

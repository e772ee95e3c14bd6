/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows that are a VM's alone and go with it. In t; -1: no memory, raised. */
#ifndef XAPID_VM_PARTS_H
#define XAPID_VM_PARTS_H

#include "call/call.h"

/* VBDs, VIFs, VUSBs, VGPUs and VTPMs. */
int vm_destroy_devices(struct call *c, struct tx *t, const struct vm *vm);
int vm_destroy_vusbs(struct call *c, struct tx *t, const struct vm *vm);
void vm_destroy_metrics(struct tx *t, struct ref metrics,
    struct ref guest_metrics);
/* All of them; its children in the tree of snapshots move up. VDIs stay. */
int vm_destroy_parts(struct call *c, struct tx *t, const struct vm *vm);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a VM can start at all, and whether it can on a certain host: each
 * check with its own error, in the order of the original (source:
 * lifecycle.json boot_here). */
#ifndef XAPID_VM_BOOT_H
#define XAPID_VM_BOOT_H

#include "call/call.h"

/* What is wrong with the VM itself: numbers, memory, what it boots from. */
int vm_check_bootable(struct call *c, const struct vm *vm);
/* Its virtual hardware, storage and networks on this host. */
int vm_check_host(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host);
/* Of these, that its GPUs, PCI and USB devices are there and nobody else's. */
int vm_check_devices(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host);
/* Of these, that it sees the disks, and the memory of a suspended VM. */
int vm_check_storage(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host);
int vm_check_processors(struct call *c, const struct vm *vm,
    const struct host *host);
/* Whether a path may be booted from: below a directory for guests' kernels, no
 * way out of it. */
bool vm_is_boot_path(const char *path);
/* The kernel that the VM's bootloader stands for, or NULL: it has none. */
const char *vm_bootloader_kernel(const struct vm *vm);
bool vm_is_uefi(const struct vm *vm);

#endif

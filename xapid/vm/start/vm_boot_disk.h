/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel that lies in one of the VM's disks. */
#ifndef XAPID_VM_BOOT_DISK_H
#define XAPID_VM_BOOT_DISK_H

#include "call/call.h"

struct boot_disk {
	struct ref vbd;                  /* null: there is none */
	const char *kernel, *ramdisk;    /* paths in the disk */
	int64_t kernel_max, ramdisk_max; /* bytes */
};

/* Whether PV_bootloader_args of a guest with a bootloader name a kernel:
 * "--kernel=PATH [--ramdisk=PATH]", as pygrub takes them. An empty path means
 * the disk itself. */
bool vm_takes_kernel(const struct vm *vm);
/* Of such a VM; in the arena. Its disk is the first one that is bootable, else
 * the first. */
void vm_boot_disk(struct arena *a, struct db *db, const struct vm *vm,
    struct boot_disk *out_r);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel that lies in a disk, and its ramdisk, for a start: taken out into
 * files of the host, by a process that has read its last name before it reads
 * the first byte of the disk. */
#ifndef XAPID_STORAGE_KERNEL_H
#define XAPID_STORAGE_KERNEL_H

#include "storage/helper.h"

#define KERNEL_FDS 4 /* for words, the disk, the kernel, the ramdisk */

/* At the start of a worker: where the files are, BOOT of the state folder. */
void kernel_prepare(const char *state);

/* After an attach with "take" 1: "kernel", "ramdisk" (paths in the disk;
 * the latter "": none), "kernel_max", "ramdisk_max" (bytes), "vm" and
 * "vm_uuid". Adds "kernel" and "ramdisk", paths of the host, to the answer.
 * BOOTLOADER_FAILED. */
int kernel_take(struct op *op);
/* When that VM has ended. */
void kernel_drop(const struct op *op);

/* For the helper: its pid, or -1 and errno. */
pid_t kernel_start(const struct helper_request *r, const int *fds);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of block devices that more than their records follow. */
#ifndef XAPID_VBD_H
#define XAPID_VBD_H

#include "call/call.h"

/* Whether another VBD, or the disk itself, keeps this one from being
 * attached. */
int vbd_check_attachable(struct call *c, struct tx *t, const struct vbd *vbd);
/* The same for a disk that is to come into the drive. */
int vbd_check_insert(struct call *c, struct tx *t, const struct vbd *vbd,
    const struct vdi *vdi);
/* Whether a VM may have all its disks: before it starts, and again when it
 * reserves them. */
int vbd_check_disks(struct call *c, struct tx *t, const struct vm *vm);
/* From the start on until they are attached, or it has failed. */
void vbd_reserve_disks(struct tx *t, const struct vm *vm, bool reserved);
/* Whether the disk is one that a VM may see in this drive. */
int vbd_check_media(struct call *c, const struct vbd *vbd,
    const struct vdi *vdi);

#endif

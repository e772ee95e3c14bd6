/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which operation a device of a VM accepts now. The same rules answer a call and
 * fill allowed_operations. (source: lifecycle.json object_rules) */
#ifndef XAPID_DEVICE_OPERATIONS_H
#define XAPID_DEVICE_OPERATIONS_H

#include "call/call.h"

/* 0, or -1 with the first reason why not. */
int vbd_operation_check(struct call *c, struct tx *t, const struct vbd *vbd,
    enum vbd_operations op);
/* force: of unplug, without asking the guest. */
int vif_operation_check(struct call *c, struct tx *t, const struct vif *vif,
    enum vif_operations op, bool force);
int vusb_operation_check(struct call *c, struct tx *t, const struct vusb *vusb,
    enum vusb_operations op);
/* Bring allowed_operations up to date with the head; of all devices of a VM,
 * and of their disks if these do not follow anyway. */
void vbd_operations_refresh(struct tx *t, struct ref vbd);
void vbds_operations_refresh(struct tx *t, struct ref vdi); /* of a disk */
void vif_operations_refresh(struct tx *t, struct ref vif);
void vusb_operations_refresh(struct tx *t, struct ref vusb);
void device_operations_refresh(struct tx *t, const struct vm *vm, bool disks);

#endif

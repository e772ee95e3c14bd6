/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which operation a disk or a repository accepts now. The same rules answer a
 * call and fill allowed_operations. (source: lifecycle.json object_rules) */
#ifndef XAPID_STORAGE_OPERATIONS_H
#define XAPID_STORAGE_OPERATIONS_H

#include "call/call.h"

/* 0, or -1 with the first reason why not; c NULL: only whether is asked. */
int vdi_operation_check(struct call *c, struct tx *t, const struct vdi *vdi,
    enum vdi_operations op);
int sr_operation_check(struct call *c, struct tx *t, const struct sr *sr,
    enum storage_operations op);
/* Bring allowed_operations up to date with the head; nothing when there is no
 * such object. */
void vdi_operations_refresh(struct tx *t, struct ref vdi);
void sr_operations_refresh(struct tx *t, struct ref sr);
/* vdi_operations_refresh of many disks of one repository, at the cost of one
 * look at it. */
void vdi_operations_refresh_all(struct tx *t, struct ref sr,
    const struct ref *vdis, uint32_t n);
/* Of all there are: at start. -1: no memory. */
int storage_operations_refresh(struct tx *t);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What plans of disks share. */
#ifndef XAPID_VDI_PLAN_H
#define XAPID_VDI_PLAN_H

#include "disk/storage_operations.h"
#include "plan/plan.h"

extern const struct plan_kind vdi_copy_kind, vdi_copy_into_kind, vdi_fill_kind;

#define VDI_COPY_DEADLINE_MS (6 * 3600 * 1000) /* of the largest disks */

/* The disk that is being made. */
struct ref vdi_plan_made(const struct plan *p);
/* NULL: raised. */
const struct vdi *vdi_plan_head(struct plan *p, struct tx *t, struct ref ref);
/* The row of the disk that is to be made, and the call's result. */
int vdi_plan_insert(struct plan *p, struct tx *t, struct vdi *vdi);
/* What the storage said of a volume (storage_note), into its row and its
 * SR's. */
int vdi_plan_settle(struct plan *p, struct tx *t, struct ref ref);
/* Whether the disk takes the operation, and its storage is there. */
int vdi_plan_check(struct plan *p, struct tx *t, const struct vdi *vdi,
    enum vdi_operations op);
/* What a copy does not have of its source. */
void vdi_plan_describe_copy(struct vdi *copy, const struct vdi *source);

/* ---- of steps and kinds ---- */
/* Copies the plan's disk into the one that is being made, op: "vdi_clone",
 * "vdi_snapshot" or (from another SR) "vdi_copy". */
int vdi_plan_copy_send(struct plan *p, const char *op);
/* The new volume is there: vdi_plan_settle of the disk that was made. */
int vdi_plan_made_apply(struct plan *p, struct tx *t);
/* Asks for op about the volume of a disk, with its size; a row that is gone asks
 * for nothing. */
int vdi_plan_send_about(struct plan *p, plan_reply_fn *reply, struct ref vdi,
    const char *op);
int vdi_plan_unmake_send(struct plan *p);
int vdi_plan_unmake_apply(struct plan *p, struct tx *t);
int vdi_plan_finish(struct plan *p, struct tx *t, bool ok);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VMs whose memory lies in a disk of its own, the image. */
#ifndef XAPID_VM_SUSPEND_H
#define XAPID_VM_SUSPEND_H

#include "plan/plan.h"

/* The plan of VM.suspend; NULL at the end. */
extern const struct plan_kind *const vm_suspend_kinds[];

/* For plans that resume: asks the storage where the image is, and the
 * operation "resume" with that path from the arguments of "create". */
int vm_image_send(struct plan *p);
int vm_image_path(struct plan *p, struct value *body);
/* The VM has its memory back, or needs it no more: in the transaction that says
 * so; and at the end of the plan, when that is durable, the image goes. One
 * that a crash between the two leaves behind is a disk of type suspend that no
 * VM names. */
int vm_image_let_go(struct plan *p, struct tx *t);
void vm_image_drop(struct plan *p);

#endif

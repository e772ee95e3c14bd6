/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VMs whose memory lies in a disk of its own, the image. */
#ifndef XAPID_VM_IMAGE_H
#define XAPID_VM_IMAGE_H

#include "plan/plan.h"

/* For plans that make one. In their check: the row of a new image, noted as
 * "image". */
int vm_image_plan(struct plan *p, struct tx *t);
/* Its volume, and back: send and apply, undo_send and undo_apply of a step. */
int vm_image_make(struct plan *p);
int vm_image_made(struct plan *p, struct tx *t);
int vm_image_unmake(struct plan *p);
int vm_image_unmade(struct plan *p, struct tx *t);
/* Asks the storage for it, noted as "path"; and gives it back. */
int vm_image_open(struct plan *p);
int vm_image_close(struct plan *p);

/* For plans that resume: asks the storage where the image of the VM is, and
 * the operation "resume" with that path from the arguments of "create". */
int vm_image_send(struct plan *p);
int vm_image_path(struct plan *p, struct value *body);
/* The VM has its memory back, or needs it no more: in the transaction that
 * says so. The image goes by a plan of its own. */
int vm_image_let_go(struct plan *p, struct tx *t);

#endif

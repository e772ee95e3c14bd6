/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of a VM as one text, VM.snapshot_metadata: what a snapshot keeps of
 * its VM beside its own fields. The form is the original's: an expression of
 * pairs of a column's name and its value. */
#ifndef XAPID_VM_METADATA_H
#define XAPID_VM_METADATA_H

#include "call/call.h"

/* "" with the error raised: no memory. */
const char *vm_metadata_write(struct call *c, const struct vm *vm);
/* Pairs of texts. False: the text is no such expression. */
bool vm_metadata_read(struct call *c, const char *text, struct map *pairs_r);
/* The VM's uuid; NULL: not there. */
const char *vm_metadata_uuid(struct call *c, const char *text);
/* In t: the VM becomes what it was when the text was written, but for what is
 * its present: state, devices, place. anew: it was just made, and has no
 * present. Values that make no sense any more are left out. */
int vm_metadata_restore(struct call *c, struct tx *t, struct ref vm,
    const struct map *pairs, bool anew);
/* The same from a snapshot that has no such text. */
int vm_metadata_restore_from(struct tx *t, struct ref vm,
    const struct vm *snapshot);
/* Whether the caller has the roles of all keys of maps that either would change
 * in the VM (NULL: it is made anew); -1: not, raised (attack A14). */
int vm_metadata_check_roles(struct call *c, const struct vm *vm,
    const struct vm *snapshot);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a domain does by itself, and what becomes of its VM. */
#ifndef XAPID_VM_FOLLOW_H
#define XAPID_VM_FOLLOW_H

#include "call/core.h"

/* For plan_kinds; NULL at the end. */
extern const struct plan_kind *const vm_follow_kinds[];

/* Has the records say what is there, whatever it is; for after_failure of a
 * VM's plans. */
extern const struct plan_kind vm_look_kind;
/* Of a VM that was found halted when the daemon started: its disks. */
extern const struct plan_kind vm_let_go_kind;
/* The same for who only has a doubt. */
void vm_look(struct core *core, const struct vm *vm);

/* The domain domid of a VM is now in this state ("running", "paused",
 * "shutdown:crash", "gone" …): a plan follows behind what the VM is about,
 * unless the records say so already or the domain is not the VM's present one.
 * Must not be called where blocking is no good. */
void vm_follow(struct core *core, struct ref vm, int64_t domid,
    const char *state);

#endif

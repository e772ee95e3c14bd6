/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which operation a VM accepts in which state. The same rows answer a call and
 * fill allowed_operations. */
#ifndef XAPID_VM_OPERATIONS_H
#define XAPID_VM_OPERATIONS_H

#include "call/call.h"

/* 0, or -1 with the first reason why not, in the order of the original
 * (source: lifecycle.json vm_checks). */
int vm_operation_check(struct call *c, const struct vm *vm,
    enum vm_operations op);
/* The same question without a reason, about the head. */
bool vm_operation_is_allowed(struct tx *t, const struct vm *vm,
    enum vm_operations op);
/* VM_BAD_POWER_STATE: it is not in one of these (1 << enum vm_power_state). ref:
 * how it is named. -1. */
int vm_fail_power_state(struct call *c, const char *ref, const struct vm *vm,
    unsigned states);
/* Brings allowed_operations of a VM up to date with the head. */
int vm_operations_refresh(struct tx *t, struct ref vm);
/* The same, where the disks follow: for all VMs at start. */
int vm_operations_refresh_alone(struct tx *t, struct ref vm);
/* The same where one of its operations begins: for plans_when_shown. */
void vm_operations_shown(struct tx *t, int cls, struct ref object);
/* And where a field is set that forbids operations, of VMs and their VBDs: for
 * core->when_set. */
void vm_operations_when_set(struct tx *t, int cls, struct ref self, int field);

#endif

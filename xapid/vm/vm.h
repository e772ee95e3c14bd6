/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VMs as records: what creating, copying and changing them have in common. */
#ifndef XAPID_VM_H
#define XAPID_VM_H

#include "call/call.h"

/* A row of class VM_metrics as a VM has it before it ever ran. */
void vm_metrics_defaults(struct vm_metrics *m);
/* What they say of a VM that runs and does not change until it ends; not on disk,
 * so again at each start of the daemon. */
void vm_metrics_describe(struct tx *t, const struct vm *vm);
#define VM_SHADOW_MAX 1e6 /* of HVM_shadow_multiplier, itself too much */
/* memory_overhead follows memory, VCPUs and shadow multiplier; call it after a
 * change of one of them. */
void vm_overhead_update(struct tx *t, struct ref vm);
/* The head record if the operation may be done now; borrowed. NULL: the first
 * reason why not was raised. */
const struct vm *vm_check_head(struct call *c, struct tx *t, struct ref vm,
    enum vm_operations op);
/* Sets a field (FIELD_VM_...; mem as tx_set takes it) while the operation is
 * allowed; memory_overhead and allowed_operations follow. A handler's whole
 * work. -1: raised. */
int vm_set_during(struct call *c, struct ref vm, enum vm_operations op,
    int field, const void *mem);
/* A map string string with a new mac_seed in it. */
struct map vm_with_mac_seed(struct call *c, const struct map *other_config,
    bool replace);

/* bios_strings of a VM that nobody gave any. -1: no memory. */
int vm_bios_generic(struct arena *a, struct map *out);

/* In t: the template is a VM from now on. */
int vm_from_template(struct tx *t, const struct vm *vm);

#endif

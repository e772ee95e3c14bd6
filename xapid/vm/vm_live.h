/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes that reach into a running VM: memory, processors, xenstore, keys. */
#ifndef XAPID_VM_LIVE_H
#define XAPID_VM_LIVE_H

#include "call/call.h"

struct plan_kind;

/* For plan_kinds; NULL at the end. */
extern const struct plan_kind *const vm_live_kinds[];

/* Of vm_xenstore.c, which stands in that list. */
extern const struct plan_kind vm_xenstore_kind;
extern const struct plan_kind vm_call_plugin_kind; /* vm_plugin.c */
extern const struct plan_kind vm_script_kind;
extern const struct plan_kind vm_sleep_kind, vm_wake_kind; /* vm_sleep.c */
extern const struct plan_kind vm_scheduling_kind,
    vm_shadow_kind; /* vm_tune.c */

/* Gives a running VM another dynamic range and moves its balloon, and those of
 * its neighbours if it must. */
int vm_live_range(struct call *c, struct ref vm, int64_t min, int64_t max);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_VM_POWER_H
#define XAPID_VM_POWER_H

#include "plan/plan.h"

/* The plans of VM's power calls, for plan_kinds; NULL at the end. */
extern const struct plan_kind *const vm_power_kinds[];
extern const struct plan_kind vm_power_reset_kind;

/* One of them, which must be there ("VM.start"), as a part of another plan. */
const struct plan_kind *vm_power_kind(const char *name);

/* An argument for VM.start, clean_shutdown and shutdown, "true": the parent
 * waits for the VM's delay, and finds in its own notes until when of
 * clock_wall_ms, and how long that is at most; the greatest of all its parts. */
#define DELAY_FOR_PARENT "delay_for_parent"
#define DELAY_UNTIL "delay_until"
#define DELAY_MS "delay_ms"

/* For other plans that end or restart a domain. */
extern const struct step vm_hard_shutdown_steps[], vm_hard_reboot_steps[];

/* For plans of a VM: check (the operation is allowed now) and finish
 * (allowed_operations are brought up to date). */
int vm_plan_check(struct plan *p, struct tx *t);
int vm_plan_refresh(struct plan *p, struct tx *t, bool ok);

#endif

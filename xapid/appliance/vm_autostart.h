/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_VM_AUTOSTART_H
#define XAPID_VM_AUTOSTART_H

#include "plan/plan.h"

/* For plan_kinds; NULL at the end. */
extern const struct plan_kind *const vm_autostart_kinds[];

/* A host has booted: VMs that are to start with it do, where the pool wants
 * that. At any time; before plans_resume, which begins it; behind a plan of the
 * host (-1: raised). */
void vm_autostart(struct core *core, struct ref host);
int vm_autostart_at_resume(struct tx *t, struct ref host);
int vm_autostart_then(struct plan *p, struct tx *t);

#endif

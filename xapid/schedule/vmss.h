/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshot schedules. A schedule remembers when it is due next (next_run, ours
 * alone); the run that begins then moves it on in the transaction that has the
 * run in the journal, so that neither a restart nor a crash skips or doubles
 * one. */
#ifndef XAPID_VMSS_H
#define XAPID_VMSS_H

#include "plan/plan.h"

/* Before the first plan runs. -1: no memory. */
int vmss_open(struct core *core);
void vmss_stop(struct core *core);

/* Schedules have changed, or the clock, or the zone: looks anew when they are
 * due. First after plans_resume: what has become due while nobody was there
 * runs once. */
void vmss_wake(struct core *core);
/* In t: a schedule that changed begins to count now. */
void vmss_plan_next(struct core *core, struct tx *t, struct ref vmss);
/* The same for all of them: the zone is another one. */
void vmss_plan_all(struct core *core, struct tx *t);

/* In t, where a snapshot of the VM by this schedule has just been made: the
 * oldest that its schedules made go, and their disks by plans of their own. */
int vmss_retain(struct plan *p, struct tx *t, struct ref vm, struct ref vmss);

/* The plans of this file; NULL at the end. */
extern const struct plan_kind *const vmss_kinds[];

#endif

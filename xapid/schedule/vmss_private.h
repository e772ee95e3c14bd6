/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between vmss_timer.c (when) and vmss_run.c (what). */
#ifndef XAPID_VMSS_PRIVATE_H
#define XAPID_VMSS_PRIVATE_H

#include "plan/plan.h"

/* Begins a run of a schedule that is due since that moment. -1: no memory. */
int vmss_run(struct core *core, struct ref vmss, int64_t due);
/* Whether a row of the journal is a run of the schedule of this reference. */
bool vmss_is_run(const struct plan_journal *row, const char *vmss);

#endif

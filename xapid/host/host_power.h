/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts that go down, and that come back. */
#ifndef XAPID_HOST_POWER_H
#define XAPID_HOST_POWER_H

#include "plan/plan.h"

/* Of host.boot_id, for simulated hosts; a real one has the kernel's word. */
#define HOST_IS_OFF "off"
#define HOST_IS_BOOTING "booting"

/* At start: hosts that have booted since the last one are back in service,
 * unless somebody wants it otherwise. -1: the database refuses. */
int host_power_start(struct core *core);
void host_power_stop(struct core *core);

/* NULL at the end. */
extern const struct plan_kind *const host_power_kinds[];

#endif

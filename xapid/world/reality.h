/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to domains without our doing, told by workers: the records
 * follow (within a second, without polling). */
#ifndef XAPID_REALITY_H
#define XAPID_REALITY_H

#include "call/core.h"

/* Before the first request: events are gathered from now on. -1: no memory. */
int reality_open(struct core *core);
/* Begins to follow: first to what the domains are now. After the plans of an
 * earlier run were resumed. */
void reality_start(struct core *core);
/* In t, at the end of a plan: what the guest has told meanwhile counts now, so
 * that who waited for the plan finds it. */
void reality_hear_guest(struct tx *t, struct ref vm);
/* No event is looked at any more; threads may still run. */
void reality_stop(struct core *core);

#endif

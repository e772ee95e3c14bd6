/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a snapshot schedule is due, and which times it may have. (source of
 * keys, values and defaults: lifecycle.json vmss) */
#ifndef XAPID_VMSS_WHEN_H
#define XAPID_VMSS_WHEN_H

#include "call/call.h"
#include "lib/zone.h"

/* The first moment after `after` that the schedule names, in local time. A
 * time that the clocks jump over is when they have jumped; one that they show
 * twice counts once, except for what runs every hour. */
int64_t vmss_next(const struct vmss *v, const struct zone *z, int64_t after);

/* Whether key and value may stand in a schedule of this frequency (-1: of
 * any), and the value as it is to be stored. NULL: INVALID_VALUE raised. */
const char *vmss_check_time(struct call *c, int frequency, const char *key,
    const char *value);
/* The keys that the frequency knows, with values from the schedule or else
 * their defaults. Memory of the call; on failure the call has failed. */
struct map vmss_times(struct call *c, enum vmss_frequency frequency,
    const struct map *schedule);

#endif

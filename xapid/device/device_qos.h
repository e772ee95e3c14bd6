/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Priority of disks (ionice) and rate of interfaces (ratelimit), as their
 * qos_algorithm_type and _params say. */
#ifndef XAPID_DEVICE_QOS_H
#define XAPID_DEVICE_QOS_H

#include "call/call.h"

struct plan_kind;

/* NULL at the end. */
extern const struct plan_kind *const qos_kinds[];

/* What the device could be told to do: for qos_supported_algorithms. */
struct set vbd_qos_supported(const struct vbd *vbd);
struct set vif_qos_supported(void);

/* A guest has connected to a disk ("xvda", or "vbd/0") of its VM: only then
 * there is who works for it, and can be given a priority. */
void vbd_qos_connected(struct core *core, const struct vm *vm,
    const char *device);

#endif

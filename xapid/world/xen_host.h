/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_XEN_HOST_H
#define XAPID_XEN_HOST_H

#include "call/core.h"

/* On a real host, at start: what the hypervisor says of the machine's memory,
 * of which the control domain's kernel sees only its share, becomes what
 * host_metrics and the record of the control domain say. Free memory is
 * counted from there, so it holds what domains take that are not ours. Needs
 * the switch. -1, logged. */
int xen_host_read(struct core *core);

#endif

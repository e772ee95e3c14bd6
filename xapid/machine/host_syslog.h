/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log of a host at another place: logging["syslog_destination"]. */
#ifndef XAPID_HOST_SYSLOG_H
#define XAPID_HOST_SYSLOG_H

#include "call/core.h"

/* At start: as host.syslog_reconfigure left it. It does not wait. */
void host_syslog_start(struct core *core);

#endif

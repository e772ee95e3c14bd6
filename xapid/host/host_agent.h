/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_HOST_AGENT_H
#define XAPID_HOST_AGENT_H

#include "call/core.h"

/* In a moment, so that whoever asked still hears that it worked: this daemon
 * ends as in a crash, and its parent starts another one. */
void host_agent_restart(struct core *core);
/* The same, but it ends as when it is told to, and for good. */
void host_agent_end(struct core *core);

#endif

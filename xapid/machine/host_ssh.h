/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secure shell on hosts that closes again after a while. */
#ifndef XAPID_HOST_SSH_H
#define XAPID_HOST_SSH_H

#include "call/core.h"

/* Closes what ran out while the daemon was away, and watches the clock. */
int host_ssh_start(struct core *core);
void host_ssh_stop(struct core *core);

#endif

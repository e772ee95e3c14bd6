/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a host is up, as its metrics say. */
#ifndef XAPID_HOST_LIVE_H
#define XAPID_HOST_LIVE_H

#include "call/call.h"

bool host_is_live(struct db *db, const struct host *h);
/* -1 with HANDLE_INVALID or HOST_OFFLINE raised. */
int host_check_live(struct call *c, struct ref host);

#endif

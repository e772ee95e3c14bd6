/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may be done with a host now. */
#ifndef XAPID_HOST_OPERATIONS_H
#define XAPID_HOST_OPERATIONS_H

#include "db/db.h"

/* Sets allowed_operations from the host's state as t sees it. An operation
 * whose call nobody wrote is not allowed. To be called when enabled,
 * power_on_mode or host_metrics.live changed, and at start, since the field is
 * kept in memory only. */
void host_operations_update(struct tx *t, struct ref host);
/* The same for every host. -1: the database refuses. */
int host_operations_start(struct db *db);

#endif

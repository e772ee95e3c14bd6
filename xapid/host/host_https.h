/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether plain HTTP is refused: the configuration says it, or host.https_only
 * of this host, which calls may change. */
#ifndef XAPID_HOST_HTTPS_H
#define XAPID_HOST_HTTPS_H

#include "call/core.h"

/* What holds when the wire starts. */
bool host_https_only(const struct core *core);
/* From now on the wire does that. Any thread. */
void host_https_apply(struct core *core);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host says it is: product and versions, CPUs, firmware, licence. It is
 * written again at every start, since the program, the configuration and the
 * machine may have changed. */
#ifndef XAPID_HOST_IDENTITY_H
#define XAPID_HOST_IDENTITY_H

#include "call/core.h"
#include "world/host_facts.h"

#define API_VERSION_MAJOR 2
#define API_VERSION_MINOR 23
/* The release of the original whose datamodel this is. */
#define COMPATIBLE_XAPI "26.17"

/* Fills the identity of a blank host. started: seconds since 1970. */
void host_identity_fill(struct builder *b, const struct core_config *config,
    int64_t started, const struct host_facts *facts, struct host *h);
/* The same into a host that is there; what people set stays. */
void host_identity_refresh(struct builder *b, struct tx *t, struct ref host,
    const struct core_config *config, int64_t started,
    const struct host_facts *facts);
/* host.license_params and pool.restrictions: every feature is there. */
struct map host_identity_features(struct builder *b);

#endif

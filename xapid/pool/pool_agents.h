/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_POOL_AGENTS_H
#define XAPID_POOL_AGENTS_H

#include "call/core.h"

/* Puts pool.guest_agent_config where the agents of all guests of this host read
 * it; after a change and at the start. Waits for the domain worker; what fails
 * is logged. */
void pool_agents_tell(struct core *core);

#endif

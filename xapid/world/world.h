/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a pool consists of when nobody has made anything yet: made in an empty
 * database, brought up to date in one that has it. */
#ifndef XAPID_WORLD_H
#define XAPID_WORLD_H

#include "call/core.h"

#define WORLD_MAX_HOSTS 64
#define WORLD_MAX_VMS 10000

struct world_options {
	unsigned sim_hosts, sim_vms; /* of the simulator; 0 hosts: 1 */
	uint64_t seed; /* of the simulator's identifiers; 0: always the same */
	const char *address; /* of this host, NULL: 127.0.0.1 */
};

/* Sets core->pool and core->host. To be called before anybody is served. -1
 * when the database refuses; the reason is logged. */
int world_create(struct core *core, const struct world_options *o);

/* Memory that a VM needs beside what it sees, as the original reckons: a page
 * table and a map of 8 bytes a page each, 1 MiB a virtual CPU, and some.
 * (measured on the original at 256 MiB HVM and at 4 GiB PV) */
int64_t world_memory_overhead(int64_t memory, int64_t vcpus, bool hvm);

#endif

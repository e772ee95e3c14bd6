/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world_private.h"

static void
add_hosts(struct maker *m, struct core *core, const struct world_options *o,
    struct world_host *hosts, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct world_host *h = &hosts[i];

		sim_facts(&m->b, i, core->started, &h->facts);
		/* All of them are this daemon, and all of 127/8 is here. */
		h->address = i || !o->address
		    ? builder_text(&m->b, "127.0.0.%u", i + 1)
		    : o->address;
		h->dom0_memory = 8 * WORLD_GIB;
		h->dom0_vcpus = 16;
		world_add_host(m, core, h);
	}
}

void
sim_world_make(struct maker *m, struct core *core,
    const struct world_options *o)
{
	struct world_host hosts[WORLD_MAX_HOSTS] = { 0 };
	unsigned n = o->sim_hosts ? o->sim_hosts : 1;

	add_hosts(m, core, o, hosts, n);
	world_add_pool(m, core, hosts, n);
}

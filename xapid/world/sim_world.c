/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>

#include "lib/fault.h"
#include "world/sim_private.h"
#include "world/template.h"

#define DOM0_MEMORY (8 * WORLD_GIB)
#define DOM0_VCPUS 16

const char *
sim_mac(struct builder *b, struct ref of)
{
	return builder_text(b, "02:%02x:%02x:%02x:%02x:%02x",
	    (unsigned)(of.lo >> 32 & 0xff), (unsigned)(of.lo >> 24 & 0xff),
	    (unsigned)(of.lo >> 16 & 0xff), (unsigned)(of.lo >> 8 & 0xff),
	    (unsigned)(of.lo & 0xff));
}

/* Texts of a host outlive the turns of the maker: they stand in `keep`. */
static void
add_hosts(struct sim *s, const struct world_options *o, struct builder *keep)
{
	for (unsigned i = 0; i < s->nhosts; i++) {
		struct world_host *h = &s->hosts[i];

		sim_facts(keep, i, s->core->started, &h->facts);
		/* All of them are this daemon, and all of 127/8 is here. */
		h->address = i || !o->address
		    ? builder_text(keep, "127.0.0.%u", i + 1)
		    : o->address;
		h->dom0_memory = DOM0_MEMORY;
		h->dom0_vcpus = DOM0_VCPUS;
		world_add_host(s->m, s->core, h);
	}
}

static unsigned
at_most(unsigned n, unsigned most)
{
	return n < most ? n : most;
}

static void
make(struct sim *s, const struct world_options *o, struct builder *keep)
{
	add_hosts(s, o, keep);
	world_add_pool(s->m, s->core, s->hosts, s->nhosts);
	maker_turn(s->m);
	template_add_all(s->m);
	sim_devices_make(s);
	sim_network_make(s);
	sim_storage_make(s);
	sim_vms_make(s);
	sim_extras_make(s);
	sim_pvs_make(s);
	sim_storage_finish(s);
}

void
sim_world_make(struct maker *m, struct core *core,
    const struct world_options *o)
{
	CLEANUP(arena_free) struct arena *arena = arena_new(0);
	CLEANUP_FREE struct sim *s = fault_calloc(1, sizeof(*s));
	struct builder keep = { .arena = arena };

	if (!arena || !s) {
		m->b.failed = true;
		return;
	}
	s->m = m;
	s->core = core;
	s->nhosts = at_most(o->sim_hosts ? o->sim_hosts : 1, WORLD_MAX_HOSTS);
	s->nvms = at_most(o->sim_vms, WORLD_MAX_VMS);
	make(s, o, &keep);
	m->b.failed = m->b.failed || keep.failed;
}

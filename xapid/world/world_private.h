/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the files that make a world: world*.c and sim_*.c. */
#ifndef XAPID_WORLD_PRIVATE_H
#define XAPID_WORLD_PRIVATE_H

#include "call/core.h"
#include "world/host_facts.h"
#include "world/maker.h"
#include "world/world.h"

#define WORLD_MIB (INT64_C(1) << 20)
#define WORLD_GIB (INT64_C(1) << 30)
#define WORLD_TIB (INT64_C(1) << 40)

/* A host while the world around it is made. Texts live as long as the maker
 * does not turn, or longer. */
struct world_host {
	struct host_facts facts;
	const char *address;
	int64_t dom0_memory; /* bytes */
	unsigned dom0_vcpus;

	struct ref host, metrics, dom0;
	int64_t memory_free; /* bytes; less with every running VM */
	int64_t domains;     /* that run, beside the control domain */
};

/* ---- world.c ---- */
/* host, host_metrics, host_cpu and the control domain. */
void world_add_host(struct maker *m, const struct core *core,
    struct world_host *h);
/* The pool, not complete before world_finish. */
void world_add_pool(struct maker *m, struct core *core,
    const struct world_host *hosts, unsigned n);
/* A console; the location names it by reference for control domains. */
struct ref world_add_console(struct maker *m, struct ref vm,
    enum console_protocol protocol, const char *address, bool control_domain,
    int64_t port);

/* The network between a host and its guests. */
struct ref world_add_internal_network(struct maker *m);

/* ---- sim_facts.c ---- */
/* What the number-th simulated host is like; texts in b's arena. */
void sim_facts(struct builder *b, unsigned number, int64_t now,
    struct host_facts *out);

/* ---- sim_world.c ---- */
/* All that the simulator has; sets core->pool and core->host. */
void sim_world_make(struct maker *m, struct core *core,
    const struct world_options *o);

/* Drivers and a local repository of a real host; the repository. */
struct ref real_storage_add(struct maker *m, struct ref host);
/* At each start: what its drivers can. */
void real_storage_refresh(struct builder *b, struct tx *t,
    const struct sm *old);

#endif

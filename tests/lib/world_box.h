/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A world of one's own: a simulated pool in memory, or in an engine. */
#ifndef XAPID_TESTS_WORLD_BOX_H
#define XAPID_TESTS_WORLD_BOX_H

#include "call/core.h"
#include "db/db_engine.h"
#include "world/world.h"

#define STARTED INT64_C(1795337705)

struct box {
	struct core_config config;
	struct core core;
	struct world_options options;
};

/* Ends the test where it cannot be. */
void box_open_on(struct box *b, struct db_engine *engine, unsigned hosts,
    unsigned vms, uint64_t seed);
void box_open(struct box *b, unsigned hosts, unsigned vms, uint64_t seed);
void box_close(struct box *b);

/* All records of a class; freed by list_free. */
struct list {
	const struct record **r;
	uint32_t n;
};
struct list list_of(struct box *b, int cls);
void list_free(struct list *l);
#define LIST __attribute__((cleanup(list_free))) struct list

/* The database keeps its records while nobody writes. */
const struct record *look(struct box *b, int cls, struct ref ref);
#define GET(b, CLASS, type, ref)                                               \
	((const struct type *)look((b), CLASS_##CLASS, (ref)))
uint64_t count(struct box *b, int cls);
/* A value of host.software_version. */
const char *version_of(struct box *b, const char *key);

#endif

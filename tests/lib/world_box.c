/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/lib/world_box.h"

#include "model/builder.h"
#include "tests/lib/unit.h"

void
box_open_on(struct box *b, struct db_engine *engine, unsigned hosts,
    unsigned vms, uint64_t seed)
{
	char err[200];

	*b = (struct box){
		.config = { .backend = "simulator" },
		.options = { .sim_hosts = hosts, .sim_vms = vms, .seed = seed },
	};
	b->core.config = &b->config;
	b->core.started = STARTED;
	b->core.db = db_open(engine, err, sizeof(err));
	CU_ASSERT_PTR_NOT_NULL_FATAL(b->core.db);
	CU_ASSERT_EQUAL_FATAL(world_create(&b->core, &b->options), 0);
}

void
box_open(struct box *b, unsigned hosts, unsigned vms, uint64_t seed)
{
	box_open_on(b, NULL, hosts, vms, seed);
}

void
box_close(struct box *b)
{
	db_close(b->core.db);
}

struct list
list_of(struct box *b, int cls)
{
	struct list l;

	CU_ASSERT_EQUAL_FATAL(db_get_all(b->core.db, cls, &l.r, &l.n), 0);
	return l;
}

void
list_free(struct list *l)
{
	db_release_all(l->r, l->n);
}

const struct record *
look(struct box *b, int cls, struct ref ref)
{
	RECORD_UNREF const struct record *r = db_get(b->core.db, cls, ref);

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	return r;
}

uint64_t
count(struct box *b, int cls)
{
	return db_count(b->core.db, cls);
}

const char *
version_of(struct box *b, const char *key)
{
	const struct host *h = GET(b, host, host, b->core.host);
	const char *value = builder_find(&h->software_version, key);

	return value ? value : "(none)";
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "core.h"
#include "tests/lib/unit.h"
#include "world.h"

/* ---- a world of one's own, in memory ---- */

struct box {
	struct core_config config;
	struct core core;
};

static void
box_open(struct box *b, unsigned hosts, unsigned vms, uint64_t seed)
{
	const struct world_options o = { .sim_hosts = hosts,
		.sim_vms = vms,
		.seed = seed };
	char err[200];

	*b = (struct box){ .config = { .backend = "simulator" } };
	b->core.config = &b->config;
	b->core.started = 1795337705;
	b->core.db = db_open(NULL, err, sizeof(err));
	CU_ASSERT_PTR_NOT_NULL_FATAL(b->core.db);
	CU_ASSERT_EQUAL_FATAL(world_create(&b->core, &o), 0);
}

static void
box_close(struct box *b)
{
	db_close(b->core.db);
}

/* ---- tests ---- */

static void
test_pool_and_host(void)
{
	struct box b;

	box_open(&b, 0, 0, 0);
	CU_ASSERT_EQUAL(db_count(b.core.db, CLASS_pool), 1);
	CU_ASSERT_EQUAL(db_count(b.core.db, CLASS_host), 1);
	{
		RECORD_UNREF const struct record *pr =
		    db_get(b.core.db, CLASS_pool, b.core.pool);
		RECORD_UNREF const struct record *hr =
		    db_get(b.core.db, CLASS_host, b.core.host);
		const struct pool *p = (const struct pool *)pr;
		const struct host *h = (const struct host *)hr;

		CU_ASSERT_PTR_NOT_NULL_FATAL(p);
		CU_ASSERT_PTR_NOT_NULL_FATAL(h);
		CU_ASSERT_TRUE(ref_equal(p->master, b.core.host));
		CU_ASSERT_PTR_NULL(
		    builder_find(&p->other_config, "xapid_incomplete"));
		CU_ASSERT_TRUE(h->enabled);
		CU_ASSERT_EQUAL(h->host_CPUs.n,
		    db_count(b.core.db, CLASS_host_cpu));
		CU_ASSERT_EQUAL(h->resident_VMs.n, 1);
		CU_ASSERT_FALSE(ref_is_null(h->control_domain));
	}
	box_close(&b);
}

UNIT_MAIN("world",
    { "an empty database becomes a pool with one host", test_pool_and_host })

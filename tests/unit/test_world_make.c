/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a pool is made: always the same, whole or anew, at its cost. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fault.h"
#include "lib/log.h"
#include "lib/text.h"
#include "model/builder.h"
#include "tests/lib/unit.h"
#include "tests/lib/world_box.h"

/* Whether both have the same objects, by reference and uuid; how many are the
 * same in *same_r. */
static bool
same_world(struct box *a, struct box *b, uint64_t *same_r)
{
	bool same = true;

	*same_r = 0;
	for (int cls = 0; cls < CLASS_COUNT; cls++) {
		LIST la = list_of(a, cls);
		int uuid = class_table[cls].uuid_field;

		same = same && la.n == count(b, cls);
		for (uint32_t i = 0; i < la.n; i++) {
			RECORD_UNREF const struct record *other =
			    db_get(b->core.db, cls, la.r[i]->self);
			const struct field *f;

			if (!other) {
				same = false;
				continue;
			}
			f = &class_table[cls].fields[uuid];
			same = same &&
			    model_equal(f->type, record_field(la.r[i], f),
				record_field(other, f));
			++*same_r;
		}
	}
	return same;
}

static void
test_the_same_seed_makes_the_same_world(void)
{
	struct box a, b, c;
	uint64_t same;

	box_open(&a, 2, 50, 7);
	box_open(&b, 2, 50, 7);
	box_open(&c, 2, 50, 8);
	CU_ASSERT_TRUE(same_world(&a, &b, &same));
	CU_ASSERT_TRUE(same > 500);
	CU_ASSERT_FALSE(same_world(&a, &c, &same));
	CU_ASSERT_EQUAL(same, 0);
	box_close(&a);
	box_close(&b);
	box_close(&c);
}

static void
test_an_interrupted_world_is_made_anew(void)
{
	struct box b, whole;
	uint64_t same;
	struct tx *t;

	box_open(&b, 2, 20, 0);
	box_open(&whole, 2, 20, 0);
	log_set_level(LOG_L_ERR);
	t = tx_begin(b.core.db);
	(void)tx_map_put(t, CLASS_pool, b.core.pool, FIELD_pool_other_config,
	    "xapid_incomplete", "true");
	{
		LIST vms = list_of(&b, CLASS_VM);

		for (uint32_t i = 0; i < 30; i++)
			(void)tx_destroy(t, CLASS_VM, vms.r[i]->self);
	}
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
	CU_ASSERT_FALSE(same_world(&whole, &b, &same));
	CU_ASSERT_EQUAL_FATAL(world_create(&b.core, &b.options), 0);
	CU_ASSERT_TRUE(same_world(&whole, &b, &same));
	box_close(&b);
	box_close(&whole);
}

/* An engine that only counts what it is given. */
struct counter {
	struct db_engine engine;
	uint64_t changes, commits;
};

static int
counter_load(struct db_engine *e, const struct engine_loader *l,
    struct engine_state *state_r, char *err, size_t err_size)
{
	(void)e, (void)l, (void)err, (void)err_size;
	*state_r = (struct engine_state){ 0 };
	return 0;
}

static int
counter_begin(struct db_engine *e)
{
	(void)e;
	return 0;
}

static int
counter_change(struct db_engine *e, const struct engine_change *c)
{
	*c->rowid = 1;
	((struct counter *)e)->changes++;
	return 0;
}

static int
counter_ceiling(struct db_engine *e, uint64_t ceiling)
{
	(void)e, (void)ceiling;
	return 0;
}

static int
counter_commit(struct db_engine *e)
{
	((struct counter *)e)->commits++;
	return 0;
}

static void
counter_nothing(struct db_engine *e)
{
	(void)e;
}

/* What a world of so many VMs costs the engine. */
static uint64_t
cost_of(unsigned vms, struct counter *c)
{
	struct box b;
	uint64_t objects = 0;

	*c = (struct counter){ .engine = {
				   .name = "counter",
				   .load = counter_load,
				   .begin = counter_begin,
				   .change = counter_change,
				   .set_ceiling = counter_ceiling,
				   .forget_tombstones = counter_ceiling,
				   .commit = counter_commit,
				   .rollback = counter_nothing,
				   .close = counter_nothing,
			       } };
	box_open_on(&b, &c->engine, 8, vms, 0);
	for (int cls = 0; cls < CLASS_COUNT; cls++)
		objects += count(&b, cls);
	box_close(&b);
	return objects;
}

static void
test_cost_is_linear(void)
{
	struct counter c;
	uint64_t objects = cost_of(100, &c);

	/* a VM's objects change hosts, networks and SRs too */
	CU_ASSERT_TRUE(c.changes < objects * 3 / 2);
	CU_ASSERT_TRUE(c.commits < 10);
	objects = cost_of(4000, &c);
	CU_ASSERT_TRUE(c.changes < objects * 3 / 2);
	CU_ASSERT_TRUE(c.commits > 2);
	CU_ASSERT_TRUE(c.commits < objects / 500);
}

/* Lets allocation number n fail, for n spread over all of them. */
static void
test_no_memory(void)
{
	struct db_error e;
	unsigned failed = 0;

	log_set_level(LOG_L_ERR - 1);
	for (long n = 1; n < 100000; n += 1 + n / 8) {
		struct box b = { .config = { .backend = "simulator" },
			.options = { .sim_hosts = 1, .sim_vms = 10 } };
		char err[200];
		struct tx *t;
		int rc;

		b.core.config = &b.config;
		b.core.started = STARTED;
		b.core.db = db_open(NULL, err, sizeof(err));
		CU_ASSERT_PTR_NOT_NULL_FATAL(b.core.db);
		fault_arm(FAULT_ALLOC, n, ENOMEM, false);
		rc = world_create(&b.core, &b.options);
		failed += rc < 0;
		fault_disarm();
		/* nothing stays locked */
		t = tx_begin(b.core.db);
		CU_ASSERT_PTR_NOT_NULL_FATAL(t);
		CU_ASSERT_EQUAL(tx_commit_wait(t, &e), 0);
		if (rc < 0)
			CU_ASSERT_EQUAL(world_create(&b.core, &b.options), 0);
		CU_ASSERT_EQUAL(count(&b, CLASS_pool), 1);
		box_close(&b);
	}
	CU_ASSERT_TRUE(failed > 10);
	log_set_level(LOG_L_INFO);
}

static void
test_sizes_have_bounds(void)
{
	struct box b;

	box_open(&b, 1000, 0, 0);
	CU_ASSERT_EQUAL(count(&b, CLASS_host), WORLD_MAX_HOSTS);
	box_close(&b);
}

/* Every string of every field. */
static unsigned
dirty_texts(const struct type *type, const void *mem)
{
	unsigned n = 0;

	if (type->kind == TYPE_STRING) {
		const char *s = *(const char *const *)mem;

		return !text_is_clean(s, strlen(s));
	}
	if (type->kind == TYPE_SET) {
		const struct set *s = mem;

		for (uint32_t i = 0; i < s->n; i++)
			n += dirty_texts(type->elem,
			    (const char *)s->items + i * type->elem->size);
	} else if (type->kind == TYPE_MAP) {
		const struct map *m = mem;

		for (uint32_t i = 0; i < m->n; i++)
			n += dirty_texts(type->key,
				 (const char *)m->keys + i * type->key->size) +
			    dirty_texts(type->elem,
				(const char *)m->values + i * type->elem->size);
	}
	return n;
}

static void
test_a_real_machine_becomes_a_pool(void)
{
	struct box b = { .config = { .backend = "libxl" } };
	char err[200];
	const struct host *h;

	b.core.config = &b.config;
	b.core.started = STARTED;
	b.core.db = db_open(NULL, err, sizeof(err));
	CU_ASSERT_PTR_NOT_NULL_FATAL(b.core.db);
	CU_ASSERT_EQUAL_FATAL(world_create(&b.core, &b.options), 0);
	h = GET(&b, host, host, b.core.host);
	CU_ASSERT_STRING_EQUAL(version_of(&b, "backend"), "libxl");
	CU_ASSERT_TRUE(strlen(h->hostname) > 0);
	CU_ASSERT_TRUE(h->host_CPUs.n > 0);
	CU_ASSERT_TRUE(
	    GET(&b, host_metrics, host_metrics, h->metrics)->memory_total > 0);
	for (int cls = 0; cls < CLASS_COUNT; cls++) {
		LIST l = list_of(&b, cls);

		for (uint32_t i = 0; i < l.n; i++)
			for (unsigned j = 0; j < class_table[cls].nfields; j++)
				CU_ASSERT_EQUAL(dirty_texts(class_table[cls]
								.fields[j]
								.type,
						    record_field(l.r[i],
							&class_table[cls]
							     .fields[j])),
				    0);
	}
	box_close(&b);
}

/* The row of a driver of this host. */
static const struct sm *
find_driver(struct box *b, const char *type)
{
	LIST l = list_of(b, CLASS_SM);

	for (uint32_t i = 0; i < l.n; i++) {
		const struct sm *sm = (const struct sm *)l.r[i];

		if (strcmp(sm->type, type) == 0)
			return sm;
	}
	return NULL;
}

static void
test_drivers_of_an_older_version_learn_what_they_can(void)
{
	struct box b = { .config = { .backend = "libxl" } };
	const struct set nothing = { .n = 0 };
	const struct sm *sm;
	struct db_error e;
	struct ref ref;
	struct tx *t;
	char err[200];
	uint32_t can;

	b.core.config = &b.config;
	b.core.started = STARTED;
	b.core.db = db_open(NULL, err, sizeof(err));
	CU_ASSERT_PTR_NOT_NULL_FATAL(b.core.db);
	CU_ASSERT_EQUAL_FATAL(world_create(&b.core, &b.options), 0);
	sm = find_driver(&b, "file");
	CU_ASSERT_PTR_NOT_NULL_FATAL(sm);
	can = sm->capabilities.n;
	ref = sm->r.self;
	t = tx_begin(b.core.db);
	(void)tx_set(t, CLASS_SM, ref, FIELD_SM_capabilities, &nothing);
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, &e), 0);
	CU_ASSERT_EQUAL_FATAL(world_create(&b.core, &b.options), 0);
	sm = find_driver(&b, "file");
	CU_ASSERT_TRUE(can > 0);
	CU_ASSERT_EQUAL(sm->capabilities.n, can);
	CU_ASSERT_TRUE(ref_equal(sm->r.self, ref));
	box_close(&b);
}

UNIT_MAIN("making a world",
    { "the same seed makes the same world, another one another",
	test_the_same_seed_makes_the_same_world },
    { "a world whose making was interrupted is made anew",
	test_an_interrupted_world_is_made_anew },
    { "an object costs one change, and now and then one more",
	test_cost_is_linear },
    { "without memory no pool is made, and the next try makes it",
	test_no_memory },
    { "no pool has more than 64 hosts", test_sizes_have_bounds },
    { "a real machine becomes a pool of clean text",
	test_a_real_machine_becomes_a_pool },
    { "drivers of an older version learn what they can",
	test_drivers_of_an_older_version_learn_what_they_can })

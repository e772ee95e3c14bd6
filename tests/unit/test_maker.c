/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world/maker.h"

#include <string.h>

#include "tests/lib/unit.h"

static struct db *
open_db(void)
{
	char err[200];
	struct db *db = db_open(NULL, err, sizeof(err));

	CU_ASSERT_PTR_NOT_NULL_FATAL(db);
	return db;
}

static struct ref
add_secret(struct maker *m, const char *value)
{
	struct secret s;

	builder_defaults(CLASS_secret, &s.r);
	s.value = value;
	return maker_add(m, &s.r);
}

/* ---- builder ---- */

static void
test_defaults(void)
{
	struct vm vm;

	builder_defaults(CLASS_VM, &vm.r);
	CU_ASSERT_PTR_EQUAL(vm.r.cls, &class_table[CLASS_VM]);
	CU_ASSERT_STRING_EQUAL(vm.name_label, "");
	CU_ASSERT_EQUAL(vm.power_state, VM_POWER_STATE_HALTED);
	CU_ASSERT_EQUAL(vm.HVM_shadow_multiplier, 1.0);
	CU_ASSERT_TRUE(vm.has_vendor_device);
	CU_ASSERT_TRUE(ref_is_null(vm.r.self));
}

static void
test_pairs(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct builder b = { .arena = a };
	struct builder_pairs p = { .b = &b };
	struct map m;

	for (unsigned i = 0; i < 100; i++)
		builder_put(&p, builder_text(&b, "k%u", i % 50),
		    builder_text(&b, "%u", i));
	m = builder_pairs_map(&p);
	CU_ASSERT_EQUAL(m.n, 50);
	CU_ASSERT_STRING_EQUAL(builder_find(&m, "k7"), "57");
	CU_ASSERT_PTR_NULL(builder_find(&m, "k50"));
	m = BUILDER_MAP(&b, "a", "1", "b", "2");
	CU_ASSERT_EQUAL(m.n, 2);
	CU_ASSERT_STRING_EQUAL(builder_find(&m, "b"), "2");
	CU_ASSERT_EQUAL(BUILDER_STRINGS(&b, "x", "y", "z").n, 3);
	CU_ASSERT_FALSE(b.failed);
}

static void
test_builder_without_memory(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(64);
	struct builder b = { .arena = a };
	struct builder_pairs p = { .b = &b };

	CU_ASSERT_STRING_EQUAL(builder_text(&b, "%0100d", 1), "");
	CU_ASSERT_TRUE(b.failed);
	builder_put(&p, "k", "v");
	CU_ASSERT_EQUAL(builder_pairs_map(&p).n, 0);
	CU_ASSERT_EQUAL(BUILDER_MAP(&b, "a", "1", "b", "2", "c", "3", "d", "4",
			    "e", "5")
			    .n,
	    0);
}

/* ---- maker ---- */

static void
test_identifiers(void)
{
	struct ref a = maker_id(1, CLASS_VM, 0, 0), b;
	char text[UUID_CHARS + 1];

	uuid_format(a, text);
	CU_ASSERT_EQUAL(text[14], '4');
	CU_ASSERT_PTR_NOT_NULL(strchr("89ab", text[19]));
	b = maker_id(1, CLASS_VM, 0, 0);
	CU_ASSERT_TRUE(ref_equal(a, b));
	b = maker_id(2, CLASS_VM, 0, 0);
	CU_ASSERT_FALSE(ref_equal(a, b));
	b = maker_id(1, CLASS_VDI, 0, 0);
	CU_ASSERT_FALSE(ref_equal(a, b));
	b = maker_id(1, CLASS_VM, 1, 0);
	CU_ASSERT_FALSE(ref_equal(a, b));
	b = maker_id(1, CLASS_VM, 0, 1);
	CU_ASSERT_FALSE(ref_equal(a, b));
}

static void
test_many_turns(void)
{
	struct db *db = open_db();
	struct db_error e;
	struct maker m;

	CU_ASSERT_EQUAL_FATAL(maker_begin(&m, db, 0), 0);
	for (unsigned i = 0; i < 25000; i++) {
		CU_ASSERT_FALSE(
		    ref_is_null(add_secret(&m, builder_text(&m.b, "%u", i))));
		maker_turn(&m);
	}
	CU_ASSERT_EQUAL(maker_end(&m, &e), 0);
	CU_ASSERT_EQUAL(db_count(db, CLASS_secret), 25000);
	CU_ASSERT_EQUAL(db_generation(db) > 20, true);
	db_close(db);
}

static void
test_named_before(void)
{
	struct db *db = open_db();
	struct db_error e;
	struct secret s;
	struct ref named;
	struct maker m;

	for (uint64_t seed = 0; seed < 2; seed++) {
		CU_ASSERT_EQUAL_FATAL(maker_begin(&m, db, seed), 0);
		builder_defaults(CLASS_secret, &s.r);
		maker_identify(&m, &s.r);
		named = s.r.self;
		CU_ASSERT_EQUAL(strlen(s.uuid), UUID_CHARS);
		CU_ASSERT_TRUE(ref_equal(maker_add(&m, &s.r), named));
		CU_ASSERT_EQUAL(maker_end(&m, &e), 0);
	}
	db_close(db);
}

static void
test_the_first_error_is_told(void)
{
	struct db *db = open_db();
	struct db_error e;
	struct secret s;
	struct maker m;

	CU_ASSERT_EQUAL_FATAL(maker_begin(&m, db, 3), 0);
	builder_defaults(CLASS_secret, &s.r);
	s.uuid = "7921d301-2bf2-4cf2-ba9a-612f16f04e65";
	CU_ASSERT_FALSE(ref_is_null(maker_add(&m, &s.r)));
	s.r.self = REF_NULL;
	CU_ASSERT_TRUE(ref_is_null(maker_add(&m, &s.r)));
	CU_ASSERT_TRUE(ref_is_null(add_secret(&m, "")));
	CU_ASSERT_EQUAL(maker_end(&m, &e), -1);
	CU_ASSERT_STRING_EQUAL(e.code, "DB_UNIQUENESS_CONSTRAINT_VIOLATION");
	CU_ASSERT_EQUAL(db_count(db, CLASS_secret), 0);
	db_close(db);
}

static void
test_builder_failure_is_told(void)
{
	struct db *db = open_db();
	struct db_error e;
	struct maker m;

	CU_ASSERT_EQUAL_FATAL(maker_begin(&m, db, 3), 0);
	m.b.failed = true;
	CU_ASSERT_TRUE(ref_is_null(add_secret(&m, "")));
	CU_ASSERT_EQUAL(maker_end(&m, &e), -1);
	CU_ASSERT_STRING_EQUAL(e.code, "INTERNAL_ERROR");
	CU_ASSERT_EQUAL(db_count(db, CLASS_secret), 0);
	db_close(db);
}

UNIT_MAIN("maker", { "a blank object has the defaults", test_defaults },
    { "a map grows, and has no key twice", test_pairs },
    { "a builder without memory says so, and builds nothing",
	test_builder_without_memory },
    { "identifiers depend on seed, class, number and purpose",
	test_identifiers },
    { "25,000 objects are made in several transactions", test_many_turns },
    { "an object may be named before it is made", test_named_before },
    { "the first error stays, and nothing is made after it",
	test_the_first_error_is_told },
    { "a builder's failure is the transaction's",
	test_builder_failure_is_told })

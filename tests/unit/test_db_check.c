/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifying and mending database files. */
#include "db/db_check.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "schema_gen.h"
#include "tests/lib/db_dump.h"
#include "tests/lib/db_script.h"
#include "tests/lib/db_tools.h"
#include "tests/lib/unit.h"

static char *report;

/* db_check_file with its report in `report`. */
static int
check(const char *path, bool repair)
{
	size_t size;
	FILE *f;
	int rc;

	free(report);
	f = open_memstream(&report, &size);
	rc = db_check_file(path, repair, f);
	fclose(f);
	return rc;
}

#define CU_ASSERT_REPORTS(part)                                                \
	do {                                                                   \
		if (!strstr(report, part))                                     \
			printf("# want: %s\n# have: %s\n", part, report);      \
		CU_ASSERT_PTR_NOT_NULL(strstr(report, part));                  \
	} while (0)

static char *
dump(const char *path)
{
	struct db *db = open_db(path);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct bytes b = { 0 };

	CU_ASSERT_STRING_EQUAL(invariants_of(db, a), "");
	dump_db(db, 0, &b);
	db_close(db);
	return b.p;
}

static void
make_random(const char *path, unsigned steps)
{
	CLEANUP(script_free) struct script *s = script_new(3);
	struct db *db = open_db(path);
	struct db_error e;

	for (unsigned i = 0; i < steps; i++)
		CU_ASSERT_EQUAL_FATAL(script_step(s, db, &e), 0);
	db_close(db);
}

static void
test_sound(void)
{
	const char *path = quick_path("sound.db");
	CLEANUP_FREE char *copy = strdup(path);
	struct db *db;

	make_random(copy, 200);
	CU_ASSERT_EQUAL(check(copy, false), 0);
	CU_ASSERT_REPORTS(" 0 findings");
	db = open_db(copy);
	insert_vm(db, "while it is in use");
	CU_ASSERT_EQUAL(check(copy, false), 0);
	insert_vm(db, "and after");
	CU_ASSERT_EQUAL(check(copy, true), -1);
	CU_ASSERT_REPORTS("in use by another xapid");
	db_close(db);
	CU_ASSERT_EQUAL(check(copy, true), 0);
	CU_ASSERT_REPORTS(" 0 findings");
}

/* What a VM named "a" with the uuid …5555, a VM "b" and a VBD of "a" may
 * suffer, and what is said of it. */
static const struct harm {
	const char *sql, *says;
	int64_t vms; /* that are left */
} harms[] = {
	{ "UPDATE VM SET _ref=x'00' WHERE name__label='b'",
	    "table VM, row 2: no reference; left out", 1 },
	{ "UPDATE VM SET _ref=(SELECT _ref FROM VM WHERE name__label='a')",
	    "table VM, row 2: a second OpaqueRef:", 1 },
	{ "UPDATE VM SET _created=7,_modified=3",
	    "made at generation 7 and changed at 3", 2 },
	{ "UPDATE VM SET _modified=-1", "changed at -1", 2 },
	{ "UPDATE VM SET _modified=4000000000000000000", "above the ceiling",
	    2 },
	{ "UPDATE VM SET name__label=CAST(x'ff' AS TEXT)",
	    "name_label is no value: text with characters", 2 },
	{ "UPDATE VM SET power_state='Flying'",
	    "power_state is no value: \"Flying\" is no vm_power_state", 2 },
	{ "UPDATE VM SET other_config='{\"a\":1}'",
	    "other_config is no value: want a string, got an int at [a]", 2 },
	{ "UPDATE VM SET tags='[\"a'", "tags is no value: no JSON", 2 },
	{ "UPDATE VM SET affinity='OpaqueRef:00000000-0000-0001-0000-"
	  "000000000002'",
	    "affinity refers to an object that does not exist: "
	    "OpaqueRef:00000000-0000-0001-0000-000000000002",
	    2 },
	{ "UPDATE VBD SET VM=(SELECT 'OpaqueRef:00000000-0000-0001-0000-"
	  "000000000009')",
	    "VM refers to an object that does not exist", 2 },
	{ "UPDATE VM SET snapshot_of='OpaqueRef:00000000-0000-0007-0000-"
	  "000000000007'",
	    "snapshot_of refers to the object itself", 2 },
	{ "UPDATE VM SET \"groups\"='[\"OpaqueRef:00000000-0000-0001-0000-"
	  "000000000009\",\"OpaqueRef:00000000-0000-0001-0000-"
	  "000000000008\"]'",
	    "groups refers to an object that does not exist", 2 },
	{ "UPDATE VM SET uuid=(SELECT uuid FROM VM WHERE name__label='a')",
	    "uuid is that of another object: ", 2 },
	{ "UPDATE VM SET uuid='' WHERE name__label='b'", "uuid is empty", 2 },
	{ "DROP TABLE VM", "table VM is missing", 0 },
	{ "INSERT INTO _deleted VALUES(1,1,'Nothing',zeroblob(16))",
	    "table _deleted: a row that is no deletion", 2 },
	{ "DROP TABLE _deleted", "table _deleted: no such table", 2 },
	{ "DELETE FROM _meta WHERE key='ceiling'", "above the ceiling -1", 2 },
};

static void
make_small(const char *path)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct db *db = open_db(path);
	struct vm *vm = BLANK(a, VM, vm);
	struct ref ref;

	vm->r.self = (struct ref){ 7, 7 };
	vm->name_label = "a";
	ref = insert_one(db, &vm->r);
	insert_vm(db, "b");
	insert_vbd(db, ref, REF_NULL);
	db_close(db);
}

static void
suffer(const char *path, const struct harm *h)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	const char *kept = arena_printf(a, "%s.before-repair", path);
	struct db *db;

	make_small(path);
	run_sql(path, h->sql);
	CU_ASSERT_EQUAL(check(path, false), 1);
	CU_ASSERT_REPORTS(h->says);
	CU_ASSERT_EQUAL(check(path, true), 0);
	CU_ASSERT_REPORTS(h->says);
	CU_ASSERT_REPORTS("mended; the file as it was is");
	CU_ASSERT_EQUAL(check(kept, false), 1);
	CU_ASSERT_EQUAL(check(path, false), 0);
	db = open_db(path);
	CU_ASSERT_EQUAL(db_count(db, CLASS_VM), (uint64_t)h->vms);
	CU_ASSERT_EQUAL(db_count(db, CLASS_VBD), 1);
	CU_ASSERT_STRING_EQUAL(invariants_of(db, a), "");
	insert_vm(db, "c");
	db_close(db);
	CU_ASSERT_EQUAL(check(path, false), 0);
}

static void
test_harms(void)
{
	for (size_t i = 0; i < UNIT_COUNT(harms); i++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);

		suffer(arena_strdup(a,
			   quick_path(arena_printf(a, "harm%zu.db", i))),
		    &harms[i]);
	}
}

/* Random pages are overwritten: the rest is saved. */
static void
test_damaged_pages(void)
{
	CLEANUP_FREE char *path = strdup(quick_path("pages.db"));
	CLEANUP_FREE char *hurt = strdup(quick_path("hurt.db"));
	unsigned mended = 0, lost = 0, saved = 0;
	struct rng r = { 11 };
	struct stat st;

	make_random(path, 400);
	CU_ASSERT_EQUAL_FATAL(stat(path, &st), 0);
	for (int i = 0; i < 40; i++) {
		uint32_t page =
		    1 + rng_below(&r, (uint32_t)(st.st_size / 4096) - 1);
		char noise[4096];
		int fd, rc;

		copy_file(path, hurt);
		fd = open(hurt, O_WRONLY);
		for (size_t k = 0; k < sizeof(noise); k++)
			noise[k] = (char)rng_next(&r);
		CU_ASSERT_EQUAL(pwrite(fd, noise, sizeof(noise),
				    (off_t)page * 4096),
		    4096);
		close(fd);
		rc = check(hurt, true);
		CU_ASSERT_TRUE(strlen(report) > 0);
		if (rc < 0) {
			lost++; /* the list of tables itself */
			continue;
		}
		mended++;
		CU_ASSERT_EQUAL(check(hurt, false), 0);
		if (strstr(report, " 0 findings") == NULL)
			printf("# %s\n", report);
		char *text = dump(hurt);
		saved += strlen(text) > 1000;
		free(text);
	}
	printf("# %u mended, %u beyond repair\n", mended, lost);
	CU_ASSERT_TRUE(mended >= 25);
	CU_ASSERT_EQUAL(saved, mended);
}

static void
test_not_checked(void)
{
	CLEANUP_FREE char *path = strdup(quick_path("version.db"));
	char text[128];

	make_small(path);
	snprintf(text, sizeof(text),
	    "UPDATE _meta SET value=%d WHERE key='schema_version'",
	    schema_version + 1);
	run_sql(path, text);
	CU_ASSERT_EQUAL(check(path, false), -1);
	CU_ASSERT_REPORTS("written by a newer xapid");
	CU_ASSERT_EQUAL(check(path, true), -1);
	run_sql(path, "UPDATE _meta SET value=0 WHERE key='schema_version'");
	CU_ASSERT_EQUAL(check(path, true), -1);
	CU_ASSERT_REPORTS("written by an older xapid");
	CU_ASSERT_EQUAL(check(quick_path("none.db"), false), -1);
	CU_ASSERT_REPORTS("No such file");
	run_sql(path, "ALTER TABLE VM DROP COLUMN tags");
	snprintf(text, sizeof(text),
	    "UPDATE _meta SET value=%d WHERE key='schema_version'",
	    schema_version);
	run_sql(path, text);
	CU_ASSERT_EQUAL(check(path, false), 1);
	CU_ASSERT_REPORTS("no such column");
	CU_ASSERT_EQUAL(check(path, true), -1);
	CU_ASSERT_REPORTS("restore a backup");
	free(report);
	report = NULL;
}

UNIT_MAIN("db_check",
    { "a sound file has no findings, in use or not, and is not repaired in use",
	test_sound },
    { "every kind of harm is named, mended, and the old file kept",
	test_harms },
    { "overwritten pages cost what stood on them and no more",
	test_damaged_pages },
    { "a file of another version, or none, is told apart", test_not_checked })

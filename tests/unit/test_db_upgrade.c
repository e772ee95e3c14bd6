/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file of an older xapid. This program has a history of its own: the tables
 * as they are now are its version 2, and version 1 lacked a table and a column,
 * had one of another name and one that is gone. The statements are in the form
 * that gen/schema.py makes (its tests have every kind of change). */
#define schema_version generated_version
#define schema_migrations generated_migrations
#include "schema_gen.c" /* NOLINT(bugprone-suspicious-include) */
#undef schema_version
#undef schema_migrations

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/db.h"
#include "db/db_check.h"
#include "db/db_engine.h"
#include "lib/fault.h"
#include "tests/lib/db_dump.h"
#include "tests/lib/db_tools.h"
#include "tests/lib/unit.h"

extern const int schema_version;
extern const struct schema_migration schema_migrations[];

static const char *const from_older[] = {
	"ALTER TABLE \"VM\" RENAME COLUMN \"text\" TO \"name__description\"",
	"ALTER TABLE \"VM\" ADD COLUMN \"start_delay\" INTEGER NOT NULL "
	"DEFAULT 0",
	"ALTER TABLE \"VM\" DROP COLUMN \"obsolete\"",
	"CREATE TABLE \"secret\" (\n"
	"  \"_id\" INTEGER PRIMARY KEY,\n"
	"  \"_ref\" BLOB NOT NULL,\n"
	"  \"_created\" INTEGER NOT NULL,\n"
	"  \"_modified\" INTEGER NOT NULL,\n"
	"  \"uuid\" TEXT NOT NULL DEFAULT '',\n"
	"  \"value\" TEXT NOT NULL DEFAULT '',\n"
	"  \"other_config\" TEXT NOT NULL DEFAULT '{}'\n"
	") STRICT",
	NULL,
};

const int schema_version = 2;
const struct schema_migration schema_migrations[] = {
	{ 1, 2, from_older },
	{ 0, 0, NULL },
};

/* The way back, which no xapid goes. */
static const char *const to_1[] = {
	"ALTER TABLE \"VM\" RENAME COLUMN \"name__description\" TO \"text\"",
	"ALTER TABLE \"VM\" DROP COLUMN \"start_delay\"",
	"ALTER TABLE \"VM\" ADD COLUMN \"obsolete\" TEXT DEFAULT 'x'",
	"DROP TABLE \"secret\"",
	"UPDATE _meta SET value=1 WHERE key='schema_version'",
	NULL,
};

static void
run_all(const char *path, const char *const statements[])
{
	for (; *statements; statements++)
		run_sql(path, *statements);
}

static struct db *
try_open(const char *path, char err[256])
{
	struct db_engine *engine = db_sqlite_open(path, err, 256);

	return engine ? db_open(engine, err, 256) : NULL;
}

static struct db *
open_file(const char *path)
{
	char err[256] = "";
	struct db *db = try_open(path, err);

	CU_ASSERT_STRING_EQUAL(err, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(db);
	return db;
}

/* A file of version 1 with some VMs; what must be in it after its upgrade. */
static char *
make_old(const char *path)
{
	struct db *db = open_file(path);
	char *text;

	for (int i = 0; i < 5; i++) {
		char name[16];

		snprintf(name, sizeof(name), "vm%d", i);
		insert_vm(db, name);
	}
	text = dump_text(db, DUMP_GENERATIONS);
	db_close(db);
	run_all(path, to_1);
	return text;
}

static void
test_upgrade(void)
{
	const char *path = unit_path("state.db");
	char *before = make_old(path), *after;

	/* Twice: the second time there is nothing left to do. */
	for (int i = 0; i < 2; i++) {
		struct db *db = open_file(path);

		after = dump_text(db, DUMP_GENERATIONS);
		CU_ASSERT_STRING_EQUAL(before, after);
		free(after);
		insert_vm(db, i ? "later" : "new");
		free(before);
		before = dump_text(db, DUMP_GENERATIONS);
		db_close(db);
	}
	free(before);
	CU_ASSERT_EQUAL(db_check_file(path, false, stdout), 0);
}

/* Whichever write fails, the file is of one version or the other. */
static void
test_interrupted(void)
{
	static const enum fault_kind kinds[] = { FAULT_WRITE, FAULT_SYNC };

	for (int k = 0; k < 2; k++)
		for (int n = 0, opened = 0; !opened; n++) {
			char name[32], err[256];
			const char *path;
			char *before, *after;
			struct db *db;

			snprintf(name, sizeof(name), "state%d.%d", k, n);
			path = strdup(unit_path(name));
			before = make_old(path);
			fault_arm(kinds[k], n, ENOSPC, false);
			db = try_open(path, err);
			opened = db && fault_count(kinds[k]) <= n;
			fault_disarm();
			db_close(db);
			db = open_file(path);
			after = dump_text(db, DUMP_GENERATIONS);
			CU_ASSERT_STRING_EQUAL(before, after);
			db_close(db);
			free(before);
			free(after);
			free((char *)(uintptr_t)path);
		}
}

static int
open_it(void *path)
{
	char err[256];

	return try_open(path, err) == NULL;
}

static void
test_killed(void)
{
	static const enum fault_kind kinds[] = { FAULT_WRITE, FAULT_SYNC };
	unsigned killed = 0;

	for (int k = 0; k < 2; k++)
		for (int n = 0, status = RUN_KILLED; status == RUN_KILLED;
		     n++) {
			char name[32];
			const char *path;
			char *before, *after;
			struct db *db;

			snprintf(name, sizeof(name), "killed%d.%d", k, n);
			path = strdup(quick_path(name));
			before = make_old(path);
			status = run_killed(open_it, (void *)(uintptr_t)path,
			    kinds[k], n);
			CU_ASSERT_TRUE(status == RUN_KILLED || status == 0);
			killed += status == RUN_KILLED;
			db = open_file(path);
			after = dump_text(db, DUMP_GENERATIONS);
			CU_ASSERT_STRING_EQUAL(before, after);
			db_close(db);
			CU_ASSERT_EQUAL(db_check_file(path, false, stdout), 0);
			free(before);
			free(after);
			remove(path);
			free((char *)(uintptr_t)path);
		}
	printf("# %u kills\n", killed);
	CU_ASSERT_TRUE(killed > 4);
}

static void
test_newer(void)
{
	static const char *const newer[] = {
		"UPDATE _meta SET value=3 WHERE key='schema_version'", NULL
	};
	static const char *const again[] = {
		"UPDATE _meta SET value=2 WHERE key='schema_version'", NULL
	};
	const char *path = unit_path("state.db");
	struct db *db = open_file(path);
	char err[256] = "", *before, *after;

	insert_vm(db, "a");
	before = dump_text(db, DUMP_GENERATIONS);
	db_close(db);
	run_all(path, newer);
	CU_ASSERT_PTR_NULL(try_open(path, err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err, "written by a newer xapid"));
	run_all(path, again);
	db = open_file(path);
	after = dump_text(db, DUMP_GENERATIONS);
	CU_ASSERT_STRING_EQUAL(before, after);
	db_close(db);
	free(before);
	free(after);
}

UNIT_MAIN("upgrades of the database",
    { "an older file is upgraded once, and nothing of it is lost",
	test_upgrade },
    { "an upgrade that fails anywhere leaves a whole file, which opens later",
	test_interrupted },
    { "an upgrade that is killed anywhere leaves one, too", test_killed },
    { "a newer file is refused and left as it is", test_newer })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every write, sync, open, removal and allocation of the database fails once,
 * in turn. A failed commit is an error for the writer and nothing else: memory
 * and file hold what was acknowledged, and the next commit works. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/db.h"
#include "db/db_engine.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "tests/lib/db_dump.h"
#include "tests/lib/db_script.h"
#include "tests/lib/db_tools.h"
#include "tests/lib/unit.h"

static void
check_same(struct db *db, const char *before, unsigned what)
{
	char *after = dump_text(db, what);

	CU_ASSERT_STRING_EQUAL(before, after);
	free(after);
}

/* As the file has it, by opening it anew; answers that database. */
static struct db *
check_reopened(struct db *db, const char *path)
{
	char *before = dump_text(db, 0);

	db_close(db);
	db = open_db(path);
	check_same(db, before, 0);
	check_sound(db);
	free(before);
	return db;
}

/* A planned transaction with the n-th point failing. 1: that was not reached;
 * 0: it was, and it was survived; -1: it was, and the writer was told. */
static int
step_with_fault(struct script *s, struct db *db, enum fault_kind kind, long n,
    int err, struct db_error *e)
{
	struct tx *t;
	int rc = -1;
	bool hit;

	memset(e, 0, sizeof(*e));
	fault_arm(kind, n, err, false);
	t = tx_begin(db);
	if (t) {
		script_apply(s, t);
		rc = tx_commit_wait(t, e);
	}
	hit = fault_count(kind) > n;
	fault_disarm();
	return rc < 0 ? -1 : hit ? 0 : 1;
}

struct kind {
	enum fault_kind kind;
	int err;
	const char *code; /* of the error, NULL: any */
};

static void
check_error(const struct kind *k, const struct db_error *e)
{
	if (!e->code) { /* of tx_begin */
		CU_ASSERT_EQUAL(k->kind, FAULT_ALLOC);
		return;
	}
	CU_ASSERT_STRING_EQUAL(e->code, k->code);
	if (k->kind == FAULT_ALLOC)
		CU_ASSERT_PTR_NOT_NULL(strstr(e->params[0], "memory"));
}

/* Goes on until twenty transactions running meet no more faults. */
static void
fail_in_turn(const struct kind *k, uint64_t seed)
{
	const char *path = quick_path("state.db");
	CLEANUP(script_free) struct script *s = script_new(seed);
	struct db *db = open_db(path);
	unsigned failed = 0, clean = 0, steps = 0;
	struct db_error e;

	s->limit = 25;
	for (int i = 0; i < 20; i++)
		CU_ASSERT_EQUAL_FATAL(script_step(s, db, &e), 0);
	for (long n = 0; clean < 20 && steps < 5000; n++, steps++) {
		char *before = dump_text(db, DUMP_VOLATILE | DUMP_GENERATIONS);
		int r;

		script_plan(s);
		r = step_with_fault(s, db, k->kind, n, k->err, &e);
		clean = r > 0 ? clean + 1 : 0;
		if (r < 0) {
			failed++;
			script_take_back(s);
			check_error(k, &e);
			check_same(db, before,
			    DUMP_VOLATILE | DUMP_GENERATIONS);
			check_sound(db);
		}
		free(before);
		if (steps % 40 == 39)
			db = check_reopened(db, path);
	}
	CU_ASSERT_EQUAL(clean, 20);
	printf("# %u of %u transactions failed\n", failed, steps);
	db_close(check_reopened(db, path));
	remove(path);
}

static void
test_writes(void)
{
	static const struct kind kinds[] = {
		{ FAULT_WRITE, ENOSPC, "OUT_OF_SPACE" },
		{ FAULT_WRITE, EIO, "INTERNAL_ERROR" },
		{ FAULT_WRITE, 0, "OUT_OF_SPACE" }, /* a short one */
		{ FAULT_SYNC, EIO, "INTERNAL_ERROR" },
		{ FAULT_SYNC, ENOSPC, "OUT_OF_SPACE" },
		{ FAULT_OPEN, EMFILE, "INTERNAL_ERROR" },
		{ FAULT_RENAME, EIO, "INTERNAL_ERROR" },
	};

	for (size_t i = 0; i < UNIT_COUNT(kinds); i++)
		fail_in_turn(&kinds[i], i);
}

static void
test_memory(void)
{
	static const struct kind k = { FAULT_ALLOC, ENOMEM, "INTERNAL_ERROR" };

	fail_in_turn(&k, 99);
}

/* 2,200 VMs fill the log, so that the commit is followed by a checkpoint: that
 * may fail as it likes, the commit is good or not as it was told. */
static void
test_checkpoint(void)
{
	static const struct kind kinds[] = {
		{ FAULT_WRITE, EIO, NULL },
		{ FAULT_SYNC, EIO, NULL },
	};
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct vm *vm = BLANK(a, VM, vm);
	char big[3000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	vm->name_description = big;
	for (size_t k = 0; k < UNIT_COUNT(kinds); k++) {
		unsigned failed = 0, survived = 0;
		bool hit = true;

		for (long n = 0; hit; n = n < 3 ? n + 1 : n * 3 / 2) {
			const char *path = quick_path("state.db");
			struct db *db = open_db(path);
			struct tx *t;
			uint64_t want = 0;

			for (int round = 0; round < 3; round++) {
				t = tx_begin(db);
				for (int i = 0; i < 1100; i++)
					CU_ASSERT_EQUAL(tx_insert(t, &vm->r,
							    NULL),
					    0);
				if (round == 1)
					fault_arm(kinds[k].kind, n,
					    kinds[k].err, false);
				if (tx_commit_wait(t, NULL) == 0)
					want += 1100;
				else
					failed++;
				if (round == 1) {
					hit = fault_count(kinds[k].kind) > n;
					survived += hit && want == 2200;
					fault_disarm();
				}
			}
			CU_ASSERT_EQUAL(db_count(db, CLASS_VM), want);
			db_close(db);
			db = open_db(path);
			CU_ASSERT_EQUAL(db_count(db, CLASS_VM), want);
			db_close(db);
			remove(path);
		}
		printf("# %u commits failed, %u outlived their checkpoint\n",
		    failed, survived);
		CU_ASSERT_TRUE(failed > 0 && survived > 0);
	}
}

/* A disk that stays full: reading goes on, all writers are told, and when
 * there is room again nothing has to be restarted. */
static void
test_full_disk(void)
{
	const char *path = unit_path("state.db");
	struct db *db = open_db(path);
	struct ref vm = insert_vm(db, "a");
	char *before = dump_text(db, DUMP_VOLATILE | DUMP_GENERATIONS);
	struct db_stats stats;
	struct db_error e;

	fault_arm(FAULT_WRITE, 0, ENOSPC, true);
	for (int i = 0; i < 50; i++) {
		struct tx *t = tx_begin(db);

		CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, name_label, "b"), 0);
		CU_ASSERT_EQUAL(tx_commit_wait(t, &e), -1);
		CU_ASSERT_STRING_EQUAL(e.code, "OUT_OF_SPACE");
	}
	check_same(db, before, DUMP_VOLATILE | DUMP_GENERATIONS);
	fault_disarm();
	rename_vm(db, vm, "c");
	db_get_stats(db, &stats);
	CU_ASSERT_EQUAL(stats.failed, 50);
	free(before);
	db_close(check_reopened(db, path));
}

struct told {
	int ok, failed;
	const char *code;
};

static void
count_told(void *arg, const struct db_error *e)
{
	struct told *told = arg;

	if (e)
		told->failed++;
	else
		told->ok++;
	told->code = e ? e->code : NULL;
}

/* What waits behind a failed commit was built on it, so it fails too. */
static void
test_queue_fails_together(void)
{
	const char *path = unit_path("state.db");
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct db *db = open_db(path);
	struct ref vm = insert_vm(db, "a"), made = REF_NULL;
	struct vm *next = BLANK(a, VM, vm);
	char *before = dump_text(db, DUMP_VOLATILE | DUMP_GENERATIONS);
	struct told told = { 0 };
	struct tx *t;

	fault_arm(FAULT_SYNC, 0, EIO, true);
	for (int i = 0; i < 200; i++) {
		const struct record *gone;

		t = tx_begin(db);
		next->snapshot_of = ref_is_null(made) ? vm : made;
		gone = tx_get(t, CLASS_VM, next->snapshot_of);
		if (!gone)
			next->snapshot_of = vm;
		CU_ASSERT_EQUAL(tx_insert(t, &next->r, &made), 0);
		tx_commit(t, count_told, &told);
	}
	/* waits for all before it, and has its own turn after them */
	t = tx_begin(db);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, name_label, "x"), 0);
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), -1);
	fault_disarm();
	CU_ASSERT_EQUAL(told.ok, 0);
	CU_ASSERT_EQUAL(told.failed, 200);
	CU_ASSERT_STRING_EQUAL(told.code, "INTERNAL_ERROR");
	check_same(db, before, DUMP_VOLATILE | DUMP_GENERATIONS);
	check_sound(db);
	free(before);
	rename_vm(db, vm, "y");
	db_close(check_reopened(db, path));
}

/* What was refused does not come back after a crash either: the commit stands
 * in the log as if it had been good, but for the sync. */
static void
test_refused_stays_refused(void)
{
	const char *path = unit_path("state.db");
	const char *copy = unit_path("copy.db");
	struct db *db = open_db(path);
	struct ref vm = insert_vm(db, "acknowledged");
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct db_error e;
	struct tx *t = tx_begin(db);

	fault_arm(FAULT_SYNC, 0, EIO, false);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, name_label, "refused"), 0);
	CU_ASSERT_EQUAL(tx_commit_wait(t, &e), -1);
	fault_disarm();
	/* the files as a crash would leave them now */
	copy_file(path, copy);
	copy_file(arena_printf(a, "%s-wal", path),
	    arena_printf(a, "%s-wal", copy));
	db_close(db);
	db = open_db(copy);
	const struct vm *v = DB_GET(db, VM, vm, vm);
	CU_ASSERT_STRING_EQUAL(v->name_label, "acknowledged");
	record_unref(&v->r);
	db_close(db);
}

/* Opening, creating and loading, too. */
static void
test_opening(void)
{
	static const struct kind kinds[] = {
		{ FAULT_WRITE, ENOSPC, NULL },
		{ FAULT_SYNC, EIO, NULL },
		{ FAULT_OPEN, EMFILE, NULL },
		{ FAULT_RENAME, EIO, NULL },
		{ FAULT_ALLOC, ENOMEM, NULL },
	};
	CLEANUP_FREE char *full = strdup(quick_path("full.db"));
	CLEANUP(script_free) struct script *s = script_new(5);
	struct db *db = open_db(full);
	struct db_error e;
	char *before;

	for (int i = 0; i < 60; i++)
		CU_ASSERT_EQUAL(script_step(s, db, &e), 0);
	before = dump_text(db, 0);
	db_close(db);
	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		bool hit = true;
		/* from the first allocations, then in steps: there are some
		 * thousands of them */
		for (long n = 0; hit; n += n > 40 ? 1 + n / 8 : 1) {
			const char *fresh = quick_path("fresh.db");
			const char *paths[] = { fresh, full };

			remove(fresh);
			hit = false;
			for (int p = 0; p < 2; p++) {
				char err[512] = "";
				struct db_engine *engine;

				fault_arm(kinds[i].kind, n, kinds[i].err,
				    false);
				engine =
				    db_sqlite_open(paths[p], err, sizeof(err));
				db = engine ? db_open(engine, err, sizeof(err))
					    : NULL;
				hit = hit || fault_count(kinds[i].kind) > n;
				fault_disarm();
				CU_ASSERT_TRUE(db || err[0]);
				db_close(db);
			}
		}
		db = open_db(full);
		check_same(db, before, 0);
		db_close(db);
	}
	free(before);
}

/* Large enough for two threads. */
static char *
make_large(const char *path)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	CLEANUP(db_close) struct db *db = open_db(path);
	struct vm *vm = BLANK(a, VM, vm);
	struct vbd *vbd = BLANK(a, VBD, vbd);
	struct tx *t = tx_begin(db);

	vm->name_description = arena_printf(a, "%0800d", 7);
	for (int i = 0; i < 5000; i++) {
		vm->name_label = arena_printf(a, "vm %d", i);
		CU_ASSERT_EQUAL_FATAL(tx_insert(t, &vm->r, &vbd->VM), 0);
		CU_ASSERT_EQUAL_FATAL(tx_insert(t, &vbd->r, NULL), 0);
	}
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, NULL), 0);
	return dump_text(db, 0);
}

/* Whichever of the two threads meets it. */
static void
test_loading_much(void)
{
	static const struct kind kinds[] = {
		{ FAULT_OPEN, EMFILE, NULL },
		{ FAULT_ALLOC, ENOMEM, NULL },
	};
	CLEANUP_FREE char *path = strdup(quick_path("large.db"));
	CLEANUP_FREE char *before = make_large(path);
	unsigned failed = 0, opened = 0;
	struct db *db;

	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		bool hit = true;

		for (long n = 0; hit; n += 1 + n / 4) {
			char err[512] = "";
			struct db_engine *engine;

			fault_arm(kinds[i].kind, n, kinds[i].err, false);
			engine = db_sqlite_open(path, err, sizeof(err));
			db = engine ? db_open(engine, err, sizeof(err)) : NULL;
			hit = fault_count(kinds[i].kind) > n;
			fault_disarm();
			CU_ASSERT_TRUE(db || err[0]);
			if (db)
				check_same(db, before, 0);
			opened += db != NULL;
			failed += db == NULL;
			db_close(db);
		}
	}
	printf("# %u opened, %u did not\n", opened, failed);
	CU_ASSERT_TRUE(opened > 2 && failed > 10);
	db = open_db(path);
	check_same(db, before, 0);
	check_sound(db);
	db_close(db);
	remove(path);
}

UNIT_MAIN("db_fault",
    { "a write, sync, open or removal that fails is told and taken back",
	test_writes },
    { "an allocation that fails is told and taken back", test_memory },
    { "a checkpoint that fails takes nothing back", test_checkpoint },
    { "a full disk refuses writers, serves readers, and recovers",
	test_full_disk },
    { "what was built on a failed commit fails with it",
	test_queue_fails_together },
    { "what was refused does not come back after a crash",
	test_refused_stays_refused },
    { "a fault while opening is a sentence, and opening again works",
	test_opening },
    { "a large file is read by two threads, and a fault of either is told",
	test_loading_much })

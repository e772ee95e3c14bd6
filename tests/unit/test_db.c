/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The database with its file: what is closed comes back as it was. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "db/db.h"
#include "db/db_engine.h"
#include "db/db_sqlite_private.h"
#include "schema_gen.h"
#include "tests/lib/db_dump.h"
#include "tests/lib/db_script.h"
#include "tests/lib/db_tools.h"
#include "tests/lib/unit.h"

/* Why it cannot be opened; "" when it can. */
static const char *
refusal(const char *path)
{
	static char err[512];
	struct db_engine *e = db_sqlite_open(path, err, sizeof(err));
	struct db *db = e ? db_open(e, err, sizeof(err)) : NULL;

	if (db)
		err[0] = '\0';
	db_close(db);
	return err;
}

#define CU_ASSERT_SAYS(text, part) CU_ASSERT_PTR_NOT_NULL(strstr(text, part))

/* ---- reloading ---- */

static void
test_reload(void)
{
	const char *path = unit_path("state.db");
	CLEANUP(script_free) struct script *s = script_new(7);
	struct db *db = open_db(path);
	struct db_error e;

	for (int round = 0; round < 4; round++) {
		char *before, *after;

		for (int i = 0; i < 150; i++)
			CU_ASSERT_EQUAL_FATAL(script_step(s, db, &e), 0);
		check_sound(db);
		before = dump_text(db, 0);
		db_close(db);
		db = open_db(path);
		after = dump_text(db, 0);
		CU_ASSERT_STRING_EQUAL(before, after);
		check_sound(db);
		free(before);
		free(after);
	}
	db_close(db);
}

/* Each class gets five objects with a random value in every field. */
static void
test_every_field(void)
{
	const char *path = unit_path("state.db");
	CLEANUP(script_free) struct script *s = script_new(8);
	struct db *db = open_db(path);
	char *before, *after;

	for (int c = 0; c < CLASS_COUNT; c++) {
		if (!class_table[c].stored || !class_table[c].persistent)
			continue;
		for (int i = 0; i < 5; i++) {
			struct tx *t = tx_begin(db);

			script_plan_full(s, c);
			script_apply(s, t);
			CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
		}
	}
	before = dump_text(db, DUMP_GENERATIONS);
	db_close(db);
	db = open_db(path);
	after = dump_text(db, DUMP_GENERATIONS);
	CU_ASSERT_STRING_EQUAL(before, after);
	check_sound(db);
	db_close(db);
	free(before);
	free(after);
}

static void
test_derived_order(void)
{
	const char *path = unit_path("state.db");
	struct db *db = open_db(path);
	struct ref vm = insert_vm(db, "a"), vbds[40];
	const struct vm *v;

	for (int i = 0; i < 40; i++)
		vbds[i] = insert_vbd(db, vm, REF_NULL);
	db_close(db);
	db = open_db(path);
	v = DB_GET(db, VM, vm, vm);
	CU_ASSERT_EQUAL_FATAL(v->VBDs.n, 40);
	CU_ASSERT_EQUAL(memcmp(v->VBDs.items, vbds, sizeof(vbds)), 0);
	record_unref(&v->r);
	db_close(db);
}

static void
test_volatile(void)
{
	const char *path = unit_path("state.db");
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct db *db = open_db(path);
	struct vbd *vbd = BLANK(a, VBD, vbd);
	struct ref metrics = insert_one(db, blank_record(a, CLASS_VBD_metrics));
	struct ref task = insert_one(db, blank_record(a, CLASS_session)), ref;
	int op = VBD_OPERATIONS_EJECT;
	const struct vbd *v;
	uint64_t generation;

	vbd->metrics = metrics;
	vbd->allowed_operations = (struct set){ &op, 1 };
	ref = insert_one(db, &vbd->r);
	v = DB_GET(db, VBD, vbd, ref);
	CU_ASSERT_EQUAL(v->allowed_operations.n, 1);
	record_unref(&v->r);
	generation = db_generation(db);
	db_close(db);
	db = open_db(path);
	v = DB_GET(db, VBD, vbd, ref);
	CU_ASSERT_EQUAL(v->allowed_operations.n, 0);
	CU_ASSERT_TRUE(ref_is_null(v->metrics));
	record_unref(&v->r);
	CU_ASSERT_PTR_NULL(db_get(db, CLASS_session, task));
	CU_ASSERT_TRUE(db_generation(db) >= generation);
	check_sound(db);
	db_close(db);
}

static void
test_mode(void)
{
	const char *path = unit_path("state.db");
	struct stat st;

	db_close(open_db(path));
	CU_ASSERT_EQUAL_FATAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0600);
}

/* ---- the queue ---- */

struct order {
	pthread_mutex_t lock;
	int next;
	bool ok;
};

struct place {
	struct order *order;
	int number;
};

static void
in_order(void *arg, const struct db_error *error)
{
	struct place *p = arg;

	pthread_mutex_lock(&p->order->lock);
	if (error || p->order->next++ != p->number)
		p->order->ok = false;
	pthread_mutex_unlock(&p->order->lock);
}

/* Each transaction builds on the one before, which may still be on its way. */
static void
test_queue(void)
{
	const char *path = unit_path("state.db");
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct db *db = open_db(path);
	struct order order = { .lock = PTHREAD_MUTEX_INITIALIZER, .ok = true };
	struct vm *vm = BLANK(a, VM, vm);
	static struct place places[200];
	struct ref last = REF_NULL;
	uint64_t first = db_generation(db) + 1;

	for (int i = 0; i < 200; i++) {
		struct tx *t = tx_begin(db);

		CU_ASSERT_EQUAL(tx_generation(t), first + (uint64_t)i);
		if (i % 3 == 2 && i > 2)
			CU_ASSERT_EQUAL(tx_destroy(t, CLASS_VM, last), 0);
		if (i % 3 == 2)
			last = REF_NULL;
		vm->snapshot_of = last;
		CU_ASSERT_EQUAL(tx_insert(t, &vm->r, &last), 0);
		places[i] = (struct place){ &order, i };
		tx_commit(t, in_order, &places[i]);
	}
	db_close(db);
	CU_ASSERT_TRUE(order.ok);
	CU_ASSERT_EQUAL(order.next, 200);
	db = open_db(path);
	CU_ASSERT_EQUAL(db_count(db, CLASS_VM), 200 - 65);
	check_sound(db);
	db_close(db);
}

/* ---- threads ---- */

#define WRITERS 4
#define ROUNDS 150

struct worker {
	struct db *db;
	struct ref sr, last;
	_Atomic bool *stop;
	unsigned reads;
	bool ok;
};

static void *
work(void *arg)
{
	struct worker *me = arg;

	me->ok = true;
	for (int i = 0; i < ROUNDS; i++) {
		struct ref vm = insert_vm(me->db, "x");
		struct ref vdi = insert_vdi(me->db, me->sr);
		struct ref vbd = insert_vbd(me->db, vm, vdi);

		rename_vm(me->db, vm, "renamed");
		RECORD_UNREF const struct record *r =
		    db_get(me->db, CLASS_VM, vm);
		/* who was answered sees it */
		me->ok = me->ok &&
		    strcmp(((const struct vm *)r)->name_label, "renamed") == 0;
		if (i % 2)
			destroy_one(me->db, CLASS_VM, vm);
		else
			destroy_one(me->db, CLASS_VBD, vbd);
		me->last = vm;
	}
	return NULL;
}

static void *
look(void *arg)
{
	struct worker *me = arg;
	bool last;

	me->ok = true;
	do { /* once more when all are there: a busy machine may run us late */
		const struct record **all;
		uint32_t n;

		last = *me->stop;
		if (db_get_all(me->db, CLASS_VM, &all, &n) < 0)
			return NULL;
		for (uint32_t i = 0; i < n; i++)
			me->ok = me->ok &&
			    ((const struct vm *)all[i])->name_label[0];
		me->reads += n;
		db_release_all(all, n);
	} while (!last);
	return NULL;
}

static void
threads_on(struct db *db)
{
	struct worker workers[WRITERS], reader = { .db = db };
	pthread_t threads[WRITERS], read;
	struct ref sr = insert_sr(db);
	_Atomic bool stop = false;

	reader.stop = &stop;
	pthread_create(&read, NULL, look, &reader);
	for (int i = 0; i < WRITERS; i++) {
		workers[i] = (struct worker){ .db = db, .sr = sr };
		pthread_create(&threads[i], NULL, work, &workers[i]);
	}
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(threads[i], NULL);
		CU_ASSERT_TRUE(workers[i].ok);
	}
	stop = true;
	pthread_join(read, NULL);
	CU_ASSERT_TRUE(reader.ok && reader.reads > 0);
	CU_ASSERT_EQUAL(db_count(db, CLASS_VDI), WRITERS * ROUNDS);
	CU_ASSERT_EQUAL(db_count(db, CLASS_VM), WRITERS * ROUNDS / 2);
	check_sound(db);
}

struct heard {
	pthread_t by;
	bool done, failed;
};

static void
hear(void *arg, const struct db_error *error)
{
	struct heard *h = arg;

	*h = (struct heard){ pthread_self(), true, error != NULL };
}

static void
test_commit_here(void)
{
	const char *path = unit_path("state.db");
	struct db *db = open_db(path);
	struct ref sr = insert_sr(db);
	struct heard h = { .done = false };
	const char *name = "here";
	struct tx *t;
	const struct record *r;

	db_close(db);
	db = open_db(path); /* knows nothing bad of its disk */
	t = tx_begin(db);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	CU_ASSERT_EQUAL(tx_set(t, CLASS_SR, sr, FIELD_SR_name_label, &name), 0);
	tx_commit_here(t, hear, &h);
	CU_ASSERT_TRUE(h.done && !h.failed);
	CU_ASSERT_TRUE(pthread_equal(h.by, pthread_self()));
	db_close(db);
	db = open_db(path);
	r = db_get(db, CLASS_SR, sr);
	CU_ASSERT_STRING_EQUAL(((const struct sr *)r)->name_label, "here");
	record_unref(r);
	db_close(db);
}

static void
test_threads(void)
{
	const char *path = unit_path("state.db");
	CLEANUP(db_close) struct db *memory = open_db(NULL);
	struct db *disk = open_db(path);
	struct db_stats stats;
	char *before, *after;

	threads_on(memory);
	threads_on(disk);
	db_get_stats(disk, &stats);
	CU_ASSERT_TRUE(stats.batches < stats.commits); /* in groups */
	before = dump_text(disk, DUMP_GENERATIONS);
	db_close(disk);
	disk = open_db(path);
	after = dump_text(disk, DUMP_GENERATIONS);
	CU_ASSERT_STRING_EQUAL(before, after);
	free(before);
	free(after);
	db_close(disk);
}

/* ---- files that are not as they should be ---- */

/* ---- the log ---- */

static off_t
log_bytes(const char *path)
{
	char log[4096];
	struct stat st;

	snprintf(log, sizeof(log), "%s-wal", path);
	CU_ASSERT_EQUAL_FATAL(stat(log, &st), 0);
	return st.st_size;
}

/* A sync of a file that has grown writes its inode too. */
static void
test_log_room(void)
{
	const char *path = unit_path("state.db");
	struct db *db = open_db(path);
	struct ref vm = insert_vm(db, "x");
	off_t size = log_bytes(path);
	int grown = 0;

	for (int i = 0; i < 80; i++) {
		rename_vm(db, vm, i % 2 ? "odd" : "even");
		grown += log_bytes(path) != size;
		size = log_bytes(path);
	}
	CU_ASSERT_TRUE(grown >= 1);
	CU_ASSERT_TRUE(grown <= 8);
	CU_ASSERT_TRUE(size >= db_sqlite_log_end());
	db_close(db);
	db = open_db(path);
	check_sound(db);
	db_close(db);
}

/* Holds the lock of a database for a while, as one that is being killed. */
static pid_t
dying_holder(const char *path)
{
	const struct timespec while_dying = { .tv_nsec = 300000000 };
	int ready[2];
	char byte = 0, err[256];
	pid_t pid;

	CU_ASSERT_EQUAL_FATAL(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (db_sqlite_lock(path, err, sizeof(err)) < 0 ||
		    write(ready[1], &byte, 1) != 1)
			_exit(1);
		nanosleep(&while_dying, NULL);
		_exit(0);
	}
	CU_ASSERT_EQUAL(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void
test_dying_holder(void)
{
	const char *path = unit_path("state.db");
	pid_t pid = dying_holder(path);

	CU_ASSERT_STRING_EQUAL(refusal(path), "");
	CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
}

static void
test_refused_files(void)
{
	const char *path = unit_path("state.db");
	struct db *db = open_db(path);
	char text[256];
	FILE *f;

	CU_ASSERT_SAYS(refusal(path), "in use by another xapid");
	insert_vm(db, "a");
	db_close(db);
	CU_ASSERT_STRING_EQUAL(refusal(path), "");

	snprintf(text, sizeof(text),
	    "UPDATE _meta SET value=%d WHERE key='schema_version'",
	    schema_version + 1);
	run_sql(path, text);
	CU_ASSERT_SAYS(refusal(path), "written by a newer xapid");
	run_sql(path, "UPDATE _meta SET value=0 WHERE key='schema_version'");
	CU_ASSERT_SAYS(refusal(path), "no way from its schema version");
	snprintf(text, sizeof(text),
	    "UPDATE _meta SET value=%d WHERE key='schema_version'",
	    schema_version);
	run_sql(path, text);
	CU_ASSERT_STRING_EQUAL(refusal(path), "");

	path = unit_path("text.db");
	f = fopen(path, "w");
	fputs("<?xml version='1.0'?>this is no database of ours, is it", f);
	for (int i = 0; i < 1000; i++)
		fputs("0123456789", f);
	fclose(f);
	CU_ASSERT_SAYS(refusal(path), "not a database");
	CU_ASSERT_SAYS(refusal(unit_path("no/such/folder.db")), "No such file");
}

static void
test_damaged_rows(void)
{
	const char *path = unit_path("state.db");
	static const struct {
		const char *harm, *says;
	} cases[] = {
		{ "UPDATE VM SET _ref=x'00'", "_ref" },
		{ "UPDATE VM SET _ref=zeroblob(16)", "_ref" },
		{ "UPDATE VM SET _modified=-1", "no generation" },
		{ "UPDATE VM SET name__label=CAST(x'ff' AS TEXT)",
		    "name_label: text with characters" },
		{ "UPDATE VM SET other_config='{\"a\":1}'",
		    "other_config: want a string" },
		{ "UPDATE VM SET other_config='{\"a\":\"1\",\"a\":\"2\"}'",
		    "other_config: no JSON" },
		{ "UPDATE VM SET tags='[\"a\"'", "tags: no JSON" },
		{ "UPDATE VM SET affinity='x'", "affinity: \"x\" is no ref" },
		{ "INSERT INTO VM(_ref,_created,_modified) "
		  "SELECT _ref,1,1 FROM VM",
		    "two rows have the same reference" },
		{ "DROP TABLE VM", "no such table" },
	};

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct db *db;

		remove(path);
		db = open_db(path);
		insert_vm(db, "a");
		db_close(db);
		run_sql(path, cases[i].harm);
		CU_ASSERT_SAYS(refusal(path), cases[i].says);
		CU_ASSERT_SAYS(refusal(path), "--check-db");
	}
}

/* These do not keep a daemon from starting. */
static void
test_mended_rows(void)
{
	const char *path = unit_path("state.db");
	struct db *db = open_db(path);
	struct ref vm = insert_vm(db, "a"), other;
	const struct vm *v;

	other = insert_vm(db, "b");
	insert_vbd(db, vm, REF_NULL);
	db_close(db);
	run_sql(path,
	    "UPDATE VM SET power_state='Levitating' WHERE name__label='a';"
	    "UPDATE VM SET affinity='OpaqueRef:"
	    "00000000-0000-0001-0000-000000000002' WHERE name__label='a';"
	    "UPDATE VM SET \"groups\"='[\"OpaqueRef:"
	    "00000000-0000-0001-0000-000000000002\"]' WHERE name__label='b';"
	    "UPDATE VM SET blobs='{\"x\":\"OpaqueRef:"
	    "00000000-0000-0001-0000-000000000002\"}' WHERE name__label='b';"
	    "INSERT INTO _deleted VALUES(-5,1,'VM',x'00');"
	    "INSERT INTO _deleted VALUES(5,1,'Nothing',zeroblob(16))");
	db = open_db(path);
	v = DB_GET(db, VM, vm, vm);
	CU_ASSERT_EQUAL(v->power_state, VM_POWER_STATE_HALTED);
	CU_ASSERT_TRUE(ref_is_null(v->affinity));
	CU_ASSERT_EQUAL(v->VBDs.n, 1);
	record_unref(&v->r);
	v = DB_GET(db, VM, vm, other);
	CU_ASSERT_EQUAL(v->groups.n, 0);
	CU_ASSERT_EQUAL(v->blobs.n, 0);
	record_unref(&v->r);
	check_sound(db);
	db_close(db);
}

UNIT_MAIN("db",
    { "a random database is closed and opened and is the same", test_reload },
    { "every field of every class survives with any value", test_every_field },
    { "derived sides keep the order in which they came to be",
	test_derived_order },
    { "volatile fields and objects are not there after a restart",
	test_volatile },
    { "the file is for its owner only", test_mode },
    { "transactions build on each other before they are durable, in order",
	test_queue },
    { "writers and readers in threads see what was answered", test_threads },
    { "who would wait for an idle disk has it done on return",
	test_commit_here },
    { "the log has room for many commits before it grows", test_log_room },
    { "a database whose holder is just dying opens", test_dying_holder },
    { "files in use, newer, foreign or unreachable are refused with a reason",
	test_refused_files },
    { "damaged rows are refused with their table and field",
	test_damaged_rows },
    { "unknown values and dangling references are cleared when loading",
	test_mended_rows })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transactions on the head, without a disk. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "db/db.h"
#include "tests/lib/db_dump.h"
#include "tests/lib/db_script.h"
#include "tests/lib/db_tools.h"
#include "tests/lib/unit.h"

static const struct ref nobody = { 1, 2 };

static struct db_error last_error;

/* Commits; 0 or -1 with last_error. */
static int
commit(struct tx *t)
{
	memset(&last_error, 0, sizeof(last_error));
	return tx_commit_wait(t, &last_error);
}

/* ---- objects ---- */

static void
test_insert_get(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct ref ref = insert_vm(db, "web");
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VM, ref);
	const struct vm *vm = (const struct vm *)r;

	CU_ASSERT_PTR_NOT_NULL_FATAL(vm);
	CU_ASSERT_STRING_EQUAL(vm->name_label, "web");
	CU_ASSERT_EQUAL(strlen(vm->uuid), UUID_CHARS);
	CU_ASSERT_EQUAL(r->created, 1);
	CU_ASSERT_EQUAL(r->modified, 1);
	CU_ASSERT_EQUAL(db_count(db, CLASS_VM), 1);
	CU_ASSERT_PTR_NULL(db_get(db, CLASS_VBD, ref));
	CU_ASSERT_PTR_NULL(db_get(db, CLASS_VM, nobody));
	check_sound(db);
}

static void
test_indexes(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct ref a = insert_vm(db, "same"), b = insert_vm(db, "same");
	const struct record **all, *r;
	const char *uuid;
	uint32_t n;

	CU_ASSERT_EQUAL(db_get_by_name(db, CLASS_VM, "same", &all, &n), 0);
	CU_ASSERT_EQUAL(n, 2);
	db_release_all(all, n);
	rename_vm(db, a, "other");
	CU_ASSERT_EQUAL(db_get_by_name(db, CLASS_VM, "same", &all, &n), 0);
	CU_ASSERT_EQUAL_FATAL(n, 1);
	CU_ASSERT_TRUE(ref_equal(all[0]->self, b));
	uuid = ((const struct vm *)all[0])->uuid;
	r = db_get_by_uuid(db, CLASS_VM, uuid);
	CU_ASSERT_PTR_EQUAL(r, all[0]);
	record_unref(r);
	CU_ASSERT_PTR_NULL(db_get_by_uuid(db, CLASS_VBD, uuid));
	destroy_one(db, CLASS_VM, b);
	CU_ASSERT_PTR_NULL(db_get_by_uuid(db, CLASS_VM, uuid));
	db_release_all(all, n);
	CU_ASSERT_EQUAL(db_get_by_name(db, CLASS_VM, "same", &all, &n), 0);
	CU_ASSERT_EQUAL(n, 0);
	CU_ASSERT_PTR_NULL(db_get_by_uuid(db, CLASS_VM, "no uuid at all"));
	check_sound(db);
}

static void
test_given_identity(void)
{
	static const char uuid[] = "11111111-2222-3333-4444-555555555555";
	CLEANUP(db_close) struct db *db = open_db(NULL);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct vm *vm = BLANK(a, VM, vm);
	struct ref ref = { 77, 88 };
	struct tx *t;

	vm->r.self = ref;
	vm->uuid = uuid;
	CU_ASSERT_TRUE(ref_equal(insert_one(db, &vm->r), ref));

	vm->r.self = REF_NULL;
	t = tx_begin(db);
	CU_ASSERT_EQUAL(tx_insert(t, &vm->r, NULL), -1);
	CU_ASSERT_EQUAL(commit(t), -1);
	CU_ASSERT_STRING_EQUAL(last_error.code,
	    "DB_UNIQUENESS_CONSTRAINT_VIOLATION");
	CU_ASSERT_STRING_EQUAL(last_error.params[0], "VM");
	CU_ASSERT_STRING_EQUAL(last_error.params[2], uuid);

	/* the same digits in upper case are the same uuid */
	vm->uuid = "11111111-2222-3333-4444-555555555555";
	t = tx_begin(db);
	CU_ASSERT_EQUAL(tx_insert(t, &vm->r, NULL), -1);
	tx_abort(t);

	/* twice in one transaction, and one that takes the other's place */
	vm->uuid = "aaaaaaaa-2222-3333-4444-555555555555";
	t = tx_begin(db);
	CU_ASSERT_EQUAL(tx_insert(t, &vm->r, NULL), 0);
	CU_ASSERT_EQUAL(tx_insert(t, &vm->r, NULL), -1);
	tx_abort(t);
	vm->uuid = uuid;
	t = tx_begin(db);
	CU_ASSERT_EQUAL(tx_destroy(t, CLASS_VM, ref), 0);
	CU_ASSERT_EQUAL(tx_insert(t, &vm->r, &ref), 0);
	CU_ASSERT_EQUAL(commit(t), 0);
	CU_ASSERT_EQUAL(db_count(db, CLASS_VM), 1);
	check_sound(db);
}

static void
test_uuid_stays(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct ref ref = insert_vm(db, "a");
	struct tx *t = tx_begin(db);

	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, ref, uuid,
			    "11111111-2222-3333-4444-555555555555"),
	    -1);
	CU_ASSERT_EQUAL(commit(t), -1);
	CU_ASSERT_STRING_EQUAL(last_error.code, "INVALID_VALUE");
}

/* A record from outside may say anything about derived fields. */
static void
test_derived_ignored(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct vm *vm = BLANK(a, VM, vm);
	struct ref ref;

	vm->VBDs = (struct set){ &nobody, 1 };
	ref = insert_one(db, &vm->r);
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VM, ref);
	CU_ASSERT_EQUAL(((const struct vm *)r)->VBDs.n, 0);
}

static void
test_destroy(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct ref ref = insert_vm(db, "a");
	RECORD_UNREF const struct record *held = db_get(db, CLASS_VM, ref);
	struct tx *t;

	destroy_one(db, CLASS_VM, ref);
	CU_ASSERT_PTR_NULL(db_get(db, CLASS_VM, ref));
	CU_ASSERT_EQUAL(db_count(db, CLASS_VM), 0);
	CU_ASSERT_STRING_EQUAL(((const struct vm *)held)->name_label, "a");
	t = tx_begin(db);
	CU_ASSERT_EQUAL(tx_destroy(t, CLASS_VM, ref), -1);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, ref, name_label, "b"), -1);
	CU_ASSERT_EQUAL(commit(t), -1);
	CU_ASSERT_STRING_EQUAL(last_error.code, "HANDLE_INVALID");
	CU_ASSERT_STRING_EQUAL(last_error.params[0], "VM");
}

/* ---- relations ---- */

static uint32_t
vbds_of(struct db *db, struct ref vm)
{
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VM, vm);

	return ((const struct vm *)r)->VBDs.n;
}

static void
test_derived_side(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct ref a = insert_vm(db, "a"), b = insert_vm(db, "b");
	struct ref x = insert_vbd(db, a, REF_NULL);
	struct ref y = insert_vbd(db, a, REF_NULL);
	const struct record *old = db_get(db, CLASS_VM, a);
	struct tx *t;

	CU_ASSERT_EQUAL(vbds_of(db, a), 2);
	CU_ASSERT_EQUAL(old->modified, 4);
	t = tx_begin(db);
	CU_ASSERT_EQUAL(TX_SET(t, VBD, vbd, x, VM, b), 0);
	CU_ASSERT_EQUAL(commit(t), 0);
	CU_ASSERT_EQUAL(vbds_of(db, a), 1);
	CU_ASSERT_EQUAL(vbds_of(db, b), 1);
	/* who holds the old record sees what it was */
	CU_ASSERT_EQUAL(((const struct vm *)old)->VBDs.n, 2);
	CU_ASSERT_TRUE(ref_equal(((const struct ref *)((const struct vm *)old)
					 ->VBDs.items)[0],
	    x));
	record_unref(old);
	destroy_one(db, CLASS_VBD, y);
	CU_ASSERT_EQUAL(vbds_of(db, a), 0);
	/* the other side goes: the stored one becomes null */
	destroy_one(db, CLASS_VM, b);
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VBD, x);
	CU_ASSERT_TRUE(ref_is_null(((const struct vbd *)r)->VM));
	check_sound(db);
}

static void
test_many_to_many(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct ref g[3], vm = insert_vm(db, "a");
	const struct record *untouched;
	struct tx *t;

	for (int i = 0; i < 3; i++)
		g[i] = insert_one(db, blank_record(a, CLASS_VM_group));
	t = tx_begin(db);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, groups,
			    (struct set){ (struct ref[]){ g[0], g[1], g[1] },
				3 }),
	    0);
	CU_ASSERT_EQUAL(commit(t), 0);
	check_sound(db);
	untouched = db_get(db, CLASS_VM_group, g[1]);
	CU_ASSERT_EQUAL(((const struct vm_group *)untouched)->VMs.n, 1);
	t = tx_begin(db);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, groups,
			    (struct set){ (struct ref[]){ g[2], g[1] }, 2 }),
	    0);
	CU_ASSERT_EQUAL(commit(t), 0);
	check_sound(db);
	/* what stays in the set is not changed, so nobody is told */
	RECORD_UNREF const struct record *now =
	    db_get(db, CLASS_VM_group, g[1]);
	CU_ASSERT_PTR_EQUAL(now, untouched);
	record_unref(untouched);
	destroy_one(db, CLASS_VM_group, g[2]);
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VM, vm);
	CU_ASSERT_EQUAL(((const struct vm *)r)->groups.n, 1);
	check_sound(db);
}

#define MANY 10000u

static void
test_many_disks(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct ref sr = insert_sr(db), *vdis = malloc(MANY * sizeof(*vdis));
	struct vdi *vdi = BLANK(a, VDI, vdi);
	const struct record *r, *half = NULL;

	vdi->SR = sr;
	for (unsigned i = 0; i < MANY; i++) {
		vdis[i] = insert_one(db, &vdi->r);
		if (i == MANY / 2 - 1)
			half = db_get(db, CLASS_SR, sr);
	}
	r = db_get(db, CLASS_SR, sr);
	CU_ASSERT_EQUAL(((const struct sr *)r)->VDIs.n, MANY);
	CU_ASSERT_EQUAL(((const struct sr *)half)->VDIs.n, MANY / 2);
	CU_ASSERT_EQUAL(memcmp(((const struct sr *)half)->VDIs.items, vdis,
			    MANY / 2 * sizeof(*vdis)),
	    0);
	record_unref(r);
	record_unref(half);
	/* the first, the last and one of the middle */
	destroy_one(db, CLASS_VDI, vdis[0]);
	destroy_one(db, CLASS_VDI, vdis[MANY - 1]);
	destroy_one(db, CLASS_VDI, vdis[MANY / 2]);
	r = db_get(db, CLASS_SR, sr);
	CU_ASSERT_EQUAL(((const struct sr *)r)->VDIs.n, MANY - 3);
	CU_ASSERT_EQUAL(memcmp(((const struct sr *)r)->VDIs.items, vdis + 1,
			    (MANY / 2 - 1) * sizeof(*vdis)),
	    0);
	record_unref(r);
	destroy_one(db, CLASS_SR, sr);
	r = db_get(db, CLASS_VDI, vdis[1]);
	CU_ASSERT_TRUE(ref_is_null(((const struct vdi *)r)->SR));
	record_unref(r);
	CU_ASSERT_EQUAL(db_count(db, CLASS_VDI), MANY - 3);
	free(vdis);
}

/* Fields without a derived side: one reference, a set, a key, a value. */
static void
test_references_cleared(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct ref host = insert_one(db, blank_record(a, CLASS_host));
	struct ref blob = insert_one(db, blank_record(a, CLASS_blob));
	struct ref vdi = insert_vdi(db, REF_NULL);
	struct vm *vm = BLANK(a, VM, vm);
	const char *key = "screenshot";
	struct ref ref;

	vm->affinity = host;
	vm->suspend_VDI = vdi;
	vm->blobs = (struct map){ &key, &blob, 1 };
	ref = insert_one(db, &vm->r);
	destroy_one(db, CLASS_host, host);
	destroy_one(db, CLASS_VDI, vdi);
	destroy_one(db, CLASS_blob, blob);
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VM, ref);
	CU_ASSERT_TRUE(ref_is_null(((const struct vm *)r)->affinity));
	CU_ASSERT_TRUE(ref_is_null(((const struct vm *)r)->suspend_VDI));
	CU_ASSERT_EQUAL(((const struct vm *)r)->blobs.n, 0);
	CU_ASSERT_EQUAL(r->modified, db_generation(db));
	check_sound(db);
}

/* Volatile objects refer, and are referred to, by the same rules. */
static void
test_volatile_references(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct session *s = BLANK(a, session, session);
	struct vbd *vbd = BLANK(a, VBD, vbd);
	struct ref host = insert_one(db, blank_record(a, CLASS_host));
	struct ref metrics = insert_one(db, blank_record(a, CLASS_VBD_metrics));
	struct ref session, v;

	s->this_host = host;
	session = insert_one(db, &s->r);
	vbd->metrics = metrics;
	v = insert_one(db, &vbd->r);
	destroy_one(db, CLASS_host, host);
	destroy_one(db, CLASS_VBD_metrics, metrics);
	RECORD_UNREF const struct record *r =
	    db_get(db, CLASS_session, session);
	CU_ASSERT_TRUE(ref_is_null(((const struct session *)r)->this_host));
	RECORD_UNREF const struct record *q = db_get(db, CLASS_VBD, v);
	CU_ASSERT_TRUE(ref_is_null(((const struct vbd *)q)->metrics));
	check_sound(db);
}

static void
test_bad_references(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct ref vm = insert_vm(db, "a"), vdi = insert_vdi(db, REF_NULL);
	struct vbd *vbd = BLANK(a, VBD, vbd);
	char *before = dump_text(db, DUMP_VOLATILE | DUMP_GENERATIONS), *after;
	struct tx *t = tx_begin(db);

	vbd->VM = nobody;
	CU_ASSERT_EQUAL(tx_insert(t, &vbd->r, NULL), -1);
	CU_ASSERT_EQUAL(commit(t), -1);
	CU_ASSERT_STRING_EQUAL(last_error.code, "HANDLE_INVALID");
	CU_ASSERT_STRING_EQUAL(last_error.params[0], "VM");

	t = tx_begin(db);
	vbd->VM = vdi; /* of another class */
	CU_ASSERT_EQUAL(tx_insert(t, &vbd->r, NULL), -1);
	tx_abort(t);

	t = tx_begin(db);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, affinity, nobody), -1);
	CU_ASSERT_EQUAL(commit(t), -1);
	CU_ASSERT_STRING_EQUAL(last_error.params[0], "host");

	t = tx_begin(db);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, snapshot_of, vm), -1);
	CU_ASSERT_EQUAL(commit(t), -1);
	CU_ASSERT_STRING_EQUAL(last_error.code, "INVALID_VALUE");

	t = tx_begin(db);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, affinity, ref_foreign("x y")),
	    -1);
	CU_ASSERT_EQUAL(commit(t), -1);
	CU_ASSERT_STRING_EQUAL(last_error.params[1], "x y");
	after = dump_text(db, DUMP_VOLATILE | DUMP_GENERATIONS);
	CU_ASSERT_STRING_EQUAL(before, after);
	free(before);
	free(after);
}

/* What the next start could not read is refused before it is stored. */
static void
test_unclean_text(void)
{
	static const struct pair {
		const char *key, *value;
	} pairs[] = { { "k", "a\x1f" }, { "\xff", "v" } };
	CLEANUP(db_close) struct db *db = open_db(NULL);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct ref ref = insert_vm(db, "a");
	struct vm *vm = BLANK(a, VM, vm);
	char *before = dump_text(db, DUMP_VOLATILE | DUMP_GENERATIONS), *after;
	struct tx *t = tx_begin(db);

	vm->name_label = "\x01";
	CU_ASSERT_EQUAL(tx_insert(t, &vm->r, NULL), -1);
	CU_ASSERT_EQUAL(commit(t), -1);
	CU_ASSERT_STRING_EQUAL(last_error.code, "INVALID_VALUE");
	CU_ASSERT_STRING_EQUAL(last_error.params[0], "name_label");
	for (size_t i = 0; i < 2; i++) {
		t = tx_begin(db);
		CU_ASSERT_EQUAL(tx_map_put(t, CLASS_VM, ref,
				    FIELD_VM_other_config, pairs[i].key,
				    pairs[i].value),
		    -1);
		CU_ASSERT_EQUAL(commit(t), -1);
		CU_ASSERT_STRING_EQUAL(last_error.params[0], "other_config");
	}
	after = dump_text(db, DUMP_VOLATILE | DUMP_GENERATIONS);
	CU_ASSERT_STRING_EQUAL(before, after);
	free(before);
	free(after);
}

/* ---- changes ---- */

static void
test_same_value(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct ref ref = insert_vm(db, "a");
	RECORD_UNREF const struct record *before = db_get(db, CLASS_VM, ref);
	uint64_t generation = db_generation(db);

	rename_vm(db, ref, "a");
	RECORD_UNREF const struct record *after = db_get(db, CLASS_VM, ref);
	CU_ASSERT_PTR_EQUAL(before, after);
	CU_ASSERT_EQUAL(db_generation(db), generation);
	/* touching counts as a change all the same */
	struct tx *t = tx_begin(db);
	CU_ASSERT_EQUAL(tx_touch(t, CLASS_VM, ref), 0);
	CU_ASSERT_EQUAL(commit(t), 0);
	CU_ASSERT_EQUAL(db_generation(db), generation + 1);
}

static const char *
config_of(struct db *db, struct ref vm, const char *key)
{
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VM, vm);
	const struct map *m = &((const struct vm *)r)->other_config;
	static char value[32];

	for (uint32_t i = 0; i < m->n; i++)
		if (strcmp(((const char *const *)m->keys)[i], key) == 0) {
			snprintf(value, sizeof(value), "%s",
			    ((const char *const *)m->values)[i]);
			return value;
		}
	return NULL;
}

static void
test_maps(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct ref vm = insert_vm(db, "a");
	const int f = FIELD_VM_other_config;
	struct tx *t = tx_begin(db);

	CU_ASSERT_EQUAL(tx_map_put(t, CLASS_VM, vm, f, "a", "1"), 0);
	CU_ASSERT_EQUAL(tx_map_put(t, CLASS_VM, vm, f, "b", "2"), 0);
	CU_ASSERT_EQUAL(tx_map_put(t, CLASS_VM, vm, f, "a", "3"), 0);
	CU_ASSERT_EQUAL(commit(t), 0);
	CU_ASSERT_STRING_EQUAL(config_of(db, vm, "a"), "3");
	CU_ASSERT_STRING_EQUAL(config_of(db, vm, "b"), "2");
	t = tx_begin(db);
	CU_ASSERT_EQUAL(tx_map_remove(t, CLASS_VM, vm, f, "a"), 0);
	CU_ASSERT_EQUAL(tx_map_remove(t, CLASS_VM, vm, f, "zz"), 0);
	CU_ASSERT_EQUAL(commit(t), 0);
	CU_ASSERT_PTR_NULL(config_of(db, vm, "a"));
	CU_ASSERT_STRING_EQUAL(config_of(db, vm, "b"), "2");
	t = tx_begin(db);
	CU_ASSERT_EQUAL(tx_map_put(t, CLASS_VM, nobody, f, "a", "1"), -1);
	tx_abort(t);
}

/* ---- taking back ---- */

static void
test_abort(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct ref host = insert_one(db, blank_record(a, CLASS_host));
	struct ref vm = insert_vm(db, "a"), vbd, other;
	struct tx *t;
	char *before, *after;

	vbd = insert_vbd(db, vm, REF_NULL);
	t = tx_begin(db);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, affinity, host), 0);
	CU_ASSERT_EQUAL(commit(t), 0);
	before = dump_text(db, DUMP_VOLATILE | DUMP_GENERATIONS);

	t = tx_begin(db);
	CU_ASSERT_EQUAL(tx_insert(t, blank_record(a, CLASS_VM), &other), 0);
	CU_ASSERT_EQUAL(TX_SET(t, VBD, vbd, vbd, VM, other), 0);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, other, affinity, host), 0);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, affinity, REF_NULL), 0);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, affinity, host), 0);
	CU_ASSERT_EQUAL(tx_destroy(t, CLASS_host, host), 0);
	CU_ASSERT_PTR_NULL(tx_get(t, CLASS_host, host));
	CU_ASSERT_EQUAL(tx_destroy(t, CLASS_VM, vm), 0);
	CU_ASSERT_EQUAL(tx_destroy(t, CLASS_VM, other), 0);
	tx_abort(t);
	after = dump_text(db, DUMP_VOLATILE | DUMP_GENERATIONS);
	CU_ASSERT_STRING_EQUAL(before, after);
	free(before);
	free(after);
	check_sound(db);
	/* the way back from the host is there again */
	destroy_one(db, CLASS_host, host);
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VM, vm);
	CU_ASSERT_TRUE(ref_is_null(((const struct vm *)r)->affinity));
	check_sound(db);
	tx_abort(NULL);
}

/* What one transaction makes and destroys nobody ever sees. */
static void
test_passing(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct ref vm;
	struct tx *t = tx_begin(db);

	CU_ASSERT_EQUAL(tx_insert(t, blank_record(a, CLASS_VM), &vm), 0);
	CU_ASSERT_PTR_NOT_NULL(tx_get(t, CLASS_VM, vm));
	CU_ASSERT_EQUAL(tx_destroy(t, CLASS_VM, vm), 0);
	CU_ASSERT_EQUAL(commit(t), 0);
	CU_ASSERT_EQUAL(db_count(db, CLASS_VM), 0);
	check_sound(db);
}

static void
test_first_error_stays(void)
{
	static const char *const params[] = { "mine" };
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct ref vm = insert_vm(db, "a");
	struct tx *t = tx_begin(db);

	CU_ASSERT_PTR_NULL(tx_error(t));
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, name_label, "b"), 0);
	CU_ASSERT_EQUAL(tx_fail(t, "MY_ERROR", 1, params), -1);
	CU_ASSERT_EQUAL(tx_destroy(t, CLASS_VM, nobody), -1);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, vm, name_label, "c"), -1);
	CU_ASSERT_STRING_EQUAL(tx_error(t)->code, "MY_ERROR");
	CU_ASSERT_EQUAL(commit(t), -1);
	CU_ASSERT_STRING_EQUAL(last_error.code, "MY_ERROR");
	CU_ASSERT_STRING_EQUAL(last_error.params[0], "mine");
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VM, vm);
	CU_ASSERT_STRING_EQUAL(((const struct vm *)r)->name_label, "a");
}

struct each {
	struct tx *t;
	unsigned n;
};

static int
rename_each(const struct record *r, void *arg)
{
	struct each *e = arg;
	struct ref vm = r->self; /* r goes with the first change */

	e->n++;
	if (TX_SET(e->t, VM, vm, vm, name_description, "x") < 0)
		return -1;
	return TX_SET(e->t, VM, vm, vm, name_description, "y");
}

static int
stop_at_two(const struct record *r, void *arg)
{
	unsigned *n = arg;

	(void)r;
	return ++*n == 2 ? 7 : 0;
}

static void
test_each(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct tx *t;
	struct each e = { 0 };
	struct ref gone;
	unsigned n = 0;

	insert_vm(db, "a");
	insert_vm(db, "b");
	gone = insert_vm(db, "c");
	t = tx_begin(db);
	CU_ASSERT_EQUAL(tx_destroy(t, CLASS_VM, gone), 0);
	CU_ASSERT_EQUAL(tx_insert(t, blank_record(a, CLASS_VM), NULL), 0);
	e.t = t;
	CU_ASSERT_EQUAL(tx_each(t, CLASS_VM, rename_each, &e), 0);
	CU_ASSERT_EQUAL(e.n, 3);
	CU_ASSERT_EQUAL(tx_each(t, CLASS_VM, rename_each, &e), 0);
	CU_ASSERT_EQUAL(tx_each(t, CLASS_VM, stop_at_two, &n), 7);
	CU_ASSERT_EQUAL(tx_each(t, CLASS_VBD, stop_at_two, &n), 0);
	CU_ASSERT_EQUAL(commit(t), 0);
	check_sound(db);
}

/* What was read stays as it was, however often the object changes. */
static void
test_lent(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct ref ref = insert_vm(db, "0");
	struct ref vbd = insert_vbd(db, ref, REF_NULL);
	const struct vm *seen[5];
	struct tx *t = tx_begin(db);
	char name[] = "0";

	for (unsigned i = 0; i < 5; i++) {
		seen[i] = TX_GET(t, VM, vm, ref);
		name[0]++;
		if (i == 1)
			CU_ASSERT_EQUAL(tx_destroy(t, CLASS_VBD, vbd), 0);
		if (i < 4)
			TX_SET(t, VM, vm, ref, name_label, (const char *)name);
		else
			CU_ASSERT_EQUAL(tx_destroy(t, CLASS_VM, ref), 0);
	}
	for (unsigned i = 0; i < 5; i++) {
		CU_ASSERT_EQUAL(seen[i]->name_label[0], '0' + (char)i);
		CU_ASSERT_EQUAL(seen[i]->VBDs.n, i < 2 ? 1 : 0);
	}
	tx_abort(t);
	check_sound(db);
}

/* ---- everything at random ---- */

/* Half of the transactions are aborted; a second database that never saw
 * those must be equal all the time. */
static void
test_random(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	CLEANUP(db_close) struct db *twin = open_db(NULL);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	CLEANUP(script_free) struct script *s = script_new(42);
	char *x, *y;

	for (int i = 0; i < 1500; i++) {
		struct tx *t = tx_begin(db);

		script_plan(s);
		script_apply(s, t);
		if (i % 2) {
			tx_abort(t);
			script_take_back(s);
			continue;
		}
		CU_ASSERT_EQUAL_FATAL(commit(t), 0);
		t = tx_begin(twin);
		script_apply(s, t);
		CU_ASSERT_EQUAL_FATAL(commit(t), 0);
		if (i % 100 == 0)
			CU_ASSERT_STRING_EQUAL_FATAL(invariants_of(db, a), "");
	}
	CU_ASSERT_STRING_EQUAL(invariants_of(db, a), "");
	x = dump_text(db, DUMP_VOLATILE | DUMP_GENERATIONS);
	y = dump_text(twin, DUMP_VOLATILE | DUMP_GENERATIONS);
	CU_ASSERT_STRING_EQUAL(x, y);
	free(x);
	free(y);
}

UNIT_MAIN("tx",
    { "an inserted object is there for readers, with a uuid and generations",
	test_insert_get },
    { "an object is found by uuid and by name, and under its new name only",
	test_indexes },
    { "a reference and uuid may be given, and no uuid stands twice",
	test_given_identity },
    { "an object keeps its uuid", test_uuid_stays },
    { "derived fields of an object to insert are ignored",
	test_derived_ignored },
    { "a destroyed object is gone, but not for who holds its record",
	test_destroy },
    { "the derived side follows the stored one, both ways", test_derived_side },
    { "a stored set changes only those whose part in it changes",
	test_many_to_many },
    { "an SR of 10,000 disks grows and shrinks, and old readers see theirs",
	test_many_disks },
    { "references of every form are cleared when their object is destroyed",
	test_references_cleared },
    { "references from and to volatile objects are cleared too",
	test_volatile_references },
    { "dangling, foreign and self references are refused and change nothing",
	test_bad_references },
    { "text that cannot be read again is refused", test_unclean_text },
    { "setting the value that is there changes nothing", test_same_value },
    { "keys of maps are put, replaced and removed", test_maps },
    { "an aborted transaction leaves everything as it was, relations included",
	test_abort },
    { "an object made and destroyed in one transaction leaves no trace",
	test_passing },
    { "the first error of a transaction is the one that commit answers",
	test_first_error_stays },
    { "every object of the head can be visited while they change", test_each },
    { "a record that was read stays as it was until the transaction ends",
	test_lent },
    { "random transactions and aborts keep the invariants", test_random })

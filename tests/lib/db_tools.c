/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/lib/db_tools.h"

#include <errno.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/db_engine.h"
#include "lib/file.h"
#include "tests/lib/unit.h"

struct record *
blank_record(struct arena *a, int cls)
{
	const struct class_info *info = &class_table[cls];
	struct record *r = arena_alloc(a, info->size);

	if (!r)
		unit_bail_out("blank_record", "no memory");
	r->cls = info;
	for (unsigned i = 0; i < info->nfields; i++) {
		const struct field *f = &info->fields[i];

		/* A default may refer to a role that a test does not have. */
		if (f->inverse_cls < 0 && f->type->kind != TYPE_SET)
			memcpy((char *)r + f->offset, f->initial,
			    f->type->size);
	}
	return r;
}

/* ---- single changes ---- */

struct db *
open_db(const char *path)
{
	struct db_engine *e = NULL;
	char err[512];
	struct db *db;

	if (path && !(e = db_sqlite_open(path, err, sizeof(err))))
		unit_bail_out("db_sqlite_open", err);
	db = db_open(e, err, sizeof(err));
	if (!db)
		unit_bail_out("db_open", err);
	return db;
}

static struct tx *
begin(struct db *db)
{
	struct tx *t = tx_begin(db);

	if (!t)
		unit_bail_out("tx_begin", "no memory");
	return t;
}

static void
commit(struct tx *t)
{
	struct db_error e;

	if (tx_commit_wait(t, &e) < 0)
		unit_bail_out(e.code, e.params[0]);
}

struct ref
insert_one(struct db *db, const struct record *r)
{
	struct tx *t = begin(db);
	struct ref ref = REF_NULL;

	(void)tx_insert(t, r, &ref);
	commit(t);
	return ref;
}

struct ref
insert_vm(struct db *db, const char *name)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct vm *vm = BLANK(a, VM, vm);

	vm->name_label = name;
	return insert_one(db, &vm->r);
}

struct ref
insert_sr(struct db *db)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);

	return insert_one(db, blank_record(a, CLASS_SR));
}

struct ref
insert_vdi(struct db *db, struct ref sr)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct vdi *vdi = BLANK(a, VDI, vdi);

	vdi->SR = sr;
	return insert_one(db, &vdi->r);
}

struct ref
insert_vbd(struct db *db, struct ref vm, struct ref vdi)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct vbd *vbd = BLANK(a, VBD, vbd);

	vbd->VM = vm;
	vbd->VDI = vdi;
	return insert_one(db, &vbd->r);
}

void
destroy_one(struct db *db, int cls, struct ref ref)
{
	struct tx *t = begin(db);

	(void)tx_destroy(t, cls, ref);
	commit(t);
}

void
rename_vm(struct db *db, struct ref vm, const char *name)
{
	struct tx *t = begin(db);

	(void)TX_SET(t, VM, vm, vm, name_label, name);
	commit(t);
}

static char quick_folder[64];
static pid_t quick_owner;

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
remove_folder(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
drop_quick_folder(void)
{
	if (getpid() == quick_owner)
		remove_folder(quick_folder);
}

const char *
quick_path(const char *name)
{
	static char path[256];

	if (!quick_folder[0]) {
		snprintf(quick_folder, sizeof(quick_folder),
		    "/dev/shm/xapid-test-XXXXXX");
		if (!mkdtemp(quick_folder)) {
			quick_folder[0] = '\0';
			return unit_path(name);
		}
		quick_owner = getpid();
		atexit(drop_quick_folder);
	}
	snprintf(path, sizeof(path), "%s/%s", quick_folder, name);
	return path;
}

void
copy_file(const char *from, const char *to)
{
	CLEANUP_BYTES struct bytes b = { 0 };

	(void)remove(to);
	if (file_read(from, SIZE_MAX / 2, &b) < 0) {
		if (errno == ENOENT)
			return;
		unit_bail_out(from, "cannot be read");
	}
	if (file_write_atomic(to, b.p, b.len, 0600) < 0)
		unit_bail_out(to, "cannot be written");
}

void
run_sql(const char *path, const char *text)
{
	sqlite3 *s;
	int rc;

	CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &s), SQLITE_OK);
	rc = sqlite3_exec(s, text, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		printf("# %s: %s\n", text, sqlite3_errmsg(s));
	CU_ASSERT_EQUAL(rc, SQLITE_OK);
	sqlite3_close(s);
}

int
run_killed(int (*fn)(void *arg), void *arg, enum fault_kind kind, long n)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		fault_arm(kind, n, -RUN_KILLED, false);
		_exit(fn(arg));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "db/db_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "db/db_check.h"
#include "db/db_sqlite_private.h"
#include "db/db_xml.h"
#include "lib/fault.h"

/* Rows written in one commit: bounds the log. */
#define COMMIT_ROWS 4096u

struct db_file {
	char *path, *fresh; /* the place, and the file until it is there */
	int lock;
	uint64_t generation;
	struct db_engine *engine;
	unsigned rows; /* since the last commit */
};

/* ---- names ---- */

/* malloc'd path and suffix. */
static char *
with_suffix(const char *path, const char *suffix)
{
	size_t size = strlen(path) + strlen(suffix) + 1;
	char *s = fault_malloc(size);

	if (s)
		snprintf(s, size, "%s%s", path, suffix);
	return s;
}

static int
remove_if_there(const char *path)
{
	return unlink(path) < 0 && errno != ENOENT ? -1 : 0;
}

/* The file and what SQLite keeps beside it. */
static int
remove_database(const char *path)
{
	static const char *const parts[] = { "-wal", "-shm", "-journal", "" };
	int rc = 0;

	for (int i = 0; i < 4 && rc == 0; i++) {
		CLEANUP_FREE char *part = with_suffix(path, parts[i]);

		rc = part ? remove_if_there(part) : -1;
	}
	return rc;
}

static int
sync_path(const char *path, int flags)
{
	CLEANUP_FD int fd = fault_open(path, flags | O_CLOEXEC, 0);

	return fd < 0 ? -1 : fault_fsync(fd);
}

static int
sync_folder_of(const char *path)
{
	CLEANUP_FREE char *copy = strdup(path);

	if (!copy)
		return -1;
	return sync_path(dirname(copy), O_RDONLY | O_DIRECTORY);
}

/* ---- the old file ---- */

/* Brings the log of a database into its file, so that the file alone is all of
 * it. What is too damaged for that keeps its log. */
static void
settle(const char *path)
{
	sqlite3 *sql = NULL;

	if (sqlite3_open_v2(path, &sql, SQLITE_OPEN_READWRITE,
		db_sqlite_vfs()) == SQLITE_OK)
		(void)sqlite3_exec(sql, "PRAGMA wal_checkpoint(TRUNCATE)", NULL,
		    NULL, NULL);
	sqlite3_close(sql);
}

/* Keeps the old file under another name as well, and takes its log away from
 * beside it: SQLite would apply that to the new one. */
static int
keep_old(const char *path, const char *suffix)
{
	CLEANUP_FREE char *kept = with_suffix(path, suffix);
	CLEANUP_FREE char *log = with_suffix(path, "-wal");
	CLEANUP_FREE char *shm = with_suffix(path, "-shm");
	CLEANUP_FREE char *kept_log = kept ? with_suffix(kept, "-wal") : NULL;

	if (!kept || !log || !shm || !kept_log)
		return -1;
	if (access(path, F_OK) < 0)
		return errno == ENOENT ? 0 : -1;
	settle(path);
	if (remove_database(kept) < 0 || link(path, kept) < 0)
		return -1;
	if (fault_rename(log, kept_log) < 0 && errno != ENOENT)
		return -1;
	return remove_if_there(shm);
}

static int
install(const char *path, const char *fresh, const char *suffix)
{
	if (sync_path(fresh, O_RDONLY) < 0 || keep_old(path, suffix) < 0 ||
	    sync_folder_of(path) < 0 || fault_rename(fresh, path) < 0)
		return -1;
	return sync_folder_of(path);
}

/* The highest generation that a file may have given to anybody. */
static uint64_t
ceiling_of(const char *path)
{
	sqlite3 *sql = NULL;
	int64_t ceiling = -1;

	if (sqlite3_open_v2(path, &sql, SQLITE_OPEN_READONLY,
		db_sqlite_vfs()) == SQLITE_OK)
		ceiling = db_sqlite_meta(sql, "ceiling");
	sqlite3_close(sql);
	return ceiling > 0 && ceiling < DB_SQLITE_GENERATION_MAX
	    ? (uint64_t)ceiling
	    : 0;
}

/* ---- writing a new one ---- */

void
db_file_drop(struct db_file *f)
{
	if (!f)
		return;
	if (f->engine) {
		f->engine->rollback(f->engine);
		f->engine->close(f->engine);
	}
	if (f->fresh)
		(void)remove_database(f->fresh);
	if (f->lock >= 0)
		close(f->lock);
	free(f->path);
	free(f->fresh);
	free(f);
}

static int
begin(struct db_file *f, const char *path, char *err, size_t err_size)
{
	f->path = strdup(path);
	f->fresh = with_suffix(path, ".new");
	if (!f->path || !f->fresh) {
		snprintf(err, err_size, "out of memory");
		return -1;
	}
	f->lock = db_sqlite_lock(path, err, err_size);
	if (f->lock < 0)
		return -1;
	f->generation = ceiling_of(path) + 1;
	if (remove_database(f->fresh) < 0) {
		snprintf(err, err_size, "%s: %s", f->fresh, strerror(errno));
		return -1;
	}
	f->engine = db_sqlite_open_unlocked(f->fresh, err, err_size);
	return f->engine ? 0 : -1;
}

struct db_file *
db_file_begin(const char *path, char *err, size_t err_size)
{
	struct db_file *f = fault_calloc(1, sizeof(*f));

	if (!f) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	f->lock = -1;
	if (begin(f, path, err, err_size) < 0) {
		db_file_drop(f);
		return NULL;
	}
	return f;
}

uint64_t
db_file_generation(const struct db_file *f)
{
	return f->generation;
}

/* Before each row. */
static int
one_more(struct db_file *f)
{
	struct db_engine *e = f->engine;

	if (f->rows == COMMIT_ROWS) {
		if (e->commit(e) < 0)
			return -1;
		f->rows = 0;
	}
	if (f->rows == 0 && e->begin(e) < 0)
		return -1;
	f->rows++;
	return 0;
}

int
db_file_add(struct db_file *f, const struct record *r)
{
	int64_t rowid = 0;
	const struct engine_change c = {
		.cls = r->cls,
		.ref = r->self,
		.rowid = &rowid,
		.after = r,
		.generation = r->modified,
	};

	if (one_more(f) < 0)
		return -1;
	return f->engine->change(f->engine, &c);
}

int
db_file_add_tombstone(struct db_file *f, const struct engine_tombstone *t)
{
	if (one_more(f) < 0)
		return -1;
	return db_sqlite_add_tombstone(f->engine, t);
}

/* The last commit, and the file without a log. */
static int
complete(struct db_file *f, const struct engine_state *state)
{
	CLEANUP_FREE char *log = with_suffix(f->fresh, "-wal");
	struct db_engine *e = f->engine;

	if (!log || one_more(f) < 0 || e->set_ceiling(e, state->ceiling) < 0 ||
	    e->forget_tombstones(e, state->forgotten) < 0 || e->commit(e) < 0)
		return -1;
	f->engine = NULL;
	e->close(e);
	if (access(log, F_OK) == 0) { /* it could not be emptied */
		errno = EIO;
		return -1;
	}
	return 0;
}

int
db_file_finish(struct db_file *f, const struct engine_state *state,
    const char *suffix, char *err, size_t err_size)
{
	int rc = complete(f, state);

	if (rc == 0)
		rc = install(f->path, f->fresh, suffix);
	if (rc < 0)
		snprintf(err, err_size, "%s: %s", f->path, strerror(errno));
	db_file_drop(f);
	return rc;
}

/* ---- copies ---- */

/* Copies page by page; the copy has no log of its own. */
static int
copy_pages(const char *from, const char *to, char *err, size_t err_size)
{
	sqlite3 *in = NULL, *out = NULL;
	sqlite3_backup *b;
	int rc = -1;

	if (sqlite3_open_v2(from, &in, SQLITE_OPEN_READONLY, db_sqlite_vfs()) !=
	    SQLITE_OK) {
		snprintf(err, err_size, "%s: %s", from, sqlite3_errmsg(in));
	} else if (sqlite3_open_v2(to, &out, SQLITE_OPEN_READWRITE,
		       db_sqlite_vfs()) != SQLITE_OK ||
	    !(b = sqlite3_backup_init(out, "main", in, "main"))) {
		snprintf(err, err_size, "%s: %s", to, sqlite3_errmsg(out));
	} else {
		(void)sqlite3_busy_timeout(in, 5000);
		(void)sqlite3_backup_step(b, -1);
		rc = sqlite3_backup_finish(b) == SQLITE_OK ? 0 : -1;
		if (rc < 0)
			snprintf(err, err_size, "%s: %s", to,
			    sqlite3_errmsg(out));
	}
	sqlite3_close(in);
	sqlite3_close(out);
	return rc;
}

/* A schema version, or -1 when it is no database of ours. */
static int64_t
version_of(const char *path)
{
	sqlite3 *sql = NULL;
	int64_t version = -1;

	if (sqlite3_open_v2(path, &sql, SQLITE_OPEN_READONLY,
		db_sqlite_vfs()) == SQLITE_OK)
		version = db_sqlite_meta(sql, "schema_version");
	sqlite3_close(sql);
	return version;
}

static int
copy_to_new(const char *from, const char *fresh, char *err, size_t err_size)
{
	int fd;

	if (access(from, R_OK) < 0) {
		snprintf(err, err_size, "%s: %s", from, strerror(errno));
		return -1;
	}
	if (version_of(from) < 0) {
		snprintf(err, err_size, "%s is no database of xapid", from);
		return -1;
	}
	(void)remove_database(fresh);
	fd = fault_open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		snprintf(err, err_size, "%s: %s", fresh, strerror(errno));
		return -1;
	}
	close(fd);
	return copy_pages(from, fresh, err, err_size);
}

int
db_file_backup(const char *path, const char *to, char *err, size_t err_size)
{
	CLEANUP_FREE char *fresh = with_suffix(to, ".new");
	int rc;

	if (!fresh) {
		snprintf(err, err_size, "out of memory");
		return -1;
	}
	rc = copy_to_new(path, fresh, err, err_size);
	if (rc == 0 &&
	    (sync_path(fresh, O_RDONLY) < 0 || fault_rename(fresh, to) < 0 ||
		sync_folder_of(to) < 0)) {
		snprintf(err, err_size, "%s: %s", to, strerror(errno));
		rc = -1;
	}
	if (rc < 0)
		(void)remove_database(fresh);
	return rc;
}

/* ---- putting one back ---- */

static bool
is_sqlite(int fd)
{
	static const char magic[16] = "SQLite format 3";
	char head[sizeof(magic)];

	return pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	    memcmp(head, magic, sizeof(magic)) == 0;
}

/* What is to be restored as a database of this version, which may still be
 * wrong in any way: a copy, upgraded, or what the XML says. */
static int
make_raw(const char *raw, const char *from, int fd, FILE *report, char *err,
    size_t err_size)
{
	bool copy = is_sqlite(fd);
	struct db_engine *e;
	int rc = 0;

	if (copy && copy_to_new(from, raw, err, err_size) < 0)
		return -1;
	e = db_sqlite_open_unlocked(raw, err, err_size);
	if (!e)
		return -1;
	if (!copy)
		rc = db_xml_read(fd, e, report, err, err_size);
	e->close(e);
	return rc;
}

static int
restore_raw(struct db_file *f, const char *raw, FILE *report, char *err,
    size_t err_size)
{
	struct db_check_result result;

	if (db_check_copy(raw, f, report, &result) < 0) {
		snprintf(err, err_size, "nothing was restored");
		db_file_drop(f);
		return -1;
	}
	/* Whoever holds a token of the file that goes starts anew. */
	result.state.forgotten = result.state.ceiling;
	if (db_file_finish(f, &result.state, ".before-restore", err, err_size) <
	    0)
		return -1;
	fprintf(report, "%lu objects restored\n", result.objects);
	return 0;
}

int
db_file_restore(const char *path, const char *from, FILE *report, char *err,
    size_t err_size)
{
	CLEANUP_FREE char *raw = with_suffix(path, ".restoring");
	CLEANUP_FD int fd = fault_open(from, O_RDONLY | O_CLOEXEC, 0);
	struct db_file *f;
	int rc;

	if (fd < 0) {
		snprintf(err, err_size, "%s: %s", from, strerror(errno));
		return -1;
	}
	if (!raw) {
		snprintf(err, err_size, "out of memory");
		return -1;
	}
	f = db_file_begin(path, err, err_size);
	if (!f)
		return -1;
	rc = remove_database(raw);
	if (rc < 0)
		snprintf(err, err_size, "%s: %s", raw, strerror(errno));
	else
		rc = make_raw(raw, from, fd, report, err, err_size);
	if (rc == 0)
		rc = restore_raw(f, raw, report, err, err_size);
	else
		db_file_drop(f);
	(void)remove_database(raw);
	return rc;
}

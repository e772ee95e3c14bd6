/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The default engine: one SQLite file in WAL mode with synchronous=FULL, so
 * that a commit is one write and one fdatasync of the log.
 *
 * Besides the generated tables there are _meta (key, value: schema_version,
 * ceiling, forgotten) and _deleted (remembered deletions). A file lock beside the
 * database keeps a second daemon out; readers such as xapid --check-db open
 * the database itself and need no lock. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "db/db_sqlite_engine.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"

#define LOCK_PATIENCE_MS 3000
/* After a transaction of more changes than usual its pages are let go. */
#define FEW_CHANGES 256

/* ---- errors ---- */

static int
errno_of(struct sqlite *s)
{
	int err;

	if (sqlite3_extended_errcode(s->sql) == SQLITE_IOERR_NOMEM)
		return ENOMEM;
	switch (sqlite3_errcode(s->sql)) {
	case SQLITE_FULL:
		return ENOSPC;
	case SQLITE_NOMEM:
		return ENOMEM;
	case SQLITE_READONLY:
		return EROFS;
	case SQLITE_BUSY:
		return EBUSY;
	case SQLITE_TOOBIG:
		return EMSGSIZE;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		err = db_sqlite_vfs_errno();
		if (err == ENOSPC || err == EDQUOT || err == EMFILE ||
		    err == ENFILE || err == ENOMEM || err == EROFS ||
		    err == EACCES)
			return err;
		return EIO;
	default:
		return EIO;
	}
}

int
db_sqlite_fail(struct sqlite *s)
{
	int err = errno_of(s);

	log_err("database %s: %s", s->path, sqlite3_errmsg(s->sql));
	errno = err;
	return -1;
}

int
db_sqlite_exec(struct sqlite *s, const char *sql)
{
	if (sqlite3_exec(s->sql, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_sqlite_fail(s);
	return 0;
}

int
db_sqlite_run(struct sqlite *s, sqlite3_stmt *st)
{
	int r = sqlite3_step(st);
	int rc = r == SQLITE_DONE ? 0 : db_sqlite_fail(s);

	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return rc;
}

int
db_sqlite_prepare(struct sqlite *s, sqlite3_stmt **st_r, const char *fmt, ...)
{
	char *sql;
	va_list ap;
	int rc;

	if (*st_r)
		return 0;
	va_start(ap, fmt);
	sql = sqlite3_vmprintf(fmt, ap);
	va_end(ap);
	if (!sql) {
		errno = ENOMEM;
		return -1;
	}
	rc = sqlite3_prepare_v3(s->sql, sql, -1, SQLITE_PREPARE_PERSISTENT,
	    st_r, NULL);
	sqlite3_free(sql);
	return rc == SQLITE_OK ? 0 : db_sqlite_fail(s);
}

/* In its own words, since some file systems cannot do it: "wal". */
static int
use_log(struct sqlite *s)
{
	sqlite3_stmt *st = NULL;
	const char *mode = NULL;
	int rc = -1;

	if (db_sqlite_prepare(s, &st, "PRAGMA journal_mode=WAL") < 0)
		return -1;
	if (sqlite3_step(st) == SQLITE_ROW)
		mode = (const char *)sqlite3_column_text(st, 0);
	if (!mode) {
		rc = db_sqlite_fail(s);
	} else if (strcmp(mode, "wal") != 0) {
		errno = EOPNOTSUPP;
	} else {
		rc = 0;
	}
	sqlite3_finalize(st);
	return rc;
}

void
db_sqlite_harden(sqlite3 *sql)
{
	sqlite3_db_config(sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(sql, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(sql, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
}

static int
connect_file(struct sqlite *s)
{
	if (sqlite3_open_v2(s->path, &s->sql,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		    SQLITE_OPEN_NOMUTEX,
		db_sqlite_vfs()) != SQLITE_OK)
		return db_sqlite_fail(s);
	sqlite3_busy_timeout(s->sql, 5000);
	db_sqlite_harden(s->sql);
	if (use_log(s) < 0 ||
	    db_sqlite_exec(s, "PRAGMA synchronous=FULL") < 0 ||
	    db_sqlite_exec(s, "PRAGMA wal_autocheckpoint=2000") < 0 ||
	    db_sqlite_exec(s, "PRAGMA journal_size_limit=67108864") < 0 ||
	    db_sqlite_exec(s, "PRAGMA cache_size=-2048") < 0)
		return -1;
	return 0;
}

/* ---- transactions ---- */

static int
sqlite_begin(struct db_engine *e)
{
	struct sqlite *s = (struct sqlite *)e;

	s->changes = 0;
	if (db_sqlite_prepare(s, &s->begin, "BEGIN IMMEDIATE") < 0)
		return -1;
	return db_sqlite_run(s, s->begin);
}

static int
sqlite_commit(struct db_engine *e)
{
	struct sqlite *s = (struct sqlite *)e;
	int rc;

	rc = db_sqlite_prepare(s, &s->commit, "COMMIT");
	if (rc == 0)
		rc = db_sqlite_run(s, s->commit);
	s->in_doubt = rc < 0;
	if (s->changes > FEW_CHANGES)
		(void)sqlite3_db_release_memory(s->sql);
	return rc;
}

/* A commit whose sync failed may stand in the log, complete, behind the end
 * that SQLite goes on from. It was refused: after a crash it must not come
 * back. The next commit overwrites it; this is one that has nothing else to
 * do. If it fails too, the one after will do. */
static void
overwrite_doubt(struct sqlite *s)
{
	static const char sql[] =
	    "INSERT INTO _meta(key,value) VALUES('refused',1) "
	    "ON CONFLICT(key) DO UPDATE SET value=value+1";

	(void)sqlite3_exec(s->sql, sql, NULL, NULL, NULL);
	s->in_doubt = false;
}

static void
sqlite_rollback(struct db_engine *e)
{
	struct sqlite *s = (struct sqlite *)e;

	if (!sqlite3_get_autocommit(s->sql))
		sqlite3_exec(s->sql, "ROLLBACK", NULL, NULL, NULL);
	if (s->in_doubt)
		overwrite_doubt(s);
}

static int
sqlite_set_ceiling(struct db_engine *e, uint64_t ceiling)
{
	return db_sqlite_meta_set((struct sqlite *)e, "ceiling",
	    (int64_t)ceiling);
}

static int
sqlite_forget(struct db_engine *e, uint64_t upto)
{
	struct sqlite *s = (struct sqlite *)e;

	if (db_sqlite_prepare(s, &s->forget,
		"DELETE FROM _deleted WHERE generation<=?") < 0)
		return -1;
	sqlite3_bind_int64(s->forget, 1, (int64_t)upto);
	if (db_sqlite_run(s, s->forget) < 0)
		return -1;
	return db_sqlite_meta_set(s, "forgotten", (int64_t)upto);
}

static void
disconnect(struct sqlite *s)
{
	db_sqlite_drop_statements(s);
	sqlite3_finalize(s->begin);
	sqlite3_finalize(s->commit);
	sqlite3_finalize(s->forget);
	sqlite3_close(s->sql);
}

static void
sqlite_free(struct db_engine *e)
{
	struct sqlite *s = (struct sqlite *)e;

	disconnect(s);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s->path);
	free(s);
}

/* ---- opening ---- */

/* A process that was killed holds its lock until the kernel has taken it apart,
 * which the one that killed its parent does not see. */
static int
lock_patiently(int fd)
{
	const struct timespec pause = { .tv_nsec = 10 * NSEC_PER_MSEC };
	int64_t end = clock_mono_ns() + LOCK_PATIENCE_MS * NSEC_PER_MSEC;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -1;
		if (clock_mono_ns() > end)
			return -1;
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* One daemon a database: held until the descriptor is closed. */
int
db_sqlite_lock(const char *path, char *err, size_t err_size)
{
	char lock[4096];
	int fd;

	if ((size_t)snprintf(lock, sizeof(lock), "%s.lock", path) >=
	    sizeof(lock)) {
		snprintf(err, err_size, "the path of the database is too long");
		return -1;
	}
	fd = fault_open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		snprintf(err, err_size, "%s: %s", lock, strerror(errno));
	} else if (lock_patiently(fd) < 0) {
		snprintf(err, err_size,
		    "%s is in use by another xapid; stop that one first", path);
		close(fd);
		return -1;
	}
	return fd;
}

/* A new file, for nobody else to read, whose name survives a power loss. */
static int
make_file(const char *path)
{
	CLEANUP_FREE char *folder = strdup(path);
	CLEANUP_FD int fd =
	    fault_open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	CLEANUP_FD int dir = -1;

	if (fd < 0)
		return errno == EEXIST ? 0 : -1;
	if (!folder)
		return -1;
	dir =
	    fault_open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	return dir < 0 ? -1 : fault_fsync(dir);
}

static struct sqlite *
sqlite_new(const char *path)
{
	struct sqlite *s = fault_calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->engine = (struct db_engine){
		.name = "sqlite",
		.load = db_sqlite_load,
		.begin = sqlite_begin,
		.change = db_sqlite_change,
		.set_ceiling = sqlite_set_ceiling,
		.forget_tombstones = sqlite_forget,
		.commit = sqlite_commit,
		.rollback = sqlite_rollback,
		.close = sqlite_free,
	};
	s->lock_fd = -1;
	s->path = strdup(path);
	if (!s->path) {
		free(s);
		return NULL;
	}
	return s;
}

static struct db_engine *
open_file(const char *path, bool lock, char *err, size_t err_size)
{
	struct sqlite *s = sqlite_new(path);

	if (!s) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	if (lock && (s->lock_fd = db_sqlite_lock(path, err, err_size)) < 0)
		goto fail;
	if (make_file(path) < 0) {
		snprintf(err, err_size, "%s: %s", path, strerror(errno));
		goto fail;
	}
	if (connect_file(s) < 0) {
		snprintf(err, err_size, "%s: %s", path,
		    errno == EOPNOTSUPP ? "the file system cannot keep a log "
					  "(no shared memory)"
					: sqlite3_errmsg(s->sql));
		goto fail;
	}
	if (db_sqlite_schema(s, err, err_size) < 0)
		goto fail;
	return &s->engine;
fail:
	sqlite_free(&s->engine);
	return NULL;
}

struct db_engine *
db_sqlite_open(const char *path, char *err, size_t err_size)
{
	return open_file(path, true, err, err_size);
}

struct db_engine *
db_sqlite_open_unlocked(const char *path, char *err, size_t err_size)
{
	return open_file(path, false, err, err_size);
}

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

#include "db/db_sqlite_private.h"
#include "lib/bytes.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "schema_gen.h"

/* Prepared when needed; by class and field. */
struct class_sql {
	sqlite3_stmt *insert, *delete, *touch;
	sqlite3_stmt **update; /* one a field */
};

/* A thousand statements are possible, and take as much memory as a thousand
 * VMs: those used last are kept. */
#define KEPT_STATEMENTS 32
#define KEPT_BYTES (256 * 1024)

struct kept {
	sqlite3_stmt **st;
	uint64_t used;
	int bytes;
};

/* After a transaction of more changes than usual its pages are let go. */
#define FEW_CHANGES 256

struct sqlite {
	struct db_engine engine;
	char *path;
	int lock_fd;
	sqlite3 *sql;
	sqlite3_stmt *begin, *commit, *bury, *forget;
	struct class_sql classes[CLASS_COUNT];
	struct kept kept[KEPT_STATEMENTS];
	unsigned nkept;
	int kept_bytes;
	uint64_t uses;
	unsigned changes; /* of this transaction */
	bool in_doubt;    /* the last commit failed */
};

/* In the file's header, for file(1) and for who restores: "xapi". */
#define APPLICATION_ID "0x78617069"
#define LOCK_PATIENCE_MS 3000

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

static int
fail_sql(struct sqlite *s)
{
	int err = errno_of(s);

	log_err("database %s: %s", s->path, sqlite3_errmsg(s->sql));
	errno = err;
	return -1;
}

/* The statement is not at fault but what was to be bound to it. */
static int
fail_bind(struct sqlite *s, int rc)
{
	errno = rc == SQLITE_TOOBIG ? EMSGSIZE : ENOMEM;
	log_err("database %s: %s", s->path, sqlite3_errstr(rc));
	return -1;
}

static int
exec(struct sqlite *s, const char *sql)
{
	if (sqlite3_exec(s->sql, sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail_sql(s);
	return 0;
}

static int
run(struct sqlite *s, sqlite3_stmt *st)
{
	int r = sqlite3_step(st);
	int rc = r == SQLITE_DONE ? 0 : fail_sql(s);

	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return rc;
}

__attribute__((format(printf, 3, 4))) static int
prepare(struct sqlite *s, sqlite3_stmt **st_r, const char *fmt, ...)
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
	return rc == SQLITE_OK ? 0 : fail_sql(s);
}

static void
finalize(sqlite3_stmt **st)
{
	sqlite3_finalize(*st);
	*st = NULL;
}

static void
drop_oldest(struct sqlite *s)
{
	struct kept *oldest = s->kept;

	for (unsigned i = 1; i < s->nkept; i++)
		if (s->kept[i].used < oldest->used)
			oldest = &s->kept[i];
	s->kept_bytes -= oldest->bytes;
	finalize(oldest->st);
	*oldest = s->kept[--s->nkept];
}

/* It is about to be used; others may go for it. */
static void
keep(struct sqlite *s, sqlite3_stmt **st)
{
	int bytes;

	for (unsigned i = 0; i < s->nkept; i++)
		if (s->kept[i].st == st) {
			s->kept[i].used = ++s->uses;
			return;
		}
	bytes = sqlite3_stmt_status(*st, SQLITE_STMTSTATUS_MEMUSED, 0);
	while (s->nkept == KEPT_STATEMENTS ||
	    (s->nkept && s->kept_bytes + bytes > KEPT_BYTES))
		drop_oldest(s);
	s->kept[s->nkept++] = (struct kept){ st, ++s->uses, bytes };
	s->kept_bytes += bytes;
}

/* ---- changes ---- */

static int
prepare_insert(struct sqlite *s, const struct class_info *cls)
{
	CLEANUP_BYTES struct bytes cols = { 0 }, marks = { 0 };

	db_sqlite_columns(cls, &cols, NULL);
	db_sqlite_columns(cls, &marks, "?");
	/* a class may have no column of its own */
	if (!bytes_cstr(&cols) || !bytes_cstr(&marks)) {
		errno = ENOMEM;
		return -1;
	}
	return prepare(s, &s->classes[cls->id].insert,
	    "INSERT INTO \"%s\"(_ref,_created,_modified%s) VALUES(?,?,?%s)",
	    cls->name, cols.p, marks.p);
}

static int
insert(struct sqlite *s, const struct engine_change *c)
{
	struct class_sql *k = &s->classes[c->cls->id];
	uint8_t ref[DB_SQLITE_REF_BYTES];
	int n = 0, rc;

	if (!k->insert && prepare_insert(s, c->cls) < 0)
		return -1;
	keep(s, &k->insert);
	db_sqlite_ref_bytes(c->ref, ref);
	sqlite3_bind_blob(k->insert, ++n, ref, sizeof(ref), SQLITE_STATIC);
	sqlite3_bind_int64(k->insert, ++n, (int64_t)c->after->created);
	sqlite3_bind_int64(k->insert, ++n, (int64_t)c->after->modified);
	for (unsigned i = 0; i < c->cls->nfields; i++) {
		const struct field *f = &c->cls->fields[i];

		if (!db_sqlite_on_disk(f))
			continue;
		rc = db_sqlite_bind(k->insert, ++n, f, c->after);
		if (rc != SQLITE_OK)
			return fail_bind(s, rc);
	}
	if (run(s, k->insert) < 0)
		return -1;
	*c->rowid = sqlite3_last_insert_rowid(s->sql);
	return 0;
}

static int
update_field(struct sqlite *s, const struct engine_change *c,
    const struct field *f)
{
	struct class_sql *k = &s->classes[c->cls->id];
	sqlite3_stmt *st;
	int rc;

	if (!k->update) {
		k->update = fault_calloc(c->cls->nfields, sizeof(*k->update));
		if (!k->update)
			return -1;
	}
	if (prepare(s, &k->update[f->index],
		"UPDATE \"%s\" SET \"%s\"=?,_modified=? WHERE _id=?",
		c->cls->name, f->column) < 0)
		return -1;
	keep(s, &k->update[f->index]);
	st = k->update[f->index];
	rc = db_sqlite_bind(st, 1, f, c->after);
	if (rc != SQLITE_OK)
		return fail_bind(s, rc);
	sqlite3_bind_int64(st, 2, (int64_t)c->after->modified);
	sqlite3_bind_int64(st, 3, *c->rowid);
	return run(s, st);
}

static int
update(struct sqlite *s, const struct engine_change *c)
{
	struct class_sql *k = &s->classes[c->cls->id];
	bool updated = false, derived = false;

	for (unsigned i = 0; i < c->cls->nfields; i++) {
		const struct field *f = &c->cls->fields[i];

		if (model_equal(f->type, record_field(c->before, f),
			record_field(c->after, f)))
			continue;
		if (f->inverse_cls >= 0) {
			derived = true;
		} else if (f->persistent) {
			updated = true;
			if (update_field(s, c, f) < 0)
				return -1;
		}
	}
	if (updated || !derived)
		return 0;
	if (prepare(s, &k->touch, "UPDATE \"%s\" SET _modified=? WHERE _id=?",
		c->cls->name) < 0)
		return -1;
	keep(s, &k->touch);
	sqlite3_bind_int64(k->touch, 1, (int64_t)c->after->modified);
	sqlite3_bind_int64(k->touch, 2, *c->rowid);
	return run(s, k->touch);
}

int
db_sqlite_add_tombstone(struct db_engine *e, const struct engine_tombstone *t)
{
	struct sqlite *s = (struct sqlite *)e;
	uint8_t ref[DB_SQLITE_REF_BYTES];

	if (prepare(s, &s->bury,
		"INSERT INTO _deleted(generation,created,class,_ref) "
		"VALUES(?,?,?,?)") < 0)
		return -1;
	db_sqlite_ref_bytes(t->ref, ref);
	sqlite3_bind_int64(s->bury, 1, (int64_t)t->generation);
	sqlite3_bind_int64(s->bury, 2, (int64_t)t->created);
	sqlite3_bind_text(s->bury, 3, class_table[t->cls].name, -1,
	    SQLITE_STATIC);
	sqlite3_bind_blob(s->bury, 4, ref, sizeof(ref), SQLITE_STATIC);
	return run(s, s->bury);
}

static int
remove_row(struct sqlite *s, const struct engine_change *c)
{
	struct class_sql *k = &s->classes[c->cls->id];
	const struct engine_tombstone t = {
		.generation = c->generation,
		.created = c->before->created,
		.cls = c->cls->id,
		.ref = c->ref,
	};

	if (prepare(s, &k->delete, "DELETE FROM \"%s\" WHERE _id=?",
		c->cls->name) < 0)
		return -1;
	keep(s, &k->delete);
	sqlite3_bind_int64(k->delete, 1, *c->rowid);
	if (run(s, k->delete) < 0)
		return -1;
	return c->cls->events ? db_sqlite_add_tombstone(&s->engine, &t) : 0;
}

static int
sqlite_change(struct db_engine *e, const struct engine_change *c)
{
	struct sqlite *s = (struct sqlite *)e;

	s->changes++;
	if (!c->before)
		return insert(s, c);
	if (!c->after)
		return remove_row(s, c);
	return update(s, c);
}

/* ---- opening ---- */

static void
disconnect(struct sqlite *s)
{
	for (int i = 0; i < CLASS_COUNT; i++) {
		struct class_sql *k = &s->classes[i];

		finalize(&k->insert);
		finalize(&k->delete);
		finalize(&k->touch);
		for (unsigned f = 0; k->update && f < class_table[i].nfields;
		     f++)
			finalize(&k->update[f]);
		free(k->update);
		k->update = NULL;
	}
	s->nkept = 0;
	s->kept_bytes = 0;
	finalize(&s->begin);
	finalize(&s->commit);
	finalize(&s->bury);
	finalize(&s->forget);
	sqlite3_close(s->sql);
	s->sql = NULL;
}

/* In its own words, since some file systems cannot do it: "wal". */
static int
use_log(struct sqlite *s)
{
	sqlite3_stmt *st = NULL;
	const char *mode = NULL;
	int rc = -1;

	if (prepare(s, &st, "PRAGMA journal_mode=WAL") < 0)
		return -1;
	if (sqlite3_step(st) == SQLITE_ROW)
		mode = (const char *)sqlite3_column_text(st, 0);
	if (!mode) {
		rc = fail_sql(s);
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
		return fail_sql(s);
	sqlite3_busy_timeout(s->sql, 5000);
	db_sqlite_harden(s->sql);
	if (use_log(s) < 0 || exec(s, "PRAGMA synchronous=FULL") < 0 ||
	    exec(s, "PRAGMA wal_autocheckpoint=2000") < 0 ||
	    exec(s, "PRAGMA journal_size_limit=67108864") < 0 ||
	    exec(s, "PRAGMA cache_size=-2048") < 0)
		return -1;
	return 0;
}

int64_t
db_sqlite_meta(sqlite3 *sql, const char *key)
{
	sqlite3_stmt *st = NULL;
	int64_t v = -1;

	if (sqlite3_prepare_v2(sql, "SELECT value FROM _meta WHERE key=?", -1,
		&st, NULL) == SQLITE_OK) {
		sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
		if (sqlite3_step(st) == SQLITE_ROW)
			v = sqlite3_column_int64(st, 0);
	}
	sqlite3_finalize(st);
	return v;
}

static int
meta_set(struct sqlite *s, const char *key, int64_t value)
{
	sqlite3_stmt *st = NULL;
	int rc;

	if (prepare(s, &st,
		"INSERT INTO _meta(key,value) VALUES(?,?) "
		"ON CONFLICT(key) DO UPDATE SET value=excluded.value") < 0)
		return -1;
	sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, value);
	rc = run(s, st);
	sqlite3_finalize(st);
	return rc;
}

static int
create_schema(struct sqlite *s)
{
	if (exec(s, "PRAGMA application_id=" APPLICATION_ID) < 0 ||
	    exec(s,
		"CREATE TABLE _meta(key TEXT PRIMARY KEY, value INTEGER "
		"NOT NULL) STRICT, WITHOUT ROWID") < 0 ||
	    exec(s,
		"CREATE TABLE _deleted(generation INTEGER NOT NULL, "
		"created INTEGER NOT NULL, class TEXT NOT NULL, "
		"_ref BLOB NOT NULL) STRICT") < 0)
		return -1;
	for (const char *const *sql = schema_create; *sql; sql++)
		if (exec(s, *sql) < 0)
			return -1;
	return meta_set(s, "schema_version", schema_version);
}

static int
migrate(struct sqlite *s, int64_t version)
{
	const struct schema_migration *m = schema_migrations;

	while (m->from && m->from != version)
		m++;
	if (m->to != schema_version) {
		errno = EPROTO;
		return -1;
	}
	for (const char *const *sql = m->sql; *sql; sql++)
		if (exec(s, *sql) < 0)
			return -1;
	return meta_set(s, "schema_version", schema_version);
}

/* Creates or upgrades, as one transaction. */
static int
ensure_schema(struct sqlite *s, char *err, size_t err_size)
{
	int64_t version = db_sqlite_meta(s->sql, "schema_version");
	int rc;

	if (version == schema_version)
		return 0;
	if (version > schema_version) {
		snprintf(err, err_size,
		    "%s was written by a newer xapid (schema %lld, this one "
		    "knows %d); install that version or restore a backup",
		    s->path, (long long)version, schema_version);
		return -1;
	}
	rc = exec(s, "BEGIN IMMEDIATE");
	if (rc == 0)
		rc = version < 0 ? create_schema(s) : migrate(s, version);
	if (rc == 0)
		rc = exec(s, "COMMIT");
	if (rc < 0) {
		snprintf(err, err_size, "%s: cannot %s the database: %s",
		    s->path, version < 0 ? "create" : "upgrade",
		    errno == EPROTO ? "no way from its schema version"
				    : sqlite3_errmsg(s->sql));
		sqlite3_exec(s->sql, "ROLLBACK", NULL, NULL, NULL);
	} else if (version >= 0) {
		log_info("database: upgraded from schema %lld to %d",
		    (long long)version, schema_version);
	}
	return rc;
}

/* ---- loading ---- */

static int
load_row(const struct engine_loader *l, const struct class_info *cls,
    sqlite3_stmt *st, struct arena *a, struct type_error *err)
{
	struct record *r = db_sqlite_row(a, st, cls, err);

	if (!r)
		return -1;
	if (l->record(l->arg, r, sqlite3_column_int64(st, 0)) == 0)
		return 0;
	if (errno == EEXIST)
		snprintf(err->text, sizeof(err->text),
		    "two rows have the same reference");
	return -1;
}

static int
load_class(struct sqlite *s, const struct engine_loader *l,
    const struct class_info *cls, struct type_error *err)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	sqlite3_stmt *st = a ? db_sqlite_select(s->sql, cls) : NULL;
	int r = SQLITE_DONE, rc = 0;

	if (!st)
		return fail_sql(s);
	while (rc == 0 && (r = sqlite3_step(st)) == SQLITE_ROW) {
		rc = load_row(l, cls, st, a, err);
		arena_reset(a);
	}
	if (rc == 0 && r != SQLITE_DONE)
		rc = fail_sql(s);
	sqlite3_finalize(st);
	return rc;
}

static int
load_deleted(struct sqlite *s, const struct engine_loader *l)
{
	sqlite3_stmt *st = NULL;
	int r;

	if (prepare(s, &st,
		"SELECT generation,created,class,_ref FROM _deleted "
		"ORDER BY generation") < 0)
		return -1;
	while ((r = sqlite3_step(st)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(st, 2);
		const struct class_info *cls = name ? class_find(name) : NULL;
		int64_t generation = sqlite3_column_int64(st, 0);
		struct engine_tombstone t = {
			.generation = (uint64_t)generation,
			.created = (uint64_t)sqlite3_column_int64(st, 1),
		};

		/* of a class that is no more, or damaged: nobody asks for it */
		if (!cls || !db_sqlite_ref_column(st, 3, &t.ref) ||
		    generation < 0 || generation >= DB_SQLITE_GENERATION_MAX)
			continue;
		t.cls = cls->id;
		l->tombstone(l->arg, &t);
	}
	if (r != SQLITE_DONE)
		(void)fail_sql(s);
	sqlite3_finalize(st);
	return r == SQLITE_DONE ? 0 : -1;
}

static uint64_t
meta_generation(struct sqlite *s, const char *key)
{
	int64_t g = db_sqlite_meta(s->sql, key);

	return g > 0 && g < DB_SQLITE_GENERATION_MAX ? (uint64_t)g : 0;
}

/* Of the file; the log is small. */
static uint64_t
bytes_of(struct sqlite *s)
{
	sqlite3_file *f = NULL;
	sqlite3_int64 size = 0;

	if (sqlite3_file_control(s->sql, "main", SQLITE_FCNTL_FILE_POINTER,
		&f) == SQLITE_OK &&
	    f && f->pMethods)
		(void)f->pMethods->xFileSize(f, &size);
	return (uint64_t)size;
}

static int
sqlite_load(struct db_engine *e, const struct engine_loader *l,
    struct engine_state *state_r, char *err, size_t err_size)
{
	struct sqlite *s = (struct sqlite *)e;
	struct type_error te = { "" };

	if (l->expect)
		l->expect(l->arg, bytes_of(s));
	for (int c = 0; c < CLASS_COUNT; c++) {
		const struct class_info *cls = &class_table[c];

		if (!cls->stored || !cls->persistent)
			continue;
		if (load_class(s, l, cls, &te) < 0) {
			snprintf(err, err_size,
			    "%s: table %s: %s; try xapid --check-db", s->path,
			    cls->name,
			    te.text[0] ? te.text : sqlite3_errmsg(s->sql));
			return -1;
		}
	}
	if (load_deleted(s, l) < 0) {
		snprintf(err, err_size, "%s: table _deleted: %s", s->path,
		    sqlite3_errmsg(s->sql));
		return -1;
	}
	state_r->ceiling = meta_generation(s, "ceiling");
	state_r->forgotten = meta_generation(s, "forgotten");
	/* What was read is not read again. */
	(void)sqlite3_db_release_memory(s->sql);
	return 0;
}

/* ---- transactions ---- */

static int
sqlite_begin(struct db_engine *e)
{
	struct sqlite *s = (struct sqlite *)e;

	s->changes = 0;
	if (prepare(s, &s->begin, "BEGIN IMMEDIATE") < 0)
		return -1;
	return run(s, s->begin);
}

static int
sqlite_commit(struct db_engine *e)
{
	struct sqlite *s = (struct sqlite *)e;
	int rc;

	rc = prepare(s, &s->commit, "COMMIT");
	if (rc == 0)
		rc = run(s, s->commit);
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
	return meta_set((struct sqlite *)e, "ceiling", (int64_t)ceiling);
}

static int
sqlite_forget(struct db_engine *e, uint64_t upto)
{
	struct sqlite *s = (struct sqlite *)e;

	if (prepare(s, &s->forget, "DELETE FROM _deleted WHERE generation<=?") <
	    0)
		return -1;
	sqlite3_bind_int64(s->forget, 1, (int64_t)upto);
	if (run(s, s->forget) < 0)
		return -1;
	return meta_set(s, "forgotten", (int64_t)upto);
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
		.load = sqlite_load,
		.begin = sqlite_begin,
		.change = sqlite_change,
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
	if (ensure_schema(s, err, err_size) < 0)
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

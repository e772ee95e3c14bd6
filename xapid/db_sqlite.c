/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The default engine: one SQLite file in WAL mode with synchronous=FULL, so
 * that a commit is one write and one fdatasync of the log.
 *
 * Besides the generated tables there are _meta (key, value: schema_version,
 * ceiling) and _deleted (remembered deletions). A file lock beside the
 * database keeps a second daemon out; readers such as xapid --check-db open
 * the database itself and need no lock. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "db_engine.h"
#include "lib/bytes.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "schema.h"

/* Prepared when first needed; by class and field. */
struct class_sql {
	sqlite3_stmt *insert, *delete, *touch;
	sqlite3_stmt **update; /* one a field */
};

struct sqlite {
	struct db_engine engine;
	char *path;
	int lock_fd;
	sqlite3 *sql;
	sqlite3_stmt *begin, *commit, *rollback, *ceiling, *bury, *forget;
	struct class_sql classes[CLASS_COUNT];
	bool sick; /* a commit failed: open again before the next one */
};

static bool
on_disk(const struct field *f)
{
	return f->persistent && f->inverse_cls < 0;
}

/* ---- errors ---- */

static int
fail_sql(struct sqlite *s)
{
	int err = EIO;

	switch (sqlite3_errcode(s->sql)) {
	case SQLITE_FULL:
		err = ENOSPC;
		break;
	case SQLITE_NOMEM:
		err = ENOMEM;
		break;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		err = sqlite3_system_errno(s->sql);
		if (err != ENOSPC && err != EDQUOT && err != EMFILE &&
		    err != ENOMEM && err != EROFS)
			err = EIO;
		break;
	default:
		break;
	}
	log_err("database %s: %s", s->path, sqlite3_errmsg(s->sql));
	s->sick = true;
	errno = err;
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

	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return r == SQLITE_DONE ? 0 : fail_sql(s);
}

__attribute__((format(printf, 3, 4))) static int
prepare(struct sqlite *s, sqlite3_stmt **st_r, const char *fmt, ...)
{
	char *sql;
	va_list ap;

	if (*st_r)
		return 0;
	va_start(ap, fmt);
	sql = sqlite3_vmprintf(fmt, ap);
	va_end(ap);
	if (!sql) {
		errno = ENOMEM;
		return -1;
	}
	if (sqlite3_prepare_v3(s->sql, sql, -1, SQLITE_PREPARE_PERSISTENT,
		st_r, NULL) != SQLITE_OK) {
		sqlite3_free(sql);
		return fail_sql(s);
	}
	sqlite3_free(sql);
	return 0;
}

/* ---- values ---- */

/* JSON text is copied by SQLite; strings live in the record, which outlives
 * the statement. */
static int
bind(struct sqlite *s, sqlite3_stmt *st, int i, const struct field *f,
    const struct record *r)
{
	const void *mem = record_field(r, f);
	CLEANUP_BYTES struct bytes json = { 0 };
	char ref[REF_CHARS + 1];
	int rc;

	switch (f->type->kind) {
	case TYPE_STRING:
	case TYPE_SECRET:
		rc = sqlite3_bind_text(st, i, *(const char *const *)mem, -1,
		    SQLITE_STATIC);
		break;
	case TYPE_INT:
	case TYPE_DATETIME:
		rc = sqlite3_bind_int64(st, i, *(const int64_t *)mem);
		break;
	case TYPE_BOOL:
		rc = sqlite3_bind_int(st, i, *(const bool *)mem);
		break;
	case TYPE_FLOAT:
		rc = sqlite3_bind_double(st, i, *(const double *)mem);
		break;
	case TYPE_ENUM:
		rc = sqlite3_bind_text(st, i,
		    f->type->en->values[*(const int *)mem], -1, SQLITE_STATIC);
		break;
	case TYPE_REF:
		rc = sqlite3_bind_text(st, i, ref,
		    ref_format(*(const struct ref *)mem, ref),
		    SQLITE_TRANSIENT);
		break;
	default:
		model_to_json(f->type, mem, &json);
		if (json.failed) {
			errno = ENOMEM;
			return -1;
		}
		rc = sqlite3_bind_text(st, i, json.p, (int)json.len,
		    SQLITE_TRANSIENT);
	}
	return rc == SQLITE_OK ? 0 : fail_sql(s);
}

/* Typed memory of a column, in the arena. */
static int
column(struct arena *a, sqlite3_stmt *st, int i, const struct field *f,
    void *mem, struct type_error *err)
{
	const struct type *type = f->type;
	const char *text;
	int e;

	switch (type->kind) {
	case TYPE_STRING:
	case TYPE_SECRET:
		text = (const char *)sqlite3_column_text(st, i);
		*(const char **)mem = arena_strdup(a, text ? text : "");
		return *(const char **)mem ? 0 : -1;
	case TYPE_INT:
	case TYPE_DATETIME:
		*(int64_t *)mem = sqlite3_column_int64(st, i);
		return 0;
	case TYPE_BOOL:
		*(bool *)mem = sqlite3_column_int(st, i) != 0;
		return 0;
	case TYPE_FLOAT:
		*(double *)mem = sqlite3_column_double(st, i);
		return 0;
	case TYPE_ENUM:
		text = (const char *)sqlite3_column_text(st, i);
		e = enum_find(type->en, text ? text : "");
		if (e < 0) {
			log_warn("database: %s is no %s; using %s",
			    text ? text : "NULL", type->en->name,
			    type->en->values[0]);
			e = 0;
		}
		*(int *)mem = e;
		return 0;
	case TYPE_REF:
		text = (const char *)sqlite3_column_text(st, i);
		if (!text || !ref_parse(text, mem))
			*(struct ref *)mem = REF_NULL;
		return 0;
	default:
		text = (const char *)sqlite3_column_text(st, i);
		if (!text || strcmp(text, "[]") == 0 ||
		    strcmp(text, "{}") == 0) {
			model_empty(type, mem);
			return 0;
		}
		return model_from_json(a, type, text, strlen(text), mem, err);
	}
}

/* ---- changes ---- */

static void
sql_columns(const struct class_info *cls, struct bytes *b, const char *each)
{
	for (unsigned i = 0; i < cls->nfields; i++) {
		if (!on_disk(&cls->fields[i]))
			continue;
		bytes_puts(b, ",");
		if (each)
			bytes_puts(b, each);
		else
			bytes_printf(b, "\"%s\"", cls->fields[i].column);
	}
}

static int
insert(struct sqlite *s, const struct engine_change *c)
{
	struct class_sql *k = &s->classes[c->cls->id];
	CLEANUP_BYTES struct bytes cols = { 0 }, marks = { 0 };
	sqlite3_stmt *st;
	int n = 0;

	if (!k->insert) {
		sql_columns(c->cls, &cols, NULL);
		sql_columns(c->cls, &marks, "?");
		bytes_cstr(&cols);
		bytes_cstr(&marks);
		if (cols.failed || marks.failed) {
			errno = ENOMEM;
			return -1;
		}
		if (prepare(s, &k->insert,
			"INSERT INTO \"%s\"(_ref,_created,_modified%s) "
			"VALUES(?,?,?%s)",
			c->cls->name, cols.p, marks.p) < 0)
			return -1;
	}
	st = k->insert;
	sqlite3_bind_blob(st, ++n, &c->ref, sizeof(c->ref), SQLITE_STATIC);
	sqlite3_bind_int64(st, ++n, (int64_t)c->after->created);
	sqlite3_bind_int64(st, ++n, (int64_t)c->after->modified);
	for (unsigned i = 0; i < c->cls->nfields; i++)
		if (on_disk(&c->cls->fields[i]) &&
		    bind(s, st, ++n, &c->cls->fields[i], c->after) < 0)
			return -1;
	if (run(s, st) < 0)
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

	if (!k->update) {
		k->update = fault_calloc(c->cls->nfields, sizeof(*k->update));
		if (!k->update)
			return -1;
	}
	if (prepare(s, &k->update[f->index],
		"UPDATE \"%s\" SET \"%s\"=?,_modified=? WHERE _id=?",
		c->cls->name, f->column) < 0)
		return -1;
	st = k->update[f->index];
	if (bind(s, st, 1, f, c->after) < 0)
		return -1;
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
	sqlite3_bind_int64(k->touch, 1, (int64_t)c->after->modified);
	sqlite3_bind_int64(k->touch, 2, *c->rowid);
	return run(s, k->touch);
}

static int delete (struct sqlite *s, const struct engine_change *c)
{
	struct class_sql *k = &s->classes[c->cls->id];

	if (prepare(s, &k->delete, "DELETE FROM \"%s\" WHERE _id=?",
		c->cls->name) < 0)
		return -1;
	sqlite3_bind_int64(k->delete, 1, *c->rowid);
	if (run(s, k->delete) < 0)
		return -1;
	if (!c->cls->events)
		return 0;
	if (prepare(s, &s->bury,
		"INSERT INTO _deleted(generation,created,class,_ref) "
		"VALUES(?,?,?,?)") < 0)
		return -1;
	sqlite3_bind_int64(s->bury, 1, (int64_t)c->generation);
	sqlite3_bind_int64(s->bury, 2, (int64_t)c->before->created);
	sqlite3_bind_text(s->bury, 3, c->cls->name, -1, SQLITE_STATIC);
	sqlite3_bind_blob(s->bury, 4, &c->ref, sizeof(c->ref), SQLITE_STATIC);
	return run(s, s->bury);
}

static int
sqlite_change(struct db_engine *e, const struct engine_change *c)
{
	struct sqlite *s = (struct sqlite *)e;

	if (!c->before)
		return insert(s, c);
	if (!c->after)
		return delete (s, c);
	return update(s, c);
}

/* ---- opening ---- */

static void
finalize(sqlite3_stmt **st)
{
	sqlite3_finalize(*st);
	*st = NULL;
}

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
	finalize(&s->begin);
	finalize(&s->commit);
	finalize(&s->rollback);
	finalize(&s->ceiling);
	finalize(&s->bury);
	finalize(&s->forget);
	sqlite3_close(s->sql);
	s->sql = NULL;
}

static int
connect_file(struct sqlite *s)
{
	if (sqlite3_open_v2(s->path, &s->sql,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		NULL) != SQLITE_OK)
		return fail_sql(s);
	sqlite3_extended_result_codes(s->sql, 0);
	sqlite3_busy_timeout(s->sql, 5000);
	sqlite3_db_config(s->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (exec(s, "PRAGMA journal_mode=WAL") < 0 ||
	    exec(s, "PRAGMA synchronous=FULL") < 0 ||
	    exec(s, "PRAGMA wal_autocheckpoint=2000") < 0 ||
	    exec(s, "PRAGMA journal_size_limit=67108864") < 0 ||
	    exec(s, "PRAGMA cache_size=-2048") < 0)
		return -1;
	s->sick = false;
	return 0;
}

/* -1: no such row or table. */
static int64_t
meta_get(struct sqlite *s, const char *key)
{
	sqlite3_stmt *st = NULL;
	int64_t v = -1;

	if (sqlite3_prepare_v2(s->sql, "SELECT value FROM _meta WHERE key=?",
		-1, &st, NULL) == SQLITE_OK) {
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
	if (exec(s,
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
migrate(struct sqlite *s, int version)
{
	bool moved = true;

	while (version < schema_version && moved) {
		moved = false;
		for (unsigned i = 0; i < schema_migration_count; i++) {
			const struct schema_migration *m =
			    &schema_migrations[i];

			if (m->from != version)
				continue;
			for (const char *const *q = m->sql; *q; q++)
				if (exec(s, *q) < 0)
					return -1;
			version = m->to;
			moved = true;
			break;
		}
	}
	if (version != schema_version) {
		errno = EPROTO;
		return -1;
	}
	return meta_set(s, "schema_version", version);
}

/* Creates or upgrades, as one transaction. */
static int
ensure_schema(struct sqlite *s, char *err, size_t err_size)
{
	int64_t version = meta_get(s, "schema_version");
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
		rc = version < 0 ? create_schema(s) : migrate(s, (int)version);
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
	struct record *typed = arena_alloc(a, cls->size);
	struct record *r;
	int n = 4;

	if (!typed)
		return -1;
	typed->cls = cls;
	if (sqlite3_column_bytes(st, 1) != sizeof(typed->self)) {
		snprintf(err->text, sizeof(err->text), "a row without _ref");
		return -1;
	}
	memcpy(&typed->self, sqlite3_column_blob(st, 1), sizeof(typed->self));
	typed->created = (uint64_t)sqlite3_column_int64(st, 2);
	typed->modified = (uint64_t)sqlite3_column_int64(st, 3);
	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];
		void *mem = (char *)typed + f->offset;

		if (f->inverse_cls >= 0)
			continue;
		if (!f->persistent)
			memcpy(mem, f->initial, f->type->size);
		else if (column(a, st, n++, f, mem, err) < 0)
			return -1;
	}
	r = record_build(cls, typed, 0, NULL, NULL);
	if (!r)
		return -1;
	return l->record(l->arg, r, sqlite3_column_int64(st, 0));
}

static int
load_class(struct sqlite *s, const struct engine_loader *l,
    const struct class_info *cls, struct type_error *err)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	CLEANUP_BYTES struct bytes cols = { 0 };
	sqlite3_stmt *st = NULL;
	int r, rc;

	sql_columns(cls, &cols, NULL);
	if (!a || !bytes_cstr(&cols))
		return -1;
	if (prepare(s, &st, "SELECT _id,_ref,_created,_modified%s FROM \"%s\"",
		cols.p, cls->name) < 0)
		return -1;
	rc = 0;
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
	int rc = 0;

	if (prepare(s, &st,
		"SELECT generation,created,class,_ref FROM "
		"_deleted ORDER BY generation") < 0)
		return -1;
	while (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(st, 2);
		const struct class_info *cls = name ? class_find(name) : NULL;
		struct engine_tombstone t = {
			.generation = (uint64_t)sqlite3_column_int64(st, 0),
			.created = (uint64_t)sqlite3_column_int64(st, 1),
		};

		if (!cls || sqlite3_column_bytes(st, 3) != sizeof(t.ref))
			continue;
		t.cls = cls->id;
		memcpy(&t.ref, sqlite3_column_blob(st, 3), sizeof(t.ref));
		rc = l->tombstone(l->arg, &t);
	}
	sqlite3_finalize(st);
	return rc;
}

static int
sqlite_load(struct db_engine *e, const struct engine_loader *l,
    uint64_t *ceiling_r, char *err, size_t err_size)
{
	struct sqlite *s = (struct sqlite *)e;
	struct type_error te = { "" };
	int64_t ceiling;

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
		snprintf(err, err_size, "%s: %s", s->path,
		    sqlite3_errmsg(s->sql));
		return -1;
	}
	ceiling = meta_get(s, "ceiling");
	*ceiling_r = ceiling > 0 ? (uint64_t)ceiling : 0;
	return 0;
}

/* ---- transactions ---- */

static int
sqlite_begin(struct db_engine *e)
{
	struct sqlite *s = (struct sqlite *)e;

	/* After a failed commit nobody knows what the page cache of this
	 * connection holds: start from the file. */
	if (s->sick || !s->sql) {
		disconnect(s);
		if (connect_file(s) < 0)
			return -1;
	}
	if (prepare(s, &s->begin, "BEGIN IMMEDIATE") < 0)
		return -1;
	return run(s, s->begin);
}

static int
sqlite_commit(struct db_engine *e)
{
	struct sqlite *s = (struct sqlite *)e;

	if (prepare(s, &s->commit, "COMMIT") < 0)
		return -1;
	return run(s, s->commit);
}

static void
sqlite_rollback(struct db_engine *e)
{
	struct sqlite *s = (struct sqlite *)e;

	if (s->sql && !sqlite3_get_autocommit(s->sql))
		sqlite3_exec(s->sql, "ROLLBACK", NULL, NULL, NULL);
	s->sick = true;
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
	return run(s, s->forget);
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

/* One daemon a database: held until the process ends. */
static int
take_lock(struct sqlite *s, char *err, size_t err_size)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s.lock", s->path);
	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd < 0) {
		snprintf(err, err_size, "%s: %s", path, strerror(errno));
		return -1;
	}
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		snprintf(err, err_size,
		    "%s is in use by another xapid; stop that one first",
		    s->path);
		return -1;
	}
	return 0;
}

struct db_engine *
db_sqlite_open(const char *path, char *err, size_t err_size)
{
	struct sqlite *s = fault_calloc(1, sizeof(*s));
	mode_t mask;
	int rc;

	if (!s) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
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
		snprintf(err, err_size, "out of memory");
		goto fail;
	}
	if (take_lock(s, err, err_size) < 0)
		goto fail;
	mask = umask(077);
	rc = connect_file(s);
	umask(mask);
	if (rc < 0) {
		snprintf(err, err_size, "%s: %s", path,
		    s->sql ? sqlite3_errmsg(s->sql) : strerror(errno));
		goto fail;
	}
	if (ensure_schema(s, err, err_size) < 0)
		goto fail;
	return &s->engine;
fail:
	sqlite_free(&s->engine);
	return NULL;
}

int
db_sqlite_backup(const char *path, const char *to, char *err, size_t err_size)
{
	sqlite3 *from = NULL, *dest = NULL;
	sqlite3_backup *b;
	int rc = -1;

	if (sqlite3_open_v2(path, &from, SQLITE_OPEN_READONLY, NULL) !=
		SQLITE_OK ||
	    sqlite3_open_v2(to, &dest,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
		NULL) != SQLITE_OK) {
		snprintf(err, err_size, "%s: %s", dest ? to : path,
		    sqlite3_errmsg(dest ? dest : from));
	} else if (!(b = sqlite3_backup_init(dest, "main", from, "main"))) {
		snprintf(err, err_size, "%s: %s", to, sqlite3_errmsg(dest));
	} else {
		sqlite3_backup_step(b, -1);
		if (sqlite3_backup_finish(b) == SQLITE_OK)
			rc = 0;
		else
			snprintf(err, err_size, "%s: %s", to,
			    sqlite3_errmsg(dest));
	}
	sqlite3_close(from);
	sqlite3_close(dest);
	return rc;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of a file: made, or upgraded by the generated migrations. */
#include <errno.h>
#include <stdio.h>

#include "db/db_sqlite_engine.h"
#include "lib/log.h"
#include "schema_gen.h"

/* In the file's header, for file(1) and for who restores: "xapi". */
#define APPLICATION_ID "0x78617069"

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

int
db_sqlite_meta_set(struct sqlite *s, const char *key, int64_t value)
{
	sqlite3_stmt *st = NULL;
	int rc;

	if (db_sqlite_prepare(s, &st,
		"INSERT INTO _meta(key,value) VALUES(?,?) "
		"ON CONFLICT(key) DO UPDATE SET value=excluded.value") < 0)
		return -1;
	sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, value);
	rc = db_sqlite_run(s, st);
	sqlite3_finalize(st);
	return rc;
}

static int
create_schema(struct sqlite *s)
{
	if (db_sqlite_exec(s, "PRAGMA application_id=" APPLICATION_ID) < 0 ||
	    db_sqlite_exec(s,
		"CREATE TABLE _meta(key TEXT PRIMARY KEY, value INTEGER "
		"NOT NULL) STRICT, WITHOUT ROWID") < 0 ||
	    db_sqlite_exec(s,
		"CREATE TABLE _deleted(generation INTEGER NOT NULL, "
		"created INTEGER NOT NULL, class TEXT NOT NULL, "
		"_ref BLOB NOT NULL) STRICT") < 0)
		return -1;
	for (const char *const *sql = schema_create; *sql; sql++)
		if (db_sqlite_exec(s, *sql) < 0)
			return -1;
	return db_sqlite_meta_set(s, "schema_version", schema_version);
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
		if (db_sqlite_exec(s, *sql) < 0)
			return -1;
	return db_sqlite_meta_set(s, "schema_version", schema_version);
}

/* Creates or upgrades, as one transaction. */
int
db_sqlite_schema(struct sqlite *s, char *err, size_t err_size)
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
	rc = db_sqlite_exec(s, "BEGIN IMMEDIATE");
	if (rc == 0)
		rc = version < 0 ? create_schema(s) : migrate(s, version);
	if (rc == 0)
		rc = db_sqlite_exec(s, "COMMIT");
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

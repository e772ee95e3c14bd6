/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files that read and write SQLite: rows as typed memory, and
 * the file system under it. */
#ifndef XAPID_DB_SQLITE_PRIVATE_H
#define XAPID_DB_SQLITE_PRIVATE_H

#include <sqlite3.h>

#include "db/db_engine.h"

/* ---- db_sqlite_vfs.c ---- */
/* SQLite's own file system, and its memory, through the points of lib/fault.h.
 * To be named when a database is opened; made on the first call. */
const char *db_sqlite_vfs(void);
/* Why the last call of this thread that failed did: sqlite3_system_errno does
 * not know it of a commit. */
int db_sqlite_vfs_errno(void);
/* Where the last write to a log ended: what came before and was synced may not
 * be lost, whatever happens to the bytes behind. For crash tests. */
int64_t db_sqlite_log_end(void);

/* ---- db_sqlite_row.c ---- */
#define DB_SQLITE_REF_BYTES 16
/* Generations are far from the end of their type; what is not is damaged. */
#define DB_SQLITE_GENERATION_MAX (INT64_C(1) << 62)

/* Whether the field has a column. */
bool db_sqlite_on_disk(const struct field *f);
/* Appends ,"column" for each, or `each` in the place of every name. */
void db_sqlite_columns(const struct class_info *cls, struct bytes *b,
    const char *each);
/* "SELECT _id,_ref,_created,_modified,…" in the order of the class, of those
 * from one _id up to another (two parameters). NULL: no memory. */
sqlite3_stmt *db_sqlite_select(sqlite3 *sql, const struct class_info *cls);
/* A reference as it stands in _ref: the bytes of its uuid, in their order. */
void db_sqlite_ref_bytes(struct ref r, uint8_t out[DB_SQLITE_REF_BYTES]);
/* False: no reference of an object. */
bool db_sqlite_ref_column(sqlite3_stmt *st, int i, struct ref *out_r);
/* Typed memory to a parameter. r must live until the statement has run. */
int db_sqlite_bind(sqlite3_stmt *st, int i, const struct field *f,
    const struct record *r);
/* Typed memory from a column: valid until the next step of st, and as long as
 * the arena. -1: err says what is wrong with it, or is empty (no memory). */
int db_sqlite_column(struct arena *a, sqlite3_stmt *st, int i,
    const struct field *f, void *mem, struct type_error *err);
/* A whole row of db_sqlite_select; derived fields are empty, volatile ones have
 * their defaults. NULL as above. */
struct record *db_sqlite_row(struct arena *a, sqlite3_stmt *st,
    const struct class_info *cls, struct type_error *err);

/* ---- db_sqlite.c ---- */
/* What a file from anywhere may not make us do; and "no column" is an error,
 * not the text of its name. */
void db_sqlite_harden(sqlite3 *sql);
/* As db_sqlite_open, without the lock: for a file that nobody else knows. */
struct db_engine *db_sqlite_open_unlocked(const char *path, char *err,
    size_t err_size);
/* Holds the lock of a database that is not opened. The descriptor, or -1 with a
 * sentence in err. */
int db_sqlite_lock(const char *path, char *err, size_t err_size);
/* Inside a transaction of this engine, which must be SQLite's. */
int db_sqlite_add_tombstone(struct db_engine *e,
    const struct engine_tombstone *t);
/* The value of a key in _meta, or -1. */
int64_t db_sqlite_meta(sqlite3 *sql, const char *key);

#endif

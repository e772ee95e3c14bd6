/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside the engine: an open file and its prepared statements. Only
 * db_sqlite.c, db_sqlite_change.c, db_sqlite_load.c and db_sqlite_schema.c
 * include this. What fails answers -1 with errno set, and has been logged. */
#ifndef XAPID_DB_SQLITE_ENGINE_H
#define XAPID_DB_SQLITE_ENGINE_H

#include "db/db_sqlite_private.h"

/* Prepared when needed; by class and field. */
struct class_sql {
	sqlite3_stmt *insert, *delete, *touch;
	sqlite3_stmt **update; /* one a field */
};

/* A thousand statements are possible, and take as much memory as a thousand
 * VMs: those used last are kept. */
#define KEPT_STATEMENTS 32
#define KEPT_BYTES (256 * 1024)

/* One of those that are kept: where it is known, when it was used last, and what
 * it takes. */
struct kept {
	sqlite3_stmt **st;
	uint64_t used;
	int bytes;
};

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

/* ---- db_sqlite.c ---- */
/* Logs what SQLite says, and errno by it. -1. */
int db_sqlite_fail(struct sqlite *s);
/* SQL without a result. */
int db_sqlite_exec(struct sqlite *s, const char *sql);
/* One step, which must be the last; then the statement is as new. */
int db_sqlite_run(struct sqlite *s, sqlite3_stmt *st);
/* Unless it is there already. */
__attribute__((format(printf, 3, 4))) int db_sqlite_prepare(struct sqlite *s,
    sqlite3_stmt **st_r, const char *fmt, ...);

/* ---- db_sqlite_change.c ---- */
/* Adds a change to the transaction that is open. */
int db_sqlite_change(struct db_engine *e, const struct engine_change *c);
/* Forgets all that were prepared: the file is closed. */
void db_sqlite_drop_statements(struct sqlite *s);

/* ---- db_sqlite_load.c ---- */
/* All rows into the loader, and the state of the database. -1: a sentence in
 * err. */
int db_sqlite_load(struct db_engine *e, const struct engine_loader *l,
    struct engine_state *state_r, char *err, size_t err_size);

/* ---- db_sqlite_schema.c ---- */
/* A number that belongs to the whole file. */
int db_sqlite_meta_set(struct sqlite *s, const char *key, int64_t value);
/* Creates or upgrades, as one transaction. -1: a sentence in err. */
int db_sqlite_schema(struct sqlite *s, char *err, size_t err_size);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All rows of a file as records, in the order in which they were made. */
#include <errno.h>
#include <stdio.h>

#include "db/db_sqlite_engine.h"

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
		return db_sqlite_fail(s);
	while (rc == 0 && (r = sqlite3_step(st)) == SQLITE_ROW) {
		rc = load_row(l, cls, st, a, err);
		arena_reset(a);
	}
	if (rc == 0 && r != SQLITE_DONE)
		rc = db_sqlite_fail(s);
	sqlite3_finalize(st);
	return rc;
}

static int
load_deleted(struct sqlite *s, const struct engine_loader *l)
{
	sqlite3_stmt *st = NULL;
	int r;

	if (db_sqlite_prepare(s, &st,
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
		(void)db_sqlite_fail(s);
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

int
db_sqlite_load(struct db_engine *e, const struct engine_loader *l,
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

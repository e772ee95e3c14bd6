/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two passes over all tables: the first learns which objects there are, the
 * second looks at every cell and, to repair, writes what it made of the row
 * into a new file. A table whose pages are damaged is read from its front until
 * it breaks, and then from its end. */
#include "db/db_check.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "db/db_check_private.h"
#include "db/db_private.h"
#include "schema_gen.h"

#define FINDINGS_SHOWN 1000u

/* ---- the report ---- */

void
db_check_finding(struct check *c, const char *fmt, ...)
{
	va_list ap;

	if (c->findings++ >= FINDINGS_SHOWN) {
		if (c->findings == FINDINGS_SHOWN + 1)
			fputs("and more, which are only counted\n", c->report);
		return;
	}
	va_start(ap, fmt);
	vfprintf(c->report, fmt, ap);
	va_end(ap);
	fputc('\n', c->report);
}

int
db_check_give_up(struct check *c, const char *why)
{
	fprintf(c->report, "%s: %s\n", c->path, why);
	return -1;
}

int
db_check_nomem(struct check *c)
{
	return db_check_give_up(c, "out of memory");
}

/* ---- reading tables that may be damaged ---- */

typedef int row_fn(struct check *c, const struct class_info *cls,
    sqlite3_stmt *st);

/* All columns in both passes: where a row breaks off they agree. */
static sqlite3_stmt *
prepare_scan(struct check *c, const struct class_info *cls, bool backwards)
{
	CLEANUP_BYTES struct bytes sql = { 0 };
	sqlite3_stmt *st = NULL;

	bytes_puts(&sql, "SELECT _id,_ref,_created,_modified");
	db_sqlite_columns(cls, &sql, NULL);
	bytes_printf(&sql, " FROM \"%s\" WHERE _id>? ORDER BY _id%s", cls->name,
	    backwards ? " DESC" : "");
	if (bytes_cstr(&sql))
		(void)sqlite3_prepare_v2(c->sql, sql.p, -1, &st, NULL);
	return st;
}

/* From the row behind *last_r, or from the end down to it. 0: all was read;
 * 1: the table broke off; -1: give up. */
static int
scan(struct check *c, const struct class_info *cls, bool backwards, row_fn *fn,
    int64_t *last_r)
{
	sqlite3_stmt *st = prepare_scan(c, cls, backwards);
	int r, rc = 0;

	if (!st) {
		db_check_finding(c, "table %s: %s", cls->name,
		    sqlite3_errmsg(c->sql));
		return c->fresh ? db_check_give_up(c,
				      "its tables are not those of its "
				      "schema version; restore a backup")
				: 0;
	}
	sqlite3_bind_int64(st, 1, *last_r);
	while (rc == 0 && (r = sqlite3_step(st)) == SQLITE_ROW) {
		if (!backwards)
			*last_r = sqlite3_column_int64(st, 0);
		rc = fn(c, cls, st);
		arena_reset(c->arena);
	}
	sqlite3_finalize(st);
	if (rc < 0)
		return -1;
	if (r == SQLITE_NOMEM)
		return db_check_nomem(c);
	return r == SQLITE_DONE ? 0 : 1;
}

static bool
has_table(struct check *c, const struct class_info *cls)
{
	return sqlite3_table_column_metadata(c->sql, NULL, cls->name, NULL,
		   NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

static int
scan_table(struct check *c, const struct class_info *cls, bool first,
    row_fn *fn)
{
	int64_t last = INT64_MIN;
	int rc;

	if (!has_table(c, cls)) {
		if (first)
			db_check_finding(c, "table %s is missing", cls->name);
		return 0;
	}
	rc = scan(c, cls, false, fn, &last);
	if (rc != 1)
		return rc;
	if (first)
		db_check_finding(c, "table %s breaks off: %s", cls->name,
		    sqlite3_errmsg(c->sql));
	return scan(c, cls, true, fn, &last) < 0 ? -1 : 0;
}

static int
scan_all(struct check *c, bool first, row_fn *fn)
{
	for (int i = 0; i < CLASS_COUNT; i++) {
		const struct class_info *cls = &class_table[i];

		refmap_free(&c->uuids);
		if (cls->stored && cls->persistent &&
		    scan_table(c, cls, first, fn) < 0)
			return -1;
	}
	return 0;
}
bool
db_check_generation(int64_t g)
{
	return g >= 0 && g < DB_SQLITE_GENERATION_MAX;
}

/* ---- the rest of the file ---- */

static int
check_pages(struct check *c)
{
	sqlite3_stmt *st = NULL;
	int r =
	    sqlite3_prepare_v2(c->sql, "PRAGMA integrity_check", -1, &st, NULL);

	while (r == SQLITE_OK || r == SQLITE_ROW) {
		const char *text;

		r = sqlite3_step(st);
		if (r != SQLITE_ROW)
			break;
		text = (const char *)sqlite3_column_text(st, 0);
		if (text && strcmp(text, "ok") != 0)
			db_check_finding(c, "SQLite: %s", text);
	}
	if (r != SQLITE_DONE)
		db_check_finding(c, "SQLite: %s", sqlite3_errmsg(c->sql));
	sqlite3_finalize(st);
	return r == SQLITE_NOMEM ? db_check_nomem(c) : 0;
}

static bool
read_tombstone(sqlite3_stmt *st, struct engine_tombstone *t)
{
	const char *name = (const char *)sqlite3_column_text(st, 3);
	const struct class_info *cls = name ? class_find(name) : NULL;
	int64_t generation = sqlite3_column_int64(st, 0);
	int64_t created = sqlite3_column_int64(st, 2);

	if (!cls || !db_check_generation(generation) ||
	    !db_check_generation(created) ||
	    !db_sqlite_ref_column(st, 1, &t->ref))
		return false;
	t->generation = (uint64_t)generation;
	t->created = (uint64_t)created;
	t->cls = cls->id;
	return true;
}

static int
check_deleted(struct check *c)
{
	sqlite3_stmt *st = NULL;
	int rc = 0;

	if (sqlite3_prepare_v2(c->sql,
		"SELECT generation,_ref,created,class FROM _deleted "
		"ORDER BY generation",
		-1, &st, NULL) != SQLITE_OK) {
		db_check_finding(c, "table _deleted: %s",
		    sqlite3_errmsg(c->sql));
		return 0;
	}
	while (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
		struct engine_tombstone t = { 0 };

		if (!read_tombstone(st, &t))
			db_check_finding(c,
			    "table _deleted: a row that is no deletion");
		else if (c->fresh)
			rc = db_file_add_tombstone(c->fresh, &t);
	}
	sqlite3_finalize(st);
	return rc < 0 ? db_check_give_up(c, strerror(errno)) : 0;
}

static void
check_meta(struct check *c)
{
	int64_t ceiling = db_sqlite_meta(c->sql, "ceiling");
	int64_t forgotten = db_sqlite_meta(c->sql, "forgotten");

	if (db_check_generation(forgotten))
		c->forgotten = (uint64_t)forgotten;
	if (c->highest && (ceiling < 0 || c->highest > (uint64_t)ceiling))
		db_check_finding(c,
		    "objects changed at generation %llu, above the ceiling "
		    "%lld",
		    (unsigned long long)c->highest, (long long)ceiling);
	if (db_check_generation(ceiling) && (uint64_t)ceiling > c->highest)
		c->highest = (uint64_t)ceiling;
}

static int
check_version(struct check *c)
{
	int64_t version = db_sqlite_meta(c->sql, "schema_version");

	if (version < 0)
		return db_check_give_up(c,
		    "no database of xapid, or too damaged to be read at all");
	if (version > schema_version)
		return db_check_give_up(c,
		    "written by a newer xapid, which checks it");
	if (version < schema_version)
		return db_check_give_up(c,
		    "written by an older xapid: this one upgrades it when it "
		    "starts, and can check it afterwards");
	return 0;
}

/* ---- all together ---- */

static int
check_all(struct check *c)
{
	if (check_version(c) < 0 || check_pages(c) < 0 ||
	    scan_all(c, true, db_check_learn_row) < 0)
		return -1;
	check_meta(c);
	if (c->fresh) {
		c->generation = db_file_generation(c->fresh);
		if (c->generation <= c->highest)
			c->generation = c->highest + 1;
	}
	if (scan_all(c, false, db_check_row) < 0)
		return -1;
	return check_deleted(c);
}

static int
open_file(struct check *c, int flags)
{
	c->arena = arena_new(0);
	if (!c->arena)
		return db_check_nomem(c);
	if (access(c->path, R_OK) < 0)
		return db_check_give_up(c, strerror(errno));
	if (sqlite3_open_v2(c->path, &c->sql, flags, db_sqlite_vfs()) !=
	    SQLITE_OK)
		return db_check_give_up(c, sqlite3_errmsg(c->sql));
	sqlite3_busy_timeout(c->sql, 5000);
	db_sqlite_harden(c->sql);
	/* one moment of a file that others may write */
	(void)sqlite3_exec(c->sql, "BEGIN", NULL, NULL, NULL);
	return 0;
}

static int
check(struct check *c, int flags)
{
	int rc = open_file(c, flags);

	if (rc == 0)
		rc = check_all(c);
	sqlite3_close(c->sql);
	for (int i = 0; i < CLASS_COUNT; i++)
		refmap_free(&c->refs[i]);
	refmap_free(&c->uuids);
	arena_free(c->arena);
	return rc;
}

int
db_check_copy(const char *path, struct db_file *to, FILE *report,
    struct db_check_result *result_r)
{
	struct check c = { .path = path, .report = report, .fresh = to };
	int rc = check(&c, SQLITE_OPEN_READWRITE);

	*result_r = (struct db_check_result){
		.objects = c.rows,
		.findings = c.findings,
		.state = { .ceiling = c.generation, .forgotten = c.forgotten },
	};
	return rc;
}

static int
repair(const char *path, FILE *report)
{
	char err[512];
	struct db_check_result result;
	struct db_file *f = db_file_begin(path, err, sizeof(err));

	if (!f) {
		fprintf(report, "%s\n", err);
		return -1;
	}
	if (db_check_copy(path, f, report, &result) < 0) {
		db_file_drop(f);
		return -1;
	}
	if (!result.findings) {
		db_file_drop(f);
		fprintf(report, "%s: %lu objects, 0 findings\n", path,
		    result.objects);
		return 0;
	}
	if (db_file_finish(f, &result.state, ".before-repair", err,
		sizeof(err)) < 0) {
		fprintf(report, "%s\n", err);
		return -1;
	}
	fprintf(report,
	    "%s: %lu objects, %lu findings, mended; the file as it was is "
	    "%s.before-repair\n",
	    path, result.objects, result.findings, path);
	return 0;
}

int
db_check_file(const char *path, bool mend, FILE *report)
{
	struct check c = { .path = path, .report = report };

	if (mend)
		return repair(path, report);
	if (check(&c, SQLITE_OPEN_READONLY) < 0)
		return -1;
	fprintf(report, "%s: %lu objects, %lu findings\n", path, c.rows,
	    c.findings);
	return c.findings ? 1 : 0;
}

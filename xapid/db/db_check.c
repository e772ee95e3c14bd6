/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two passes over all tables: the first learns which objects there are, the
 * second looks at every cell and, to repair, writes what it made of the row
 * into a new file. A table whose pages are damaged is read from its front until
 * it breaks, and then from its end. */
#include "db/db_check.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "db/db_file.h"
#include "db/db_private.h"
#include "db/db_sqlite_private.h"
#include "schema_gen.h"

#define FINDINGS_SHOWN 1000u

struct check {
	const char *path;
	sqlite3 *sql;
	FILE *report;
	struct arena *arena; /* of one row */
	struct refmap refs[CLASS_COUNT];
	struct refmap uuids;   /* of the table that is read */
	struct db_file *fresh; /* takes what is sound; NULL: only look */
	uint64_t generation;   /* of what is mended */
	uint64_t highest;      /* that a row has, or may have had */
	uint64_t forgotten;    /* as in struct engine_state */
	unsigned long rows, findings;
};

/* A row of the second pass. */
struct row_check {
	struct check *c;
	const struct class_info *cls;
	struct record *typed;
	char self[REF_CHARS + 1];
	const struct field *field;
	bool mended;
};

/* What the maps of known references hold. */
static char in_file, in_copy;

/* ---- the report ---- */

__attribute__((format(printf, 2, 3))) static void
finding(struct check *c, const char *fmt, ...)
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

static void
cell_finding(struct row_check *r, const char *what, const char *param)
{
	finding(r->c, "%s %s: %s %s%s", r->cls->name, r->self, r->field->name,
	    what, param);
	r->mended = true;
}

static int
give_up(struct check *c, const char *why)
{
	fprintf(c->report, "%s: %s\n", c->path, why);
	return -1;
}

static int
give_up_nomem(struct check *c)
{
	return give_up(c, "out of memory");
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
		finding(c, "table %s: %s", cls->name, sqlite3_errmsg(c->sql));
		return c->fresh ? give_up(c,
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
		return give_up_nomem(c);
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
			finding(c, "table %s is missing", cls->name);
		return 0;
	}
	rc = scan(c, cls, false, fn, &last);
	if (rc != 1)
		return rc;
	if (first)
		finding(c, "table %s breaks off: %s", cls->name,
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

/* ---- the first pass ---- */

static bool
is_generation(int64_t g)
{
	return g >= 0 && g < DB_SQLITE_GENERATION_MAX;
}

static int
learn_row(struct check *c, const struct class_info *cls, sqlite3_stmt *st)
{
	int64_t modified = sqlite3_column_int64(st, 3);
	struct ref self;

	if (is_generation(modified) && (uint64_t)modified > c->highest)
		c->highest = (uint64_t)modified;
	if (!db_sqlite_ref_column(st, 1, &self))
		return 0;
	if (refmap_put(&c->refs[cls->id], self, &in_file) < 0)
		return give_up_nomem(c);
	return 0;
}

/* ---- the second pass ---- */

static bool
is_wrong_ref(void *arg, int cls, struct ref ref)
{
	struct row_check *r = arg;

	if (cls < 0 || !class_table[cls].persistent)
		return false; /* not in any file */
	return !refmap_get(&r->c->refs[cls], ref) ||
	    (cls == r->cls->id && ref_equal(ref, r->typed->self));
}

static void
note_wrong_ref(void *arg, int cls, struct ref ref)
{
	struct row_check *r = arg;
	char text[REF_CHARS + 1];

	if (!is_wrong_ref(r, cls, ref))
		return;
	(void)ref_text(ref, text);
	cell_finding(r,
	    ref_equal(ref, r->typed->self)
		? "refers to the object itself: "
		: "refers to an object that does not exist: ",
	    text);
}

static int
check_refs(struct row_check *r, void *mem)
{
	const struct type *type = r->field->type;
	unsigned long before = r->c->findings;
	void *left;

	if (!db_holds_refs(type))
		return 0;
	db_each_ref(type, mem, note_wrong_ref, r);
	if (r->c->findings == before)
		return 0;
	left = arena_alloc(r->c->arena, type->size);
	if (!left ||
	    db_without_refs(r->c->arena, type, mem, is_wrong_ref, r, left) < 0)
		return give_up_nomem(r->c);
	memcpy(mem, left, type->size);
	return 0;
}

static int
check_uuid(struct row_check *r, const char **uuid)
{
	struct refmap *known = &r->c->uuids;
	char *fresh;

	if (!**uuid)
		cell_finding(r, "is empty", "");
	else if (refmap_get(known, db_uuid_key(*uuid)))
		cell_finding(r, "is that of another object: ", *uuid);
	else
		return refmap_put(known, db_uuid_key(*uuid), &in_file) < 0
		    ? give_up_nomem(r->c)
		    : 0;
	fresh = arena_alloc(r->c->arena, UUID_CHARS + 1);
	if (!fresh)
		return give_up_nomem(r->c);
	uuid_format(ref_new(), fresh);
	*uuid = fresh;
	return 0;
}

static int
check_cell(struct row_check *r, sqlite3_stmt *st, int column)
{
	const struct field *f = r->field;
	void *mem = (char *)r->typed + f->offset;
	struct type_error err = { "" };

	if (db_sqlite_column(r->c->arena, st, column, f, mem, &err) < 0) {
		if (!err.text[0])
			return give_up_nomem(r->c);
		cell_finding(r, "is no value: ", err.text);
		memcpy(mem, f->initial, f->type->size);
	}
	if (f->index == r->cls->uuid_field)
		return check_uuid(r, mem);
	return check_refs(r, mem);
}

static int
check_cells(struct row_check *r, sqlite3_stmt *st)
{
	int column = 4;

	for (unsigned i = 0; i < r->cls->nfields; i++) {
		const struct field *f = &r->cls->fields[i];

		r->field = f;
		if (db_sqlite_on_disk(f) && check_cell(r, st, column++) < 0)
			return -1;
	}
	return 0;
}

static void
check_generations(struct row_check *r, sqlite3_stmt *st)
{
	int64_t created = sqlite3_column_int64(st, 2);
	int64_t modified = sqlite3_column_int64(st, 3);

	r->typed->created = (uint64_t)created;
	r->typed->modified = (uint64_t)modified;
	if (is_generation(created) && is_generation(modified) &&
	    created <= modified)
		return;
	finding(r->c, "%s %s: made at generation %lld and changed at %lld",
	    r->cls->name, r->self, (long long)created, (long long)modified);
	r->typed->created = 0;
	r->mended = true;
}

static int
write_row(struct row_check *r)
{
	struct record *made;
	int rc;

	if (!r->c->fresh)
		return 0;
	if (r->mended)
		r->typed->modified = r->c->generation;
	made = record_build(r->cls, r->typed, 0, NULL, NULL);
	if (!made)
		return give_up_nomem(r->c);
	rc = db_file_add(r->c->fresh, made);
	record_unref(made);
	return rc < 0 ? give_up(r->c, strerror(errno)) : 0;
}

static int
check_row(struct check *c, const struct class_info *cls, sqlite3_stmt *st)
{
	struct row_check r = { .c = c, .cls = cls };
	struct refmap *known = &c->refs[cls->id];
	long long id = sqlite3_column_int64(st, 0);

	r.typed = arena_alloc(c->arena, cls->size);
	if (!r.typed)
		return give_up_nomem(c);
	record_defaults(cls, r.typed);
	if (!db_sqlite_ref_column(st, 1, &r.typed->self)) {
		finding(c, "table %s, row %lld: no reference; left out",
		    cls->name, id);
		return 0;
	}
	(void)ref_text(r.typed->self, r.self);
	if (refmap_get(known, r.typed->self) == &in_copy) {
		finding(c, "table %s, row %lld: a second %s; left out",
		    cls->name, id, r.self);
		return 0;
	}
	if (refmap_put(known, r.typed->self, &in_copy) < 0)
		return give_up_nomem(c);
	c->rows++;
	check_generations(&r, st);
	return check_cells(&r, st) < 0 ? -1 : write_row(&r);
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
			finding(c, "SQLite: %s", text);
	}
	if (r != SQLITE_DONE)
		finding(c, "SQLite: %s", sqlite3_errmsg(c->sql));
	sqlite3_finalize(st);
	return r == SQLITE_NOMEM ? give_up_nomem(c) : 0;
}

static bool
read_tombstone(sqlite3_stmt *st, struct engine_tombstone *t)
{
	const char *name = (const char *)sqlite3_column_text(st, 3);
	const struct class_info *cls = name ? class_find(name) : NULL;
	int64_t generation = sqlite3_column_int64(st, 0);
	int64_t created = sqlite3_column_int64(st, 2);

	if (!cls || !is_generation(generation) || !is_generation(created) ||
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
		finding(c, "table _deleted: %s", sqlite3_errmsg(c->sql));
		return 0;
	}
	while (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
		struct engine_tombstone t = { 0 };

		if (!read_tombstone(st, &t))
			finding(c, "table _deleted: a row that is no deletion");
		else if (c->fresh)
			rc = db_file_add_tombstone(c->fresh, &t);
	}
	sqlite3_finalize(st);
	return rc < 0 ? give_up(c, strerror(errno)) : 0;
}

static void
check_meta(struct check *c)
{
	int64_t ceiling = db_sqlite_meta(c->sql, "ceiling");
	int64_t forgotten = db_sqlite_meta(c->sql, "forgotten");

	if (is_generation(forgotten))
		c->forgotten = (uint64_t)forgotten;
	if (c->highest && (ceiling < 0 || c->highest > (uint64_t)ceiling))
		finding(c,
		    "objects changed at generation %llu, above the ceiling "
		    "%lld",
		    (unsigned long long)c->highest, (long long)ceiling);
	if (is_generation(ceiling) && (uint64_t)ceiling > c->highest)
		c->highest = (uint64_t)ceiling;
}

static int
check_version(struct check *c)
{
	int64_t version = db_sqlite_meta(c->sql, "schema_version");

	if (version < 0)
		return give_up(c,
		    "no database of xapid, or too damaged to be read at all");
	if (version > schema_version)
		return give_up(c, "written by a newer xapid, which checks it");
	if (version < schema_version)
		return give_up(c,
		    "written by an older xapid: this one upgrades it when it "
		    "starts, and can check it afterwards");
	return 0;
}

/* ---- all together ---- */

static int
check_all(struct check *c)
{
	if (check_version(c) < 0 || check_pages(c) < 0 ||
	    scan_all(c, true, learn_row) < 0)
		return -1;
	check_meta(c);
	if (c->fresh) {
		c->generation = db_file_generation(c->fresh);
		if (c->generation <= c->highest)
			c->generation = c->highest + 1;
	}
	if (scan_all(c, false, check_row) < 0)
		return -1;
	return check_deleted(c);
}

static int
open_file(struct check *c, int flags)
{
	c->arena = arena_new(0);
	if (!c->arena)
		return give_up_nomem(c);
	if (access(c->path, R_OK) < 0)
		return give_up(c, strerror(errno));
	if (sqlite3_open_v2(c->path, &c->sql, flags, db_sqlite_vfs()) !=
	    SQLITE_OK)
		return give_up(c, sqlite3_errmsg(c->sql));
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

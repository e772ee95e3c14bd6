/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One row of a database that is checked: its reference, its generations, its
 * cells; and what is made of it. */
#include <errno.h>
#include <string.h>

#include "db/db_check_private.h"
#include "db/db_private.h"

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

static void
cell_finding(struct row_check *r, const char *what, const char *param)
{
	db_check_finding(r->c, "%s %s: %s %s%s", r->cls->name, r->self,
	    r->field->name, what, param);
	r->mended = true;
}

/* ---- the first pass ---- */

int
db_check_learn_row(struct check *c, const struct class_info *cls,
    sqlite3_stmt *st)
{
	int64_t modified = sqlite3_column_int64(st, 3);
	struct ref self;

	if (db_check_generation(modified) && (uint64_t)modified > c->highest)
		c->highest = (uint64_t)modified;
	if (!db_sqlite_ref_column(st, 1, &self))
		return 0;
	if (refmap_put(&c->refs[cls->id], self, &in_file) < 0)
		return db_check_nomem(c);
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
		return db_check_nomem(r->c);
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
		    ? db_check_nomem(r->c)
		    : 0;
	fresh = arena_alloc(r->c->arena, UUID_CHARS + 1);
	if (!fresh)
		return db_check_nomem(r->c);
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
			return db_check_nomem(r->c);
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
	if (db_check_generation(created) && db_check_generation(modified) &&
	    created <= modified)
		return;
	db_check_finding(r->c,
	    "%s %s: made at generation %lld and changed at %lld", r->cls->name,
	    r->self, (long long)created, (long long)modified);
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
		return db_check_nomem(r->c);
	rc = db_file_add(r->c->fresh, made);
	record_unref(made);
	return rc < 0 ? db_check_give_up(r->c, strerror(errno)) : 0;
}

int
db_check_row(struct check *c, const struct class_info *cls, sqlite3_stmt *st)
{
	struct row_check r = { .c = c, .cls = cls };
	struct refmap *known = &c->refs[cls->id];
	long long id = sqlite3_column_int64(st, 0);

	r.typed = arena_alloc(c->arena, cls->size);
	if (!r.typed)
		return db_check_nomem(c);
	record_defaults(cls, r.typed);
	if (!db_sqlite_ref_column(st, 1, &r.typed->self)) {
		db_check_finding(c,
		    "table %s, row %lld: no reference; left out", cls->name,
		    id);
		return 0;
	}
	(void)ref_text(r.typed->self, r.self);
	if (refmap_get(known, r.typed->self) == &in_copy) {
		db_check_finding(c, "table %s, row %lld: a second %s; left out",
		    cls->name, id, r.self);
		return 0;
	}
	if (refmap_put(known, r.typed->self, &in_copy) < 0)
		return db_check_nomem(c);
	c->rows++;
	check_generations(&r, st);
	return check_cells(&r, st) < 0 ? -1 : write_row(&r);
}

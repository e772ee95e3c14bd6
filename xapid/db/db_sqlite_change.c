/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of objects as SQL: an INSERT or DELETE a row, an UPDATE a field.
 * Their statements are prepared when first needed, and those used last kept. */
#include <errno.h>

#include "db/db_sqlite_engine.h"
#include "lib/bytes.h"
#include "lib/fault.h"
#include "lib/log.h"

/* ---- statements ---- */

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

void
db_sqlite_drop_statements(struct sqlite *s)
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
	finalize(&s->bury);
}

/* The statement is not at fault but what was to be bound to it. */
static int
fail_bind(struct sqlite *s, int rc)
{
	errno = rc == SQLITE_TOOBIG ? EMSGSIZE : ENOMEM;
	log_err("database %s: %s", s->path, sqlite3_errstr(rc));
	return -1;
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
	return db_sqlite_prepare(s, &s->classes[cls->id].insert,
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
	if (db_sqlite_run(s, k->insert) < 0)
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
	if (db_sqlite_prepare(s, &k->update[f->index],
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
	return db_sqlite_run(s, st);
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
	if (db_sqlite_prepare(s, &k->touch,
		"UPDATE \"%s\" SET _modified=? WHERE _id=?", c->cls->name) < 0)
		return -1;
	keep(s, &k->touch);
	sqlite3_bind_int64(k->touch, 1, (int64_t)c->after->modified);
	sqlite3_bind_int64(k->touch, 2, *c->rowid);
	return db_sqlite_run(s, k->touch);
}

int
db_sqlite_add_tombstone(struct db_engine *e, const struct engine_tombstone *t)
{
	struct sqlite *s = (struct sqlite *)e;
	uint8_t ref[DB_SQLITE_REF_BYTES];

	if (db_sqlite_prepare(s, &s->bury,
		"INSERT INTO _deleted(generation,created,class,_ref) "
		"VALUES(?,?,?,?)") < 0)
		return -1;
	db_sqlite_ref_bytes(t->ref, ref);
	sqlite3_bind_int64(s->bury, 1, (int64_t)t->generation);
	sqlite3_bind_int64(s->bury, 2, (int64_t)t->created);
	sqlite3_bind_text(s->bury, 3, class_table[t->cls].name, -1,
	    SQLITE_STATIC);
	sqlite3_bind_blob(s->bury, 4, ref, sizeof(ref), SQLITE_STATIC);
	return db_sqlite_run(s, s->bury);
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

	if (db_sqlite_prepare(s, &k->delete, "DELETE FROM \"%s\" WHERE _id=?",
		c->cls->name) < 0)
		return -1;
	keep(s, &k->delete);
	sqlite3_bind_int64(k->delete, 1, *c->rowid);
	if (db_sqlite_run(s, k->delete) < 0)
		return -1;
	return c->cls->events ? db_sqlite_add_tombstone(&s->engine, &t) : 0;
}

int
db_sqlite_change(struct db_engine *e, const struct engine_change *c)
{
	struct sqlite *s = (struct sqlite *)e;

	s->changes++;
	if (!c->before)
		return insert(s, c);
	if (!c->after)
		return remove_row(s, c);
	return update(s, c);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transactions: objects that come and go. */
#include <string.h>

#include "db/tx_private.h"
#include "lib/fault.h"

/* Whether the head, or what is on its way to publication, has the reference
 * or the uuid (which may be NULL). */
static bool
taken(struct tx *t, int cls, struct ref ref, const char *uuid)
{
	const struct table *table = &t->db->tables[cls];
	struct row *by_ref, *by_uuid = NULL;
	bool yes;

	pthread_rwlock_rdlock(&t->db->publication);
	by_ref = refmap_get(&table->rows, ref);
	yes = (by_ref && by_ref->head) || refmap_get(&t->db->pending, ref);
	if (uuid) {
		by_uuid = refmap_get(&table->uuids, db_uuid_key(uuid));
		yes = yes || (by_uuid && by_uuid->head) ||
		    refmap_get(&table->pending_uuids, db_uuid_key(uuid));
	}
	pthread_rwlock_unlock(&t->db->publication);
	return yes;
}

/* A row that only the head knows, with room for its publication. */
static struct row *
row_new(struct tx *t, int cls, struct ref ref, const char *uuid)
{
	struct db *db = t->db;
	struct table *table = &db->tables[cls];
	struct row *row = fault_calloc(1, sizeof(*row));
	size_t more;
	int rc;

	if (!row)
		return NULL;
	row->self = ref;
	row->cls = (uint16_t)cls;
	row->uuid_key = uuid ? db_uuid_key(uuid) : REF_NULL;
	pthread_rwlock_wrlock(&db->publication);
	more = table->pending + 1;
	rc = refmap_reserve(&table->rows, more);
	if (rc == 0)
		rc = refmap_reserve(&table->uuids, more);
	if (rc == 0)
		rc = db_index_reserve(db, cls);
	if (rc == 0 && uuid)
		rc = refmap_put(&table->pending_uuids, row->uuid_key, row);
	if (rc == 0 && refmap_put(&db->pending, ref, row) < 0) {
		refmap_remove(&table->pending_uuids, row->uuid_key);
		rc = -1;
	}
	table->pending += rc == 0;
	pthread_rwlock_unlock(&db->publication);
	if (rc < 0) {
		free(row);
		return NULL;
	}
	return row;
}

/* Takes back row_new. */
void
tx_row_forget(struct db *db, struct row *row)
{
	pthread_rwlock_wrlock(&db->publication);
	db_pending_remove(db, row);
	pthread_rwlock_unlock(&db->publication);
	free(row);
}

static int
insert_checks(struct tx *t, int cls, struct ref ref, const struct record *r)
{
	const struct class_info *info = &class_table[cls];
	const char *uuid = NULL;

	for (unsigned i = 0; i < info->nfields; i++) {
		const struct field *f = &info->fields[i];

		if (f->inverse_cls < 0 &&
		    (tx_check_text(t, f, record_field(r, f)) < 0 ||
			tx_check_refs(t, f, cls, ref, record_field(r, f)) < 0))
			return -1;
	}
	if (info->uuid_field >= 0)
		uuid = *(const char *const *)record_field(r,
		    &info->fields[info->uuid_field]);
	if (taken(t, cls, ref, uuid && *uuid ? uuid : NULL)) {
		const char *const params[] = { info->name, "uuid",
			uuid ? uuid : "" };

		return tx_fail(t, "DB_UNIQUENESS_CONSTRAINT_VIOLATION", 3,
		    params);
	}
	return 0;
}

/* A copy of r to be the head: with a uuid, and nothing derived. */
static struct record *
insert_build(struct tx *t, const struct record *r, struct ref ref)
{
	static const struct set none;
	const struct class_info *info = r->cls;
	const struct field **fields;
	const void **mem;
	char text[UUID_CHARS + 1];
	const char *uuid = text;
	struct record *made;
	unsigned n = 0;

	fields = arena_array(t->arena, info->nfields + 1u, sizeof(*fields));
	mem = arena_array(t->arena, info->nfields + 1u, sizeof(*mem));
	if (!fields || !mem)
		return NULL;
	for (unsigned i = 0; i < info->nfields; i++) {
		const struct field *f = &info->fields[i];

		if (f->inverse_cls >= 0) {
			fields[n] = f;
			mem[n++] = &none;
		} else if ((int)i == info->uuid_field &&
		    !**(const char *const *)record_field(r, f)) {
			uuid_format(ref_new(), text);
			fields[n] = f;
			mem[n++] = &uuid;
		}
	}
	made = record_build(info, r, n, fields, mem);
	if (made) {
		made->self = ref;
		made->created = made->modified = t->generation;
	}
	return made;
}

int
tx_insert(struct tx *t, const struct record *r, struct ref *ref_r)
{
	const struct class_info *info = r->cls;
	struct ref ref = ref_is_null(r->self) ? ref_new() : r->self;
	const char *uuid = NULL;
	struct record *made;
	struct row *row;

	if (t->error.code || insert_checks(t, info->id, ref, r) < 0)
		return -1;
	made = insert_build(t, r, ref);
	if (made && info->uuid_field >= 0)
		uuid = *(const char *const *)record_field(made,
		    &info->fields[info->uuid_field]);
	row = made ? row_new(t, info->id, ref, uuid) : NULL;
	if (!row) {
		record_unref(made);
		return tx_fail_nomem(t);
	}
	if (tx_change_head(t, row, made) < 0) {
		if (row->tx != t->generation) /* not even noted as a change */
			tx_row_forget(t->db, row);
		return -1;
	}
	for (unsigned i = 0; i < info->nfields; i++)
		if (tx_derive(t, &info->fields[i], ref, NULL,
			record_field(row->head, &info->fields[i])) < 0)
			return -1;
	if (ref_r)
		*ref_r = ref;
	return 0;
}

static bool
is_it(void *arg, int cls, struct ref ref)
{
	const struct row *row = arg;

	return row->cls == cls && ref_equal(row->self, ref);
}

/* Field f of `row` is to forget `gone`. */
static int
forget_ref(struct tx *t, struct row *row, const struct field *f,
    struct row *gone)
{
	void *left = arena_alloc(t->arena, f->type->size);

	if (!left ||
	    db_without_refs(t->arena, f->type, record_field(row->head, f),
		is_it, gone, left) < 0)
		return tx_fail_nomem(t);
	return tx_set(t, row->cls, row->self, f->index, left);
}

/* Everybody who refers to row forgets it. */
static int
forget_everywhere(struct tx *t, struct row *row)
{
	const struct class_info *cls = &class_table[row->cls];

	while (row->referrers) {
		struct backref *b = row->referrers;

		if (forget_ref(t, b->source,
			&class_table[b->source->cls].fields[b->field], row) < 0)
			return -1;
	}
	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];
		const struct set *listed;

		if (f->inverse_cls < 0)
			continue;
		while ((listed = record_field(row->head, f))->n) {
			struct ref last =
			    ((const struct ref *)listed->items)[listed->n - 1];
			struct row *other =
			    db_head_row(t->db, f->inverse_cls, last);

			if (!other)
				return tx_fail_handle(t, f->inverse_cls, last);
			if (forget_ref(t, other,
				&class_table[f->inverse_cls]
				     .fields[f->inverse_field],
				row) < 0)
				return -1;
		}
	}
	return 0;
}

int
tx_destroy(struct tx *t, int cls, struct ref ref)
{
	const struct class_info *info = &class_table[cls];
	struct row *row = db_head_row(t->db, cls, ref);
	const struct record *old;
	int rc = 0;

	if (t->error.code)
		return -1;
	if (!row)
		return tx_fail_handle(t, cls, ref);
	if (forget_everywhere(t, row) < 0)
		return -1;
	old = record_ref(row->head);
	for (unsigned i = 0; rc == 0 && i < info->nfields; i++)
		rc = tx_derive(t, &info->fields[i], ref,
		    record_field(old, &info->fields[i]), NULL);
	if (rc == 0)
		rc = tx_change_head(t, row, NULL);
	record_unref(old);
	return rc;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ways to an object other than its reference: uuid, name_label, and the
 * references that point at it. */
#include "db/db_private.h"

#include <string.h>

#include "lib/fault.h"

/* uuids that are no uuids (old databases) are found by a hash of their text;
 * look-ups compare the text. */
struct ref
db_uuid_key(const char *uuid)
{
	struct ref key;
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	if (uuid_parse(uuid, &key) && !ref_is_null(key))
		return key;
	for (; *uuid; uuid++)
		h = (h ^ (uint8_t)*uuid) * UINT64_C(0x100000001b3);
	return (struct ref){ h, ~h };
}

static const char *
string_at(const struct record *r, int field)
{
	if (!r || field < 0)
		return NULL;
	return *(const char *const *)record_field(r, &r->cls->fields[field]);
}

static size_t
name_hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ (h >> 29));
}

static void
names_add(struct names *n, struct row *row, const char *name)
{
	struct row **bucket = &n->buckets[name_hash(name) & (n->cap - 1)];

	row->name_next = *bucket;
	row->name_link = bucket;
	if (*bucket)
		(*bucket)->name_link = &row->name_next;
	*bucket = row;
	n->count++;
}

/* Many have the same name: no search. */
static void
names_remove(struct names *n, struct row *row)
{
	*row->name_link = row->name_next;
	if (row->name_next)
		row->name_next->name_link = row->name_link;
	row->name_next = NULL;
	row->name_link = NULL;
	n->count--;
}

/* Rows already chained, or new ones to come: doubles the buckets in time. */
static int
names_reserve(struct names *n, int name_field)
{
	size_t cap = n->cap ? n->cap * 2 : 64;
	struct row **old = n->buckets;
	size_t old_cap = n->cap;

	if (n->count < n->cap)
		return 0;
	n->buckets = fault_calloc(cap, sizeof(*n->buckets));
	if (!n->buckets) {
		n->buckets = old;
		return -1;
	}
	n->cap = cap;
	n->count = 0;
	for (size_t i = 0; i < old_cap; i++)
		for (struct row *row = old[i], *next; row; row = next) {
			next = row->name_next;
			names_add(n, row,
			    string_at(row->published, name_field));
		}
	free(old);
	return 0;
}

int
db_index_reserve(struct db *db, int cls)
{
	const struct class_info *info = &class_table[cls];
	struct table *table = &db->tables[cls];

	if (info->name_label_field >= 0 &&
	    names_reserve(&table->names, info->name_label_field) < 0)
		return -1;
	return 0;
}

static bool
same_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

void
db_index_swap(struct table *table, struct row *row, const struct record *before,
    const struct record *after)
{
	const struct class_info *cls = (after ? after : before)->cls;
	const char *was = string_at(before, cls->uuid_field);
	const char *is = string_at(after, cls->uuid_field);

	/* An object keeps its uuid (tx_set): it comes and goes with the row,
	 * and row_new or load_record made the room. */
	if (was && !is && refmap_get(&table->uuids, db_uuid_key(was)) == row)
		refmap_remove(&table->uuids, db_uuid_key(was));
	if (is && !was)
		(void)refmap_put(&table->uuids, db_uuid_key(is), row);
	was = string_at(before, cls->name_label_field);
	is = string_at(after, cls->name_label_field);
	if (same_text(was, is))
		return;
	if (was)
		names_remove(&table->names, row);
	if (is)
		names_add(&table->names, row, is);
}

struct row *
db_index_uuid(const struct table *table, const struct class_info *cls,
    const char *uuid)
{
	struct row *row = refmap_get(&table->uuids, db_uuid_key(uuid));

	if (row && same_text(string_at(row->published, cls->uuid_field), uuid))
		return row;
	return NULL;
}

struct row *
db_index_name(const struct table *table, const struct class_info *cls,
    const char *name, struct row *after)
{
	struct row *row;

	if (!table->names.cap)
		return NULL;
	row = after
	    ? after->name_next
	    : table->names.buckets[name_hash(name) & (table->names.cap - 1)];
	while (row &&
	    !same_text(string_at(row->published, cls->name_label_field), name))
		row = row->name_next;
	return row;
}

void
db_pending_remove(struct db *db, struct row *row)
{
	if (refmap_get(&db->pending, row->self) == row) {
		refmap_remove(&db->pending, row->self);
		db->tables[row->cls].pending--;
	}
	if (refmap_get(&db->tables[row->cls].pending_uuids, row->uuid_key) ==
	    row)
		refmap_remove(&db->tables[row->cls].pending_uuids,
		    row->uuid_key);
	/* tx_each looks at every slot, however few are used. */
	refmap_trim(&db->pending);
	refmap_trim(&db->tables[row->cls].pending_uuids);
}

void
db_index_free(struct table *table)
{
	refmap_free(&table->rows);
	refmap_free(&table->uuids);
	refmap_free(&table->pending_uuids);
	free(table->names.buckets);
}

/* ---- who refers to whom ---- */

struct row *
db_head_row(struct db *db, int cls, struct ref ref)
{
	struct row *row;

	pthread_rwlock_rdlock(&db->publication);
	row = refmap_get(&db->tables[cls].rows, ref);
	if (!row || !row->head) {
		row = refmap_get(&db->pending, ref);
		if (row && (row->cls != cls || !row->head))
			row = NULL;
	}
	pthread_rwlock_unlock(&db->publication);
	return row;
}

void
db_each_ref(const struct type *type, const void *mem,
    void (*fn)(void *arg, int cls, struct ref ref), void *arg)
{
	if (type->kind == TYPE_REF) {
		const struct ref *r = mem;

		if (!ref_is_null(*r))
			fn(arg, type->cls, *r);
	} else if (type->kind == TYPE_SET && type->elem->kind == TYPE_REF) {
		const struct set *s = mem;
		const struct ref *r = s->items;

		for (uint32_t i = 0; i < s->n; i++)
			if (!ref_is_null(r[i]))
				fn(arg, type->elem->cls, r[i]);
	} else if (type->kind == TYPE_MAP) {
		const struct map *m = mem;
		const struct ref *k = m->keys, *v = m->values;

		for (uint32_t i = 0; i < m->n; i++) {
			if (type->key->kind == TYPE_REF && !ref_is_null(k[i]))
				fn(arg, type->key->cls, k[i]);
			if (type->elem->kind == TYPE_REF && !ref_is_null(v[i]))
				fn(arg, type->elem->cls, v[i]);
		}
	}
}

bool
db_holds_refs(const struct type *t)
{
	return t->kind == TYPE_REF ||
	    (t->kind == TYPE_SET && t->elem->kind == TYPE_REF) ||
	    (t->kind == TYPE_MAP &&
		(t->key->kind == TYPE_REF || t->elem->kind == TYPE_REF));
}

typedef bool gone_fn(void *arg, int cls, struct ref ref);

static bool
item_gone(const struct type *type, const void *item, gone_fn *gone, void *arg)
{
	const struct ref *r = item;

	return type->kind == TYPE_REF && !ref_is_null(*r) &&
	    gone(arg, type->cls, *r);
}

static int
set_without(struct arena *a, const struct type *type, const struct set *s,
    gone_fn *gone, void *arg, struct set *left)
{
	const struct ref *from = s->items;
	struct ref *to = arena_array(a, s->n, sizeof(*to));

	if (!to)
		return -1;
	*left = (struct set){ .items = to };
	for (uint32_t i = 0; i < s->n; i++)
		if (!item_gone(type->elem, &from[i], gone, arg))
			to[left->n++] = from[i];
	return 0;
}

static int
map_without(struct arena *a, const struct type *type, const struct map *m,
    gone_fn *gone, void *arg, struct map *left)
{
	const struct type *kt = type->key, *vt = type->elem;
	char *keys = arena_array(a, m->n, kt->size);
	char *values = arena_array(a, m->n, vt->size);

	if (!keys || !values)
		return -1;
	*left = (struct map){ .keys = keys, .values = values };
	for (uint32_t i = 0; i < m->n; i++) {
		const char *k = (const char *)m->keys + (size_t)i * kt->size;
		const char *v = (const char *)m->values + (size_t)i * vt->size;

		if (item_gone(kt, k, gone, arg) || item_gone(vt, v, gone, arg))
			continue;
		memcpy(keys + (size_t)left->n * kt->size, k, kt->size);
		memcpy(values + (size_t)left->n * vt->size, v, vt->size);
		left->n++;
	}
	return 0;
}

int
db_without_refs(struct arena *a, const struct type *type, const void *mem,
    gone_fn *gone, void *arg, void *out_r)
{
	if (type->kind == TYPE_SET)
		return set_without(a, type, mem, gone, arg, out_r);
	if (type->kind == TYPE_MAP)
		return map_without(a, type, mem, gone, arg, out_r);
	*(struct ref *)out_r = item_gone(type, mem, gone, arg)
	    ? REF_NULL
	    : *(const struct ref *)mem;
	return 0;
}

/* Relations that have a derived side are found there. */
static bool
has_backrefs(const struct field *f)
{
	return f->inverse_cls < 0 && f->lists_cls < 0 && db_holds_refs(f->type);
}

struct backref_walk {
	struct db *db;
	struct row *row;
	uint64_t tx;
	uint16_t field;
	struct backref *made; /* new ones, not yet linked */
	bool failed;
};

static void
backref_make(void *arg, int cls, struct ref ref)
{
	struct backref_walk *w = arg;
	/* Objects of fixed classes are never destroyed. */
	struct row *target = cls < 0 || class_table[cls].fixed
	    ? NULL
	    : db_head_row(w->db, cls, ref);
	struct backref *b;

	if (!target || w->failed)
		return;
	b = fault_calloc(1, sizeof(*b));
	if (!b) {
		w->failed = true;
		return;
	}
	b->source = w->row;
	b->target = target;
	b->field = w->field;
	b->tx = w->tx;
	b->next_reference = w->made;
	w->made = b;
}

static void
backref_link(struct backref *b)
{
	b->prev_referrer = NULL;
	b->next_referrer = b->target->referrers;
	if (b->next_referrer)
		b->next_referrer->prev_referrer = b;
	b->target->referrers = b;
	b->next_reference = b->source->references;
	b->source->references = b;
}

static void
backref_unlink_target(struct backref *b)
{
	if (b->prev_referrer)
		b->prev_referrer->next_referrer = b->next_referrer;
	else
		b->target->referrers = b->next_referrer;
	if (b->next_referrer)
		b->next_referrer->prev_referrer = b->prev_referrer;
}

void
db_backrefs_free(struct backref *b)
{
	while (b) {
		struct backref *next = b->next_reference;

		free(b);
		b = next;
	}
}

static void
backref_link_all(struct backref *b)
{
	while (b) {
		struct backref *next = b->next_reference;

		backref_link(b);
		b = next;
	}
}

static void
backrefs_drop(struct change *c, uint64_t tx, uint16_t field)
{
	struct backref **p = &c->row->references;

	while (*p) {
		struct backref *b = *p;

		if (b->field != field) {
			p = &b->next_reference;
			continue;
		}
		*p = b->next_reference;
		backref_unlink_target(b);
		if (b->tx == tx) {
			free(b);
		} else {
			b->next_reference = c->dropped;
			c->dropped = b;
		}
	}
}

static bool
field_same(const struct field *f, const struct record *a,
    const struct record *b)
{
	return a && b &&
	    model_equal(f->type, record_field(a, f), record_field(b, f));
}

/* Those of `after` that `before` does not have, not yet linked. */
static int
backrefs_make(struct backref_walk *w, const struct record *before,
    const struct record *after)
{
	const struct class_info *cls = after->cls;

	for (uint16_t i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];

		if (!has_backrefs(f) || field_same(f, before, after))
			continue;
		w->field = i;
		db_each_ref(f->type, record_field(after, f), backref_make, w);
	}
	if (w->failed)
		db_backrefs_free(w->made);
	return w->failed ? -1 : 0;
}

int
db_backrefs(struct db *db, struct change *c, uint64_t tx,
    const struct record *before, const struct record *after)
{
	struct backref_walk w = { .db = db, .row = c->row, .tx = tx };
	const struct class_info *cls = &class_table[c->cls];

	if (after && backrefs_make(&w, before, after) < 0)
		return -1;
	for (uint16_t i = 0; before && i < cls->nfields; i++)
		if (has_backrefs(&cls->fields[i]) &&
		    !field_same(&cls->fields[i], before, after))
			backrefs_drop(c, tx, i);
	backref_link_all(w.made);
	return 0;
}

int
db_backrefs_load(struct db *db, struct row *row)
{
	struct backref_walk w = { .db = db, .row = row };

	if (backrefs_make(&w, NULL, row->head) < 0)
		return -1;
	backref_link_all(w.made);
	return 0;
}

void
db_backrefs_forget(struct change *c, uint64_t tx)
{
	struct backref **p = &c->row->references;

	while (*p) {
		struct backref *b = *p;

		if (b->tx != tx) {
			p = &b->next_reference;
			continue;
		}
		*p = b->next_reference;
		backref_unlink_target(b);
		free(b);
	}
}

void
db_backrefs_restore(struct change *c)
{
	backref_link_all(c->dropped);
	c->dropped = NULL;
}

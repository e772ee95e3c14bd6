/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transactions: changes to the head, one writer at a time. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "db/db_private.h"
#include "lib/fault.h"
#include "model/refbuf.h"

struct tx *
tx_begin(struct db *db)
{
	struct tx *t = fault_calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->arena = arena_new(0);
	if (!t->arena) {
		free(t);
		return NULL;
	}
	t->db = db;
	pthread_mutex_lock(&db->writer);
	t->generation = db->next_generation;
	return t;
}

void
tx_free(struct tx *t)
{
	for (uint32_t i = 0; i < t->nchanges; i++) {
		record_unref(t->changes[i].before);
		record_unref(t->changes[i].after);
		db_backrefs_free(t->changes[i].dropped);
	}
	for (uint32_t i = 0; i < t->nreplaced; i++)
		record_unref(t->replaced[i]);
	arena_free(t->arena);
	free(t->replaced);
	free(t->changes);
	free(t);
}

void
tx_abort(struct tx *t)
{
	struct db *db;

	if (!t)
		return;
	db = t->db;
	tx_undo(t);
	pthread_mutex_unlock(&db->writer);
	tx_free(t);
}

const struct db_error *
tx_error(const struct tx *t)
{
	return t->error.code ? &t->error : NULL;
}

uint64_t
tx_generation(const struct tx *t)
{
	return t->generation;
}

struct arena *
tx_arena(struct tx *t)
{
	return t->arena;
}

/* Text that was cut ends between two characters. */
static void
copy_cut(char *to, size_t size, const char *from)
{
	size_t n = strnlen(from, size);

	if (n == size)
		for (n--; n > 0 && ((unsigned char)from[n] & 0xc0) == 0x80;)
			n--;
	memcpy(to, from, n);
	to[n] = '\0';
}

void
db_error_set(struct db_error *e, const char *code, unsigned n,
    const char *const params[])
{
	e->code = code;
	e->n = n < DB_ERROR_PARAMS ? n : DB_ERROR_PARAMS;
	for (unsigned i = 0; i < e->n; i++)
		copy_cut(e->params[i], sizeof(e->params[i]), params[i]);
}

int
tx_fail(struct tx *t, const char *code, unsigned n, const char *const params[])
{
	if (!t->error.code)
		db_error_set(&t->error, code, n, params);
	return -1;
}

static int
fail_nomem(struct tx *t)
{
	const char *const params[] = { "Out of memory" };

	return tx_fail(t, "INTERNAL_ERROR", 1, params);
}

static int
fail_handle(struct tx *t, int cls, struct ref ref)
{
	char buf[REF_CHARS + 1];
	const char *const params[] = { class_table[cls].name,
		ref_text(ref, buf) };

	return tx_fail(t, "HANDLE_INVALID", 2, params);
}

/* What is not of this transaction is kept by the change that replaces it. */
static const struct record *
lend(struct tx *t, struct row *row)
{
	if (row->tx == t->generation)
		t->changes[row->change].lent = true;
	return row->head;
}

const struct record *
tx_get(struct tx *t, int cls, struct ref ref)
{
	struct row *row = db_head_row(t->db, cls, ref);

	return row ? lend(t, row) : NULL;
}

int
tx_each(struct tx *t, int cls, int (*fn)(const struct record *r, void *arg),
    void *arg)
{
	struct db *db = t->db;
	struct row **rows, *row;
	size_t n = 0;
	int rc = 0;

	/* Rows that the head has stay while we hold the turn; the maps
	 * themselves change when the flusher publishes. */
	pthread_rwlock_rdlock(&db->publication);
	rows = arena_array(t->arena,
	    db->tables[cls].rows.count + db->pending.count, sizeof(*rows));
	for (row = rows ? db->tables[cls].oldest : NULL; row; row = row->newer)
		if (row->head)
			rows[n++] = row;
	for (size_t i = 0; rows && (row = refmap_next(&db->pending, &i, NULL));)
		if (row->cls == cls && row->head)
			rows[n++] = row;
	pthread_rwlock_unlock(&db->publication);
	if (!rows)
		return fail_nomem(t);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = fn(lend(t, rows[i]), arg);
	return rc;
}

const struct record *
tx_oldest(struct tx *t, int cls)
{
	struct row *row;

	pthread_rwlock_rdlock(&t->db->publication);
	row = t->db->tables[cls].oldest;
	while (row && !row->head)
		row = row->newer;
	pthread_rwlock_unlock(&t->db->publication);
	return row ? lend(t, row) : NULL;
}

/* The change entry of a row in this transaction, made if need be. NULL: no
 * memory. */
static struct change *
change_of(struct tx *t, struct row *row)
{
	struct change *c;

	if (row->tx == t->generation)
		return &t->changes[row->change];
	if (t->nchanges == t->cap) {
		uint32_t cap = t->cap ? t->cap * 2 : 4;

		c = fault_realloc(t->changes, cap * sizeof(*c));
		if (!c)
			return NULL;
		t->changes = c;
		t->cap = cap;
	}
	c = &t->changes[t->nchanges];
	*c = (struct change){
		.row = row,
		.self = row->self,
		.cls = row->cls,
		.before = row->head ? record_ref(row->head) : NULL,
		.after = row->head ? record_ref(row->head) : NULL,
	};
	row->tx = t->generation;
	row->change = t->nchanges++;
	return c;
}

/* Room for one more record that was lent. */
static int
replaced_room(struct tx *t)
{
	uint32_t cap = t->replaced_cap ? t->replaced_cap * 2 : 4;
	const struct record **all;

	if (t->nreplaced < t->replaced_cap)
		return 0;
	all = fault_realloc(t->replaced, cap * sizeof(*all));
	if (!all)
		return -1;
	t->replaced = all;
	t->replaced_cap = cap;
	return 0;
}

/* Makes `after` (taken over; NULL: gone) the head of a row. */
static int
change_head(struct tx *t, struct row *row, struct record *after)
{
	struct change *c = change_of(t, row);

	if (!c || (c->lent && replaced_room(t) < 0) ||
	    db_backrefs(t->db, c, t->generation, row->head, after) < 0) {
		record_unref(after);
		return fail_nomem(t);
	}
	if (after)
		after->modified = t->generation;
	if (c->lent)
		t->replaced[t->nreplaced++] = c->after;
	else
		record_unref(c->after);
	c->lent = false;
	c->after = after;
	row->head = after;
	return 0;
}

/* ---- derived sides ---- */

static int
derived_change(struct tx *t, struct row *row, const struct field *f,
    struct ref member, bool add)
{
	const struct set *old = record_field(row->head, f);
	const struct field *const fields[] = { f };
	struct set changed;
	const void *const mem[] = { &changed };
	struct record *r;
	int rc;

	rc = add ? refbuf_append(old, member, &changed)
		 : refbuf_remove(old, member, &changed);
	if (rc < 0)
		return fail_nomem(t);
	r = record_build(row->head->cls, row->head, 1, fields, mem);
	refbuf_unref(&changed);
	if (!r)
		return fail_nomem(t);
	return change_head(t, row, r);
}

struct derive {
	struct tx *t;
	const struct field *stored;
	const void *unchanged; /* the value on the other side of the change */
	struct ref member;
	bool add;
	int rc;
};

static bool
set_has(const struct set *s, struct ref r)
{
	const struct ref *items = s->items;

	for (uint32_t i = 0; i < s->n; i++)
		if (ref_equal(items[i], r))
			return true;
	return false;
}

static void
derive_one(void *arg, int cls, struct ref target)
{
	struct derive *d = arg;
	struct row *row = db_head_row(d->t->db, cls, target);
	const struct field *f =
	    &class_table[cls].fields[d->stored->lists_field];

	if (!row || d->rc < 0)
		return;
	/* A set may stay in part, and may name an object twice. */
	if (d->stored->type->kind == TYPE_SET &&
	    ((d->unchanged && set_has(d->unchanged, target)) ||
		set_has(record_field(row->head, f), d->member) == d->add))
		return;
	d->rc = derived_change(d->t, row, f, d->member, d->add);
}

/* Field f of object `self` went from old to new_ (either may be NULL). */
static int
derive(struct tx *t, const struct field *f, struct ref self, const void *old,
    const void *new_)
{
	struct derive d = { .t = t, .stored = f, .member = self };

	if (f->lists_cls < 0 ||
	    (old && new_ && model_equal(f->type, old, new_)))
		return 0;
	d.unchanged = new_;
	if (old)
		db_each_ref(f->type, old, derive_one, &d);
	d.unchanged = old;
	d.add = true;
	if (new_)
		db_each_ref(f->type, new_, derive_one, &d);
	return d.rc;
}

/* ---- checks ---- */

struct ref_check {
	struct tx *t;
	struct ref self;
	int cls;
};

static void
check_ref(void *arg, int cls, struct ref ref)
{
	struct ref_check *c = arg;

	if (cls < 0)
		return;
	if (cls == c->cls && ref_equal(ref, c->self)) {
		char buf[REF_CHARS + 1];
		const char *const params[] = { class_table[cls].name,
			ref_text(ref, buf) };

		(void)tx_fail(c->t, "INVALID_VALUE", 2, params);
	} else if (!db_head_row(c->t->db, cls, ref)) {
		(void)fail_handle(c->t, cls, ref);
	}
}

/* What was not, neither the next start nor a client could read. */
static int
check_text(struct tx *t, const struct field *f, const void *mem)
{
	const char *const params[] = { f->name, "" };

	return model_is_clean(f->type, mem)
	    ? 0
	    : tx_fail(t, "INVALID_VALUE", 2, params);
}

/* References must exist and must not be the object itself. */
static int
check_refs(struct tx *t, const struct field *f, int cls, struct ref self,
    const void *mem)
{
	struct ref_check c = { .t = t, .self = self, .cls = cls };

	db_each_ref(f->type, mem, check_ref, &c);
	return t->error.code ? -1 : 0;
}

/* ---- changes ---- */

/* An object has one uuid for life: the index relies on it. */
static int
fail_uuid(struct tx *t, const void *mem)
{
	const char *const params[] = { "uuid", *(const char *const *)mem };

	return tx_fail(t, "INVALID_VALUE", 2, params);
}

int
tx_set(struct tx *t, int cls, struct ref ref, int field, const void *mem)
{
	const struct field *f = &class_table[cls].fields[field];
	const struct field *const fields[] = { f };
	const void *const mems[] = { mem };
	struct row *row = db_head_row(t->db, cls, ref);
	const struct record *old;
	struct record *r;
	int rc = -1;

	assert(f->inverse_cls < 0);
	if (t->error.code)
		return -1;
	if (!row)
		return fail_handle(t, cls, ref);
	if (model_equal(f->type, record_field(row->head, f), mem))
		return 0;
	if (field == class_table[cls].uuid_field)
		return fail_uuid(t, mem);
	if (check_text(t, f, mem) < 0 || check_refs(t, f, cls, ref, mem) < 0)
		return -1;
	old = record_ref(row->head);
	r = record_build(old->cls, old, 1, fields, mems);
	if (!r)
		rc = fail_nomem(t);
	else if (change_head(t, row, r) == 0)
		rc = derive(t, f, ref, record_field(old, f), mem);
	record_unref(old);
	return rc;
}

int
tx_touch(struct tx *t, int cls, struct ref ref)
{
	struct row *row = db_head_row(t->db, cls, ref);
	struct record *r;

	if (t->error.code)
		return -1;
	if (!row)
		return fail_handle(t, cls, ref);
	r = record_build(row->head->cls, row->head, 0, NULL, NULL);
	if (!r)
		return fail_nomem(t);
	return change_head(t, row, r);
}

/* ---- sets and maps of strings ---- */

static uint32_t
key_index(const struct map *m, const char *key)
{
	const char *const *keys = m->keys;
	uint32_t i = 0;

	while (i < m->n && strcmp(keys[i], key) != 0)
		i++;
	return i;
}

int
tx_map_put(struct tx *t, int cls, struct ref ref, int field, const char *key,
    const char *value)
{
	const struct field *f = &class_table[cls].fields[field];
	const struct record *r = tx_get(t, cls, ref);
	const struct map *m;
	const char **keys, **values;
	uint32_t i, n;

	if (t->error.code)
		return -1;
	if (!r)
		return fail_handle(t, cls, ref);
	m = record_field(r, f);
	i = key_index(m, key);
	n = i < m->n ? m->n : m->n + 1;
	keys = arena_array(t->arena, n, sizeof(*keys));
	values = arena_array(t->arena, n, sizeof(*values));
	if (!keys || !values)
		return fail_nomem(t);
	if (m->n) {
		memcpy(keys, m->keys, m->n * sizeof(*keys));
		memcpy(values, m->values, m->n * sizeof(*values));
	}
	keys[i] = key;
	values[i] = value;
	return tx_set(t, cls, ref, field,
	    &(struct map){ .keys = keys, .values = values, .n = n });
}

int
tx_map_remove(struct tx *t, int cls, struct ref ref, int field, const char *key)
{
	const struct field *f = &class_table[cls].fields[field];
	const struct record *r = tx_get(t, cls, ref);
	const struct map *m;
	const char **keys, **values;
	uint32_t i, left;

	if (t->error.code)
		return -1;
	if (!r)
		return fail_handle(t, cls, ref);
	m = record_field(r, f);
	i = key_index(m, key);
	if (i == m->n)
		return 0;
	keys = arena_array(t->arena, m->n, sizeof(*keys));
	values = arena_array(t->arena, m->n, sizeof(*values));
	if (!keys || !values)
		return fail_nomem(t);
	memcpy(keys, m->keys, m->n * sizeof(*keys));
	memcpy(values, m->values, m->n * sizeof(*values));
	left = m->n - i - 1;
	memmove(keys + i, keys + i + 1, left * sizeof(*keys));
	memmove(values + i, values + i + 1, left * sizeof(*values));
	return tx_set(t, cls, ref, field,
	    &(struct map){ .keys = keys, .values = values, .n = m->n - 1 });
}

/* ---- objects ---- */

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
static void
row_forget(struct db *db, struct row *row)
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
		    (check_text(t, f, record_field(r, f)) < 0 ||
			check_refs(t, f, cls, ref, record_field(r, f)) < 0))
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
		return fail_nomem(t);
	}
	if (change_head(t, row, made) < 0) {
		if (row->tx != t->generation) /* not even noted as a change */
			row_forget(t->db, row);
		return -1;
	}
	for (unsigned i = 0; i < info->nfields; i++)
		if (derive(t, &info->fields[i], ref, NULL,
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
		return fail_nomem(t);
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
				return fail_handle(t, f->inverse_cls, last);
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
		return fail_handle(t, cls, ref);
	if (forget_everywhere(t, row) < 0)
		return -1;
	old = record_ref(row->head);
	for (unsigned i = 0; rc == 0 && i < info->nfields; i++)
		rc = derive(t, &info->fields[i], ref,
		    record_field(old, &info->fields[i]), NULL);
	if (rc == 0)
		rc = change_head(t, row, NULL);
	record_unref(old);
	return rc;
}

/* ---- the end ---- */

void
tx_undo(struct tx *t)
{
	struct db *db = t->db;

	for (uint32_t i = 0; i < t->nchanges; i++) {
		struct change *c = &t->changes[i];

		c->row->head = c->before;
		c->row->tx = 0;
	}
	for (uint32_t i = 0; i < t->nchanges; i++)
		db_backrefs_forget(&t->changes[i], t->generation);
	for (uint32_t i = 0; i < t->nchanges; i++)
		db_backrefs_restore(&t->changes[i]);
	for (uint32_t i = 0; i < t->nchanges; i++) {
		struct change *c = &t->changes[i];

		if (!c->before)
			row_forget(db, c->row);
		record_unref(c->before);
		record_unref(c->after);
	}
	t->nchanges = 0;
}

bool
tx_is_durable(const struct tx *t)
{
	for (uint32_t i = 0; i < t->nchanges; i++) {
		const struct change *c = &t->changes[i];
		const struct class_info *cls = &class_table[c->cls];

		if (!cls->persistent)
			continue;
		if (!c->before || !c->after)
			return true;
		for (unsigned j = 0; j < cls->nfields; j++) {
			const struct field *f = &cls->fields[j];

			if (f->inverse_cls < 0 && f->persistent &&
			    !model_equal(f->type, record_field(c->before, f),
				record_field(c->after, f)))
				return true;
		}
	}
	return false;
}

static void
commit(struct tx *t, void (*done)(void *, const struct db_error *), void *arg,
    enum tx_patience how)
{
	struct db *db = t->db;

	if (t->error.code) {
		struct db_error e = t->error;

		tx_abort(t);
		if (done)
			done(arg, &e);
		return;
	}
	t->done = done;
	t->arg = arg;
	if (t->nchanges)
		db->next_generation = t->generation + 1;
	/* Queue before the next writer may begin: order of generations. */
	db_enqueue(db, t, how);
}

void
tx_commit(struct tx *t, void (*done)(void *, const struct db_error *),
    void *arg)
{
	commit(t, done, arg, TX_GOES_ON);
}

void
tx_commit_here(struct tx *t, void (*done)(void *, const struct db_error *),
    void *arg)
{
	commit(t, done, arg, TX_WAITS_BRIEFLY);
}

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool finished;
	struct db_error error;
};

static void
waiter_done(void *arg, const struct db_error *error)
{
	struct waiter *w = arg;

	pthread_mutex_lock(&w->lock);
	w->finished = true;
	if (error)
		w->error = *error;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->lock);
}

int
tx_commit_wait(struct tx *t, struct db_error *error_r)
{
	struct waiter w = { .lock = PTHREAD_MUTEX_INITIALIZER,
		.cond = PTHREAD_COND_INITIALIZER };

	commit(t, waiter_done, &w, TX_WAITS);
	pthread_mutex_lock(&w.lock);
	while (!w.finished)
		pthread_cond_wait(&w.cond, &w.lock);
	pthread_mutex_unlock(&w.lock);
	pthread_mutex_destroy(&w.lock);
	pthread_cond_destroy(&w.cond);
	if (error_r)
		*error_r = w.error;
	return w.error.code ? -1 : 0;
}

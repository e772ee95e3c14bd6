/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transactions: how the head of an object changes. Every change goes through
 * tx_change_head; what a stored reference changes on its other side follows. */
#include <assert.h>
#include <string.h>

#include "db/tx_private.h"
#include "lib/fault.h"
#include "model/intern.h"
#include "model/refbuf.h"

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
int
tx_change_head(struct tx *t, struct row *row, struct record *after)
{
	struct change *c = change_of(t, row);

	if (!c || (c->lent && replaced_room(t) < 0) ||
	    db_backrefs(t->db, c, t->generation, row->head, after) < 0) {
		record_unref(after);
		return tx_fail_nomem(t);
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
		return tx_fail_nomem(t);
	r = record_build(row->head->cls, row->head, 1, fields, mem);
	refbuf_unref(&changed);
	if (!r)
		return tx_fail_nomem(t);
	return tx_change_head(t, row, r);
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
int
tx_derive(struct tx *t, const struct field *f, struct ref self, const void *old,
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
		(void)tx_fail_handle(c->t, cls, ref);
	}
}

/* What was not, neither the next start nor a client could read. */
int
tx_check_text(struct tx *t, const struct field *f, const void *mem)
{
	const char *const params[] = { f->name, "" };

	return model_is_clean(f->type, mem)
	    ? 0
	    : tx_fail(t, "INVALID_VALUE", 2, params);
}

/* References must exist and must not be the object itself. */
int
tx_check_refs(struct tx *t, const struct field *f, int cls, struct ref self,
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

/* Values that fit into their field, or that are kept for good. */
static bool
fits(const struct type *type, const void *mem, struct set *kept,
    const void **value_r)
{
	*value_r = mem;
	switch (type->kind) {
	case TYPE_INT:
	case TYPE_DATETIME:
	case TYPE_BOOL:
	case TYPE_FLOAT:
	case TYPE_ENUM:
		return true;
	case TYPE_SET:
		*value_r = kept;
		return type->elem->kind == TYPE_ENUM &&
		    intern_enum_set(mem, kept);
	default:
		return false;
	}
}

/* Nobody else has the record, and nobody can get it meanwhile. */
static bool
set_in_place(struct tx *t, struct row *row, const struct field *f,
    const void *mem)
{
	struct record *r = (struct record *)(uintptr_t)row->head;
	const void *value;
	struct set kept;
	bool alone;

	if (!t->in_place || f->persistent || r != row->published ||
	    !fits(f->type, mem, &kept, &value))
		return false;
	pthread_rwlock_wrlock(&t->db->publication);
	alone = atomic_load(&r->refs) == 1 && !atomic_load(&r->encoded[0]) &&
	    !atomic_load(&r->encoded[1]);
	if (alone) {
		memcpy((char *)r + f->offset, value, f->type->size);
		r->modified = t->generation;
		event_row_changed(&t->db->tables[row->cls], row);
		t->touched = true;
	}
	pthread_rwlock_unlock(&t->db->publication);
	return alone;
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
		return tx_fail_handle(t, cls, ref);
	if (model_equal(f->type, record_field(row->head, f), mem))
		return 0;
	if (field == class_table[cls].uuid_field)
		return fail_uuid(t, mem);
	if (tx_check_text(t, f, mem) < 0 ||
	    tx_check_refs(t, f, cls, ref, mem) < 0)
		return -1;
	if (set_in_place(t, row, f, mem))
		return 0;
	old = record_ref(row->head);
	r = record_build(old->cls, old, 1, fields, mems);
	if (!r)
		rc = tx_fail_nomem(t);
	else if (tx_change_head(t, row, r) == 0)
		rc = tx_derive(t, f, ref, record_field(old, f), mem);
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
		return tx_fail_handle(t, cls, ref);
	r = record_build(row->head->cls, row->head, 0, NULL, NULL);
	if (!r)
		return tx_fail_nomem(t);
	return tx_change_head(t, row, r);
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

/* In the arena, with room for n; n is not less than it has. */
static int
copy_map(struct tx *t, const struct map *m, uint32_t n, const char ***keys_r,
    const char ***values_r)
{
	*keys_r = arena_array(t->arena, n, sizeof(**keys_r));
	*values_r = arena_array(t->arena, n, sizeof(**values_r));
	if (!*keys_r || !*values_r)
		return tx_fail_nomem(t);
	if (m->n) {
		memcpy(*keys_r, m->keys, m->n * sizeof(**keys_r));
		memcpy(*values_r, m->values, m->n * sizeof(**values_r));
	}
	return 0;
}

/* A map of the head; NULL: the transaction has failed. */
static const struct map *
head_map(struct tx *t, int cls, struct ref ref, int field)
{
	const struct record *r = tx_get(t, cls, ref);

	if (t->error.code)
		return NULL;
	if (!r) {
		(void)tx_fail_handle(t, cls, ref);
		return NULL;
	}
	return record_field(r, &class_table[cls].fields[field]);
}

int
tx_map_put(struct tx *t, int cls, struct ref ref, int field, const char *key,
    const char *value)
{
	const struct map *m = head_map(t, cls, ref, field);
	const char **keys, **values;
	uint32_t i, n;

	if (!m)
		return -1;
	i = key_index(m, key);
	n = i < m->n ? m->n : m->n + 1;
	if (copy_map(t, m, n, &keys, &values) < 0)
		return -1;
	keys[i] = key;
	values[i] = value;
	return tx_set(t, cls, ref, field,
	    &(struct map){ .keys = keys, .values = values, .n = n });
}

int
tx_map_remove(struct tx *t, int cls, struct ref ref, int field, const char *key)
{
	const struct map *m = head_map(t, cls, ref, field);
	const char **keys, **values;
	uint32_t i, left;

	if (!m)
		return -1;
	i = key_index(m, key);
	if (i == m->n)
		return 0;
	if (copy_map(t, m, m->n, &keys, &values) < 0)
		return -1;
	left = m->n - i - 1;
	memmove(keys + i, keys + i + 1, left * sizeof(*keys));
	memmove(values + i, values + i + 1, left * sizeof(*values));
	return tx_set(t, cls, ref, field,
	    &(struct map){ .keys = keys, .values = values, .n = m->n - 1 });
}

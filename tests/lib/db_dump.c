/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/lib/db_dump.h"

#include <stdio.h>
#include <string.h>

#include "db/event.h"
#include "tests/lib/unit.h"

/* ---- everything as text ---- */

static int
by_ref(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;

	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static int
by_self(const void *a, const void *b)
{
	const struct record *const *x = a, *const *y = b;

	return by_ref(&(*x)->self, &(*y)->self);
}

static void
dump_derived(const struct set *set, struct bytes *out)
{
	struct ref *sorted = malloc((set->n + 1) * sizeof(*sorted));
	char text[REF_CHARS + 1];

	if (!sorted)
		unit_bail_out("dump_db", "no memory");
	if (set->n)
		memcpy(sorted, set->items, set->n * sizeof(*sorted));
	qsort(sorted, set->n, sizeof(*sorted), by_ref);
	for (uint32_t i = 0; i < set->n; i++)
		bytes_printf(out, " %s", ref_text(sorted[i], text));
	free(sorted);
}

static void
dump_record(const struct record *r, unsigned what, struct bytes *out)
{
	char text[REF_CHARS + 1];

	bytes_printf(out, "%s %s", r->cls->name, ref_text(r->self, text));
	if (what & DUMP_GENERATIONS)
		bytes_printf(out, " %llu %llu", (unsigned long long)r->created,
		    (unsigned long long)r->modified);
	for (unsigned i = 0; i < r->cls->nfields; i++) {
		const struct field *f = &r->cls->fields[i];

		if (!f->persistent && f->inverse_cls < 0 &&
		    !(what & DUMP_VOLATILE))
			continue;
		bytes_printf(out, "\n  %s: ", f->name);
		if (f->inverse_cls >= 0)
			dump_derived(record_field(r, f), out);
		else
			model_to_json(f->type, record_field(r, f), out);
	}
	bytes_puts(out, "\n");
}

static void
dump_some(struct db *db, unsigned what, int owner, struct bytes *out)
{
	for (int c = 0; c < CLASS_COUNT; c++) {
		const struct record **all;
		uint32_t n;

		if (!class_table[c].stored ||
		    (!class_table[c].persistent && !(what & DUMP_VOLATILE)))
			continue;
		if (db_get_all(db, c, &all, &n) < 0)
			unit_bail_out("dump_db", "no memory");
		if (n)
			qsort(all, n, sizeof(*all), by_self);
		for (uint32_t i = 0; i < n; i++)
			if (owner < 0 || (int)(all[i]->self.hi >> 56) == owner)
				dump_record(all[i], what, out);
		db_release_all(all, n);
	}
	bytes_cstr(out);
}

void
dump_db(struct db *db, unsigned what, struct bytes *out)
{
	dump_some(db, what, -1, out);
}

void
dump_owner(struct db *db, uint8_t owner, struct bytes *out)
{
	dump_some(db, 0, owner, out);
}

/* ---- invariants ---- */

struct check {
	struct db *db;
	struct arena *a;
	const struct record *r;
	const struct field *f;
	const char *wrong;
};

static void
wrong(struct check *c, const char *what, struct ref other)
{
	char self[REF_CHARS + 1], text[REF_CHARS + 1];

	c->wrong = arena_printf(c->a, "%s %s, %s: %s %s", c->r->cls->name,
	    ref_text(c->r->self, self), c->f ? c->f->name : "", what,
	    ref_text(other, text));
}

static bool
lists(const struct record *r, const struct field *f, struct ref who)
{
	const struct set *s = record_field(r, f);
	const struct ref *items = s->items;

	for (uint32_t i = 0; i < s->n; i++)
		if (ref_equal(items[i], who))
			return true;
	return false;
}

static void
check_one(struct check *c, int cls, struct ref ref)
{
	const struct record *target;

	if (ref_is_null(ref) || cls < 0)
		return;
	/* roles, which a daemon makes when it starts, where there is none */
	if (!class_table[cls].persistent && db_count(c->db, cls) == 0)
		return;
	target = db_get(c->db, cls, ref);
	if (!target)
		wrong(c, "refers to nothing:", ref);
	else if (cls == c->r->cls->id && ref_equal(ref, c->r->self))
		wrong(c, "refers to itself:", ref);
	else if (c->f->lists_cls >= 0 &&
	    !lists(target, &class_table[cls].fields[c->f->lists_field],
		c->r->self))
		wrong(c, "is not listed by", ref);
	else if (c->f->inverse_cls >= 0 &&
	    class_table[cls].fields[c->f->inverse_field].type->kind ==
		TYPE_REF &&
	    !ref_equal(*(const struct ref *)record_field(target,
			   &class_table[cls].fields[c->f->inverse_field]),
		c->r->self))
		wrong(c, "lists what does not refer here:", ref);
	else if (c->f->inverse_cls >= 0 &&
	    class_table[cls].fields[c->f->inverse_field].type->kind ==
		TYPE_SET &&
	    !lists(target, &class_table[cls].fields[c->f->inverse_field],
		c->r->self))
		wrong(c, "lists what does not name it:", ref);
	record_unref(target);
}

static void
check_derived_once(struct check *c)
{
	const struct set *s = record_field(c->r, c->f);
	struct ref *sorted = arena_array(c->a, s->n + 1, sizeof(*sorted));

	if (s->n)
		memcpy(sorted, s->items, s->n * sizeof(*sorted));
	qsort(sorted, s->n, sizeof(*sorted), by_ref);
	for (uint32_t i = 1; i < s->n; i++)
		if (ref_equal(sorted[i - 1], sorted[i]))
			wrong(c, "lists twice", sorted[i]);
}

static void
check_field(struct check *c)
{
	const struct type *t = c->f->type;
	const void *mem = record_field(c->r, c->f);

	if (t->kind == TYPE_REF) {
		check_one(c, t->cls, *(const struct ref *)mem);
	} else if (t->kind == TYPE_SET && t->elem->kind == TYPE_REF) {
		const struct set *s = mem;
		const struct ref *items = s->items;

		for (uint32_t i = 0; i < s->n && !c->wrong; i++)
			check_one(c, t->elem->cls, items[i]);
		if (c->f->inverse_cls >= 0)
			check_derived_once(c);
	} else if (t->kind == TYPE_MAP) {
		const struct map *m = mem;
		const struct ref *k = m->keys, *v = m->values;

		for (uint32_t i = 0; i < m->n && !c->wrong; i++) {
			if (t->key->kind == TYPE_REF)
				check_one(c, t->key->cls, k[i]);
			if (t->elem->kind == TYPE_REF)
				check_one(c, t->elem->cls, v[i]);
		}
	}
}

static const char *
text_at(const struct record *r, int field)
{
	return *(const char *const *)record_field(r, &r->cls->fields[field]);
}

static void
check_indexes(struct check *c)
{
	const struct class_info *cls = c->r->cls;
	const struct record *same, **all;
	bool found = false;
	uint32_t n;

	c->f = NULL;
	if (cls->uuid_field >= 0) {
		same = db_get_by_uuid(c->db, cls->id,
		    text_at(c->r, cls->uuid_field));
		if (same != c->r)
			wrong(c, "is not found by its uuid", REF_NULL);
		record_unref(same);
	}
	if (cls->name_label_field < 0)
		return;
	if (db_get_by_name(c->db, cls->id, text_at(c->r, cls->name_label_field),
		&all, &n) < 0)
		unit_bail_out("invariants_of", "no memory");
	for (uint32_t i = 0; i < n; i++)
		found = found || all[i] == c->r;
	if (!found)
		wrong(c, "is not found by its name", REF_NULL);
	db_release_all(all, n);
}

static void
check_class(struct check *c, int cls)
{
	const struct record **all;
	uint64_t last = 0;
	uint32_t n;

	if (db_get_all(c->db, cls, &all, &n) < 0)
		unit_bail_out("invariants_of", "no memory");
	for (uint32_t i = 0; i < n && !c->wrong; i++) {
		c->r = all[i];
		c->f = NULL;
		if (all[i]->modified < last ||
		    all[i]->created > all[i]->modified)
			wrong(c, "is out of order", REF_NULL);
		last = all[i]->modified;
		check_indexes(c);
		for (unsigned f = 0; f < all[i]->cls->nfields && !c->wrong;
		     f++) {
			c->f = &all[i]->cls->fields[f];
			check_field(c);
		}
	}
	if (!c->wrong &&
	    (n != db_count(c->db, cls) || last > db_generation(c->db)))
		c->wrong = arena_printf(c->a, "%s: counts or generations",
		    class_table[cls].name);
	db_release_all(all, n);
}

const char *
invariants_of(struct db *db, struct arena *a)
{
	struct check c = { .db = db, .a = a };

	for (int cls = 0; cls < CLASS_COUNT && !c.wrong; cls++)
		if (class_table[cls].stored)
			check_class(&c, cls);
	if (c.wrong)
		printf("# %s\n", c.wrong);
	return c.wrong ? c.wrong : "";
}

char *
dump_text(struct db *db, unsigned what)
{
	struct bytes b = { 0 };

	dump_db(db, what, &b);
	return b.p;
}

void
check_sound(struct db *db)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);

	CU_ASSERT_STRING_EQUAL(invariants_of(db, a), "");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deep equality of typed memory, and the order of map keys that it needs.
 * Clients choose the keys, and many of them: big maps are compared and searched
 * for duplicates by sorting. */
#include <stdlib.h>
#include <string.h>

#include "lib/fault.h"
#include "model/model_private.h"

/* ---- order of map keys ---- */

/* Below this, looking at every key is faster than sorting. */
#define SORT_MIN 32

static int
compare_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
compare_int64(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
compare_enum(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* Foreign references come last, by their text. */
static int
compare_ref(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;

	if (ref_is_foreign(*x) && ref_is_foreign(*y))
		return strcmp(ref_text(*x, NULL), ref_text(*y, NULL));
	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	return (x->lo > y->lo) - (x->lo < y->lo);
}

typedef int compare_fn(const void *a, const void *b);

static compare_fn *const key_compare[] = {
	[TYPE_STRING] = compare_text,
	[TYPE_INT] = compare_int64,
	[TYPE_ENUM] = compare_enum,
	[TYPE_REF] = compare_ref,
};

static int
compare_keys(const void *a, const void *b, void *type)
{
	const void *const *x = a, *const *y = b;

	return key_compare[((const struct type *)type)->kind](*x, *y);
}

/* Pointers to the keys, sorted; the caller frees them. NULL: no memory. */
static const void **
sorted_keys(const struct type *key, const struct map *m)
{
	const void **keys = fault_calloc(m->n, sizeof(*keys));

	if (!keys)
		return NULL;
	for (uint32_t i = 0; i < m->n; i++)
		keys[i] = model_item(m->keys, key, i);
	qsort_r(keys, m->n, sizeof(*keys), compare_keys, (void *)key);
	return keys;
}

int
model_map_duplicate(const struct type *type, const struct map *m,
    uint32_t *at_r)
{
	CLEANUP_FREE const void **keys = NULL;
	compare_fn *compare = key_compare[type->key->kind];

	if (m->n < 2)
		return 0;
	keys = sorted_keys(type->key, m);
	if (!keys)
		return -1;
	for (uint32_t i = 1; i < m->n; i++) {
		if (compare(keys[i - 1], keys[i]) == 0) {
			*at_r = (uint32_t)(((const char *)keys[i] -
					       (const char *)m->keys) /
			    type->key->size);
			return 1;
		}
	}
	return 0;
}

/* ---- equality ---- */

static bool
equal_nothing(const struct type *type, const void *a, const void *b)
{
	(void)type, (void)a, (void)b;
	return true;
}

static bool
equal_text(const struct type *type, const void *a, const void *b)
{
	(void)type;
	return compare_text(a, b) == 0;
}

static bool
equal_int64(const struct type *type, const void *a, const void *b)
{
	(void)type;
	return compare_int64(a, b) == 0;
}

/* By bits, so that a NaN equals itself. */
static bool
equal_float(const struct type *type, const void *a, const void *b)
{
	(void)type;
	return memcmp(a, b, sizeof(double)) == 0;
}

static bool
equal_bool(const struct type *type, const void *a, const void *b)
{
	(void)type;
	return *(const bool *)a == *(const bool *)b;
}

static bool
equal_enum(const struct type *type, const void *a, const void *b)
{
	(void)type;
	return compare_enum(a, b) == 0;
}

static bool
equal_ref(const struct type *type, const void *a, const void *b)
{
	(void)type;
	return compare_ref(a, b) == 0;
}

static bool
equal_set(const struct type *type, const void *a, const void *b)
{
	const struct set *x = a, *y = b;

	if (x->n != y->n)
		return false;
	if (x->items == y->items)
		return true;
	for (uint32_t i = 0; i < x->n; i++) {
		if (!model_equal(type->elem,
			model_item(x->items, type->elem, i),
			model_item(y->items, type->elem, i)))
			return false;
	}
	return true;
}

/* Whether the entry of x at i is in y; the search begins at the same place,
 * where it mostly is. */
static bool
entry_in(const struct type *type, const struct map *x, uint32_t i,
    const struct map *y)
{
	const void *key = model_item(x->keys, type->key, i);
	compare_fn *compare = key_compare[type->key->kind];

	for (uint32_t k = 0; k < y->n; k++) {
		uint32_t at = (i + k) % y->n;

		if (compare(key, model_item(y->keys, type->key, at)) == 0)
			return model_equal(type->elem,
			    model_item(x->values, type->elem, i),
			    model_item(y->values, type->elem, at));
	}
	return false;
}

/* The value that belongs to a key of m. */
static const void *
value_of(const struct type *type, const struct map *m, const void *key)
{
	size_t at = (size_t)((const char *)key - (const char *)m->keys);

	return model_item(m->values, type->elem,
	    (uint32_t)(at / type->key->size));
}

/* -1: no memory. */
static int
equal_sorted(const struct type *type, const struct map *x, const struct map *y)
{
	CLEANUP_FREE const void **xs = sorted_keys(type->key, x);
	CLEANUP_FREE const void **ys = sorted_keys(type->key, y);
	compare_fn *compare = key_compare[type->key->kind];

	if (!xs || !ys)
		return -1;
	for (uint32_t i = 0; i < x->n; i++) {
		if (compare(xs[i], ys[i]) != 0 ||
		    !model_equal(type->elem, value_of(type, x, xs[i]),
			value_of(type, y, ys[i])))
			return 0;
	}
	return 1;
}

static bool
equal_map(const struct type *type, const void *a, const void *b)
{
	const struct map *x = a, *y = b;
	int sorted = -1;

	if (x->n != y->n)
		return false;
	if (x->keys == y->keys && x->values == y->values)
		return true;
	if (x->n > SORT_MIN)
		sorted = equal_sorted(type, x, y);
	if (sorted >= 0)
		return sorted;
	for (uint32_t i = 0; i < x->n; i++) {
		if (!entry_in(type, x, i, y))
			return false;
	}
	return true;
}

static bool
equal_option(const struct type *type, const void *a, const void *b)
{
	const void *x = *(const void *const *)a, *y = *(const void *const *)b;

	if (!x || !y)
		return x == y;
	return model_equal(type->elem, x, y);
}

static bool
equal_record(const struct type *type, const void *a, const void *b)
{
	const struct record *x = *(const struct record *const *)a;
	const struct record *y = *(const struct record *const *)b;

	(void)type;
	if (x == y)
		return true;
	if (!x || !y || x->cls != y->cls)
		return false;
	for (unsigned i = 0; i < x->cls->nfields; i++) {
		const struct field *f = &x->cls->fields[i];

		if (!model_equal(f->type, record_field(x, f),
			record_field(y, f)))
			return false;
	}
	return true;
}

static bool
equal_event(const struct event_item *x, const struct event_item *y)
{
	return x->id == y->id && x->timestamp == y->timestamp &&
	    x->cls == y->cls && x->op == y->op && ref_equal(x->ref, y->ref) &&
	    equal_record(NULL, &x->snapshot, &y->snapshot);
}

static bool
equal_counts(const uint64_t *x, const uint64_t *y)
{
	if (!x || !y)
		return x == y;
	return memcmp(x, y, CLASS_COUNT * sizeof(*x)) == 0;
}

static bool
equal_events(const struct type *type, const void *a, const void *b)
{
	const struct event_batch *x = a, *y = b;

	(void)type;
	if (x->n != y->n || x->token != y->token ||
	    !equal_counts(x->valid_ref_counts, y->valid_ref_counts))
		return false;
	for (uint32_t i = 0; i < x->n; i++) {
		if (!equal_event(&x->events[i], &y->events[i]))
			return false;
	}
	return true;
}

typedef bool equal_fn(const struct type *type, const void *a, const void *b);

static equal_fn *const equal[] = {
	[TYPE_VOID] = equal_nothing,
	[TYPE_STRING] = equal_text,
	[TYPE_SECRET] = equal_text,
	[TYPE_INT] = equal_int64,
	[TYPE_FLOAT] = equal_float,
	[TYPE_BOOL] = equal_bool,
	[TYPE_DATETIME] = equal_int64,
	[TYPE_ENUM] = equal_enum,
	[TYPE_REF] = equal_ref,
	[TYPE_SET] = equal_set,
	[TYPE_MAP] = equal_map,
	[TYPE_OPTION] = equal_option,
	[TYPE_RECORD] = equal_record,
	[TYPE_EVENT_BATCH] = equal_events,
};

bool
model_equal(const struct type *type, const void *a, const void *b)
{
	return equal[type->kind](type, a, b);
}

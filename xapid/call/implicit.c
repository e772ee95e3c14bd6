/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every class has without anybody writing it: getters, setters, add and
 * remove, create and destroy, records and look-ups. One function a kind of
 * message; the tables say the rest. A handler of the same name in the class's
 * file takes the place of the default. */
#include <string.h>

#include "call/call_private.h"

static const struct class_info *
cls_of(const struct call *c)
{
	return &class_table[c->method->cls];
}

static const struct field *
field_of(const struct call *c)
{
	return &cls_of(c)->fields[c->method->field];
}

static const void *
arg(const struct call *c, const void *args, unsigned i)
{
	return (const char *)args + c->method->params[i].offset;
}

static struct ref
self(const struct call *c, const void *args)
{
	return *(const struct ref *)arg(c, args, 0);
}

/* ---- reading ---- */

static int
get_record(struct call *c, const void *args, void *result)
{
	const struct record *r = call_get(c, cls_of(c)->id, self(c, args));

	if (!r)
		return -1;
	*(const struct record **)result = r;
	return call_hold(c, r);
}

static int
get_field(struct call *c, const void *args, void *result)
{
	const struct field *f = field_of(c);
	const struct record *r = call_get(c, cls_of(c)->id, self(c, args));

	if (!r)
		return -1;
	memcpy(result, record_field(r, f), f->type->size);
	return call_hold(c, r);
}

static int
get_by_uuid(struct call *c, const void *args, void *result)
{
	const char *uuid = *(const char *const *)arg(c, args, 0);
	const struct record *r = db_get_by_uuid(c->db, cls_of(c)->id, uuid);

	if (!r)
		return fail_uuid_invalid(c, cls_of(c)->name, uuid);
	*(struct ref *)result = r->self;
	record_unref(r);
	return 0;
}

/* A set of references to these records, which are released. */
static int
refs_of(struct call *c, const struct record **all, uint32_t n, struct set *out)
{
	struct ref *refs = arena_array(c->arena, n ? n : 1, sizeof(*refs));

	for (uint32_t i = 0; refs && i < n; i++)
		refs[i] = all[i]->self;
	db_release_all(all, n);
	if (!refs)
		return call_fail_nomem(c);
	*out = (struct set){ .items = refs, .n = n };
	return 0;
}

static int
get_by_name_label(struct call *c, const void *args, void *result)
{
	const char *name = *(const char *const *)arg(c, args, 0);
	const struct record **all;
	uint32_t n;

	if (db_get_by_name(c->db, cls_of(c)->id, name, &all, &n) < 0)
		return call_fail_nomem(c);
	return refs_of(c, all, n, result);
}

/* The records of the class that fit the expression (NULL: all). */
static int
select_records(struct call *c, const char *expression,
    const struct record ***all_r, uint32_t *n_r)
{
	const struct query *q = NULL;
	const struct record **all;
	uint32_t n, left = 0;

	if (expression && !(q = query_parse(c, cls_of(c), expression)))
		return -1;
	if (db_get_all(c->db, cls_of(c)->id, &all, &n) < 0)
		return call_fail_nomem(c);
	for (uint32_t i = 0; q && i < n; i++)
		if (query_matches(q, all[i]))
			all[left++] = all[i];
		else
			record_unref(all[i]);
	*all_r = all;
	*n_r = q ? left : n;
	return 0;
}

static const char *
expression(const struct call *c, const void *args)
{
	return c->method->nparams ? *(const char *const *)arg(c, args, 0)
				  : NULL;
}

static int
get_all(struct call *c, const void *args, void *result)
{
	const struct record **all;
	uint32_t n;

	if (select_records(c, expression(c, args), &all, &n) < 0)
		return -1;
	return refs_of(c, all, n, result);
}

static int
get_all_records(struct call *c, const void *args, void *result)
{
	const struct record **all, **values;
	struct ref *keys;
	uint32_t n;

	if (select_records(c, expression(c, args), &all, &n) < 0)
		return -1;
	keys = arena_array(c->arena, n ? n : 1, sizeof(*keys));
	values = arena_array(c->arena, n ? n : 1, sizeof(*values));
	if (!keys || !values) {
		db_release_all(all, n);
		return call_fail_nomem(c);
	}
	for (uint32_t i = 0; i < n; i++) {
		keys[i] = all[i]->self;
		values[i] = all[i];
	}
	*(struct map *)result =
	    (struct map){ .keys = keys, .values = values, .n = n };
	return call_hold_all(c, all, n);
}

/* ---- writing ---- */

/* The head record of self, or HANDLE_INVALID. */
static const struct record *
head(struct call *c, struct tx *t, struct ref ref)
{
	const struct record *r = tx_get(t, cls_of(c)->id, ref);

	if (!r)
		fail_handle_invalid(c, cls_of(c)->name, call_ref_text(c, ref));
	return r;
}

/* The end of a setter: value is the field's new one, NULL after a failure. */
static int
put(struct call *c, struct tx *t, struct ref ref, const void *value)
{
	if (!value) {
		tx_abort(t);
		return -1;
	}
	(void)tx_set(t, cls_of(c)->id, ref, field_of(c)->index, value);
	if (c->core->when_set)
		c->core->when_set(t, cls_of(c)->id, ref, field_of(c)->index);
	return call_commit(c, t);
}

static int
set_field(struct call *c, const void *args, void *result)
{
	const struct field *f = field_of(c);
	const void *value = arg(c, args, 1);
	struct tx *t = call_begin(c);
	const struct record *r;

	(void)result;
	if (!t)
		return -1;
	r = head(c, t, self(c, args));
	if (!r ||
	    (f->key_roles &&
		call_check_map(c, f, c->method->roles, record_field(r, f),
		    value) < 0))
		value = NULL;
	return put(c, t, self(c, args), value);
}

static const void *
item(const void *items, uint32_t i, const struct type *type)
{
	return (const char *)items + (size_t)i * type->size;
}

/* Index of a value among n, or n. */
static uint32_t
find_item(const void *items, uint32_t n, const struct type *type,
    const void *value)
{
	uint32_t i = 0;

	while (i < n && !model_equal(type, item(items, i, type), value))
		i++;
	return i;
}

/* items with room for one more at the end. */
static char *
grown(struct call *c, const void *items, uint32_t n, const struct type *type)
{
	char *p = arena_array(c->arena, (size_t)n + 1, type->size);

	if (!p)
		call_fail_nomem(c);
	else if (n)
		memcpy(p, items, (size_t)n * type->size);
	return p;
}

static char *
without(struct call *c, const void *items, uint32_t n, uint32_t i,
    const struct type *type)
{
	char *p = grown(c, items, n, type);
	size_t size = type->size;

	if (p)
		memmove(p + i * size, p + (i + 1) * size,
		    (size_t)(n - i - 1) * size);
	return p;
}

static const void *
set_with(struct call *c, const struct set *s, const struct type *elem,
    const void *value)
{
	struct set *out = arena_alloc(c->arena, sizeof(*out));
	char *items;

	if (!out)
		return NULL;
	*out = *s;
	if (find_item(s->items, s->n, elem, value) < s->n)
		return out; /* there already */
	items = grown(c, s->items, s->n, elem);
	if (!items)
		return NULL;
	memcpy(items + (size_t)s->n * elem->size, value, elem->size);
	*out = (struct set){ .items = items, .n = s->n + 1 };
	return out;
}

/* Keys that can be added are of these kinds. */
static const char *
key_text(const struct type *type, const void *key)
{
	if (type->kind == TYPE_ENUM)
		return type->en->values[*(const int *)key];
	return type->kind == TYPE_STRING ? *(const char *const *)key : "";
}

static const void *
map_with(struct call *c, struct ref ref, const struct map *m,
    const struct type *type, const void *key, const void *value)
{
	struct map *out = arena_alloc(c->arena, sizeof(*out));
	char *keys, *values;

	if (!out)
		return NULL;
	if (find_item(m->keys, m->n, type->key, key) < m->n) {
		fail_map_duplicate_key(c, cls_of(c)->name, field_of(c)->name,
		    call_ref_text(c, ref), key_text(type->key, key));
		return NULL;
	}
	keys = grown(c, m->keys, m->n, type->key);
	values = grown(c, m->values, m->n, type->elem);
	if (!keys || !values)
		return NULL;
	memcpy(keys + (size_t)m->n * type->key->size, key, type->key->size);
	memcpy(values + (size_t)m->n * type->elem->size, value,
	    type->elem->size);
	*out = (struct map){ .keys = keys, .values = values, .n = m->n + 1 };
	return out;
}

static int
add(struct call *c, const void *args, void *result)
{
	const struct type *type = field_of(c)->type;
	struct tx *t = call_begin(c);
	const struct record *r;
	const void *value = NULL, *old;

	(void)result;
	if (!t)
		return -1;
	r = head(c, t, self(c, args));
	if (r) {
		old = record_field(r, field_of(c));
		value = type->kind == TYPE_SET
		    ? set_with(c, old, type->elem, arg(c, args, 1))
		    : map_with(c, r->self, old, type, arg(c, args, 1),
			  arg(c, args, 2));
		if (!value)
			call_fail_nomem(c);
	}
	return put(c, t, self(c, args), value);
}

static int
remove_item(struct call *c, const void *args, void *result)
{
	const struct type *type = field_of(c)->type;
	const struct type *key =
	    type->kind == TYPE_SET ? type->elem : type->key;
	struct tx *t = call_begin(c);
	const struct record *r;
	const struct set *s;
	const struct map *m;
	uint32_t i, n;
	union {
		struct set s;
		struct map m;
	} left;

	(void)result;
	if (!t)
		return -1;
	r = head(c, t, self(c, args));
	if (!r)
		return put(c, t, self(c, args), NULL);
	s = record_field(r, field_of(c));
	m = record_field(r, field_of(c));
	n = type->kind == TYPE_SET ? s->n : m->n;
	i = find_item(type->kind == TYPE_SET ? s->items : m->keys, n, key,
	    arg(c, args, 1));
	if (i == n) /* absent: nothing to do */
		return call_commit(c, t);
	if (type->kind == TYPE_SET)
		left.s = (struct set){
			.items = without(c, s->items, n, i, key),
			.n = n - 1,
		};
	else
		left.m = (struct map){
			.keys = without(c, m->keys, n, i, key),
			.values = without(c, m->values, n, i, type->elem),
			.n = n - 1,
		};
	return put(c, t, self(c, args), c->nerror ? NULL : &left);
}

/* ---- objects ---- */

/* Map keys with a role of their own need it in a constructor too. */
int
implicit_check_create(struct call *c, const struct record *r)
{
	for (unsigned i = 0; i < r->cls->nfields; i++) {
		const struct field *f = &r->cls->fields[i];

		if (f->key_roles &&
		    call_check_map(c, f, c->method->roles, f->initial,
			record_field(r, f)) < 0)
			return -1;
	}
	return 0;
}

int
implicit_create(struct call *c, const struct record *r, struct ref *ref_r)
{
	struct tx *t;

	if (implicit_check_create(c, r) < 0)
		return -1;
	t = call_begin(c);
	if (!t)
		return -1;
	(void)tx_insert(t, r, ref_r);
	return call_commit(c, t);
}

static int
create(struct call *c, const void *args, void *result)
{
	return implicit_create(c,
	    *(const struct record *const *)arg(c, args, 0), result);
}

static int
destroy(struct call *c, const void *args, void *result)
{
	struct tx *t = call_begin(c);

	(void)result;
	if (!t)
		return -1;
	(void)tx_destroy(t, cls_of(c)->id, self(c, args));
	return call_commit(c, t);
}

static method_fn *const defaults[] = {
	[METHOD_GETTER] = get_field,
	[METHOD_SETTER] = set_field,
	[METHOD_ADD] = add,
	[METHOD_REMOVE] = remove_item,
	[METHOD_CREATE] = create,
	[METHOD_DESTROY] = destroy,
	[METHOD_GET_RECORD] = get_record,
	[METHOD_GET_BY_UUID] = get_by_uuid,
	[METHOD_GET_BY_NAME_LABEL] = get_by_name_label,
	[METHOD_GET_ALL] = get_all,
	[METHOD_GET_ALL_RECORDS] = get_all_records,
	[METHOD_GET_ALL_WHERE] = get_all,
	[METHOD_GET_ALL_RECORDS_WHERE] = get_all_records,
};

int
implicit_run(struct call *c, const void *args, void *result)
{
	return defaults[c->method->kind](c, args, result);
}

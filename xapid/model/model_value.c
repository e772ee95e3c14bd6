/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the value tree, whose types are those of the wire, to typed memory.
 *
 * What a client may write for a type is as wide as in the original (source:
 * wire.json xmlrpc_types_in): numbers also as decimal text, dates as dates or
 * text, base64 where text is wanted. Everything is copied, so that typed memory
 * does not depend on the life of the tree. The depth is the type's. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/text.h"
#include "model/model_private.h"

/* Where in the value we are: other_config[x], args.name_label. Lies on the
 * stack; only an error reads it. */
struct place {
	const struct place *outer; /* NULL: the whole value */
	const char *member;        /* field of a record, or NULL */
	const char *key;           /* of a map, clean; NULL: an index */
	uint32_t index;
};

struct reader {
	struct arena *arena;
	struct type_error *err;
	const struct place *place;
};

typedef int read_fn(struct reader *r, const struct type *type,
    const struct value *v, void *mem);

static int read_value(struct reader *r, const struct type *type,
    const struct value *v, void *mem);

/* ---- errors ---- */

static const char *const kind_names[] = {
	[VALUE_NIL] = "nothing",
	[VALUE_BOOL] = "a bool",
	[VALUE_INT] = "an int",
	[VALUE_DOUBLE] = "a float",
	[VALUE_STRING] = "a string",
	[VALUE_DATE] = "a date",
	[VALUE_BINARY] = "binary data",
	[VALUE_ARRAY] = "an array",
	[VALUE_STRUCT] = "a struct",
};

static const char *const type_names[] = {
	[TYPE_VOID] = "nothing",
	[TYPE_STRING] = "a string",
	[TYPE_SECRET] = "a string",
	[TYPE_INT] = "an int",
	[TYPE_FLOAT] = "a float",
	[TYPE_BOOL] = "a bool",
	[TYPE_DATETIME] = "a date",
	[TYPE_ENUM] = "a string",
	[TYPE_REF] = "a reference",
	[TYPE_SET] = "an array",
	[TYPE_MAP] = "a struct",
	[TYPE_OPTION] = "a value",
	[TYPE_RECORD] = "a struct",
	[TYPE_EVENT_BATCH] = "nothing",
};

/* Appends printed text as far as there is room. */
__attribute__((format(printf, 2, 3))) static void
append(struct type_error *err, const char *fmt, ...)
{
	size_t n = strlen(err->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text + n, sizeof(err->text) - n, fmt, ap);
	va_end(ap);
}

static void
append_place(struct type_error *err, const struct place *p)
{
	if (!p)
		return;
	append_place(err, p->outer);
	if (p->member)
		append(err, p->outer ? ".%s" : "%s", p->member);
	else if (p->key)
		append(err, "[%s]", p->key);
	else
		append(err, "[%u]", p->index);
}

/* The text may have been cut inside a character. */
static void
cut_half_character(char *text)
{
	size_t n = strlen(text), start = n;

	while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start > 0 && ((unsigned char)text[start - 1] & 0x80) != 0)
		start--;
	if (!text_is_clean(text + start, n - start))
		text[start] = '\0';
}

static int
fail_at_place(struct reader *r)
{
	if (r->place) {
		append(r->err, " at ");
		append_place(r->err, r->place);
	}
	cut_half_character(r->err->text);
	return -1;
}

static int
fail_kind(struct reader *r, const struct type *type, const struct value *v)
{
	append(r->err, "want %s, got %s", type_names[type->kind],
	    kind_names[v->kind]);
	return fail_at_place(r);
}

/* text is clean. */
static int
fail_text(struct reader *r, const struct type *type, const char *text)
{
	append(r->err, "want %s, got \"%.40s\"", type_names[type->kind], text);
	cut_half_character(r->err->text);
	return fail_at_place(r);
}

static int
fail_unclean(struct reader *r)
{
	append(r->err, "text with characters that XML cannot carry");
	return fail_at_place(r);
}

static int
fail_memory(struct reader *r)
{
	r->err->text[0] = '\0';
	return -1;
}

/* ---- single values ---- */

/* The text of a string or date, NULL (and the error) when it is not clean. */
static const char *
clean_text(struct reader *r, const struct value *v)
{
	if (text_is_clean(v->s, v->n))
		return v->s;
	fail_unclean(r);
	return NULL;
}

static int
read_string(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	char *copy;

	if (v->kind != VALUE_STRING && v->kind != VALUE_BINARY)
		return fail_kind(r, type, v);
	if (!text_is_clean(v->s, v->n)) /* a NUL is not clean either */
		return fail_unclean(r);
	copy = arena_strndup(r->arena, v->s, v->n);
	if (!copy)
		return fail_memory(r);
	*(const char **)mem = copy;
	return 0;
}

static int
read_int(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	const char *text;
	long long i;

	if (v->kind == VALUE_INT) {
		*(int64_t *)mem = v->i;
		return 0;
	}
	if (v->kind != VALUE_STRING)
		return fail_kind(r, type, v);
	text = clean_text(r, v);
	if (!text)
		return -1;
	if (!text_parse_int(text, &i))
		return fail_text(r, type, text);
	*(int64_t *)mem = i;
	return 0;
}

/* Decimal, finite, the whole text. */
static bool
parse_double(const char *text, double *out_r)
{
	char *end;

	if (*text == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0')
		return false;
	*out_r = strtod(text, &end);
	return *end == '\0' && isfinite(*out_r);
}

static int
read_float(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	const char *text;

	if (v->kind == VALUE_DOUBLE && !isfinite(v->d)) {
		append(r->err, "want a float, got infinity or no number");
		return fail_at_place(r);
	}
	if (v->kind == VALUE_DOUBLE || v->kind == VALUE_INT) {
		*(double *)mem = v->kind == VALUE_INT ? (double)v->i : v->d;
		return 0;
	}
	if (v->kind != VALUE_STRING)
		return fail_kind(r, type, v);
	text = clean_text(r, v);
	if (!text)
		return -1;
	if (!parse_double(text, mem))
		return fail_text(r, type, text);
	return 0;
}

static int
read_bool(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	if (v->kind != VALUE_BOOL)
		return fail_kind(r, type, v);
	*(bool *)mem = v->b;
	return 0;
}

static int
read_datetime(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	const char *text;

	if (v->kind != VALUE_DATE && v->kind != VALUE_STRING)
		return fail_kind(r, type, v);
	text = clean_text(r, v);
	if (!text)
		return -1;
	if (!date_parse(text, mem))
		return fail_text(r, type, text);
	return 0;
}

static int
read_enum(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	const char *text;
	int index;

	if (v->kind != VALUE_STRING)
		return fail_kind(r, type, v);
	text = clean_text(r, v);
	if (!text)
		return -1;
	index = enum_find(type->en, text);
	if (index < 0) {
		append(r->err, "\"%.40s\" is no %s", text, type->en->name);
		return fail_at_place(r);
	}
	*(int *)mem = index;
	return 0;
}

static int
read_ref(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	const char *text;

	if (v->kind != VALUE_STRING)
		return fail_kind(r, type, v);
	text = clean_text(r, v);
	if (!text)
		return -1;
	if (ref_parse(text, mem))
		return 0;
	text = arena_strdup(r->arena, text);
	if (!text)
		return fail_memory(r);
	*(struct ref *)mem = ref_foreign(text);
	return 0;
}

/* ---- collections ---- */

static int
read_items(struct reader *r, const struct type *elem, const struct value *v,
    char *items)
{
	struct place here = { .outer = r->place };
	int rc = 0;

	r->place = &here;
	for (uint32_t i = 0; rc == 0 && i < v->n; i++) {
		here.index = i;
		rc = read_value(r, elem, &v->items[i],
		    items + (size_t)i * elem->size);
	}
	r->place = here.outer;
	return rc;
}

static int
read_set(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	struct set *set = mem;
	char *items;

	if (v->kind != VALUE_ARRAY)
		return fail_kind(r, type, v);
	*set = (struct set){ NULL, 0 };
	if (v->n == 0)
		return 0;
	items = arena_array(r->arena, v->n, type->elem->size);
	if (!items)
		return fail_memory(r);
	if (read_items(r, type->elem, v, items) < 0)
		return -1;
	*set = (struct set){ items, v->n };
	return 0;
}

/* Member names are the keys: text that is read as any other. */
static int
read_entry(struct reader *r, const struct type *type,
    const struct value_member *m, char *key, char *value)
{
	struct place here = { .outer = r->place, .key = m->name };
	struct value name = { .kind = VALUE_STRING };
	int rc;

	name.n = (uint32_t)strlen(m->name);
	name.s = m->name;
	if (read_value(r, type->key, &name, key) < 0)
		return -1;
	r->place = &here;
	rc = read_value(r, type->elem, &m->value, value);
	r->place = here.outer;
	return rc;
}

static int
refuse_duplicates(struct reader *r, const struct type *type,
    const struct map *map, const struct value *v)
{
	uint32_t at;
	int rc = model_map_duplicate(type, map, &at);

	if (rc == 0)
		return 0;
	if (rc < 0)
		return fail_memory(r);
	append(r->err, "the key \"%.40s\" stands twice", v->members[at].name);
	cut_half_character(r->err->text);
	return fail_at_place(r);
}

static int
read_map(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	const size_t ksize = type->key->size, vsize = type->elem->size;
	struct map map;
	char *keys, *values;

	if (v->kind != VALUE_STRUCT)
		return fail_kind(r, type, v);
	*(struct map *)mem = (struct map){ NULL, NULL, 0 };
	if (v->n == 0)
		return 0;
	keys = arena_array(r->arena, v->n, ksize);
	values = keys ? arena_array(r->arena, v->n, vsize) : NULL;
	if (!values)
		return fail_memory(r);
	for (uint32_t i = 0; i < v->n; i++) {
		if (read_entry(r, type, &v->members[i], keys + i * ksize,
			values + i * vsize) < 0)
			return -1;
	}
	map = (struct map){ keys, values, v->n };
	if (refuse_duplicates(r, type, &map, v) < 0)
		return -1;
	*(struct map *)mem = map;
	return 0;
}

static int
read_option(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	void *inner = NULL;

	if (v->kind != VALUE_NIL) {
		inner = arena_alloc(r->arena, type->elem->size);
		if (!inner)
			return fail_memory(r);
		if (read_value(r, type->elem, v, inner) < 0)
			return -1;
	}
	*(const void **)mem = inner;
	return 0;
}

/* ---- records, as create takes them ---- */

static bool
constructor_takes(const struct field *f)
{
	return f->qualifier != FIELD_DYNAMIC_RO && f->inverse_cls < 0;
}

static int
read_field(struct reader *r, const struct field *f, const struct value *v,
    void *mem)
{
	struct place here = { .outer = r->place, .member = f->name };
	const struct value *m = NULL;
	int rc;

	if (constructor_takes(f))
		m = value_member(v, f->name);
	if (!m && !f->required) {
		memcpy(mem, f->initial, f->type->size);
		return 0;
	}
	if (!m) {
		append(r->err, "the field %s is missing", f->name);
		return fail_at_place(r);
	}
	r->place = &here;
	rc = read_value(r, f->type, m, mem);
	r->place = here.outer;
	return rc;
}

/* Members that are no fields are ignored, and those the constructor does not
 * take; older and newer clients send them. */
static int
read_record(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	const struct class_info *cls;
	struct record *rec;

	if (v->kind != VALUE_STRUCT || type->cls < 0)
		return fail_kind(r, type, v);
	cls = &class_table[type->cls];
	rec = arena_alloc(r->arena, cls->size);
	if (!rec)
		return fail_memory(r);
	rec->cls = cls;
	rec->size = cls->size;
	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];

		if (read_field(r, f, v, (char *)rec + f->offset) < 0)
			return -1;
	}
	*(const struct record **)mem = rec;
	return 0;
}

/* Nobody sends these. */
static int
read_never(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	(void)mem;
	return fail_kind(r, type, v);
}

static read_fn *const read_kind[] = {
	[TYPE_VOID] = read_never,
	[TYPE_STRING] = read_string,
	[TYPE_SECRET] = read_string,
	[TYPE_INT] = read_int,
	[TYPE_FLOAT] = read_float,
	[TYPE_BOOL] = read_bool,
	[TYPE_DATETIME] = read_datetime,
	[TYPE_ENUM] = read_enum,
	[TYPE_REF] = read_ref,
	[TYPE_SET] = read_set,
	[TYPE_MAP] = read_map,
	[TYPE_OPTION] = read_option,
	[TYPE_RECORD] = read_record,
	[TYPE_EVENT_BATCH] = read_never,
};

static int
read_value(struct reader *r, const struct type *type, const struct value *v,
    void *mem)
{
	return read_kind[type->kind](r, type, v, mem);
}

int
model_from_value(struct arena *a, const struct type *type,
    const struct value *v, void *mem, struct type_error *err)
{
	struct reader r = { .arena = a, .err = err };

	err->text[0] = '\0';
	return read_value(&r, type, v, mem);
}

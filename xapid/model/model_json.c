/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values as text, as they stand in a cell of the database: a set or map is
 * JSON, anything else its plain text (a name without quotes, true or false, a
 * number, a date, OpaqueRef:...). Inside of JSON the same texts are strings,
 * except for numbers and bools; keys are always strings.
 *
 * Reading goes over the value tree, so that both ways into typed memory have
 * one set of rules. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/text.h"
#include "model/model_private.h"

/* ---- writing ---- */

typedef void write_fn(const struct type *type, const void *mem,
    struct bytes *out);

static void write_json(const struct type *type, const void *mem,
    struct bytes *out);

static bool
needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

/* A JSON string; runs without escapes are appended at once. */
static void
put_quoted(struct bytes *out, const char *s)
{
	const char *run = s;

	bytes_putc(out, '"');
	for (; *s; s++) {
		if (!needs_escape((unsigned char)*s))
			continue;
		bytes_put(out, run, (size_t)(s - run));
		if (*s == '"' || *s == '\\') {
			bytes_putc(out, '\\');
			bytes_putc(out, *s);
		} else {
			bytes_printf(out, "\\u%04x", (unsigned)*s);
		}
		run = s + 1;
	}
	bytes_put(out, run, (size_t)(s - run));
	bytes_putc(out, '"');
}

static void
write_nothing(const struct type *type, const void *mem, struct bytes *out)
{
	(void)type, (void)mem;
	bytes_puts(out, "null");
}

static void
write_text(const struct type *type, const void *mem, struct bytes *out)
{
	(void)type;
	bytes_puts(out, *(const char *const *)mem);
}

static void
write_int(const struct type *type, const void *mem, struct bytes *out)
{
	(void)type;
	bytes_put_int(out, *(const int64_t *)mem);
}

static void
write_float(const struct type *type, const void *mem, struct bytes *out)
{
	char text[32];

	(void)type;
	text_format_double(*(const double *)mem, text);
	bytes_puts(out, text);
}

static void
write_bool(const struct type *type, const void *mem, struct bytes *out)
{
	(void)type;
	bytes_puts(out, *(const bool *)mem ? "true" : "false");
}

static void
write_datetime(const struct type *type, const void *mem, struct bytes *out)
{
	char text[DATE_CHARS + 1];

	(void)type;
	date_format(*(const int64_t *)mem, text);
	bytes_puts(out, text);
}

static void
write_enum(const struct type *type, const void *mem, struct bytes *out)
{
	bytes_puts(out, type->en->values[*(const int *)mem]);
}

static void
write_ref(const struct type *type, const void *mem, struct bytes *out)
{
	char text[REF_CHARS + 1];

	(void)type;
	bytes_puts(out, ref_text(*(const struct ref *)mem, text));
}

static void
write_set(const struct type *type, const void *mem, struct bytes *out)
{
	const struct set *set = mem;

	bytes_putc(out, '[');
	for (uint32_t i = 0; i < set->n; i++) {
		if (i > 0)
			bytes_putc(out, ',');
		write_json(type->elem, model_item(set->items, type->elem, i),
		    out);
	}
	bytes_putc(out, ']');
}

static void write_quoted(const struct type *type, const void *mem,
    struct bytes *out);

static void
write_map(const struct type *type, const void *mem, struct bytes *out)
{
	const struct map *map = mem;

	bytes_putc(out, '{');
	for (uint32_t i = 0; i < map->n; i++) {
		if (i > 0)
			bytes_putc(out, ',');
		write_quoted(type->key, model_item(map->keys, type->key, i),
		    out);
		bytes_putc(out, ':');
		write_json(type->elem, model_item(map->values, type->elem, i),
		    out);
	}
	bytes_putc(out, '}');
}

static void
write_option(const struct type *type, const void *mem, struct bytes *out)
{
	const void *inner = *(const void *const *)mem;

	if (inner)
		write_json(type->elem, inner, out);
	else
		bytes_puts(out, "null");
}

static void
write_record(const struct type *type, const void *mem, struct bytes *out)
{
	const struct record *r = *(const struct record *const *)mem;
	const char *separator = "";

	(void)type;
	if (!r) {
		bytes_puts(out, "null");
		return;
	}
	bytes_putc(out, '{');
	for (unsigned i = 0; i < r->cls->nfields; i++) {
		const struct field *f = &r->cls->fields[i];

		bytes_puts(out, separator);
		bytes_put(out, f->json_open, f->json_open_len);
		write_json(f->type, record_field(r, f), out);
		separator = ",";
	}
	bytes_putc(out, '}');
}

/* How a kind is written in a cell, and whether JSON puts quotes around it. */
static const struct {
	write_fn *write;
	bool quoted;
} writers[] = {
	[TYPE_VOID] = { write_nothing, false },
	[TYPE_STRING] = { write_text, true },
	[TYPE_SECRET] = { write_text, true },
	[TYPE_INT] = { write_int, false },
	[TYPE_FLOAT] = { write_float, false },
	[TYPE_BOOL] = { write_bool, false },
	[TYPE_DATETIME] = { write_datetime, true },
	[TYPE_ENUM] = { write_enum, true },
	[TYPE_REF] = { write_ref, true },
	[TYPE_SET] = { write_set, false },
	[TYPE_MAP] = { write_map, false },
	[TYPE_OPTION] = { write_option, false },
	[TYPE_RECORD] = { write_record, false },
	[TYPE_EVENT_BATCH] = { write_nothing, false },
};

void
model_to_json(const struct type *type, const void *mem, struct bytes *out)
{
	writers[type->kind].write(type, mem, out);
}

/* Texts need escapes; all other quoted kinds have none to escape except a
 * foreign reference. */
static void
write_quoted(const struct type *type, const void *mem, struct bytes *out)
{
	const struct ref *r = mem;

	if (type->kind == TYPE_STRING || type->kind == TYPE_SECRET) {
		put_quoted(out, *(const char *const *)mem);
	} else if (type->kind == TYPE_REF && ref_is_foreign(*r)) {
		put_quoted(out, ref_text(*r, NULL));
	} else if (type->kind == TYPE_ENUM) {
		put_quoted(out, type->en->values[*(const int *)mem]);
	} else {
		bytes_putc(out, '"');
		model_to_json(type, mem, out);
		bytes_putc(out, '"');
	}
}

static void
write_json(const struct type *type, const void *mem, struct bytes *out)
{
	if (writers[type->kind].quoted)
		write_quoted(type, mem, out);
	else
		model_to_json(type, mem, out);
}

/* ---- reading ---- */

static int value_from_json(struct arena *a, json_t *j, unsigned depth,
    struct value *out_r);

static int
text_from_json(struct arena *a, const json_t *j, struct value *out_r)
{
	size_t len = json_string_length(j);

	if (len > UINT32_MAX)
		return -1;
	out_r->kind = VALUE_STRING;
	out_r->s = arena_strndup(a, json_string_value(j), len);
	out_r->n = (uint32_t)len;
	return out_r->s ? 0 : -1;
}

static int
array_from_json(struct arena *a, json_t *j, unsigned depth, struct value *out_r)
{
	size_t n = json_array_size(j);
	struct value *items = arena_array(a, n, sizeof(*items));

	if (!items || n > UINT32_MAX)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (value_from_json(a, json_array_get(j, i), depth + 1,
			&items[i]) < 0)
			return -1;
	}
	out_r->kind = VALUE_ARRAY;
	out_r->items = items;
	out_r->n = (uint32_t)n;
	return 0;
}

static int
struct_from_json(struct arena *a, json_t *j, unsigned depth,
    struct value *out_r)
{
	size_t n = json_object_size(j), i = 0;
	struct value_member *members = arena_array(a, n, sizeof(*members));
	const char *key;
	json_t *inner;

	if (!members || n > UINT32_MAX)
		return -1;
	json_object_foreach(j, key, inner)
	{
		members[i].name = arena_strdup(a, key);
		if (!members[i].name ||
		    value_from_json(a, inner, depth + 1, &members[i].value) < 0)
			return -1;
		i++;
	}
	out_r->kind = VALUE_STRUCT;
	out_r->members = members;
	out_r->n = (uint32_t)n;
	return 0;
}

/* -1: no memory, or too deep. */
static int
value_from_json(struct arena *a, json_t *j, unsigned depth, struct value *out_r)
{
	*out_r = (struct value){ .kind = VALUE_NIL };
	if (depth >= VALUE_MAX_DEPTH)
		return -1;
	switch (json_typeof(j)) {
	case JSON_OBJECT:
		return struct_from_json(a, j, depth, out_r);
	case JSON_ARRAY:
		return array_from_json(a, j, depth, out_r);
	case JSON_STRING:
		return text_from_json(a, j, out_r);
	case JSON_INTEGER:
		out_r->kind = VALUE_INT;
		out_r->i = json_integer_value(j);
		return 0;
	case JSON_REAL:
		out_r->kind = VALUE_DOUBLE;
		out_r->d = json_real_value(j);
		return 0;
	case JSON_TRUE:
	case JSON_FALSE:
		out_r->kind = VALUE_BOOL;
		out_r->b = json_is_true(j);
		return 0;
	case JSON_NULL:
		return 0;
	}
	return -1;
}

static int
read_json(struct arena *a, const struct type *type, const char *text,
    size_t len, void *mem, struct type_error *err)
{
	json_error_t why;
	json_t *j = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	struct value v;
	int rc;

	if (!j) {
		snprintf(err->text, sizeof(err->text), "no JSON at byte %d",
		    why.position);
		return -1;
	}
	rc = value_from_json(a, j, 0, &v);
	json_decref(j);
	if (rc == 0)
		rc = model_from_value(a, type, &v, mem, err);
	return rc;
}

static int
read_bool_text(const struct type *type, const char *text, void *mem,
    struct type_error *err)
{
	(void)type;
	if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
		*(bool *)mem = true;
	else if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
		*(bool *)mem = false;
	else {
		snprintf(err->text, sizeof(err->text),
		    "want a bool, got other text");
		return -1;
	}
	return 0;
}

/* What is not JSON: the plain text of one value. */
static int
read_plain(struct arena *a, const struct type *type, const char *text,
    size_t len, void *mem, struct type_error *err)
{
	struct value v = { .kind = VALUE_STRING };

	if (len > UINT32_MAX || memchr(text, 0, len)) {
		snprintf(err->text, sizeof(err->text), "a NUL in the text");
		return -1;
	}
	v.s = arena_strndup(a, text, len);
	v.n = (uint32_t)len;
	if (!v.s)
		return -1;
	if (type->kind == TYPE_BOOL)
		return read_bool_text(type, v.s, mem, err);
	return model_from_value(a, type, &v, mem, err);
}

static bool
is_json(const struct type *type)
{
	return type->kind == TYPE_SET || type->kind == TYPE_MAP ||
	    type->kind == TYPE_OPTION || type->kind == TYPE_RECORD;
}

int
model_from_json(struct arena *a, const struct type *type, const char *text,
    size_t len, void *mem, struct type_error *err)
{
	err->text[0] = '\0';
	/* Most sets and maps are empty: not worth a parser. */
	if (len == 2 &&
	    ((type->kind == TYPE_SET && memcmp(text, "[]", 2) == 0) ||
		(type->kind == TYPE_MAP && memcmp(text, "{}", 2) == 0))) {
		model_empty(type, mem);
		return 0;
	}
	if (is_json(type))
		return read_json(a, type, text, len, mem, err);
	return read_plain(a, type, text, len, mem, err);
}

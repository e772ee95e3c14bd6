/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cells and rows: typed memory to and from the columns of a table. Loading
 * decodes some millions of cells, so the ordinary ones take a short way: text
 * is used where SQLite put it, and collections of plain strings are cut out of
 * one copy of their JSON; everything else goes through the model. */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "db/db_sqlite_private.h"
#include "lib/bytes.h"
#include "lib/log.h"
#include "lib/text.h"

bool
db_sqlite_on_disk(const struct field *f)
{
	return f->persistent && f->inverse_cls < 0;
}

void
db_sqlite_columns(const struct class_info *cls, struct bytes *b,
    const char *each)
{
	for (unsigned i = 0; i < cls->nfields; i++) {
		if (!db_sqlite_on_disk(&cls->fields[i]))
			continue;
		bytes_puts(b, ",");
		if (each)
			bytes_puts(b, each);
		else
			bytes_printf(b, "\"%s\"", cls->fields[i].column);
	}
}

sqlite3_stmt *
db_sqlite_select(sqlite3 *sql, const struct class_info *cls)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	sqlite3_stmt *st = NULL;

	bytes_puts(&text, "SELECT _id,_ref,_created,_modified");
	db_sqlite_columns(cls, &text, NULL);
	bytes_printf(&text,
	    " FROM \"%s\" WHERE _id BETWEEN ? AND ? ORDER BY _id", cls->name);
	if (bytes_cstr(&text))
		(void)sqlite3_prepare_v2(sql, text.p, -1, &st, NULL);
	return st;
}

/* ---- references ---- */

void
db_sqlite_ref_bytes(struct ref r, uint8_t out[DB_SQLITE_REF_BYTES])
{
	uint64_t halves[2] = { htobe64(r.hi), htobe64(r.lo) };

	memcpy(out, halves, sizeof(halves));
}

bool
db_sqlite_ref_column(sqlite3_stmt *st, int i, struct ref *out_r)
{
	const void *blob = sqlite3_column_blob(st, i);
	uint64_t halves[2];

	if (!blob || sqlite3_column_bytes(st, i) != DB_SQLITE_REF_BYTES)
		return false;
	memcpy(halves, blob, sizeof(halves));
	*out_r = (struct ref){ be64toh(halves[0]), be64toh(halves[1]) };
	return !ref_is_null(*out_r) && !ref_is_foreign(*out_r);
}

/* ---- to a statement ---- */

static int
bind_text(sqlite3_stmt *st, int i, const char *text)
{
	return sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
}

static int
bind_ref(sqlite3_stmt *st, int i, struct ref ref)
{
	char text[REF_CHARS + 1];
	int len = ref_format(ref, text);

	return sqlite3_bind_text(st, i, text, len, SQLITE_TRANSIENT);
}

static int
bind_json(sqlite3_stmt *st, int i, const struct type *type, const void *mem)
{
	CLEANUP_BYTES struct bytes json = { 0 };

	model_to_json(type, mem, &json);
	if (json.failed)
		return SQLITE_NOMEM;
	return sqlite3_bind_text64(st, i, json.p, json.len, SQLITE_TRANSIENT,
	    SQLITE_UTF8);
}

int
db_sqlite_bind(sqlite3_stmt *st, int i, const struct field *f,
    const struct record *r)
{
	const void *mem = record_field(r, f);

	switch (f->type->kind) {
	case TYPE_STRING:
	case TYPE_SECRET:
		return bind_text(st, i, *(const char *const *)mem);
	case TYPE_INT:
	case TYPE_DATETIME:
		return sqlite3_bind_int64(st, i, *(const int64_t *)mem);
	case TYPE_BOOL:
		return sqlite3_bind_int(st, i, *(const bool *)mem);
	case TYPE_FLOAT:
		return sqlite3_bind_double(st, i, *(const double *)mem);
	case TYPE_ENUM:
		return bind_text(st, i, f->type->en->values[*(const int *)mem]);
	case TYPE_REF:
		return bind_ref(st, i, *(const struct ref *)mem);
	default:
		return bind_json(st, i, f->type, mem);
	}
}

/* ---- collections ---- */

/* Cuts JSON made of plain strings, an array or an object, into its strings.
 * The text is written to. Their number, or -1 when it is not that simple. */
static int
cut_strings(char *p, bool object, const char **out, int max)
{
	int n = 0;

	if (*p++ != (object ? '{' : '['))
		return -1;
	for (;;) {
		char *end;

		if (*p != '"' || n == max)
			return -1;
		out[n++] = ++p;
		end = p + strcspn(p, "\"\\");
		if (*end != '"')
			return -1;
		*end = '\0';
		p = end + 1;
		if (object && n % 2) {
			if (*p++ != ':')
				return -1;
		} else if (*p == (object ? '}' : ']')) {
			return p[1] == '\0' ? n : -1;
		} else if (*p++ != ',') {
			return -1;
		}
	}
}

static bool
is_text(const struct type *type)
{
	return type->kind == TYPE_STRING;
}

/* A key twice is for the model to complain about. */
static bool
any_twice(const char **keys, int n)
{
	for (int i = 1; i < n; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(keys[i], keys[j]) == 0)
				return true;
	return false;
}

static bool
refs_of(struct arena *a, const char **strings, int n, struct set *out)
{
	struct ref *refs = arena_array(a, (size_t)n, sizeof(*refs));

	for (int i = 0; refs && i < n; i++)
		if (!ref_parse(strings[i], &refs[i]))
			return false;
	*out = (struct set){ .items = refs, .n = (uint32_t)n };
	return refs != NULL;
}

static bool
map_of(struct arena *a, const char **strings, int n, struct map *out)
{
	const char **keys = arena_array(a, (size_t)n, sizeof(*keys));
	const char **values;

	if (!keys)
		return false;
	values = keys + n / 2;
	for (int i = 0; i < n / 2; i++) {
		keys[i] = strings[2 * i];
		values[i] = strings[2 * i + 1];
	}
	*out = (struct map){ keys, values, (uint32_t)n / 2 };
	return !any_twice(keys, n / 2);
}

/* False: the short way does not lead there. */
static bool
plain_collection(struct arena *a, const struct type *type, const char *text,
    size_t len, void *mem)
{
	const char *found[64], **strings;
	bool object = type->kind == TYPE_MAP;
	char *copy;
	int n;

	if (object ? !is_text(type->key) || !is_text(type->elem)
		   : type->kind != TYPE_SET ||
		    (!is_text(type->elem) && type->elem->kind != TYPE_REF))
		return false;
	copy = arena_alloc(a, len + 1);
	if (!copy)
		return false;
	memcpy(copy, text, len);
	n = cut_strings(copy, object, found, 64);
	if (n < 0)
		return false;
	if (object)
		return map_of(a, found, n, mem);
	if (type->elem->kind == TYPE_REF)
		return refs_of(a, found, n, mem);
	strings = arena_array(a, (size_t)n, sizeof(*strings));
	if (!strings)
		return false;
	memcpy(strings, found, (size_t)n * sizeof(*strings));
	*(struct set *)mem = (struct set){ strings, (uint32_t)n };
	return true;
}

static int
collection(struct arena *a, const struct type *type, const char *text,
    size_t len, void *mem, struct type_error *err)
{
	if (len == 2 &&
	    (memcmp(text, "[]", 2) == 0 || memcmp(text, "{}", 2) == 0)) {
		model_empty(type, mem);
		return 0;
	}
	if (plain_collection(a, type, text, len, mem))
		return 0;
	return model_from_json(a, type, text, len, mem, err);
}

/* ---- from a statement ---- */

static int
complain(struct type_error *err, const char *what, const char *text)
{
	snprintf(err->text, sizeof(err->text), "\"%.60s\" is no %s", text,
	    what);
	return -1;
}

static int
complain_unclean(struct type_error *err)
{
	snprintf(err->text, sizeof(err->text),
	    "text with characters that XML cannot carry");
	return -1;
}

static int
number(sqlite3_value *v, const struct type *type, void *mem)
{
	switch (type->kind) {
	case TYPE_BOOL:
		*(bool *)mem = sqlite3_value_int(v) != 0;
		return 0;
	case TYPE_FLOAT:
		*(double *)mem = sqlite3_value_double(v);
		return 0;
	default:
		*(int64_t *)mem = sqlite3_value_int64(v);
		return 0;
	}
}

static bool
is_number(const struct type *type)
{
	return type->kind == TYPE_INT || type->kind == TYPE_DATETIME ||
	    type->kind == TYPE_BOOL || type->kind == TYPE_FLOAT;
}

/* A word that is known is clean. */
static bool
known_word(const struct type *type, const char *text, size_t len, void *mem)
{
	int e;

	if (strlen(text) != len)
		return false;
	if (type->kind == TYPE_REF)
		return ref_parse(text, mem);
	e = enum_find(type->en, text);
	if (e < 0)
		return false;
	*(int *)mem = e;
	return true;
}

static int
word(const struct field *f, const char *text, size_t len, void *mem,
    struct type_error *err)
{
	const struct type *type = f->type;

	if (known_word(type, text, len, mem))
		return 0;
	if (!text_is_clean(text, len))
		return complain_unclean(err);
	if (type->kind == TYPE_REF)
		return complain(err, "reference", text);
	*(int *)mem = *(const int *)f->initial;
	return complain(err, type->en->name, text);
}

/* The statement is this thread's alone, so its values are safe to look into. */
int
db_sqlite_column(struct arena *a, sqlite3_stmt *st, int i,
    const struct field *f, void *mem, struct type_error *err)
{
	sqlite3_value *v = sqlite3_column_value(st, i);
	const struct type *type = f->type;
	const char *text;
	size_t len;

	if (is_number(type))
		return number(v, type, mem);
	text = (const char *)sqlite3_value_text(v);
	if (!text && sqlite3_value_type(v) != SQLITE_NULL)
		return -1; /* no memory */
	len = text ? (size_t)sqlite3_value_bytes(v) : 0;
	if (!text)
		text = "";
	if (type->kind == TYPE_ENUM || type->kind == TYPE_REF)
		return word(f, text, len, mem, err);
	if (len > 0 && !text_is_clean(text, len))
		return complain_unclean(err);
	if (type->kind == TYPE_STRING || type->kind == TYPE_SECRET) {
		*(const char **)mem = text;
		return 0;
	}
	return collection(a, type, text, len, mem, err);
}

static bool
generation_column(sqlite3_stmt *st, int i, uint64_t *out)
{
	int64_t g = sqlite3_column_int64(st, i);

	*out = (uint64_t)g;
	return g >= 0 && g < DB_SQLITE_GENERATION_MAX;
}

static int
row_fields(struct arena *a, sqlite3_stmt *st, struct record *typed,
    struct type_error *err)
{
	const struct class_info *cls = typed->cls;
	struct type_error why = { "" };
	int n = 4;

	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];
		void *mem = (char *)typed + f->offset;

		if (f->inverse_cls >= 0)
			continue;
		if (!f->persistent) {
			memcpy(mem, f->initial, f->type->size);
			continue;
		}
		if (db_sqlite_column(a, st, n++, f, mem, &why) == 0)
			continue;
		/* A newer version may have known more values: its database
		 * still opens, with the default in their place. */
		if (f->type->kind == TYPE_ENUM && why.text[0]) {
			log_warn("database: %s of class %s: %s", f->name,
			    cls->name, why.text);
			continue;
		}
		if (why.text[0])
			snprintf(err->text, sizeof(err->text), "%s: %.100s",
			    f->name, why.text);
		return -1;
	}
	return 0;
}

struct record *
db_sqlite_row(struct arena *a, sqlite3_stmt *st, const struct class_info *cls,
    struct type_error *err)
{
	struct record *typed = arena_alloc(a, cls->size);

	if (!typed)
		return NULL;
	typed->cls = cls;
	if (!db_sqlite_ref_column(st, 1, &typed->self)) {
		snprintf(err->text, sizeof(err->text),
		    "_ref: no reference of an object");
		return NULL;
	}
	if (!generation_column(st, 2, &typed->created) ||
	    !generation_column(st, 3, &typed->modified)) {
		snprintf(err->text, sizeof(err->text),
		    "_created, _modified: no generation");
		return NULL;
	}
	if (row_fields(a, st, typed, err) < 0)
		return NULL;
	return record_build(cls, typed, 0, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cells of the XML database: plain text, or for sets and maps an expression of
 * quoted strings: ('a' 'b'), (('k' 'v') ('k2' 'v2')). What stands inside of
 * another collection is the text of its own expression, quoted. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db_xml.h"
#include "lib/clock.h"
#include "lib/text.h"

#define ATOMS_MAX 100000u
#define KEYS_MAX 4096u /* each is compared with all before it */

/* ---- out ---- */

static void put_plain(struct bytes *out, const struct type *type,
    const void *mem);

static void
put_quoted(struct bytes *out, const struct type *type, const void *mem)
{
	CLEANUP_BYTES struct bytes text = { 0 };

	put_plain(&text, type, mem);
	out->failed = out->failed || text.failed;
	bytes_putc(out, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '\'' || text.p[i] == '\\')
			bytes_putc(out, '\\');
		bytes_putc(out, text.p[i]);
	}
	bytes_putc(out, '\'');
}

static const void *
item(const void *items, const struct type *type, uint32_t i)
{
	return (const char *)items + (size_t)i * type->size;
}

static void
put_set(struct bytes *out, const struct type *type, const struct set *s)
{
	bytes_putc(out, '(');
	for (uint32_t i = 0; i < s->n; i++) {
		if (i)
			bytes_putc(out, ' ');
		put_quoted(out, type->elem, item(s->items, type->elem, i));
	}
	bytes_putc(out, ')');
}

static void
put_map(struct bytes *out, const struct type *type, const struct map *m)
{
	bytes_putc(out, '(');
	for (uint32_t i = 0; i < m->n; i++) {
		bytes_puts(out, i ? " (" : "(");
		put_quoted(out, type->key, item(m->keys, type->key, i));
		bytes_putc(out, ' ');
		put_quoted(out, type->elem, item(m->values, type->elem, i));
		bytes_putc(out, ')');
	}
	bytes_putc(out, ')');
}

static void
put_plain(struct bytes *out, const struct type *type, const void *mem)
{
	char text[64];

	switch (type->kind) {
	case TYPE_FLOAT:
		snprintf(text, sizeof(text), "%.18g", *(const double *)mem);
		bytes_puts(out, text);
		break;
	case TYPE_SET:
		put_set(out, type, mem);
		break;
	case TYPE_MAP:
		put_map(out, type, mem);
		break;
	default: /* as in a cell of our own tables */
		model_to_json(type, mem, out);
	}
}

void
db_cell_put(struct bytes *out, const struct type *type, const void *mem)
{
	put_plain(out, type, mem);
}

void
db_xml_put_cell(struct bytes *out, const struct type *type, const void *mem)
{
	size_t from = out->len, extra = 0;

	put_plain(out, type, mem);
	for (size_t i = from; i < out->len; i++)
		extra += strchr(" \t\n\r%", out->p[i]) != NULL;
	if (!extra || !bytes_reserve(out, extra))
		return;
	/* from the end, so that it can be done in place */
	out->len += extra;
	for (size_t to = out->len, i = to - extra; i-- > from;) {
		static const char plain[] = " \t\n\r%", code[] = ".tnr%";
		const char *special = strchr(plain, out->p[i]);

		if (special) {
			out->p[--to] = code[special - plain];
			out->p[--to] = '%';
		} else {
			out->p[--to] = out->p[i];
		}
	}
}

/* ---- in ---- */

static int
wrong(struct type_error *err, const char *what)
{
	snprintf(err->text, sizeof(err->text), "%s", what);
	return -1;
}

/* Without the format's escapes. NULL: no memory. */
static char *
unescape(struct arena *a, const char *text, size_t len)
{
	/* old files have %_ for two spaces, which is no longer than itself */
	char *out = arena_alloc(a, len + 1), *to = out;

	if (!out)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '%' || i + 1 == len) {
			*to++ = text[i];
			continue;
		}
		switch (text[++i]) {
		case '.':
			*to++ = ' ';
			break;
		case 't':
			*to++ = '\t';
			break;
		case 'n':
			*to++ = '\n';
			break;
		case 'r':
			*to++ = '\r';
			break;
		case '%':
			*to++ = '%';
			break;
		case '_':
			*to++ = ' ';
			*to++ = ' ';
			break;
		default:
			*to++ = '%';
			*to++ = text[i];
		}
	}
	return out;
}

/* An expression that is read: strings of one list, or of a list of pairs. */
struct atoms {
	struct arena *a;
	char *p;
	const char **text;
	uint32_t n, cap;
	struct type_error *err;
};

static void
skip_space(struct atoms *x)
{
	for (;;) {
		x->p += strspn(x->p, " \t\n\r");
		if (*x->p != ';')
			return;
		x->p += strcspn(x->p, "\n"); /* a comment */
	}
}

static int
add_atom(struct atoms *x, const char *text)
{
	if (x->n == ATOMS_MAX)
		return wrong(x->err, "too many elements");
	if (x->n == x->cap) {
		uint32_t cap = x->cap ? x->cap * 2 : 16;
		const char **more = arena_array(x->a, cap, sizeof(*more));

		if (!more)
			return -1;
		if (x->n)
			memcpy(more, x->text, x->n * sizeof(*more));
		x->text = more;
		x->cap = cap;
	}
	x->text[x->n++] = text;
	return 0;
}

/* A quoted string, or a bare word. Ends it in place. */
static int
read_atom(struct atoms *x)
{
	char quote = *x->p, *to;
	const char *begin;

	if (quote != '\'' && quote != '"') {
		size_t len = strcspn(x->p, " \t\n\r;()'\"");
		char *word = len ? arena_strndup(x->a, x->p, len) : NULL;

		if (!len)
			return wrong(x->err, "no expression of strings");
		x->p += len;
		return word ? add_atom(x, word) : -1;
	}
	begin = to = ++x->p;
	while (*x->p && *x->p != quote) {
		if (*x->p == '\\' && x->p[1])
			x->p++;
		*to++ = *x->p++;
	}
	if (!*x->p)
		return wrong(x->err, "a string without its end");
	x->p++;
	*to = '\0';
	return add_atom(x, begin);
}

/* ( atom … ) */
static int
read_list(struct atoms *x)
{
	if (*x->p++ != '(')
		return wrong(x->err, "no list");
	for (;;) {
		skip_space(x);
		if (*x->p == ')') {
			x->p++;
			return 0;
		}
		if (!*x->p)
			return wrong(x->err, "a list without its end");
		if (read_atom(x) < 0)
			return -1;
	}
}

/* ( ( atom atom ) … ) */
static int
read_pairs(struct atoms *x)
{
	if (*x->p++ != '(')
		return wrong(x->err, "no list");
	for (;;) {
		uint32_t before = x->n;

		skip_space(x);
		if (*x->p == ')') {
			x->p++;
			return 0;
		}
		if (!*x->p)
			return wrong(x->err, "a list without its end");
		if (read_list(x) < 0)
			return -1;
		if (x->n != before + 2)
			return wrong(x->err, "not a key and a value");
	}
}

static int get_plain(struct arena *a, const struct type *type, char *text,
    void *mem, struct type_error *err);

/* Atoms first, first + step, … as an array of the type. NULL: see err. */
static void *
get_items(struct atoms *x, const struct type *type, uint32_t first,
    uint32_t step, uint32_t n)
{
	char *items = arena_array(x->a, n, type->size);

	for (uint32_t i = 0; items && i < n; i++) {
		char *text = arena_strdup(x->a, x->text[first + i * step]);

		if (!text ||
		    get_plain(x->a, type, text, items + (size_t)i * type->size,
			x->err) < 0)
			return NULL;
	}
	return items;
}

static int
get_set(struct atoms *x, const struct type *type, struct set *s)
{
	if (read_list(x) < 0)
		return -1;
	*s = (struct set){ NULL, x->n };
	if (x->n && !(s->items = get_items(x, type->elem, 0, 1, x->n)))
		return -1;
	return 0;
}

/* The last of two equal keys counts, as in the original. */
static void
drop_twice(const struct type *type, struct map *m)
{
	char *keys = (char *)(uintptr_t)m->keys;
	char *values = (char *)(uintptr_t)m->values;
	size_t ks = type->key->size, vs = type->elem->size;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->n; i++) {
		uint32_t k = 0;

		while (k < kept &&
		    !model_equal(type->key, keys + k * ks, keys + i * ks))
			k++;
		memmove(keys + k * ks, keys + i * ks, ks);
		memmove(values + k * vs, values + i * vs, vs);
		kept += k == kept;
	}
	m->n = kept;
}

static int
get_map(struct atoms *x, const struct type *type, struct map *m)
{
	if (read_pairs(x) < 0)
		return -1;
	*m = (struct map){ NULL, NULL, x->n / 2 };
	if (!m->n)
		return 0;
	if (m->n > KEYS_MAX)
		return wrong(x->err, "too many keys");
	m->keys = get_items(x, type->key, 0, 2, m->n);
	m->values = m->keys ? get_items(x, type->elem, 1, 2, m->n) : NULL;
	if (!m->values)
		return -1;
	drop_twice(type, m);
	return 0;
}

static int
get_collection(struct arena *a, const struct type *type, char *text, void *mem,
    struct type_error *err)
{
	struct atoms x = { .a = a, .p = text, .err = err };

	skip_space(&x);
	if ((type->kind == TYPE_SET ? get_set(&x, type, mem)
				    : get_map(&x, type, mem)) < 0)
		return -1;
	skip_space(&x);
	return *x.p ? wrong(err, "more than one expression") : 0;
}

static int
get_float(const char *text, double *out, struct type_error *err)
{
	char *end;

	*out = strtod(text, &end);
	if (end == text || *end || !isfinite(*out))
		return wrong(err, "no number");
	return 0;
}

static int
get_plain(struct arena *a, const struct type *type, char *text, void *mem,
    struct type_error *err)
{
	long long i;

	switch (type->kind) {
	case TYPE_FLOAT:
		return get_float(text, mem, err);
	case TYPE_INT:
		if (!text_parse_int(text, &i))
			return wrong(err, "no integer");
		*(int64_t *)mem = i;
		return 0;
	case TYPE_REF:
		return ref_parse(text, mem) ? 0 : wrong(err, "no reference");
	case TYPE_SET:
	case TYPE_MAP:
		return get_collection(a, type, text, mem, err);
	default:
		return model_from_json(a, type, text, strlen(text), mem, err);
	}
}

int
db_xml_get_cell(struct arena *a, const struct type *type, const char *text,
    size_t len, void *mem, struct type_error *err)
{
	char *plain = unescape(a, text, len);

	err->text[0] = '\0';
	if (!plain)
		return -1;
	return get_plain(a, type, plain, mem, err);
}

int
db_cell_get(struct arena *a, const struct type *type, const char *text,
    void *mem, struct type_error *err)
{
	char *copy = arena_strdup(a, text);

	err->text[0] = '\0';
	return copy ? get_plain(a, type, copy, mem, err) : -1;
}

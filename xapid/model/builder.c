/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/builder.h"

#include <string.h>

void
builder_defaults(int cls, struct record *r)
{
	const struct class_info *info = &class_table[cls];

	memset(r, 0, info->size);
	r->cls = info;
	for (unsigned i = 0; i < info->nfields; i++) {
		const struct field *f = &info->fields[i];

		memcpy((char *)r + f->offset, f->initial, f->type->size);
	}
}

static void *
take(struct builder *b, size_t n, size_t size)
{
	void *p = arena_array(b->arena, n, size);

	b->failed = b->failed || !p;
	return p;
}

static uint32_t
count(const char *const items[])
{
	uint32_t n = 0;

	while (items[n])
		n++;
	return n;
}

struct map
builder_map(struct builder *b, const char *const pairs[])
{
	uint32_t n = count(pairs) / 2;
	const char **keys = take(b, n, sizeof(*keys));
	const char **values = take(b, n, sizeof(*values));

	if (!keys || !values)
		return (struct map){ .n = 0 };
	for (uint32_t i = 0; i < n; i++) {
		keys[i] = pairs[2 * i];
		values[i] = pairs[2 * i + 1];
	}
	return (struct map){ .keys = keys, .values = values, .n = n };
}

/* Any array; items are copied bit by bit. */
static struct set
copied(struct builder *b, const void *items, uint32_t n, size_t size)
{
	void *to = take(b, n, size);

	if (!to)
		return (struct set){ .n = 0 };
	if (n)
		memcpy(to, items, n * size);
	return (struct set){ .items = to, .n = n };
}

struct set
builder_strings(struct builder *b, const char *const items[])
{
	return copied(b, items, count(items), sizeof(*items));
}

struct set
builder_refs(struct builder *b, const struct ref *refs, uint32_t n)
{
	return copied(b, refs, n, sizeof(*refs));
}

struct set
builder_ints(struct builder *b, const int64_t *ints, uint32_t n)
{
	return copied(b, ints, n, sizeof(*ints));
}

const char *
builder_text(struct builder *b, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(b->arena, fmt, ap);
	va_end(ap);
	b->failed = b->failed || !text;
	return text ? text : "";
}

/* Room for pairs, some more than are there. */
static bool
reserve(struct builder_pairs *p, uint32_t cap)
{
	const char **keys, **values;

	keys = take(p->b, cap, sizeof(*keys));
	values = take(p->b, cap, sizeof(*values));
	if (!keys || !values)
		return false;
	if (p->n) {
		memcpy(keys, p->keys, p->n * sizeof(*keys));
		memcpy(values, p->values, p->n * sizeof(*values));
	}
	p->keys = keys;
	p->values = values;
	p->cap = cap;
	return true;
}

static bool
grow(struct builder_pairs *p)
{
	return p->n < p->cap || reserve(p, p->cap ? p->cap * 2 : 16);
}

/* The keys of a map are different ones: none is looked for. */
void
builder_put_map(struct builder_pairs *p, const struct map *m, const char *but)
{
	const char *const *keys = m->keys, *const *values = m->values;

	if (p->n || !reserve(p, m->n + 4))
		return;
	for (uint32_t i = 0; i < m->n; i++) {
		if (but && strcmp(keys[i], but) == 0)
			continue;
		p->keys[p->n] = keys[i];
		p->values[p->n++] = values[i];
	}
}

void
builder_put(struct builder_pairs *p, const char *key, const char *value)
{
	uint32_t i = 0;

	while (i < p->n && strcmp(p->keys[i], key) != 0)
		i++;
	if (i == p->n) {
		if (!grow(p))
			return;
		p->keys[p->n++] = key;
	}
	p->values[i] = value;
}

struct map
builder_pairs_map(const struct builder_pairs *p)
{
	return (struct map){ .keys = p->keys, .values = p->values, .n = p->n };
}

const char *
builder_find(const struct map *m, const char *key)
{
	const char *const *keys = m->keys, *const *values = m->values;

	for (uint32_t i = 0; i < m->n; i++)
		if (strcmp(keys[i], key) == 0)
			return values[i];
	return NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records: one allocation each, the C struct of the class followed by all that
 * its stored fields point to. Derived fields (other sides of relations) point
 * to shared storage (refbuf.h). */
#include "model/model.h"

#include <string.h>

#include "lib/fault.h"
#include "model/refbuf.h"

static bool
is_derived(const struct field *f)
{
	return f->inverse_cls >= 0;
}

static size_t
align8(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

/* Bytes that a value needs beyond its own type->size. Arrays are aligned to
 * 8, so that the sum holds wherever the value lands. */
static size_t
tail_size(const struct type *type, const void *mem)
{
	size_t n = 0;

	switch (type->kind) {
	case TYPE_STRING:
	case TYPE_SECRET:
		return align8(strlen(*(const char *const *)mem) + 1);
	case TYPE_SET: {
		const struct set *s = mem;
		const char *item = s->items;

		n = align8((size_t)s->n * type->elem->size);
		for (uint32_t i = 0; i < s->n; i++, item += type->elem->size)
			n += tail_size(type->elem, item);
		return n;
	}
	case TYPE_MAP: {
		const struct map *m = mem;
		const char *key = m->keys, *val = m->values;

		n = align8((size_t)m->n * type->key->size) +
		    align8((size_t)m->n * type->elem->size);
		for (uint32_t i = 0; i < m->n; i++) {
			n += tail_size(type->key, key);
			n += tail_size(type->elem, val);
			key += type->key->size;
			val += type->elem->size;
		}
		return n;
	}
	case TYPE_OPTION: {
		const void *inner = *(const void *const *)mem;

		if (!inner)
			return 0;
		return align8(type->elem->size) + tail_size(type->elem, inner);
	}
	default:
		return 0;
	}
}

/* The empty string needs no copy: most strings of a VM are empty. */
static const char empty_string[8] = "";

static size_t
string_tail(const char *s)
{
	return *s ? align8(strlen(s) + 1) : 0;
}

static void copy_value(const struct type *type, void *to, const void *from,
    char **tail);

static char *
take(char **tail, size_t n)
{
	char *p = *tail;

	*tail += align8(n);
	return p;
}

static const void *
copy_array(const struct type *elem, const void *from, uint32_t n, char **tail)
{
	char *to = take(tail, (size_t)n * elem->size);

	for (uint32_t i = 0; i < n; i++)
		copy_value(elem, to + (size_t)i * elem->size,
		    (const char *)from + (size_t)i * elem->size, tail);
	return n ? to : NULL;
}

static void
copy_value(const struct type *type, void *to, const void *from, char **tail)
{
	switch (type->kind) {
	case TYPE_STRING:
	case TYPE_SECRET: {
		const char *s = *(const char *const *)from;
		size_t len = strlen(s) + 1;

		if (len == 1) {
			*(const char **)to = empty_string;
			*tail += 8; /* as tail_size counted */
		} else {
			*(const char **)to = memcpy(take(tail, len), s, len);
		}
		break;
	}
	case TYPE_SET: {
		const struct set *s = from;

		*(struct set *)to = (struct set){
			.items = copy_array(type->elem, s->items, s->n, tail),
			.n = s->n,
		};
		break;
	}
	case TYPE_MAP: {
		const struct map *m = from;

		*(struct map *)to = (struct map){
			.keys = copy_array(type->key, m->keys, m->n, tail),
			.values = copy_array(type->elem, m->values, m->n, tail),
			.n = m->n,
		};
		break;
	}
	case TYPE_OPTION: {
		const void *inner = *(const void *const *)from;

		if (inner)
			inner = copy_array(type->elem, inner, 1, tail);
		*(const void **)to = inner;
		break;
	}
	default:
		memcpy(to, from, type->size);
	}
}

/* Where field i of the new record comes from. */
static const void *
source_of(const struct field *f, const struct record *from, unsigned n,
    const struct field *const fields[], const void *const mem[])
{
	for (unsigned i = 0; i < n; i++)
		if (fields[i] == f)
			return mem[i];
	return from ? record_field(from, f) : f->initial;
}

static bool
is_plain_string(const struct field *f)
{
	return f->type->kind == TYPE_STRING || f->type->kind == TYPE_SECRET;
}

static bool
is_collection(const struct field *f)
{
	return f->type->kind == TYPE_SET || f->type->kind == TYPE_MAP ||
	    f->type->kind == TYPE_OPTION;
}

/* Of the struct and all that its fields point to. */
static size_t
size_of(const struct class_info *cls, const struct record *from, unsigned n,
    const struct field *const fields[], const void *const mem[])
{
	size_t size = align8(cls->size);

	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];

		if (is_plain_string(f))
			size += string_tail(*(const char *const *)source_of(f,
			    from, n, fields, mem));
		else if (is_collection(f) && !is_derived(f))
			size += tail_size(f->type,
			    source_of(f, from, n, fields, mem));
	}
	return size;
}

static void
fill(const struct field *f, void *to, const void *src, char **tail)
{
	if (is_plain_string(f)) {
		const char *s = *(const char *const *)src;

		*(const char **)to = empty_string;
		if (*s)
			copy_value(f->type, to, src, tail);
	} else if (!is_derived(f)) {
		copy_value(f->type, to, src, tail);
	} else {
		memcpy(to, src, sizeof(struct set));
		refbuf_ref(to);
	}
}

struct record *
record_build(const struct class_info *cls, const struct record *from,
    unsigned n, const struct field *const fields[], const void *const mem[])
{
	size_t size = size_of(cls, from, n, fields, mem);
	struct record *r = fault_malloc(size);
	char *tail;

	if (!r)
		return NULL;
	if (from)
		memcpy((char *)r + sizeof(*r), (const char *)from + sizeof(*r),
		    cls->size - sizeof(*r));
	else
		memset((char *)r + sizeof(*r), 0, cls->size - sizeof(*r));
	memset(r, 0, sizeof(*r));
	r->cls = cls;
	atomic_init(&r->refs, 1);
	r->size = (uint32_t)size;
	if (from) {
		r->self = from->self;
		r->created = from->created;
		r->modified = from->modified;
	}
	tail = (char *)r + align8(cls->size);
	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];
		const void *src = source_of(f, from, n, fields, mem);
		bool points = is_plain_string(f) || is_collection(f);

		if (!from && is_derived(f) && src == f->initial)
			continue;
		/* What points nowhere is there already. */
		if (points || !from || src != record_field(from, f))
			fill(f, (char *)r + f->offset, src, &tail);
	}
	return r;
}

void
record_defaults(const struct class_info *cls, struct record *r)
{
	memset(r, 0, cls->size);
	r->cls = cls;
	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];

		if (!is_derived(f))
			memcpy((char *)r + f->offset, f->initial,
			    f->type->size);
	}
}

void
record_like(struct record *r, const struct record *source)
{
	memset(r, 0, sizeof(*r));
	r->cls = source->cls;
	memcpy(r + 1, source + 1, r->cls->size - sizeof(*r));
}

struct record *
record_ref(const struct record *r)
{
	struct record *m = (struct record *)(uintptr_t)r;

	atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
	return m;
}

void
record_unref(const struct record *r)
{
	struct record *m = (struct record *)(uintptr_t)r;

	if (!m ||
	    atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (unsigned i = 0; i < m->cls->nfields; i++)
		if (is_derived(&m->cls->fields[i]))
			refbuf_unref(record_field(m, &m->cls->fields[i]));
	free(atomic_load(&m->encoded[0]));
	free(atomic_load(&m->encoded[1]));
	free(m);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deep copies of typed memory into an arena. */
#include <string.h>

#include "model/model_private.h"

static int
copy_plain(struct arena *a, const struct type *type, void *to, const void *from)
{
	(void)a;
	memcpy(to, from, type->size);
	return 0;
}

static int
copy_text(struct arena *a, const struct type *type, void *to, const void *from)
{
	char *copy = arena_strdup(a, *(const char *const *)from);

	(void)type;
	*(const char **)to = copy ? copy : "";
	return copy ? 0 : -1;
}

static int
copy_ref(struct arena *a, const struct type *type, void *to, const void *from)
{
	const struct ref *r = from;
	char *text;

	if (!ref_is_foreign(*r))
		return copy_plain(a, type, to, from);
	text = arena_strdup(a, ref_text(*r, NULL));
	*(struct ref *)to = text ? ref_foreign(text) : REF_NULL;
	return text ? 0 : -1;
}

/* NULL: no memory. */
static void *
copy_items(struct arena *a, const struct type *type, const void *items,
    uint32_t n)
{
	char *copy = arena_array(a, n, type->size);

	if (!copy)
		return NULL;
	for (uint32_t i = 0; i < n; i++) {
		if (model_copy(a, type, copy + (size_t)i * type->size,
			model_item(items, type, i)) < 0)
			return NULL;
	}
	return copy;
}

static int
copy_set(struct arena *a, const struct type *type, void *to, const void *from)
{
	const struct set *s = from;
	const void *items;

	*(struct set *)to = (struct set){ NULL, 0 };
	if (s->n == 0)
		return 0;
	items = copy_items(a, type->elem, s->items, s->n);
	if (!items)
		return -1;
	*(struct set *)to = (struct set){ items, s->n };
	return 0;
}

static int
copy_map(struct arena *a, const struct type *type, void *to, const void *from)
{
	const struct map *m = from;
	const void *keys, *values;

	*(struct map *)to = (struct map){ NULL, NULL, 0 };
	if (m->n == 0)
		return 0;
	keys = copy_items(a, type->key, m->keys, m->n);
	if (!keys)
		return -1;
	values = copy_items(a, type->elem, m->values, m->n);
	if (!values)
		return -1;
	*(struct map *)to = (struct map){ keys, values, m->n };
	return 0;
}

static int
copy_option(struct arena *a, const struct type *type, void *to,
    const void *from)
{
	const void *inner = *(const void *const *)from;
	const void *copy = NULL;

	if (inner) {
		copy = copy_items(a, type->elem, inner, 1);
		if (!copy)
			return -1;
	}
	*(const void **)to = copy;
	return 0;
}

/* The copy belongs to the arena: it is not counted and never unreferenced. */
static int
copy_record(struct arena *a, const struct type *type, void *to,
    const void *from)
{
	const struct record *r = *(const struct record *const *)from;
	struct record *copy;

	(void)type;
	*(const struct record **)to = NULL;
	if (!r)
		return 0;
	copy = arena_alloc(a, r->cls->size);
	if (!copy)
		return -1;
	copy->cls = r->cls;
	copy->size = r->cls->size;
	copy->self = r->self;
	copy->created = r->created;
	copy->modified = r->modified;
	for (unsigned i = 0; i < r->cls->nfields; i++) {
		const struct field *f = &r->cls->fields[i];

		if (model_copy(a, f->type, (char *)copy + f->offset,
			record_field(r, f)) < 0)
			return -1;
	}
	*(const struct record **)to = copy;
	return 0;
}

static const struct event_item *
copy_event_items(struct arena *a, const struct event_batch *b)
{
	struct event_item *items = arena_array(a, b->n, sizeof(*items));

	if (!items)
		return NULL;
	for (uint32_t i = 0; i < b->n; i++) {
		items[i] = b->events[i];
		if (copy_record(a, NULL, &items[i].snapshot,
			&b->events[i].snapshot) < 0)
			return NULL;
	}
	return items;
}

static int
copy_events(struct arena *a, const struct type *type, void *to,
    const void *from)
{
	const size_t bytes = CLASS_COUNT * sizeof(uint64_t);
	const struct event_batch *b = from;
	struct event_batch copy = { .n = b->n, .token = b->token };
	uint64_t *counts;

	(void)type;
	copy.events = copy_event_items(a, b);
	if (!copy.events)
		return -1;
	if (b->valid_ref_counts) {
		counts = arena_alloc(a, bytes);
		if (!counts)
			return -1;
		memcpy(counts, b->valid_ref_counts, bytes);
		copy.valid_ref_counts = counts;
	}
	*(struct event_batch *)to = copy;
	return 0;
}

typedef int copy_fn(struct arena *a, const struct type *type, void *to,
    const void *from);

static copy_fn *const copy_of[] = {
	[TYPE_VOID] = copy_plain,
	[TYPE_STRING] = copy_text,
	[TYPE_SECRET] = copy_text,
	[TYPE_INT] = copy_plain,
	[TYPE_FLOAT] = copy_plain,
	[TYPE_BOOL] = copy_plain,
	[TYPE_DATETIME] = copy_plain,
	[TYPE_ENUM] = copy_plain,
	[TYPE_REF] = copy_ref,
	[TYPE_SET] = copy_set,
	[TYPE_MAP] = copy_map,
	[TYPE_OPTION] = copy_option,
	[TYPE_RECORD] = copy_record,
	[TYPE_EVENT_BATCH] = copy_events,
};

int
model_copy(struct arena *a, const struct type *type, void *to, const void *from)
{
	return copy_of[type->kind](a, type, to, from);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/refbuf.h"

#include "lib/fault.h"

struct refbuf {
	_Atomic uint32_t refs;
	uint32_t cap, used;
	struct ref items[];
};

static struct refbuf *
buf_of(const struct set *s)
{
	if (!s->items)
		return NULL;
	return (struct refbuf *)((char *)(uintptr_t)s->items -
	    offsetof(struct refbuf, items));
}

static struct refbuf *
buf_new(uint32_t cap)
{
	struct refbuf *b;

	b = fault_malloc(sizeof(*b) + (size_t)cap * sizeof(b->items[0]));
	if (!b)
		return NULL;
	atomic_init(&b->refs, 1);
	b->cap = cap;
	b->used = 0;
	return b;
}

static struct refbuf *
buf_copy(const struct set *s, uint32_t cap)
{
	struct refbuf *b = buf_new(cap);

	if (!b)
		return NULL;
	if (s->n)
		memcpy(b->items, s->items, s->n * sizeof(struct ref));
	b->used = s->n;
	return b;
}

void
refbuf_ref(const struct set *s)
{
	struct refbuf *b = buf_of(s);

	if (b)
		atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
}

void
refbuf_unref(const struct set *s)
{
	struct refbuf *b = buf_of(s);

	if (b &&
	    atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) == 1)
		free(b);
}

int
refbuf_append(const struct set *s, struct ref r, struct set *out_r)
{
	struct refbuf *b = buf_of(s);

	/* The slot behind our prefix is free only if nobody grew past us. */
	if (b && b->used == s->n && b->used < b->cap) {
		refbuf_ref(s);
	} else {
		b = buf_copy(s, s->n < 2 ? 2 : s->n * 2);
		if (!b)
			return -1;
	}
	b->items[b->used++] = r;
	*out_r = (struct set){ .items = b->items, .n = s->n + 1 };
	return 0;
}

int
refbuf_remove(const struct set *s, struct ref r, struct set *out_r)
{
	const struct ref *items = s->items;
	struct refbuf *b;
	uint32_t i = 0;

	while (i < s->n && !ref_equal(items[i], r))
		i++;
	if (i == s->n) {
		refbuf_ref(s);
		*out_r = *s;
		return 0;
	}
	if (s->n == 1) {
		*out_r = (struct set){ 0 };
		return 0;
	}
	if (i == s->n - 1) { /* the last one: a shorter prefix will do */
		refbuf_ref(s);
		*out_r = (struct set){ .items = s->items, .n = s->n - 1 };
		return 0;
	}
	b = buf_new(s->n);
	if (!b)
		return -1;
	memcpy(b->items, items, i * sizeof(*items));
	memcpy(b->items + i, items + i + 1, (s->n - i - 1) * sizeof(*items));
	b->used = s->n - 1;
	*out_r = (struct set){ .items = b->items, .n = s->n - 1 };
	return 0;
}

int
refbuf_push(struct set *s, struct ref r)
{
	struct set grown;

	if (refbuf_append(s, r, &grown) < 0)
		return -1;
	refbuf_unref(s);
	*s = grown;
	return 0;
}

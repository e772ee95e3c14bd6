/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/edit.h"

#include <string.h>

#include "model/builder.h"

const struct record *
edit_head(struct call *c, struct tx *t, int cls, struct ref ref)
{
	const struct record *r = tx_get(t, cls, ref);

	if (!r)
		fail_handle_invalid(c, class_table[cls].name,
		    call_ref_text(c, ref));
	return r;
}

int
edit_field(struct call *c, int cls, struct ref ref, int field, const void *mem)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	(void)tx_set(t, cls, ref, field, mem);
	return call_commit(c, t);
}

struct all {
	struct tx *t;
	int cls, field;
	const void *mem;
};

static int
set_one(const struct record *r, void *arg)
{
	const struct all *all = arg;

	(void)tx_set(all->t, all->cls, r->self, all->field, all->mem);
	return 0;
}

void
edit_every(struct tx *t, int cls, int field, const void *mem)
{
	struct all all = { t, cls, field, mem };

	(void)tx_each(t, cls, set_one, &all);
}

void
edit_from_args(const struct call *c, const void *args, struct record *r)
{
	for (unsigned i = 0; i < c->method->nparams; i++) {
		const struct param *p = &c->method->params[i];
		const struct field *f = field_find(r->cls, p->name);

		if (f && f->type == p->type)
			memcpy((char *)r + f->offset,
			    (const char *)args + p->offset, p->type->size);
	}
}

/* ---- sets ---- */

static uint32_t
find(const struct set *s, const struct type *elem, const void *item)
{
	const char *p = s->items;
	uint32_t i = 0;

	for (; i < s->n && !model_equal(elem, p, item); i++)
		p += elem->size;
	return i;
}

static char *
room(struct tx *t, uint32_t n, const struct type *elem)
{
	static const char *const params[] = { "Out of memory" };
	char *p = arena_array(tx_arena(t), n ? n : 1, elem->size);

	if (!p)
		(void)tx_fail(t, "INTERNAL_ERROR", 1, params);
	return p;
}

int
edit_set_add(struct tx *t, const struct set *s, const struct type *elem,
    const void *item, struct set *out)
{
	char *p;

	*out = *s;
	if (find(s, elem, item) < s->n)
		return 0;
	p = room(t, s->n + 1, elem);
	if (!p)
		return -1;
	if (s->n)
		memcpy(p, s->items, (size_t)s->n * elem->size);
	memcpy(p + (size_t)s->n * elem->size, item, elem->size);
	*out = (struct set){ .items = p, .n = s->n + 1 };
	return 0;
}

int
edit_set_remove(struct tx *t, const struct set *s, const struct type *elem,
    const void *item, struct set *out)
{
	uint32_t i = find(s, elem, item);
	const char *from = s->items;
	size_t size = elem->size;
	char *p;

	*out = *s;
	if (i == s->n)
		return 0;
	p = room(t, s->n, elem);
	if (!p)
		return -1;
	memcpy(p, from, i * size);
	memcpy(p + i * size, from + (i + 1) * size, (s->n - i - 1) * size);
	*out = (struct set){ .items = p, .n = s->n - 1 };
	return 0;
}

/* ---- maps ---- */

bool
edit_map_true(const struct map *m, const char *key)
{
	const char *value = builder_find(m, key);

	return value && strcmp(value, "true") == 0;
}

/* ---- errors ---- */

int
edit_fail_refs(struct call *c, const char *code, const struct ref *refs,
    uint32_t n)
{
	const char **params = arena_array(c->arena, n ? n : 1, sizeof(*params));

	if (!params)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < n; i++)
		params[i] = call_ref_text(c, refs[i]);
	return call_fail(c, code, params, n);
}

#define NAMES_MAX 16

const char *
edit_ref_names(struct call *c, const struct set *refs)
{
	const struct ref *r = refs->items;
	const char *text = "";

	for (uint32_t i = 0; text && i < refs->n && i < NAMES_MAX; i++)
		text = arena_printf(c->arena, "%s%s%s", text, i ? "; " : "",
		    call_ref_text(c, r[i]));
	return text ? text : "";
}

int
edit_simulated_only(struct call *c)
{
	if (strcmp(c->core->config->backend, "simulator") == 0)
		return 0;
	return fail_not_implemented(c, c->method->name);
}

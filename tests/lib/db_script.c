/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/lib/db_script.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/db_tools.h"
#include "tests/lib/unit.h"

/* ---- random values ---- */

uint64_t
rng_next(struct rng *r)
{
	uint64_t z = (r->x += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint32_t
rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)(rng_next(r) >> 33) % n;
}

static const char *const texts[] = {
	"",
	"plain",
	"it's \"quoted\" \\ back",
	"tab\tline\nreturn\r end",
	"<a href='x'>&amp;</a>",
	"%d %. %n %_ 100%",
	"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80 \xef\xbf\xbd",
	" spaces  everywhere ",
	"[]",
	"{}",
	"OpaqueRef:NULL",
	"0",
};
#define TEXTS (sizeof(texts) / sizeof(*texts))

static const char *
random_text(struct rng *r, struct arena *a)
{
	uint32_t n;
	char *s;

	if (rng_below(r, 20))
		return rng_below(r, 3)
		    ? texts[rng_below(r, TEXTS)]
		    : arena_printf(a, "t%u", rng_below(r, 1000));
	n = rng_below(r, 9000);
	s = arena_alloc(a, n + 1);
	for (uint32_t i = 0; i < n; i++)
		s[i] = (char)('!' + rng_below(r, 90));
	return s;
}

static struct ref
pick(struct script *s, int cls, struct ref self)
{
	unsigned from = rng_below(&s->rng, SCRIPT_OBJECTS);

	if (rng_below(&s->rng, 5) == 0)
		return REF_NULL;
	for (unsigned i = 0; i < s->n; i++) {
		const struct script_object *o = &s->objects[(from + i) % s->n];

		if (o->cls == cls && !ref_equal(o->ref, self))
			return o->ref;
	}
	return REF_NULL;
}

static int64_t
random_int(struct rng *r)
{
	static const int64_t ints[] = { 0, 1, -1, INT64_MAX, INT64_MIN, 1023 };

	if (rng_below(r, 2))
		return rng_below(r, 1000);
	return ints[rng_below(r, sizeof(ints) / sizeof(*ints))];
}

static double
random_double(struct rng *r)
{
	static const double doubles[] = { 0, 0.5, 1e300, -2.25, 3, 1.0 / 3 };

	return doubles[rng_below(r, sizeof(doubles) / sizeof(*doubles))];
}

static void random_value(struct script *s, struct arena *a, struct ref self,
    const struct type *type, void *mem);

/* n distinct keys, in an array of the type. */
static void
random_keys(struct script *s, struct arena *a, struct ref self,
    const struct type *type, char *keys, struct map *m, uint32_t n)
{
	m->n = 0;
	for (uint32_t i = 0; i < n; i++) {
		char *at = keys + (size_t)m->n * type->size;
		bool twice = false;

		random_value(s, a, self, type, at);
		for (uint32_t k = 0; k < m->n; k++)
			if (model_equal(type, keys + (size_t)k * type->size,
				at))
				twice = true;
		if (type->kind == TYPE_REF &&
		    ref_is_null(*(const struct ref *)(const void *)at))
			twice = true;
		if (!twice)
			m->n++;
	}
	m->keys = keys;
}

static void
random_map(struct script *s, struct arena *a, struct ref self,
    const struct type *type, struct map *m)
{
	uint32_t n = rng_below(&s->rng, 6);
	char *keys = arena_array(a, n, type->key->size);
	char *values = arena_array(a, n, type->elem->size);

	random_keys(s, a, self, type->key, keys, m, n);
	for (uint32_t i = 0; i < m->n; i++)
		random_value(s, a, self, type->elem,
		    values + (size_t)i * type->elem->size);
	m->values = values;
}

static void
random_set(struct script *s, struct arena *a, struct ref self,
    const struct type *type, struct set *set)
{
	uint32_t n = rng_below(&s->rng, 6), kept = 0;
	char *items = arena_array(a, n, type->elem->size);

	for (uint32_t i = 0; i < n; i++) {
		void *at = items + (size_t)kept * type->elem->size;

		random_value(s, a, self, type->elem, at);
		if (type->elem->kind != TYPE_REF ||
		    !ref_is_null(*(const struct ref *)at))
			kept++;
	}
	*set = (struct set){ items, kept };
}

static void
random_value(struct script *s, struct arena *a, struct ref self,
    const struct type *type, void *mem)
{
	struct rng *r = &s->rng;

	switch (type->kind) {
	case TYPE_STRING:
	case TYPE_SECRET:
		*(const char **)mem = random_text(r, a);
		break;
	case TYPE_INT:
		*(int64_t *)mem = random_int(r);
		break;
	case TYPE_DATETIME:
		*(int64_t *)mem = rng_below(r, UINT32_MAX);
		break;
	case TYPE_BOOL:
		*(bool *)mem = rng_below(r, 2);
		break;
	case TYPE_FLOAT:
		*(double *)mem = random_double(r);
		break;
	case TYPE_ENUM:
		*(int *)mem = (int)rng_below(r, type->en->n);
		break;
	case TYPE_REF:
		*(struct ref *)mem = pick(s, type->cls, self);
		break;
	case TYPE_SET:
		random_set(s, a, self, type, mem);
		break;
	case TYPE_MAP:
		random_map(s, a, self, type, mem);
		break;
	default:
		model_empty(type, mem);
	}
}

/* ---- random transactions ---- */

/* Most objects are of these, so that they refer to each other. */
static const int common[] = { CLASS_VM, CLASS_VBD, CLASS_VDI, CLASS_SR,
	CLASS_VIF, CLASS_network, CLASS_host, CLASS_VM_group, CLASS_PCI,
	CLASS_VM_metrics };
#define COMMON (sizeof(common) / sizeof(*common))

static bool
is_for_script(const struct field *f, const struct class_info *cls)
{
	const struct type *type = f->type;

	if (f->inverse_cls >= 0 || f->index == cls->uuid_field)
		return false;
	/* What refers to volatile objects is not the same after a restart. */
	return type->kind != TYPE_REF || type->cls < 0 ||
	    class_table[type->cls].persistent;
}

static struct script_op *
add_op(struct script *s, int what, struct script_object object)
{
	struct script_op *op = &s->ops[s->nops++];

	*op = (struct script_op){ .what = what, .object = object };
	return op;
}

/* One in `rare` of its fields gets a random value. */
static void
plan_insert(struct script *s, int c, uint32_t rare)
{
	const struct class_info *cls = &class_table[c];
	struct record *r = blank_record(s->arena, c);
	char *uuid = arena_alloc(s->arena, UUID_CHARS + 1);

	r->self = (struct ref){ rng_next(&s->rng) >> 8, rng_next(&s->rng) };
	r->self.hi |= (uint64_t)s->owner << 56;
	for (unsigned i = 0; i < cls->nfields; i++)
		if (is_for_script(&cls->fields[i], cls) &&
		    rng_below(&s->rng, rare) == 0)
			random_value(s, s->arena, r->self, cls->fields[i].type,
			    (char *)r + cls->fields[i].offset);
	uuid_format((struct ref){ rng_next(&s->rng), rng_next(&s->rng) }, uuid);
	if (cls->uuid_field >= 0)
		*(const char **)((char *)r +
		    cls->fields[cls->uuid_field].offset) = uuid;
	s->objects[s->n] = (struct script_object){ c, r->self };
	add_op(s, SCRIPT_INSERT, s->objects[s->n++])->record = r;
}

static int
random_class(struct rng *r)
{
	int c;

	do {
		c = rng_below(r, 4) ? common[rng_below(r, COMMON)]
				    : (int)rng_below(r, CLASS_COUNT);
	} while (!class_table[c].stored || !class_table[c].persistent);
	return c;
}

static void
plan_set(struct script *s)
{
	struct script_object o = s->objects[rng_below(&s->rng, s->n)];
	const struct class_info *cls = &class_table[o.cls];
	const struct field *f = &cls->fields[rng_below(&s->rng, cls->nfields)];
	void *mem = arena_alloc(s->arena, f->type->size);
	struct script_op *op;

	if (!is_for_script(f, cls))
		return;
	random_value(s, s->arena, o.ref, f->type, mem);
	op = add_op(s, SCRIPT_SET, o);
	op->field = f->index;
	op->mem = mem;
}

static void
plan_destroy(struct script *s)
{
	uint32_t i = rng_below(&s->rng, s->n);

	add_op(s, SCRIPT_DESTROY, s->objects[i]);
	s->objects[i] = s->objects[--s->n];
}

struct script *
script_new(uint64_t seed)
{
	struct script *s = calloc(1, sizeof(*s));

	if (!s || !(s->arena = arena_new(0)))
		unit_bail_out("script_new", "no memory");
	s->rng.x = seed;
	s->limit = SCRIPT_OBJECTS;
	return s;
}

void
script_free(struct script *s)
{
	if (s)
		arena_free(s->arena);
	free(s);
}

static void
plan_begin(struct script *s)
{
	arena_reset(s->arena);
	memcpy(s->saved, s->objects, sizeof(s->saved));
	s->before = s->n;
	s->nops = 0;
}

void
script_plan(struct script *s)
{
	uint32_t n = 1 + rng_below(&s->rng, 6);

	plan_begin(s);
	while (n--) {
		uint32_t what = rng_below(&s->rng, 8);

		if (s->n == 0 || (what < 3 && s->n < s->limit))
			plan_insert(s, random_class(&s->rng), 3);
		else if (what == 3 || s->n == s->limit)
			plan_destroy(s);
		else
			plan_set(s);
	}
}

void
script_plan_full(struct script *s, int cls)
{
	plan_begin(s);
	plan_insert(s, cls, 1);
}

void
script_apply(struct script *s, struct tx *t)
{
	for (unsigned i = 0; i < s->nops; i++) {
		struct script_op *op = &s->ops[i];

		if (op->what == SCRIPT_INSERT)
			(void)tx_insert(t, op->record, NULL);
		else if (op->what == SCRIPT_SET)
			(void)tx_set(t, op->object.cls, op->object.ref,
			    op->field, op->mem);
		else
			(void)tx_destroy(t, op->object.cls, op->object.ref);
	}
}

void
script_take_back(struct script *s)
{
	memcpy(s->objects, s->saved, sizeof(s->objects));
	s->n = s->before;
}

int
script_step(struct script *s, struct db *db, struct db_error *e)
{
	struct tx *t;

	script_plan(s);
	t = tx_begin(db);
	if (!t)
		unit_bail_out("tx_begin", "no memory");
	script_apply(s, t);
	if (tx_commit_wait(t, e) == 0)
		return 0;
	script_take_back(s);
	return -1;
}

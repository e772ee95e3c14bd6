/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/lib/db_tools.h"

#include <errno.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/db_engine.h"
#include "db/event.h"
#include "lib/file.h"
#include "tests/lib/unit.h"

_Noreturn static void
give_up(const char *what, const char *why)
{
	printf("Bail out! %s: %s\n", what, why);
	abort();
}

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

struct record *
blank_record(struct arena *a, int cls)
{
	const struct class_info *info = &class_table[cls];
	struct record *r = arena_alloc(a, info->size);

	if (!r)
		give_up("blank_record", "no memory");
	r->cls = info;
	for (unsigned i = 0; i < info->nfields; i++) {
		const struct field *f = &info->fields[i];

		/* A default may refer to a role that a test does not have. */
		if (f->inverse_cls < 0 && f->type->kind != TYPE_SET)
			memcpy((char *)r + f->offset, f->initial,
			    f->type->size);
	}
	return r;
}

/* ---- single changes ---- */

struct db *
open_db(const char *path)
{
	struct db_engine *e = NULL;
	char err[512];
	struct db *db;

	if (path && !(e = db_sqlite_open(path, err, sizeof(err))))
		give_up("db_sqlite_open", err);
	db = db_open(e, err, sizeof(err));
	if (!db)
		give_up("db_open", err);
	return db;
}

static struct tx *
begin(struct db *db)
{
	struct tx *t = tx_begin(db);

	if (!t)
		give_up("tx_begin", "no memory");
	return t;
}

static void
commit(struct tx *t)
{
	struct db_error e;

	if (tx_commit_wait(t, &e) < 0)
		give_up(e.code, e.params[0]);
}

struct ref
insert_one(struct db *db, const struct record *r)
{
	struct tx *t = begin(db);
	struct ref ref = REF_NULL;

	(void)tx_insert(t, r, &ref);
	commit(t);
	return ref;
}

struct ref
insert_vm(struct db *db, const char *name)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct vm *vm = BLANK(a, VM, vm);

	vm->name_label = name;
	return insert_one(db, &vm->r);
}

struct ref
insert_sr(struct db *db)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);

	return insert_one(db, blank_record(a, CLASS_SR));
}

struct ref
insert_vdi(struct db *db, struct ref sr)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct vdi *vdi = BLANK(a, VDI, vdi);

	vdi->SR = sr;
	return insert_one(db, &vdi->r);
}

struct ref
insert_vbd(struct db *db, struct ref vm, struct ref vdi)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct vbd *vbd = BLANK(a, VBD, vbd);

	vbd->VM = vm;
	vbd->VDI = vdi;
	return insert_one(db, &vbd->r);
}

void
destroy_one(struct db *db, int cls, struct ref ref)
{
	struct tx *t = begin(db);

	(void)tx_destroy(t, cls, ref);
	commit(t);
}

void
rename_vm(struct db *db, struct ref vm, const char *name)
{
	struct tx *t = begin(db);

	(void)TX_SET(t, VM, vm, vm, name_label, name);
	commit(t);
}

static char quick_folder[64];
static pid_t quick_owner;

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
remove_folder(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
drop_quick_folder(void)
{
	if (getpid() == quick_owner)
		remove_folder(quick_folder);
}

const char *
quick_path(const char *name)
{
	static char path[256];

	if (!quick_folder[0]) {
		snprintf(quick_folder, sizeof(quick_folder),
		    "/dev/shm/xapid-test-XXXXXX");
		if (!mkdtemp(quick_folder)) {
			quick_folder[0] = '\0';
			return unit_path(name);
		}
		quick_owner = getpid();
		atexit(drop_quick_folder);
	}
	snprintf(path, sizeof(path), "%s/%s", quick_folder, name);
	return path;
}

void
copy_file(const char *from, const char *to)
{
	CLEANUP_BYTES struct bytes b = { 0 };

	(void)remove(to);
	if (file_read(from, SIZE_MAX / 2, &b) < 0) {
		if (errno == ENOENT)
			return;
		give_up(from, "cannot be read");
	}
	if (file_write_atomic(to, b.p, b.len, 0600) < 0)
		give_up(to, "cannot be written");
}

/* ---- random values ---- */

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
		give_up("script_new", "no memory");
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
	t = begin(db);
	script_apply(s, t);
	if (tx_commit_wait(t, e) == 0)
		return 0;
	script_take_back(s);
	return -1;
}

/* ---- everything as text ---- */

static int
by_ref(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;

	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static int
by_self(const void *a, const void *b)
{
	const struct record *const *x = a, *const *y = b;

	return by_ref(&(*x)->self, &(*y)->self);
}

static void
dump_derived(const struct set *set, struct bytes *out)
{
	struct ref *sorted = malloc((set->n + 1) * sizeof(*sorted));
	char text[REF_CHARS + 1];

	if (!sorted)
		give_up("dump_db", "no memory");
	if (set->n)
		memcpy(sorted, set->items, set->n * sizeof(*sorted));
	qsort(sorted, set->n, sizeof(*sorted), by_ref);
	for (uint32_t i = 0; i < set->n; i++)
		bytes_printf(out, " %s", ref_text(sorted[i], text));
	free(sorted);
}

static void
dump_record(const struct record *r, unsigned what, struct bytes *out)
{
	char text[REF_CHARS + 1];

	bytes_printf(out, "%s %s", r->cls->name, ref_text(r->self, text));
	if (what & DUMP_GENERATIONS)
		bytes_printf(out, " %llu %llu", (unsigned long long)r->created,
		    (unsigned long long)r->modified);
	for (unsigned i = 0; i < r->cls->nfields; i++) {
		const struct field *f = &r->cls->fields[i];

		if (!f->persistent && f->inverse_cls < 0 &&
		    !(what & DUMP_VOLATILE))
			continue;
		bytes_printf(out, "\n  %s: ", f->name);
		if (f->inverse_cls >= 0)
			dump_derived(record_field(r, f), out);
		else
			model_to_json(f->type, record_field(r, f), out);
	}
	bytes_puts(out, "\n");
}

static void
dump_some(struct db *db, unsigned what, int owner, struct bytes *out)
{
	for (int c = 0; c < CLASS_COUNT; c++) {
		const struct record **all;
		uint32_t n;

		if (!class_table[c].stored ||
		    (!class_table[c].persistent && !(what & DUMP_VOLATILE)))
			continue;
		if (db_get_all(db, c, &all, &n) < 0)
			give_up("dump_db", "no memory");
		if (n)
			qsort(all, n, sizeof(*all), by_self);
		for (uint32_t i = 0; i < n; i++)
			if (owner < 0 || (int)(all[i]->self.hi >> 56) == owner)
				dump_record(all[i], what, out);
		db_release_all(all, n);
	}
	bytes_cstr(out);
}

void
dump_db(struct db *db, unsigned what, struct bytes *out)
{
	dump_some(db, what, -1, out);
}

void
dump_owner(struct db *db, uint8_t owner, struct bytes *out)
{
	dump_some(db, 0, owner, out);
}

/* ---- invariants ---- */

struct check {
	struct db *db;
	struct arena *a;
	const struct record *r;
	const struct field *f;
	const char *wrong;
};

static void
wrong(struct check *c, const char *what, struct ref other)
{
	char self[REF_CHARS + 1], text[REF_CHARS + 1];

	c->wrong = arena_printf(c->a, "%s %s, %s: %s %s", c->r->cls->name,
	    ref_text(c->r->self, self), c->f ? c->f->name : "", what,
	    ref_text(other, text));
}

static bool
lists(const struct record *r, const struct field *f, struct ref who)
{
	const struct set *s = record_field(r, f);
	const struct ref *items = s->items;

	for (uint32_t i = 0; i < s->n; i++)
		if (ref_equal(items[i], who))
			return true;
	return false;
}

static void
check_one(struct check *c, int cls, struct ref ref)
{
	const struct record *target;

	if (ref_is_null(ref) || cls < 0)
		return;
	/* roles, which a daemon makes when it starts, where there is none */
	if (!class_table[cls].persistent && db_count(c->db, cls) == 0)
		return;
	target = db_get(c->db, cls, ref);
	if (!target)
		wrong(c, "refers to nothing:", ref);
	else if (cls == c->r->cls->id && ref_equal(ref, c->r->self))
		wrong(c, "refers to itself:", ref);
	else if (c->f->lists_cls >= 0 &&
	    !lists(target, &class_table[cls].fields[c->f->lists_field],
		c->r->self))
		wrong(c, "is not listed by", ref);
	else if (c->f->inverse_cls >= 0 &&
	    class_table[cls].fields[c->f->inverse_field].type->kind ==
		TYPE_REF &&
	    !ref_equal(*(const struct ref *)record_field(target,
			   &class_table[cls].fields[c->f->inverse_field]),
		c->r->self))
		wrong(c, "lists what does not refer here:", ref);
	else if (c->f->inverse_cls >= 0 &&
	    class_table[cls].fields[c->f->inverse_field].type->kind ==
		TYPE_SET &&
	    !lists(target, &class_table[cls].fields[c->f->inverse_field],
		c->r->self))
		wrong(c, "lists what does not name it:", ref);
	record_unref(target);
}

static void
check_derived_once(struct check *c)
{
	const struct set *s = record_field(c->r, c->f);
	struct ref *sorted = arena_array(c->a, s->n + 1, sizeof(*sorted));

	if (s->n)
		memcpy(sorted, s->items, s->n * sizeof(*sorted));
	qsort(sorted, s->n, sizeof(*sorted), by_ref);
	for (uint32_t i = 1; i < s->n; i++)
		if (ref_equal(sorted[i - 1], sorted[i]))
			wrong(c, "lists twice", sorted[i]);
}

static void
check_field(struct check *c)
{
	const struct type *t = c->f->type;
	const void *mem = record_field(c->r, c->f);

	if (t->kind == TYPE_REF) {
		check_one(c, t->cls, *(const struct ref *)mem);
	} else if (t->kind == TYPE_SET && t->elem->kind == TYPE_REF) {
		const struct set *s = mem;
		const struct ref *items = s->items;

		for (uint32_t i = 0; i < s->n && !c->wrong; i++)
			check_one(c, t->elem->cls, items[i]);
		if (c->f->inverse_cls >= 0)
			check_derived_once(c);
	} else if (t->kind == TYPE_MAP) {
		const struct map *m = mem;
		const struct ref *k = m->keys, *v = m->values;

		for (uint32_t i = 0; i < m->n && !c->wrong; i++) {
			if (t->key->kind == TYPE_REF)
				check_one(c, t->key->cls, k[i]);
			if (t->elem->kind == TYPE_REF)
				check_one(c, t->elem->cls, v[i]);
		}
	}
}

static const char *
text_at(const struct record *r, int field)
{
	return *(const char *const *)record_field(r, &r->cls->fields[field]);
}

static void
check_indexes(struct check *c)
{
	const struct class_info *cls = c->r->cls;
	const struct record *same, **all;
	bool found = false;
	uint32_t n;

	c->f = NULL;
	if (cls->uuid_field >= 0) {
		same = db_get_by_uuid(c->db, cls->id,
		    text_at(c->r, cls->uuid_field));
		if (same != c->r)
			wrong(c, "is not found by its uuid", REF_NULL);
		record_unref(same);
	}
	if (cls->name_label_field < 0)
		return;
	if (db_get_by_name(c->db, cls->id, text_at(c->r, cls->name_label_field),
		&all, &n) < 0)
		give_up("invariants_of", "no memory");
	for (uint32_t i = 0; i < n; i++)
		found = found || all[i] == c->r;
	if (!found)
		wrong(c, "is not found by its name", REF_NULL);
	db_release_all(all, n);
}

static void
check_class(struct check *c, int cls)
{
	const struct record **all;
	uint64_t last = 0;
	uint32_t n;

	if (db_get_all(c->db, cls, &all, &n) < 0)
		give_up("invariants_of", "no memory");
	for (uint32_t i = 0; i < n && !c->wrong; i++) {
		c->r = all[i];
		c->f = NULL;
		if (all[i]->modified < last ||
		    all[i]->created > all[i]->modified)
			wrong(c, "is out of order", REF_NULL);
		last = all[i]->modified;
		check_indexes(c);
		for (unsigned f = 0; f < all[i]->cls->nfields && !c->wrong;
		     f++) {
			c->f = &all[i]->cls->fields[f];
			check_field(c);
		}
	}
	if (!c->wrong &&
	    (n != db_count(c->db, cls) || last > db_generation(c->db)))
		c->wrong = arena_printf(c->a, "%s: counts or generations",
		    class_table[cls].name);
	db_release_all(all, n);
}

const char *
invariants_of(struct db *db, struct arena *a)
{
	struct check c = { .db = db, .a = a };

	for (int cls = 0; cls < CLASS_COUNT && !c.wrong; cls++)
		if (class_table[cls].stored)
			check_class(&c, cls);
	if (c.wrong)
		printf("# %s\n", c.wrong);
	return c.wrong ? c.wrong : "";
}

char *
dump_text(struct db *db, unsigned what)
{
	struct bytes b = { 0 };

	dump_db(db, what, &b);
	return b.p;
}

void
check_sound(struct db *db)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);

	CU_ASSERT_STRING_EQUAL(invariants_of(db, a), "");
}

void
run_sql(const char *path, const char *text)
{
	sqlite3 *s;
	int rc;

	CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &s), SQLITE_OK);
	rc = sqlite3_exec(s, text, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		printf("# %s: %s\n", text, sqlite3_errmsg(s));
	CU_ASSERT_EQUAL(rc, SQLITE_OK);
	sqlite3_close(s);
}

int
run_killed(int (*fn)(void *arg), void *arg, enum fault_kind kind, long n)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		fault_arm(kind, n, -RUN_KILLED, false);
		_exit(fn(arg));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

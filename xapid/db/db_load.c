/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading a database: one thread, nobody else is there yet. Rows come from the
 * engine; what refers to what, derived sides and the order of changes follow
 * from them. */
#include <errno.h>
#include <limits.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "db/db_private.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "model/refbuf.h"

/* Much memory will be needed at once, and a page fault for each 4 KiB of it
 * costs more than what is done with the page: let the heap grow in one go, and
 * the kernel fill it by large pages as it is used. Called by each thread that
 * makes rows, for it has a heap of its own. */
#define HEAP_PIECE ((size_t)31 << 20) /* glibc's heaps are of twice 32 MiB */
#define HEAP_PIECES 16
#define HEAP_GROWS_FROM ((size_t)2 << 20)
#define MEMORY_PER_DISK 2u /* bytes of objects for a byte of file */

#ifdef __GLIBC__
static void
expect_bytes(void *arg, uint64_t bytes)
{
	uint64_t want = bytes * MEMORY_PER_DISK;
	void *pieces[HEAP_PIECES];
	unsigned n = 0;

	(void)arg;
	if (want < HEAP_GROWS_FROM)
		return;
	/* Setting one of them ends their adaption to what is freed: so all. */
	(void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, INT_MAX); /* until it is loaded */
	(void)mallopt(M_TOP_PAD, 128 * 1024);
	for (; n < HEAP_PIECES && want >= HEAP_GROWS_FROM; n++) {
		size_t size = want < HEAP_PIECE ? want : HEAP_PIECE;
		const uintptr_t page = 4096;
		uintptr_t begin, end;

		pieces[n] = malloc(size);
		if (!pieces[n])
			break;
		begin = ((uintptr_t)pieces[n] + page) & ~(page - 1);
		end = ((uintptr_t)pieces[n] + size) & ~(page - 1);
		(void)madvise((void *)begin, end - begin, MADV_HUGEPAGE);
		want -= size;
	}
	while (n)
		free(pieces[--n]);
}
#else
static void
expect_bytes(void *arg, uint64_t bytes)
{
	(void)arg;
	(void)bytes;
}
#endif

static void
give_back(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_MMAP_THRESHOLD, 4 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 8 << 20);
	(void)malloc_trim(0);
#endif
}

struct load {
	struct db *db;
	struct arena *arena; /* of one row */
	uint64_t highest;    /* generation seen */
	uint64_t dangling;   /* fields that referred to nothing */
	bool nomem;
};

static int
load_record(void *arg, struct record *r, int64_t rowid)
{
	struct load *l = arg;
	struct table *table = &l->db->tables[r->cls->id];
	size_t uuids = table->uuids.count;
	struct row *row;

	if (refmap_get(&table->rows, r->self)) {
		record_unref(r);
		errno = EEXIST;
		return -1;
	}
	row = fault_calloc(1, sizeof(*row));
	if (!row || db_index_reserve(l->db, r->cls->id) < 0 ||
	    refmap_reserve(&table->uuids, 1) < 0 ||
	    refmap_put(&table->rows, r->self, row) < 0) {
		record_unref(r);
		free(row);
		errno = ENOMEM;
		return -1;
	}
	row->self = r->self;
	row->cls = r->cls->id;
	row->rowid = rowid;
	row->published = row->head = r;
	table->count++;
	db_index_swap(table, row, NULL, r);
	if (r->cls->uuid_field >= 0 && table->uuids.count == uuids)
		log_warn("database: two objects of class %s have the same "
			 "uuid; xapid --check-db lists them",
		    r->cls->name);
	event_row_changed(table, row); /* in the order of loading, for now */
	if (r->modified > l->highest)
		l->highest = r->modified;
	return 0;
}

static void
load_tombstone(void *arg, const struct engine_tombstone *t)
{
	struct load *l = arg;

	event_bury(l->db, t);
	if (t->generation > l->highest)
		l->highest = t->generation;
}

/* ---- references ---- */

static bool
is_missing(void *arg, int cls, struct ref ref)
{
	struct load *l = arg;

	/* Fixed objects are made later, with the same references. */
	return cls >= 0 && !class_table[cls].fixed &&
	    !refmap_get(&l->db->tables[cls].rows, ref);
}

struct dangling {
	struct load *load;
	bool found, unexpected;
};

static void
look_for_dangling(void *arg, int cls, struct ref ref)
{
	struct dangling *d = arg;

	if (!is_missing(d->load, cls, ref))
		return;
	d->found = true;
	if (class_table[cls].persistent)
		d->unexpected = true;
}

/* Puts a record in the place of a row's, before anybody has seen that. */
static void
replace(struct row *row, struct record *r)
{
	record_unref(row->head);
	row->published = row->head = r;
}

/* A reference to nothing is null in memory. (On disk it stays until its field
 * changes or xapid --repair mends it.) Objects of volatile classes are not
 * there after a restart, so that their references are gone is nothing new. */
static int
clear_dangling(struct load *l, struct row *row, const struct field *f)
{
	struct dangling d = { .load = l };
	struct record *r = NULL;
	const void *mem[1];
	void *left;

	db_each_ref(f->type, record_field(row->head, f), look_for_dangling, &d);
	if (!d.found)
		return 0;
	if (d.unexpected)
		l->dangling++;
	left = arena_alloc(l->arena, f->type->size);
	mem[0] = left;
	if (left &&
	    db_without_refs(l->arena, f->type, record_field(row->head, f),
		is_missing, l, left) == 0)
		r = record_build(row->head->cls, row->head, 1, &f, mem);
	if (!r)
		return -1;
	replace(row, r);
	return 0;
}

struct relate {
	struct load *load;
	const struct field *field;
	struct row *row;
};

static void
relate_one(void *arg, int cls, struct ref target)
{
	struct relate *x = arg;
	struct row *row = refmap_get(&x->load->db->tables[cls].rows, target);
	struct set *derived;

	if (!row)
		return; /* of a fixed class */
	/* Nobody has seen these records yet: they may still be written. */
	derived = (struct set *)((char *)(uintptr_t)row->head +
	    class_table[cls].fields[x->field->lists_field].offset);
	/* A set that names it twice is listed once. */
	if (x->field->type->kind == TYPE_SET && derived->n &&
	    ref_equal(((const struct ref *)derived->items)[derived->n - 1],
		x->row->self))
		return;
	if (refbuf_push(derived, x->row->self) < 0)
		x->load->nomem = true;
}

/* Derived sides from stored ones. */
static int
relate_row(struct load *l, struct row *row)
{
	const struct class_info *cls = &class_table[row->cls];

	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];
		struct relate x = { .load = l, .field = f, .row = row };

		if (f->inverse_cls >= 0 || !db_holds_refs(f->type))
			continue;
		if (clear_dangling(l, row, f) < 0)
			return -1;
		if (f->lists_cls >= 0)
			db_each_ref(f->type, record_field(row->head, f),
			    relate_one, &x);
	}
	arena_reset(l->arena);
	return l->nomem ? -1 : db_backrefs_load(l->db, row);
}

/* ---- the order of changes ---- */

struct aged {
	uint64_t modified;
	size_t order;
	struct row *row;
};

static int
by_age(const void *a, const void *b)
{
	const struct aged *x = a, *y = b;

	if (x->modified != y->modified)
		return x->modified < y->modified ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static int
order_table(struct table *table)
{
	struct aged *rows;
	bool ordered = true;
	size_t n = 0;

	if (!table->rows.count)
		return 0;
	rows = fault_malloc(table->rows.count * sizeof(*rows));
	if (!rows)
		return -1;
	for (struct row *row = table->oldest; row; row = row->newer, n++) {
		rows[n] = (struct aged){ row->head->modified, n, row };
		ordered &= n == 0 || by_age(&rows[n - 1], &rows[n]) < 0;
	}
	if (!ordered) {
		qsort(rows, n, sizeof(*rows), by_age);
		for (size_t i = 0; i < n; i++)
			event_row_changed(table, rows[i].row);
	}
	free(rows);
	return 0;
}

static int
relate_all(struct load *l)
{
	struct db *db = l->db;

	for (int c = 0; c < CLASS_COUNT; c++)
		for (struct row *row = db->tables[c].oldest; row;
		     row = row->newer)
			if (relate_row(l, row) < 0)
				return -1;
	for (int c = 0; c < CLASS_COUNT; c++)
		if (order_table(&db->tables[c]) < 0)
			return -1;
	return 0;
}

int
db_load(struct db *db, char *err, size_t err_size)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct load l = { .db = db, .arena = a };
	struct engine_state state = { 0 };
	const struct engine_loader loader = {
		.arg = &l,
		.expect = expect_bytes,
		.record = load_record,
		.tombstone = load_tombstone,
	};

	if (a &&
	    db->engine->load(db->engine, &loader, &state, err, err_size) < 0)
		return -1;
	if (!a || relate_all(&l) < 0) {
		snprintf(err, err_size,
		    "out of memory while loading the database");
		return -1;
	}
	give_back();
	if (l.dangling)
		log_warn("database: %llu fields referred to objects that do "
			 "not exist and were cleared; xapid --check-db lists "
			 "them",
		    (unsigned long long)l.dangling);
	db->ceiling = state.ceiling;
	if (state.forgotten > db->forgotten)
		db->forgotten = state.forgotten;
	/* Changes of volatile fields took generations that no row on disk
	 * shows; the ceiling is above all of them. */
	db->generation = l.highest > db->ceiling ? l.highest : db->ceiling;
	return 0;
}

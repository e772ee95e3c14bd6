/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and loading a database, and everything that readers call. */
#include "db.h"

#include <stdio.h>
#include <string.h>

#include "db_private.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "refbuf.h"

/* ---- loading: one thread, nobody else is there yet ---- */

struct load {
	struct db *db;
	uint64_t highest;  /* generation seen */
	uint64_t dangling; /* references cleared */
};

static int
load_record(void *arg, struct record *r, int64_t rowid)
{
	struct load *l = arg;
	struct table *table = &l->db->tables[r->cls->id];
	struct row *row = fault_calloc(1, sizeof(*row));

	if (!row || db_index_reserve(l->db, r->cls->id) < 0 ||
	    refmap_reserve(&table->uuids, 1) < 0 ||
	    refmap_put(&table->rows, r->self, row) < 0) {
		record_unref(r);
		free(row);
		return -1;
	}
	row->self = r->self;
	row->cls = r->cls->id;
	row->rowid = rowid;
	row->published = row->head = r;
	table->count++;
	db_index_swap(table, row, NULL, r);
	if (r->modified > l->highest)
		l->highest = r->modified;
	return 0;
}

static int
load_tombstone(void *arg, const struct engine_tombstone *t)
{
	struct load *l = arg;
	struct db *db = l->db;

	if (db->tombstones_n == DB_TOMBSTONES)
		return 0;
	db->tombstones[db->tombstones_n++] = *t;
	if (t->generation > l->highest)
		l->highest = t->generation;
	return 0;
}

struct relate {
	struct load *load;
	const struct field *field;
	struct row *row;
	bool dangling;
};

static void
relate_one(void *arg, int cls, struct ref target)
{
	struct relate *x = arg;
	struct row *row;
	struct set *derived;

	if (cls < 0)
		return;
	row = refmap_get(&x->load->db->tables[cls].rows, target);
	if (!row) {
		/* Fixed ones are made later, with the same references. */
		if (!class_table[cls].fixed)
			x->dangling = true;
		return;
	}
	if (x->field->lists_cls < 0)
		return;
	/* Nobody has seen these records yet: they may still be written. */
	derived = (struct set *)((char *)(uintptr_t)row->head +
	    class_table[cls].fields[x->field->lists_field].offset);
	if (refbuf_push(derived, x->row->self) < 0)
		abort();
}

/* Derived sides from stored ones; a reference to nothing becomes null in
 * memory now and on disk with the object's next change (xapid --check-db
 * lists them). */
static int
relate_row(struct load *l, struct row *row)
{
	const struct class_info *cls = &class_table[row->cls];

	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];
		struct relate x = { .load = l, .field = f, .row = row };

		if (f->inverse_cls >= 0)
			continue;
		db_each_ref(f->type, record_field(row->head, f), relate_one,
		    &x);
		if (!x.dangling)
			continue;
		l->dangling++;
		if (f->type->kind == TYPE_REF)
			*(struct ref *)((char *)(uintptr_t)row->head +
			    f->offset) = REF_NULL;
	}
	return db_backrefs(l->db, row, NULL, row->head);
}

static int
by_modified(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a;
	const struct row *y = *(struct row *const *)b;

	if (x->head->modified != y->head->modified)
		return x->head->modified < y->head->modified ? -1 : 1;
	return 0;
}

static int
order_table(struct table *table)
{
	struct row **rows, *row;
	size_t n = 0;

	if (!table->rows.count)
		return 0;
	rows = fault_malloc(table->rows.count * sizeof(*rows));
	if (!rows)
		return -1;
	for (size_t i = 0; (row = refmap_next(&table->rows, &i, NULL));)
		rows[n++] = row;
	qsort(rows, n, sizeof(*rows), by_modified);
	for (size_t i = 0; i < n; i++)
		event_row_changed(table, rows[i]);
	free(rows);
	return 0;
}

static int
load(struct db *db, char *err, size_t err_size)
{
	struct load l = { .db = db };
	const struct engine_loader loader = {
		.arg = &l,
		.record = load_record,
		.tombstone = load_tombstone,
	};
	struct row *row;

	if (db->engine->load(db->engine, &loader, &db->ceiling, err, err_size) <
	    0)
		return -1;
	for (int c = 0; c < CLASS_COUNT; c++)
		for (size_t i = 0;
		     (row = refmap_next(&db->tables[c].rows, &i, NULL));)
			if (relate_row(&l, row) < 0)
				goto nomem;
	for (int c = 0; c < CLASS_COUNT; c++)
		if (order_table(&db->tables[c]) < 0)
			goto nomem;
	if (l.dangling)
		log_warn("database: %llu fields referred to objects that do "
			 "not exist and were cleared; xapid --check-db lists "
			 "them",
		    (unsigned long long)l.dangling);
	if (db->tombstones_n == DB_TOMBSTONES)
		db->forgotten = db->tombstones[0].generation;
	/* Changes of volatile fields took generations that no row on disk
	 * shows; the ceiling is above all of them. */
	db->generation = l.highest > db->ceiling ? l.highest : db->ceiling;
	return 0;
nomem:
	snprintf(err, err_size, "out of memory while loading the database");
	return -1;
}

static void
free_rows(struct db *db)
{
	struct row *row;

	for (int c = 0; c < CLASS_COUNT; c++) {
		for (size_t i = 0;
		     (row = refmap_next(&db->tables[c].rows, &i, NULL));) {
			for (struct backref *b = row->references, *n; b;
			     b = n) {
				n = b->next_reference;
				free(b);
			}
			record_unref(row->published);
			free(row);
		}
		db_index_free(&db->tables[c]);
	}
	refmap_free(&db->pending);
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	db_flush_stop(db);
	if (db->engine)
		db->engine->close(db->engine);
	free_rows(db);
	free(db->tombstones);
	pthread_mutex_destroy(&db->writer);
	pthread_mutex_destroy(&db->queue_lock);
	pthread_mutex_destroy(&db->watch_lock);
	pthread_cond_destroy(&db->queue_filled);
	pthread_cond_destroy(&db->queue_idle);
	pthread_rwlock_destroy(&db->publication);
	free(db);
}

struct db *
db_open(struct db_engine *engine, char *err, size_t err_size)
{
	struct db *db = fault_calloc(1, sizeof(*db));
	pthread_rwlockattr_t attr;

	if (!db) {
		if (engine)
			engine->close(engine);
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	db->engine = engine;
	pthread_mutex_init(&db->writer, NULL);
	pthread_mutex_init(&db->queue_lock, NULL);
	pthread_mutex_init(&db->watch_lock, NULL);
	pthread_cond_init(&db->queue_filled, NULL);
	pthread_cond_init(&db->queue_idle, NULL);
	/* Publishing must not wait for an endless stream of readers. */
	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr,
	    PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&db->publication, &attr);
	pthread_rwlockattr_destroy(&attr);
	db->tombstones = fault_calloc(DB_TOMBSTONES, sizeof(*db->tombstones));
	if (!db->tombstones) {
		snprintf(err, err_size, "out of memory");
		goto fail;
	}
	if (engine && load(db, err, err_size) < 0)
		goto fail;
	db->next_generation = db->generation + 1;
	if (db_flush_start(db) < 0) {
		snprintf(err, err_size, "cannot start a thread");
		goto fail;
	}
	return db;
fail:
	db_close(db);
	return NULL;
}

/* ---- readers ---- */

const struct record *
db_get(struct db *db, int cls, struct ref ref)
{
	const struct record *r = NULL;
	struct row *row;

	pthread_rwlock_rdlock(&db->publication);
	row = refmap_get(&db->tables[cls].rows, ref);
	if (row)
		r = record_ref(row->published);
	pthread_rwlock_unlock(&db->publication);
	return r;
}

const struct record *
db_get_by_uuid(struct db *db, int cls, const char *uuid)
{
	const struct record *r = NULL;
	struct row *row;

	pthread_rwlock_rdlock(&db->publication);
	row = db_index_uuid(&db->tables[cls], &class_table[cls], uuid);
	if (row)
		r = record_ref(row->published);
	pthread_rwlock_unlock(&db->publication);
	return r;
}

int
db_get_all(struct db *db, int cls, const struct record ***out_r, uint32_t *n_r)
{
	struct table *table = &db->tables[cls];
	const struct record **all = NULL;
	uint32_t n = 0;
	int rc = 0;

	pthread_rwlock_rdlock(&db->publication);
	if (table->count) {
		all = fault_malloc(table->count * sizeof(*all));
		rc = all ? 0 : -1;
	}
	for (struct row *row = table->oldest; all && row; row = row->newer)
		all[n++] = record_ref(row->published);
	pthread_rwlock_unlock(&db->publication);
	*out_r = all;
	*n_r = n;
	return rc;
}

int
db_get_by_name(struct db *db, int cls, const char *name,
    const struct record ***out_r, uint32_t *n_r)
{
	const struct class_info *info = &class_table[cls];
	struct table *table = &db->tables[cls];
	const struct record **all = NULL;
	struct row *row = NULL;
	uint32_t n = 0;
	int rc = 0;

	pthread_rwlock_rdlock(&db->publication);
	while ((row = db_index_name(table, info, name, row)))
		n++;
	if (n) {
		all = fault_malloc(n * sizeof(*all));
		rc = all ? 0 : -1;
	}
	n = 0;
	while (all && (row = db_index_name(table, info, name, row)))
		all[n++] = record_ref(row->published);
	pthread_rwlock_unlock(&db->publication);
	*out_r = all;
	*n_r = n;
	return rc;
}

void
db_release_all(const struct record **records, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		record_unref(records[i]);
	free(records);
}

uint64_t
db_count(struct db *db, int cls)
{
	uint64_t n;

	pthread_rwlock_rdlock(&db->publication);
	n = db->tables[cls].count;
	pthread_rwlock_unlock(&db->publication);
	return n;
}

uint64_t
db_generation(struct db *db)
{
	uint64_t g;

	pthread_rwlock_rdlock(&db->publication);
	g = db->generation;
	pthread_rwlock_unlock(&db->publication);
	return g;
}

void
db_get_stats(struct db *db, struct db_stats *out)
{
	pthread_mutex_lock(&db->queue_lock);
	*out = db->stats;
	pthread_mutex_unlock(&db->queue_lock);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and closing a database, and everything that readers call. */
#include "db/db.h"

#include <stdio.h>
#include <string.h>

#include "db/db_private.h"
#include "lib/fault.h"

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
	if (engine && db_load(db, err, err_size) < 0)
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

static const struct record *
published_soon(const struct row *row)
{
	__builtin_prefetch(row->published, 1);
	return row->published;
}

/* Publication lock. Each row tells only where the next one is, and comes from
 * memory: so two are waited for at a time, from both ends, and the records, to
 * be counted, all at once. */
static int
copy_table(struct table *table, const struct record ***out_r, uint32_t *n_r)
{
	uint32_t n = table->count;
	const struct record **all = n ? fault_malloc(n * sizeof(*all)) : NULL;
	const struct row *up = table->oldest, *down = table->newest;

	if (n && !all)
		return -1;
	for (uint32_t i = 0; i < n / 2; i++) {
		all[i] = published_soon(up);
		all[n - 1 - i] = published_soon(down);
		up = up->newer;
		down = down->older;
	}
	if (n % 2)
		all[n / 2] = published_soon(up);
	for (uint32_t i = 0; i < n; i++)
		record_ref(all[i]);
	*out_r = all;
	*n_r = n;
	return 0;
}

int
db_get_all(struct db *db, int cls, const struct record ***out_r, uint32_t *n_r)
{
	int rc;

	*out_r = NULL;
	*n_r = 0;
	pthread_rwlock_rdlock(&db->publication);
	rc = copy_table(&db->tables[cls], out_r, n_r);
	pthread_rwlock_unlock(&db->publication);
	return rc;
}

int
db_snapshot_take(struct db *db, struct db_snapshot *out_r)
{
	int rc = 0;

	memset(out_r, 0, sizeof(*out_r));
	pthread_rwlock_rdlock(&db->publication);
	out_r->generation = db->generation;
	for (int c = 0; rc == 0 && c < CLASS_COUNT; c++)
		rc = copy_table(&db->tables[c], &out_r->all[c], &out_r->n[c]);
	pthread_rwlock_unlock(&db->publication);
	if (rc < 0)
		db_snapshot_release(out_r);
	return rc;
}

void
db_snapshot_release(struct db_snapshot *s)
{
	for (int c = 0; c < CLASS_COUNT; c++)
		db_release_all(s->all[c], s->n[c]);
	memset(s, 0, sizeof(*s));
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From committed to durable to published: the queue and the flusher. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/db_private.h"
#include "lib/clock.h"
#include "lib/log.h"

/* Changes taken into one engine commit: bounds the time others wait. */
#define BATCH_CHANGES 16384u

/* ---- publication ---- */

static void
publish_change(struct db *db, struct tx *t, struct change *c)
{
	struct row *row = c->row;
	struct table *table = &db->tables[row->cls];
	const struct record *old = row->published;

	if (!old && !c->after) { /* made and destroyed before anybody saw it */
		db_pending_remove(db, row);
		free(row);
		return;
	}
	if (!old) {
		db_pending_remove(db, row);
		/* cannot fail: row_new reserved the room */
		(void)refmap_put(&table->rows, row->self, row);
		table->count++;
	}
	row->published = c->after ? record_ref(c->after) : NULL;
	db_index_swap(table, row, old, c->after);
	if (c->after) {
		event_row_changed(table, row);
	} else {
		event_row_unlink(table, row);
		event_row_deleted(db, old, t->generation);
		refmap_remove(&table->rows, row->self);
		table->count--;
		free(row);
	}
	/* Freed outside the lock: the change still holds `before`. */
	if (old)
		record_unref(old);
}

/* Makes a list of transactions visible, tells who waits, answers writers. */
static void
publish(struct db *db, struct tx *batch)
{
	pthread_rwlock_wrlock(&db->publication);
	for (struct tx *t = batch; t; t = t->next) {
		for (uint32_t i = 0; i < t->nchanges; i++)
			publish_change(db, t, &t->changes[i]);
		if (t->nchanges)
			db->generation = t->generation;
	}
	pthread_rwlock_unlock(&db->publication);
	event_notify(db, batch);
	for (struct tx *t = batch, *next; t; t = next) {
		next = t->next;
		if (t->done)
			t->done(t->arg, NULL);
		tx_free(t);
	}
}

/* ---- the engine ---- */

static int
write_changes(struct db *db, struct tx *batch)
{
	struct db_engine *e = db->engine;

	for (struct tx *t = batch; t; t = t->next)
		for (uint32_t i = 0; i < t->nchanges; i++) {
			struct change *c = &t->changes[i];
			struct engine_change ec = {
				.cls = &class_table[c->cls],
				.ref = c->self,
				.rowid = &c->row->rowid,
				.before = c->before,
				.after = c->after,
				.generation = t->generation,
			};

			if (!ec.cls->persistent || (!c->before && !c->after))
				continue;
			if (e->change(e, &ec) < 0)
				return -1;
		}
	return 0;
}

/* Rows inserted by a failed batch have no row id. */
static void
forget_rowids(struct tx *batch)
{
	for (struct tx *t = batch; t; t = t->next)
		for (uint32_t i = 0; i < t->nchanges; i++)
			if (!t->changes[i].before)
				t->changes[i].row->rowid = 0;
}

static int
make_durable(struct db *db, struct tx *batch)
{
	struct db_engine *e = db->engine;
	uint64_t ceiling = db->ceiling, highest = 0;
	bool durable = false, prune;
	int saved;

	for (struct tx *t = batch; t; t = t->next) {
		highest = t->generation;
		durable = durable || tx_is_durable(t);
	}
	if (highest + DB_CEILING_STEP / 4 > ceiling)
		ceiling = highest + DB_CEILING_STEP;
	if (!e || (!durable && ceiling == db->ceiling))
		return 0;
	prune = db->tombstones_dropped >= DB_TOMBSTONES_SLACK;
	if (e->begin(e) == 0 && write_changes(db, batch) == 0 &&
	    (ceiling == db->ceiling || e->set_ceiling(e, ceiling) == 0) &&
	    (!prune || e->forget_tombstones(e, db->forgotten) == 0) &&
	    e->commit(e) == 0) {
		db->ceiling = ceiling;
		if (prune)
			db->tombstones_dropped = 0;
		return 0;
	}
	saved = errno;
	e->rollback(e);
	forget_rowids(batch);
	errno = saved;
	return -1;
}

static void
engine_error(struct db_error *e, int err)
{
	const char *nospace[] = { "/" };
	const char *other[] = { NULL };
	char text[96];

	if (err == ENOSPC || err == EDQUOT) {
		nospace[0] = "database";
		db_error_set(e, "OUT_OF_SPACE", 1, nospace);
		return;
	}
	snprintf(text, sizeof(text), "Database: %s", strerror(err));
	other[0] = text;
	db_error_set(e, "INTERNAL_ERROR", 1, other);
}

/* The list in the other direction. */
static struct tx *
reversed(struct tx *list)
{
	struct tx *back = NULL;

	while (list) {
		struct tx *next = list->next;

		list->next = back;
		back = list;
		list = next;
	}
	return back;
}

/* Fails the batch and all that was built on top of it. */
static void
fail_all(struct db *db, struct tx *batch, int err)
{
	struct db_error e;
	struct tx *t;

	engine_error(&e, err);
	log_err("database: %s: what was not yet durable is taken back",
	    strerror(err));
	pthread_mutex_lock(&db->writer);
	pthread_mutex_lock(&db->queue_lock);
	for (t = batch; t->next; t = t->next)
		;
	t->next = db->queue;
	db->queue = NULL;
	db->queue_end = &db->queue;
	batch = reversed(batch); /* the last change is undone first */
	for (t = batch; t; t = t->next) {
		tx_undo(t);
		db->stats.failed++;
	}
	pthread_mutex_unlock(&db->queue_lock);
	pthread_mutex_unlock(&db->writer);
	batch = reversed(batch);
	for (struct tx *next; batch; batch = next) {
		next = batch->next;
		if (batch->done)
			batch->done(batch->arg, &e);
		tx_free(batch);
	}
}

/* ---- the queue ---- */

/* Cuts the first transactions off the queue. Queue lock. */
static struct tx *
take_batch(struct db *db)
{
	struct tx *batch = db->queue, *t = batch;
	uint64_t changes = t->nchanges;

	while (t->next && changes + t->next->nchanges <= BATCH_CHANGES) {
		t = t->next;
		changes += t->nchanges;
	}
	db->queue = t->next;
	if (!db->queue)
		db->queue_end = &db->queue;
	t->next = NULL;
	db->stats.changes += changes;
	db->stats.batches++;
	return batch;
}

static void *
flusher_main(void *arg)
{
	struct db *db = arg;

	pthread_mutex_lock(&db->queue_lock);
	for (;;) {
		struct tx *batch;
		int64_t begun;
		int rc;

		while (db->flushing || (!db->queue && !db->closing))
			pthread_cond_wait(&db->queue_filled, &db->queue_lock);
		if (!db->queue)
			break;
		batch = take_batch(db);
		db->flushing = true;
		pthread_mutex_unlock(&db->queue_lock);
		begun = clock_mono_ns();
		rc = make_durable(db, batch);
		if (rc == 0)
			publish(db, batch);
		else
			fail_all(db, batch, errno);
		pthread_mutex_lock(&db->queue_lock);
		db->stats.flush_ns += (uint64_t)(clock_mono_ns() - begun);
		db->flushing = false;
	}
	pthread_mutex_unlock(&db->queue_lock);
	return NULL;
}

/* Nothing for the disk and nobody before it: no need to wake the flusher. */
static bool
may_publish_here(const struct db *db, const struct tx *t)
{
	if (db->queue || db->flushing)
		return false;
	if (!db->engine)
		return true;
	return t->generation + DB_CEILING_STEP / 4 <= db->ceiling &&
	    !tx_is_durable(t);
}

void
db_enqueue(struct db *db, struct tx *t)
{
	bool here;

	pthread_mutex_lock(&db->queue_lock);
	db->stats.commits++;
	here = may_publish_here(db, t);
	if (here) {
		db->flushing = true;
	} else {
		*db->queue_end = t;
		db->queue_end = &t->next;
		pthread_cond_signal(&db->queue_filled);
	}
	pthread_mutex_unlock(&db->queue_lock);
	pthread_mutex_unlock(&db->writer);
	if (!here)
		return;
	publish(db, t);
	pthread_mutex_lock(&db->queue_lock);
	db->flushing = false;
	if (db->queue || db->closing)
		pthread_cond_signal(&db->queue_filled);
	pthread_mutex_unlock(&db->queue_lock);
}

int
db_flush_start(struct db *db)
{
	db->queue_end = &db->queue;
	if (pthread_create(&db->flusher, NULL, flusher_main, db) != 0)
		return -1;
	db->flusher_runs = true;
	return 0;
}

void
db_flush_stop(struct db *db)
{
	if (!db->flusher_runs)
		return;
	pthread_mutex_lock(&db->queue_lock);
	db->closing = true;
	pthread_cond_broadcast(&db->queue_filled);
	pthread_mutex_unlock(&db->queue_lock);
	pthread_join(db->flusher, NULL);
}

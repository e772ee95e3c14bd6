/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From committed to durable to published: the queue and the flusher. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/db_private.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/turn.h"

/* Changes taken into one engine commit: bounds the time others wait. */
#define BATCH_CHANGES 16384u
/* A disk that takes longer is left to the flusher by who has other things to
 * do. On a busy machine it takes milliseconds until a thread that waited has a
 * processor again, and handing over costs that twice more. */
#define QUICK_NS (8 * NSEC_PER_MSEC)

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
		if (t->nchanges || t->touched)
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
	int64_t begun, took;
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
	begun = clock_mono_ns();
	if (e->begin(e) == 0 && write_changes(db, batch) == 0 &&
	    (ceiling == db->ceiling || e->set_ceiling(e, ceiling) == 0) &&
	    (!prune || e->forget_tombstones(e, db->forgotten) == 0) &&
	    e->commit(e) == 0) {
		db->ceiling = ceiling;
		took = clock_mono_ns() - begun;
		if (took > 2 * QUICK_NS) /* one hiccup is no slow disk */
			took = 2 * QUICK_NS;
		db->usual_ns += (took - db->usual_ns) / 8;
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

/* The first of the queue, by whoever has set db->flushing. */
static void
flush(struct db *db, struct tx *batch)
{
	int64_t begun = clock_mono_ns(), took;

	if (make_durable(db, batch) == 0)
		publish(db, batch);
	else
		fail_all(db, batch, errno);
	took = clock_mono_ns() - begun;
	pthread_mutex_lock(&db->queue_lock);
	db->stats.flush_ns += (uint64_t)took;
	db->flushing = false;
}

static void *
flusher_main(void *arg)
{
	struct db *db = arg;

	turn_quick();
	pthread_mutex_lock(&db->queue_lock);
	for (;;) {
		struct tx *batch;

		while (db->flushing || (!db->queue && !db->closing))
			pthread_cond_wait(&db->queue_filled, &db->queue_lock);
		if (!db->queue)
			break;
		batch = take_batch(db);
		db->flushing = true;
		pthread_mutex_unlock(&db->queue_lock);
		flush(db, batch);
	}
	pthread_mutex_unlock(&db->queue_lock);
	return NULL;
}

/* Nobody before it, and nothing for the disk or a disk that may be waited for:
 * no need to wake the flusher and to be woken by it, which costs more than a
 * quick disk. */
static bool
may_flush_here(const struct db *db, const struct tx *t, enum tx_patience how)
{
	if (db->flushing || db->queue != t)
		return false;
	if (how == TX_WAITS ||
	    (how == TX_WAITS_BRIEFLY && db->usual_ns < QUICK_NS))
		return true;
	if (!db->engine)
		return true;
	return t->generation + DB_CEILING_STEP / 4 <= db->ceiling &&
	    !tx_is_durable(t);
}

void
db_enqueue(struct db *db, struct tx *t, enum tx_patience how)
{
	bool here, more;

	pthread_mutex_lock(&db->queue_lock);
	db->stats.commits++;
	*db->queue_end = t;
	db->queue_end = &t->next;
	here = may_flush_here(db, t, how);
	if (here)
		(void)take_batch(db);
	more = !db->flushing;
	db->flushing |= here;
	pthread_mutex_unlock(&db->queue_lock);
	pthread_mutex_unlock(&db->writer);
	if (here) {
		if (how == TX_WAITS_BRIEFLY)
			turn_quick();
		flush(db, t);
		more = db->queue || db->closing;
		pthread_mutex_unlock(&db->queue_lock);
	}
	if (more)
		pthread_cond_signal(&db->queue_filled);
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The database: records in memory, durable before anybody is told.
 *
 * Readers take a published record (immutable, counted) and never wait for a
 * disk. Writers take turns: tx_begin() … tx_commit(). What a transaction sees
 * and changes is the head: published records plus the changes of transactions
 * that are not yet durable. tx_commit() gives the transaction its generation
 * and its place in the queue and returns at once; a flusher thread takes all
 * that waits, makes it durable in one engine commit, publishes it and then
 * calls each transaction's `done`. Who waits anyway does this itself while
 * nobody else is at it (tx_commit_wait, tx_commit_here). If the engine fails, every queued
 * transaction fails and the head is what was published.
 *
 * Relations are stored on one side; the derived side (VM.VBDs) is kept up by
 * the transaction that changes the stored one, and counts as a change of that
 * object too. Every reference is checked when it is set (HANDLE_INVALID) and
 * cleared when its object is destroyed, so there is never a dangling one.
 *
 * Volatile fields and objects of volatile classes are in memory only: after a
 * restart they have their defaults, and whoever sets them anew does so by
 * transactions, so that listeners hear of it.
 *
 * Lock order: writer lock, then queue lock, then watch lock, then publication
 * lock. A reader holds the publication lock (shared) only inside db_ calls. */
#ifndef XAPID_DB_H
#define XAPID_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"

struct db;
struct tx;
struct db_engine;

#define DB_ERROR_PARAMS 4

/* An API error as the database raises it. code NULL: none. */
struct db_error {
	const char *code; /* static text */
	unsigned n;
	char params[DB_ERROR_PARAMS][192];
};

/* Opens and loads. engine: owned by the db from now on; NULL: memory only.
 * NULL with a reason in err. */
struct db *db_open(struct db_engine *engine, char *err, size_t err_size);
/* Flushes what is queued. Every call of another thread must have returned. */
void db_close(struct db *db);
CLEANUP_DEFINE(db_close, struct db *);

/* ---- readers: any thread ---- */

/* The published record, counted: release with record_unref. NULL: no such
 * object of this class. */
const struct record *db_get(struct db *db, int cls, struct ref ref);
/* Typed: CLEANUP… const struct vm *vm = DB_GET(db, VM, vm, ref); */
#define DB_GET(db, CLASS, type, ref)                                           \
	((const struct type *)db_get((db), CLASS_##CLASS, (ref)))
const struct record *db_get_by_uuid(struct db *db, int cls, const char *uuid);
/* All records of a class, each counted; a consistent moment. *n_r of them in
 * a malloc'd array (NULL and 0 when empty); -1: no memory. */
int db_get_all(struct db *db, int cls, const struct record ***out_r,
    uint32_t *n_r);
/* Those with this name_label. */
int db_get_by_name(struct db *db, int cls, const char *name,
    const struct record ***out_r, uint32_t *n_r);
void db_release_all(const struct record **records, uint32_t n);
/* All records of all classes, each counted, at one moment. 0 or -1: no
 * memory. */
struct db_snapshot {
	const struct record **all[CLASS_COUNT];
	uint32_t n[CLASS_COUNT];
	uint64_t generation;
};
int db_snapshot_take(struct db *db, struct db_snapshot *out_r);
void db_snapshot_release(struct db_snapshot *s);
uint64_t db_count(struct db *db, int cls);
/* The latest published generation. */
uint64_t db_generation(struct db *db);

/* ---- writers ---- */

/* Waits for its turn. NULL: no memory. Keep it short: nobody else writes. */
struct tx *tx_begin(struct db *db);
/* Drops all changes. After tx_commit the pointer is gone. NULL is fine. */
void tx_abort(struct tx *t);

/* For the start, before anybody is served: what is not on disk is written where
 * it stands, unless somebody has that record. That is neither taken back nor
 * does tx_get's promise hold for it, but nothing is copied. */
void tx_in_place(struct tx *t);

/* The head record: borrowed until the transaction ends. It stays as it is when
 * the object is changed: who wants to see that asks again. */
const struct record *tx_get(struct tx *t, int cls, struct ref ref);
#define TX_GET(t, CLASS, type, ref)                                            \
	((const struct type *)tx_get((t), CLASS_##CLASS, (ref)))
/* Calls fn for each head record of a class until it answers nonzero, which is
 * then the answer. fn must not create or destroy objects of that class. */
int tx_each(struct tx *t, int cls, int (*fn)(const struct record *r, void *arg),
    void *arg);

/* The object of a class whose last published change is longest ago, among those
 * that t still sees; NULL: none is published. */
const struct record *tx_oldest(struct tx *t, int cls);

/* Every change answers 0, or -1 with the reason kept in the transaction
 * (tx_error); from then on the transaction can only be aborted or its commit
 * fails with that reason, so a writer may check once. */

/* A new object from typed memory: r->self may be set (import) or null; an
 * empty uuid gets a random one. Derived fields are ignored. */
int tx_insert(struct tx *t, const struct record *r, struct ref *ref_r);
/* mem: typed memory of the field. The same value changes nothing. An object
 * keeps the uuid it was made with: INVALID_VALUE. */
int tx_set(struct tx *t, int cls, struct ref ref, int field, const void *mem);
#define TX_SET(t, CLASS, type, ref, field, ...)                                \
	({                                                                     \
		__typeof__(((struct type *)0)->field) tx_set_v_ = __VA_ARGS__; \
		tx_set((t), CLASS_##CLASS, (ref), FIELD_##CLASS##_##field,     \
		    &tx_set_v_);                                               \
	})
/* One key of a map string string / one string of a set. */
int tx_map_put(struct tx *t, int cls, struct ref ref, int field,
    const char *key, const char *value);
int tx_map_remove(struct tx *t, int cls, struct ref ref, int field,
    const char *key);
/* Destroys; fields of others that refer here become null (and events). */
int tx_destroy(struct tx *t, int cls, struct ref ref);
/* Counts as changed without a change (event.inject). */
int tx_touch(struct tx *t, int cls, struct ref ref);
/* Raises an error of the writer's own. */
int tx_fail(struct tx *t, const char *code, unsigned n,
    const char *const params[]);
const struct db_error *tx_error(const struct tx *t); /* NULL: none so far */
/* The generation it will have. */
uint64_t tx_generation(const struct tx *t);
/* Memory that lives as long as the transaction. */
struct arena *tx_arena(struct tx *t);

/* Ends the transaction. done (may be NULL) is called once, from any thread or
 * from within: error NULL when all is durable and published. */
void tx_commit(struct tx *t,
    void (*done)(void *arg, const struct db_error *error), void *arg);
/* The same, for who would wait a moment: where nobody else is at the disk and
 * it is a quick one, all has happened on this thread when it returns. */
void tx_commit_here(struct tx *t,
    void (*done)(void *arg, const struct db_error *error), void *arg);
/* The same, and waits. -1: *error_r (may be NULL) says why. */
int tx_commit_wait(struct tx *t, struct db_error *error_r);

/* ---- engine ---- */

/* Since the start: transactions committed, batches of them that SQLite got,
 * changes in these, nanoseconds that these took, transactions refused. */
struct db_stats {
	uint64_t commits, batches, changes, flush_ns, failed;
};
void db_get_stats(struct db *db, struct db_stats *out);

#endif

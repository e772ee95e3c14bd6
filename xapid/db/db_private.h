/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside the database: rows, their indexes, transactions and the queue. Only
 * db*.c, tx.c and event.c include this. */
#ifndef XAPID_DB_PRIVATE_H
#define XAPID_DB_PRIVATE_H

#include <pthread.h>

#include "db/db.h"
#include "db/db_engine.h"
#include "db/event.h"
#include "lib/refmap.h"

/* A place for an object. Rows are made by the writer and freed when their
 * deletion is published. */
struct row {
	struct ref self;
	/* What walks over all rows reads these two: one line of the cache. */
	const struct record *published; /* counted; publication lock */
	struct row *newer, *older;      /* by last published change */
	const struct record *head;      /* borrowed; writer lock */
	struct ref uuid_key;            /* while pending */
	uint16_t cls;
	int64_t rowid;              /* the engine's; flusher only */
	struct row *name_next;      /* chain of the name index */
	struct row **name_link;     /* what points here in it */
	struct backref *referrers;  /* who refers here; writer lock */
	struct backref *references; /* what we refer to; writer lock */
	uint64_t tx;                /* generation of the transaction that */
	uint32_t change;            /* … has changes[change] for this row */
};

/* One stored reference that has no derived other side: from `source`, field
 * `field`, to `target`. Kept so that destroying an object finds who must
 * forget it without looking at every row. */
struct backref {
	struct row *source, *target;
	uint16_t field;
	uint64_t tx;                                   /* that made it */
	struct backref *next_referrer, *prev_referrer; /* of target */
	struct backref *next_reference;                /* of source */
};

/* Rows of a class by name_label, chained. */
struct names {
	struct row **buckets;
	size_t cap, count;
};

struct table {
	struct refmap rows; /* published ones */
	struct refmap uuids;
	struct refmap pending_uuids; /* of rows not yet published */
	size_t pending;              /* how many those are */
	struct names names;
	struct row *newest, *oldest; /* by last published change */
	uint64_t count;
};

#define DB_TOMBSTONES 65536u
/* Forgotten deletions that may gather on disk before they are removed. */
#define DB_TOMBSTONES_SLACK 4096u
#define DB_CEILING_STEP (UINT64_C(1) << 20)

struct db {
	struct db_engine *engine; /* NULL: memory only */

	pthread_mutex_t writer;   /* held from tx_begin to its end */
	uint64_t next_generation; /* writer lock */
	uint64_t ceiling;         /* durable; flusher */

	pthread_mutex_t queue_lock;
	pthread_cond_t queue_filled;
	struct tx *queue, **queue_end; /* committed, not yet durable */
	/* Somebody writes to the disk: the flusher, or who may wait for it. */
	bool flushing, closing;
	int64_t usual_ns; /* an engine commit of late; by who is flushing */
	pthread_t flusher;
	bool flusher_runs;

	pthread_rwlock_t publication;
	struct table tables[CLASS_COUNT];
	struct refmap pending; /* rows not yet published, any class */
	uint64_t generation;   /* latest published */
	struct engine_tombstone *tombstones; /* ring of DB_TOMBSTONES */
	uint32_t tombstones_first, tombstones_n;
	uint32_t tombstones_dropped; /* still on disk; flusher */
	uint64_t forgotten;          /* deletions up to here are unknown */

	pthread_mutex_t watch_lock;
	struct event_watch *watches;

	struct db_stats stats; /* queue lock */
};

struct change {
	struct row *row; /* gone once a deletion is published */
	struct ref self;
	uint16_t cls;
	const struct record *before, *after; /* counted; NULL: none */
	/* Backrefs of row that were there before; freed with the transaction,
	 * or linked again when it is undone: undoing needs no memory. */
	struct backref *dropped;
	bool lent; /* somebody may hold `after`, who does not count */
};

struct tx {
	struct db *db;
	uint64_t generation;
	struct change *changes;
	uint32_t nchanges, cap;
	const struct record **replaced; /* lent, then changed again; counted */
	uint32_t nreplaced, replaced_cap;
	struct arena *arena;
	bool in_place, touched; /* tx_in_place; and that has happened */
	struct db_error error;
	void (*done)(void *arg, const struct db_error *error);
	void *arg;
	struct tx *next; /* in the queue */
};

/* ---- db_index.c ---- */
/* Published indexes; publication lock held for writing. Room is made before,
 * so that publishing cannot fail: db_index_reserve with the writer lock. */
struct ref db_uuid_key(const char *uuid);
/* Row is pending no longer: published, or undone. */
void db_pending_remove(struct db *db, struct row *row);
int db_index_reserve(struct db *db, int cls);
void db_index_swap(struct table *table, struct row *row,
    const struct record *before, const struct record *after);
struct row *db_index_uuid(const struct table *table,
    const struct class_info *cls, const char *uuid);
struct row *db_index_name(const struct table *table,
    const struct class_info *cls, const char *name, struct row *after);
void db_index_free(struct table *table);
/* Keeps backrefs of c->row in step with a change of its head (either may be
 * NULL) by transaction tx. Writer lock. -1: no memory, nothing changed. */
int db_backrefs(struct db *db, struct change *c, uint64_t tx,
    const struct record *before, const struct record *after);
/* The same for a row just loaded. */
int db_backrefs_load(struct db *db, struct row *row);
/* Undoing a transaction: first forget for all its changes, then restore. */
void db_backrefs_forget(struct change *c, uint64_t tx);
void db_backrefs_restore(struct change *c);
void db_backrefs_free(struct backref *b);
/* Calls fn for every reference inside the value. */
void db_each_ref(const struct type *type, const void *mem,
    void (*fn)(void *arg, int cls, struct ref ref), void *arg);
/* Whether values of this type can hold references. */
bool db_holds_refs(const struct type *type);
/* The value without the references for which gone() is true: null, or a
 * smaller set or map, in arena memory. out_r: type->size bytes. -1: no
 * memory. */
int db_without_refs(struct arena *a, const struct type *type, const void *mem,
    bool (*gone)(void *arg, int cls, struct ref ref), void *arg, void *out_r);
/* The row of an object in the head, or NULL. Writer lock. */
struct row *db_head_row(struct db *db, int cls, struct ref ref);

/* ---- db_load.c ---- */
/* All that the engine has. -1: a sentence in err. */
int db_load(struct db *db, char *err, size_t err_size);

/* ---- db_flush.c ---- */
/* Whether who commits would wait for the disk, where nobody else is at it. */
enum tx_patience { TX_GOES_ON, TX_WAITS_BRIEFLY, TX_WAITS };
int db_flush_start(struct db *db);
void db_flush_stop(struct db *db);
void db_enqueue(struct db *db, struct tx *t, enum tx_patience how);
void db_error_set(struct db_error *e, const char *code, unsigned n,
    const char *const params[]);

/* ---- event.c ---- */
/* After publishing: wakes whoever waits for one of these changes. */
void event_notify(struct db *db, const struct tx *batch);
/* Puts row at the newest end of its class. Publication lock (write). */
void event_row_changed(struct table *table, struct row *row);
void event_row_unlink(struct table *table, struct row *row);
void event_row_deleted(struct db *db, const struct record *last,
    uint64_t generation);
/* Remembers a deletion, and forgets the oldest one when there are too many. */
void event_bury(struct db *db, const struct engine_tombstone *t);

/* ---- tx.c ---- */
/* Takes back a transaction's changes of the head. Writer lock. */
void tx_undo(struct tx *t);
void tx_free(struct tx *t);
/* Whether anything in it belongs on disk. */
bool tx_is_durable(const struct tx *t);

#endif

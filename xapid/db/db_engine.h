/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where records become durable. One thread uses an engine at a time. */
#ifndef XAPID_DB_ENGINE_H
#define XAPID_DB_ENGINE_H

#include "model/model.h"

/* One object's change as the engine sees it. */
struct engine_change {
	const struct class_info *cls;
	struct ref ref;
	int64_t *rowid; /* the engine's own handle, 0 before insert */
	const struct record *before; /* NULL: inserted */
	const struct record *after;  /* NULL: deleted */
	uint64_t generation;
};

/* A remembered deletion (events after a restart). */
struct engine_tombstone {
	uint64_t generation, created;
	uint16_t cls;
	struct ref ref;
};

struct engine_loader {
	void *arg;
	/* Said first by each thread that makes records, may be NULL: about so
	 * many bytes of rows will come. */
	void (*expect)(void *arg, uint64_t bytes);
	/* A row: a record whose derived fields are empty, in the order in which
	 * they were made. Takes r over. -1 and errno: EEXIST when there is
	 * already one with this reference. */
	int (*record)(void *arg, struct record *r, int64_t rowid);
	/* In the order of their generations. */
	void (*tombstone)(void *arg, const struct engine_tombstone *t);
};

struct engine_state {
	uint64_t ceiling;   /* generations may have been used up to here */
	uint64_t forgotten; /* tombstones are missing up to here */
};

struct db_engine {
	const char *name;
	int (*load)(struct db_engine *e, const struct engine_loader *l,
	    struct engine_state *state_r, char *err, size_t err_size);
	/* Each -1 sets errno: ENOSPC, EIO, ENOMEM, …; then rollback, which
	 * always works. */
	int (*begin)(struct db_engine *e);
	int (*change)(struct db_engine *e, const struct engine_change *c);
	/* Generations below this may be used without asking again. */
	int (*set_ceiling)(struct db_engine *e, uint64_t ceiling);
	/* Those up to here, and remembers that they are missing. */
	int (*forget_tombstones)(struct db_engine *e, uint64_t upto);
	int (*commit)(struct db_engine *e);
	void (*rollback)(struct db_engine *e);
	void (*close)(struct db_engine *e);
};

/* path: a file in a folder that exists; created, or opened and upgraded by the
 * generated migrations. NULL with a sentence in err: also when the file is
 * newer than this program, damaged, or held by another process. */
struct db_engine *db_sqlite_open(const char *path, char *err, size_t err_size);
#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests of the database: random objects of every class, a script of random
 * transactions that is the same for the same seed, everything as text, and the
 * invariants. */
#ifndef TESTS_LIB_DB_TOOLS_H
#define TESTS_LIB_DB_TOOLS_H

#include "db/db.h"
#include "lib/fault.h"

struct rng {
	uint64_t x; /* the seed; anything */
};
uint64_t rng_next(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n); /* n > 0 */

/* An object with its defaults, in the arena, for tx_insert. */
struct record *blank_record(struct arena *a, int cls);
#define BLANK(a, CLASS, type) ((struct type *)blank_record((a), CLASS_##CLASS))
/* Opens or ends the test. path NULL: memory only. */
struct db *open_db(const char *path);
/* One transaction, one change, waited for; end the test when refused. */
struct ref insert_one(struct db *db, const struct record *r);
struct ref insert_vm(struct db *db, const char *name);
struct ref insert_vbd(struct db *db, struct ref vm, struct ref vdi);
struct ref insert_vdi(struct db *db, struct ref sr);
struct ref insert_sr(struct db *db);
void destroy_one(struct db *db, int cls, struct ref ref);
void rename_vm(struct db *db, struct ref vm, const char *name);

/* "folder/name" in a folder without a disk below, where there is one, that goes
 * with the program. For tests that sync much; in a static buffer. */
const char *quick_path(const char *name);
/* With all in it. */
void remove_folder(const char *path);
/* Ends the test when it cannot be copied; a missing file leaves no copy. */
void copy_file(const char *from, const char *to);

#define SCRIPT_OBJECTS 400

/* Random transactions. References and uuids follow from the seed. */
struct script {
	struct rng rng;
	struct arena *arena; /* of the next transaction */
	unsigned limit;      /* objects at most, up to SCRIPT_OBJECTS */
	uint8_t owner;       /* first byte of every reference; 0: any */
	unsigned n, before;
	struct script_object {
		int cls;
		struct ref ref;
	} objects[SCRIPT_OBJECTS], saved[SCRIPT_OBJECTS];
	/* What the next transaction does. */
	struct script_op {
		enum { SCRIPT_INSERT, SCRIPT_SET, SCRIPT_DESTROY } what;
		struct script_object object;
		struct record *record;
		int field;
		void *mem;
	} ops[8];
	unsigned nops;
};
struct script *script_new(uint64_t seed);
void script_free(struct script *s);
CLEANUP_DEFINE(script_free, struct script *);
/* Thinks of the next transaction: one to six changes. */
void script_plan(struct script *s);
/* One object of this class with a random value in every field. */
void script_plan_full(struct script *s, int cls);
/* Makes the changes that were planned. */
void script_apply(struct script *s, struct tx *t);
/* They were refused: the script goes on as if they had not been. */
void script_take_back(struct script *s);
/* All of it, with commit; -1 and the error when it was refused. */
int script_step(struct script *s, struct db *db, struct db_error *e);

#define DUMP_VOLATILE 1u    /* also what is in memory only */
#define DUMP_GENERATIONS 2u /* also created and modified */
/* Every object and field, in an order of its own: equal texts are equal
 * databases. Sets of derived fields are sorted. */
void dump_db(struct db *db, unsigned what, struct bytes *out);
/* The same as a text of its own, for free(). */
char *dump_text(struct db *db, unsigned what);
/* Only the objects that a script with this owner made. */
void dump_owner(struct db *db, uint8_t owner, struct bytes *out);
/* "" or what does not hold: references exist and are of the right class, the
 * derived sides say what the stored ones say, uuids and names are found, and
 * changes are in order. In the arena. */
const char *invariants_of(struct db *db, struct arena *a);

/* A failure of the test when they do not hold. */
void check_sound(struct db *db);

/* Runs SQL on a file that nobody has open; a mistake is one of the test. */
void run_sql(const char *path, const char *text);

/* fn(arg) in a process of its own, killed at the n-th operation of that kind:
 * RUN_KILLED, or what fn answered. */
#define RUN_KILLED 99
int run_killed(int (*fn)(void *arg), void *arg, enum fault_kind kind, long n);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random objects of every class, and a script of random transactions that is the
 * same for the same seed. */
#ifndef TESTS_LIB_DB_SCRIPT_H
#define TESTS_LIB_DB_SCRIPT_H

#include "db/db.h"

struct rng {
	uint64_t x; /* the seed; anything */
};
uint64_t rng_next(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n); /* n > 0 */

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

#endif

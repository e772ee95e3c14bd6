/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes many objects: identifiers from a seed, transactions of some thousand
 * changes that become durable while the next ones are being built. */
#ifndef XAPID_MAKER_H
#define XAPID_MAKER_H

#include <pthread.h>

#include "db/db.h"
#include "model/builder.h"

struct maker {
	struct builder b; /* its memory lives until the next maker_turn */
	struct tx *t;

	struct db *db;
	uint64_t seed;              /* 0: random identifiers */
	uint32_t made[CLASS_COUNT]; /* by maker_add */
	uint32_t pending;           /* of those, in t */

	pthread_mutex_t lock;
	pthread_cond_t idle;
	unsigned outstanding;  /* transactions not yet durable; lock */
	struct db_error error; /* the first; lock */
};

/* -1: no memory. With the same seed and the same order of maker_add the same
 * objects get the same references and uuids. */
int maker_begin(struct maker *m, struct db *db, uint64_t seed);
/* Inserts, with an identifier of its own unless r has one. The null reference
 * after a failure, which maker_end tells. */
struct ref maker_add(struct maker *m, struct record *r);
/* Gives r the identifiers that maker_add would, for fields that name them. */
void maker_identify(struct maker *m, struct record *r);
/* A further uuid for the next object of a class (mac_seed and the like). */
const char *maker_spare_uuid(struct maker *m, int cls);
/* To be called between objects: may end the transaction and begin another, so
 * that what m->b handed out is gone. */
void maker_turn(struct maker *m);
/* All is durable, or why not; m is finished. */
int maker_end(struct maker *m, struct db_error *error_r);

/* The identifier that object number n of a class gets from a seed: what 0 is
 * its reference, 1 its uuid, 2 is to spare. */
struct ref maker_id(uint64_t seed, int cls, uint32_t n, unsigned what);

#endif

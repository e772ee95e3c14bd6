/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that a database holds as text, and what holds in every one. */
#ifndef TESTS_LIB_DB_DUMP_H
#define TESTS_LIB_DB_DUMP_H

#include "db/db.h"

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

#endif

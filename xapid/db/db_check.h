/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifying a database file, and mending it. */
#ifndef XAPID_DB_CHECK_H
#define XAPID_DB_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "db/db_file.h"

/* Reads the whole file as it is at this moment (a daemon may have it open) and
 * writes a sentence for everything that is wrong, and one about the whole:
 * pages and types by SQLite's own check, then every cell by its type,
 * references by their class, uuids, generations, the schema's version.
 *
 * repair: takes the lock, so no daemon may run, and writes what is sound into a
 * new file that takes the place of the old one, which is kept as PATH with
 * .before-repair behind it. Bad cells get their defaults, references to
 * nothing become null, rows without identity are left out; all of that is
 * reported. Without findings nothing is written.
 *
 * 0: sound, or mended; 1: there are findings; -1: could not be done. */
int db_check_file(const char *path, bool repair, FILE *report);

struct db_check_result {
	unsigned long objects, findings;
	struct engine_state state; /* for db_file_finish */
};
/* The check of a file of which everything that is sound, or was made so, goes
 * into another one. 0, or -1 when it could not be done and the report says
 * why. */
int db_check_copy(const char *path, struct db_file *to, FILE *report,
    struct db_check_result *result_r);

#endif

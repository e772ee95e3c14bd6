/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole database files: copies, and new ones that take the place of old ones.
 * A new file is made beside the old one and renamed at the end, so that what
 * fails on the way changes nothing. */
#ifndef XAPID_DB_FILE_H
#define XAPID_DB_FILE_H

#include <stdio.h>

#include "db/db_engine.h"

/* A consistent copy of a database, which may be in use; `to` appears when it is
 * complete and durable, and replaces what was there. -1: a sentence in err. */
int db_file_backup(const char *path, const char *to, char *err,
    size_t err_size);
/* Puts a backup (of db_file_backup) or an XML database (db_xml.h) in the place
 * of a database that nobody uses; that one is kept as PATH.before-restore.
 * report: what was left out. Tokens of before are refused afterwards. */
int db_file_restore(const char *path, const char *from, FILE *report, char *err,
    size_t err_size);

/* ---- for those who write a file row by row ---- */

struct db_file;
/* Begins a new file to take the place of `path`, whose lock it holds until the
 * end. It has no rows. NULL: a sentence in err. */
struct db_file *db_file_begin(const char *path, char *err, size_t err_size);
/* A row; r->self, created and modified as they shall be. -1 and errno. */
int db_file_add(struct db_file *f, const struct record *r);
int db_file_add_tombstone(struct db_file *f, const struct engine_tombstone *t);
/* A generation above all that the old file has given out. */
uint64_t db_file_generation(const struct db_file *f);
/* Puts it in its place; the old file is kept as PATH and suffix. Releases f in
 * any case. */
int db_file_finish(struct db_file *f, const struct engine_state *state,
    const char *suffix, char *err, size_t err_size);
/* Forgets it. NULL is fine. */
void db_file_drop(struct db_file *f);

#endif

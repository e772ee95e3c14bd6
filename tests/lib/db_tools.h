/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests of the database: single changes, files, processes that are killed.
 * (db_script.h: random transactions; db_dump.h: everything as text.) */
#ifndef TESTS_LIB_DB_TOOLS_H
#define TESTS_LIB_DB_TOOLS_H

#include "db/db.h"
#include "lib/fault.h"

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

/* Runs SQL on a file that nobody has open; a mistake is one of the test. */
void run_sql(const char *path, const char *text);

/* fn(arg) in a process of its own, killed at the n-th operation of that kind:
 * RUN_KILLED, or what fn answered. */
#define RUN_KILLED 99
int run_killed(int (*fn)(void *arg), void *arg, enum fault_kind kind, long n);

#endif

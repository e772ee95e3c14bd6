/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by db_check.c and db_check_row.c. */
#ifndef XAPID_DB_CHECK_PRIVATE_H
#define XAPID_DB_CHECK_PRIVATE_H

#include <stdio.h>

#include "db/db_file.h"
#include "db/db_sqlite_private.h"
#include "lib/refmap.h"

struct check {
	const char *path;
	sqlite3 *sql;
	FILE *report;
	struct arena *arena; /* of one row */
	struct refmap refs[CLASS_COUNT];
	struct refmap uuids;   /* of the table that is read */
	struct db_file *fresh; /* takes what is sound; NULL: only look */
	uint64_t generation;   /* of what is mended */
	uint64_t highest;      /* that a row has, or may have had */
	uint64_t forgotten;    /* as in struct engine_state */
	unsigned long rows, findings;
};

/* ---- db_check.c ---- */
/* A line of the report. */
__attribute__((format(printf, 2, 3))) void db_check_finding(struct check *c,
    const char *fmt, ...);
/* Why nothing more can be said. -1. */
int db_check_give_up(struct check *c, const char *why);
int db_check_nomem(struct check *c);
bool db_check_generation(int64_t g);

/* ---- db_check_row.c ---- */
/* The first pass: which object this is. -1: given up. */
int db_check_learn_row(struct check *c, const struct class_info *cls,
    sqlite3_stmt *st);
/* The second one: what is wrong with it. */
int db_check_row(struct check *c, const struct class_info *cls,
    sqlite3_stmt *st);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files that follow from a log (log.h), one record after the other: what
 * was asked for, and what of it must be there after a loss of power, which is
 * only what was synced since. A file's data is synced by itself; that there is
 * one, or that it has another name, by its folder. */
#ifndef TESTS_CRASH_FILES_H
#define TESTS_CRASH_FILES_H

#include <stdbool.h>

#include "tests/crash/disk.h"
#include "tests/crash/log.h"

struct files;

/* NULL: no log, or not all of it; said on stdout. */
struct files *files_open(const char *path);
void files_free(struct files *f);
/* The record that comes next, NULL at the end. */
const struct log_record *files_next(const struct files *f);
/* What it says is done, or it is left out. Whether it was about these files. */
bool files_go_on(struct files *f);
void files_skip(struct files *f);
/* From the beginning again. */
void files_rewind(struct files *f);

/* ---- what is found afterwards ---- */

enum part { ISSUED, SYNCED, SECTORS /* of what is not synced, some */ };

/* Whether names or data wait for a sync. */
bool files_names_wait(const struct files *f);
bool files_data_waits(const struct files *f);
/* d is used again and again. It is good until files_go_on. */
void files_disk(const struct files *f, enum part names, enum part data,
    uint64_t seed, struct disk *d);
/* The next record is a write of which only the first sectors get there: into
 * how many pieces it can be cut, and the i-th of these. */
unsigned files_cuts(const struct files *f);
void files_cut(const struct files *f, unsigned i, struct disk *d);
/* For who reads it: the record that comes next. */
void files_describe(const struct files *f, char *out, size_t size);

#endif

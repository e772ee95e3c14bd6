/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SQLite over a disk in memory (files.h): what is written stays beside it, so
 * that the disk can be looked at again and again. */
#ifndef TESTS_CRASH_VFS_H
#define TESTS_CRASH_VFS_H

#include "tests/crash/disk.h"

/* Before anything uses SQLite: takes the place of the file system "unix". */
void vfs_start(void);
/* Files of d whose path begins so are those that SQLite opens by this path;
 * nothing may be open. They are as in d again. */
void vfs_show(const struct disk *d, const char *path);
/* The index of the log as SQLite has it now, or NULL: how far the log is good,
 * and what for, stands in bytes 16 to 40. */
const uint8_t *vfs_log_index(void);

#endif

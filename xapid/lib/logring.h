/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The latest lines of the log, kept in memory for those who ask over the API,
 * whatever the log's target. */
#ifndef XAPID_LIB_LOGRING_H
#define XAPID_LIB_LOGRING_H

#include <stddef.h>

#include "lib/bytes.h"

#define LOGRING_BYTES ((size_t)64 * 1024)

/* A line without its end. Called by log.c for whatever it writes. */
void logring_add(const char *line, size_t len);
/* Appends whole lines, oldest first. */
void logring_copy(struct bytes *out);

#endif

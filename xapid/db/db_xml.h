/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The XML form of a database that the original reads and writes (state.db):
 * what GET /pool/xmldbdump answers, and the way over for who has a pool.
 * (source: formats.md, section 3) */
#ifndef XAPID_DB_XML_H
#define XAPID_DB_XML_H

#include <stdio.h>

#include "db/db.h"
#include "db/db_engine.h"

/* Takes pieces of the text; -1 ends it. */
typedef int db_xml_sink(void *arg, const void *data, size_t len);
/* All tables as they are at this moment, in pieces of some 64 KiB. -1: no
 * memory, or the sink's -1. */
int db_xml_write(struct db *db, db_xml_sink *sink, void *arg);

/* Reads such a text into an engine that has no rows. Needs memory for one row
 * only. What this program has no place for is skipped and named in the report,
 * once each; what it has a place for and is missing gets its default. -1: a
 * sentence in err; the engine then has part of it. */
int db_xml_read(int fd, struct db_engine *e, FILE *report, char *err,
    size_t err_size);

/* ---- cells (db_xml_cell.c) ---- */

/* Appends typed memory as the text of a cell, before any escape of XML but with
 * the format's own (%.). */
void db_xml_put_cell(struct bytes *out, const struct type *type,
    const void *mem);
/* The other way. -1: err says what is wrong, or is empty (no memory). */
int db_xml_get_cell(struct arena *a, const struct type *type, const char *text,
    size_t len, void *mem, struct type_error *err);
/* The same without those escapes, as the original keeps values in memory. */
void db_cell_put(struct bytes *out, const struct type *type, const void *mem);
int db_cell_get(struct arena *a, const struct type *type, const char *text,
    void *mem, struct type_error *err);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing the XML form: one line, tables in byte order of their names, in a row
 * first the reference and the generations and then all columns in byte order. */
#include "db/db_xml.h"

#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/fault.h"

/* The schema that the original has where it knows these tables and columns.
 * (source: events.json "db_schema") */
#define SCHEMA_MAJOR "5"
#define SCHEMA_MINOR "909"

#define PIECE (64u * 1024)

struct writer {
	db_xml_sink *sink;
	void *arg;
	struct bytes out, cell;
	const struct field *columns[256]; /* of the table, in byte order */
	unsigned ncolumns;
	bool ref_written;
};

static int
flush(struct writer *w)
{
	int rc;

	if (w->out.failed)
		return -1;
	rc = w->sink(w->arg, w->out.p, w->out.len);
	w->out.len = 0;
	return rc;
}

/* ---- one row ---- */

static void
put_attribute(struct bytes *out, const char *name, const char *text, size_t len)
{
	bytes_putc(out, ' ');
	bytes_puts(out, name);
	bytes_puts(out, "=\"");
	while (len > 0) {
		size_t plain = 0;

		while (plain < len && !strchr("&<>\"", text[plain]))
			plain++;
		bytes_put(out, text, plain);
		text += plain;
		len -= plain;
		if (!len)
			break;
		bytes_puts(out,
		    *text == '&'       ? "&amp;"
			: *text == '<' ? "&lt;"
			: *text == '>' ? "&gt;"
				       : "&quot;");
		text++;
		len--;
	}
	bytes_putc(out, '"');
}

static void
put_text(struct bytes *out, const char *name, const char *text)
{
	put_attribute(out, name, text, strlen(text));
}

static void
put_number(struct bytes *out, const char *name, uint64_t n)
{
	bytes_printf(out, " %s=\"%llu\"", name, (unsigned long long)n);
}

static void
put_columns(struct writer *w, const struct record *r, const char *ref)
{
	bool ref_there = false;

	for (unsigned i = 0; i < w->ncolumns; i++) {
		const struct field *f = w->columns[i];

		if (!ref_there && strcmp(f->column, "_ref") > 0) {
			put_text(&w->out, "_ref", ref);
			ref_there = true;
		}
		w->cell.len = 0;
		db_xml_put_cell(&w->cell, f->type, record_field(r, f));
		put_attribute(&w->out, f->column, w->cell.p, w->cell.len);
	}
	if (!ref_there)
		put_text(&w->out, "_ref", ref);
}

static int
put_row(struct writer *w, const struct record *r)
{
	char ref[REF_CHARS + 1];

	(void)ref_text(r->self, ref);
	bytes_puts(&w->out, "<row");
	put_text(&w->out, "ref", ref);
	put_number(&w->out, "__ctime", r->created);
	put_number(&w->out, "__mtime", r->modified);
	put_columns(w, r, ref);
	bytes_puts(&w->out, "/>");
	w->out.failed = w->out.failed || w->cell.failed;
	if (w->out.len < PIECE && !w->out.failed)
		return 0;
	return flush(w);
}

/* ---- tables ---- */

static int
by_column(const void *a, const void *b)
{
	const struct field *const *x = a, *const *y = b;

	return strcmp((*x)->column, (*y)->column);
}

/* As they came to be: sets of the other side keep their order that way. */
static int
by_age(const void *a, const void *b)
{
	const struct record *const *x = a, *const *y = b;

	if ((*x)->created != (*y)->created)
		return (*x)->created < (*y)->created ? -1 : 1;
	if ((*x)->self.hi != (*y)->self.hi)
		return (*x)->self.hi < (*y)->self.hi ? -1 : 1;
	return (*x)->self.lo < (*y)->self.lo ? -1 : 1;
}

static int
put_table(struct writer *w, const struct class_info *cls,
    const struct record **all, uint32_t n)
{
	int rc = 0;

	bytes_printf(&w->out, "<table name=\"%s\"", cls->name);
	if (!cls->persistent || n == 0) {
		bytes_puts(&w->out, "/>");
		return 0;
	}
	bytes_putc(&w->out, '>');
	w->ncolumns = 0;
	for (unsigned i = 0; i < cls->nfields; i++)
		w->columns[w->ncolumns++] = &cls->fields[i];
	qsort(w->columns, w->ncolumns, sizeof(*w->columns), by_column);
	qsort(all, n, sizeof(*all), by_age);
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = put_row(w, all[i]);
	bytes_puts(&w->out, "</table>");
	return rc;
}

static void
put_head(struct writer *w, uint64_t generation)
{
	bytes_puts(&w->out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<database><manifest>"
	    "<pair key=\"schema_major_vsn\" value=\"" SCHEMA_MAJOR "\"/>"
	    "<pair key=\"schema_minor_vsn\" value=\"" SCHEMA_MINOR "\"/>");
	bytes_printf(&w->out, "<pair key=\"generation_count\" value=\"%llu\"/>",
	    (unsigned long long)generation);
	bytes_puts(&w->out, "</manifest>");
}

int
db_xml_write(struct db *db, db_xml_sink *sink, void *arg)
{
	struct writer w = { .sink = sink, .arg = arg };
	struct db_snapshot s;
	int rc = 0;

	if (db_snapshot_take(db, &s) < 0)
		return -1;
	put_head(&w, s.generation);
	for (int c = 0; rc == 0 && c < CLASS_COUNT; c++)
		rc = put_table(&w, &class_table[c], s.all[c], s.n[c]);
	bytes_puts(&w.out, "</database>\n");
	if (rc == 0)
		rc = flush(&w);
	db_snapshot_release(&s);
	bytes_free(&w.out);
	bytes_free(&w.cell);
	return rc;
}

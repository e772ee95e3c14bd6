/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the XML form: libxml2 calls us for each element as it comes, and a
 * row goes to the engine at once. Whatever is not as it should be is told and
 * left out; only what is no XML, or cannot be written, ends it. */
#include <errno.h>
#include <libxml/parser.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "db/db_xml.h"
#include "lib/fault.h"
#include "lib/text.h"

#define PIECE (64u * 1024)
#define ROW_MAX (256u * 1024 * 1024) /* bytes of one row, decoded */
#define DEPTH_MAX 16
#define COMPLAINTS_MAX 1000u
#define COMMIT_ROWS 4096u

struct reader {
	struct db_engine *engine;
	FILE *report;
	xmlParserCtxtPtr ctxt;
	int depth;                    /* of elements */
	const struct class_info *cls; /* of the table, NULL: skipped */
	char table[64];
	unsigned long skipped_rows, rows, complaints;
	unsigned uncommitted;
	uint64_t highest; /* generation seen */
	struct arena *row, *names;
	struct unknown {
		const struct unknown *next;
		const char *column;
	} * unknown; /* columns of this table that were told */
	bool database_seen;
	char why[256]; /* it ended early */
};

/* ---- the report ---- */

__attribute__((format(printf, 2, 3))) static void
complain(struct reader *r, const char *fmt, ...)
{
	va_list ap;

	if (r->complaints++ >= COMPLAINTS_MAX) {
		if (r->complaints == COMPLAINTS_MAX + 1)
			fputs("and more\n", r->report);
		return;
	}
	va_start(ap, fmt);
	vfprintf(r->report, fmt, ap);
	va_end(ap);
	fputc('\n', r->report);
}

__attribute__((format(printf, 2, 3))) static void
stop(struct reader *r, const char *fmt, ...)
{
	va_list ap;

	if (!r->why[0]) {
		va_start(ap, fmt);
		vsnprintf(r->why, sizeof(r->why), fmt, ap);
		va_end(ap);
	}
	xmlStopParser(r->ctxt);
}

/* Text of the file in a sentence: short, and without anything that a terminal
 * could take for more than text. */
static const char *
shown(const char *text, size_t len, char out[41])
{
	size_t n = 0;

	for (; n < len && n < 40; n++)
		out[n] = text[n] >= ' ' && text[n] < 127 ? text[n] : '?';
	out[n] = '\0';
	return out;
}

/* ---- attributes: five pointers each, as SAX2 has them ---- */

struct attribute {
	const char *name, *value;
	size_t len;
};

static struct attribute
attribute_at(const xmlChar **attributes, int i)
{
	const char *begin = (const char *)attributes[5 * i + 3];
	const char *end = (const char *)attributes[5 * i + 4];

	return (struct attribute){ (const char *)attributes[5 * i], begin,
		(size_t)(end - begin) };
}

static struct attribute
attribute_named(const xmlChar **attributes, int n, const char *name)
{
	for (int i = 0; i < n; i++) {
		struct attribute a = attribute_at(attributes, i);

		if (strcmp(a.name, name) == 0)
			return a;
	}
	return (struct attribute){ name, "", 0 };
}

static bool
number_of(struct attribute a, uint64_t *out)
{
	char text[24];
	long long n;

	*out = 0;
	if (!a.len)
		return true;
	if (a.len >= sizeof(text))
		return false;
	memcpy(text, a.value, a.len);
	text[a.len] = '\0';
	if (!text_parse_int(text, &n) || n < 0 || n >= INT64_MAX / 4)
		return false;
	*out = (uint64_t)n;
	return true;
}

/* ---- rows ---- */

static void
column_unknown(struct reader *r, const char *column)
{
	struct unknown *u;
	char text[41];

	for (const struct unknown *k = r->unknown; k; k = k->next)
		if (strcmp(k->column, column) == 0)
			return;
	u = arena_alloc(r->names, sizeof(*u));
	if (u && (u->column = arena_strdup(r->names, column))) {
		u->next = r->unknown;
		r->unknown = u;
	}
	complain(r, "table %s: column %s is not known and was left out",
	    r->cls->name, shown(column, strlen(column), text));
}

static bool
is_own(const char *name)
{
	return strcmp(name, "ref") == 0 || strcmp(name, "_ref") == 0 ||
	    strcmp(name, "__ctime") == 0 || strcmp(name, "__mtime") == 0;
}

/* -1: no memory. */
static int
read_cell(struct reader *r, struct record *typed, struct attribute a)
{
	const struct field *f = field_find_column(r->cls, a.name);
	char self[REF_CHARS + 1], text[41];
	struct type_error err;
	void *mem;

	if (!f) {
		column_unknown(r, a.name);
		return 0;
	}
	if (!f->persistent || f->inverse_cls >= 0)
		return 0; /* made anew when the database is loaded */
	mem = arena_alloc(r->row, f->type->size);
	if (!mem)
		return -1;
	if (db_xml_get_cell(r->row, f->type, a.value, a.len, mem, &err) == 0) {
		memcpy((char *)typed + f->offset, mem, f->type->size);
		return 0;
	}
	if (!err.text[0])
		return -1;
	complain(r, "%s %s: %s: %s: \"%s\"; its default is used", r->cls->name,
	    ref_text(typed->self, self), f->name, err.text,
	    shown(a.value, a.len, text));
	return 0;
}

static int
write_row(struct reader *r, const struct record *typed)
{
	struct db_engine *e = r->engine;
	struct record *made = record_build(r->cls, typed, 0, NULL, NULL);
	int64_t rowid = 0;
	const struct engine_change c = {
		.cls = r->cls,
		.ref = typed->self,
		.rowid = &rowid,
		.after = made,
		.generation = typed->modified,
	};
	int rc = made ? 0 : -1;

	if (rc == 0 && r->uncommitted == COMMIT_ROWS) {
		rc = e->commit(e);
		r->uncommitted = 0;
	}
	if (rc == 0 && r->uncommitted == 0)
		rc = e->begin(e);
	if (rc == 0)
		rc = e->change(e, &c);
	r->uncommitted++;
	r->rows++;
	record_unref(made);
	return rc;
}

static bool
identify(struct reader *r, struct record *typed, const xmlChar **attributes,
    int n)
{
	struct attribute ref = attribute_named(attributes, n, "ref");
	char text[REF_CHARS + 1], short_text[41];

	if (ref.len < sizeof(text)) {
		memcpy(text, ref.value, ref.len);
		text[ref.len] = '\0';
		if (ref_parse(text, &typed->self) && !ref_is_null(typed->self))
			goto generations;
	}
	complain(r, "table %s: a row with the reference \"%s\" was left out",
	    r->cls->name, shown(ref.value, ref.len, short_text));
	return false;
generations:
	if (!number_of(attribute_named(attributes, n, "__ctime"),
		&typed->created) ||
	    !number_of(attribute_named(attributes, n, "__mtime"),
		&typed->modified))
		complain(r, "%s %s: generations that are no numbers",
		    r->cls->name, text);
	if (typed->modified < typed->created)
		typed->modified = typed->created;
	if (typed->modified > r->highest)
		r->highest = typed->modified;
	return true;
}

static void
read_row(struct reader *r, const xmlChar **attributes, int n)
{
	struct record *typed;
	int rc = 0;

	if (!r->cls) {
		r->skipped_rows++;
		return;
	}
	arena_reset(r->row);
	typed = arena_alloc(r->row, r->cls->size);
	if (!typed) {
		stop(r, "out of memory");
		return;
	}
	record_defaults(r->cls, typed);
	if (!identify(r, typed, attributes, n))
		return;
	for (int i = 0; rc == 0 && i < n; i++) {
		struct attribute a = attribute_at(attributes, i);

		if (!is_own(a.name))
			rc = read_cell(r, typed, a);
	}
	if (rc < 0)
		stop(r, "a row of table %s needs too much memory", r->table);
	else if (write_row(r, typed) < 0)
		stop(r, "cannot write: %s", strerror(errno));
}

/* ---- tables and the manifest ---- */

static void
begin_table(struct reader *r, const xmlChar **attributes, int n)
{
	struct attribute name = attribute_named(attributes, n, "name");
	const struct class_info *cls;

	(void)shown(name.value, name.len, r->table);
	cls = name.len < 40 ? class_find(r->table) : NULL;
	r->cls = cls && cls->stored && cls->persistent ? cls : NULL;
	r->skipped_rows = 0;
	arena_reset(r->names);
	r->unknown = NULL;
	if (!cls)
		complain(r, "table %s is not known and was left out", r->table);
}

static void
end_table(struct reader *r)
{
	if (r->skipped_rows && class_find(r->table))
		complain(r, "table %s: %lu rows that are not kept on disk",
		    r->table, r->skipped_rows);
	r->cls = NULL;
	r->skipped_rows = 0;
}

static void
read_pair(struct reader *r, const xmlChar **attributes, int n)
{
	struct attribute key = attribute_named(attributes, n, "key");
	uint64_t generation;

	if (key.len != 16 || memcmp(key.value, "generation_count", 16) != 0)
		return;
	if (!number_of(attribute_named(attributes, n, "value"), &generation))
		complain(r, "the manifest's generation_count is no number");
	if (generation > r->highest)
		r->highest = generation;
}

/* ---- what libxml2 calls ---- */

static void
on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int nnamespaces, const xmlChar **namespaces,
    int nattributes, int ndefaulted, const xmlChar **attributes)
{
	static const struct {
		int depth;
		const char *name;
		void (*fn)(struct reader *r, const xmlChar **attributes, int n);
	} elements[] = {
		{ 2, "table", begin_table },
		{ 3, "row", read_row },
		{ 3, "pair", read_pair },
	};
	struct reader *r = arg;

	(void)prefix;
	(void)uri;
	(void)nnamespaces;
	(void)namespaces;
	(void)ndefaulted;
	if (++r->depth > DEPTH_MAX) {
		stop(r, "elements in each other, too deep");
		return;
	}
	if (r->depth == 1) {
		r->database_seen = strcmp((const char *)name, "database") == 0;
		if (!r->database_seen)
			stop(r, "it does not begin with <database>");
	}
	for (size_t i = 0; i < sizeof(elements) / sizeof(*elements); i++)
		if (r->depth == elements[i].depth &&
		    strcmp((const char *)name, elements[i].name) == 0)
			elements[i].fn(r, attributes, nattributes);
}

static void
on_end(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct reader *r = arg;

	(void)name;
	(void)prefix;
	(void)uri;
	if (r->depth-- == 2)
		end_table(r);
}

static void
on_doctype(void *arg, const xmlChar *name, const xmlChar *external,
    const xmlChar *system)
{
	(void)name;
	(void)external;
	(void)system;
	stop(arg, "a document type is not allowed");
}

static void
on_message(void *arg, const char *fmt, ...)
{
	(void)arg;
	(void)fmt; /* the last error is asked for at the end */
}

/* ---- the file ---- */

static int
parse(struct reader *r, int fd)
{
	CLEANUP_FREE char *piece = fault_malloc(PIECE);
	ssize_t n = 1;

	if (!piece) {
		stop(r, "out of memory");
		return -1;
	}
	while (n > 0 && !r->why[0]) {
		n = read(fd, piece, PIECE);
		if (n < 0 && errno == EINTR) {
			n = 1;
			continue;
		}
		if (n < 0)
			stop(r, "%s", strerror(errno));
		else if (xmlParseChunk(r->ctxt, piece, (int)n, n == 0) != 0)
			break;
	}
	if (!r->why[0] && !r->ctxt->wellFormed) {
		const xmlError *e = xmlCtxtGetLastError(r->ctxt);
		char text[41];

		stop(r, "no XML, line %d: %s", e ? e->line : 0,
		    e && e->message
			? shown(e->message, strcspn(e->message, "\n"), text)
			: "it ends too early");
	}
	return r->why[0] ? -1 : 0;
}

static int
complete(struct reader *r)
{
	struct db_engine *e = r->engine;

	if (r->uncommitted == 0 && e->begin(e) < 0)
		return -1;
	if (e->set_ceiling(e, r->highest) < 0)
		return -1;
	return e->commit(e);
}

static int
read_with(struct reader *r, int fd)
{
	xmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC,
		.internalSubset = on_doctype,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.warning = on_message,
		.error = on_message,
	};

	r->row = arena_new(ROW_MAX);
	r->names = arena_new(0);
	r->ctxt = r->row && r->names
	    ? xmlCreatePushParserCtxt(&handler, r, NULL, 0, NULL)
	    : NULL;
	if (!r->ctxt) {
		snprintf(r->why, sizeof(r->why), "out of memory");
		return -1;
	}
	/* NOENT: &amp; and its like are put in their place; there are no
	 * others, since a document type is refused. */
	xmlCtxtUseOptions(r->ctxt, XML_PARSE_NONET | XML_PARSE_NOENT);
	if (parse(r, fd) < 0)
		return -1;
	if (complete(r) < 0) {
		snprintf(r->why, sizeof(r->why), "cannot write: %s",
		    strerror(errno));
		return -1;
	}
	return 0;
}

int
db_xml_read(int fd, struct db_engine *e, FILE *report, char *err,
    size_t err_size)
{
	struct reader r = { .engine = e, .report = report };
	int rc = read_with(&r, fd);

	if (rc < 0) {
		e->rollback(e);
		snprintf(err, err_size, "the XML could not be read: %s", r.why);
	}
	if (r.ctxt && r.ctxt->myDoc)
		xmlFreeDoc(r.ctxt->myDoc);
	xmlFreeParserCtxt(r.ctxt);
	arena_free(r.row);
	arena_free(r.names);
	return rc;
}

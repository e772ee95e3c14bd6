/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/output.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TABLE_GAP 2
#define TABLE_ROWS_HELD 100000
#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

void
output_begin(struct output *out, enum output_form form, FILE *to)
{
	const char *term = getenv("TERM");

	*out = (struct output){ .form = form, .to = to };
	out->terminal = isatty(fileno(to));
	out->colour = out->terminal && !getenv("NO_COLOR") && term &&
	    strcmp(term, "dumb") != 0;
}

void
output_flush(struct output *out)
{
	if (out->to)
		fflush(out->to);
}

/* ---- JSON, from the server's ---- */

/* A text as a JSON string. */
static void
put_string(FILE *to, const char *text, size_t len)
{
	putc('"', to);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", to);
		else if (c == '\t')
			fputs("\\t", to);
		else if (c < ' ')
			fprintf(to, "\\u%04x", c);
		else
			putc(c, to);
	}
	putc('"', to);
}

static void
put_cell(FILE *to, const struct cell *c)
{
	if (c->json_len)
		fwrite(c->json, 1, c->json_len, to);
	else
		put_string(to, c->text, c->text_len);
}

static void
json_row(struct output *out, const struct cell *cells, unsigned n)
{
	bool lines = out->form == OUTPUT_JSONL;

	if (!lines)
		fputs(out->rows ? ",\n  {" : "[\n  {", out->to);
	else
		putc('{', out->to);
	for (unsigned i = 0; i < n; i++) {
		fputs(i == 0 ? "" : lines ? ", " : ",", out->to);
		if (!lines)
			fputs("\n    ", out->to);
		put_string(out->to, cells[i].name, cells[i].name_len);
		fputs(": ", out->to);
		put_cell(out->to, &cells[i]);
	}
	fputs(lines ? "}\n" : "\n  }", out->to);
}

/* JSON values are values of YAML too. */
static void
yaml_row(struct output *out, const struct cell *cells, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		fputs(i == 0 ? "- " : "  ", out->to);
		put_string(out->to, cells[i].name, cells[i].name_len);
		fputs(": ", out->to);
		put_cell(out->to, &cells[i]);
		putc('\n', out->to);
	}
	if (n == 0)
		fputs("- {}\n", out->to);
}

/* ---- CSV ---- */

static void
put_csv(FILE *to, const char *text, size_t len)
{
	bool quoted = false;

	for (size_t i = 0; i < len; i++)
		quoted |= strchr(",\"\r\n", text[i]) != NULL;
	if (!quoted) {
		fwrite(text, 1, len, to);
		return;
	}
	putc('"', to);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			putc('"', to);
		putc(text[i], to);
	}
	putc('"', to);
}

/* Whether the columns are those of the row before; notes them. */
static bool
same_columns(struct output *out, const struct cell *cells, unsigned n)
{
	CLEANUP_BYTES struct bytes names = { 0 };
	bool same;

	for (unsigned i = 0; i < n; i++) {
		bytes_put(&names, cells[i].name, cells[i].name_len);
		bytes_putc(&names, '\n');
	}
	same = out->rows > 0 && names.len == out->head.len &&
	    (names.len == 0 || memcmp(names.p, out->head.p, names.len) == 0);
	if (!same) {
		out->head.len = 0;
		bytes_put(&out->head, names.p, names.len);
	}
	return same;
}

static void
csv_row(struct output *out, const struct cell *cells, unsigned n)
{
	if (!same_columns(out, cells, n)) {
		for (unsigned i = 0; i < n; i++) {
			fputs(i ? "," : "", out->to);
			put_csv(out->to, cells[i].name, cells[i].name_len);
		}
		fputs("\r\n", out->to);
	}
	for (unsigned i = 0; i < n; i++) {
		fputs(i ? "," : "", out->to);
		put_csv(out->to, cells[i].text, cells[i].text_len);
	}
	fputs("\r\n", out->to);
}

/* ---- tables ---- */

/* Rows are held until the widths are known: n texts of "length, bytes". */
static void
hold_text(struct bytes *held, const char *text, size_t len)
{
	uint32_t n = (uint32_t)len;

	bytes_put(held, &n, sizeof(n));
	bytes_put(held, text, len);
}

/* Characters, not bytes; what a terminal cannot show counts nothing. */
static size_t
width_of(const char *text, size_t len)
{
	size_t width = 0;

	for (size_t i = 0; i < len; i++)
		width += ((unsigned char)text[i] & 0xc0) != 0x80;
	return width;
}

struct held {
	const char *p, *end;
};

static bool
next_held(struct held *h, const char **text_r, size_t *len_r)
{
	uint32_t n;

	if (h->p >= h->end)
		return false;
	memcpy(&n, h->p, sizeof(n));
	*text_r = h->p + sizeof(n);
	*len_r = n;
	h->p += sizeof(n) + n;
	return true;
}

static void
measure(struct output *out, size_t *widths)
{
	struct held h = { out->held.p, out->held.p + out->held.len };
	const char *text;
	size_t len;

	for (unsigned i = 0; next_held(&h, &text, &len); i++) {
		size_t w = width_of(text, len);

		if (w > widths[i % out->columns])
			widths[i % out->columns] = w;
	}
}

static void
put_padded(struct output *out, const char *text, size_t len, size_t width)
{
	for (size_t i = 0; i < len; i++)
		putc((unsigned char)text[i] < ' ' ? ' ' : text[i], out->to);
	for (size_t w = width_of(text, len); w < width; w++)
		putc(' ', out->to);
}

static void
draw_table(struct output *out)
{
	struct held h = { out->held.p, out->held.p + out->held.len };
	CLEANUP_FREE size_t *widths = NULL;
	unsigned columns = out->columns;
	const char *text;
	size_t len;

	if (!columns || out->held.failed)
		return;
	widths = calloc(columns, sizeof(*widths));
	if (!widths)
		return;
	measure(out, widths);
	for (unsigned i = 0; next_held(&h, &text, &len); i++) {
		unsigned column = i % columns;
		bool last = column + 1 == columns;

		if (i == 0 && out->colour)
			fputs(BOLD, out->to);
		put_padded(out, text, len,
		    last ? 0 : widths[column] + TABLE_GAP);
		if (last && i < columns && out->colour)
			fputs(PLAIN, out->to);
		if (last)
			putc('\n', out->to);
	}
	out->held.len = 0;
	out->columns = 0;
}

static void
table_row(struct output *out, const struct cell *cells, unsigned n)
{
	if (!same_columns(out, cells, n) || out->columns == 0) {
		draw_table(out);
		out->columns = n;
		for (unsigned i = 0; i < n; i++)
			hold_text(&out->held, cells[i].name, cells[i].name_len);
	}
	for (unsigned i = 0; i < n; i++)
		hold_text(&out->held, cells[i].text, cells[i].text_len);
	if (out->rows % TABLE_ROWS_HELD == TABLE_ROWS_HELD - 1)
		draw_table(out);
}

/* ---- rows and texts ---- */

/* As the server would have written it (--watch, --explain without --output). */
static void
text_row(struct output *out, const struct cell *cells, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		fprintf(out->to, "%.*s: %.*s\n", (int)cells[i].name_len,
		    cells[i].name, (int)cells[i].text_len, cells[i].text);
	fputs("\n", out->to);
}

static void (*const row_forms[])(struct output *out, const struct cell *cells,
    unsigned n) = {
	[OUTPUT_TEXT] = text_row,
	[OUTPUT_TABLE] = table_row,
	[OUTPUT_JSON] = json_row,
	[OUTPUT_JSONL] = json_row,
	[OUTPUT_YAML] = yaml_row,
	[OUTPUT_CSV] = csv_row,
};

void
output_row(struct output *out, const struct cell *cells, unsigned n)
{
	if (out->gathered) {
		bytes_put(out->gathered, n ? cells[0].text : "",
		    n ? cells[0].text_len : 0);
		bytes_putc(out->gathered, '\n');
		return;
	}
	row_forms[out->form](out, cells, n);
	out->rows++;
}

/* On a terminal, the marks of a record stand back behind names and values:
 * "name-label ( RW): web". */
static void
put_coloured(FILE *to, const char *text, size_t len)
{
	while (len > 0) {
		const char *lf = memchr(text, '\n', len);
		size_t n = lf ? (size_t)(lf - text) + 1 : len;
		const char *mark = memmem(text, n, " (", 2);
		const char *colon = memmem(text, n, ": ", 2);

		if (mark && colon && mark < colon) {
			fprintf(to, BOLD "%.*s" PLAIN DIM "%.*s" PLAIN,
			    (int)(mark - text), text, (int)(colon - mark),
			    mark);
			fwrite(colon, 1, n - (size_t)(colon - text), to);
		} else {
			fwrite(text, 1, n, to);
		}
		text += n;
		len -= n;
	}
}

void
output_text(struct output *out, const char *text, size_t len)
{
	struct cell c = {
		.name = "value",
		.name_len = 5,
		.text = text,
		.text_len = len,
	};

	if (out->gathered) {
		bytes_put(out->gathered, text, len);
		bytes_putc(out->gathered, '\n');
		return;
	}
	if (out->form == OUTPUT_JSON || out->form == OUTPUT_JSONL ||
	    out->form == OUTPUT_YAML) {
		output_row(out, &c, 1);
		return;
	}
	if (out->colour)
		put_coloured(out->to, text, len);
	else
		fwrite(text, 1, len, out->to);
	putc('\n', out->to);
}

void
output_refresh(struct output *out)
{
	if (out->gathered)
		return;
	if (out->rows || out->held.len)
		output_end(out);
	if (out->terminal)
		fputs("\033[H\033[2J", out->to);
	out->ended = false;
	out->rows = 0;
	out->head.len = 0;
}

void
output_end(struct output *out)
{
	if (out->gathered || out->ended)
		return;
	out->ended = true;
	draw_table(out);
	if (out->form == OUTPUT_JSON)
		fputs(out->rows ? "\n]\n" : "[]\n", out->to);
	output_flush(out);
	out->rows = 0;
	bytes_free(&out->held);
	bytes_free(&out->head);
}

/* ---- paging ---- */

static pid_t pager;
static int paged = -1; /* the terminal, meanwhile */

/* Without a shell: PAGER is a name or a path, without arguments. */
static void
exec_pager(void)
{
	const char *name = getenv("PAGER");

	setenv("LESS", "FRX", 0);
	if (!name || !*name || strpbrk(name, " \t;|&$`<>()"))
		name = "less";
	signal(SIGINT, SIG_IGN);
	execlp(name, name, (char *)NULL);
	execlp("more", "more", (char *)NULL);
	execlp("cat", "cat", (char *)NULL);
	_exit(127);
}

void
output_page(struct output *out)
{
	int ends[2];

	if (!out->terminal || !isatty(STDIN_FILENO) || pipe(ends) < 0)
		return;
	fflush(out->to);
	paged = fcntl(fileno(out->to), F_DUPFD_CLOEXEC, 0);
	pager = fork();
	if (pager == 0) {
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		close(ends[1]);
		exec_pager();
	}
	if (pager > 0)
		dup2(ends[1], fileno(out->to));
	close(ends[0]);
	close(ends[1]);
}

void
output_page_end(void)
{
	if (pager <= 0)
		return;
	fflush(stdout);
	dup2(paged, STDOUT_FILENO);
	close(paged);
	while (waitpid(pager, NULL, 0) < 0)
		;
	pager = 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/args.h"
#include "cli/frames.h"

#define INDENT 4 /* of the names below the first one */

/* ---- --minimal ---- */

/* A column of its own: the next table or list. */
static struct bytes *
new_column(struct cli *cli)
{
	struct bytes *p =
	    realloc(cli->columns, (cli->ncolumns + 1) * sizeof(*p));

	if (!p) {
		cli_fail_nomem(cli);
		return NULL;
	}
	cli->columns = p;
	p += cli->ncolumns++;
	*p = (struct bytes){ 0 };
	return p;
}

static void
put_escaped(struct bytes *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == ',' || text[i] == '\\')
			bytes_putc(out, '\\');
		bytes_putc(out, text[i]);
	}
}

/* The later table stands first, as the original has it. */
void
cli_print_end(struct cli *cli)
{
	CLEANUP_BYTES struct bytes all = { 0 };

	if (!cli->minimal)
		return;
	for (unsigned i = cli->ncolumns; i-- > 0;) {
		bytes_put(&all, cli->columns[i].p, cli->columns[i].len);
		if (i > 0)
			bytes_putc(&all, ',');
	}
	if (all.failed)
		cli_fail_nomem(cli);
	else
		cli_send_text(cli, CLI_TAG_PRINT, all.len ? all.p : "",
		    all.len);
}

/* ---- rows ---- */

void
cli_table_begin(struct cli *cli)
{
	/* A table without rows has no column: see minimal_row. */
	cli->table_open = false;
}

int
cli_row_init(struct cli *cli, struct cli_row *row, unsigned max)
{
	*row = (struct cli_row){ .cli = cli, .max = max };
	row->cells =
	    arena_array(cli->arena, max ? max : 1, sizeof(*row->cells));
	return row->cells ? 0 : cli_fail_nomem(cli);
}

void
cli_row_free(struct cli_row *row)
{
	bytes_free(&row->texts);
	bytes_free(&row->jsons);
}

void
cli_row_clear(struct cli_row *row)
{
	row->n = 0;
	row->texts.len = row->jsons.len = 0;
}

static struct cli_cell *
new_cell(struct cli_row *row, const char *label, const char *name)
{
	struct cli_cell *c = &row->cells[row->n];

	if (row->n == row->max)
		return NULL;
	row->n++;
	*c = (struct cli_cell){
		.label = label,
		.name = name,
		.text = row->texts.len,
		.json = row->jsons.len,
	};
	return c;
}

void
cli_row_text(struct cli_row *row, const char *label, const char *text)
{
	struct cli_cell *c = new_cell(row, label, label);

	if (!c)
		return;
	bytes_puts(&row->texts, text);
	c->text_len = row->texts.len - c->text;
}

void
cli_row_field(struct cli_row *row, const char *label, const struct cli_field *f,
    const struct cli_value *v)
{
	struct cli_cell *c = new_cell(row, label, f->name);

	if (!c)
		return;
	cli_value_put(row->cli, f, v, &row->texts);
	c->text_len = row->texts.len - c->text;
	if (!row->cli->wish.rows)
		return;
	cli_value_put_json(row->cli, f, v, &row->jsons);
	c->json_len = row->jsons.len - c->json;
}

static void
minimal_row(struct cli_row *row)
{
	struct cli *cli = row->cli;
	struct bytes *column;

	if (row->n == 0)
		return;
	if (!cli->table_open) {
		cli->table_open = true;
		column = new_column(cli);
	} else {
		column = &cli->columns[cli->ncolumns - 1];
		bytes_putc(column, ',');
	}
	if (column)
		put_escaped(column, row->texts.p, row->cells[0].text_len);
}

static void
put_spaces(struct bytes *out, size_t n)
{
	while (n-- > 0)
		bytes_putc(out, ' ');
}

static size_t
widest(const struct cli_row *row)
{
	size_t width = 0;

	for (unsigned i = 0; i < row->n; i++) {
		size_t n = strlen(row->cells[i].label);

		width = n > width ? n : width;
	}
	return width + INDENT;
}

static void
text_row(struct cli_row *row)
{
	struct bytes *out = &row->cli->out;
	size_t at = cli_frame_begin(row->cli, CLI_TAG_PRINT);
	size_t length_at = out->len, width = widest(row), len;

	cli_put_int(out, 0);
	for (unsigned i = 0; i < row->n; i++) {
		const struct cli_cell *c = &row->cells[i];
		size_t pad = width - strlen(c->label);

		put_spaces(out, i > 0 ? pad : 0);
		bytes_puts(out, c->label);
		put_spaces(out, i > 0 ? 0 : pad);
		bytes_puts(out, ": ");
		bytes_put(out, row->texts.p + c->text, c->text_len);
		if (i + 1 < row->n)
			bytes_putc(out, '\n');
	}
	bytes_puts(out, "\n\n");
	len = out->len - length_at - 4;
	for (size_t i = 0; i < 4 && !out->failed; i++)
		out->p[length_at + i] = (char)(len >> (8 * i));
	cli_frame_end(row->cli, at);
}

static void
typed_row(struct cli_row *row)
{
	struct bytes *out = &row->cli->out;
	size_t at = cli_frame_begin(row->cli, CLI_TAG_ROW);

	cli_put_int(out, row->n);
	for (unsigned i = 0; i < row->n; i++) {
		const struct cli_cell *c = &row->cells[i];

		cli_put_text(out, c->name, strlen(c->name));
		cli_put_text(out, row->texts.p + c->text, c->text_len);
		cli_put_text(out, row->jsons.p + c->json, c->json_len);
	}
	cli_frame_end(row->cli, at);
}

int
cli_row_print(struct cli_row *row)
{
	struct cli *cli = row->cli;

	if (row->texts.failed || row->jsons.failed)
		return cli_fail_nomem(cli);
	if (cli->minimal)
		minimal_row(row);
	else if (cli->wish.rows)
		typed_row(row);
	else
		text_row(row);
	return cli_flush_some(cli);
}

const char *
cli_field_label(struct cli *cli, const struct cli_field *f)
{
	static const char marks[] = { ' ', 'S', 'M' };

	return cli_text(cli, "%s (%c%s)%s", f->name, marks[f->shape],
	    f->writable ? "RW" : "RO",
	    f->flags & CLI_OUTDATED ? " [DEPRECATED]" : "");
}

static bool
is_wanted(const struct cli_field *f, const char *const *names)
{
	if (!names)
		return !(f->flags & CLI_SECLUDED);
	for (; *names; names++)
		if (strcmp(*names, f->name) == 0)
			return true;
	return false;
}

int
cli_print_record(struct cli *cli, const struct cli_class *cls,
    const struct record *r, const char *const *names)
{
	CLI_ROW struct cli_row row = { 0 };
	struct cli_value v;

	if (cli_row_init(cli, &row, cls->nfields) < 0)
		return -1;
	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct cli_field *f = &cls->fields[i];

		if (!is_wanted(f, names))
			continue;
		if (cli_value_get(cli, f, r, &v) < 0)
			return -1;
		cli_row_field(&row, cli_field_label(cli, f), f, &v);
	}
	cli_table_begin(cli);
	return cli_row_print(&row);
}

int
cli_print_map(struct cli *cli, const struct map *m)
{
	CLI_ROW struct cli_row row = { 0 };
	const char *const *keys = m->keys, *const *values = m->values;

	if (cli_row_init(cli, &row, m->n) < 0)
		return -1;
	for (uint32_t i = 0; i < m->n; i++)
		cli_row_text(&row, keys[i], values[i]);
	cli_table_begin(cli);
	return cli_row_print(&row);
}

/* ---- values and messages ---- */

void
cli_print_values(struct cli *cli, const char *const *texts, unsigned n)
{
	struct bytes *column;

	if (!cli->minimal) {
		for (unsigned i = 0; i < n; i++)
			cli_send_print(cli, texts[i]);
		return;
	}
	column = new_column(cli);
	for (unsigned i = 0; column && i < n; i++) {
		if (i > 0)
			bytes_putc(column, ',');
		put_escaped(column, texts[i], strlen(texts[i]));
	}
}

void
cli_print_value(struct cli *cli, const char *text)
{
	cli_print_values(cli, &text, 1);
}

void
cli_print_rows(struct cli *cli, const struct set *rows)
{
	const struct set *row = rows->items;

	for (uint32_t i = 0; i < rows->n; i++) {
		const char *const *texts = row[i].items;
		const char *line = "";

		for (uint32_t j = 0; j < row[i].n; j++)
			line = cli_text(cli, "%s%s%s", line, j ? "\t" : "",
			    texts[j]);
		cli_print_value(cli, line);
	}
}

static void
print_formatted(struct cli *cli, enum cli_tag tag, const char *fmt, va_list ap)
{
	const char *text = arena_vprintf(cli->arena, fmt, ap);

	if (text)
		cli_send_text(cli, tag, text, strlen(text));
	else
		cli_fail_nomem(cli);
}

void
cli_print_message(struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	if (cli->minimal)
		return;
	va_start(ap, fmt);
	print_formatted(cli, CLI_TAG_PRINT, fmt, ap);
	va_end(ap);
}

void
cli_print_stderr(struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_formatted(cli, CLI_TAG_PRINT_STDERR, fmt, ap);
	va_end(ap);
}

int
cli_print_uuid(struct cli *cli, int cls, struct ref ref)
{
	const char *uuid = cli_record_uuid(cli_record(cli, cls, ref));

	if (!uuid && cli->wish.dry_run)
		uuid = "<new>";
	if (!uuid)
		return cli->failure == CLI_FINE
		    ? cli_fail(cli, "The object is gone")
		    : -1;
	cli_print_value(cli, uuid);
	return 0;
}

/* ---- questions ---- */

int
cli_confirm(struct cli *cli, const char *question)
{
	CLEANUP_BYTES struct bytes answer = { 0 };
	const char *text;
	size_t n;

	if (question)
		cli_send_print(cli, question);
	if (cli_forced(cli) || cli->wish.dry_run)
		return 0;
	cli_send_print(cli, "Type 'yes' to continue");
	if (cli_prompt(cli, &answer) < 0)
		return -1;
	text = bytes_cstr(&answer);
	if (!text)
		return cli_fail_nomem(cli);
	text += strspn(text, " \t\r\n");
	n = strcspn(text, " \t\r\n");
	if (n == 3 && strncasecmp(text, "yes", 3) == 0)
		return 0;
	cli_send_print(cli, "Nothing was done.");
	return cli_fail_status(cli, 0);
}

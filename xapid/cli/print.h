/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a command says: tables, lists of values, messages; and what becomes of
 * them with --minimal (the first value of each row, joined by commas) or when
 * the client wants rows. (source: cli.json table_format, minimal) */
#ifndef XAPID_CLI_PRINT_H
#define XAPID_CLI_PRINT_H

#include "cli/value.h"

/* One row of a table; labels are borrowed. */
struct cli_row {
	struct cli *cli;
	struct cli_cell {
		const char *label;     /* "uuid ( RO)" */
		const char *name;      /* "uuid" */
		size_t text, text_len; /* in texts */
		size_t json, json_len; /* in jsons; 0: the text as it is */
	} * cells;
	unsigned n, max;
	struct bytes texts, jsons;
};

/* Tables begin and end, so that --minimal knows them from one another. */
void cli_table_begin(struct cli *cli);
/* NULL cells after it: no memory. max: cells of a row at most. */
int cli_row_init(struct cli *cli, struct cli_row *row, unsigned max);
void cli_row_free(struct cli_row *row);
#define CLI_ROW __attribute__((cleanup(cli_row_free)))
void cli_row_clear(struct cli_row *row);
void cli_row_text(struct cli_row *row, const char *label, const char *text);
/* A value of a field, with its mark as label ("name ( RW)"). */
void cli_row_field(struct cli_row *row, const char *label,
    const struct cli_field *f, const struct cli_value *v);
/* -1: the client is gone. */
int cli_row_print(struct cli_row *row);

/* "name ( RW) [DEPRECATED]" in the arena. */
const char *cli_field_label(struct cli *cli, const struct cli_field *f);

/* A table of one row, from the fields of a record that are named, or all that
 * are not hidden (NULL). With expensive ones. */
int cli_print_record(struct cli *cli, const struct cli_class *cls,
    const struct record *r, const char *const *names);
/* A table of one row, from a map string string. */
int cli_print_map(struct cli *cli, const struct map *m);

/* A value of a list: counts for --minimal. */
void cli_print_value(struct cli *cli, const char *text);
void cli_print_values(struct cli *cli, const char *const *texts, unsigned n);
/* A set of sets of texts: a line each, with tabs between. */
void cli_print_rows(struct cli *cli, const struct set *rows);
/* Nothing with --minimal. */
void cli_print_message(struct cli *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void cli_print_stderr(struct cli *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The uuid of an object; in a rehearsal, a word for one that is not there. */
int cli_print_uuid(struct cli *cli, int cls, struct ref ref);

/* All of --minimal, at the end. */
void cli_print_end(struct cli *cli);

/* Asks for "yes". 0: agreed; -1: failed, or said no (status 0, in words). */
int cli_confirm(struct cli *cli, const char *question);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is shown: text as the server writes it, or its rows in another form. */
#ifndef XAPID_CLI_OUTPUT_H
#define XAPID_CLI_OUTPUT_H

#include <stdio.h>

#include "cli/options.h"
#include "lib/bytes.h"

struct cell {
	const char *name, *text, *json;
	size_t name_len, text_len, json_len; /* json_len 0: text, as a string */
};

struct output {
	enum output_form form;
	FILE *to;
	bool terminal; /* to is one */
	bool colour;
	struct bytes held; /* table: rows until the widths are known */
	struct bytes head; /* names of the columns of the last row */
	unsigned rows, columns;
	bool ended;             /* nothing has to follow */
	struct bytes *gathered; /* not NULL: nothing is shown */
};

/* out is made anew; to stays the caller's. */
void output_begin(struct output *out, enum output_form form, FILE *to);
/* A text of the server, a line or more, and the end of a line. */
void output_text(struct output *out, const char *text, size_t len);
void output_row(struct output *out, const struct cell *cells, unsigned n);
/* The list begins again. */
void output_refresh(struct output *out);
/* What has to follow. */
void output_end(struct output *out);
void output_flush(struct output *out);

/* Gives long output to a pager, where both sides are a terminal. */
void output_page(struct output *out);
void output_page_end(void);

#endif

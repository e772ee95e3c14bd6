/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which objects a command is about: conditions on fields, and the selectors
 * vm=, host= and sr=. (source: cli.json selectors, record_filter) */
#ifndef XAPID_CLI_SELECT_H
#define XAPID_CLI_SELECT_H

#include "cli/value.h"

/* Records of a class, in the order of the answer that holds them. */
struct cli_set {
	struct cli_answer answer;
	const struct record **records; /* arena */
	uint32_t n;
};
#define CLI_SET_OF __attribute__((cleanup(cli_set_end)))
void cli_set_end(struct cli_set *s);

/* All of a class that the expression fits (NULL: all). */
int cli_set_get(struct cli *cli, const struct cli_class *cls, const char *expr,
    struct cli_set *s);
/* Drops those that do not fit NAME=VALUE; the name may be SET:contains or
 * MAP:KEY. -1: no such field. */
int cli_set_filter(struct cli *cli, const struct cli_class *cls,
    struct cli_set *s, const char *name, const char *value);
int cli_fail_field(struct cli *cli, const struct cli_class *cls,
    const char *name);
/* The same as a hint, to somebody who looks on: lists pass over such fields. */
void cli_hint_field(struct cli *cli, const struct cli_class *cls,
    const char *name);

/* What a selector of the command chooses, fit for running it: one object, or
 * several where the user allows that. */
int cli_select(struct cli *cli, struct cli_set *s);
/* Chooses, and does it to each; with several, goes on after a failure and
 * tells all of them at the end. */
int cli_for_each(struct cli *cli,
    int (*op)(struct cli *cli, const struct record *r));
/* The host that a text names: by name, host name or uuid. */
int cli_find_host(struct cli *cli, const char *text, struct ref *out_r);

#endif

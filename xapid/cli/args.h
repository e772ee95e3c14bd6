/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The arguments of a command: one a line, as the client sends them. (source:
 * cli.json parsing, switch_map) */
#ifndef XAPID_CLI_ARGS_H
#define XAPID_CLI_ARGS_H

#include "cli/cli.h"

/* The body of the request: maybe a line session_id=…, then the command's name
 * and its parameters. Fills name, params and session; -1: a syntax error. */
int cli_args_parse(struct cli *cli, const char *body, size_t len);
/* Missing required parameters are an error. */
int cli_args_check(struct cli *cli);

/* The first one of this name, or NULL. */
const char *cli_get(const struct cli *cli, const char *name);
/* The same for one that is required: never NULL. */
const char *cli_need(const struct cli *cli, const char *name);
/* "" where it is absent. */
const char *cli_get_text(const struct cli *cli, const char *name);
int cli_get_bool(struct cli *cli, const char *name, bool otherwise,
    bool *out_r);
bool cli_forced(const struct cli *cli);

/* One of all P:KEY=VALUE (P-KEY=VALUE, as older scripts write), from *i on;
 * prefix is "P:". False when there is no more. */
bool cli_next_pair(const struct cli *cli, const char *prefix, unsigned *i,
    const char **key_r, const char **value_r);

/* Whether it is a parameter of the command itself or one that all commands
 * take, and thus no condition of a selector; "p" is "p:k" too. */
bool cli_is_own_param(const struct cli *cli, const char *name);

/* ---- texts as values; -1: failed, saying which parameter ---- */
/* "true", "yes", "1", "t" …; a decimal number. */
int cli_parse_bool(struct cli *cli, const char *param, const char *text,
    bool *out_r);
int cli_parse_int(struct cli *cli, const char *param, const char *text,
    int64_t *out_r);
/* "4GiB", "512 MiB", "1024": bytes. */
int cli_parse_size(struct cli *cli, const char *param, const char *text,
    int64_t *out_r);
int cli_parse_double(struct cli *cli, const char *param, const char *text,
    double *out_r);
/* The parts of "a,b,c" ("": none) in the arena; NULL: no memory. */
const char **cli_split(struct cli *cli, const char *text, unsigned *n_r);

#endif

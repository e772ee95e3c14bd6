/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that are one call of the API, as the table describes it. */
#ifndef XAPID_CLI_REGULAR_H
#define XAPID_CLI_REGULAR_H

#include "cli/select.h"

/* The whole command: its call, or its calls of all that are selected. */
int cli_regular_run(struct cli *cli);

/* Prints a result in one of the ways of enum cli_print. */
int cli_print_result(struct cli *cli, enum cli_print how, int field,
    const struct type *type, const void *mem);

/* The pool, this host, the coordinator. */
int cli_the_pool(struct cli *cli, struct ref *out_r);
int cli_this_host(struct cli *cli, struct ref *out_r);
int cli_the_master(struct cli *cli, struct ref *out_r);
/* The object that a parameter names by uuid, or one of those where it is
 * absent. */
int cli_param_object(struct cli *cli, const char *param, const char *cls,
    int (*otherwise)(struct cli *cli, struct ref *out_r), struct ref *out_r);
/* The same without any: required. */
int cli_named_object(struct cli *cli, const char *param, const char *cls,
    struct ref *out_r);

/* The content of a file of the client; -1: it could not be read. */
#define CLI_FILE_BYTES_MAX (16u << 20)
int cli_read_file(struct cli *cli, const char *name, const char **text_r,
    size_t *len_r);
const char *cli_basename(const char *path);
/* Fails unless --force was given. */
int cli_want_force(struct cli *cli);

#endif

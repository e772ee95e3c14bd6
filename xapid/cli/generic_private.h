/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between generic.c and change.c. */
#ifndef XAPID_CLI_GENERIC_PRIVATE_H
#define XAPID_CLI_GENERIC_PRIVATE_H

#include "cli/select.h"

/* The object that uuid= names; -1: the command has failed. */
int cli_generic_object(struct cli *cli, const struct record **r_r);
/* The field that param-name= names; NULL: the command has failed. */
const struct cli_field *cli_generic_field(struct cli *cli);
/* Where the part stands among n; -1: it does not. */
int cli_find_part(const char *const *parts, int n, const char *part);

/* ---- change.c: whole commands ---- */
int cli_param_set(struct cli *cli);
int cli_param_add(struct cli *cli);
int cli_param_remove(struct cli *cli);
int cli_param_clear(struct cli *cli);

#endif

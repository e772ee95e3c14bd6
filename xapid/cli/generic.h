/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands that every class has: list, param-list, -get, -set, -add,
 * -remove and -clear. */
#ifndef XAPID_CLI_GENERIC_H
#define XAPID_CLI_GENERIC_H

#include "cli/select.h"

/* The whole command, by its verb. */
int cli_generic_run(struct cli *cli);

/* Text as a value of a type: a reference by uuid, a set by its parts. */
int cli_value_parse(struct cli *cli, const char *param, const struct type *type,
    unsigned flags, const char *text, struct value *out_r);
/* The fields that params= asks for (NULL at the end), or shown. NULL: all. */
const char *const *cli_wanted_fields(struct cli *cli, const char *param,
    const char *const *shown);

#endif

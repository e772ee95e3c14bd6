/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xe __complete WORD...: what the last word may become, one a line; the shells'
 * completions only ask this. */
#ifndef XAPID_CLI_COMPLETE_H
#define XAPID_CLI_COMPLETE_H

#include <stdio.h>

#include "cli/options.h"

/* Names and uuids of objects are asked for from the server, as long as that
 * needs no password from the terminal. The exit code. */
int complete_run(struct options *o, const char *const *words, size_t n,
    FILE *to);

#endif

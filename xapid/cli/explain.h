/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --explain and --dry-run: what a command calls. */
#ifndef XAPID_CLI_EXPLAIN_H
#define XAPID_CLI_EXPLAIN_H

#include "cli/call.h"

/* Tells the call where the user asked for it. True: make it; false: this is a
 * rehearsal and the call would change something, so it has an empty answer in
 * *a instead (or the command has failed). */
bool cli_explain(struct cli *cli, const struct method *m, const char *name,
    const struct value *params, unsigned n, struct cli_answer *a);

#endif

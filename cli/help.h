/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xe help, from the tables that were built in. */
#ifndef XAPID_CLI_HELP_H
#define XAPID_CLI_HELP_H

#include "cli/options.h"

/* The exit code. */
int help_run(const struct options *o);
/* An unknown command: names the nearest. */
void help_suggest(const char *name);

#endif

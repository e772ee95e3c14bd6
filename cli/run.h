/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One command, as the words of a line say. */
#ifndef XAPID_CLI_RUN_H
#define XAPID_CLI_RUN_H

#include "cli/options.h"

/* From the password file, the environment or the terminal, where one is
 * wanted; -1: said. */
int run_get_password(struct options *o);
/* The exit code. */
int run_command(struct options *o);

#endif

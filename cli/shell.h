/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xe without a command on a terminal: commands line by line, with completion,
 * and a history that remembers no secrets. */
#ifndef XAPID_CLI_SHELL_H
#define XAPID_CLI_SHELL_H

#include "cli/options.h"

/* o: what all its commands start from. The exit code of the last one. */
int shell_run(struct options *o);

#endif

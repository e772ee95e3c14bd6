/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* This terminal as the terminal of a VM, until Ctrl-]. */
#ifndef XAPID_CLI_CONSOLE_H
#define XAPID_CLI_CONSOLE_H

#include "cli/talk.h"

/* Tells the server how it went; -1: that could not be told. */
int console_run(struct talk *t, const char *url);

#endif

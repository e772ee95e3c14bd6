/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that a command reads or writes: looked at before it begins, and
 * nothing that its user did not name. */
#ifndef XAPID_CLI_FILES_H
#define XAPID_CLI_FILES_H

#include "cli/options.h"

/* Whether the value of a parameter is a file of this machine. */
bool files_is_param(const char *name);
/* Before the command begins; -1: said what is wrong. */
int files_check(const struct options *o);
/* What the server asks for stands among the arguments; else it is said. "-" is
 * standard input or output. */
bool files_may_read(const struct options *o, const char *name);
/* A new file: one that is named, or whose name begins with it ("f2" of an
 * export of several VMs), or any in this folder where the command names none
 * (logs). */
bool files_may_write(const struct options *o, const char *name);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xe apply -f FILE: a description of networks, storage repositories and VMs in
 * JSON becomes true. What has to change is found out by commands of xe, and
 * changed by them; nothing is ever removed. */
#ifndef XAPID_CLI_APPLY_H
#define XAPID_CLI_APPLY_H

#include "cli/options.h"

/* The exit code. */
int apply_run(const struct options *o);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for events, as any client of the API does. */
#ifndef XAPID_CLI_WATCH_H
#define XAPID_CLI_WATCH_H

#include "cli/call.h"

/* Waits until something changed that the subscriptions name ("VM",
 * "task/OpaqueRef:…"), at most so long; *token_r: "" at first, which answers at
 * once. */
#define CLI_WAIT_S 30.0
int cli_wait_event(struct cli *cli, const char *const *classes, unsigned n,
    double seconds, const char **token_r);
/* Runs print again whenever an object of the class changed, until the client
 * leaves. */
int cli_watch(struct cli *cli, int cls, int (*print)(struct cli *cli));

#endif

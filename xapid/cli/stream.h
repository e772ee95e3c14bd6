/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that go between the client and an HTTP handler of the daemon. */
#ifndef XAPID_CLI_STREAM_H
#define XAPID_CLI_STREAM_H

#include "cli/call.h"
#include "cli/frames.h"

/* Lets the client get or put a file, and waits for the end of the task that is
 * made for it. path has a query already ("/export?ref=…"); session and task are
 * added to it. result_r (may be NULL): the task's. */
int cli_stream(struct cli *cli, enum cli_tag tag, const char *file,
    const char *path, const char **result_r);
/* A text as part of a query; arena. */
const char *cli_encode(struct cli *cli, const char *text);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that go over HTTP, at the server's word. */
#ifndef XAPID_CLI_TRANSFER_H
#define XAPID_CLI_TRANSFER_H

#include "cli/talk.h"

/* Both tell the server whether it worked; -1: that could not be told. */
int transfer_get(struct talk *t, const char *name, const char *url);
int transfer_put(struct talk *t, const char *name, const char *url);

/* Opens the connection that a URL or a path is about, sends the request line
 * and headers, and reads the head of the answer: its status, or -1 (said).
 * Redirections are followed. length_r: of the body, -1: unknown. */
int transfer_begin(struct talk *t, const char *method, const char *url,
    int64_t length, struct link **link_r, int64_t *length_r);

#endif

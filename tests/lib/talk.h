/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A wire, a client of it and the last reply: what most tests of the wire are
 * about, one of each at a time. */
#ifndef XAPID_TESTS_LIB_TALK_H
#define XAPID_TESTS_LIB_TALK_H

#include "tests/lib/wire.h"

extern struct wire w;
extern struct client c;
extern struct reply r;

/* A wire (as wire_start takes config and routes) without TLS, and a client. */
void talk_begin(const struct rpc_config *config,
    const struct http_routes *routes);
/* The wire, its client and its reply end. */
void talk_end(void);
/* The same client, on a new connection without TLS. */
void talk_again(void);
/* Sends it as it is, and reads what comes into r. */
void talk_say(const char *text);
/* A header of r; static. */
const char *talk_header(const char *name);

/* For wire_wait; arg is NULL. */
bool talk_one_parked(void *arg);
bool talk_none_parked(void *arg);
bool talk_all_finished(void *arg); /* and none is parked */

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One command, from the request to its exit code. (source: cli.json protocol,
 * cli-wire.txt) */
#ifndef XAPID_CLI_TALK_H
#define XAPID_CLI_TALK_H

#include "cli/link.h"
#include "cli/options.h"
#include "cli/output.h"
#include "lib/bytes.h"

/* The exit code of xe. */
int talk_run(const struct options *o, struct output *out);
/* The same for a command of our own, with its output gathered: each record of
 * a list as the value of its first field. -1: it failed. */
int talk_ask(const struct options *o, struct bytes *answer);

/* ---- for transfer.c and console.c ---- */

struct talk {
	const struct options *o; /* the caller's, or own */
	struct options own;
	struct output *out;
	struct link *link;
	bool greeted;  /* the server has said something */
	bool finished; /* we have said that we have enough */
	int status;
};

/* Ctrl-C was pressed: what is under way shall end. */
bool talk_interrupted(void);

/* What the client says back to the server, by its number on the wire. */
enum talk_response { TALK_OK = 5, TALK_FAILED = 6, TALK_WAIT = 18 };
/* -1: the server has gone. */
int talk_respond(struct talk *t, enum talk_response r);

#endif

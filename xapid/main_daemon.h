/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon as a whole, between the files that put its parts together. */
#ifndef XAPID_MAIN_DAEMON_H
#define XAPID_MAIN_DAEMON_H

#include <stdatomic.h>

#include "call/call.h"
#include "options.h"
#include "plan/priv.h"
#include "rpc/rpc.h"

struct daemon {
	struct options options;
	struct core core;
	struct rpc_service service;
	_Atomic(struct rpc *) rpc; /* calls may come before it is set */
	struct rpc_config wire;
	struct rpc_sockets sockets; /* opened by the parent */
	struct priv_config priv;
	char database[4096], certificate[4096];
};

/* Says on standard error why the daemon does not start; -1. */
int main_complain(const char *text);

/* ---- main_split.c ---- */
/* Chooses the daemon's user, gives it the state folder, opens the ports and
 * splits the process. Only the daemon comes back from here; -1: said why. */
int main_split(struct daemon *d);

/* ---- main_wire.c ---- */
/* Where TLS is served and there is no certificate: one that is self-signed. */
int main_certificate(struct daemon *d);
/* From here on calls are answered. */
int main_wire(struct daemon *d);
/* Says so, in one line that scripts wait for. */
void main_announce(struct daemon *d);

#endif

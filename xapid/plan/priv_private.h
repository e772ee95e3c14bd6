/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the daemon and its parent send each other: one of these a packet. */
#ifndef XAPID_PRIV_PRIVATE_H
#define XAPID_PRIV_PRIVATE_H

#include "plan/priv.h"

enum priv_op { PRIV_SPAWN = 1, PRIV_KILL };

struct priv_request {
	uint32_t op;     /* enum priv_op */
	uint32_t worker; /* PRIV_SPAWN: enum priv_worker */
	int32_t pid;     /* PRIV_KILL */
};

struct priv_answer {
	int32_t error; /* errno, 0: done; with PRIV_SPAWN a descriptor too */
	int32_t pid;
};

/* In the daemon: where its parent is. */
void priv_set_parent(int sock);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the daemon and its parent send each other: one of these a packet. */
#ifndef XAPID_PRIV_PRIVATE_H
#define XAPID_PRIV_PRIVATE_H

#include "plan/priv.h"

enum priv_op { PRIV_SPAWN = 1, PRIV_KILL, PRIV_RUN, PRIV_POWER, PRIV_HOSTNAME };

/* Descriptors that come with PRIV_RUN: a memory file with the arguments, NUL
 * after each, and after them those of the environment; then 0, 1 and 2. */
#define PRIV_RUN_FDS 4
#define PRIV_RUN_TEXTS 64
#define PRIV_RUN_BYTES ((size_t)192 * 1024)

#define PRIV_NAME_BYTES 65 /* of the kernel's, with its NUL */

struct priv_request {
	uint32_t op;                /* enum priv_op */
	uint32_t worker;            /* PRIV_SPAWN: enum priv_worker */
	int32_t pid;                /* PRIV_KILL */
	uint32_t power;             /* PRIV_POWER: enum priv_power */
	char name[PRIV_NAME_BYTES]; /* PRIV_HOSTNAME */
	uint32_t nargs, nenv;       /* PRIV_RUN */
};

struct priv_answer {
	int32_t
	    error; /* errno, 0: done; with PRIV_SPAWN, PRIV_RUN a descriptor too */
	int32_t pid;
};

/* Programs through the parent, for proc_set_starter(). */
extern const struct proc_starter priv_starter;

/* In the daemon: where its parent is. */
void priv_set_parent(int sock);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A front's own state; only its thread touches it, but for the inbox. */
#ifndef XAPID_RPC_FRONT_PRIVATE_H
#define XAPID_RPC_FRONT_PRIVATE_H

#include <pthread.h>

#include "rpc/head.h"
#include "rpc/private.h"

#define FRONT_SCRATCH_BYTES (64 * 1024)
/* How long a refused client may go on sending, so that it reads our answer
 * and not a reset connection. */
#define FRONT_LINGER_MS 2000
#define FRONT_LINGER_BYTES (1 << 20)
/* How long a client may take to read what is left when the engine has closed
 * its side. */
#define FRONT_CLOSING_MS 60000

struct front {
	struct rpc *rpc;
	bool first; /* this one also looks after the engine's connections */
	bool running;
	pthread_t thread;
	int epoll;
	int wake; /* eventfd */
	struct source wake_source;
	bool accepting;
	int64_t now; /* monotonic ns, of this round of events */

	pthread_mutex_t inbox_lock;
	struct conn_list inbox; /* linked by .all; protected by inbox_lock */

	/* Every connection here is in all or dead. */
	struct conn_list all, dead;
	/* By .by_active, each with one time-out, hence in order of time. */
	struct conn_list silent, idle, lingering, closing;
	_Atomic unsigned nsilent; /* in silent; others read it */
	/* By .by_began: heads with a deadline; pumps that want another turn. */
	struct conn_list heads, again;

	struct head head;
	char scratch[FRONT_SCRATCH_BYTES];
};

/* ---- front_conn.c ---- */

/* A new connection, or one that came back. */
void front_conn_begin(struct front *f, struct conn *c);
void front_conn_ready(struct front *f, struct source *s, uint32_t events);
/* Answers with a status, and ends. header: one more line, or NULL. */
void front_refuse(struct front *f, struct conn *c, int status,
    const char *header);
void front_expire(struct front *f);
/* Puts it into a list with a time-out, out of the one it was in; NULL: none. */
void front_list_active(struct front *f, struct conn *c, struct conn_list *l);
void front_list_began(struct conn *c, struct conn_list *l);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A front's own state; only its thread touches it, but for the inbox. */
#ifndef XAPID_RPC_FRONT_PRIVATE_H
#define XAPID_RPC_FRONT_PRIVATE_H

#include <pthread.h>

#include "rpc/head.h"
#include "rpc/private.h"
#include "rpc/route.h"

#define FRONT_SCRATCH_BYTES (64 * 1024)
/* How long a refused client may go on sending, so that it reads our answer
 * and not a reset connection. */
#define FRONT_LINGER_MS 2000
#define FRONT_LINGER_BYTES (1 << 20)
/* From a head to the end of its body. */
#define FRONT_BODY_MS 120000
/* In which a client takes nothing of its reply. */
#define FRONT_SEND_MS 60000
/* Requests of one connection, or pieces of a reply, before others have a
 * turn. */
#define FRONT_TURNS 16
/* Steps of TLS handshakes, which take a millisecond, in one round of events. */
#define FRONT_HANDSHAKES 2

struct front {
	struct rpc *rpc;
	bool running;
	pthread_t thread;
	int epoll;
	int wake; /* eventfd */
	struct source wake_source;
	bool accepting;
	int64_t now;         /* monotonic ns, of this round of events */
	_Atomic unsigned n;  /* connections, also those that are away */
	unsigned handshakes; /* in this round */

	/* Of its calls. */
	_Atomic(struct request *)
	    woken; /* from any thread; the last is first */
	struct request *spare;
	unsigned nspare;
	const struct conn *last; /* that called; only compared */
	unsigned in_a_row;
	_Atomic unsigned busy;
	_Atomic uint64_t calls[ROUTE_CALL_PATHS]; /* requests with calls */
	_Atomic uint64_t ends[ROUTE_CALL_PATHS];  /* of them, of a connection */

	pthread_mutex_t inbox_lock;
	struct conn_list inbox; /* linked by .all; protected by inbox_lock */

	/* Every connection here is in all or dead. */
	struct conn_list all, dead;
	/* By .by_active, each with one time-out, hence in order of time. */
	struct conn_list silent, idle, lingering, sending;
	_Atomic unsigned nsilent; /* in silent; others read it */
	/* By .by_began: heads and bodies with a deadline; those that want another
	 * turn. */
	struct conn_list heads, bodies, again;

	struct head head;
	char scratch[FRONT_SCRATCH_BYTES];
};

/* ---- front.c ---- */

/* Events of this connection are ours from now on; -1: that cannot be. */
int front_watch(struct front *f, struct conn *c);
/* Another turn after the others had theirs. */
void front_again(struct front *f, struct conn *c);
/* Whether an event is due when the connection can be written to. */
void front_want_out(struct front *f, struct conn *c, bool want);
/* Closes after this round of events. */
void front_drop(struct front *f, struct conn *c);

/* ---- front_conn.c ---- */

/* A new connection, or one that came back. */
void front_conn_begin(struct front *f, struct conn *c);
/* Something may have become possible. */
void front_conn_go(struct front *f, struct conn *c);
/* Out of this thread's hands. */
void front_let_go(struct front *f, struct conn *c);
/* As conn_recv(), but does not ask again where nothing can be left: -1 and
 * EAGAIN then. */
ssize_t front_recv(struct front *f, struct conn *c, char *p, size_t n);
/* Answers with a status, and ends. header: one more line, or NULL. */
void front_refuse(struct front *f, struct conn *c, int status,
    const char *header);
/* No more requests: the rest is thrown away for a while, then it is closed. */
void front_linger(struct front *f, struct conn *c);
void front_expire(struct front *f);
/* Puts it into a list with a time-out, out of the one it was in; NULL: none. */
void front_list_active(struct front *f, struct conn *c, struct conn_list *l);
void front_list_began(struct conn *c, struct conn_list *l);

/* ---- front_call.c: each answers whether to go on at once ---- */

/* The call whose head is in f->head, and the first n bytes behind it. */
bool front_call_begin(struct front *f, struct conn *c, const struct route *to,
    const char *rest, size_t n);
/* CONN_BODY, CONN_CALL, CONN_SEND */
bool front_body_step(struct front *f, struct conn *c);
bool front_parked_step(struct front *f, struct conn *c);
bool front_send_step(struct front *f, struct conn *c);
/* Calls that were woken go on. */
void front_call_woken(struct front *f);
/* The connection goes, with its request. */
void front_call_left(struct front *f, struct conn *c);
void front_call_free_spare(struct front *f);

#endif

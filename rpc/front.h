/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front door: threads that accept, agree on TLS, read request heads under
 * limits and deadlines, and hand each connection to the one who answers. */
#ifndef XAPID_RPC_FRONT_H
#define XAPID_RPC_FRONT_H

#include "rpc/conn.h"

/* All fronts of r->config, running; -1: some may be. */
int front_start(struct rpc *r);
/* No more connections; those that wait for a request are closed. */
void front_close_listeners(struct rpc *r);
/* Ends the threads; connections may still be given to them. */
void front_stop(struct rpc *r);
/* Closes all connections they have. */
void front_free(struct rpc *r);

/* A connection comes (back) to its front: from the engine or an exchange, to
 * read the next head, or to be refused (c->refuse). Any thread. */
void front_give(struct conn *c);

/* ---- for the pump, on the front's own thread ---- */

/* Bytes on the way, used by one connection at a time. */
char *front_scratch(struct front *f, size_t *size_r);
/* Registers fd for edge-triggered reading and writing. */
int front_watch(struct front *f, int fd, struct source *s);
void front_rearm(struct front *f, int fd, struct source *s);
/* Another turn after the others had theirs. */
void front_again(struct front *f, struct conn *c);
/* No more requests: the rest is thrown away for a while, then it is closed. */
void front_linger(struct front *f, struct conn *c);
/* Closes after this round of events. */
void front_drop(struct front *f, struct conn *c);

#endif

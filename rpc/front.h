/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front door: threads that accept, agree on TLS, read request heads under
 * limits and deadlines, answer API calls, and hand connections with other
 * requests to exchanges. A connection stays with its front. */
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

/* What still runs ends as if its client had left. */
void front_cut(struct rpc *r);

/* A connection comes (back) to its front, to read the next head, or to be
 * refused (c->refuse). Any thread. */
void front_give(struct conn *c);
/* Its call goes on. Any thread. */
void front_wake(struct request *q);
/* One connection more, or less. */
void front_count(struct front *f, int n);
/* Of all fronts: calls being answered; answered ever. */
unsigned front_busy(const struct rpc *r);
uint64_t front_requests(const struct rpc *r);
/* Of one path of calls. */
void front_path_stats(const struct rpc *r, unsigned row,
    struct rpc_path_stats *out);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replies too large for one piece are encoded and sent by threads of low
 * priority: the engine's stay free for small calls. The client's connection is
 * taken from the engine, or lent by it where it has read, or may have, a request
 * behind this one: of local sockets that is not known. */
#ifndef XAPID_RPC_BULK_H
#define XAPID_RPC_BULK_H

#include <stdbool.h>

struct bulk;
struct request;

struct bulk *bulk_new(void);
/* Waits for what runs. NULL is fine. */
void bulk_free(struct bulk *b);
/* Cuts the connections of those that run. */
void bulk_cut(struct bulk *b);

/* On the engine's thread: a place for q, whose first piece is in q->out, and
 * its connection on a descriptor of its own. -1: all are busy, or it cannot be
 * taken. */
int bulk_take(struct bulk *b, struct request *q);
/* q belongs to a thread of ours from here on. */
void bulk_run(struct bulk *b, struct request *q);
/* On the engine's thread, when it has sent the head and asks for the body. True:
 * the connection is suspended, and resumed when q->loan says how it went. */
bool bulk_lend(struct bulk *b, struct request *q);

#endif

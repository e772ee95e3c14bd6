/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replies too large for one piece are encoded and sent by threads of low
 * priority, with the client's socket taken from the engine: its threads stay
 * free for small calls. (measured: beside four clients that loop a reply of
 * 20 MB a small call kept 45 % of its rate when the engine sent them) */
#ifndef XAPID_RPC_BULK_H
#define XAPID_RPC_BULK_H

struct bulk;
struct request;

struct bulk *bulk_new(void);
/* Waits for what runs. NULL is fine. */
void bulk_free(struct bulk *b);
/* Cuts the connections of those that run. */
void bulk_cut(struct bulk *b);

/* On the engine's thread: a place for q, whose first piece is in q->out, and
 * its connection on a descriptor of its own. -1: the engine has to send it,
 * since all are busy, or it has read, or may have, a request behind this. */
int bulk_take(struct bulk *b, struct request *q);
/* q belongs to a thread of ours from here on. */
void bulk_run(struct bulk *b, struct request *q);

#endif

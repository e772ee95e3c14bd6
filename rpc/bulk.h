/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replies too large for one piece are encoded and sent by threads of low
 * priority, which have the connection meanwhile: those of the front stay free
 * for small calls. */
#ifndef XAPID_RPC_BULK_H
#define XAPID_RPC_BULK_H

#include <stdbool.h>

struct bulk;
struct request;

/* NULL: no memory. */
struct bulk *bulk_new(void);
/* Waits for what runs. NULL is fine. */
void bulk_free(struct bulk *b);
/* Cuts the connections of those that run. */
void bulk_cut(struct bulk *b);

/* A place for a reply; -1: all are taken. */
int bulk_take(struct bulk *b);
/* Into that place: q, whose first bytes are encoded, and its connection belong
 * to a thread of ours from here on. */
void bulk_run(struct bulk *b, struct request *q);

#endif

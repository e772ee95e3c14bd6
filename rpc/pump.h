/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between a client and the engine, where the engine cannot have the client's
 * socket itself: TLS, and heads that were read and not peeked at. */
#ifndef XAPID_RPC_PUMP_H
#define XAPID_RPC_PUMP_H

#include "rpc/conn.h"

/* c->buf is what the engine gets first. Refuses c when it cannot be done. */
void pump_begin(struct front *f, struct conn *c);
/* Something may have become possible. */
void pump_step(struct front *f, struct conn *c);
void pump_free(struct pump *p); /* NULL is fine */

/* How many bytes a pump has put into the engine's socket, or is about to;
 * shared by the pump and the connections on the other end. */
struct meter;
struct meter *meter_ref(struct meter *m); /* NULL is fine, here and below */
void meter_unref(struct meter *m);
uint64_t meter_fed(const struct meter *m);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The HTTP engine: libmicrohttpd answers API calls on connections whose first
 * request is one. */
#ifndef XAPID_RPC_ENGINE_H
#define XAPID_RPC_ENGINE_H

#include <stdint.h>

#include "rpc/conn.h"

struct engine;

struct engine *engine_new(struct rpc *r, unsigned threads);
/* No call may be parked any more. NULL is fine. */
void engine_free(struct engine *e);
/* Takes the connection, whose whole head waits in its socket. */
void engine_add(struct engine *e, struct conn *c);
/* The connection on a descriptor of its own, for somebody else; the engine's
 * is to be closed (MHD_NO). It is ->last when the engine may have read bytes of
 * a later request. NULL: no descriptor or memory. */
struct conn *engine_duplicate(struct conn *c);
/* Cuts off connections that are due. */
void engine_sweep(struct engine *e, int64_t now);
unsigned engine_connections(struct engine *e);

#endif

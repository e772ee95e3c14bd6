/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of rpc/ know of each other. */
#ifndef XAPID_RPC_PRIVATE_H
#define XAPID_RPC_PRIVATE_H

#include "rpc/conn.h"
#include "rpc/front.h"
#include "rpc/peer.h"
#include "rpc/route.h"
#include "rpc/rpc.h"

struct bulk;
struct exchanges;
struct tls;

#define RPC_LISTEN_TEXT 64

/* Of one row of routes. */
struct rpc_tally {
	_Atomic uint64_t requests, closed;
};

/* An open port or local socket, and where epoll leads. */
struct listener {
	struct source source;
	int fd;
	uint16_t port;
	bool tls, local;
};

struct rpc {
	/* Constant after rpc_start(). */
	struct rpc_config config; /* with defaults filled in */
	struct rpc_service *service;
	struct http_routes routes;
	struct route_rules rules;
	struct listener listeners[RPC_MAX_LISTEN + 1];
	unsigned nlisteners;
	char socket_path[108];
	char certificate[4096];
	uint16_t tls_port; /* of the first TLS listener; 0: none */

	/* Each protects itself. */
	struct tls *tls; /* NULL: none */
	struct peers *peers;
	struct exchanges *exchanges;
	struct bulk *bulk;
	struct front *fronts;
	unsigned nfronts;

	struct rpc_tally *tallies; /* as many as routes.n */

	_Atomic bool stopping;
	_Atomic bool cutting;      /* what still runs is to end now */
	_Atomic unsigned busy;     /* exchanges that run */
	_Atomic size_t body_bytes; /* of request bodies in memory */
	_Atomic uint64_t connections, refused, streams;
};

/* Bodies of API calls in memory at one time, of all clients together. */
#define RPC_BODY_BYTES_MAX (UINT64_C(128) << 20)

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a request's head to who answers it. */
#ifndef XAPID_RPC_ROUTE_H
#define XAPID_RPC_ROUTE_H

#include <stdatomic.h>

#include "rpc/exchange.h"
#include "rpc/head.h"

enum route_kind {
	ROUTE_XML,       /* an API call */
	ROUTE_JSON,      /* an API call */
	ROUTE_PREFLIGHT, /* what a browser asks before such a call */
	ROUTE_HANDLER,   /* a thread of its own */
	ROUTE_REFUSE,    /* status, and the connection ends */
};

#define ROUTE_CALL_PATHS 5 /* at which calls are answered */

struct route {
	enum route_kind kind;
	unsigned row;                       /* of a call: which path */
	int status;                         /* ROUTE_REFUSE */
	const struct http_handler *handler; /* ROUTE_HANDLER */
};

/* What routing depends on besides the request. */
struct route_rules {
	const struct http_routes *routes;
	_Atomic bool https_only; /* plain TCP answers no calls */
	size_t max_call_bytes;   /* of an API call's body */
	_Atomic bool local_only; /* addresses of a network answer nothing */
};

/* The n-th path of calls; the first has those to any other path, too. */
const char *route_call_path(unsigned n);
/* Where a request goes, by its head and who sent it. */
struct route route_find(const struct route_rules *rules, const struct head *h,
    const struct rpc_peer *peer);
/* "Location: https://HOST[:PORT]TARGET" for a plain client that has to come
 * by TLS; false when the request named no usable host or there is no room. */
bool route_location(const struct head *h, uint16_t tls_port, char *out,
    size_t size);

#endif

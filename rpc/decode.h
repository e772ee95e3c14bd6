/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Request bodies to method names and value trees. Nothing here trusts its
 * input: depth, nodes and text are bounded, text is checked to be clean, no
 * DTD, no entities beyond the five of XML, no network. */
#ifndef XAPID_RPC_DECODE_H
#define XAPID_RPC_DECODE_H

#include "lib/arena.h"
#include "value.h"

struct decode_limits {
	unsigned max_depth;          /* default VALUE_MAX_DEPTH */
	size_t max_nodes;            /* values in one request, default 1,000,000 */
};

struct decoded_call {
	const char *method;
	const struct value *params;
	unsigned nparams;
	/* JSON only */
	const char *json_id;         /* JSON text ("1", "\"x\"", "null") */
	bool json2;
	bool notification;           /* 2.0 without id: run, answer nothing */
	int json_error;              /* 0, or -32600 for this element of a batch */
	const char *json_message;
};

enum decode_status {
	DECODE_OK,
	DECODE_MALFORMED,            /* 400, or JSON-RPC -32700 / -32600 */
	DECODE_TOO_BIG,              /* a bound was reached */
	DECODE_NO_MEMORY,
};

/* One XML-RPC methodCall. */
enum decode_status xmlrpc_decode(struct arena *a, const char *body, size_t len,
    const struct decode_limits *limits, struct decoded_call *out_r);
/* One JSON-RPC request or a batch of at most 100: *calls_r has *n_r, batch_r
 * tells whether the answer is an array. */
enum decode_status jsonrpc_decode(struct arena *a, const char *body,
    size_t len, const struct decode_limits *limits,
    struct decoded_call **calls_r, unsigned *n_r, bool *batch_r,
    int *json_error_r);

#endif

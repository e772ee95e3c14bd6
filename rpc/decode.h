/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Request bodies to method names and value trees. Nothing here trusts its
 * input: depth, nodes and text are bounded, text is checked to be clean, no
 * DTD, no entities beyond the five of XML, no network. */
#ifndef XAPID_RPC_DECODE_H
#define XAPID_RPC_DECODE_H

#include "lib/arena.h"
#include "model/value.h"

/* 0 stands for the default; limits may be NULL. */
struct decode_limits {
	/* Default and maximum: VALUE_MAX_DEPTH. XML: of values. JSON: of
	 * brackets, so that the request and its params count too. */
	unsigned max_depth;
	size_t max_nodes; /* values in one request, default 100,000 */
};

struct decoded_call {
	const char *method;
	const struct value *params;
	unsigned nparams;
	/* JSON only */
	const char *json_id;      /* JSON text ("1", "\"x\"", "null") */
	bool json2;               /* the form of the answer */
	bool notification;        /* 2.0 without id: run, answer nothing */
	int json_error;           /* 0, or -32600: answer that, do not run */
	const char *json_message; /* constant text that goes with it */
};

enum decode_status {
	DECODE_OK,
	DECODE_MALFORMED, /* 400, or JSON-RPC -32700 / -32600 */
	DECODE_TOO_BIG,   /* a bound was reached */
	DECODE_NO_MEMORY,
};

/* One XML-RPC methodCall. */
enum decode_status xmlrpc_decode(struct arena *a, const char *body, size_t len,
    const struct decode_limits *limits, struct decoded_call *out_r);
/* One JSON-RPC request or a batch of at most 100: *calls_r has *n_r, batch_r
 * tells whether the answer is an array. An invalid request in a batch is an
 * element with its json_error, and the rest is DECODE_OK. Else *json_error_r is
 * the error of the whole body (0, -32700, -32600); a single invalid request is
 * DECODE_MALFORMED with one element, for its json_id and json2. */
enum decode_status jsonrpc_decode(struct arena *a, const char *body, size_t len,
    const struct decode_limits *limits, struct decoded_call **calls_r,
    unsigned *n_r, bool *batch_r, int *json_error_r);

#endif

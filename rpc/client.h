/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XML-RPC from the calling side, as plugins and API extensions on a host speak
 * it: a call as text, and what came back. */
#ifndef XAPID_RPC_CLIENT_H
#define XAPID_RPC_CLIENT_H

#include "lib/arena.h"
#include "lib/bytes.h"
#include "model/value.h"

/* <methodCall>…; strings are bare values, as the API's own clients send. */
void xmlrpc_call_encode(const char *method, const struct value *params,
    unsigned n, struct bytes *out);

enum reply_kind {
	REPLY_VALUE,     /* Status Success */
	REPLY_FAILURE,   /* Status Failure: error */
	REPLY_FAULT,     /* <fault>: error[0] is its code, error[1] its text */
	REPLY_ODD,       /* XML, but none of these */
	REPLY_MALFORMED, /* text says why */
};

struct xmlrpc_reply {
	enum reply_kind kind;
	const char *text; /* of a Value that is a string, else NULL */
	const char **error;
	unsigned nerror;
};

/* Everything in the reply lives in the arena. -1: no memory. */
int xmlrpc_reply_decode(struct arena *a, const char *body, size_t len,
    struct xmlrpc_reply *out);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One API call on a connection, or a batch of them, from its head to the last
 * byte of its reply. All of it happens on the thread of one front, but for
 * wake() and for large replies (bulk.c). */
#ifndef XAPID_RPC_REQUEST_H
#define XAPID_RPC_REQUEST_H

#include "rpc/chunks.h"
#include "rpc/compress.h"
#include "rpc/decode.h"
#include "rpc/encode.h"
#include "rpc/private.h"

/* What the way of a request comes to. */
enum request_state {
	REQUEST_PARKED, /* the core will wake it */
	REQUEST_READY,  /* the reply can be sent */
	REQUEST_BULK,   /* by a thread of its own, which has the connection */
	REQUEST_FAILED, /* there is no memory even for a refusal */
};

/* One call of a batch, or the only one. */
struct request_call {
	struct rpc_call rc; /* first: wake() is given its address */
	struct request *request;
	const struct decoded_call *call;
	bool started; /* finish() is due */
};

struct request {
	/* Set once. */
	struct front *front;
	struct arena *arena;
	struct request *next; /* spare, or woken */
	/* Emptied, and kept, from one request to the next. */
	struct bytes body;   /* where it did not come at once */
	struct bytes head;   /* of the reply; and of each of its chunks */
	struct bytes out;    /* encoded */
	struct bytes packed; /* compressed */

	/* Of this request: from here on all is zero at first. */
	struct conn *conn;
	enum rpc_format format;
	enum compress_kind compress;
	int minor;      /* of HTTP/1.minor */
	bool keep;      /* the client would send more on this connection */
	bool preflight; /* no call, but whether one would be allowed */
	bool alone;     /* the last requests of the thread are this one's */
	const char *user_agent;
	const char *traceparent; /* NULL: none that is well formed */
	const char *subtask_of;  /* NULL: none */
	const char *asked;       /* headers a preflight asks for; NULL: none */

	/* Its body. */
	bool chunked;
	struct chunks chunks;
	size_t left;         /* bytes to come, of one that is not chunked */
	size_t body_counted; /* in rpc->body_bytes */

	/* The calls; all in the arena. */
	struct request_call *calls;
	unsigned ncalls;
	unsigned at; /* being run; later: being encoded */
	bool batch;
	_Atomic bool woken; /* in front->woken */
	bool gone;          /* the client left meanwhile */

	/* The reply. */
	struct encoder encoder;
	bool encoding;      /* encoder is in the middle of calls[at] */
	bool separated;     /* something stands before the next element */
	bool complete;      /* nothing is left to encode */
	struct compress *z; /* NULL: as it is */
	bool begun;         /* out holds, or held, the first piece */
	bool pieces;        /* more of them follow */
	/* Being sent: head, then this. */
	const char *piece;
	size_t piece_len;
	size_t sent;               /* of both */
	TAILQ_ENTRY(request) link; /* while it is bulk */
};

TAILQ_HEAD(request_list, request);

/* ---- front_call.c ---- */

/* It is over; the calls are finished. Any thread. */
void request_end(struct request *q);

/* ---- respond.c ---- */

/* The body is whole; the call was woken. */
enum request_state respond_begin(struct request *q, const char *body,
    size_t len);
enum request_state respond_resume(struct request *q);
/* The reply was sent, or never will be: the core may forget the calls, and
 * wakes them no more. The connection may be somebody else's by then. */
void respond_finish(struct request *q);

/* ---- reply.c ---- */

/* The head of a reply, up to what tells its length. type: NULL: none. */
void reply_put_head(struct request *q, int status, const char *type);
/* The next piece of the reply's body, which may be empty, or with `failed`;
 * NULL: that was the last. */
const struct bytes *reply_piece(struct request *q);
/* What is laid ready, and not sent; false: nothing. */
bool reply_unsent(const struct request *q, struct iovec parts[2]);
/* All was sent: whether there is more, which is laid ready. -1: there is no
 * memory. */
int reply_more(struct request *q);
enum request_state reply_calls(struct request *q);
enum request_state reply_text(struct request *q, int status, const char *type,
    const char *text);
enum request_state reply_json_error(struct request *q, int code,
    const struct decoded_call *call);
enum request_state reply_preflight(struct request *q);

#endif

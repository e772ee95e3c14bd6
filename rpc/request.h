/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request on a connection of the engine, from its request line to the
 * last byte of its reply. All of it happens on the engine's thread, but for
 * wake() and for noticing that the client has left. */
#ifndef XAPID_RPC_REQUEST_H
#define XAPID_RPC_REQUEST_H

#include <microhttpd.h>

#include "rpc/compress.h"
#include "rpc/decode.h"
#include "rpc/encode.h"
#include "rpc/private.h"

struct engine_thread;

enum request_stage {
	REQUEST_HEAD,      /* the head is whole */
	REQUEST_BODY,      /* its body arrives */
	REQUEST_PREFLIGHT, /* likewise, and does not matter */
	REQUEST_TAKE,      /* not ours; its first bytes of body are awaited */
	REQUEST_CALL,      /* parked, or just woken */
	REQUEST_REPLY,
	REQUEST_BULK, /* leaves the engine */
};

/* A reply whose connection stays the engine's while others send it. */
enum request_loan { LOAN_NONE, LOAN_OUT, LOAN_SENT, LOAN_FAILED, LOAN_REFUSED };

/* How a parked call and those who wake it meet. */
enum request_park { PARK_RUNNING, PARK_PARKED, PARK_WOKEN };

/* One call of a batch, or the only one. */
struct request_call {
	struct rpc_call rc; /* first: wake() is given its address */
	struct request *request;
	const struct decoded_call *call;
	bool started; /* finish() is due */
};

struct request {
	/* Set once. */
	struct rpc *rpc;
	struct engine_thread *thread;
	struct request *next_spare;
	struct arena *arena;

	/* Of this request. */
	struct conn *conn;
	struct MHD_Connection *mc;
	enum request_stage stage;
	const char *target; /* as sent */
	size_t target_len;
	int minor; /* of HTTP/1.minor */
	bool keep; /* the client would send more on this connection */
	bool last; /* the connection ends with this reply */
	enum rpc_format format;
	enum compress_kind compress;
	const char *user_agent;
	const char *traceparent; /* NULL: none that is well formed */
	const char *subtask_of;  /* NULL: none */
	struct bytes body;
	size_t body_counted; /* in rpc->body_bytes */
	bool busy;           /* counted in rpc->busy */
	bool alone; /* the last requests of the thread are this one's */

	/* The calls; all in the arena. */
	struct request_call *calls;
	unsigned ncalls;
	unsigned at; /* being run; later: being encoded */
	bool batch;
	_Atomic int park;  /* enum request_park */
	_Atomic bool gone; /* the client left while it was parked */
	uint64_t ticket;   /* of the watch; 0: none */

	/* The reply. */
	struct encoder encoder;
	bool encoding;       /* encoder is in the middle of calls[at] */
	bool separated;      /* something stands before the next element */
	bool complete;       /* nothing is left to encode */
	struct compress *z;  /* NULL: as it is */
	struct bytes out;    /* encoded */
	struct bytes packed; /* compressed */
	bool begun;          /* out holds, or held, the first piece */
	const struct bytes *piece; /* being sent; NULL: none yet */
	size_t sent;               /* bytes of it */
	enum request_loan loan;    /* the engine's, but while it is out */
	TAILQ_ENTRY(request) link; /* while it is bulk */
};

TAILQ_HEAD(request_list, request);

/* engine.c: it is over; the calls are finished. Any thread. */
void request_end(struct request *q);

/* respond.c: the body is whole; the client's call was woken. */
enum MHD_Result respond_begin(struct request *q);
enum MHD_Result respond_resume(struct request *q);
/* The reply was sent, or never will be: the core may forget the calls. */
void respond_finish(struct request *q);

/* reply.c */
const char *reply_call_type(const struct request *q);
/* The next piece of the reply's body, which may be empty, or with `failed`;
 * NULL: that was the last. */
const struct bytes *reply_piece(struct request *q);
enum MHD_Result reply_calls(struct request *q);
enum MHD_Result reply_text(struct request *q, int status, const char *type,
    const char *text);
enum MHD_Result reply_json_error(struct request *q, int code,
    const struct decoded_call *call);
enum MHD_Result reply_preflight(struct request *q, const char *asked);

#endif

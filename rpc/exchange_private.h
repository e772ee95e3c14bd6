/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_RPC_EXCHANGE_PRIVATE_H
#define XAPID_RPC_EXCHANGE_PRIVATE_H

#include "rpc/exchange.h"
#include "rpc/head.h"
#include "rpc/private.h"

#define EXCHANGE_THREADS_MAX 256
#define EXCHANGE_SILENCE_MS 60000
/* To keep a connection it may be worth reading the rest of a body. */
#define EXCHANGE_KEEP_BYTES (64 * 1024)

enum body_form {
	BODY_NONE,
	BODY_LENGTH,
	BODY_CHUNKED,
	BODY_TO_END, /* of the connection */
};

enum answer_form {
	ANSWER_NONE, /* nothing to be written */
	ANSWER_LENGTH,
	ANSWER_CHUNKED,
	ANSWER_TO_END,
};

struct http_param {
	const char *name, *value; /* decoded */
};

struct http_exchange {
	struct rpc *rpc;
	struct conn *conn; /* owned once it runs */
	const struct http_handler *handler;
	struct arena *arena; /* holds what follows */
	TAILQ_ENTRY(http_exchange) link;

	const char *method, *path;
	int minor;
	struct head_field *fields;
	unsigned nfields;
	struct http_param *params;
	unsigned nparams;
	int64_t length;  /* as http_content_length() answers */
	bool ambient;    /* cookies and Basic come of the user's own will */
	bool wants_keep; /* the client would send more requests */
	bool wants_100;  /* ... and waits for a word before its body */
	bool raw;

	/* The body. */
	enum body_form body;
	int64_t left;     /* of the body, or of this chunk */
	bool chunk_begun; /* a chunk's data, or its end, is next */

	/* The answer. */
	int status;
	enum answer_form answer;
	int64_t answer_left;
	bool keep;   /* promised to the client */
	bool broken; /* the client is gone, or we gave up */
};
TAILQ_HEAD(exchange_list, http_exchange);

/* Reads the head into an exchange that does not own c yet. NULL: no memory. */
struct http_exchange *exchange_new(struct rpc *r, struct conn *c,
    const struct head *h, const struct http_handler *row);
/* One that never ran; NULL is fine. */
void exchange_free(struct http_exchange *x);
/* Takes x and its connection to a thread; -1: too many, nothing is taken. */
int exchange_run(struct http_exchange *x);

/* NULL: no memory. */
struct exchanges *exchanges_new(void);
/* Cuts the connections of those that run. */
void exchanges_cut(struct exchanges *e);
/* Waits for them. NULL is fine. */
void exchanges_free(struct exchanges *e);

/* ---- exchange_body.c ---- */

/* Whether the body has been read to its end. */
bool exchange_body_ended(const struct http_exchange *x);

/* ---- exchange_answer.c ---- */

/* Says that the client may send its body, if it waits for that. */
void exchange_say_continue(struct http_exchange *x);
/* What has to follow the handler's last word. */
void exchange_end_answer(struct http_exchange *x);

#endif

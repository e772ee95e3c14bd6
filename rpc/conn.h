/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client's connection, from accept() to close(). At any time it belongs to
 * one place: a front thread (which reads heads, refuses, and answers calls), the
 * thread of an exchange, or one that sends a large reply; only the owner touches
 * it. An idle one costs this struct and no buffer. */
#ifndef XAPID_RPC_CONN_H
#define XAPID_RPC_CONN_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/uio.h>

#include "rpc/peer.h"

struct front;
struct request;
struct rpc;
TAILQ_HEAD(conn_list, conn);

/* What an event of epoll leads to; embedded, so that ready() finds its owner
 * by offset. */
struct source {
	void (*ready)(struct front *f, struct source *s, uint32_t events);
};

enum conn_state {
	CONN_HANDSHAKE, /* TLS, not yet agreed */
	CONN_HEAD,      /* a head is awaited or half here */
	CONN_BODY,      /* that of a call arrives */
	CONN_CALL,      /* parked */
	CONN_SEND,      /* a reply goes out as the client takes it */
	CONN_LINGER,    /* answered; what still arrives is thrown away */
	CONN_AWAY,      /* in an exchange, or with a thread that sends */
	CONN_DEAD,      /* freed after this round of events */
};

struct conn {
	struct source source;
	struct rpc *rpc;
	struct front *front; /* its thread, also while it is away */
	int fd;
	SSL *ssl; /* owned; NULL: plain */
	enum conn_state state;
	struct rpc_peer peer;
	struct peer_key key;
	bool counted;    /* peers_leave() is due */
	bool passed_on;  /* to another front, which may have room */
	bool readable;   /* there may be more to read */
	bool wants_out;  /* an event is due when it can be written to */
	bool hup;        /* the client will send no more */
	bool served;     /* has had a request: silence is no offence */
	uint16_t refuse; /* status to answer without reading a head */
	/* Bytes that were read and not yet used; owned, NULL when cap is 0. */
	char *buf;
	uint32_t len, cap;
	size_t seen;    /* bytes of the head here so far */
	size_t drained; /* bytes thrown away in CONN_LINGER */
	/* Monotonic ns: last byte from the client; begin of this head. */
	int64_t active, began;
	TAILQ_ENTRY(conn) by_active; /* in one list of the front */
	TAILQ_ENTRY(conn) by_began;
	TAILQ_ENTRY(conn) all;
	struct conn_list *in_active, *in_began; /* NULL: in none */
	struct request *request; /* owned; CONN_BODY, CONN_CALL, CONN_SEND */
};

/* Takes fd, also when it fails (closed then). NULL: no memory. */
struct conn *conn_new(struct rpc *rpc, struct front *front, int fd);
/* Closes and forgets; NULL is fine. */
void conn_free(struct conn *c);
/* Into the hands of another front. */
void conn_move(struct conn *c, struct front *to);
/* Appends to buf; false when there is no memory. */
bool conn_keep(struct conn *c, const void *p, size_t n);
/* Drops the first n bytes of buf, and buf itself when nothing is left. */
void conn_used(struct conn *c, size_t n);

/* One read or write that does not block, plain or TLS. Answers bytes; 0 at
 * the end (read); -1 with errno EAGAIN, or another errno when it is over. */
ssize_t conn_recv(struct conn *c, void *p, size_t n);
ssize_t conn_send(struct conn *c, const void *p, size_t n);
/* All in one packet, if it fits one. */
ssize_t conn_send_parts(struct conn *c, const struct iovec *parts, int n);
/* After -1 and EAGAIN on TLS: what to wait for is EPOLLOUT, not EPOLLIN. */
bool conn_wants_write(const struct conn *c);
/* Says that nothing more will be sent, in TLS and in TCP. */
void conn_finish_sending(struct conn *c);

#endif

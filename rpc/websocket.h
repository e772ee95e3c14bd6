/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frames of a WebSocket, on the server's side (RFC 6455). The payload is
 * taken as a stream of bytes, whatever messages it comes in; nothing is kept
 * of it, so a frame may be of any length. */
#ifndef XAPID_RPC_WEBSOCKET_H
#define XAPID_RPC_WEBSOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"

#define WEBSOCKET_CONTROL_MAX 125
#define WEBSOCKET_ACCEPT_CHARS 28

/* Zeroed: nothing has come. */
struct websocket {
	uint8_t head[14];
	unsigned nhead;
	bool in_payload;
	uint8_t opcode;   /* of the frame that is here */
	bool fin, begun;  /* begun: a message goes on in further frames */
	uint64_t left;    /* bytes of the payload to come */
	unsigned mask_at; /* of the four bytes of the mask */
	uint8_t control[WEBSOCKET_CONTROL_MAX];
	unsigned ncontrol;
};

enum websocket_end {
	WEBSOCKET_OPEN,
	WEBSOCKET_CLOSED, /* the client said so; reply has our answer */
	WEBSOCKET_BROKEN, /* it breaks the protocol; reply tells it */
};

/* Takes n bytes that came. What is in data frames is appended to data, and
 * what is to be sent at once (pongs, a close) to reply, as frames. After any
 * end nothing more may be given to it. */
enum websocket_end websocket_take(struct websocket *w, const void *p, size_t n,
    struct bytes *data, struct bytes *reply);
/* Appends a whole binary message. */
void websocket_put(struct bytes *out, const void *p, size_t n);
/* Appends a close frame; code as in RFC 6455 7.4.1 (1000: all is well). */
void websocket_put_close(struct bytes *out, uint16_t code);
/* What proves that the key of a handshake was read; false: it is no key. */
bool websocket_accept(const char *key, char out[WEBSOCKET_ACCEPT_CHARS + 1]);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether somebody sits at a screen: follows what a VNC client sends, and
 * tells keys and pointer from what a client sends by itself. Keeps nothing.
 * (source: RFC 6143 7.5; rfbproto, QEMU client message) */
#ifndef XAPID_RFB_INPUT_H
#define XAPID_RFB_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed: the connection begins. */
struct rfb_input {
	bool lost;       /* what came is not understood any more */
	uint64_t skip;   /* bytes that belong to the last message */
	uint8_t head[8]; /* of the next one */
	unsigned nhead;
	unsigned greeted; /* bytes of the handshake so far */
};

/* True if keys or the pointer were among these bytes, or if that cannot be
 * known. */
bool rfb_input_take(struct rfb_input *r, const char *p, size_t n);

#endif

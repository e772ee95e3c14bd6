/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "console/rfb_input.h"

/* The version, the choice of no security, and the wish to share. */
#define HANDSHAKE_BYTES (12 + 1 + 1)

enum message {
	SET_PIXEL_FORMAT = 0,
	SET_ENCODINGS = 2,
	UPDATE_REQUEST = 3,
	KEY_EVENT = 4,
	POINTER_EVENT = 5,
	CUT_TEXT = 6,
	QEMU = 255,
};

static uint32_t
number(const uint8_t *p, unsigned n)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

/* Bytes of the head that tell the length of the message. */
static unsigned
head_bytes(uint8_t type)
{
	switch (type) {
	case SET_ENCODINGS:
		return 4;
	case CUT_TEXT:
		return 8;
	case QEMU:
		return 4;
	default:
		return 1;
	}
}

/* The whole message, from its head; 0: nobody knows it. */
static uint64_t
message_bytes(const uint8_t *head)
{
	switch (head[0]) {
	case SET_PIXEL_FORMAT:
		return 20;
	case SET_ENCODINGS:
		return 4 + 4 * (uint64_t)number(head + 2, 2);
	case UPDATE_REQUEST:
		return 10;
	case KEY_EVENT:
		return 8;
	case POINTER_EVENT:
		return 6;
	case CUT_TEXT:
		return 8 + (uint64_t)number(head + 4, 4);
	case QEMU: /* keys with scan codes; sound: on, off, form */
		if (head[1] == 0)
			return 12;
		return head[1] == 1 && number(head + 2, 2) == 2 ? 10 : 4;
	default:
		return 0;
	}
}

static bool
is_input(const uint8_t *head)
{
	return head[0] == KEY_EVENT || head[0] == POINTER_EVENT ||
	    head[0] == QEMU;
}

bool
rfb_input_take(struct rfb_input *r, const char *p, size_t n)
{
	bool input = false;

	for (size_t i = 0; i < n && !r->lost; i++) {
		if (r->greeted < HANDSHAKE_BYTES) {
			r->greeted++;
			continue;
		}
		if (r->skip > 0) {
			uint64_t part = n - i < r->skip ? n - i : r->skip;

			r->skip -= part;
			i += (size_t)part - 1;
			continue;
		}
		r->head[r->nhead++] = (uint8_t)p[i];
		if (r->nhead < head_bytes(r->head[0]))
			continue;
		r->skip = message_bytes(r->head);
		if (r->skip < r->nhead) {
			r->lost = true;
			break;
		}
		input = input || is_input(r->head);
		r->skip -= r->nhead;
		r->nhead = 0;
	}
	return input || r->lost;
}

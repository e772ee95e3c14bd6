/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/websocket.h"

#include <openssl/evp.h>
#include <string.h>

#include "lib/base64.h"

#define FIN 0x80
#define RESERVED 0x70
#define MASKED 0x80
#define KEY_BYTES 16
#define CLOSE_PROTOCOL 1002

enum opcode {
	CONTINUATION = 0,
	TEXT = 1,
	BINARY = 2,
	CLOSE = 8,
	PING = 9,
	PONG = 10,
};

/* ---- out ---- */

static void
put_frame(struct bytes *out, enum opcode op, const void *p, size_t n)
{
	bytes_putc(out, (char)(FIN | op));
	if (n < 126) {
		bytes_putc(out, (char)n);
	} else if (n <= UINT16_MAX) {
		bytes_putc(out, 126);
		for (int shift = 8; shift >= 0; shift -= 8)
			bytes_putc(out, (char)(n >> shift & 0xff));
	} else {
		bytes_putc(out, 127);
		for (int shift = 56; shift >= 0; shift -= 8)
			bytes_putc(out, (char)((uint64_t)n >> shift & 0xff));
	}
	bytes_put(out, p, n);
}

void
websocket_put(struct bytes *out, const void *p, size_t n)
{
	put_frame(out, BINARY, p, n);
}

void
websocket_put_close(struct bytes *out, uint16_t code)
{
	const char p[] = { (char)(code >> 8), (char)(code & 0xff) };

	put_frame(out, CLOSE, p, sizeof(p));
}

/* ---- in ---- */

/* How long the head is, as far as its bytes tell. */
static unsigned
head_length(const struct websocket *w)
{
	unsigned short_length;

	if (w->nhead < 2)
		return 2;
	short_length = w->head[1] & 0x7f;
	return 2 + (short_length == 126 ? 2 : short_length == 127 ? 8 : 0) + 4;
}

static bool
is_control(uint8_t opcode)
{
	return opcode >= CLOSE;
}

static uint64_t
payload_length(const struct websocket *w)
{
	unsigned n = w->head[1] & 0x7f, bytes = n == 126 ? 2 : n == 127 ? 8 : 0;
	uint64_t length = 0;

	if (bytes == 0)
		return n;
	for (unsigned i = 0; i < bytes; i++)
		length = length << 8 | w->head[2 + i];
	return length;
}

/* The first two bytes of a head are here. A frame without a mask has a shorter
 * one, which is not waited for. */
static bool
may_begin(const struct websocket *w)
{
	return !(w->head[0] & RESERVED) && (w->head[1] & MASKED);
}

/* A whole head is here. False: no client may send it. */
static bool
begin_frame(struct websocket *w)
{
	w->opcode = w->head[0] & 0x0f;
	w->fin = w->head[0] & FIN;
	w->left = payload_length(w);
	w->mask_at = 0;
	w->ncontrol = 0;
	w->in_payload = true;
	if (w->left > INT64_MAX)
		return false;
	switch (w->opcode) {
	case CONTINUATION:
		return w->begun;
	case TEXT:
	case BINARY:
		return !w->begun;
	case CLOSE:
	case PING:
	case PONG:
		return w->fin && w->left <= WEBSOCKET_CONTROL_MAX;
	default:
		return false;
	}
}

/* The payload is complete. */
static enum websocket_end
end_frame(struct websocket *w, struct bytes *reply)
{
	w->nhead = 0;
	w->in_payload = false;
	switch (w->opcode) {
	case CLOSE:
		put_frame(reply, CLOSE, w->control,
		    w->ncontrol < 2 ? w->ncontrol : 2);
		return WEBSOCKET_CLOSED;
	case PING:
		put_frame(reply, PONG, w->control, w->ncontrol);
		break;
	case PONG:
		break;
	default:
		w->begun = !w->fin;
	}
	return WEBSOCKET_OPEN;
}

static size_t
take_head(struct websocket *w, const uint8_t *p, size_t n)
{
	size_t taken = 0;

	while (taken < n && w->nhead < head_length(w))
		w->head[w->nhead++] = p[taken++];
	return taken;
}

static size_t
take_payload(struct websocket *w, const uint8_t *p, size_t n,
    struct bytes *data)
{
	const uint8_t *mask = w->head + head_length(w) - 4;

	if (n > w->left)
		n = (size_t)w->left;
	for (size_t i = 0; i < n; i++) {
		uint8_t byte = p[i] ^ mask[w->mask_at];

		w->mask_at = (w->mask_at + 1) % 4;
		if (is_control(w->opcode))
			w->control[w->ncontrol++] = byte;
		else
			bytes_putc(data, (char)byte);
	}
	w->left -= n;
	return n;
}

static enum websocket_end
refuse(struct bytes *reply)
{
	websocket_put_close(reply, CLOSE_PROTOCOL);
	return WEBSOCKET_BROKEN;
}

enum websocket_end
websocket_take(struct websocket *w, const void *p, size_t n, struct bytes *data,
    struct bytes *reply)
{
	const uint8_t *at = p, *end = at + n;
	enum websocket_end r = WEBSOCKET_OPEN;

	while (at < end && r == WEBSOCKET_OPEN) {
		if (!w->in_payload) {
			at += take_head(w, at, (size_t)(end - at));
			if (w->nhead >= 2 && !may_begin(w))
				return refuse(reply);
			if (w->nhead < head_length(w))
				break;
			if (!begin_frame(w))
				return refuse(reply);
		}
		at += take_payload(w, at, (size_t)(end - at), data);
		if (w->left == 0)
			r = end_frame(w, reply);
	}
	return r;
}

/* ---- the handshake ---- */

bool
websocket_accept(const char *key, char out[WEBSOCKET_ACCEPT_CHARS + 1])
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	uint8_t raw[3 * 24 / 4], digest[EVP_MAX_MD_SIZE];
	char text[24 + sizeof(guid)];
	unsigned ndigest = 0;
	size_t n = 0;

	if (strlen(key) != 24 || base64_decode(key, 24, raw, &n) < 0 ||
	    n != KEY_BYTES)
		return false;
	memcpy(text, key, 24);
	memcpy(text + 24, guid, sizeof(guid));
	if (EVP_Digest(text, strlen(text), digest, &ndigest, EVP_sha1(),
		NULL) != 1)
		return false;
	EVP_EncodeBlock((unsigned char *)out, digest, (int)ndigest);
	return true;
}

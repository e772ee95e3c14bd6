/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "console/rfb_input.h"
#include "rpc/websocket.h"
#include "tests/lib/unit.h"

/* A frame of a client, masked with 1 2 3 4. */
static void
put(struct bytes *b, uint8_t first, const char *payload, size_t n)
{
	static const uint8_t mask[] = { 1, 2, 3, 4 };

	bytes_putc(b, (char)first);
	if (n < 126) {
		bytes_putc(b, (char)(0x80 | n));
	} else {
		bytes_putc(b, (char)(0x80 | 126));
		bytes_putc(b, (char)(n >> 8));
		bytes_putc(b, (char)(n & 0xff));
	}
	bytes_put(b, mask, sizeof(mask));
	for (size_t i = 0; i < n; i++)
		bytes_putc(b, (char)(payload[i] ^ mask[i % 4]));
}

/* Gives all of it in pieces; data and reply are appended to. */
static enum websocket_end
take(struct websocket *w, const struct bytes *in, size_t piece,
    struct bytes *data, struct bytes *reply)
{
	enum websocket_end r = WEBSOCKET_OPEN;

	for (size_t at = 0; at < in->len && r == WEBSOCKET_OPEN; at += piece)
		r = websocket_take(w, in->p + at,
		    in->len - at < piece ? in->len - at : piece, data, reply);
	return r;
}

static void
test_pieces(void)
{
	CLEANUP_BYTES struct bytes in = { 0 };
	char text[300];

	memset(text, 'x', sizeof(text));
	put(&in, 0x02, "he", 2);
	put(&in, 0x89, "ping", 4);
	put(&in, 0x80, "llo", 3);
	put(&in, 0x81, text, sizeof(text));
	for (size_t piece = 1; piece <= in.len; piece++) {
		CLEANUP_BYTES struct bytes data = { 0 }, reply = { 0 };
		struct websocket w = { 0 };

		CU_ASSERT_EQUAL(take(&w, &in, piece, &data, &reply),
		    WEBSOCKET_OPEN);
		CU_ASSERT_EQUAL_FATAL(data.len, 5 + sizeof(text));
		CU_ASSERT_EQUAL(memcmp(data.p, "hello", 5), 0);
		CU_ASSERT_EQUAL(memcmp(data.p + 5, text, sizeof(text)), 0);
		CU_ASSERT_EQUAL_FATAL(reply.len, 6);
		CU_ASSERT_EQUAL(memcmp(reply.p, "\x8a\x04ping", 6), 0);
	}
}

static void
test_close(void)
{
	CLEANUP_BYTES struct bytes in = { 0 }, data = { 0 }, reply = { 0 };
	struct websocket w = { 0 };

	put(&in, 0x88, "\x03\xe8 bye", 6);
	CU_ASSERT_EQUAL(take(&w, &in, in.len, &data, &reply), WEBSOCKET_CLOSED);
	CU_ASSERT_EQUAL_FATAL(reply.len, 4);
	CU_ASSERT_EQUAL(memcmp(reply.p, "\x88\x02\x03\xe8", 4), 0);
}

static void
refused(const char *frame, size_t n)
{
	CLEANUP_BYTES struct bytes data = { 0 }, reply = { 0 };
	struct websocket w = { 0 };

	CU_ASSERT_EQUAL(websocket_take(&w, frame, n, &data, &reply),
	    WEBSOCKET_BROKEN);
	CU_ASSERT_EQUAL(data.len, 0);
	CU_ASSERT_EQUAL_FATAL(reply.len, 4);
	CU_ASSERT_EQUAL(memcmp(reply.p, "\x88\x02\x03\xea", 4), 0);
}

static void
test_broken(void)
{
	refused("\x82\x01x", 3);                /* no mask */
	refused("\xc2\x81", 2);                 /* a bit without a meaning */
	refused("\x83\x81\0\0\0\0", 6);         /* an opcode without one */
	refused("\x80\x81\0\0\0\0", 6);         /* goes on with nothing */
	refused("\x09\x81\0\0\0\0", 6);         /* half a ping */
	refused("\x89\xfe\x00\x7e\0\0\0\0", 8); /* a long ping */
	refused("\x82\xff\xff\0\0\0\0\0\0\0\0\0\0\0", 14); /* no such length */
}

static void
test_lengths(void)
{
	static const size_t lengths[] = { 0, 1, 125, 126, 65535, 65536 };
	static const size_t heads[] = { 2, 2, 2, 4, 4, 10 };
	static char payload[65536];

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		CLEANUP_BYTES struct bytes out = { 0 };

		websocket_put(&out, payload, lengths[i]);
		CU_ASSERT_EQUAL(out.len, heads[i] + lengths[i]);
		CU_ASSERT_EQUAL((uint8_t)out.p[0], 0x82);
	}
}

static void
test_accept(void)
{
	char out[WEBSOCKET_ACCEPT_CHARS + 1];

	CU_ASSERT_TRUE(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==", out));
	CU_ASSERT_STRING_EQUAL(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	CU_ASSERT_FALSE(websocket_accept("", out));
	CU_ASSERT_FALSE(websocket_accept("dGhlIHNhbXBsZSBub25jZQ", out));
	CU_ASSERT_FALSE(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=!", out));
}

/* ---- what a VNC client sends ---- */

#define HANDSHAKE "RFB 003.008\n\x01\x01"
#define UPDATE "\x03\0\0\0\0\0\0\x01\0\x01"
#define KEY "\x04\x01\0\0\0\0\0a"

static void
test_input(void)
{
	struct rfb_input r = { 0 };

	CU_ASSERT_FALSE(rfb_input_take(&r, HANDSHAKE, sizeof(HANDSHAKE) - 1));
	CU_ASSERT_FALSE(
	    rfb_input_take(&r, "\x02\0\0\x02\0\0\0\0\0\0\0\x04", 12));
	CU_ASSERT_FALSE(rfb_input_take(&r, UPDATE UPDATE, 20));
	CU_ASSERT_TRUE(rfb_input_take(&r, KEY, 8));
	CU_ASSERT_FALSE(rfb_input_take(&r, UPDATE, 10));
	CU_ASSERT_TRUE(rfb_input_take(&r, UPDATE "\x05\0\0\0\0\0", 16));
	for (size_t i = 0; i < 7; i++) /* a byte each, told by the first */
		CU_ASSERT_EQUAL(rfb_input_take(&r, &KEY[i], 1), i == 0);
	CU_ASSERT_FALSE(rfb_input_take(&r, "a", 1));
	CU_ASSERT_FALSE(
	    rfb_input_take(&r, "\x06\0\0\0\0\0\0\x03\x04\x04\x04", 11));
	/* Not understood: better awake for ever than cut while in use. */
	CU_ASSERT_TRUE(rfb_input_take(&r, "\x63", 1));
	CU_ASSERT_TRUE(rfb_input_take(&r, UPDATE, 10));
}

UNIT_MAIN("websocket",
    { "frames in pieces of any size are the same bytes", test_pieces },
    { "a close is answered with its code", test_close },
    { "what no client may send ends it", test_broken },
    { "every length has its shortest head", test_lengths },
    { "the key of a handshake is proven to be read", test_accept },
    { "a VNC client that asks for pictures is not somebody who types",
	test_input })

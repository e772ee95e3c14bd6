/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server's side of RFB (RFC 6143), versions 3.3 to 3.8, without a password
 * and in raw encoding. It is one of the sources of the loop in serve.c, under
 * its lock: nothing here blocks, and what is not taken now waits in a row's
 * buffer. A viewer that says what is no RFB is hung up. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "console/consoles.h"
#include "console/sim_screen.h"
#include "lib/fault.h"

#define SCREENS_MAX 64
#define ROWS_AT_ONCE 16 /* then others have their turn */
#define TEXT_MAX (64u << 20)

static const char version[] = "RFB 003.008\n";
#define VERSION_BYTES (sizeof(version) - 1)

enum message {
	SET_PIXEL_FORMAT = 0,
	SET_ENCODINGS = 2,
	UPDATE_REQUEST = 3,
	KEY_EVENT = 4,
	POINTER_EVENT = 5,
	CUT_TEXT = 6,
};

struct format {
	unsigned bytes; /* of a pixel */
	bool big_endian;
	uint16_t max[3]; /* red, green, blue */
	uint8_t shift[3];
};

struct screen {
	struct source source;
	int fd;
	/* What is read next, of how many bytes; true: go on. */
	bool (*read)(struct screen *s, const uint8_t *p);
	size_t need;
	uint8_t in[32];
	size_t nin;
	uint64_t skip; /* bytes that follow and say nothing */
	unsigned minor;
	struct format format; /* of the next update */
	struct format drawn;  /* of the one that is sent */
	struct picture picture;
	bool asked;   /* for what is new */
	bool changed; /* there is something */
	unsigned row; /* that is sent next; SCREEN_HEIGHT: none is */
	uint8_t out[SCREEN_WIDTH * 4];
	size_t out_from, out_to;
	bool wants_out;
};

static unsigned nscreens;

static uint32_t
number(const uint8_t *p, unsigned n)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static uint8_t *
put(uint8_t *p, uint32_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * (n - 1 - i));
	return p + n;
}

static void
screen_free(struct screen *s)
{
	nscreens--;
	close(s->fd);
	free(s);
}

/* ---- out ---- */

/* Small words of the protocol; there is room for them, or the viewer sends
 * without reading: false. */
static bool
say(struct screen *s, const void *p, size_t n)
{
	if (s->out_to + n > sizeof(s->out))
		return false;
	memcpy(s->out + s->out_to, p, n);
	s->out_to += n;
	return true;
}

static void
put_pixel(const struct format *f, uint32_t rgb, uint8_t *to)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < 3; i++) {
		uint32_t part = rgb >> (16 - 8 * i) & 0xff;

		v |= part * f->max[i] / 255 << f->shift[i];
	}
	for (unsigned i = 0; i < f->bytes; i++)
		to[i] =
		    (uint8_t)(v >> 8 * (f->big_endian ? f->bytes - 1 - i : i));
}

static void
draw(struct screen *s)
{
	uint32_t pixels[SCREEN_WIDTH];

	picture_row(&s->picture, s->row++, pixels);
	for (unsigned x = 0; x < SCREEN_WIDTH; x++)
		put_pixel(&s->drawn, pixels[x], s->out + x * s->drawn.bytes);
	s->out_to = SCREEN_WIDTH * s->drawn.bytes;
}

/* The whole screen as one rectangle, whatever part was asked for. */
static void
begin_update(struct screen *s)
{
	uint8_t head[16] = { 0 };

	put(head + 2, 1, 2);
	put(head + 8, SCREEN_WIDTH, 2);
	put(head + 10, SCREEN_HEIGHT, 2);
	(void)say(s, head, sizeof(head)); /* nothing else is in it */
	s->asked = s->changed = false;
	s->drawn = s->format;
	s->row = 0;
}

/* Fills the buffer that has been sent; false: there is nothing to say. */
static bool
refill(struct screen *s)
{
	s->out_from = s->out_to = 0;
	if (s->row < SCREEN_HEIGHT)
		draw(s);
	else if (s->asked && s->changed)
		begin_update(s);
	return s->out_to > 0;
}

/* As much as goes; false: the viewer is gone. */
static bool
flush(struct screen *s)
{
	bool more = true;

	for (unsigned i = 0; more && i < ROWS_AT_ONCE; i++) {
		ssize_t n;

		if (s->out_from == s->out_to && !refill(s)) {
			more = false;
			break;
		}
		n = send(s->fd, s->out + s->out_from, s->out_to - s->out_from,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			return false;
		s->out_from += (size_t)n;
	}
	if (more == s->wants_out)
		return true;
	s->wants_out = more;
	return consoles_rewatch(&s->source, s->fd,
		   more ? EPOLLIN | EPOLLOUT : EPOLLIN) == 0;
}

/* ---- in ---- */

static bool read_message(struct screen *s, const uint8_t *p);

static bool
expect(struct screen *s, bool (*read)(struct screen *, const uint8_t *),
    size_t need)
{
	s->read = read;
	s->need = need;
	return true;
}

static bool
read_pixel_format(struct screen *s, const uint8_t *p)
{
	struct format f = {
		.bytes = p[3] / 8u,
		.big_endian = p[5] != 0,
		.max = { (uint16_t)number(p + 7, 2), (uint16_t)number(p + 9, 2),
		    (uint16_t)number(p + 11, 2) },
		.shift = { p[13], p[14], p[15] },
	};

	if ((p[3] != 8 && p[3] != 16 && p[3] != 32) || p[6] == 0)
		return false; /* no table of colours is kept */
	if (f.shift[0] >= 32 || f.shift[1] >= 32 || f.shift[2] >= 32)
		return false;
	s->format = f;
	return expect(s, read_message, 1);
}

static bool
read_encodings(struct screen *s, const uint8_t *p)
{
	s->skip = 4 * (uint64_t)number(p + 1, 2); /* raw is always understood */
	return expect(s, read_message, 1);
}

static bool
read_request(struct screen *s, const uint8_t *p)
{
	s->asked = true;
	if (p[0] == 0) /* all, not only what is new */
		s->changed = true;
	return expect(s, read_message, 1);
}

static bool
read_key(struct screen *s, const uint8_t *p)
{
	if (p[0]) {
		s->picture.key = number(p + 3, 4);
		s->changed = true;
	}
	return expect(s, read_message, 1);
}

static bool
read_pointer(struct screen *s, const uint8_t *p)
{
	s->picture.pressed = p[0] != 0;
	s->picture.x = number(p + 1, 2);
	s->picture.y = number(p + 3, 2);
	s->changed = true;
	return expect(s, read_message, 1);
}

static bool
read_cut_text(struct screen *s, const uint8_t *p)
{
	s->skip = number(p + 3, 4);
	return s->skip <= TEXT_MAX && expect(s, read_message, 1);
}

static bool
read_message(struct screen *s, const uint8_t *p)
{
	switch (p[0]) {
	case SET_PIXEL_FORMAT:
		return expect(s, read_pixel_format, 19);
	case SET_ENCODINGS:
		return expect(s, read_encodings, 3);
	case UPDATE_REQUEST:
		return expect(s, read_request, 9);
	case KEY_EVENT:
		return expect(s, read_key, 7);
	case POINTER_EVENT:
		return expect(s, read_pointer, 5);
	case CUT_TEXT:
		return expect(s, read_cut_text, 7);
	default:
		return false;
	}
}

static bool
read_share(struct screen *s, const uint8_t *p)
{
	static const char name[] = "Simulated guest";
	uint8_t init[24] = { 0 };

	(void)p; /* each viewer has a screen of its own */
	put(init, SCREEN_WIDTH, 2);
	put(init + 2, SCREEN_HEIGHT, 2);
	init[4] = 32; /* bits of a pixel */
	init[5] = 24; /* that mean something */
	init[7] = 1;  /* true colour */
	for (unsigned i = 0; i < 3; i++) {
		put(init + 8 + 2 * i, s->format.max[i], 2);
		init[14 + i] = s->format.shift[i];
	}
	put(init + 20, sizeof(name) - 1, 4);
	return say(s, init, sizeof(init)) && say(s, name, sizeof(name) - 1) &&
	    expect(s, read_message, 1);
}

static bool
read_security(struct screen *s, const uint8_t *p)
{
	static const uint8_t fine[4];

	return p[0] == 1 && (s->minor < 8 || say(s, fine, sizeof(fine))) &&
	    expect(s, read_share, 1);
}

static bool
read_version(struct screen *s, const uint8_t *p)
{
	static const uint8_t told[4] = { 0, 0, 0, 1 }, offered[2] = { 1, 1 };

	if (memcmp(p, version, 8) != 0 || p[11] != '\n')
		return false;
	s->minor = p[10] >= '0' && p[10] <= '8' ? p[10] - '0' : 0;
	if (s->minor < 7) /* 3.3: the server decides */
		return say(s, told, sizeof(told)) && expect(s, read_share, 1);
	return say(s, offered, sizeof(offered)) && expect(s, read_security, 1);
}

/* All that has come; false: nonsense, or the viewer is gone. */
static bool
take(struct screen *s)
{
	uint8_t rest[4096];
	bool skipping = s->skip > 0;
	size_t want = skipping && s->skip < sizeof(rest) ? (size_t)s->skip
	    : skipping                                   ? sizeof(rest)
							 : s->need - s->nin;
	ssize_t n =
	    recv(s->fd, skipping ? rest : s->in + s->nin, want, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return true;
	if (n <= 0)
		return false;
	if (skipping) {
		s->skip -= (uint64_t)n;
		return true;
	}
	s->nin += (size_t)n;
	if (s->nin < s->need)
		return true;
	s->nin = 0;
	return s->read(s, s->in);
}

static void
on_screen(struct source *source, uint32_t events)
{
	struct screen *s = (struct screen *)source;

	(void)events;
	if (!take(s) || !flush(s))
		screen_free(s);
}

int
sim_screen_open(const char *uuid)
{
	struct screen *s;
	int pair[2];

	if (nscreens == SCREENS_MAX) {
		errno = EMFILE;
		return -1;
	}
	s = fault_calloc(1, sizeof(*s));
	if (!s ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		free(s);
		return -1;
	}
	nscreens++;
	s->source.ready = on_screen;
	s->fd = pair[0];
	s->row = SCREEN_HEIGHT;
	s->format = (struct format){ .bytes = 4,
		.max = { 255, 255, 255 },
		.shift = { 16, 8, 0 } };
	memcpy(s->picture.uuid, uuid, CONSOLE_UUID_CHARS);
	(void)say(s, version, VERSION_BYTES);
	(void)expect(s, read_version, VERSION_BYTES);
	s->wants_out = true;
	if (consoles_watch(&s->source, s->fd, EPOLLIN | EPOLLOUT) < 0) {
		screen_free(s);
		close(pair[1]);
		return -1;
	}
	return pair[1];
}

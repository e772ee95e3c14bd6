/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/escape.h"

#include <stdint.h>

#define EACH_BYTE(b) (UINT64_MAX / 255 * (b))

/* Each of these is nonzero exactly when one of the 8 bytes is what it looks
 * for. A borrow runs into the next byte only from a byte that is sought. */
static inline uint64_t
has_control(uint64_t w)
{
	return (w - EACH_BYTE(0x20)) & ~w & EACH_BYTE(0x80);
}

static inline uint64_t
has_byte(uint64_t w, uint8_t b)
{
	w ^= EACH_BYTE(b);
	return (w - EACH_BYTE(1)) & ~w & EACH_BYTE(0x80);
}

/* " and & differ in one bit, < and > in another. */
static inline uint64_t
xml_special(uint64_t w)
{
	return has_control(w) | has_byte(w & ~EACH_BYTE('"' ^ '&'), '"') |
	    has_byte(w & ~EACH_BYTE('<' ^ '>'), '<');
}

static inline uint64_t
json_special(uint64_t w)
{
	return has_control(w) | has_byte(w, '"') | has_byte(w, '\\');
}

static void
put_xml_byte(struct bytes *out, char c)
{
	switch (c) {
	case '&':
		bytes_puts(out, "&amp;");
		break;
	case '<':
		bytes_puts(out, "&lt;");
		break;
	case '>':
		bytes_puts(out, "&gt;");
		break;
	case '"':
		bytes_puts(out, "&quot;");
		break;
	default:
		if ((unsigned char)c >= 0x20 || c == '\t' || c == '\n' ||
		    c == '\r')
			bytes_putc(out, c);
	}
}

static void
put_json_byte(struct bytes *out, char c)
{
	static const char hex[] = "0123456789abcdef";
	char text[] = "\\u00xx";

	if ((unsigned char)c >= 0x20) {
		if (c == '"' || c == '\\')
			bytes_putc(out, '\\');
		bytes_putc(out, c);
		return;
	}
	text[4] = hex[(unsigned char)c >> 4];
	text[5] = hex[c & 15];
	bytes_put(out, text, 6);
}

static inline uint64_t
load8(const char *s)
{
	uint64_t w;

	memcpy(&w, s, sizeof(w));
	return w;
}

static inline uint32_t
load4(const char *s)
{
	uint32_t w;

	memcpy(&w, s, sizeof(w));
	return w;
}

/* Copies s up to the first word that has something to escape; the bytes
 * copied. The ends of a text are reached by words that overlap. */
#define DEFINE_COPY_PLAIN(name, special)                                       \
	static inline size_t name(char *to, const char *s, size_t len)         \
	{                                                                      \
		size_t i = 0;                                                  \
                                                                               \
		if (len < 4) {                                                 \
			for (; i < len; i++) {                                 \
				if (special(EACH_BYTE((uint8_t)s[i])))         \
					return i;                              \
				to[i] = s[i];                                  \
			}                                                      \
			return len;                                            \
		}                                                              \
		if (len < 8) {                                                 \
			uint32_t a = load4(s), b = load4(s + len - 4);         \
                                                                               \
			if (special(a | (uint64_t)b << 32))                    \
				return 0;                                      \
			memcpy(to, &a, 4);                                     \
			memcpy(to + len - 4, &b, 4);                           \
			return len;                                            \
		}                                                              \
		for (; i < len; i += 8) {                                      \
			uint64_t w;                                            \
                                                                               \
			if (len - i < 8)                                       \
				i = len - 8;                                   \
			w = load8(s + i);                                      \
			if (special(w))                                        \
				return i;                                      \
			memcpy(to + i, &w, 8);                                 \
		}                                                              \
		return len;                                                    \
	}                                                                      \
	struct escape_semicolon

DEFINE_COPY_PLAIN(copy_plain_xml, xml_special);
DEFINE_COPY_PLAIN(copy_plain_json, json_special);

typedef size_t copy_plain_fn(char *to, const char *s, size_t len);
typedef void put_byte_fn(struct bytes *out, char c);

/* Plain runs by copy, and a word that has something to escape byte by byte. */
static inline __attribute__((always_inline)) void
escape(struct bytes *out, const char *s, copy_plain_fn *copy_plain,
    put_byte_fn *put_byte)
{
	size_t len = strlen(s);

	while (len > 0) {
		size_t n;

		if (out->cap - out->len < len && !bytes_reserve(out, len))
			return;
		n = copy_plain(out->p + out->len, s, len);
		out->len += n;
		s += n;
		len -= n;
		for (n = len < 8 ? len : 8; n > 0; n--, len--)
			put_byte(out, *s++);
	}
}

void
escape_xml(struct bytes *out, const char *s)
{
	escape(out, s, copy_plain_xml, put_xml_byte);
}

void
escape_json(struct bytes *out, const char *s)
{
	bytes_putc(out, '"');
	escape(out, s, copy_plain_json, put_json_byte);
	bytes_putc(out, '"');
}

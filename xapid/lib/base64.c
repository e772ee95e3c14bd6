/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/base64.h"

#include <stdbool.h>

/* 0 to 63, or -1. */
static int
digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int
base64_decode(const char *s, size_t len, uint8_t *out, size_t *len_r)
{
	uint32_t group = 0;
	unsigned digits = 0, pads = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int d = digit_of(s[i]);

		if (is_space(s[i]))
			continue;
		if (s[i] == '=') {
			pads++;
			continue;
		}
		if (d < 0 || pads)
			return -1;
		group = group << 6 | (uint32_t)d;
		if (++digits % 4 == 0) {
			out[n++] = (uint8_t)(group >> 16);
			out[n++] = (uint8_t)(group >> 8);
			out[n++] = (uint8_t)group;
		}
	}
	digits %= 4;
	if (digits == 1 || pads != (4 - digits) % 4)
		return -1;
	/* The last bits of a padded group carry nothing and must be zero. */
	if (digits == 2) {
		if (group & 0xF)
			return -1;
		out[n++] = (uint8_t)(group >> 4);
	} else if (digits == 3) {
		if (group & 0x3)
			return -1;
		out[n++] = (uint8_t)(group >> 10);
		out[n++] = (uint8_t)(group >> 2);
	}
	*len_r = n;
	return 0;
}

void
base64_encode(const uint8_t *in, size_t len, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
				     "opqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i;
		uint32_t group = (uint32_t)in[i] << 16 |
		    (n > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
		    (n > 2 ? in[i + 2] : 0);

		*out++ = digits[group >> 18];
		*out++ = digits[group >> 12 & 63];
		*out++ = n > 1 ? digits[group >> 6 & 63] : '=';
		*out++ = n > 2 ? digits[group & 63] : '=';
	}
	*out = '\0';
}

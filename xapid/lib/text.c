/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/text.h"

#include <math.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EACH_BYTE(b) (UINT64_MAX / 255 * (b))

/* Whether all 8 bytes are from 0x20 to 0x7f. A byte below 0x20 borrows from
 * its top bit when 0x20 is taken away; a borrow into the next byte can only
 * come from such a byte, so the answer is exact. */
static inline bool
word_is_plain(const char *s)
{
	uint64_t w;

	memcpy(&w, s, sizeof w);
	return ((w | (w - EACH_BYTE(0x20))) & EACH_BYTE(0x80)) == 0;
}

/* What may follow a lead byte: Unicode 15, table 3-7. The range of the second
 * byte excludes overlong forms, surrogates and all above U+10FFFF. */
static const struct lead {
	uint8_t first, last; /* lead bytes of this row */
	uint8_t more;        /* continuation bytes */
	uint8_t low, high;   /* of the second byte */
} leads[] = {
	{ 0xc2, 0xdf, 1, 0x80, 0xbf }, { 0xe0, 0xe0, 2, 0xa0, 0xbf },
	{ 0xe1, 0xec, 2, 0x80, 0xbf }, { 0xed, 0xed, 2, 0x80, 0x9f },
	{ 0xee, 0xef, 2, 0x80, 0xbf }, { 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf }, { 0xf4, 0xf4, 3, 0x80, 0x8f },
	{ 0xff, 0xff, 0, 0xff, 0x00 }, /* all others, up to here: never */
};

static const struct lead *
lead_of(uint8_t c)
{
	const struct lead *l = leads;

	while (c > l->last)
		l++;
	return c >= l->first ? l : &leads[sizeof leads / sizeof *leads - 1];
}

/* Length of the character at s, of which len > 0 bytes are there; 0 when it is
 * none. */
static size_t
any_len(const uint8_t *s, size_t len)
{
	const struct lead *lead;

	if (s[0] < 0x80)
		return 1;
	lead = lead_of(s[0]);
	if (lead->more == 0 || lead->more >= len)
		return 0;
	if (s[1] < lead->low || s[1] > lead->high)
		return 0;
	for (size_t i = 2; i <= lead->more; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return lead->more + (size_t)1;
}

/* The same of a clean one. */
static size_t
clean_len(const uint8_t *s, size_t len)
{
	size_t n = any_len(s, len);

	if (s[0] < 0x20 && s[0] != '\t' && s[0] != '\n' && s[0] != '\r')
		return 0;
	if (n == 3 && s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe)
		return 0; /* U+FFFE, U+FFFF */
	return n;
}

static inline bool
all_are(const char *s, size_t len, size_t (*char_len)(const uint8_t *, size_t))
{
	const char *end = s + len;

	while (s < end) {
		size_t n;

		while (end - s >= 8 && word_is_plain(s))
			s += 8;
		while (s < end && (uint8_t)(*s - 0x20) < 0x60)
			s++;
		if (s == end)
			break;
		n = char_len((const uint8_t *)s, (size_t)(end - s));
		if (n == 0)
			return false;
		s += n;
	}
	return true;
}

bool
text_is_clean(const char *s, size_t len)
{
	return all_are(s, len, clean_len);
}

bool
text_is_utf8(const char *s, size_t len)
{
	return all_are(s, len, any_len);
}

void
text_make_clean(char *s)
{
	size_t len = strlen(s), n;

	if (text_is_clean(s, len))
		return;
	for (; len; s += n, len -= n) {
		n = clean_len((const uint8_t *)s, len);
		if (n == 0) {
			*s = '?';
			n = 1;
		}
	}
}

bool
text_equal_secret(const char *a, const char *b)
{
	size_t len;

	if (!a || !b)
		return false;
	len = strlen(a);
	return len == strlen(b) && CRYPTO_memcmp(a, b, len) == 0;
}

bool
text_parse_int(const char *s, long long *out_r)
{
	bool minus = *s == '-';
	long long v = 0;

	if (*s == '-' || *s == '+')
		s++;
	if (*s == '\0')
		return false;
	for (; *s; s++) {
		int digit = *s - '0';

		if (digit < 0 || digit > 9)
			return false;
		/* Towards the sign, so that the least number fits too. */
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, minus ? -digit : digit, &v))
			return false;
	}
	*out_r = v;
	return true;
}

/* The program never leaves the C locale, so the decimal sign is a point. */
int
text_format_double(double v, char out[32])
{
	int n;

	if (!isfinite(v))
		v = 0;
	n = snprintf(out, 32, "%.16g", v);
	if (strtod(out, NULL) != v)
		n = snprintf(out, 32, "%.17g", v);
	return n;
}

int
text_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
text_is_web_url(const char *s)
{
	return strncmp(s, "http://", 7) == 0 || strncmp(s, "https://", 8) == 0;
}

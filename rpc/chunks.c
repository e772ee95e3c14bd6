/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/chunks.h"

#include "lib/text.h"

#define DIGITS_MAX 15
#define BESIDE_MAX 4096

enum at {
	AT_SIZE,
	AT_EXTENSION,
	AT_SIZE_LF,
	AT_DATA,
	AT_DATA_CR,
	AT_DATA_LF,
	AT_TRAILER, /* its first character */
	AT_IN_TRAILER,
	AT_TRAILER_LF,
	AT_END_LF,
	AT_END,
	AT_WRONG,
};

static enum at
read_size(struct chunks *k, char c)
{
	int digit = text_hex_digit(c);

	if (digit >= 0) {
		k->left = k->left * 16 + (size_t)digit;
		return ++k->digits <= DIGITS_MAX ? AT_SIZE : AT_WRONG;
	}
	if (k->digits == 0)
		return AT_WRONG;
	if (c == '\r')
		return AT_SIZE_LF;
	return c == ';' || c == ' ' || c == '\t' ? AT_EXTENSION : AT_WRONG;
}

/* A character of what means nothing: then stay, or at CR go on to next. */
static enum at
skip_beside(struct chunks *k, char c, enum at stay, enum at next)
{
	if (c == '\r')
		return next;
	if (((unsigned char)c < ' ' && c != '\t') || c == 0x7f ||
	    ++k->beside > BESIDE_MAX)
		return AT_WRONG;
	return stay;
}

static enum at
begin_data(struct chunks *k)
{
	bool last = k->left == 0;

	k->digits = k->beside = 0;
	return last ? AT_TRAILER : AT_DATA;
}

static enum at
step(struct chunks *k, char c)
{
	switch ((enum at)k->at) {
	case AT_SIZE:
		return read_size(k, c);
	case AT_EXTENSION:
		return skip_beside(k, c, AT_EXTENSION, AT_SIZE_LF);
	case AT_SIZE_LF:
		return c == '\n' ? begin_data(k) : AT_WRONG;
	case AT_DATA_CR:
		return c == '\r' ? AT_DATA_LF : AT_WRONG;
	case AT_DATA_LF:
		return c == '\n' ? AT_SIZE : AT_WRONG;
	case AT_TRAILER:
		return skip_beside(k, c, AT_IN_TRAILER, AT_END_LF);
	case AT_IN_TRAILER:
		return skip_beside(k, c, AT_IN_TRAILER, AT_TRAILER_LF);
	case AT_TRAILER_LF:
		return c == '\n' ? AT_TRAILER : AT_WRONG;
	case AT_END_LF:
		return c == '\n' ? AT_END : AT_WRONG;
	case AT_DATA:
	case AT_END:
	case AT_WRONG:
		break;
	}
	return AT_WRONG;
}

enum chunks_status
chunks_read(struct chunks *k, const char *p, size_t n, size_t *used_r,
    struct bytes *out)
{
	size_t i = 0;

	while (i < n && k->at != AT_END && k->at != AT_WRONG) {
		size_t take = n - i < k->left ? n - i : k->left;

		if (k->at != AT_DATA) {
			k->at = (int)step(k, p[i++]);
			continue;
		}
		bytes_put(out, p + i, take);
		i += take;
		k->left -= take;
		if (k->left == 0)
			k->at = AT_DATA_CR;
	}
	*used_r = i;
	if (k->at == AT_WRONG)
		return CHUNKS_BAD;
	return k->at == AT_END ? CHUNKS_END : CHUNKS_MORE;
}

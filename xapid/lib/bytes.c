/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/bytes.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/fault.h"

#define FIRST_CAP ((size_t)64) /* bytes */

void
bytes_free(struct bytes *b)
{
	if (!b)
		return;
	free(b->p);
	*b = (struct bytes){ 0 };
}

static bool
fail(struct bytes *b)
{
	b->failed = true;
	b->cap = b->len;
	return false;
}

bool
bytes_reserve(struct bytes *b, size_t n)
{
	size_t cap = b->cap < FIRST_CAP ? FIRST_CAP : b->cap;
	char *p;

	if (b->failed || n > SIZE_MAX / 2 - b->len)
		return fail(b);
	if (b->cap - b->len >= n)
		return true;
	while (cap - b->len < n)
		cap *= 2;
	p = fault_realloc(b->p, cap);
	if (!p)
		return fail(b);
	b->p = p;
	b->cap = cap;
	return true;
}

void
bytes_printf(struct bytes *b, const char *fmt, ...)
{
	size_t room = b->cap - b->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(room ? b->p + b->len : NULL, room, fmt, ap);
	va_end(ap);
	if (n < 0 || b->failed) {
		fail(b);
		return;
	}
	if ((size_t)n >= room) {
		if (!bytes_reserve(b, (size_t)n + 1))
			return;
		va_start(ap, fmt);
		vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

const char *
bytes_cstr(struct bytes *b)
{
	if (!bytes_reserve(b, 1))
		return NULL;
	b->p[b->len] = '\0';
	return b->p;
}

void
bytes_put_int(struct bytes *b, long long v)
{
	/* Negating in unsigned arithmetic holds for LLONG_MIN too. */
	unsigned long long u =
	    v < 0 ? -(unsigned long long)v : (unsigned long long)v;
	char text[3 * sizeof v + 1], *p = text + sizeof text;

	do {
		*--p = (char)('0' + u % 10);
		u /= 10;
	} while (u);
	if (v < 0)
		*--p = '-';
	bytes_put(b, p, (size_t)(text + sizeof text - p));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A growing run of bytes. Running out of memory is remembered in `failed` and
 * further appends do nothing, so a writer checks once, at the end. */
#ifndef XAPID_LIB_BYTES_H
#define XAPID_LIB_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "lib/cleanup.h"

struct bytes {
	char *p; /* owned; not NUL-terminated unless bytes_cstr() was called */
	size_t len;
	size_t cap; /* set to len on failure: every later append must ask */
	bool failed;
};

void bytes_free(struct bytes *b); /* leaves an empty one; NULL is fine */
/* CLEANUP_BYTES struct bytes b = { 0 }; */
#define CLEANUP_BYTES __attribute__((cleanup(bytes_free)))

/* Room for n more bytes; false (and failed) when there is no memory. */
bool bytes_reserve(struct bytes *b, size_t n);
void bytes_printf(struct bytes *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Ensures a final NUL (not counted in len) and answers p; NULL when failed. */
const char *bytes_cstr(struct bytes *b);

/* These append; without memory b->failed is set and nothing is appended. */
static inline void
bytes_put(struct bytes *b, const void *p, size_t n)
{
	if (n > 0 && (b->cap - b->len >= n || bytes_reserve(b, n))) {
		memcpy(b->p + b->len, p, n);
		b->len += n;
	}
}

static inline void
bytes_puts(struct bytes *b, const char *s)
{
	bytes_put(b, s, strlen(s));
}

static inline void
bytes_putc(struct bytes *b, char c)
{
	if (b->cap > b->len || bytes_reserve(b, 1))
		b->p[b->len++] = c;
}

/* Signed decimal, without printf. */
void bytes_put_int(struct bytes *b, long long v);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pieces are cut from the current block. The arena itself lies at the start of
 * its first block, so that a small request costs one malloc. A piece too big to
 * cut without wasting much of a block gets its own block, and the current one
 * stays in use. */
#include "lib/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/fault.h"

#define FIRST_BLOCK ((size_t)4096) /* bytes with the header, doubling up to */
#define LAST_BLOCK ((size_t)65536)
#define ALIGN _Alignof(max_align_t)

struct block {
	struct block *next;
	size_t size, fill; /* bytes of data[] that exist, that are taken */
	_Alignas(max_align_t) char data[];
};

struct arena {
	struct block *first, *current;
	struct block *more; /* every block but the first, any order */
	size_t used, limit; /* bytes; limit 0: none */
	size_t next_size;   /* of the next block, with its header */
};

static struct block *
block_new(size_t total)
{
	struct block *b = fault_malloc(total);

	if (b) {
		b->next = NULL;
		b->size = total - sizeof *b;
		b->fill = 0;
	}
	return b;
}

struct arena *
arena_new(size_t limit)
{
	struct block *b = block_new(FIRST_BLOCK);
	struct arena *a;

	if (!b)
		return NULL;
	a = (struct arena *)b->data;
	a->first = b;
	a->more = NULL;
	a->limit = limit;
	arena_reset(a);
	return a;
}

void
arena_reset(struct arena *a)
{
	struct block *b;

	while ((b = a->more) != NULL) {
		a->more = b->next;
		free(b);
	}
	a->current = a->first;
	a->first->fill = sizeof *a;
	a->next_size = 2 * FIRST_BLOCK;
	a->used = 0;
}

void
arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	free(a->first);
}

/* A new block with room for size bytes. It becomes the current one unless it
 * was made for this piece alone. */
static struct block *
block_for(struct arena *a, size_t size)
{
	bool own = size > a->next_size / 4;
	struct block *b;

	if (size > SIZE_MAX / 2)
		return NULL;
	b = block_new(own ? sizeof *b + size : a->next_size);
	if (!b)
		return NULL;
	b->next = a->more;
	a->more = b;
	if (own)
		return b;
	a->current = b;
	if (a->next_size < LAST_BLOCK)
		a->next_size *= 2;
	return b;
}

/* size bytes, size > 0, not zeroed; align is a power of two, at most ALIGN. */
static void *
take(struct arena *a, size_t size, size_t align)
{
	struct block *b = a->current;
	size_t pad = -b->fill & (align - 1);

	if (a->limit && size > a->limit - a->used)
		return NULL;
	if (b->size - b->fill < pad || b->size - b->fill - pad < size) {
		b = block_for(a, size);
		if (!b)
			return NULL;
		pad = 0;
	}
	if (a->limit && pad + size > a->limit - a->used)
		return NULL;
	a->used += pad + size;
	b->fill += pad + size;
	return b->data + b->fill - size;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	void *p;

	if (size == 0)
		size = 1;
	p = take(a, size, ALIGN);
	if (p)
		memset(p, 0, size);
	return p;
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		return NULL;
	return arena_alloc(a, total);
}

/* len bytes of s and a NUL; strings lie packed, without alignment. */
static char *
copy(struct arena *a, const char *s, size_t len)
{
	char *p = len < SIZE_MAX ? take(a, len + 1, 1) : NULL;

	if (p) {
		memcpy(p, s, len);
		p[len] = '\0';
	}
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return copy(a, s, strlen(s));
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	return copy(a, s, strnlen(s, len));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

/* Prints into what is left of the current block, and only when that is too
 * short a second time into a piece of the right size. */
char *
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	struct block *b = a->current;
	size_t room = b->size - b->fill;
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(b->data + b->fill, room, fmt, ap);
	p = n < 0 ? NULL : take(a, (size_t)n + 1, 1);
	if (p && (size_t)n >= room)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}

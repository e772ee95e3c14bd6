/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that lives as long as one request: allocated piece by piece, freed
 * at once. Not thread-safe: one arena belongs to one call at a time. */
#ifndef XAPID_LIB_ARENA_H
#define XAPID_LIB_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "lib/cleanup.h"

struct arena;

/* NULL when there is no memory. limit: bytes it may hand out in all (padding
 * for alignment counts), 0 = no limit; beyond it arena_alloc answers NULL as if
 * memory had run out. */
struct arena *arena_new(size_t limit);
void arena_free(struct arena *a); /* NULL is fine */
CLEANUP_DEFINE(arena_free, struct arena *);
/* Forgets everything handed out but keeps the first block, for reuse. */
void arena_reset(struct arena *a);
/* Zeroed, aligned for any type; NULL when memory or the limit ran out. A size
 * of 0 gives an address that is not NULL. */
void *arena_alloc(struct arena *a, size_t size);
/* As arena_alloc but for n items, with the multiplication checked. */
void *arena_array(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s);
/* The first len bytes of s (or up to its NUL, if that comes first). */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap);
/* Bytes handed out so far. */
size_t arena_used(const struct arena *a);

#endif

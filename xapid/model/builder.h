/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Typed memory written by hand, for objects that the daemon makes by itself. A
 * builder hands out from an arena; when memory runs out it answers empty
 * values and remembers, so that whoever builds asks once, at the end. */
#ifndef XAPID_BUILDER_H
#define XAPID_BUILDER_H

#include "model/model.h"

struct builder {
	struct arena *arena; /* borrowed */
	bool failed;
};

/* Every field of a class at its default; to be followed by assignments to the
 * members of its struct, which begins at r:
 * struct vm v; builder_defaults(CLASS_VM, &v.r); */
void builder_defaults(int cls, struct record *r);

/* Texts in these are borrowed, not copied. */
/* "key", "value", …, NULL */
struct map builder_map(struct builder *b, const char *const pairs[]);
#define BUILDER_MAP(b, ...)                                                    \
	builder_map((b), (const char *const[]){ __VA_ARGS__, NULL })
struct set builder_strings(struct builder *b, const char *const items[]);
#define BUILDER_STRINGS(b, ...)                                                \
	builder_strings((b), (const char *const[]){ __VA_ARGS__, NULL })
struct set builder_refs(struct builder *b, const struct ref *refs, uint32_t n);
struct set builder_ints(struct builder *b, const int64_t *ints, uint32_t n);

/* In the arena; "" and b->failed without memory. */
const char *builder_text(struct builder *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A map string string that grows. */
struct builder_pairs {
	struct builder *b;
	const char **keys, **values;
	uint32_t n, cap;
};
/* First: all of a map, but one key (NULL: none). */
void builder_put_map(struct builder_pairs *p, const struct map *m,
    const char *but);
/* Replaces the value of a key that is there. */
void builder_put(struct builder_pairs *p, const char *key, const char *value);
struct map builder_pairs_map(const struct builder_pairs *p);
/* The value of a key in a map string string, or NULL. */
const char *builder_find(const struct map *m, const char *key);

#endif

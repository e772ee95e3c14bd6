/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Map from a reference to a pointer: open addressing, linear probing, the hash
 * is the reference itself mixed with a per-process key (references may come
 * from outside). Not thread-safe. */
#ifndef XAPID_LIB_REFMAP_H
#define XAPID_LIB_REFMAP_H

#include <stddef.h>

#include "lib/ref.h"

struct refmap_slot {
	struct ref key;
	void *value; /* NULL: never used; see refmap.c for the tombstone */
};

struct refmap {
	struct refmap_slot *slots;
	size_t cap;   /* slots: a power of two, or 0 */
	size_t count; /* entries */
	size_t used;  /* entries and tombstones */
};

/* The slots, not what the values point to; empty afterwards. */
void refmap_free(struct refmap *m);
/* NULL when absent. */
void *refmap_get(const struct refmap *m, struct ref key);
/* Adds or replaces; value must not be NULL. -1 when there is no memory, and
 * the map is as before. */
int refmap_put(struct refmap *m, struct ref key, void *value);
/* Room for n more without a further allocation; -1: no memory. */
int refmap_reserve(struct refmap *m, size_t n);
/* Gives back what an empty map has left from when it was large. */
void refmap_trim(struct refmap *m);
/* The value removed, or NULL. */
void *refmap_remove(struct refmap *m, struct ref key);
/* for (size_t i = 0; (v = refmap_next(&m, &i, &key)); ) ; any order. What it
 * answered may be removed on the way; nothing may be added. */
void *refmap_next(const struct refmap *m, size_t *i, struct ref *key_r);

#endif

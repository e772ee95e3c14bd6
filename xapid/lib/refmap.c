/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A slot is in use, or never was (value NULL, which ends a search), or was and
 * is not any more (value TOMBSTONE, which does not). At most 70 % of the slots
 * are used or tombstones, so every search ends. */
#include "lib/refmap.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

#include "lib/fault.h"

#define FIRST_CAP ((size_t)8)  /* slots */
#define LARGE_CAP ((size_t)64) /* more than that is worth giving back */

static char tombstone;
#define TOMBSTONE ((void *)&tombstone)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint64_t hash_key[2]; /* set before the first slot exists */

static void
hash_key_draw(void)
{
	while (getrandom(hash_key, sizeof hash_key, 0) != sizeof hash_key)
		if (errno != EINTR)
			abort(); /* a known key invites collisions */
}

/* Both halves, each blinded with a secret, multiplied to 128 bits and folded:
 * nobody outside can choose references that collide. */
static inline size_t
hash(struct ref key)
{
	__extension__ unsigned __int128 m =
	    (unsigned __int128)(key.hi ^ hash_key[0]) * (key.lo ^ hash_key[1]);

	return (size_t)((uint64_t)m ^ (uint64_t)(m >> 64));
}

static inline bool
live(const struct refmap_slot *s)
{
	return s->value && s->value != TOMBSTONE;
}

/* The slot of this key, or NULL. */
static struct refmap_slot *
find(const struct refmap *m, struct ref key)
{
	size_t mask = m->cap - 1;
	struct refmap_slot *s;

	if (m->cap == 0)
		return NULL;
	for (size_t i = hash(key) & mask;; i = (i + 1) & mask) {
		s = &m->slots[i];
		if (!s->value)
			return NULL;
		if (ref_equal(s->key, key) && s->value != TOMBSTONE)
			return s;
	}
}

/* The first slot that a key not in the map may take. */
static struct refmap_slot *
find_place(struct refmap_slot *slots, size_t cap, struct ref key)
{
	size_t i = hash(key) & (cap - 1);

	while (live(&slots[i]))
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

/* Moves to a table that is at most half full with `more` more, without any
 * tombstones; it may also be smaller than the old one. */
static int
rehash(struct refmap *m, size_t more)
{
	size_t cap = FIRST_CAP;
	struct refmap_slot *slots;

	pthread_once(&once, hash_key_draw);
	while (cap / 2 < m->count + more)
		cap *= 2;
	slots = fault_calloc(cap, sizeof *slots);
	if (!slots)
		return -1;
	for (size_t i = 0; i < m->cap; i++)
		if (live(&m->slots[i]))
			*find_place(slots, cap, m->slots[i].key) = m->slots[i];
	free(m->slots);
	m->slots = slots;
	m->cap = cap;
	m->used = m->count;
	return 0;
}

void
refmap_free(struct refmap *m)
{
	free(m->slots);
	*m = (struct refmap){ 0 };
}

void
refmap_trim(struct refmap *m)
{
	if (m->count == 0 && m->cap > LARGE_CAP)
		refmap_free(m);
}

void *
refmap_get(const struct refmap *m, struct ref key)
{
	const struct refmap_slot *s = find(m, key);

	return s ? s->value : NULL;
}

int
refmap_put(struct refmap *m, struct ref key, void *value)
{
	struct refmap_slot *s = find(m, key);

	if (s) {
		s->value = value;
		return 0;
	}
	if ((m->used + 1) * 10 > m->cap * 7 && rehash(m, 1) < 0)
		return -1;
	s = find_place(m->slots, m->cap, key);
	if (!s->value)
		m->used++; /* a tombstone is counted already */
	*s = (struct refmap_slot){ key, value };
	m->count++;
	return 0;
}

int
refmap_reserve(struct refmap *m, size_t n)
{
	if ((m->used + n) * 10 <= m->cap * 7)
		return 0;
	return rehash(m, n);
}

/* Slot i was emptied. Where no search goes on behind it, neither it nor the
 * tombstones before it are needed. */
static void
bury(struct refmap *m, size_t i)
{
	size_t mask = m->cap - 1;

	m->slots[i].value = TOMBSTONE;
	if (m->slots[(i + 1) & mask].value)
		return;
	for (; m->slots[i].value == TOMBSTONE; i = (i - 1) & mask) {
		m->slots[i].value = NULL;
		m->used--;
	}
}

void *
refmap_remove(struct refmap *m, struct ref key)
{
	struct refmap_slot *s = find(m, key);
	void *value;

	if (!s)
		return NULL;
	value = s->value;
	m->count--;
	bury(m, (size_t)(s - m->slots));
	return value;
}

void *
refmap_next(const struct refmap *m, size_t *i, struct ref *key_r)
{
	while (*i < m->cap) {
		const struct refmap_slot *s = &m->slots[(*i)++];

		if (live(s)) {
			if (key_r)
				*key_r = s->key;
			return s->value;
		}
	}
	return NULL;
}

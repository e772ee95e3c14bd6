/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/intern.h"

#include <pthread.h>
#include <string.h>

#include "lib/fault.h"

#define SLOTS 1024u /* a power of two */
#define FULL 512u

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct set *slots; /* n 0: free */
static unsigned used;

static size_t
bytes_of(const struct set *s)
{
	return s->n * sizeof(int);
}

static unsigned
hash(const struct set *s)
{
	const int *v = s->items;
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (uint32_t i = 0; i < s->n; i++)
		h = (h ^ (unsigned)v[i]) * UINT64_C(0x100000001b3);
	return (unsigned)(h ^ (h >> 32));
}

/* The slot of s, or the free one where it belongs. */
static struct set *
find(const struct set *s)
{
	for (unsigned i = hash(s);; i++) {
		struct set *slot = &slots[i & (SLOTS - 1)];

		if (!slot->n ||
		    (slot->n == s->n &&
			memcmp(slot->items, s->items, bytes_of(s)) == 0))
			return slot;
	}
}

static bool
keep(struct set *slot, const struct set *s)
{
	void *items = used < FULL ? fault_malloc(bytes_of(s)) : NULL;

	if (!items)
		return false;
	memcpy(items, s->items, bytes_of(s));
	*slot = (struct set){ .items = items, .n = s->n };
	used++;
	return true;
}

bool
intern_enum_set(const struct set *s, struct set *out_r)
{
	struct set *slot;
	bool ok;

	*out_r = (struct set){ 0 };
	if (!s->n)
		return true;
	pthread_mutex_lock(&lock);
	if (!slots)
		slots = fault_calloc(SLOTS, sizeof(*slots));
	slot = slots ? find(s) : NULL;
	ok = slot && (slot->n || keep(slot, s));
	if (ok)
		*out_r = *slot;
	pthread_mutex_unlock(&lock);
	return ok;
}

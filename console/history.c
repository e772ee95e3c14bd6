/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "console/consoles.h"
#include "lib/fault.h"

int
history_put(struct history *h, const char *p, size_t n)
{
	if (!h->ring)
		h->ring = fault_malloc(HISTORY_BYTES);
	if (!h->ring)
		return -1;
	if (n > HISTORY_BYTES) {
		h->end += n - HISTORY_BYTES;
		p += n - HISTORY_BYTES;
		n = HISTORY_BYTES;
	}
	while (n > 0) {
		size_t at = h->end % HISTORY_BYTES;
		size_t part = HISTORY_BYTES - at < n ? HISTORY_BYTES - at : n;

		memcpy(h->ring + at, p, part);
		h->end += part;
		p += part;
		n -= part;
	}
	return 0;
}

static uint64_t
oldest(const struct history *h)
{
	return h->end > HISTORY_BYTES ? h->end - HISTORY_BYTES : 0;
}

size_t
history_read(const struct history *h, uint64_t *pos, char *buf, size_t n)
{
	size_t got = 0;

	if (*pos < oldest(h))
		*pos = oldest(h);
	while (got < n && *pos < h->end) {
		size_t at = *pos % HISTORY_BYTES, part = HISTORY_BYTES - at;

		if (part > h->end - *pos)
			part = (size_t)(h->end - *pos);
		if (part > n - got)
			part = n - got;
		memcpy(buf + got, h->ring + at, part);
		got += part;
		*pos += part;
	}
	return got;
}

uint64_t
history_replay(const struct history *h)
{
	uint64_t begin = oldest(h);

	if (h->end - begin <= REPLAY_BYTES && begin == 0)
		return 0;
	begin = h->end - REPLAY_BYTES;
	for (uint64_t at = begin; at < h->end; at++)
		if (h->ring[at % HISTORY_BYTES] == '\n')
			return at + 1;
	return begin;
}

void
history_free(struct history *h)
{
	free(h->ring);
	*h = (struct history){ 0 };
}

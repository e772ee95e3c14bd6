/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/logring.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char ring[LOGRING_BYTES];
static size_t end;    /* where the next byte goes */
static size_t filled; /* bytes that count, before end */

static void
put(const char *p, size_t len)
{
	size_t first = LOGRING_BYTES - end < len ? LOGRING_BYTES - end : len;

	memcpy(ring + end, p, first);
	memcpy(ring, p + first, len - first);
	end = (end + len) % LOGRING_BYTES;
	filled = filled + len < LOGRING_BYTES ? filled + len : LOGRING_BYTES;
}

void
logring_add(const char *line, size_t len)
{
	if (len > LOGRING_BYTES / 2)
		len = LOGRING_BYTES / 2;
	pthread_mutex_lock(&lock);
	put(line, len);
	put("\n", 1);
	pthread_mutex_unlock(&lock);
}

void
logring_copy(struct bytes *out)
{
	size_t at = out->len, start;
	const char *nl;

	pthread_mutex_lock(&lock);
	start = (end + LOGRING_BYTES - filled) % LOGRING_BYTES;
	if (start + filled > LOGRING_BYTES) {
		bytes_put(out, ring + start, LOGRING_BYTES - start);
		bytes_put(out, ring, end);
	} else {
		bytes_put(out, ring + start, filled);
	}
	/* Once it is full, the oldest line has lost its beginning. */
	if (filled == LOGRING_BYTES && !out->failed) {
		nl = memchr(out->p + at, '\n', out->len - at);
		start = nl ? (size_t)(nl + 1 - out->p) : out->len;
		memmove(out->p + at, out->p + start, out->len - start);
		out->len -= start - at;
	}
	pthread_mutex_unlock(&lock);
}

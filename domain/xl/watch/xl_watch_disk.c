/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that connect to their disks: seen by the state of the backend. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/xl/watch/xl_watch.h"

#define BACKENDS "/local/domain/0/backend/vbd"
#define STATE_CONNECTED "4" /* XenbusStateConnected */
#define TOKEN "vbd"

bool
xl_watch_disks(struct xs_handle *xs)
{
	return xs_watch(xs, BACKENDS, TOKEN);
}

bool
xl_is_of_disks(const char *token)
{
	return strcmp(token, TOKEN) == 0;
}

static bool
is_connected(struct xs_handle *xs, const char *path)
{
	unsigned len;
	char *state = xs_read(xs, XBT_NULL, path, &len);
	bool is = state && strcmp(state, STATE_CONNECTED) == 0;

	free(state);
	return is;
}

static void
look_at_disk(struct xs_handle *xs, uint32_t domid, unsigned disk,
    xl_disk_fn *fn, void *arg)
{
	char path[96], *dev;
	unsigned len;

	snprintf(path, sizeof(path), BACKENDS "/%u/%u/state", domid, disk);
	if (!is_connected(xs, path))
		return;
	snprintf(path, sizeof(path), BACKENDS "/%u/%u/dev", domid, disk);
	dev = xs_read(xs, XBT_NULL, path, &len);
	if (dev && len > 0 && len < XL_DISK_NAME)
		fn(arg, domid, dev);
	free(dev);
}

/* Numbers that have a folder there. */
static unsigned
numbers_in(struct xs_handle *xs, const char *path, unsigned *out, unsigned max)
{
	unsigned count = 0, n = 0;
	char **names = xs_directory(xs, XBT_NULL, path, &count);

	for (unsigned i = 0; names && i < count && n < max; i++)
		out[n++] = (unsigned)strtoul(names[i], NULL, 10);
	free(names);
	return n;
}

/* Those that had connected before anybody watched. */
static void
look_at_all(struct xs_handle *xs, xl_disk_fn *fn, void *arg)
{
	unsigned domids[1024], disks[64], n, k;
	char path[64];

	n = numbers_in(xs, BACKENDS, domids, 1024);
	for (unsigned i = 0; i < n; i++) {
		snprintf(path, sizeof(path), BACKENDS "/%u", domids[i]);
		k = numbers_in(xs, path, disks, 64);
		for (unsigned j = 0; j < k; j++)
			look_at_disk(xs, domids[i], disks[j], fn, arg);
	}
}

void
xl_disk_fired(struct xs_handle *xs, const char *path, xl_disk_fn *fn, void *arg)
{
	unsigned domid, disk;
	int end = 0;

	if (strcmp(path, BACKENDS) == 0)
		look_at_all(xs, fn, arg);
	else if (sscanf(path, BACKENDS "/%u/%u/state%n", &domid, &disk, &end) ==
		2 &&
	    end > 0 && !path[end])
		look_at_disk(xs, domid, disk, fn, arg);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A durable call and a sync of the same disk, in turns, so that both meet the
 * same disk and the same other work:
 *   durable TARGET FOLDER TURNS BODY
 * A turn is IN_A_ROW syncs of 4 KiB written over older ones in a file in FOLDER,
 * as a log that is used again is written, and as many calls, of which the first
 * is not counted. BODY is a file with a JSON body; ten signs @ in it become a
 * number. Prints: median us of a sync, and of a call. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/client.h"

#define IN_A_ROW 10u
#define PAGES 60u
#define PAGE_BYTES 4096u

struct durable {
	int fd;
	struct client client;
	char *body, *number;
	size_t len;
	unsigned calls, syncs;
	int64_t *call_ns, *sync_ns;
	size_t ncalls, nsyncs;
};

static void
open_file(struct durable *d, const char *folder)
{
	static const char page[PAGE_BYTES];
	char path[4096];

	snprintf(path, sizeof(path), "%s/floor", folder);
	d->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (d->fd < 0)
		die(path);
	for (unsigned i = 0; i < PAGES; i++)
		if (write(d->fd, page, sizeof(page)) < 0)
			die(path);
	fsync(d->fd);
	unlink(path);
}

static int64_t
sync_once(struct durable *d)
{
	static char page[PAGE_BYTES];
	int64_t start = now_ns();

	page[0] = (char)++d->syncs;
	if (pwrite(d->fd, page, sizeof(page),
		(off_t)(d->syncs % PAGES) * PAGE_BYTES) < 0 ||
	    fdatasync(d->fd) < 0)
		die("fdatasync");
	return now_ns() - start;
}

static int64_t
call_once(struct durable *d)
{
	struct pollfd p = { .fd = d->client.fd, .events = POLLIN };
	char number[11];

	snprintf(number, sizeof(number), "%010u", d->calls++);
	memcpy(d->number, number, 10);
	client_send(&d->client, "/jsonrpc", "application/json", d->body,
	    d->len);
	do
		if (poll(&p, 1, 60000) <= 0)
			die("no answer");
	while (!client_read(&d->client));
	if (!client_succeeded(&d->client)) {
		fprintf(stderr, "%.1000s\n", d->client.keep);
		exit(1);
	}
	return d->client.done_ns - d->client.sent_ns;
}

static void
turn(struct durable *d)
{
	for (unsigned i = 0; i < IN_A_ROW; i++)
		d->sync_ns[d->nsyncs++] = sync_once(d);
	(void)call_once(d);
	for (unsigned i = 0; i < IN_A_ROW; i++)
		d->call_ns[d->ncalls++] = call_once(d);
}

static double
median(int64_t *samples, size_t n)
{
	size_t k = n / 2;

	qsort(samples, n, sizeof(*samples), compare_i64);
	return (double)samples[k] / 1e3;
}

int
main(int argc, char **argv)
{
	struct durable d = { 0 };
	size_t turns = argc == 5 ? (size_t)atoi(argv[3]) : 0;

	if (turns == 0)
		return 2;
	d.call_ns = calloc(turns * IN_A_ROW, sizeof(*d.call_ns));
	d.sync_ns = calloc(turns * IN_A_ROW, sizeof(*d.sync_ns));
	d.body = read_file(argv[4], &d.len);
	d.number = strstr(d.body, "@@@@@@@@@@");
	if (!d.call_ns || !d.sync_ns || !d.number)
		return 2;
	open_file(&d, argv[2]);
	client_open(&d.client, argv[1]);
	while (turns--)
		turn(&d);
	printf("%.1f ", median(d.sync_ns, d.nsyncs));
	printf("%.1f\n", median(d.call_ns, d.ncalls));
	return 0;
}

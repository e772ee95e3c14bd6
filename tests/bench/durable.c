/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A durable call, a sync of the same disk, and the least server that there could
 * be, in turns, so that all meet the same disk and the same other work:
 *   durable TARGET FOLDER TURNS BODY
 * A turn is IN_A_ROW syncs of what a commit writes, over older data in a file in
 * FOLDER, as a log that is used again is written; as many requests to a process
 * that does nothing but take the same bytes, sync, and answer; and as many calls.
 * The first of each is not counted. BODY is a file with a JSON body; ten signs @
 * in it become a number. Prints: median us of a sync, of the least server, and of
 * a call. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/turn.h"
#include "tests/bench/client.h"

#define IN_A_ROW 10u
/* A page and its header, as SQLite's log has them. */
#define COMMIT_BYTES 4120u
#define COMMITS 60u
#define ANSWER_BYTES 283u

struct durable {
	int fd, least;
	struct client client;
	char *body, *number;
	size_t len;
	unsigned calls, syncs;
	struct samples {
		int64_t *ns;
		size_t n;
	} sync, server, call;
};

static void
open_file(struct durable *d, const char *folder)
{
	static const char page[COMMIT_BYTES];
	char path[4096];

	snprintf(path, sizeof(path), "%s/floor", folder);
	d->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (d->fd < 0)
		die(path);
	for (unsigned i = 0; i < COMMITS; i++)
		if (write(d->fd, page, sizeof(page)) < 0)
			die(path);
	fsync(d->fd);
	unlink(path);
}

static void
commit(struct durable *d)
{
	static char page[COMMIT_BYTES];

	page[0] = (char)++d->syncs;
	if (pwrite(d->fd, page, sizeof(page),
		(off_t)(d->syncs % COMMITS) * COMMIT_BYTES) < 0 ||
	    fdatasync(d->fd) < 0)
		die("fdatasync");
}

static int64_t
sync_once(struct durable *d)
{
	int64_t start = now_ns();

	commit(d);
	return now_ns() - start;
}

/* ---- the least server ---- */

static void
serve(struct durable *d, int fd)
{
	static char buf[4096];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	turn_quick();
	while (recv(fd, buf, sizeof(buf), 0) > 0) {
		commit(d);
		if (send(fd, buf, ANSWER_BYTES, MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

static void
start_server(struct durable *d)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		die("socketpair");
	switch (fork()) {
	case -1:
		die("fork");
	case 0:
		close(pair[0]);
		serve(d, pair[1]);
	}
	close(pair[1]);
	d->least = pair[0];
}

static int64_t
server_once(struct durable *d)
{
	struct pollfd p = { .fd = d->least, .events = POLLIN };
	static char buf[4096];
	int64_t start = now_ns();

	if (send(d->least, d->body, d->len, MSG_NOSIGNAL) < 0 ||
	    poll(&p, 1, 60000) <= 0 || recv(d->least, buf, sizeof(buf), 0) <= 0)
		die("the least server");
	return now_ns() - start;
}

/* ---- a call ---- */

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
row(struct durable *d, struct samples *s, int64_t (*once)(struct durable *))
{
	(void)once(d);
	for (unsigned i = 0; i < IN_A_ROW; i++)
		s->ns[s->n++] = once(d);
}

static double
median(struct samples *s)
{
	size_t middle = s->n / 2;

	qsort(s->ns, s->n, sizeof(*s->ns), compare_i64);
	return (double)s->ns[middle] / 1e3;
}

static void
make_room(struct samples *s, size_t turns)
{
	s->ns = calloc(turns * IN_A_ROW, sizeof(*s->ns));
	if (!s->ns)
		die("memory");
}

int
main(int argc, char **argv)
{
	struct durable d = { 0 };
	size_t turns = argc == 5 ? (size_t)atoi(argv[3]) : 0;

	if (turns == 0)
		return 2;
	make_room(&d.sync, turns);
	make_room(&d.server, turns);
	make_room(&d.call, turns);
	d.body = read_file(argv[4], &d.len);
	d.number = strstr(d.body, "@@@@@@@@@@");
	if (!d.number)
		return 2;
	open_file(&d, argv[2]);
	start_server(&d);
	turn_quick(); /* as the daemon's thread does: on equal terms */
	client_open(&d.client, argv[1]);
	while (turns--) {
		row(&d, &d.sync, sync_once);
		row(&d, &d.server, server_once);
		row(&d, &d.call, call_once);
	}
	printf("%.1f %.1f ", median(&d.sync), median(&d.server));
	printf("%.1f\n", median(&d.call));
	return 0;
}

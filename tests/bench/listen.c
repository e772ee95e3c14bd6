/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a write to those who wait for it in event.from:
 *   listen TARGET LISTENERS ROUNDS FROM WRITE
 * FROM and WRITE are files with JSON bodies. TOKEN in FROM becomes the last
 * token; ten signs @ in WRITE become a number. A round: all wait, one writes.
 * Prints, in us: p50 and p99 from the writer's answer to a listener's (0 where
 * the listener's came first); p50 and p99 from the sending of the write to a
 * listener's answer; p50 and most of the last listener of each round. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/bench/client.h"

#define SETTLE_USEC 20000
#define BODY_MAX 4096

struct listen {
	struct client *clients; /* [n] is the writer */
	size_t n, rounds, nsamples;
	char *from, *write;
	size_t write_len;
	int64_t *after, *sent, *last;
	int epoll;
};

static void
post(struct client *c, const char *body, size_t len)
{
	client_send(c, "/jsonrpc", "application/json", body, len);
}

/* The token of the last answer, or "" before there was one. */
static void
send_from(struct listen *l, struct client *c)
{
	char body[BODY_MAX], token[128] = "";
	const char *at = strstr(c->keep, "\"token\":");
	const char *gap = strstr(l->from, "TOKEN");

	if (at)
		sscanf(at, "\"token\": \"%127[^\"]", token);
	if (at && !*token)
		sscanf(at, "\"token\":\"%127[^\"]", token);
	snprintf(body, sizeof(body), "%.*s%s%s", (int)(gap - l->from), l->from,
	    token, gap + 5);
	post(c, body, strlen(body));
}

static void
wait_for(struct listen *l, size_t answers)
{
	while (answers > 0) {
		struct epoll_event e[64];
		int m = epoll_wait(l->epoll, e, 64, 40000);

		if (m <= 0)
			die("no answer");
		for (int i = 0; i < m; i++) {
			struct client *c = &l->clients[e[i].data.u64];

			if (!client_read(c))
				continue;
			answers--;
			if (!client_succeeded(c)) {
				fprintf(stderr, "%.1000s\n", c->keep);
				exit(1);
			}
		}
	}
}

static void
one_round(struct listen *l, unsigned round)
{
	struct client *w = &l->clients[l->n];
	char number[11];
	int64_t last = 0;

	for (size_t i = 0; i < l->n; i++)
		send_from(l, &l->clients[i]);
	usleep(SETTLE_USEC);
	snprintf(number, sizeof(number), "%010u", round);
	memcpy(strpbrk(l->write, "@"), number, 10);
	post(w, l->write, l->write_len);
	memset(strstr(l->write, number), '@', 10);
	wait_for(l, l->n + 1);
	for (size_t i = 0; i < l->n; i++) {
		int64_t late = l->clients[i].done_ns - w->done_ns;

		late = late > 0 ? late : 0;
		l->after[l->nsamples] = late;
		l->sent[l->nsamples] = l->clients[i].done_ns - w->sent_ns;
		if (l->sent[l->nsamples] > last)
			last = l->sent[l->nsamples];
		l->nsamples++;
	}
	l->last[round] = last;
}

static double
at(int64_t *samples, size_t n, unsigned percent)
{
	size_t k = (n - 1) * percent / 100;

	qsort(samples, n, sizeof(*samples), compare_i64);
	return (double)samples[k] / 1e3;
}

int
main(int argc, char **argv)
{
	struct listen l = { 0 };
	size_t len;

	if (argc != 6)
		return 2;
	l.n = (size_t)atoi(argv[2]);
	l.rounds = (size_t)atoi(argv[3]);
	l.from = read_file(argv[4], &len);
	l.write = read_file(argv[5], &l.write_len);
	l.clients = calloc(l.n + 1, sizeof(*l.clients));
	l.after = calloc(l.n * l.rounds, sizeof(*l.after));
	l.sent = calloc(l.n * l.rounds, sizeof(*l.sent));
	l.last = calloc(l.rounds, sizeof(*l.last));
	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!l.clients || !l.after || !l.sent || !l.last || !l.n || !l.rounds)
		return 2;
	for (size_t i = 0; i <= l.n; i++) {
		struct epoll_event e = { EPOLLIN, { .u64 = i } };

		client_open(&l.clients[i], argv[1]);
		epoll_ctl(l.epoll, EPOLL_CTL_ADD, l.clients[i].fd, &e);
	}
	for (size_t i = 0; i < l.n; i++)
		send_from(&l, &l.clients[i]); /* all that is there */
	wait_for(&l, l.n);
	for (unsigned i = 0; i < l.rounds; i++)
		one_round(&l, i);
	printf("%.1f %.1f ", at(l.after, l.nsamples, 50),
	    at(l.after, l.nsamples, 99));
	printf("%.1f %.1f ", at(l.sent, l.nsamples, 50),
	    at(l.sent, l.nsamples, 99));
	printf("%.1f %.1f\n", at(l.last, l.rounds, 50),
	    at(l.last, l.rounds, 100));
	return 0;
}

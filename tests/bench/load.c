/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls over kept connections, each sending the next call when it has the
 * answer to the last:
 *   load TARGET PID CONNECTIONS SECONDS CALLS PATH TYPE BODIES
 * TARGET is unix:PATH or 127.0.0.1:PORT, PID whose processor time is measured.
 * It ends after SECONDS or CALLS, whatever comes first. BODIES is a file of
 * bodies with a NUL between; connection i sends the i-th of them. Ten signs @
 * in a body become the number of the call.
 * Prints: calls, seconds, calls a second, p50 us, p99 us, CPU us a call,
 * bytes of the last body, p50 us to the first byte, answers that failed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "tests/bench/client.h"

#define SAMPLES_MAX (1u << 20)
#define BODIES_MAX 256
#define NUMBER_CHARS 10

struct load {
	const char *path, *type;
	char *bodies[BODIES_MAX];
	size_t lens[BODIES_MAX], nbodies;
	uint64_t started, done, failed;
	int64_t *total, *first; /* ns, of the first SAMPLES_MAX answers */
};

static void
split_bodies(struct load *l, const char *file)
{
	size_t len, at = 0;
	char *text = read_file(file, &len);

	while (at < len && l->nbodies < BODIES_MAX) {
		l->bodies[l->nbodies] = text + at;
		l->lens[l->nbodies] = strlen(text + at);
		at += l->lens[l->nbodies++] + 1;
	}
}

static void
send_next(struct load *l, struct client *c, size_t index)
{
	char *body = l->bodies[index % l->nbodies], number[NUMBER_CHARS + 1];
	char *at = strstr(body, "@@@@@@@@@@");

	snprintf(number, sizeof(number), "%010u", (unsigned)l->started++);
	if (at)
		memcpy(at, number, NUMBER_CHARS);
	client_send(c, l->path, l->type, body, l->lens[index % l->nbodies]);
	if (at)
		memset(at, '@', NUMBER_CHARS);
}

static void
count_answer(struct load *l, const struct client *c)
{
	if (l->done < SAMPLES_MAX) {
		l->total[l->done] = c->done_ns - c->sent_ns;
		l->first[l->done] = c->first_ns - c->sent_ns;
	}
	if (!client_succeeded(c) && l->failed++ == 0)
		fprintf(stderr, "load: %.1000s\n", c->keep);
	l->done++;
}

static void
run(struct load *l, struct client *clients, size_t n, int64_t end,
    uint64_t calls)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	size_t waiting = n;

	for (size_t i = 0; i < n; i++) {
		struct epoll_event e = { EPOLLIN, { .u64 = i } };

		epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &e);
		send_next(l, &clients[i], i);
	}
	while (waiting > 0) {
		struct epoll_event e[64];
		int m = epoll_wait(epoll, e, 64, 60000);

		if (m <= 0)
			die("no answer");
		for (int k = 0; k < m; k++) {
			size_t i = e[k].data.u64;

			if (!client_read(&clients[i]))
				continue;
			count_answer(l, &clients[i]);
			if (now_ns() < end && l->started < calls)
				send_next(l, &clients[i], i);
			else
				waiting--;
		}
	}
}

static double
percentile(int64_t *samples, uint64_t n, unsigned percent)
{
	size_t k;

	if (n > SAMPLES_MAX)
		n = SAMPLES_MAX;
	if (n == 0)
		return 0;
	k = (n - 1) * percent / 100;
	qsort(samples, n, sizeof(*samples), compare_i64);
	return (double)samples[k] / 1e3;
}

int
main(int argc, char **argv)
{
	struct load l = { 0 };
	size_t n = argc == 9 ? (size_t)atoi(argv[3]) : 0;
	struct client *clients = calloc(n + 1, sizeof(*clients));
	int64_t start, cpu;
	double seconds;

	if (n == 0 || !clients)
		return 2;
	l.path = argv[6];
	l.type = argv[7];
	l.total = malloc(SAMPLES_MAX * sizeof(*l.total));
	l.first = malloc(SAMPLES_MAX * sizeof(*l.first));
	split_bodies(&l, argv[8]);
	if (!l.total || !l.first || l.nbodies == 0)
		return 2;
	for (size_t i = 0; i < n; i++)
		client_open(&clients[i], argv[1]);
	start = now_ns();
	cpu = cpu_of(atoi(argv[2]));
	run(&l, clients, n, start + (int64_t)(atof(argv[4]) * 1e9),
	    strtoull(argv[5], NULL, 10));
	cpu = cpu_of(atoi(argv[2])) - cpu;
	seconds = (double)(now_ns() - start) / 1e9;
	printf("%llu %.3f %.1f %.1f ", (unsigned long long)l.done, seconds,
	    (double)l.done / seconds, percentile(l.total, l.done, 50));
	printf("%.1f %.2f %llu %.1f %llu\n", percentile(l.total, l.done, 99),
	    (double)cpu / 1e3 / (double)l.done,
	    (unsigned long long)clients[0].bytes,
	    percentile(l.first, l.done, 50), (unsigned long long)l.failed);
	return 0;
}

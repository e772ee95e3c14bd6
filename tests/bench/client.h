/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One kept connection of a measuring client: sends a call, reads the answer
 * and forgets all but its beginning. Not for hostile servers. */
#ifndef XAPID_BENCH_CLIENT_H
#define XAPID_BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_KEEP_BYTES 8192

struct client {
	int fd;
	int64_t sent_ns, first_ns, done_ns; /* CLOCK_MONOTONIC */
	/* Of the answer being read. */
	char keep[CLIENT_KEEP_BYTES + 1]; /* its head and first bytes */
	size_t nkeep;
	uint64_t bytes; /* of the body */
	bool in_body, chunked, in_size, last_chunk;
	uint64_t left;
};

/* target: unix:PATH or 127.0.0.1:PORT. Ends the program when it fails. */
void client_open(struct client *c, const char *target);
void client_send(struct client *c, const char *path, const char *type,
    const char *body, size_t len);
/* Reads what is there: true when the answer is complete. */
bool client_read(struct client *c);
/* Whether the answer is the success of an API call. */
bool client_succeeded(const struct client *c);

int64_t now_ns(void);
/* The processor time of a process, ns. */
int64_t cpu_of(int pid);
char *read_file(const char *path, size_t *len_r);
int compare_i64(const void *a, const void *b);
_Noreturn void die(const char *what);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The switch's inside: lanes and processes. Everything here belongs to the
 * switch's thread, but queues and what is marked: those have its lock. */
#ifndef XAPID_LANE_H
#define XAPID_LANE_H

#include <poll.h>
#include <pthread.h>

#include "plan/priv.h"
#include "plan/queue.h"
#include "plan/switch.h"

#define LANE_PROCESSES 8
#define LANE_POLLED (1 + PLAN_TARGETS * LANE_PROCESSES)

/* Of a kind of worker. */
struct lane_row {
	const char *title; /* "domain worker" */
	enum priv_worker worker;
	unsigned max;   /* processes */
	bool pipelined; /* gets all requests at once; else one */
	int idle_ms; /* ends when it had nothing to do for so long; 0: never */
	/* So many do not: what has to be done soon waits for no program. */
	unsigned spare;
};

struct process {
	int fd; /* -1: this place is free */
	pid_t pid;
	struct frame_reader in;
	struct bytes out;
	struct queue hands; /* what it was given; lock */
	int64_t idle_since;
};

struct lane {
	struct switchboard *board;
	enum plan_target target;
	const struct lane_row *row;
	struct queue waiting; /* lock */
	struct process processes[LANE_PROCESSES];
	bool kept;         /* lock */
	int64_t retry_at;  /* kept, and it died: not before */
	unsigned failures; /* deaths in a row without a word */
};

struct switchboard {
	pthread_mutex_t lock; /* a leaf */
	bool stop;            /* lock */
	bool cancel_news;     /* lock: somebody marked requests */
	int wake;             /* eventfd */
	pthread_t thread;
	uint64_t next_ask; /* lock */
	/* Nothing that is simulated takes longer, and it would hold up the
	 * others; 0: no such limit. */
	int quick_ms;
	struct lane lanes[PLAN_TARGETS];
	void (
	    *event)(void *arg, enum plan_target from, const struct value *body);
	void *event_arg;
};

/* How the core of this configuration reaches them. */
void lane_init(struct lane *l, struct switchboard *s, enum plan_target target,
    bool real);
void lane_free(struct lane *l);
/* Gives what waits to processes that are free, starting some. */
void lane_feed(struct lane *l);
/* Tells workers of what was cancelled, and ends what still waits. */
void lane_cancel(struct lane *l);
/* Kills what hangs, ends what is idle. */
void lane_expire(struct lane *l, int64_t now);
/* When lane_expire or lane_feed is due; INT64_MAX: never. */
int64_t lane_due(struct lane *l);
/* Adds what is to be polled; owners tells whose. Answers the number. */
unsigned lane_poll(struct lane *l, struct pollfd *fds, struct process **owners);
void lane_serve(struct lane *l, struct process *p, short events,
    struct arena *a);
/* Every request fails. */
void lane_fail_all(struct lane *l, const char *text);

#endif

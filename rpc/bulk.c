/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/bulk.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lib/fault.h"
#include "lib/threads.h"
#include "lib/turn.h"
#include "rpc/request.h"
#include "rpc/stream.h"

#define THREADS_MAX 64
#define SILENCE_MS 60000

struct bulk {
	struct threads *threads;
	pthread_mutex_t lock; /* protects all below */
	struct request_list running;
	unsigned n; /* places taken */
};

/* The front may have begun. */
static int
send_reply(struct request *q)
{
	struct iovec parts[2];
	int more = 1;

	while (more > 0) {
		if (q->begun && reply_unsent(q, parts) &&
		    stream_write_parts(q->conn, parts, 2, SILENCE_MS) < 0)
			return -1;
		more = reply_more(q);
	}
	return more;
}

/* ---- threads ---- */

static void
be_nice(void)
{
	static _Thread_local bool done;

	if (!done)
		turn_patient();
	done = true;
}

int
bulk_take(struct bulk *b)
{
	bool room;

	pthread_mutex_lock(&b->lock);
	room = b->n < THREADS_MAX;
	b->n += room;
	pthread_mutex_unlock(&b->lock);
	return room ? 0 : -1;
}

static void
leave_place(struct bulk *b)
{
	pthread_mutex_lock(&b->lock);
	b->n--;
	pthread_mutex_unlock(&b->lock);
}

static void
list_running(struct bulk *b, struct request *q, bool runs)
{
	pthread_mutex_lock(&b->lock);
	if (runs)
		TAILQ_INSERT_TAIL(&b->running, q, link);
	else
		TAILQ_REMOVE(&b->running, q, link);
	pthread_mutex_unlock(&b->lock);
}

static void
bulk_main(void *arg)
{
	struct request *q = arg;
	struct conn *c = q->conn;
	struct bulk *b = c->rpc->bulk;
	int rc;

	be_nice();
	rc = send_reply(q);
	list_running(b, q, false);
	/* To let go of 10,000 records takes a while: the client need not wait. */
	if (rc == 0 && q->keep)
		front_give(c);
	respond_finish(q);
	if (rc == 0 && !q->keep)
		stream_drain(c);
	if (rc < 0 || !q->keep)
		conn_free(c);
	leave_place(b);
	request_end(q);
}

void
bulk_run(struct bulk *b, struct request *q)
{
	list_running(b, q, true);
	if (threads_run(b->threads, bulk_main, q) == 0)
		return;
	list_running(b, q, false);
	leave_place(b);
	respond_finish(q);
	conn_free(q->conn);
	request_end(q);
}

struct bulk *
bulk_new(void)
{
	struct bulk *b = fault_calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	TAILQ_INIT(&b->running);
	pthread_mutex_init(&b->lock, NULL);
	b->threads = threads_new("xapid-bulk", THREADS_MAX, THREADS_MAX);
	if (!b->threads) {
		bulk_free(b);
		return NULL;
	}
	return b;
}

void
bulk_free(struct bulk *b)
{
	if (!b)
		return;
	threads_free(b->threads);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

void
bulk_cut(struct bulk *b)
{
	struct request *q;

	LOCK_SCOPE(&b->lock);
	TAILQ_FOREACH(q, &b->running, link)
	shutdown(q->conn->fd, SHUT_RDWR);
}

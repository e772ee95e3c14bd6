/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/bulk.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/fault.h"
#include "lib/threads.h"
#include "lib/turn.h"
#include "rpc/engine.h"
#include "rpc/request.h"
#include "rpc/status.h"
#include "rpc/stream.h"

#define THREADS_MAX 64
#define SILENCE_MS 60000

struct bulk {
	struct threads *threads;
	pthread_mutex_t lock; /* protects all below */
	struct request_list running;
	unsigned n; /* places taken */
};

/* ---- the reply ---- */

static void
put_head(const struct request *q, struct bytes *out)
{
	char date[40];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	bytes_printf(out,
	    "HTTP/1.%d 200 OK\r\nDate: %s\r\nConnection: %s\r\n"
	    "Content-Type: %s\r\nCache-Control: no-cache, no-store\r\n"
	    "Access-Control-Allow-Origin: *\r\n"
	    "Access-Control-Allow-Headers: X-Requested-With\r\n",
	    q->minor, date, q->keep ? "keep-alive" : "close",
	    reply_call_type(q));
	if (q->z)
		bytes_printf(out, "Content-Encoding: %s\r\n",
		    compress_name(q->compress));
	if (q->minor > 0)
		bytes_puts(out, "Transfer-Encoding: chunked\r\n");
	bytes_puts(out, "\r\n");
}

static int
send_piece(struct request *q, const struct bytes *b)
{
	char size[20];
	struct iovec parts[] = {
		{ size,
		    (size_t)snprintf(size, sizeof(size), "%zx\r\n", b->len) },
		{ b->p, b->len },
		{ (void *)(uintptr_t) "\r\n", 2 },
	};

	if (b->len == 0)
		return 0;
	if (q->minor == 0)
		return stream_write(q->conn, b->p, b->len, SILENCE_MS);
	return stream_write_parts(q->conn, parts, 3, SILENCE_MS);
}

static int
send_reply(struct request *q)
{
	CLEANUP_BYTES struct bytes head = { 0 };
	const struct bytes *piece;

	put_head(q, &head);
	if (head.failed ||
	    stream_write(q->conn, head.p, head.len, SILENCE_MS) < 0)
		return -1;
	while ((piece = reply_piece(q)))
		if (piece->failed || send_piece(q, piece) < 0)
			return -1;
	if (q->minor == 0)
		return 0;
	return stream_write(q->conn, "0\r\n\r\n", 5, SILENCE_MS);
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

static void
bulk_main(void *arg)
{
	struct request *q = arg;
	struct conn *c = q->conn;
	struct bulk *b = q->rpc->bulk;
	int rc;

	be_nice();
	rc = send_reply(q);
	respond_finish(q);
	pthread_mutex_lock(&b->lock);
	TAILQ_REMOVE(&b->running, q, link);
	pthread_mutex_unlock(&b->lock);
	if (rc == 0 && q->keep) {
		front_give(c);
	} else {
		if (rc == 0)
			stream_drain(c);
		conn_free(c);
	}
	pthread_mutex_lock(&b->lock);
	b->n--;
	pthread_mutex_unlock(&b->lock);
	request_end(q);
}

int
bulk_take(struct bulk *b, struct request *q)
{
	struct conn *c;
	bool room;

	pthread_mutex_lock(&b->lock);
	room = b->n < THREADS_MAX;
	b->n += room;
	pthread_mutex_unlock(&b->lock);
	/* Requests that the engine has read already would be lost. */
	c = room && conn_is_exact(q->conn) ? engine_duplicate(q->conn) : NULL;
	if (!c) {
		pthread_mutex_lock(&b->lock);
		b->n -= room;
		pthread_mutex_unlock(&b->lock);
		return -1;
	}
	q->conn = c;
	q->keep = q->keep && !q->last && !c->last && !q->rpc->stopping;
	return 0;
}

void
bulk_run(struct bulk *b, struct request *q)
{
	pthread_mutex_lock(&b->lock);
	TAILQ_INSERT_TAIL(&b->running, q, link);
	pthread_mutex_unlock(&b->lock);
	if (threads_run(b->threads, bulk_main, q) == 0)
		return;
	pthread_mutex_lock(&b->lock);
	TAILQ_REMOVE(&b->running, q, link);
	b->n--;
	pthread_mutex_unlock(&b->lock);
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

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
send_pieces(struct request *q)
{
	const struct bytes *piece;

	while ((piece = reply_piece(q)))
		if (piece->failed || send_piece(q, piece) < 0)
			return -1;
	return 0;
}

static int
send_reply(struct request *q)
{
	CLEANUP_BYTES struct bytes head = { 0 };

	put_head(q, &head);
	if (head.failed ||
	    stream_write(q->conn, head.p, head.len, SILENCE_MS) < 0 ||
	    send_pieces(q) < 0)
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

static bool
take_place(struct bulk *b)
{
	bool room;

	pthread_mutex_lock(&b->lock);
	room = b->n < THREADS_MAX;
	b->n += room;
	pthread_mutex_unlock(&b->lock);
	return room;
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

/* ---- taken ---- */

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
	list_running(b, q, false);
	if (rc == 0 && q->keep) {
		front_give(c);
	} else {
		if (rc == 0)
			stream_drain(c);
		conn_free(c);
	}
	leave_place(b);
	request_end(q);
}

int
bulk_take(struct bulk *b, struct request *q)
{
	bool keep = q->keep && q->minor > 0 && !q->last && !q->rpc->stopping;
	struct conn *c;

	/* Requests that the engine has read already would be lost. */
	if ((keep && !conn_is_exact(q->conn)) || !take_place(b))
		return -1;
	c = engine_duplicate(q->conn);
	if (!c) {
		leave_place(b);
		return -1;
	}
	q->conn = c;
	q->keep = keep && !c->last;
	return 0;
}

void
bulk_run(struct bulk *b, struct request *q)
{
	list_running(b, q, true);
	if (threads_run(b->threads, bulk_main, q) == 0)
		return;
	list_running(b, q, false);
	leave_place(b);
	conn_free(q->conn);
	request_end(q);
}

/* ---- lent ---- */

static void
lent_main(void *arg)
{
	struct request *q = arg;
	struct bulk *b = q->rpc->bulk;

	be_nice();
	q->loan = send_pieces(q) == 0 ? LOAN_SENT : LOAN_FAILED;
	list_running(b, q, false);
	leave_place(b);
	MHD_resume_connection(q->mc);
}

/* What the engine sends before and behind, the head and the end of all chunks,
 * it sends itself. */
bool
bulk_lend(struct bulk *b, struct request *q)
{
	q->loan = LOAN_REFUSED;
	if (!q->keep || q->minor == 0 || q->last || !take_place(b))
		return false;
	q->loan = LOAN_OUT;
	q->conn->due = 0;
	MHD_suspend_connection(q->mc);
	list_running(b, q, true);
	if (threads_run(b->threads, lent_main, q) == 0)
		return true;
	list_running(b, q, false);
	leave_place(b);
	q->loan = LOAN_REFUSED;
	MHD_resume_connection(q->mc);
	return true;
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

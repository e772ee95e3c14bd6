/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes go from one side to the other through the front's scratch; what the
 * other side does not take at once is kept, and until it is gone no more is
 * read: one pump holds at most what fits the scratch, each way, and an idle
 * one nothing. Events are edge-triggered: every step goes on until neither
 * side moves, or until others want their turn. */
#include "rpc/pump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/fault.h"
#include "rpc/engine.h"
#include "rpc/front_private.h"

#define BYTES_PER_TURN (256 * 1024)

/* Read from one side, not yet taken by the other. */
struct rest {
	char *p; /* owned; NULL: nothing */
	size_t at, len;
};

struct meter {
	_Atomic unsigned refs;
	_Atomic uint64_t fed;
};

struct pump {
	struct source source; /* of the engine's side */
	struct conn *client;  /* borrowed: it owns us */
	int fd;              /* our end of the pair; the engine has the other */
	struct meter *meter; /* owned reference */
	struct rest in, out; /* to the engine; to the client */
	bool in_ended;       /* the client has closed its side */
	bool out_ended;      /* the engine has */
	bool broken;
	size_t moved; /* bytes, in this turn */
};

struct meter *
meter_ref(struct meter *m)
{
	if (m)
		m->refs++;
	return m;
}

void
meter_unref(struct meter *m)
{
	if (m && --m->refs == 0)
		free(m);
}

uint64_t
meter_fed(const struct meter *m)
{
	return m->fed;
}

void
pump_free(struct pump *p)
{
	if (!p)
		return;
	meter_unref(p->meter);
	free(p->in.p);
	free(p->out.p);
	if (p->fd >= 0)
		close(p->fd);
	free(p);
}

/* ---- moving ---- */

static ssize_t
send_side(struct pump *p, const struct rest *r, const char *buf, size_t n)
{
	ssize_t sent;

	if (r == &p->out)
		return conn_send(p->client, buf, n);
	/* Never too little, at any time: see conn_is_exact(). */
	p->meter->fed += n;
	do
		sent = send(p->fd, buf, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	p->meter->fed -= n - (sent > 0 ? (size_t)sent : 0);
	return sent;
}

static ssize_t
recv_side(struct pump *p, const struct rest *r, char *buf, size_t n)
{
	ssize_t got;

	if (r == &p->in)
		return conn_recv(p->client, buf, n);
	do
		got = recv(p->fd, buf, n, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Sends as much as goes; answers how much went, and notes a broken side. */
static size_t
send_some(struct pump *p, const struct rest *r, const char *buf, size_t n)
{
	size_t sent = 0;

	while (sent < n) {
		ssize_t k = send_side(p, r, buf + sent, n - sent);

		if (k < 0) {
			p->broken |= errno != EAGAIN;
			break;
		}
		sent += (size_t)k;
	}
	p->moved += sent;
	return sent;
}

/* True when nothing is left. */
static bool
send_rest(struct pump *p, struct rest *r)
{
	if (!r->p)
		return true;
	r->at += send_some(p, r, r->p + r->at, r->len - r->at);
	if (r->at < r->len)
		return false;
	free(r->p);
	*r = (struct rest){ 0 };
	return true;
}

static bool
keep_rest(struct rest *r, const char *buf, size_t n)
{
	r->p = fault_malloc(n);
	if (!r->p)
		return false;
	memcpy(r->p, buf, n);
	r->len = n;
	return true;
}

/* One direction, as far as it goes. */
static void
move(struct front *f, struct pump *p, struct rest *r, bool *ended)
{
	size_t size, sent;
	char *buf = front_scratch(f, &size);

	while (!p->broken && send_rest(p, r) && !*ended &&
	    p->moved < BYTES_PER_TURN) {
		ssize_t n = recv_side(p, r, buf, size);

		if (n < 0) {
			p->broken |= errno != EAGAIN;
			return;
		}
		if (n == 0) {
			*ended = true;
			if (r == &p->in)
				shutdown(p->fd, SHUT_WR);
			return;
		}
		sent = send_some(p, r, buf, (size_t)n);
		if (sent < (size_t)n &&
		    !keep_rest(r, buf + sent, (size_t)n - sent))
			p->broken = true;
	}
}

void
pump_step(struct front *f, struct conn *c)
{
	struct pump *p = c->pump;

	p->moved = 0;
	move(f, p, &p->out, &p->out_ended);
	move(f, p, &p->in, &p->in_ended);
	if (p->broken) {
		front_drop(f, c);
	} else if (p->out_ended && !p->out.p) {
		close(p->fd);
		p->fd = -1;
		front_linger(f, c);
	} else if (p->moved >= BYTES_PER_TURN) {
		front_again(f, c);
	} else if (p->out_ended) {
		/* The engine is done; the client must hurry now. */
		if (c->in_active != &f->closing || p->moved > 0)
			front_list_active(f, c, &f->closing);
	}
}

/* ---- begin ---- */

static void
engine_side_ready(struct front *f, struct source *s, uint32_t events)
{
	struct pump *p = (struct pump *)s; /* source comes first */

	(void)events;
	if (p->client->state == CONN_PUMP)
		pump_step(f, p->client);
}

/* The engine's end of the pair, known as the client it stands for. */
static struct conn *
make_inner(struct conn *c, int fd)
{
	struct conn *inner = conn_new(c->rpc, c->front, fd);

	if (!inner)
		return NULL;
	inner->peer = c->peer;
	inner->served = true;
	inner->state = CONN_AWAY;
	return inner;
}

static struct meter *
make_meter(void)
{
	struct meter *m = fault_calloc(1, sizeof(*m));

	if (m)
		m->refs = 1;
	return m;
}

static struct pump *
make_pump(struct front *f, struct conn *c, struct conn **inner_r)
{
	struct pump *p = fault_calloc(1, sizeof(*p));
	int pair[2];

	if (!p)
		return NULL;
	p->fd = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		pair) < 0) {
		pump_free(p);
		return NULL;
	}
	p->fd = pair[0];
	p->client = c;
	p->source.ready = engine_side_ready;
	p->meter = make_meter();
	*inner_r = p->meter ? make_inner(c, pair[1]) : NULL;
	if (*inner_r)
		(*inner_r)->meter = meter_ref(p->meter);
	else if (!p->meter)
		close(pair[1]);
	if (!*inner_r || front_watch(f, p->fd, &p->source) < 0) {
		conn_free(*inner_r);
		pump_free(p);
		return NULL;
	}
	return p;
}

void
pump_begin(struct front *f, struct conn *c)
{
	struct conn *inner;

	c->pump = make_pump(f, c, &inner);
	if (!c->pump) {
		front_refuse(f, c, 503, NULL);
		return;
	}
	c->pump->in = (struct rest){ c->buf, 0, c->len };
	c->buf = NULL;
	c->len = c->cap = 0;
	c->state = CONN_PUMP;
	front_list_active(f, c, NULL);
	front_list_began(c, NULL);
	engine_add(f->rpc->engine, inner);
	pump_step(f, c);
}

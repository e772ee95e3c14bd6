/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection at the front door, in the order of its life: TLS handshake,
 * head, and on to the one who answers, or refusal and lingering. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "lib/clock.h"
#include "rpc/engine.h"
#include "rpc/exchange_private.h"
#include "rpc/front_private.h"
#include "rpc/pump.h"
#include "rpc/status.h"
#include "rpc/tls.h"

/* ---- lists ---- */

void
front_list_active(struct front *f, struct conn *c, struct conn_list *l)
{
	if (c->in_active)
		TAILQ_REMOVE(c->in_active, c, by_active);
	f->nsilent += (l == &f->silent) - (c->in_active == &f->silent);
	c->in_active = l;
	if (!l)
		return;
	c->active = f->now;
	TAILQ_INSERT_TAIL(l, c, by_active);
}

void
front_list_began(struct conn *c, struct conn_list *l)
{
	if (c->in_began)
		TAILQ_REMOVE(c->in_began, c, by_began);
	c->in_began = l;
	if (l)
		TAILQ_INSERT_TAIL(l, c, by_began);
}

/* Out of this thread's hands. */
static void
let_go(struct front *f, struct conn *c)
{
	front_list_active(f, c, NULL);
	front_list_began(c, NULL);
	TAILQ_REMOVE(&f->all, c, all);
	epoll_ctl(f->epoll, EPOLL_CTL_DEL, c->fd, NULL);
	c->state = CONN_AWAY;
	c->served = true;
	c->seen = 0;
}

/* ---- TLS ---- */

static void head_step(struct front *f, struct conn *c);

/* The SSL object is made when the client's first byte is here: silent
 * connections stay cheap. */
static void
handshake_step(struct front *f, struct conn *c)
{
	char first;
	int r;

	if (!c->ssl) {
		if (recv(c->fd, &first, 1, MSG_PEEK) < 0 && errno == EAGAIN)
			return;
		c->ssl = tls_accept(f->rpc->tls, c->fd);
		if (!c->ssl) {
			front_drop(f, c);
			return;
		}
	}
	ERR_clear_error();
	c->seen = 1;
	r = SSL_accept(c->ssl);
	if (r == 1) {
		c->seen = 0;
		c->state = CONN_HEAD;
		front_list_active(f, c, &f->silent);
		head_step(f, c);
		return;
	}
	r = SSL_get_error(c->ssl, r);
	ERR_clear_error();
	if (r == SSL_ERROR_WANT_READ || r == SSL_ERROR_WANT_WRITE)
		front_list_active(f, c, &f->silent);
	else
		front_drop(f, c);
}

/* ---- heads ---- */

/* What is here of the head: 1 and the bytes; 0: nothing new; -1: the client
 * has gone. */
static int
peek_head(struct front *f, struct conn *c, const char **raw_r, size_t *len_r)
{
	ssize_t n;

	do
		n = recv(c->fd, f->scratch, HEAD_BYTES_MAX, MSG_PEEK);
	while (n < 0 && errno == EINTR);
	*raw_r = f->scratch;
	*len_r = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return (size_t)n > c->seen ? 1 : 0;
	return n < 0 && errno == EAGAIN ? 0 : -1;
}

static int
read_head(struct front *f, struct conn *c, const char **raw_r, size_t *len_r)
{
	ssize_t n = 1;

	while (n > 0 && c->len < HEAD_BYTES_MAX) {
		n = conn_recv(c, f->scratch, HEAD_BYTES_MAX - c->len);
		if (n > 0 && !conn_keep(c, f->scratch, (size_t)n))
			return -1;
		if (n < 0 && errno != EAGAIN)
			return -1;
	}
	*raw_r = c->buf;
	*len_r = c->len;
	if (c->len > c->seen)
		return 1;
	return n == 0 ? -1 : 0;
}

/* Whole heads only: the bytes of the head leave the socket or buf. */
static bool
take_head_bytes(struct front *f, struct conn *c, size_t n)
{
	if (c->consume) {
		conn_used(c, n);
		return true;
	}
	return recv(c->fd, f->scratch, n, 0) == (ssize_t)n;
}

static void
to_engine(struct front *f, struct conn *c)
{
	if (c->consume) {
		pump_begin(f, c);
		return;
	}
	let_go(f, c);
	engine_add(f->rpc->engine, c);
}

static void
to_exchange(struct front *f, struct conn *c, const struct http_handler *row)
{
	struct http_exchange *x;

	x = exchange_new(f->rpc, c, &f->head, row);
	if (!x || !take_head_bytes(f, c, f->head.bytes)) {
		exchange_free(x);
		front_refuse(f, c, 503, NULL);
		return;
	}
	let_go(f, c);
	if (exchange_run(x) < 0) {
		exchange_free(x);
		c->refuse = 503;
		front_conn_begin(f, c);
	}
}

static void
refuse_route(struct front *f, struct conn *c, int status)
{
	char location[2 * HEAD_BYTES_MAX];

	if (status != 301)
		front_refuse(f, c, status, NULL);
	else if (f->rpc->tls_port > 0 &&
	    route_location(&f->head, f->rpc->tls_port, location,
		sizeof(location)))
		front_refuse(f, c, 301, location);
	else
		front_refuse(f, c, 403, NULL);
}

static void
dispatch(struct front *f, struct conn *c)
{
	struct route to = route_find(&f->rpc->rules, &f->head, &c->peer);

	if (f->rpc->stopping)
		to = (struct route){ .kind = ROUTE_REFUSE, .status = 503 };
	if (to.kind == ROUTE_REFUSE)
		refuse_route(f, c, to.status);
	else if (to.kind == ROUTE_HANDLER)
		to_exchange(f, c, to.handler);
	else
		to_engine(f, c);
}

/* More of a head is here, but not all of it. */
static void
head_goes_on(struct front *f, struct conn *c, size_t len)
{
	if (!c->in_began) {
		c->began = f->now;
		front_list_began(c, &f->heads);
	}
	c->seen = len;
	front_list_active(f, c, &f->silent);
	if (c->hup) {
		front_drop(f, c);
		return;
	}
	/* On a local socket every write of the client is a message of its own,
	 * and few fit: they must be taken out, or the rest never comes. */
	if (c->peer.local && !c->consume) {
		c->consume = true;
		c->seen = 0;
		head_step(f, c);
	}
}

static void
head_step(struct front *f, struct conn *c)
{
	const char *raw;
	size_t len;
	int r;

	r = c->consume ? read_head(f, c, &raw, &len)
		       : peek_head(f, c, &raw, &len);
	if (r < 0 || (r == 0 && c->hup))
		front_drop(f, c);
	if (r <= 0)
		return;
	switch (head_parse(&f->head, raw, len)) {
	case HEAD_OK:
		dispatch(f, c);
		break;
	case HEAD_MORE:
		head_goes_on(f, c, len);
		break;
	case HEAD_BAD:
		front_refuse(f, c, 400, NULL);
		break;
	case HEAD_TOO_LARGE:
		front_refuse(f, c, 431, NULL);
		break;
	}
}

/* ---- the end ---- */

static void
linger_step(struct front *f, struct conn *c)
{
	for (;;) {
		ssize_t n =
		    recv(c->fd, f->scratch, sizeof(f->scratch), MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n > 0)
			c->drained += (size_t)n;
		if (n <= 0 || c->drained > FRONT_LINGER_BYTES) {
			front_drop(f, c);
			return;
		}
	}
}

void
front_linger(struct front *f, struct conn *c)
{
	conn_finish_sending(c);
	c->state = CONN_LINGER;
	front_list_began(c, NULL);
	front_list_active(f, c, &f->lingering);
	linger_step(f, c);
}

void
front_refuse(struct front *f, struct conn *c, int status, const char *header)
{
	CLEANUP_BYTES struct bytes text = { 0 };

	f->rpc->refused++;
	c->refuse = 0;
	status_refusal(status, header, &text);
	/* Small enough for any socket's buffer; if not, so be it. */
	if (!text.failed && (!c->ssl || SSL_is_init_finished(c->ssl)))
		conn_send(c, text.p, text.len);
	front_linger(f, c);
}

/* ---- events and time ---- */

static void (*const steps[])(struct front *, struct conn *) = {
	[CONN_HANDSHAKE] = handshake_step,
	[CONN_HEAD] = head_step,
	[CONN_LINGER] = linger_step,
	[CONN_PUMP] = pump_step,
	[CONN_AWAY] = NULL,
	[CONN_DEAD] = NULL,
};

void
front_conn_ready(struct front *f, struct source *s, uint32_t events)
{
	struct conn *c = (struct conn *)s; /* source comes first */

	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		c->hup = true;
	if (steps[c->state])
		steps[c->state](f, c);
}

void
front_conn_begin(struct front *f, struct conn *c)
{
	c->source.ready = front_conn_ready;
	c->hup = false;
	if (c->state == CONN_AWAY)
		c->state = CONN_HEAD;
	TAILQ_INSERT_TAIL(&f->all, c, all);
	front_list_active(f, c, c->served ? &f->idle : &f->silent);
	if (!c->served) {
		c->began = f->now;
		front_list_began(c, &f->heads);
	}
	if (front_watch(f, c->fd, &c->source) < 0)
		front_drop(f, c);
	else if (c->refuse)
		front_refuse(f, c, c->refuse, NULL);
	else if (c->served)
		head_step(f, c);
}

/* A head that has begun and is late gets an answer; silence gets none. */
static void
late(struct front *f, struct conn *c)
{
	if (c->state == CONN_HEAD && c->seen > 0)
		front_refuse(f, c, 408, NULL);
	else
		front_drop(f, c);
}

static void
expire_active(struct front *f, struct conn_list *l, int ms)
{
	struct conn *c;

	while ((c = TAILQ_FIRST(l)) && f->now - c->active >= ms * NSEC_PER_MSEC)
		late(f, c);
}

void
front_expire(struct front *f)
{
	const struct rpc_config *cfg = &f->rpc->config;
	struct conn *c;

	expire_active(f, &f->silent, cfg->head_timeout_ms);
	expire_active(f, &f->idle, cfg->idle_timeout_ms);
	expire_active(f, &f->lingering, FRONT_LINGER_MS);
	expire_active(f, &f->closing, FRONT_CLOSING_MS);
	while ((c = TAILQ_FIRST(&f->heads)) &&
	    f->now - c->began >= cfg->head_deadline_ms * NSEC_PER_MSEC)
		late(f, c);
}

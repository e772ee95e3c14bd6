/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection at the front door, in the order of its life: TLS handshake,
 * head, and on to the one who answers, or refusal and lingering. A step goes as
 * far as it can, and answers whether the next one may be tried at once. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "lib/clock.h"
#include "rpc/exchange_private.h"
#include "rpc/front_private.h"
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

void
front_let_go(struct front *f, struct conn *c)
{
	front_list_active(f, c, NULL);
	front_list_began(c, NULL);
	TAILQ_REMOVE(&f->all, c, all);
	epoll_ctl(f->epoll, EPOLL_CTL_DEL, c->fd, NULL);
	c->state = CONN_AWAY;
	c->wants_out = false;
	c->served = true;
	c->seen = 0;
}

ssize_t
front_recv(struct front *f, struct conn *c, char *p, size_t n)
{
	ssize_t r;

	if (!c->readable) {
		errno = EAGAIN;
		return -1;
	}
	r = conn_recv(c, p, n);
	if (r < 0 && errno == EAGAIN && conn_wants_write(c))
		front_want_out(f, c, true);
	/* What comes from now on is an event of its own; of TLS there may be a
	 * record more. */
	c->readable = c->ssl ? r >= 0 : r == (ssize_t)n;
	return r;
}

/* ---- TLS ---- */

/* The SSL object is made when the client's first byte is here: silent
 * connections stay cheap. */
static bool
begin_handshake(struct front *f, struct conn *c)
{
	char first;

	if (recv(c->fd, &first, 1, MSG_PEEK) < 0 && errno == EAGAIN)
		return false;
	c->ssl = tls_accept(f->rpc->tls, c->fd);
	if (!c->ssl)
		front_drop(f, c);
	return c->ssl != NULL;
}

/* Few in a round: those who call do not wait for all who want to. */
static bool
handshake_step(struct front *f, struct conn *c)
{
	int r;

	if (f->handshakes == FRONT_HANDSHAKES) {
		front_again(f, c);
		return false;
	}
	if (!c->in_began)
		front_list_began(c, &f->heads);
	if (!c->ssl && !begin_handshake(f, c))
		return false;
	f->handshakes++;
	ERR_clear_error();
	c->seen = 1;
	r = SSL_accept(c->ssl);
	if (r == 1) {
		c->peer.certified = tls_client(c->ssl);
		c->seen = 0;
		c->state = CONN_HEAD;
		front_want_out(f, c, false);
		front_list_active(f, c, &f->silent);
		return true;
	}
	r = SSL_get_error(c->ssl, r);
	ERR_clear_error();
	if (r == SSL_ERROR_WANT_READ || r == SSL_ERROR_WANT_WRITE)
		front_list_active(f, c, &f->silent);
	else
		front_drop(f, c);
	if (r == SSL_ERROR_WANT_WRITE)
		front_want_out(f, c, true);
	return false;
}

/* ---- heads ---- */

static void
to_exchange(struct front *f, struct conn *c, const struct http_handler *row,
    const char *rest, size_t n)
{
	struct http_exchange *x;

	x = exchange_new(f->rpc, c, &f->head, row);
	if (!x || (n > 0 && !conn_keep(c, rest, n))) {
		exchange_free(x);
		front_refuse(f, c, 503, NULL);
		return;
	}
	front_let_go(f, c);
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

/* rest: the n bytes that have come behind the head. */
static bool
dispatch(struct front *f, struct conn *c, const char *rest, size_t n)
{
	struct route to = route_find(&f->rpc->rules, &f->head, &c->peer);

	if (f->rpc->stopping)
		to = (struct route){ .kind = ROUTE_REFUSE, .status = 503 };
	c->seen = 0;
	if (to.kind == ROUTE_REFUSE)
		refuse_route(f, c, to.status);
	else if (to.kind == ROUTE_HANDLER)
		to_exchange(f, c, to.handler, rest, n);
	else
		return front_call_begin(f, c, &to, rest, n);
	return false;
}

/* More of a head is here, but not all of it. */
static void
head_goes_on(struct front *f, struct conn *c, size_t len)
{
	if (!conn_keep(c, f->scratch, len)) {
		front_drop(f, c);
		return;
	}
	if (len == c->seen)
		return;
	if (!c->in_began) {
		c->began = f->now;
		front_list_began(c, &f->heads);
	}
	c->seen = len;
	front_list_active(f, c, &f->silent);
}

/* What was kept, and more of it until a head is whole, or wrong; all lies in
 * scratch. *gone_r: nothing will follow. */
static enum head_status
read_head(struct front *f, struct conn *c, size_t *len_r, bool *gone_r)
{
	size_t len = c->len;
	enum head_status status = HEAD_MORE;
	ssize_t n = 0;

	if (len > 0) {
		memcpy(f->scratch, c->buf, len);
		conn_used(c, len);
		status = head_parse(&f->head, f->scratch, len);
	}
	while (status == HEAD_MORE) {
		n = front_recv(f, c, f->scratch + len,
		    sizeof(f->scratch) - len);
		if (n <= 0)
			break;
		len += (size_t)n;
		status = head_parse(&f->head, f->scratch, len);
	}
	*len_r = len;
	*gone_r = n == 0 || errno != EAGAIN || c->hup;
	return status;
}

static bool
head_step(struct front *f, struct conn *c)
{
	size_t len;
	bool gone;

	switch (read_head(f, c, &len, &gone)) {
	case HEAD_OK:
		return dispatch(f, c, f->scratch + f->head.bytes,
		    len - f->head.bytes);
	case HEAD_MORE:
		if (gone)
			front_drop(f, c);
		else if (len > 0 && !head_is_empty_lines(f->scratch, len))
			head_goes_on(f, c, len);
		break;
	case HEAD_BAD:
		front_refuse(f, c, 400, NULL);
		break;
	case HEAD_TOO_LARGE:
		front_refuse(f, c, 431, NULL);
		break;
	}
	return false;
}

/* ---- the end ---- */

static bool
linger_step(struct front *f, struct conn *c)
{
	for (;;) {
		ssize_t n =
		    recv(c->fd, f->scratch, sizeof(f->scratch), MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return false;
		if (n > 0)
			c->drained += (size_t)n;
		if (n <= 0 || c->drained > FRONT_LINGER_BYTES) {
			front_drop(f, c);
			return false;
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

static bool (*const steps[])(struct front *, struct conn *) = {
	[CONN_HANDSHAKE] = handshake_step,
	[CONN_HEAD] = head_step,
	[CONN_BODY] = front_body_step,
	[CONN_CALL] = front_parked_step,
	[CONN_SEND] = front_send_step,
	[CONN_LINGER] = linger_step,
	[CONN_AWAY] = NULL,
	[CONN_DEAD] = NULL,
};

void
front_conn_go(struct front *f, struct conn *c)
{
	for (int turns = 0; steps[c->state] && steps[c->state](f, c); turns++)
		if (turns == FRONT_TURNS) {
			front_again(f, c);
			return;
		}
}

static void
conn_ready(struct front *f, struct source *s, uint32_t events)
{
	struct conn *c = (struct conn *)s; /* source comes first */

	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		c->hup = true;
	/* TLS may have waited for room to write in order to read. */
	if (c->ssl || (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
		c->readable = true;
	front_conn_go(f, c);
}

void
front_conn_begin(struct front *f, struct conn *c)
{
	c->source.ready = conn_ready;
	c->hup = false;
	c->readable = true;
	if (c->state == CONN_AWAY)
		c->state = CONN_HEAD;
	TAILQ_INSERT_TAIL(&f->all, c, all);
	front_list_active(f, c, c->served ? &f->idle : &f->silent);
	if (!c->served) {
		c->began = f->now;
		front_list_began(c, &f->heads);
	}
	if (front_watch(f, c) < 0)
		front_drop(f, c);
	else if (c->refuse)
		front_refuse(f, c, c->refuse, NULL);
	else if (c->served)
		front_conn_go(f, c);
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
	expire_active(f, &f->sending, FRONT_SEND_MS);
	while ((c = TAILQ_FIRST(&f->heads)) &&
	    f->now - c->began >= cfg->head_deadline_ms * NSEC_PER_MSEC)
		late(f, c);
	while ((c = TAILQ_FIRST(&f->bodies)) &&
	    f->now - c->began >= FRONT_BODY_MS * NSEC_PER_MSEC)
		front_drop(f, c);
}

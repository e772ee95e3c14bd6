/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The threads of the front door: events, accept, and what comes from other
 * threads. What happens on one connection is in front_conn.c and
 * front_call.c. */
#include "rpc/front.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "rpc/front_private.h"
#include "rpc/request.h"

#define EVENTS_AT_ONCE 128
#define ACCEPTS_AT_ONCE 32

/* ---- epoll ---- */

static int
add_source(struct front *f, int fd, uint32_t events, struct source *s)
{
	struct epoll_event ev = { .events = events, .data.ptr = s };

	return epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd, &ev);
}

/* Edge-triggered. Of room to write we are told only when we ask: on local
 * sockets every byte that the client takes would be an event. */
#define CONN_EVENTS (EPOLLIN | EPOLLRDHUP | EPOLLET)

int
front_watch(struct front *f, struct conn *c)
{
	return add_source(f, c->fd, CONN_EVENTS, &c->source);
}

void
front_want_out(struct front *f, struct conn *c, bool want)
{
	struct epoll_event ev = {
		.events = CONN_EVENTS | (want ? EPOLLOUT : 0),
		.data.ptr = &c->source,
	};

	/* Asked for again, it comes again: nothing is missed. */
	if (want || c->wants_out)
		epoll_ctl(f->epoll, EPOLL_CTL_MOD, c->fd, &ev);
	c->wants_out = want;
}

static void
wake(struct front *f)
{
	uint64_t one = 1;

	if (write(f->wake, &one, sizeof(one)) < 0 && errno != EAGAIN)
		log_err("cannot wake a thread of the front: %m");
}

/* ---- accept ---- */

/* Every front accepts from every listener; the kernel wakes one of them. */
static void
set_accepting(struct front *f, bool on)
{
	struct rpc *r = f->rpc;

	if (f->accepting == on)
		return;
	f->accepting = on;
	for (unsigned i = 0; i < r->nlisteners; i++) {
		struct listener *l = &r->listeners[i];

		if (!on)
			epoll_ctl(f->epoll, EPOLL_CTL_DEL, l->fd, NULL);
		else
			add_source(f, l->fd, EPOLLIN | EPOLLEXCLUSIVE,
			    &l->source);
	}
}

/* Room for one more, at the expense of the one that has been silent for
 * longest. */
static bool
evict_silent(struct front *f)
{
	struct conn *c = TAILQ_FIRST(&f->silent);

	if (!c)
		return false;
	if (c->counted)
		peers_leave(f->rpc->peers, c->key);
	c->counted = false;
	front_drop(f, c);
	f->rpc->refused++;
	return true;
}

static struct front *
find_front_with_silent(struct rpc *r)
{
	for (unsigned i = 0; i < r->nfronts; i++)
		if (r->fronts[i].nsilent > 0)
			return &r->fronts[i];
	return NULL;
}

/* Counts a new TCP connection; 0, or -1: it is refused, or has gone to
 * another front, which can make room for it. *c_r is NULL then. */
static int
count_in(struct front *f, struct conn **c_r)
{
	struct conn *c = *c_r;
	enum peers_answer a = peers_enter(f->rpc->peers, c->key);
	struct front *other;

	if (a == PEERS_FULL && evict_silent(f))
		a = peers_enter(f->rpc->peers, c->key);
	c->counted = a == PEERS_OK;
	if (c->counted)
		return 0;
	*c_r = NULL;
	other = find_front_with_silent(f->rpc);
	if (a == PEERS_FULL && other && other != f && !c->passed_on) {
		c->passed_on = true;
		conn_move(c, other);
		front_give(c);
		return -1;
	}
	f->rpc->refused++;
	conn_free(c);
	return -1;
}

/* The one with the fewest, ourselves before others: a connection stays with its
 * front for life, and the kernel's choice of whom to wake is not even. */
static struct front *
choose_front(struct front *f)
{
	struct rpc *r = f->rpc;

	for (unsigned i = 0; i < r->nfronts; i++)
		if (r->fronts[i].n < f->n)
			f = &r->fronts[i];
	return f;
}

void
front_count(struct front *f, int n)
{
	f->n += (unsigned)n;
}

/* New, or from another thread. */
static void
receive(struct front *f, struct conn *c)
{
	bool fresh = !c->served && !c->peer.local;

	if (!fresh || count_in(f, &c) == 0)
		front_conn_begin(f, c);
}

static void
admit(struct front *f, const struct listener *l, int fd,
    const struct sockaddr_storage *from)
{
	struct conn *c = conn_new(f->rpc, choose_front(f), fd);

	f->rpc->connections++;
	if (!c || (l->local && peer_from_local(&c->peer, fd) < 0)) {
		f->rpc->refused++;
		conn_free(c);
		return;
	}
	if (!l->local) {
		peer_from_address(&c->peer, &c->key, from);
		peer_set_local(&c->peer, fd);
	}
	c->peer.tls = l->tls;
	c->state = l->tls ? CONN_HANDSHAKE : CONN_HEAD;
	if (c->front != f)
		front_give(c);
	else
		receive(f, c);
}

static void
accept_ready(struct front *f, struct source *s, uint32_t events)
{
	struct listener *l = (struct listener *)s; /* source comes first */

	(void)events;
	for (int i = 0; i < ACCEPTS_AT_ONCE && f->accepting; i++) {
		struct sockaddr_storage from = { 0 };
		socklen_t len = sizeof(from);
		int fd = accept4(l->fd, (struct sockaddr *)&from, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			admit(f, l, fd, &from);
		} else if (errno == EAGAIN) {
			return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			/* Out of descriptors or memory: after a pause. */
			if (!f->rpc->stopping)
				log_warn("cannot accept: %m");
			set_accepting(f, false);
		}
	}
}

/* ---- from other threads ---- */

void
front_give(struct conn *c)
{
	struct front *f = c->front;

	pthread_mutex_lock(&f->inbox_lock);
	TAILQ_INSERT_TAIL(&f->inbox, c, all);
	pthread_mutex_unlock(&f->inbox_lock);
	wake(f);
}

/* Whoever finds none before it sees to it that they are looked for. */
void
front_wake(struct request *q)
{
	struct front *f = q->front;
	struct request *before = atomic_load(&f->woken);

	atomic_store(&q->woken, true);
	do
		q->next = before;
	while (!atomic_compare_exchange_weak(&f->woken, &before, q));
	if (!before)
		wake(f);
}

unsigned
front_busy(const struct rpc *r)
{
	unsigned n = 0;

	for (unsigned i = 0; r->fronts && i < r->nfronts; i++)
		n += r->fronts[i].busy;
	return n;
}

void
front_path_stats(const struct rpc *r, unsigned row, struct rpc_path_stats *out)
{
	*out = (struct rpc_path_stats){ .method = "POST",
		.path = route_call_path(row) };
	for (unsigned i = 0; r->fronts && i < r->nfronts; i++) {
		out->requests += r->fronts[i].calls[row];
		out->closed += r->fronts[i].ends[row];
	}
}

uint64_t
front_requests(const struct rpc *r)
{
	struct rpc_path_stats one;
	uint64_t n = 0;

	for (unsigned row = 0; row < ROUTE_CALL_PATHS; row++) {
		front_path_stats(r, row, &one);
		n += one.requests;
	}
	return n;
}

static void
take_inbox(struct front *f)
{
	struct conn_list mine = TAILQ_HEAD_INITIALIZER(mine);
	struct conn *c;

	pthread_mutex_lock(&f->inbox_lock);
	TAILQ_CONCAT(&mine, &f->inbox, all);
	pthread_mutex_unlock(&f->inbox_lock);
	while ((c = TAILQ_FIRST(&mine))) {
		TAILQ_REMOVE(&mine, c, all);
		receive(f, c);
	}
}

static void
wake_ready(struct front *f, struct source *s, uint32_t events)
{
	uint64_t n;

	(void)s, (void)events;
	if (read(f->wake, &n, sizeof(n)) < 0)
		return;
	take_inbox(f);
}

/* ---- the loop ---- */

void
front_again(struct front *f, struct conn *c)
{
	front_list_began(c, &f->again);
}

static void
give_turns(struct front *f)
{
	struct conn_list mine = TAILQ_HEAD_INITIALIZER(mine);
	struct conn *c;

	TAILQ_CONCAT(&mine, &f->again, by_began);
	while ((c = TAILQ_FIRST(&mine))) {
		TAILQ_REMOVE(&mine, c, by_began);
		c->in_began = NULL;
		front_conn_go(f, c);
	}
}

void
front_drop(struct front *f, struct conn *c)
{
	if (c->state == CONN_DEAD)
		return;
	front_call_left(f, c);
	front_list_active(f, c, NULL);
	front_list_began(c, NULL);
	epoll_ctl(f->epoll, EPOLL_CTL_DEL, c->fd, NULL);
	TAILQ_REMOVE(&f->all, c, all);
	TAILQ_INSERT_TAIL(&f->dead, c, all);
	c->state = CONN_DEAD;
}

static void
bury(struct front *f)
{
	struct conn *c;

	while ((c = TAILQ_FIRST(&f->dead))) {
		TAILQ_REMOVE(&f->dead, c, all);
		conn_free(c);
	}
}

/* A quarter of the shortest time-out, so that none is late by much; 10 ms to
 * 1 s. */
static int
tick_ms(const struct rpc_config *c)
{
	int ms = c->head_timeout_ms;

	if (c->head_deadline_ms < ms)
		ms = c->head_deadline_ms;
	if (c->idle_timeout_ms < ms)
		ms = c->idle_timeout_ms;
	ms /= 4;
	return ms < 10 ? 10 : ms > 1000 ? 1000 : ms;
}

/* Refusing everybody who has not yet asked for anything; at last everybody. */
static void
stop_accepting(struct front *f)
{
	struct conn *c;

	set_accepting(f, false);
	while ((c = TAILQ_FIRST(&f->silent)) || (c = TAILQ_FIRST(&f->idle)))
		front_drop(f, c);
	while (f->rpc->cutting && (c = TAILQ_FIRST(&f->all)))
		front_drop(f, c);
}

static void
tick(struct front *f)
{
	front_expire(f);
	if (f->rpc->stopping)
		stop_accepting(f);
	else
		set_accepting(f, true);
}

static bool
is_quiet(struct front *f)
{
	return f->accepting && TAILQ_EMPTY(&f->all);
}

static void *
front_main(void *arg)
{
	struct front *f = arg;
	int tick_every = tick_ms(&f->rpc->config), n;
	int64_t ticked = 0;
	struct epoll_event ev[EVENTS_AT_ONCE];

	while (__atomic_load_n(&f->running, __ATOMIC_ACQUIRE)) {
		int ms = !TAILQ_EMPTY(&f->again) ? 0
		    : is_quiet(f)                ? -1
						 : tick_every;

		n = epoll_wait(f->epoll, ev, EVENTS_AT_ONCE, ms);
		f->now = clock_mono_ns();
		f->handshakes = 0;
		for (int i = 0; i < n; i++) {
			struct source *s = ev[i].data.ptr;

			s->ready(f, s, ev[i].events);
		}
		/* Behind the events: who goes on may leave this thread, and be
		 * freed by another, while one of them still names it. */
		front_call_woken(f);
		give_turns(f);
		if (f->rpc->stopping ||
		    f->now - ticked >= tick_every * NSEC_PER_MSEC) {
			ticked = f->now;
			tick(f);
		}
		bury(f);
	}
	return NULL;
}

/* ---- start and stop ---- */

static void
init_lists(struct front *f)
{
	TAILQ_INIT(&f->inbox);
	TAILQ_INIT(&f->all);
	TAILQ_INIT(&f->dead);
	TAILQ_INIT(&f->silent);
	TAILQ_INIT(&f->idle);
	TAILQ_INIT(&f->lingering);
	TAILQ_INIT(&f->sending);
	TAILQ_INIT(&f->heads);
	TAILQ_INIT(&f->bodies);
	TAILQ_INIT(&f->again);
}

static int
prepare_one(struct rpc *r, struct front *f)
{
	f->rpc = r;
	f->wake_source.ready = wake_ready;
	init_lists(f);
	pthread_mutex_init(&f->inbox_lock, NULL);
	f->epoll = epoll_create1(EPOLL_CLOEXEC);
	f->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (f->epoll < 0 || f->wake < 0 ||
	    add_source(f, f->wake, EPOLLIN, &f->wake_source) < 0)
		return -1;
	return 0;
}

static int
start_one(struct front *f)
{
	set_accepting(f, true);
	f->running = true;
	if (pthread_create(&f->thread, NULL, front_main, f) != 0) {
		f->running = false;
		return -1;
	}
	pthread_setname_np(f->thread, "xapid-front");
	return 0;
}

int
front_start(struct rpc *r)
{
	for (unsigned i = 0; i < r->nlisteners; i++)
		r->listeners[i].source.ready = accept_ready;
	r->fronts = fault_calloc(r->nfronts, sizeof(*r->fronts));
	if (!r->fronts)
		return -1;
	for (unsigned i = 0; i < r->nfronts; i++)
		r->fronts[i].epoll = r->fronts[i].wake = -1;
	/* Clients may wait already, and the first front that runs may give one
	 * to any other. */
	for (unsigned i = 0; i < r->nfronts; i++)
		if (prepare_one(r, &r->fronts[i]) < 0)
			return -1;
	for (unsigned i = 0; i < r->nfronts; i++)
		if (start_one(&r->fronts[i]) < 0)
			return -1;
	return 0;
}

static void
wake_all(struct rpc *r)
{
	for (unsigned i = 0; r->fronts && i < r->nfronts; i++)
		wake(&r->fronts[i]);
}

void
front_close_listeners(struct rpc *r)
{
	for (unsigned i = 0; i < r->nlisteners; i++)
		shutdown(r->listeners[i].fd, SHUT_RD);
	wake_all(r);
}

void
front_cut(struct rpc *r)
{
	r->cutting = true;
	wake_all(r);
}

static void
stop_one(struct front *f)
{
	if (!f->running)
		return;
	__atomic_store_n(&f->running, false, __ATOMIC_RELEASE);
	wake(f);
	pthread_join(f->thread, NULL);
}

void
front_stop(struct rpc *r)
{
	for (unsigned i = 0; r->fronts && i < r->nfronts; i++)
		stop_one(&r->fronts[i]);
}

static void
free_one(struct front *f)
{
	struct conn *c;

	TAILQ_CONCAT(&f->dead, &f->inbox, all);
	while ((c = TAILQ_FIRST(&f->all)))
		front_drop(f, c);
	bury(f);
	front_call_free_spare(f);
	if (f->wake >= 0)
		close(f->wake);
	if (f->epoll >= 0)
		close(f->epoll);
	pthread_mutex_destroy(&f->inbox_lock);
}

void
front_free(struct rpc *r)
{
	for (unsigned i = 0; r->fronts && i < r->nfronts; i++)
		if (r->fronts[i].rpc)
			free_one(&r->fronts[i]);
	free(r->fronts);
	r->fronts = NULL;
}

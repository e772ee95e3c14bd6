/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A ticket is a slot and its generation, so that an event that was on its way
 * when the ticket was given back finds nobody. */
#include "rpc/watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fault.h"

#define EVENTS_AT_ONCE 64

struct slot {
	void (*gone)(void *arg); /* NULL: free, or has been called */
	void *arg;
	uint32_t generation;
	uint32_t next_free; /* index + 1; 0: none */
	bool used;
};

struct watch {
	struct source source;
	int epoll;
	pthread_mutex_t lock; /* protects all below; held around gone() */
	struct slot *slots;
	uint32_t n, free; /* free: index + 1 of the first; 0: none */
};

static void watch_ready(struct front *f, struct source *s, uint32_t events);

struct watch *
watch_new(void)
{
	struct watch *w = fault_calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->source.ready = watch_ready;
	pthread_mutex_init(&w->lock, NULL);
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll < 0) {
		watch_free(w);
		return NULL;
	}
	return w;
}

void
watch_free(struct watch *w)
{
	if (!w)
		return;
	if (w->epoll >= 0)
		close(w->epoll);
	pthread_mutex_destroy(&w->lock);
	free(w->slots);
	free(w);
}

int
watch_fd(const struct watch *w)
{
	return w->epoll;
}

struct source *
watch_source(struct watch *w)
{
	return &w->source;
}

/* More slots, all free; false when there is no memory. */
static bool
grow(struct watch *w)
{
	uint32_t n = w->n ? 2 * w->n : 64;
	struct slot *slots = fault_realloc(w->slots, n * sizeof(*slots));

	if (!slots)
		return false;
	w->slots = slots;
	for (uint32_t i = n; i-- > w->n;) {
		slots[i] = (struct slot){ .next_free = w->free };
		w->free = i + 1;
	}
	w->n = n;
	return true;
}

uint64_t
watch_add(struct watch *w, int fd, void (*gone)(void *arg), void *arg)
{
	struct epoll_event ev = { .events = EPOLLRDHUP | EPOLLONESHOT };
	struct slot *s;

	LOCK_SCOPE(&w->lock);
	if (!w->free && !grow(w))
		return 0;
	s = &w->slots[w->free - 1];
	ev.data.u64 = (uint64_t)++s->generation << 32 | w->free;
	w->free = s->next_free;
	s->gone = gone;
	s->arg = arg;
	s->used = true;
	/* Should it fail, the call is answered all the same, only later. */
	epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &ev);
	return ev.data.u64;
}

void
watch_remove(struct watch *w, uint64_t ticket, int fd)
{
	uint32_t index = (uint32_t)ticket;
	struct slot *s;

	if (!ticket)
		return;
	epoll_ctl(w->epoll, EPOLL_CTL_DEL, fd, NULL);
	LOCK_SCOPE(&w->lock);
	s = &w->slots[index - 1];
	s->gone = NULL;
	s->used = false;
	s->next_free = w->free;
	w->free = index;
}

static void
call_gone(struct slot *s)
{
	void (*gone)(void *) = s->gone;

	s->gone = NULL;
	if (gone)
		gone(s->arg);
}

static void
watch_ready(struct front *f, struct source *source, uint32_t events)
{
	struct watch *w = (struct watch *)source; /* source comes first */
	struct epoll_event ev[EVENTS_AT_ONCE];
	int n = epoll_wait(w->epoll, ev, EVENTS_AT_ONCE, 0);

	(void)f, (void)events;
	LOCK_SCOPE(&w->lock);
	for (int i = 0; i < n; i++) {
		struct slot *s = &w->slots[(uint32_t)ev[i].data.u64 - 1];

		if (s->used && s->generation == ev[i].data.u64 >> 32)
			call_gone(s);
	}
}

void
watch_all_gone(struct watch *w)
{
	LOCK_SCOPE(&w->lock);
	for (uint32_t i = 0; i < w->n; i++)
		if (w->slots[i].used)
			call_gone(&w->slots[i]);
}

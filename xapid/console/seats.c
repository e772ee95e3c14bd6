/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who looks at consoles. (source: consoles.json limits) */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "console/console.h"
#include "lib/fault.h"

struct console_seat {
	struct ref vm;
	char sid[96];
	TAILQ_ENTRY(console_seat) link;
};

static struct {
	pthread_mutex_t lock; /* protects all below */
	TAILQ_HEAD(, console_seat) taken;
	unsigned n;
} seats = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.taken = TAILQ_HEAD_INITIALIZER(seats.taken),
};

static bool
is_free(const struct call *c, struct ref vm, bool alone)
{
	const struct console_seat *s;
	unsigned own = 0, here = 0;

	TAILQ_FOREACH(s, &seats.taken, link)
	{
		own += strcmp(s->sid, c->caller.sid) == 0;
		here += ref_equal(s->vm, vm);
	}
	return seats.n < CONSOLE_SEATS && own < CONSOLE_SEATS_PER_USER &&
	    (!alone || here == 0);
}

struct console_seat *
console_sit(const struct call *c, struct ref vm, bool alone)
{
	struct console_seat *s = fault_calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->vm = vm;
	memcpy(s->sid, c->caller.sid, sizeof(s->sid));
	pthread_mutex_lock(&seats.lock);
	if (is_free(c, vm, alone)) {
		TAILQ_INSERT_TAIL(&seats.taken, s, link);
		seats.n++;
	} else {
		free(s);
		s = NULL;
	}
	pthread_mutex_unlock(&seats.lock);
	return s;
}

void
console_leave(struct console_seat *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&seats.lock);
	TAILQ_REMOVE(&seats.taken, s, link);
	seats.n--;
	pthread_mutex_unlock(&seats.lock);
	free(s);
}

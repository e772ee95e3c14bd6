/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/switch.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "plan/lane.h"

#define ASK_DEADLINE_MS 60000

/* ---- the thread ---- */

/* Whether to end; and what was marked, told. */
static bool
look(struct switchboard *s)
{
	bool stop, news;

	pthread_mutex_lock(&s->lock);
	stop = s->stop;
	news = s->cancel_news;
	s->cancel_news = false;
	pthread_mutex_unlock(&s->lock);
	for (int i = 0; news && i < PLAN_TARGETS; i++)
		lane_cancel(&s->lanes[i]);
	return stop;
}

static int
timeout_until(int64_t due)
{
	int64_t left;

	if (due == INT64_MAX)
		return -1;
	left = due - clock_mono_ns();
	return left <= 0 ? 0 : (int)(left / NSEC_PER_MSEC) + 1;
}

/* Waits for something to happen and serves it. */
static void
turn(struct switchboard *s, struct arena *a)
{
	struct pollfd fds[LANE_POLLED] = { { .fd = s->wake,
	    .events = POLLIN } };
	struct process *owners[LANE_POLLED];
	struct lane *lanes[LANE_POLLED];
	int64_t due = INT64_MAX;
	unsigned n = 1;
	uint64_t count;

	for (int i = 0; i < PLAN_TARGETS; i++) {
		struct lane *l = &s->lanes[i];
		int64_t d = lane_due(l);
		unsigned more = lane_poll(l, fds + n, owners + n);

		due = d < due ? d : due;
		while (more--)
			lanes[n++] = l;
	}
	if (poll(fds, n, timeout_until(due)) < 0)
		return;
	if (fds[0].revents)
		(void)!read(s->wake, &count, sizeof(count));
	for (unsigned i = 1; i < n; i++)
		if (fds[i].revents)
			lane_serve(lanes[i], owners[i], fds[i].revents, a);
	for (int i = 0; i < PLAN_TARGETS; i++)
		lane_expire(&s->lanes[i], clock_mono_ns());
}

static void *
switch_main(void *arg)
{
	struct switchboard *s = arg;
	CLEANUP(arena_free) struct arena *a = arena_new(0);

	while (a && !look(s)) {
		for (int i = 0; i < PLAN_TARGETS; i++)
			lane_feed(&s->lanes[i]);
		turn(s, a);
	}
	for (int i = 0; i < PLAN_TARGETS; i++) {
		lane_free(&s->lanes[i]);
		lane_fail_all(&s->lanes[i], "The toolstack is ending");
	}
	return NULL;
}

/* ---- for others ---- */

struct switchboard *
switch_new(struct core *core)
{
	struct switchboard *s = fault_calloc(1, sizeof(*s));
	bool real = strcmp(core->config->backend, "libxl") == 0;

	if (!s)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	for (int i = 0; i < PLAN_TARGETS; i++)
		lane_init(&s->lanes[i], s, (enum plan_target)i, real);
	s->next_ask = UINT64_MAX;
	s->quick_ms = real ? 0 : (int)core->config->worker_deadline_s * 1000;
	s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->wake < 0 ||
	    pthread_create(&s->thread, NULL, switch_main, s) != 0) {
		if (s->wake >= 0)
			close(s->wake);
		free(s);
		return NULL;
	}
	return s;
}

static void
poke(struct switchboard *s)
{
	uint64_t one = 1;

	(void)!write(s->wake, &one, sizeof(one));
}

void
switch_free(struct switchboard *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_mutex_unlock(&s->lock);
	poke(s);
	pthread_join(s->thread, NULL);
	pthread_mutex_destroy(&s->lock);
	close(s->wake);
	free(s);
}

void
switch_on_event(struct switchboard *s,
    void (*fn)(void *arg, enum plan_target from, const struct value *body),
    void *arg)
{
	pthread_mutex_lock(&s->lock);
	s->event_arg = arg;
	s->event = fn;
	pthread_mutex_unlock(&s->lock);
}

void
switch_keep(struct switchboard *s, enum plan_target target)
{
	pthread_mutex_lock(&s->lock);
	s->lanes[target].kept = true;
	pthread_mutex_unlock(&s->lock);
	poke(s);
}

int
switch_send(struct switchboard *s, struct request *m, const struct value *body)
{
	const struct frame f = { FRAME_REQUEST, m->task, m->step, *body };
	bool refused;

	m->frame = (struct bytes){ 0 };
	m->deadline = 0;
	m->attempts = 0;
	m->cancelled = m->cancel_sent = false;
	if (s->quick_ms && m->deadline_ms > s->quick_ms)
		m->deadline_ms = s->quick_ms;
	frame_pack(&f, &m->frame);
	if (m->frame.failed) {
		bytes_free(&m->frame);
		return -1;
	}
	pthread_mutex_lock(&s->lock);
	refused = s->stop;
	if (!refused)
		queue_put(&s->lanes[m->target].waiting, m);
	pthread_mutex_unlock(&s->lock);
	if (refused) {
		bytes_free(&m->frame);
		return -1;
	}
	poke(s);
	return 0;
}

/* ---- cancelling ---- */

static void
mark(struct queue *q, uint64_t task)
{
	for (struct request *m = q->first; m; m = m->next)
		if (m->task == task && !m->uncancellable)
			m->cancelled = true;
}

void
switch_cancel(struct switchboard *s, uint64_t task)
{
	pthread_mutex_lock(&s->lock);
	for (int i = 0; i < PLAN_TARGETS; i++) {
		mark(&s->lanes[i].waiting, task);
		for (unsigned j = 0; j < LANE_PROCESSES; j++)
			mark(&s->lanes[i].processes[j].hands, task);
	}
	s->cancel_news = true;
	pthread_mutex_unlock(&s->lock);
	poke(s);
}

/* ---- asking and waiting ---- */

struct question {
	struct request request; /* first */
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool answered;
	struct bytes reply; /* packed value; empty after a failure */
	char err[256];
};

static void
answered(struct request *m, const struct value *reply, const char *const *error,
    unsigned nerror)
{
	struct question *q = (struct question *)m;

	pthread_mutex_lock(&q->lock);
	if (nerror)
		snprintf(q->err, sizeof(q->err), "%s %s", error[0],
		    nerror > 1 ? error[1] : "");
	else
		value_pack(reply, &q->reply);
	q->answered = true;
	pthread_cond_signal(&q->cond);
	pthread_mutex_unlock(&q->lock);
}

int
switch_ask(struct switchboard *s, enum plan_target target, struct arena *a,
    const struct value *body, struct value *reply_r, char *err, size_t err_size)
{
	struct question q = {
		.request = { .target = target,
		    .deadline_ms = ASK_DEADLINE_MS,
		    .done = answered },
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.cond = PTHREAD_COND_INITIALIZER,
	};
	int rc = -1;

	pthread_mutex_lock(&s->lock);
	q.request.task = s->next_ask--; /* plans count from below */
	pthread_mutex_unlock(&s->lock);
	if (switch_send(s, &q.request, body) < 0) {
		snprintf(err, err_size, "no memory, or ending");
		return -1;
	}
	pthread_mutex_lock(&q.lock);
	while (!q.answered)
		pthread_cond_wait(&q.cond, &q.lock);
	pthread_mutex_unlock(&q.lock);
	if (q.err[0])
		snprintf(err, err_size, "%s", q.err);
	else
		rc = value_unpack(a, q.reply.p, q.reply.len, FRAME_MAX_NODES,
		    reply_r);
	bytes_free(&q.reply);
	return rc;
}

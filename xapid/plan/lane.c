/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A lane: what is asked of one kind of worker, its processes, and what becomes of
 * both when time runs out or a process dies. */
#include "plan/lane.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/moment.h"

#define RETRY_MS 100 /* for kept ones that die; doubles with every time */
#define RETRY_DOUBLINGS 7

/* ---- the end of requests ---- */

static void
finish(struct request *m, const struct value *reply, const char *const *error,
    unsigned nerror)
{
	bytes_free(&m->frame);
	m->done(m, reply, error, nerror);
}

static void
fail(struct request *m, const char *text)
{
	const char *error[] = { "INTERNAL_ERROR", text };

	finish(m, NULL, error, 2);
}

/* The one who knows its task adds the parameter. */
static void
end_cancelled(struct request *m)
{
	static const char *const error[] = { "TASK_CANCELLED" };

	finish(m, NULL, error, 1);
}

static void
fail_queue(struct lane *l, struct queue *q, const char *text)
{
	struct request *m, *next;

	pthread_mutex_lock(&l->board->lock);
	m = q->first;
	queue_init(q);
	pthread_mutex_unlock(&l->board->lock);
	for (; m; m = next) {
		next = m->next;
		fail(m, text);
	}
}

void
lane_fail_all(struct lane *l, const char *text)
{
	fail_queue(l, &l->waiting, text);
	for (unsigned i = 0; i < LANE_PROCESSES; i++)
		fail_queue(l, &l->processes[i].hands, text);
}

/* ---- lanes ---- */

#define IDLE_MS 10000

/* What is simulated and what the kernel does at once goes through one process;
 * what waits for devices and guests gets processes of its own. */
static const struct lane_row simulated[PLAN_TARGETS] = {
	[PLAN_DOMAIN] = { "domain worker", PRIV_DOMAIN_SIMULATOR, 1, true, 0,
	    0 },
	[PLAN_STORAGE] = { "storage worker", PRIV_STORAGE, 1, true, 0, 0 },
	[PLAN_NETWORK] = { "network worker", PRIV_NETWORK, 1, true, 0, 0 },
	[PLAN_CONSOLE] = { "console worker", PRIV_CONSOLE, 1, true, 0, 0 },
	[PLAN_WATCH] = { "domain watcher", PRIV_DOMAIN_WATCH, 1, true, 0, 0 },
};
static const struct lane_row libxl_domains = { "domain worker",
	PRIV_DOMAIN_LIBXL, 8, false, IDLE_MS, 2 };
static const struct lane_row real_storage = { "storage worker", PRIV_STORAGE, 8,
	false, IDLE_MS, 1 };

void
lane_init(struct lane *l, struct switchboard *s, enum plan_target target,
    bool real)
{
	l->board = s;
	l->target = target;
	l->row = &simulated[target];
	if (real && target == PLAN_DOMAIN)
		l->row = &libxl_domains;
	if (real && target == PLAN_STORAGE)
		l->row = &real_storage;
	queue_init(&l->waiting);
	for (unsigned i = 0; i < LANE_PROCESSES; i++) {
		l->processes[i].fd = -1;
		queue_init(&l->processes[i].hands);
	}
}

static void
hang_up(struct process *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	p->pid = 0;
	bytes_free(&p->out);
	frame_reader_free(&p->in);
}

void
lane_free(struct lane *l)
{
	for (unsigned i = 0; i < LANE_PROCESSES; i++)
		hang_up(&l->processes[i]);
}

/* ---- processes ---- */

static int
call_worker(struct lane *l, struct process *p)
{
	int flags;

	if (priv_spawn(l->row->worker, &p->fd, &p->pid) < 0) {
		log_err("cannot start a %s: %s", l->row->title,
		    strerror(errno));
		p->fd = -1;
		return -1;
	}
	flags = fcntl(p->fd, F_GETFL);
	(void)fcntl(p->fd, F_SETFL, flags | O_NONBLOCK);
	p->idle_since = clock_mono_ns();
	return 0;
}

/* Its turn has come. */
static void
begin(struct request *m)
{
	int ms = m->deadline_ms;

	if (m->cancelled && ms > SWITCH_CANCEL_MS)
		ms = SWITCH_CANCEL_MS;
	m->deadline = clock_mono_ns() + ms * NSEC_PER_MSEC;
}

static void
begin_first(struct process *p)
{
	if (p->hands.first && !p->hands.first->deadline)
		begin(p->hands.first);
	if (!p->hands.first)
		p->idle_since = clock_mono_ns();
}

/* It is no more: what it had in its hands is the oldest. All that is open goes
 * back, in order, for a fresh one. */
static void
process_died(struct lane *l, struct process *p)
{
	struct request *victim, *m;
	bool cancelled;
	unsigned shift;

	hang_up(p);
	pthread_mutex_lock(&l->board->lock);
	victim = p->hands.first;
	cancelled = victim && victim->cancelled;
	if (victim && !cancelled && ++victim->attempts < SWITCH_ATTEMPTS)
		victim = NULL;
	if (victim)
		(void)queue_take(&p->hands, victim->task, victim->step);
	for (m = p->hands.first; m; m = m->next) {
		m->deadline = 0;
		m->cancel_sent = false;
	}
	queue_put_front(&l->waiting, &p->hands);
	l->board->cancel_news = true;
	pthread_mutex_unlock(&l->board->lock);
	shift = l->failures < RETRY_DOUBLINGS ? l->failures : RETRY_DOUBLINGS;
	l->failures++;
	l->retry_at = clock_mono_ns() + (RETRY_MS << shift) * NSEC_PER_MSEC;
	if (cancelled)
		end_cancelled(victim);
	else if (victim)
		fail(victim,
		    "The worker died in this operation, also when it was "
		    "tried again");
}

static void
process_kill(struct lane *l, struct process *p)
{
	if (p->pid)
		(void)priv_kill(p->pid);
	process_died(l, p);
}

/* ---- giving ---- */

/* A free one, or a free place; NULL: all are busy. */
static struct process *
find_free(struct lane *l)
{
	struct process *place = NULL;

	for (unsigned i = 0; i < l->row->max; i++) {
		struct process *p = &l->processes[i];

		if (p->fd < 0)
			place = place ? place : p;
		else if (l->row->pipelined || !p->hands.first)
			return p;
	}
	return place;
}

/* Whether somebody is at it already. One process has all in order. */
static bool
is_under_way(const struct lane *l, struct ref about)
{
	if (l->row->pipelined || ref_is_null(about))
		return false;
	for (unsigned i = 0; i < l->row->max; i++)
		for (struct request *m = l->processes[i].hands.first; m;
		     m = m->next)
			if (ref_equal(m->about, about))
				return true;
	return false;
}

/* The first that may be given; lock. */
static struct request *
find_next(const struct lane *l)
{
	struct request *m = l->waiting.first;

	while (m && is_under_way(l, m->about))
		m = m->next;
	return m;
}

static void
give_one(struct lane *l, struct process *p)
{
	static const struct value nothing = { .kind = VALUE_NIL };
	struct request *m;

	pthread_mutex_lock(&l->board->lock);
	m = find_next(l);
	if (m)
		(void)queue_take(&l->waiting, m->task, m->step);
	if (m && m->wanted) { /* who answers has locks of its own */
		pthread_mutex_unlock(&l->board->lock);
		if (!m->wanted(m)) {
			finish(m, &nothing, NULL, 0);
			return;
		}
		pthread_mutex_lock(&l->board->lock);
	}
	if (m) {
		bytes_put(&p->out, m->frame.p, m->frame.len);
		queue_put(&p->hands, m);
		begin_first(p);
	}
	pthread_mutex_unlock(&l->board->lock);
}

static bool
has_work(struct lane *l)
{
	bool work;

	pthread_mutex_lock(&l->board->lock);
	work = find_next(l) != NULL;
	pthread_mutex_unlock(&l->board->lock);
	return work;
}

static void
cannot_start(struct lane *l, int error)
{
	char text[160];

	snprintf(text, sizeof(text), "The %s cannot be started: %s",
	    l->row->title, strerror(error));
	fail_queue(l, &l->waiting, text);
}

static bool
is_due(struct lane *l)
{
	bool kept;

	pthread_mutex_lock(&l->board->lock);
	kept = l->kept;
	pthread_mutex_unlock(&l->board->lock);
	return kept && l->processes[0].fd < 0 && clock_mono_ns() >= l->retry_at;
}

void
lane_feed(struct lane *l)
{
	struct process *p;

	while (has_work(l) && (p = find_free(l))) {
		if (p->fd < 0 && call_worker(l, p) < 0) {
			cannot_start(l, errno);
			return;
		}
		give_one(l, p);
		if (p->out.failed) { /* no memory: as if it had died */
			p->out.failed = false;
			process_kill(l, p);
			return;
		}
	}
	if (is_due(l) && call_worker(l, &l->processes[0]) < 0)
		process_died(l, &l->processes[0]);
}

/* ---- cancelling ---- */

static struct request *
take_cancelled(struct lane *l)
{
	struct request *m;

	pthread_mutex_lock(&l->board->lock);
	m = l->waiting.first;
	while (m && !m->cancelled)
		m = m->next;
	if (m)
		(void)queue_take(&l->waiting, m->task, m->step);
	pthread_mutex_unlock(&l->board->lock);
	return m;
}

static void
tell_cancelled(struct process *p)
{
	for (struct request *m = p->hands.first; m; m = m->next) {
		const struct frame f = { FRAME_CANCEL, m->task, m->step,
			{ .kind = VALUE_NIL } };

		if (!m->cancelled || m->cancel_sent)
			continue;
		m->cancel_sent = true;
		frame_pack(&f, &p->out);
		if (m == p->hands.first)
			begin(m);
	}
}

void
lane_cancel(struct lane *l)
{
	struct request *m;

	while ((m = take_cancelled(l)))
		end_cancelled(m);
	pthread_mutex_lock(&l->board->lock);
	for (unsigned i = 0; i < l->row->max; i++)
		if (l->processes[i].fd >= 0)
			tell_cancelled(&l->processes[i]);
	pthread_mutex_unlock(&l->board->lock);
}

/* ---- time ---- */

static int64_t
due_of(const struct lane *l, const struct process *p)
{
	if (p->fd < 0)
		return INT64_MAX;
	if (p->hands.first)
		return p->hands.first->deadline;
	if (!l->row->idle_ms || l->kept || p < &l->processes[l->row->spare])
		return INT64_MAX;
	return p->idle_since + l->row->idle_ms * NSEC_PER_MSEC;
}

int64_t
lane_due(struct lane *l)
{
	int64_t due = INT64_MAX;

	pthread_mutex_lock(&l->board->lock);
	for (unsigned i = 0; i < l->row->max; i++) {
		int64_t d = due_of(l, &l->processes[i]);

		due = d < due ? d : due;
	}
	if (l->kept && l->processes[0].fd < 0 && l->retry_at < due)
		due = l->retry_at;
	pthread_mutex_unlock(&l->board->lock);
	return due;
}

void
lane_expire(struct lane *l, int64_t now)
{
	for (unsigned i = 0; i < l->row->max; i++) {
		struct process *p = &l->processes[i];

		if (due_of(l, p) > now)
			continue;
		if (!p->hands.first) {
			hang_up(p); /* it ends by itself */
			continue;
		}
		log_warn("a %s hangs; killing it", l->row->title);
		process_kill(l, p);
	}
}

/* ---- hearing and saying ---- */

static void
deliver(struct lane *l, struct process *p, const struct frame *f)
{
	const char *error[8];
	unsigned n = 0;
	struct request *m;

	pthread_mutex_lock(&l->board->lock);
	m = queue_take(&p->hands, f->task, f->step);
	begin_first(p);
	pthread_mutex_unlock(&l->board->lock);
	if (!m)
		return; /* answered before a repetition was */
	for (uint32_t i = 0; f->type == FRAME_ERROR &&
	     f->body.kind == VALUE_ARRAY && i < f->body.n && n < 8;
	     i++)
		if (f->body.items[i].kind == VALUE_STRING)
			error[n++] = f->body.items[i].s;
	if (f->type == FRAME_ERROR && n == 0)
		fail(m, "The worker failed without a reason");
	else
		finish(m, &f->body, error, n);
}

static void
show_progress(struct process *p, const struct frame *f)
{
	struct request *m = queue_find(&p->hands, f->task, f->step);
	double d = f->body.kind == VALUE_DOUBLE ? f->body.d : -1;

	if (m && m->progress && d >= 0 && d <= 1)
		m->progress(m, d);
}

static void
tell_event(struct switchboard *s, enum plan_target from,
    const struct value *body)
{
	void (
	    *event)(void *arg, enum plan_target from, const struct value *body);

	pthread_mutex_lock(&s->lock);
	event = s->event; /* is set once */
	pthread_mutex_unlock(&s->lock);
	if (event)
		event(s->event_arg, from, body);
}

/* -1: this is nothing that a worker may say. */
static int
take_frame(struct lane *l, struct process *p, const struct frame *f)
{
	struct switchboard *s = l->board;

	l->failures = 0;
	switch (f->type) {
	case FRAME_REPLY:
	case FRAME_ERROR:
		deliver(l, p, f);
		return 0;
	case FRAME_PROGRESS:
		show_progress(p, f);
		return 0;
	case FRAME_EVENT:
		tell_event(s, l->target, &f->body);
		return 0;
	default:
		return -1;
	}
}

/* -1: it must go. */
static int
hear(struct lane *l, struct process *p, struct arena *a)
{
	struct frame f;
	int r = frame_read(&p->in, p->fd);

	if (r <= 0)
		return r;
	while ((r = frame_next(&p->in, a, &f)) == 1) {
		if (take_frame(l, p, &f) < 0)
			return -1;
		arena_reset(a);
	}
	return r;
}

static int
say(struct process *p)
{
	ssize_t n = write(p->fd, p->out.p, p->out.len);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	memmove(p->out.p, p->out.p + n, p->out.len - (size_t)n);
	p->out.len -= (size_t)n;
	return 0;
}

unsigned
lane_poll(struct lane *l, struct pollfd *fds, struct process **owners)
{
	unsigned n = 0;

	for (unsigned i = 0; i < l->row->max; i++) {
		struct process *p = &l->processes[i];

		if (p->fd < 0)
			continue;
		fds[n].fd = p->fd;
		fds[n].events = (short)(POLLIN | (p->out.len ? POLLOUT : 0));
		fds[n].revents = 0;
		owners[n++] = p;
	}
	return n;
}

void
lane_serve(struct lane *l, struct process *p, short events, struct arena *a)
{
	bool lost = (events & POLLOUT) && say(p) < 0;

	if ((events & POLLOUT) && !p->out.len && !lost)
		moment(l->row->title, "all", "told");
	if (lost)
		process_kill(l, p);
	else if ((events & (POLLIN | POLLHUP | POLLERR)) && hear(l, p, a) < 0)
		process_kill(l, p);
}

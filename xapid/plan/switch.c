/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/switch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "plan/priv.h"

struct switchboard {
	pthread_mutex_t lock;
	struct request *open, **open_end; /* in the order of sending */
	struct bytes out;                 /* for the worker; lock */
	bool stop;
	int wake; /* eventfd */
	pthread_t thread;
	uint64_t next_ask;

	/* The thread's own. */
	int fd;
	_Atomic pid_t pid;
	struct frame_reader in;
};

/* ---- open requests ---- */

/* Takes the request with this name off the list. Lock. */
static struct request *
take(struct switchboard *s, uint64_t task, uint32_t step)
{
	struct request **p = &s->open, *m;

	while (*p && ((*p)->task != task || (*p)->step != step))
		p = &(*p)->next;
	m = *p;
	if (!m)
		return NULL;
	*p = m->next;
	if (!*p)
		s->open_end = p;
	return m;
}

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

/* ---- the worker ---- */

static void
hang_up(struct switchboard *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	atomic_store(&s->pid, 0);
	frame_reader_free(&s->in);
}

static int
call_worker(struct switchboard *s)
{
	pid_t pid;
	int flags;

	if (priv_spawn(PRIV_DOMAIN_SIMULATOR, &s->fd, &pid) < 0) {
		log_err("cannot start a domain worker: %s", strerror(errno));
		s->fd = -1;
		return -1;
	}
	flags = fcntl(s->fd, F_GETFL);
	(void)fcntl(s->fd, F_SETFL, flags | O_NONBLOCK);
	atomic_store(&s->pid, pid);
	return 0;
}

/* The worker is no more: the request it had in its hands is the oldest one.
 * All that is open goes to a fresh worker, in order. */
static void
worker_died(struct switchboard *s)
{
	struct request *victim = NULL;

	hang_up(s);
	pthread_mutex_lock(&s->lock);
	if (s->open && ++s->open->attempts >= SWITCH_ATTEMPTS) {
		victim = s->open;
		(void)take(s, victim->task, victim->step);
	}
	s->out.len = 0;
	for (struct request *m = s->open; m; m = m->next) {
		bytes_put(&s->out, m->frame.p, m->frame.len);
		m->deadline = clock_mono_ns() + m->deadline_ms * NSEC_PER_MSEC;
	}
	pthread_mutex_unlock(&s->lock);
	if (victim)
		fail(victim,
		    "The domain worker died in this operation, also "
		    "when it was tried again");
}

static void
fail_everything(struct switchboard *s, const char *text)
{
	struct request *all, *next;

	pthread_mutex_lock(&s->lock);
	all = s->open;
	s->open = NULL;
	s->open_end = &s->open;
	s->out.len = 0;
	pthread_mutex_unlock(&s->lock);
	for (; all; all = next) {
		next = all->next;
		fail(all, text);
	}
}

/* ---- answers ---- */

static void
deliver(struct switchboard *s, const struct frame *f)
{
	const char *error[8];
	unsigned n = 0;
	struct request *m;

	pthread_mutex_lock(&s->lock);
	m = take(s, f->task, f->step);
	pthread_mutex_unlock(&s->lock);
	if (!m)
		return; /* answered before a repetition was */
	for (uint32_t i = 0; f->type == FRAME_ERROR &&
	     f->body.kind == VALUE_ARRAY && i < f->body.n && n < 8;
	     i++)
		if (f->body.items[i].kind == VALUE_STRING)
			error[n++] = f->body.items[i].s;
	if (f->type == FRAME_ERROR && n == 0)
		fail(m, "The domain worker failed without a reason");
	else
		finish(m, &f->body, error, n);
}

/* -1: the worker must go. */
static int
hear(struct switchboard *s, struct arena *a)
{
	struct frame f;
	int r = frame_read(&s->in, s->fd);

	if (r <= 0)
		return r;
	while ((r = frame_next(&s->in, a, &f)) == 1) {
		if (f.type != FRAME_REPLY && f.type != FRAME_ERROR)
			return -1;
		deliver(s, &f);
		arena_reset(a);
	}
	return r;
}

static int
say(struct switchboard *s)
{
	ssize_t n = 0;
	int rc = 0;

	pthread_mutex_lock(&s->lock);
	if (s->out.len) {
		n = write(s->fd, s->out.p, s->out.len);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			rc = -1;
		if (n > 0) {
			memmove(s->out.p, s->out.p + n, s->out.len - (size_t)n);
			s->out.len -= (size_t)n;
		}
	}
	pthread_mutex_unlock(&s->lock);
	return rc;
}

/* ---- the thread ---- */

struct view {
	bool stop, talk, work;
	int64_t deadline; /* of the oldest request; 0: none */
};

static struct view
look(struct switchboard *s)
{
	struct view v;

	pthread_mutex_lock(&s->lock);
	v = (struct view){
		.stop = s->stop,
		.talk = s->out.len > 0,
		.work = s->open != NULL,
		.deadline = s->open ? s->open->deadline : 0,
	};
	pthread_mutex_unlock(&s->lock);
	return v;
}

static int
timeout_of(const struct view *v)
{
	int64_t left;

	if (!v->deadline)
		return -1;
	left = v->deadline - clock_mono_ns();
	return left <= 0 ? 0 : (int)(left / NSEC_PER_MSEC) + 1;
}

static void
turn(struct switchboard *s, const struct view *v, struct arena *a)
{
	struct pollfd fds[2] = {
		{ .fd = s->wake, .events = POLLIN },
		{ .fd = s->fd,
		    .events = (short)(POLLIN | (v->talk ? POLLOUT : 0)) },
	};
	uint64_t n;

	if (poll(fds, 2, timeout_of(v)) < 0)
		return;
	if (fds[0].revents)
		(void)!read(s->wake, &n, sizeof(n));
	if ((fds[1].revents & POLLOUT) && say(s) < 0) {
		worker_died(s);
	} else if (fds[1].revents & (POLLIN | POLLHUP | POLLERR)) {
		if (hear(s, a) < 0) {
			if (atomic_load(&s->pid))
				(void)priv_kill(atomic_load(&s->pid));
			worker_died(s);
		}
	} else if (v->deadline && clock_mono_ns() >= v->deadline) {
		log_warn("the domain worker hangs; killing it");
		(void)priv_kill(atomic_load(&s->pid));
		worker_died(s);
	}
}

static void *
switch_main(void *arg)
{
	struct switchboard *s = arg;
	CLEANUP(arena_free) struct arena *a = arena_new(0);

	for (;;) {
		struct view v = look(s);

		if (v.stop || !a)
			break;
		if (s->fd < 0 && v.work && call_worker(s) < 0) {
			fail_everything(s,
			    "The domain worker cannot be "
			    "started");
			continue;
		}
		turn(s, &v, a);
	}
	hang_up(s);
	fail_everything(s, "The toolstack is ending");
	return NULL;
}

/* ---- for others ---- */

struct switchboard *
switch_new(struct core *core)
{
	struct switchboard *s = fault_calloc(1, sizeof(*s));

	(void)core;
	if (!s)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	s->open_end = &s->open;
	s->fd = -1;
	s->next_ask = UINT64_MAX;
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
	bytes_free(&s->out);
	free(s);
}

int
switch_send(struct switchboard *s, struct request *m, const struct value *body)
{
	const struct frame f = { FRAME_REQUEST, m->task, m->step, *body };
	bool refused;

	m->frame = (struct bytes){ 0 };
	m->attempts = 0;
	m->next = NULL;
	frame_pack(&f, &m->frame);
	if (m->frame.failed) {
		bytes_free(&m->frame);
		return -1;
	}
	m->deadline = clock_mono_ns() + m->deadline_ms * NSEC_PER_MSEC;
	pthread_mutex_lock(&s->lock);
	bytes_put(&s->out, m->frame.p, m->frame.len);
	refused = s->out.failed || s->stop;
	s->out.failed = false;
	if (!refused) {
		*s->open_end = m;
		s->open_end = &m->next;
	}
	pthread_mutex_unlock(&s->lock);
	if (refused) {
		bytes_free(&m->frame);
		return -1;
	}
	poke(s);
	return 0;
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
switch_ask(struct switchboard *s, struct arena *a, const struct value *body,
    struct value *reply_r, char *err, size_t err_size)
{
	struct question q = {
		.request = { .deadline_ms = 60000, .done = answered },
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

pid_t
switch_worker(struct switchboard *s)
{
	return atomic_load(&s->pid);
}

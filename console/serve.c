/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loop: terminals of guests, and viewers on STATE/console.sock. Nothing in
 * it blocks. A viewer that reads too slowly misses what HISTORY_BYTES do not
 * hold, and is told so; nobody else notices. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "console/consoles.h"
#include "lib/cleanup.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/packet.h"

#define EVENTS 64
#define LINE_MAX_ 64 /* "UUID text\n" */
#define PIECE 4096
#define KEYS 512 /* typed and not yet taken by the guest */

struct viewer {
	struct source source;
	int fd;
	struct guest *guest; /* NULL: has not said what it wants */
	char line[LINE_MAX_];
	size_t line_len;
	uint64_t pos; /* in the guest's history */
	char keys[KEYS];
	size_t nkeys;
	bool gone;
	TAILQ_ENTRY(viewer) link;
};

static struct {
	const struct console_backend *backend;
	pthread_mutex_t lock; /* protects all below */
	int epoll, folder, listener;
	uid_t daemon; /* may look on, as root may */
	struct source accept;
	struct guest_list guests;
	unsigned nguests, nviewers;
	struct viewer_list unsaid; /* that have not said what they want */
	/* Freed after this round of events, which may name them. */
	struct viewer_list dead;
	struct guest_list dead_guests;
} all = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.epoll = -1,
	.folder = -1,
	.listener = -1,
	.guests = TAILQ_HEAD_INITIALIZER(all.guests),
	.unsaid = TAILQ_HEAD_INITIALIZER(all.unsaid),
	.dead = TAILQ_HEAD_INITIALIZER(all.dead),
	.dead_guests = TAILQ_HEAD_INITIALIZER(all.dead_guests),
};

void
consoles_lock(void)
{
	pthread_mutex_lock(&all.lock);
}

void
consoles_unlock(void)
{
	pthread_mutex_unlock(&all.lock);
}

int
consoles_folder(void)
{
	return all.folder;
}

static int
watch(int op, struct source *s, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = s };

	return epoll_ctl(all.epoll, op, fd, &e);
}

int
consoles_watch(struct source *s, int fd, uint32_t events)
{
	return watch(EPOLL_CTL_ADD, s, fd, events);
}

int
consoles_rewatch(struct source *s, int fd, uint32_t events)
{
	return watch(EPOLL_CTL_MOD, s, fd, events);
}

bool
console_is_uuid(const char *s)
{
	for (size_t i = 0; i < CONSOLE_UUID_CHARS; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-'
			 : !s[i] || !strchr("0123456789abcdef", s[i]))
			return false;
	}
	return s[CONSOLE_UUID_CHARS] == '\0';
}

/* ---- viewers ---- */

/* Nothing is left to do for it; freed after this round. */
static void
hang_up(struct viewer *v)
{
	if (v->gone)
		return;
	v->gone = true;
	TAILQ_REMOVE(v->guest ? &v->guest->viewers : &all.unsaid, v, link);
	TAILQ_INSERT_TAIL(&all.dead, v, link);
	shutdown(v->fd, SHUT_RDWR);
	close(v->fd);
	all.nviewers--;
}

static void
bury(void)
{
	struct viewer *v;
	struct guest *g;

	while ((v = TAILQ_FIRST(&all.dead))) {
		TAILQ_REMOVE(&all.dead, v, link);
		free(v);
	}
	while ((g = TAILQ_FIRST(&all.dead_guests))) {
		TAILQ_REMOVE(&all.dead_guests, g, link);
		free(g);
	}
}

static void
set_wants(struct viewer *v)
{
	uint32_t events = v->nkeys ? 0 : EPOLLIN;

	if (v->guest && v->pos < v->guest->history.end)
		events |= EPOLLOUT;
	(void)watch(EPOLL_CTL_MOD, &v->source, v->fd, events);
}

static void
set_guest_wants(struct guest *g)
{
	bool wants = false;
	struct viewer *v;

	TAILQ_FOREACH(v, &g->viewers, link)
	wants = wants || v->nkeys > 0;
	if (g->fd < 0 || wants == g->wants_out)
		return;
	g->wants_out = wants;
	(void)watch(EPOLL_CTL_MOD, &g->source, g->fd,
	    EPOLLIN | (wants ? EPOLLOUT : 0));
}

/* What it has not seen. */
static void
show(struct viewer *v)
{
	struct history *h = &v->guest->history;
	char buf[PIECE];

	while (!v->gone && v->pos < h->end) {
		uint64_t pos = v->pos;
		size_t n = history_read(h, &pos, buf, sizeof(buf));
		uint64_t lost = pos - n - v->pos;
		ssize_t sent;

		if (lost > 0)
			n = (size_t)snprintf(buf, sizeof(buf),
			    "\r\n[%llu bytes left out]\r\n",
			    (unsigned long long)lost);
		sent = send(v->fd, buf, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno == EAGAIN)
			break;
		if (sent <= 0) {
			hang_up(v);
			return;
		}
		v->pos += lost > 0 ? lost : (uint64_t)sent;
	}
	set_wants(v);
}

/* Gives the guest what was typed. */
static void
type(struct viewer *v)
{
	while (v->nkeys > 0) {
		ssize_t n = all.backend->type(v->guest, v->keys, v->nkeys);

		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0)
			n = (ssize_t)v->nkeys; /* nobody is there to read it */
		v->nkeys -= (size_t)n;
		memmove(v->keys, v->keys + n, v->nkeys);
	}
	set_guest_wants(v->guest);
}

static void
answer(struct viewer *v, const char *text, int fd)
{
	if (packet_send(v->fd, text, strlen(text), &fd, fd >= 0 ? 1 : 0,
		MSG_DONTWAIT) < 0)
		hang_up(v);
}

static void
refuse(struct viewer *v, const char *why)
{
	answer(v, why, -1);
	hang_up(v);
}

static void
show_screen(struct viewer *v, const char *uuid)
{
	CLEANUP_FD int fd = all.backend->screen(uuid);

	if (fd < 0) {
		refuse(v, "error no such screen\n");
		return;
	}
	answer(v, "ok\n", fd);
	hang_up(v); /* what follows goes past us */
}

static void
attach(struct viewer *v, const char *uuid)
{
	struct guest *g = all.backend->find(uuid);

	if (!g) {
		refuse(v, "error no such console\n");
		return;
	}
	TAILQ_REMOVE(&all.unsaid, v, link);
	TAILQ_INSERT_TAIL(&g->viewers, v, link);
	v->guest = g;
	v->pos = history_replay(&g->history);
	answer(v, "ok\n", -1);
	if (!v->gone)
		show(v);
}

/* "UUID text" or "UUID vnc", in v->line. */
static void
obey(struct viewer *v)
{
	char *blank = strchr(v->line, ' ');

	if (blank)
		*blank = '\0';
	if (!blank || !console_is_uuid(v->line))
		refuse(v, "error what?\n");
	else if (strcmp(blank + 1, "text") == 0)
		attach(v, v->line);
	else if (strcmp(blank + 1, "vnc") == 0)
		show_screen(v, v->line);
	else
		refuse(v, "error what?\n");
}

/* Byte by byte: what follows the line is for the guest. */
static void
read_line(struct viewer *v)
{
	char c;
	ssize_t n;

	while ((n = recv(v->fd, &c, 1, MSG_DONTWAIT)) == 1) {
		if (c == '\n') {
			v->line[v->line_len] = '\0';
			obey(v);
			return;
		}
		if (v->line_len + 1 == sizeof(v->line)) {
			refuse(v, "error what?\n");
			return;
		}
		v->line[v->line_len++] = c;
	}
	if (n == 0 || errno != EAGAIN)
		hang_up(v);
}

static void
read_keys(struct viewer *v)
{
	ssize_t n = recv(v->fd, v->keys, sizeof(v->keys), MSG_DONTWAIT);

	if (n > 0) {
		v->nkeys = (size_t)n;
		type(v);
	} else if (n == 0 || errno != EAGAIN) {
		hang_up(v);
	}
}

static void
on_viewer(struct source *s, uint32_t events)
{
	struct viewer *v = (struct viewer *)s;

	if (v->gone)
		return;
	if (!v->guest) {
		read_line(v);
		return;
	}
	if (events & (EPOLLERR | EPOLLHUP)) {
		hang_up(v);
		return;
	}
	if (events & EPOLLIN)
		read_keys(v);
	if (!v->gone)
		show(v);
}

static bool
may_look(int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
	    (who.uid == 0 || who.uid == all.daemon || who.uid == geteuid());
}

static void
on_accept(struct source *s, uint32_t events)
{
	CLEANUP_FD int fd =
	    accept4(all.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct viewer *v;

	(void)s;
	(void)events;
	if (fd < 0 || !may_look(fd) || all.nviewers >= CONSOLE_VIEWERS_MAX)
		return;
	v = fault_calloc(1, sizeof(*v));
	if (!v)
		return;
	v->source.ready = on_viewer;
	v->fd = fd;
	if (consoles_watch(&v->source, fd, EPOLLIN) < 0) {
		free(v);
		return;
	}
	(void)STEAL_FD(fd);
	TAILQ_INSERT_TAIL(&all.unsaid, v, link);
	all.nviewers++;
}

/* ---- guests ---- */

struct guest *
guest_find(const char *uuid)
{
	struct guest *g;

	TAILQ_FOREACH(g, &all.guests, link)
	if (strcmp(g->uuid, uuid) == 0)
		return g;
	return NULL;
}

struct guest *
guest_next(struct guest *g)
{
	return g ? TAILQ_NEXT(g, link) : TAILQ_FIRST(&all.guests);
}

/* What was said before this process began. */
static void
remember(struct guest *g)
{
	char buf[REPLAY_BYTES];
	size_t n = log_file_tail(&g->log, buf, sizeof(buf));

	if (n > 0)
		(void)history_put(&g->history, buf, n);
}

struct guest *
guest_new(const char *uuid)
{
	struct guest *g;

	if (!console_is_uuid(uuid) || all.nguests >= CONSOLE_GUESTS_MAX)
		return NULL;
	g = fault_calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	memcpy(g->uuid, uuid, sizeof(g->uuid));
	g->fd = -1;
	TAILQ_INIT(&g->viewers);
	log_file_open(&g->log, all.folder, uuid);
	remember(g);
	TAILQ_INSERT_TAIL(&all.guests, g, link);
	all.nguests++;
	return g;
}

void
guest_close(struct guest *g)
{
	if (g->fd >= 0)
		close(g->fd);
	g->fd = -1;
	g->wants_out = false;
	g->tty[0] = '\0';
}

void
guest_free(struct guest *g)
{
	struct viewer *v;

	while ((v = TAILQ_FIRST(&g->viewers))) {
		show(v); /* its last words */
		hang_up(v);
	}
	guest_close(g);
	log_file_close(&g->log);
	history_free(&g->history);
	TAILQ_REMOVE(&all.guests, g, link);
	TAILQ_INSERT_TAIL(&all.dead_guests, g, link);
	all.nguests--;
}

void
guest_say(struct guest *g, const char *p, size_t n)
{
	struct viewer *v, *next;

	log_file_put(&g->log, p, n);
	(void)history_put(&g->history, p, n);
	for (v = TAILQ_FIRST(&g->viewers); v; v = next) {
		next = TAILQ_NEXT(v, link);
		show(v);
	}
}

static void
on_guest(struct source *s, uint32_t events)
{
	struct guest *g = (struct guest *)s;
	char buf[PIECE];
	ssize_t n;
	struct viewer *v, *next;

	if (g->fd < 0)
		return;
	n = read(g->fd, buf, sizeof(buf));
	if (n > 0) {
		guest_say(g, buf, (size_t)n);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		guest_close(g); /* xen.c sees when there is another */
		return;
	}
	if (!(events & EPOLLOUT))
		return;
	for (v = TAILQ_FIRST(&g->viewers); v; v = next) {
		next = TAILQ_NEXT(v, link);
		type(v);
		set_wants(v);
	}
}

int
guest_open(struct guest *g, int fd)
{
	g->source.ready = on_guest;
	g->fd = fd;
	if (consoles_watch(&g->source, fd, EPOLLIN) == 0)
		return 0;
	guest_close(g);
	return -1;
}

/* ---- the loop ---- */

static void *
loop(void *arg)
{
	struct epoll_event events[EVENTS];

	(void)arg;
	for (;;) {
		int n = epoll_wait(all.epoll, events, EVENTS, -1);

		consoles_lock();
		for (int i = 0; i < n; i++) {
			struct source *s = events[i].data.ptr;

			s->ready(s, events[i].events);
		}
		bury();
		consoles_unlock();
	}
	return NULL;
}

/* A fresh one in the place of a predecessor's. */
static int
listen_at(const char *state)
{
	CLEANUP_FD int dir = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	CLEANUP_FD int fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	if (dir < 0 || fd < 0 || fstat(dir, &st) < 0)
		return -1;
	all.daemon = st.st_uid;
	(void)unlinkat(dir, "console.sock", 0);
	snprintf(sa.sun_path, sizeof(sa.sun_path),
	    "/proc/self/fd/%d/console.sock", dir);
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ||
	    fchmodat(dir, "console.sock", 0666, 0) < 0 || listen(fd, 64) < 0)
		return -1;
	return STEAL_FD(fd);
}

int
consoles_start(const struct console_backend *backend, const char *state)
{
	CLEANUP_FD int top = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pthread_t thread;

	all.backend = backend;
	if (top < 0)
		return -1;
	if (mkdirat(top, "console", 0700) < 0 && errno != EEXIST)
		return -1;
	all.folder = openat(top, "console",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	all.epoll = epoll_create1(EPOLL_CLOEXEC);
	all.listener = listen_at(state);
	all.accept.ready = on_accept;
	if (all.folder < 0 || all.epoll < 0 || all.listener < 0 ||
	    consoles_watch(&all.accept, all.listener, EPOLLIN) < 0 ||
	    (backend->start && backend->start() < 0))
		return -1;
	errno = pthread_create(&thread, NULL, loop, NULL);
	return errno ? -1 : 0;
}

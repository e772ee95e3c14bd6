/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xapid-console: what guests say on their serial consoles is read here from
 * the beginning, kept (STATE/console/UUID.log) and shown to those who look on;
 * what they type goes to the guest. One process for all guests of the host. It
 * parses nothing of it.
 *
 * Whoever looks on is the daemon, on STATE/console.sock: it sends
 * "UUID text\n" or "UUID vnc\n" and is told "ok\n" or "error WHY\n". After ok
 * the bytes of a text console follow, both ways; for VNC a descriptor comes
 * with the ok, connected to the server of the guest's screen.
 *
 * One thread has the loop (serve.c); the other obeys the core. All that is
 * here is under one lock, which nobody holds while he waits. */
#ifndef XAPID_CONSOLES_H
#define XAPID_CONSOLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "worker/worker.h"

#define CONSOLE_UUID_CHARS 36
#define CONSOLE_GUESTS_MAX 4096
#define CONSOLE_VIEWERS_MAX 1024
#define HISTORY_BYTES 16384u   /* that a viewer may fall behind */
#define REPLAY_BYTES 4096u     /* of what was said before a viewer came */
#define LOG_BYTES (128 * 1024) /* of one file; there are two */

/* ---- history.c: the last bytes that a guest said ---- */

struct history {
	char *ring;   /* NULL: nothing was said; owned */
	uint64_t end; /* bytes ever said */
};

/* -1: no memory, and nothing is remembered. */
int history_put(struct history *h, const char *p, size_t n);
/* From *pos on (raised to what is still there) at most n bytes; *pos goes
 * behind them. */
size_t history_read(const struct history *h, uint64_t *pos, char *buf,
    size_t n);
/* Where somebody who comes now begins to read: at the begin of a line. */
uint64_t history_replay(const struct history *h);
void history_free(struct history *h);

/* ---- log.c: the same in files, bounded ---- */

struct log_file {
	int folder; /* borrowed */
	char name[CONSOLE_UUID_CHARS + 8];
	int fd; /* -1: cannot be written */
	int64_t size;
};

/* name: a uuid. What cannot be opened is not written, and said once. */
void log_file_open(struct log_file *l, int folder, const char *name);
void log_file_put(struct log_file *l, const char *p, size_t n);
/* The last bytes of it, at most n. */
size_t log_file_tail(const struct log_file *l, char *buf, size_t n);
void log_file_close(struct log_file *l);

/* ---- guests and viewers: serve.c ---- */

/* What epoll leads to. */
struct source {
	void (*ready)(struct source *s, uint32_t events);
};

struct viewer;
TAILQ_HEAD(viewer_list, viewer);

struct guest {
	struct source source;
	char uuid[CONSOLE_UUID_CHARS + 1];
	uint32_t domid;
	int fd;         /* its terminal; -1: none (yet), or simulated */
	char tty[32];   /* the path of it */
	bool wants_out; /* epoll tells when fd takes bytes */
	bool present;   /* in the list that is compared now (xen.c) */
	struct history history;
	struct log_file log;
	struct viewer_list viewers;
	TAILQ_ENTRY(guest) link;
};
TAILQ_HEAD(guest_list, guest);

struct console_backend {
	/* Before the loop runs; descriptors of its own by consoles_watch(). */
	int (*start)(void);
	/* The guest whose console a viewer wants; NULL: it has none. */
	struct guest *(*find)(const char *uuid);
	/* What was typed: how much was taken; -1 and errno. */
	ssize_t (*type)(struct guest *g, const char *p, size_t n);
	/* A descriptor connected to the guest's VNC server; -1: none. */
	int (*screen)(const char *uuid);
};
extern const struct console_backend console_simulator, console_xen;

/* Opens everything; state: the folder. -1: said. */
int consoles_start(const struct console_backend *backend, const char *state);
/* The folder of logs and screens, for openat. */
int consoles_folder(void);
void consoles_lock(void);
void consoles_unlock(void);

/* With the lock held: */
int consoles_watch(struct source *s, int fd, uint32_t events);
/* For other events than before. */
int consoles_rewatch(struct source *s, int fd, uint32_t events);
struct guest *guest_find(const char *uuid);
/* NULL: too many or no memory. */
struct guest *guest_new(const char *uuid);
/* Its viewers are hung up. */
void guest_free(struct guest *g);
/* It has a terminal from now on (taken), which is read. */
int guest_open(struct guest *g, int fd);
void guest_close(struct guest *g);
/* It said something. */
void guest_say(struct guest *g, const char *p, size_t n);
/* NULL: the last one. */
struct guest *guest_next(struct guest *g);

/* 36 characters, lower case: it becomes the name of a file. */
bool console_is_uuid(const char *s);

#endif

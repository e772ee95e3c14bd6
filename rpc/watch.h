/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notices clients that leave while their call is parked: the engine does not
 * look at suspended connections. (measured with libmicrohttpd 0.9.75) */
#ifndef XAPID_RPC_WATCH_H
#define XAPID_RPC_WATCH_H

#include <stdint.h>

#include "rpc/conn.h"

struct watch;

struct watch *watch_new(void);
void watch_free(struct watch *w); /* NULL is fine */
/* For the event loop of one front: what it polls, and what it calls. */
int watch_fd(const struct watch *w);
struct source *watch_source(struct watch *w);

/* Until watch_remove(), gone(arg) is called, at most once and from another
 * thread, when the client of fd has closed its side. Answers a ticket. */
uint64_t watch_add(struct watch *w, int fd, void (*gone)(void *arg), void *arg);
/* After it gone() is not running and will not be called. 0 is fine. */
void watch_remove(struct watch *w, uint64_t ticket, int fd);
/* As if all had left. */
void watch_all_gone(struct watch *w);

#endif

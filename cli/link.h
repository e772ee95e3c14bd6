/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection to a server: the local socket, TCP, or TLS over TCP. */
#ifndef XAPID_CLI_LINK_H
#define XAPID_CLI_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cli/options.h"
#include "lib/cleanup.h"

struct link; /* link.c */

/* Connects; NULL: said why. host NULL: as the options say, which may mean the
 * local socket; else another host of the pool. */
struct link *link_open(const struct options *o, const char *host);
void link_close(struct link *l); /* NULL is fine */
CLEANUP_DEFINE(link_close, struct link *);
/* Whether open would use the local socket, where no password is needed. */
bool link_is_local(const struct options *o);
/* False: a local socket was named, but nobody listens there; said so. */
bool link_is_where_named(const struct options *o);

/* As read(2), but 0 at any kind of end. */
ssize_t link_read(struct link *l, void *buf, size_t len);
/* All of it; -1: the connection is broken. */
int link_write(struct link *l, const void *buf, size_t len);
int link_read_full(struct link *l, void *buf, size_t len);
/* One line of an HTTP head, without its end; -1: broken or too long. */
int link_read_line(struct link *l, char *line, size_t size);
/* Nothing more is sent, but still read. */
void link_finish(struct link *l);
/* To wait for; reads may have something although it is silent. */
int link_fd(const struct link *l);
bool link_has_input(const struct link *l);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log, sent to another machine as well: by UDP, in the form of RFC 5424. A
 * line that does not arrive is lost; nobody waits for one. */
#ifndef XAPID_LIB_LOG_REMOTE_H
#define XAPID_LIB_LOG_REMOTE_H

#include <stdbool.h>
#include <stddef.h>

/* to: "host", "host:port" or "[address]:port", port 514 if none is said; NULL:
 * nowhere. It asks the resolver, so it may take long. lines: those of the log;
 * else only what log_remote_send is given. 0; -1: there is no such place, and
 * what was set before stays. */
int log_remote_open(const char *to, bool lines);
/* For log.c. */
void log_remote_line(int level, const char *text, size_t len);
/* For what has a file of its own; name says what it is. */
void log_remote_send(const char *name, const char *text, size_t len);

#endif

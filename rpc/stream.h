/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocking reads and writes with a deadline, on a connection that belongs to
 * the calling thread. */
#ifndef XAPID_RPC_STREAM_H
#define XAPID_RPC_STREAM_H

#include <sys/uio.h>

#include "rpc/conn.h"

/* What was read before comes first. As read(2); errno ETIMEDOUT after ms of
 * silence. */
ssize_t stream_read(struct conn *c, void *buf, size_t n, int ms);
/* All of it; -1 and errno, ETIMEDOUT after ms without progress. */
int stream_write(struct conn *c, const void *buf, size_t n, int ms);
/* As stream_write, of n parts that are to leave together; changes them. */
int stream_write_parts(struct conn *c, struct iovec *parts, int n, int ms);
/* More bytes into c->buf, behind those that are there; as read(2). */
ssize_t stream_fill(struct conn *c, int ms);
/* Says that nothing more will be sent, and reads for a while what still
 * comes, so that the other side sees what it was sent and not a reset. */
void stream_drain(struct conn *c);
/* Whether the other side has closed; does not block. */
bool stream_gone(struct conn *c);

#endif

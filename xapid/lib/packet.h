/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets of a known length between processes of ours, with descriptors if
 * need be (SCM_RIGHTS). */
#ifndef XAPID_LIB_PACKET_H
#define XAPID_LIB_PACKET_H

#include <stddef.h>

#define PACKET_FDS 128 /* in one packet, at most */

/* flags: of sendmsg, beside MSG_NOSIGNAL. The descriptors stay the caller's. -1
 * and errno, also when only a part of it went. */
int packet_send(int sock, const void *p, size_t len, const int *fds,
    unsigned nfds, int flags);
/* flags: of recvmsg. Exactly len bytes, and at most max descriptors, closed on
 * exec, which are the caller's then; further ones are dropped. -1 and errno
 * (EPIPE: the end, or another length): nothing is the caller's, *nfds_r is 0. */
int packet_receive(int sock, void *p, size_t len, int *fds, unsigned max,
    unsigned *nfds_r, int flags);

#endif

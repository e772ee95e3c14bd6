/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a host's addresses needs more rights than the worker has: its DHCP
 * clients, and its name servers. A helper process does it, which is split off
 * before the worker gives up its rights, and takes requests of one form.
 *
 * A client is the host's own program (dhclient or udhcpc), started by execve
 * with xapid-lease in the place of the script that it would run. It outlives
 * worker and daemon, as the lease does, and is found again by a file in
 * /run/xapid/dhcp. */
#ifndef XAPID_LEASE_H
#define XAPID_LEASE_H

#include <stdbool.h>

#define LEASE_PROGRAM "xapid-lease"
/* In the environment of xapid-lease: "1" when the lease's gateway and name
 * servers are to be the host's, else "0". */
#define LEASE_WAY_OUT "XAPID_WAY_OUT"
#define LEASE_KEY 32      /* bytes of a key: "eth0", "eth0.5" */
#define LEASE_SERVERS 512 /* bytes of a list of name servers */

/* As root, with one thread. -1 and errno. */
int lease_open(void);
/* A client for the addresses of an interface; one that runs so already stays,
 * another one with that key ends. -1 and errno: ENOENT when the host has no
 * client, EPERM when there is no helper. */
int lease_start(const char *key, const char *interface, bool way_out);
/* None with that key any more: what it has put there stays. */
int lease_stop(const char *key);
/* Name servers of the host, addresses with commas. EOPNOTSUPP: another
 * program has them, and cannot be told. */
int lease_names(const char *interface, const char *servers);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Block devices /dev/nbdN of the kernel, over netlink: the kernel keeps the
 * connection to a server, no process of ours has to live. Each carries a name
 * that can be read again (/sys/block/nbdN/backend), so nothing has to be
 * remembered. 0 or -1 and errno unless it says otherwise. */
#ifndef XAPID_STORAGE_NBD_H
#define XAPID_STORAGE_NBD_H

#include <stdbool.h>
#include <stdint.h>

/* What a server says of its export "" when one greets it. Within the timeout
 * of the socket. */
struct nbd_export {
	uint64_t size;
	uint16_t flags;
};
int nbd_greet(int sock, struct nbd_export *out_r);

/* A new device over a socket that was greeted: its number, or -1. When its
 * server is gone the kernel waits that long for another one (0: not at
 * all). */
int nbd_connect(int sock, const struct nbd_export *e, const char *name,
    unsigned patience_sec);
/* Another server for a device whose own is gone. */
int nbd_reconnect(int device, int sock, const char *name);
/* Names of ours: NBD_PREFIX and a uuid. */
#define NBD_PREFIX "xapid:"
bool nbd_is_name(const char *name);
/* The device that has that name, or -1. */
int nbd_find(const char *name);
/* Unless the device has become another one's: ENODEV. */
int nbd_disconnect(int device, const char *name);
/* Whether no request is on its way. */
bool nbd_is_idle(int device);
/* How much was written, and how many writes are on their way. */
int nbd_count_writes(int device, uint64_t *count_r);
/* Whether a domain's backend has it open. */
bool nbd_is_used(int device);
/* Whether it refuses to be written. */
bool nbd_is_read_only(int device);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the listener's files share. */
#ifndef XAPID_DOMAIN_XL_WATCH_H
#define XAPID_DOMAIN_XL_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <xenstore.h>

#define XL_DISK_NAME 32

/* A guest has connected to its disk dev ("xvda"). */
typedef void xl_disk_fn(void *arg, uint32_t domid, const char *dev);

/* Asks xenstore to tell when guests connect to their disks. False: it does
 * not. */
bool xl_watch_disks(struct xs_handle *xs);
/* Whether it is that watch which has fired, and what it says. */
bool xl_is_of_disks(const char *token);
void xl_disk_fired(struct xs_handle *xs, const char *path, xl_disk_fn *fn,
    void *arg);

#endif

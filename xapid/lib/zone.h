/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Time zones other than that of this process, which is all that the C library
 * knows: files of the form TZif (RFC 8536), with the rule at their end for the
 * years that they do not list. */
#ifndef XAPID_LIB_ZONE_H
#define XAPID_LIB_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/cleanup.h"

struct zone;

/* By its name below the system's folder of zones ("Europe/Paris"). NULL and
 * errno: ENOENT, EINVAL for what is no name or no zone, ENOMEM. */
struct zone *zone_load(const char *name);
/* The same from the bytes of such a file. */
struct zone *zone_parse(const void *data, size_t size);
void zone_free(struct zone *z); /* NULL is fine */
CLEANUP_DEFINE(zone_free, struct zone *);

/* How many seconds local clocks are ahead of UTC at that moment. NULL: UTC. */
int zone_offset(const struct zone *z, int64_t sec);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IPv6 addresses that a link makes for itself from what routers say. */
#ifndef XAPID_AUTOCONF_H
#define XAPID_AUTOCONF_H

#include <stdbool.h>

/* On, its IPv6 begins anew, and routers are asked. Off, what it has stays.
 * -1 and errno: ENOENT where there is no IPv6. */
int autoconf_set(const char *link, bool on);

#endif

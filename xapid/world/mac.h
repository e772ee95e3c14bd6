/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ethernet addresses of virtual interfaces. */
#ifndef XAPID_MAC_H
#define XAPID_MAC_H

#include <stdbool.h>

#define MAC_CHARS 17 /* without the final NUL */

/* Six groups of two hexadecimal digits with colons, either case. */
bool mac_is_valid(const char *s);
/* One that an interface can have: not of a group, and not all zeros. */
bool mac_is_of_one(const char *s);

/* The address of interface number `device` of a VM with this mac_seed: a clone
 * that keeps the seed keeps its addresses. -1: this machine refuses MD5.
 * (source: xenapi mac rules) */
int mac_from_seed(const char *seed, unsigned device, char out[MAC_CHARS + 1]);

#endif

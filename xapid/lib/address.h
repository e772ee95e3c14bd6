/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IP addresses as text. */
#ifndef XAPID_LIB_ADDRESS_H
#define XAPID_LIB_ADDRESS_H

#include <stdbool.h>

/* Whether the text is an address of the family (AF_INET, AF_INET6), or of any. */
bool address_is(int family, const char *s);
bool address_is_any(const char *s);
/* One that a host can have: not everybody, nobody, many or itself. */
bool address_is_host_v4(const char *s);
bool address_is_host_v6(const char *s);
/* A netmask, ones and then zeros: "255.255.255.0"; and how many ones a mask that
 * is valid has (0 for any other text). */
bool address_is_netmask(const char *s);
int address_mask_bits(const char *netmask);
/* An IPv6 address that a host can have, and its prefix: "fd00::2/64". */
bool address_is_cidr_v6(const char *s);
/* Addresses of any family with commas between them; "" is none. */
bool address_is_list(const char *s);

#endif

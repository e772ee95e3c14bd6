/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a locked interface may send: only frames of its own addresses pass, by
 * nf_tables at the moment when they come in from the guest, before any bridge
 * sees them. The rules of an interface go with it.
 * (source: network.json locking_mode; linux/netfilter/nf_tables.h) */
#ifndef XAPID_FILTER_H
#define XAPID_FILTER_H

#include <netinet/in.h>
#include <stdint.h>

#include "network/link.h"

struct filter {
	unsigned char mac[LINK_MAC];
	const struct in_addr *v4; /* that it may use; borrowed */
	const struct in6_addr *v6;
	uint32_t n4, n6;
};

/* 0, or -1 and errno: EOPNOTSUPP and the like where the kernel has no
 * nf_tables. Replaces what was there in one moment. */
int filter_set(const char *interface, const struct filter *f);
int filter_remove(const char *interface);

#endif

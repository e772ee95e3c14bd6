/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses and routes of the host itself, by rtnetlink: read, and carried from
 * a card to the bridge above it and back. 0, or -1 and errno. */
#ifndef XAPID_ADDRESS_H
#define XAPID_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define ADDRESS_MAX 16 /* that are told of one link and family */

struct address {
	char text[INET6_ADDRSTRLEN];
	unsigned prefix;
	bool dynamic; /* it has a lifetime: somebody renews it */
};

/* What a link has, but for addresses of the link only. */
struct addresses {
	struct address v4[ADDRESS_MAX], v6[ADDRESS_MAX];
	unsigned n4, n6;
	char gateway4[INET_ADDRSTRLEN], gateway6[INET6_ADDRSTRLEN]; /* or "" */
	bool leased; /* the default route is a DHCP client's */
};

/* Of the link with this index. */
int address_read(unsigned index, struct addresses *out);
/* Addresses and routes, but for what the kernel makes by itself. An address
 * loses its lifetime: who would renew it does not look there. */
int address_move(unsigned from, unsigned to);

/* What a link is to have of one family. */
struct address_wish {
	int family;
	const char *text; /* NULL: no address, and no gateway */
	unsigned prefix;
	/* Where everything else is reached; "": not by this link. */
	const char *gateway;
	uint32_t seconds;       /* that the address is good for; 0: for ever */
	unsigned char route_of; /* RTPROT_*; 0: RTPROT_STATIC */
};
/* Addresses of the link only stay as they are. When the kernel refuses, what was
 * there is there again, and *refused_r says what it did not like: "IP",
 * "gateway" or NULL. */
int address_set(unsigned index, const struct address_wish *w,
    const char **refused_r);

#endif

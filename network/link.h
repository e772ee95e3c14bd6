/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Links of the kernel by rtnetlink: 0, or -1 and errno.
 * (source: rtnetlink(7), linux/if_link.h) */
#ifndef XAPID_LINK_H
#define XAPID_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/* The group of links that xapid made ("xapi"): what is in it it may remove. */
#define LINK_GROUP_OURS 0x78617069u
#define LINK_MAC 6

struct link {
	unsigned index,
	    master;      /* master: index of its bridge or bond, 0: none */
	unsigned parent; /* of a VLAN */
	int vlan;        /* tag, -1: none */
	bool lacp;       /* of a bond */
	uint32_t mtu, group;
	bool up, carrier, ethernet;
	char name[IFNAMSIZ];
	char kind[16]; /* "bridge", "vlan", "bond"; "" for hardware */
	unsigned char mac[LINK_MAC];
	unsigned char own_mac[LINK_MAC]; /* of hardware, whatever mac is now */
};

/* -1 and ENODEV when it is not there. */
int link_get(const char *name, struct link *out);
/* All of them; fn answers 0 to go on, 1 to end (and link_each 1). */
typedef int link_fn(void *arg, const struct link *l);
int link_each(link_fn *fn, void *arg);

/* mac NULL: the kernel's choice. EEXIST when there is one. */
int link_make_bridge(const char *name, const unsigned char *mac);
int link_make_vlan(const char *name, unsigned parent, int tag);
/* Cards as one: one of them at a time, or by LACP. */
struct link_bond {
	bool lacp;
	bool fast;       /* LACP: a word each second, not each 30 */
	bool source_mac; /* LACP: shared by sender, not by connection */
	uint16_t key;    /* LACP: of the aggregation; 0: the kernel's */
};
/* EOPNOTSUPP where the kernel has none. mac NULL: of its first member. */
int link_make_bond(const char *name, const struct link_bond *b,
    const unsigned char *mac);
/* Its members have left, and it is down. */
int link_change_bond(unsigned index, const struct link_bond *b);
int link_remove(unsigned index);
/* master 0: none. */
int link_set_master(unsigned index, unsigned master);
int link_set_mtu(unsigned index, uint32_t mtu);
int link_set_mac(unsigned index, const unsigned char *mac);
int link_set_up(unsigned index, bool up);
/* No IPv6 address by itself, before it is up: the host is no neighbour of its
 * guests. */
int link_no_addresses(unsigned index);
/* Every frame of its network, not only its own. */
int link_set_promiscuous(unsigned index, bool on);

#endif

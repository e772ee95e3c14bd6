/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xapid-lease: what a DHCP client runs in the place of a script when it has a
 * lease, or none any more. dhclient says why in the environment, udhcpc by the
 * first word; both give the lease in the environment. What stands there came
 * from the network: it is addresses, or is not taken. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "network/address.h"
#include "network/lease.h"
#include "network/link.h"
#include "network/names.h"

#define DEFAULT_SECONDS 3600
#define DHCP_ROUTE 16 /* RTPROT_DHCP */

/* Both clients' names of the same. */
static const char *
value(const char *of_dhclient, const char *of_udhcpc)
{
	const char *s = getenv(of_dhclient);

	if (!s)
		s = getenv(of_udhcpc);
	return s ? s : "";
}

/* Words that mean the same to us; the others mean nothing. */
static const struct {
	const char *word;
	bool bound;
} words[] = {
	{ "BOUND", true },
	{ "RENEW", true },
	{ "REBIND", true },
	{ "REBOOT", true },
	{ "bound", true },
	{ "renew", true },
	{ "EXPIRE", false },
	{ "deconfig", false },
};

static unsigned
prefix_of(const char *netmask)
{
	struct in_addr a;

	return inet_pton(AF_INET, netmask, &a) == 1
	    ? (unsigned)__builtin_popcount(a.s_addr)
	    : 24;
}

static uint32_t
seconds(void)
{
	const char *s = value("new_dhcp_lease_time", "lease");
	long long n = strtoll(s, NULL, 10);

	return n > 0 && n < UINT32_MAX ? (uint32_t)n : DEFAULT_SECONDS;
}

/* The first of a list. */
static void
first_word(const char *list, char out[INET6_ADDRSTRLEN])
{
	snprintf(out, INET6_ADDRSTRLEN, "%.*s", (int)strcspn(list, " ,"), list);
}

static int
take(const struct link *l, bool way_out)
{
	char router[INET6_ADDRSTRLEN];
	const struct address_wish w = {
		.family = AF_INET,
		.text = value("new_ip_address", "ip"),
		.prefix = prefix_of(value("new_subnet_mask", "subnet")),
		.gateway = way_out ? router : "",
		.seconds = seconds(),
		.route_of = DHCP_ROUTE,
	};
	const char *refused;

	first_word(value("new_routers", "router"), router);
	if (address_set(l->index, &w, &refused) < 0) {
		log_err("%s: the lease of %s cannot be used: %m", l->name,
		    w.text);
		return 1;
	}
	if (way_out &&
	    names_set(l->name, value("new_domain_name_servers", "dns")) < 0)
		log_err("%s: name servers of the lease: %m", l->name);
	return 0;
}

/* The lease is over. One that was not of a lease stays. */
static int
drop(const struct link *l)
{
	const struct address_wish none = { .family = AF_INET };
	struct addresses a;
	const char *refused;

	if (address_read(l->index, &a) < 0)
		return 1;
	return a.n4 && a.v4[0].dynamic &&
		address_set(l->index, &none, &refused) < 0
	    ? 1
	    : 0;
}

int
main(int argc, char **argv)
{
	const char *why = getenv("reason"), *way_out = getenv(LEASE_WAY_OUT);
	const char *interface = getenv("interface");
	struct link l = { 0 };

	log_open("stderr", LEASE_PROGRAM, LOG_L_INFO);
	if (!why)
		why = argc > 1 ? argv[1] : "";
	if (!interface || link_get(interface, &l) < 0)
		return 1;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i].word, why) == 0)
			return words[i].bound
			    ? take(&l, way_out && strcmp(way_out, "1") == 0)
			    : drop(&l);
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IP addresses that the API gives to the host: on the bridge that a card or a
 * VLAN is on, or on the card itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "network/address.h"
#include "network/network.h"

struct master_search {
	unsigned index;
	struct link found;
};

static int
is_index(void *arg, const struct link *l)
{
	struct master_search *s = arg;

	if (l->index != s->index)
		return 0;
	s->found = *l;
	return 1;
}

/* Where the addresses of the host stand: what is above the card. -1: raised. */
static int
find_place(struct op *op, const char *device, struct link *out)
{
	struct master_search s = { 0 };
	int r;

	if (network_find_uplink(op, device, out) < 0)
		return -1;
	if (!out->master)
		return 0;
	s.index = out->master;
	r = link_each(is_index, &s);
	if (r < 0)
		return network_fail(op, device);
	if (r == 0 || strcmp(s.found.kind, "bridge") != 0)
		return op_fail(op, "PIF_UNMANAGED", op_text(op, "pif", ""),
		    NULL);
	*out = s.found;
	return 0;
}

static int
fail(struct op *op, const struct link *l, const char *refused)
{
	static const int of_address[] = { EINVAL, ENETUNREACH, EHOSTUNREACH,
		EADDRNOTAVAIL, EAFNOSUPPORT, EACCES };

	for (size_t i = 0;
	     refused && i < sizeof(of_address) / sizeof(*of_address); i++)
		if (errno == of_address[i])
			return op_fail(op, "INVALID_IP_ADDRESS_SPECIFIED",
			    refused, NULL);
	return network_fail(op, l->name);
}

int
network_address(void *context, struct op *op)
{
	const char *device = network_name(op, "device"), *refused;
	int64_t prefix = op_int(op, "prefix", 0);
	struct address_wish w = {
		.family = op_int(op, "family", 4) == 4 ? AF_INET : AF_INET6,
		.text = op_text(op, "ip", ""),
		.prefix = prefix >= 0 && prefix <= 128 ? (unsigned)prefix : 255,
		.gateway = op_text(op, "gateway", ""),
	};
	struct link l = { 0 };

	(void)context;
	if (!device || find_place(op, device, &l) < 0)
		return -1;
	if (!*w.text)
		w.text = NULL;
	else if (!l.up && link_set_up(l.index, true) < 0)
		return network_fail(op, l.name);
	return address_set(l.index, &w, &refused) < 0 ? fail(op, &l, refused)
						      : 0;
}

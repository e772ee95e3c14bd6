/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IP addresses that the API gives to the host: on the bridge that a card or a
 * VLAN is on, or on the card itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "network/address.h"
#include "network/autoconf.h"
#include "network/lease.h"
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

/* ---- addresses that others give ---- */

/* By which a client is found again, wherever its card is. */
static const char *
key_of(struct op *op, const char *device)
{
	int64_t vlan = op_int(op, "vlan", -1);

	return vlan < 0
	    ? device
	    : arena_printf(op->arena, "%s.%lld", device, (long long)vlan);
}

static int
start_client(struct op *op, const char *key, const struct link *l)
{
	if (lease_start(key, l->name, op_bool(op, "way_out", false)) == 0)
		return 0;
	return errno == ENOENT ? op_fail(op, "OPERATION_NOT_ALLOWED",
				     "This host has no DHCP client (dhclient "
				     "or udhcpc)",
				     NULL)
			       : network_fail(op, l->name);
}

/* What was there before makes place. */
static int
begin_autoconf(struct op *op, const struct link *l)
{
	const struct address_wish none = { .family = AF_INET6, .gateway = "" };
	const char *refused;

	return address_set(l->index, &none, &refused) < 0 ||
		autoconf_set(l->name, true) < 0
	    ? network_fail(op, l->name)
	    : 0;
}

/* Who gave addresses here until now gives none any more. */
static int
end_others(struct op *op, int family, const char *key, const struct link *l)
{
	if (family == AF_INET)
		return lease_stop(key) < 0 ? network_fail(op, l->name) : 0;
	return autoconf_set(l->name, false) < 0 && errno != ENOENT
	    ? network_fail(op, l->name)
	    : 0;
}

/* ---- addresses that are said ---- */

static int
set_names(struct op *op, const struct link *l)
{
	const char *servers = op_text(op, "dns", "");

	if (!*servers || !op_bool(op, "way_out", false) ||
	    lease_names(l->name, servers) == 0)
		return 0;
	return errno == EOPNOTSUPP
	    ? op_fail(op, "OPERATION_NOT_ALLOWED",
		  "Another program has the name servers of this host", NULL)
	    : network_fail(op, "name servers");
}

static int
set_said(struct op *op, const struct link *l, int family)
{
	int64_t prefix = op_int(op, "prefix", 0);
	struct address_wish w = {
		.family = family,
		.text = op_text(op, "ip", ""),
		.prefix = prefix >= 0 && prefix <= 128 ? (unsigned)prefix : 255,
		.gateway = op_text(op, "gateway", ""),
	};
	const char *refused;

	if (!*w.text)
		w.text = NULL;
	return address_set(l->index, &w, &refused) < 0 ? fail(op, l, refused)
						       : set_names(op, l);
}

int
network_address(void *context, struct op *op)
{
	const char *device = network_name(op, "device");
	const char *mode = op_text(op, "mode", "");
	const char *key = device ? key_of(op, device) : NULL;
	int family = op_int(op, "family", 4) == 4 ? AF_INET : AF_INET6;
	struct link l = { 0 };

	(void)context;
	if (!device || find_place(op, device, &l) < 0)
		return -1;
	if (!key)
		return op_fail_nomem(op);
	if ((*mode || *op_text(op, "ip", "")) && strcmp(mode, "None") != 0 &&
	    !l.up && link_set_up(l.index, true) < 0)
		return network_fail(op, l.name);
	if (strcmp(mode, "DHCP") == 0 && family == AF_INET)
		return start_client(op, key, &l);
	if (strcmp(mode, "Autoconf") == 0)
		return begin_autoconf(op, &l);
	return end_others(op, family, key, &l) < 0 ? -1
						   : set_said(op, &l, family);
}

int
network_addresses(void *context, struct op *op)
{
	const char *device = network_name(op, "device");
	struct value_member m[NETWORK_TOLD];
	struct link l = { 0 };
	uint32_t n = 0;

	(void)context;
	if (!device || find_place(op, device, &l) < 0 ||
	    network_tell_addresses(op, &l, m, &n) < 0)
		return -1;
	return op_answer(op, m, n);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/address.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool
address_is(int family, const char *s)
{
	unsigned char buf[sizeof(struct in6_addr)];

	return inet_pton(family, s, buf) == 1;
}

bool
address_is_any(const char *s)
{
	return address_is(AF_INET, s) || address_is(AF_INET6, s);
}

bool
address_is_host_v4(const char *s)
{
	struct in_addr a;
	uint32_t first;

	if (inet_pton(AF_INET, s, &a) != 1)
		return false;
	first = ntohl(a.s_addr) >> 24;
	return first > 0 && first != 127 && first < 224;
}

bool
address_is_host_v6(const char *s)
{
	struct in6_addr a;

	return inet_pton(AF_INET6, s, &a) == 1 && !IN6_IS_ADDR_MULTICAST(&a) &&
	    !IN6_IS_ADDR_UNSPECIFIED(&a) && !IN6_IS_ADDR_LOOPBACK(&a) &&
	    !IN6_IS_ADDR_V4MAPPED(&a);
}

bool
address_is_netmask(const char *s)
{
	struct in_addr a;
	uint32_t rest;

	if (inet_pton(AF_INET, s, &a) != 1)
		return false;
	rest = ~ntohl(a.s_addr);
	return (rest & (rest + 1)) == 0;
}

int
address_mask_bits(const char *netmask)
{
	struct in_addr a;

	return inet_pton(AF_INET, netmask, &a) == 1
	    ? __builtin_popcount(a.s_addr)
	    : 0;
}

bool
address_is_cidr_v6(const char *s)
{
	const char *slash = strchr(s, '/');
	char address[INET6_ADDRSTRLEN];
	char *end;
	long bits;

	if (!slash || (size_t)(slash - s) >= sizeof(address))
		return false;
	memcpy(address, s, (size_t)(slash - s));
	address[slash - s] = '\0';
	bits = strtol(slash + 1, &end, 10);
	return slash[1] >= '0' && slash[1] <= '9' && !*end && bits <= 128 &&
	    address_is_host_v6(address);
}

bool
address_is_list(const char *s)
{
	char one[INET6_ADDRSTRLEN];

	for (; *s; s += *s == ',') {
		size_t len = strcspn(s, ",");

		if (len >= sizeof(one))
			return false;
		memcpy(one, s, len);
		one[len] = '\0';
		if (!address_is_any(one))
			return false;
		s += len;
	}
	return true;
}

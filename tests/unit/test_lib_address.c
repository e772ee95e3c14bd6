/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/address.h"

#include <arpa/inet.h>
#include <stddef.h>

#include "tests/lib/unit.h"

/* Whether the text is what each function asks for. */
static const struct {
	const char *text;
	bool v4, v6, host_v4, host_v6, netmask, cidr_v6, list;
} rows[] = {
	{ "192.0.2.7", true, false, true, false, false, false, true },
	{ "0.0.0.0", true, false, false, false, true, false, true },
	{ "127.0.0.1", true, false, false, false, false, false, true },
	{ "224.0.0.1", true, false, false, false, false, false, true },
	{ "255.255.255.255", true, false, false, false, true, false, true },
	{ "255.255.252.0", true, false, false, false, true, false, true },
	{ "255.0.255.0", true, false, false, false, false, false, true },
	{ "192.0.2", false, false, false, false, false, false, false },
	{ "fd00::2", false, true, false, true, false, false, true },
	{ "::1", false, true, false, false, false, false, true },
	{ "::", false, true, false, false, false, false, true },
	{ "ff02::1", false, true, false, false, false, false, true },
	{ "::ffff:192.0.2.7", false, true, false, false, false, false, true },
	{ "fd00::2/64", false, false, false, false, false, true, false },
	{ "fd00::2/129", false, false, false, false, false, false, false },
	{ "fd00::2/-1", false, false, false, false, false, false, false },
	{ "fd00::2/", false, false, false, false, false, false, false },
	{ "ff02::1/64", false, false, false, false, false, false, false },
	{ "192.0.2.7,fd00::2", false, false, false, false, false, false, true },
	{ "192.0.2.7,,fd00::2", false, false, false, false, false, false,
	    false },
	{ "192.0.2.7 ", false, false, false, false, false, false, false },
	{ "", false, false, false, false, false, false, true },
};

static void
test_each_text(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *s = rows[i].text;

		CU_ASSERT_EQUAL(address_is(AF_INET, s), rows[i].v4);
		CU_ASSERT_EQUAL(address_is(AF_INET6, s), rows[i].v6);
		CU_ASSERT_EQUAL(address_is_any(s), rows[i].v4 || rows[i].v6);
		CU_ASSERT_EQUAL(address_is_host_v4(s), rows[i].host_v4);
		CU_ASSERT_EQUAL(address_is_host_v6(s), rows[i].host_v6);
		CU_ASSERT_EQUAL(address_is_netmask(s), rows[i].netmask);
		CU_ASSERT_EQUAL(address_is_cidr_v6(s), rows[i].cidr_v6);
		CU_ASSERT_EQUAL(address_is_list(s), rows[i].list);
	}
}

static void
test_mask_bits(void)
{
	CU_ASSERT_EQUAL(address_mask_bits("255.255.255.0"), 24);
	CU_ASSERT_EQUAL(address_mask_bits("255.255.252.0"), 22);
	CU_ASSERT_EQUAL(address_mask_bits("0.0.0.0"), 0);
	CU_ASSERT_EQUAL(address_mask_bits("24"), 0);
}

UNIT_MAIN("IP addresses as text",
    { "each text is an address, a host's, a mask or a list, or it is not",
	test_each_text },
    { "a netmask has as many bits as it has ones", test_mask_bits })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world/mac.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/unit.h"

/* (examples: seen on the original) */
static void
test_examples(void)
{
	static const struct {
		const char *seed;
		unsigned device;
		const char *mac;
	} rows[] = {
		{ "s", 0, "02:c7:c0:ac:9a:1a" },
		{ "s", 3, "d6:9c:ef:bc:be:4c" },
	};
	char mac[MAC_CHARS + 1];

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		CU_ASSERT_EQUAL_FATAL(mac_from_seed(rows[i].seed,
					  rows[i].device, mac),
		    0);
		CU_ASSERT_STRING_EQUAL(mac, rows[i].mac);
	}
}

static void
test_form(void)
{
	char mac[MAC_CHARS + 1], other[MAC_CHARS + 1];
	unsigned first;

	for (unsigned i = 0; i < 16; i++) {
		CU_ASSERT_EQUAL_FATAL(mac_from_seed("seed", i, mac), 0);
		CU_ASSERT_EQUAL(strlen(mac), MAC_CHARS);
		CU_ASSERT_EQUAL(sscanf(mac, "%2x:", &first), 1);
		CU_ASSERT_EQUAL(first & 3, 2);
		CU_ASSERT_EQUAL_FATAL(mac_from_seed("seed", i + 1, other), 0);
		CU_ASSERT_STRING_NOT_EQUAL(mac, other);
	}
}

UNIT_MAIN("mac",
    { "a seed and a device give the address that the original gives",
	test_examples },
    { "addresses are locally administered, and each device has its own",
	test_form })

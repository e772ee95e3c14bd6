/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shares of memory: fair, whole MiB, never more than there is. */
#include <stdlib.h>

#include "tests/lib/unit.h"
#include "vm/start/memory_plan.h"

#define MIB (INT64_C(1) << 20)
#define MAX 16

static int64_t
sum(const struct memory_share *g, unsigned n)
{
	int64_t all = 0;

	for (unsigned i = 0; i < n; i++)
		all += g[i].target;
	return all;
}

static void
test_room_for_all(void)
{
	struct memory_share g[] = { { MIB, 8 * MIB, 0 }, { 0, 4 * MIB, 0 } };

	memory_share(g, 2, 100 * MIB);
	CU_ASSERT_EQUAL(g[0].target, 8 * MIB);
	CU_ASSERT_EQUAL(g[1].target, 4 * MIB);
	memory_share(g, 2, 12 * MIB);
	CU_ASSERT_EQUAL(sum(g, 2), 12 * MIB);
}

static void
test_too_little(void)
{
	struct memory_share g[] = { { 3 * MIB, 8 * MIB, 0 },
		{ 2 * MIB, 4 * MIB, 0 } };

	memory_share(g, 2, 5 * MIB);
	CU_ASSERT_EQUAL(g[0].target, 3 * MIB);
	CU_ASSERT_EQUAL(g[1].target, 2 * MIB);
	memory_share(g, 2, -MIB);
	CU_ASSERT_EQUAL(g[0].target, 3 * MIB);
	memory_share(g, 0, MIB); /* nobody */
}

static void
test_same_part(void)
{
	struct memory_share g[] = { { 100 * MIB, 300 * MIB, 0 },
		{ 100 * MIB, 500 * MIB, 0 }, { 50 * MIB, 50 * MIB, 0 } };

	memory_share(g, 3, 550 * MIB); /* 300 of 600 MiB above the minima */
	CU_ASSERT_EQUAL(g[0].target, 200 * MIB);
	CU_ASSERT_EQUAL(g[1].target, 300 * MIB);
	CU_ASSERT_EQUAL(g[2].target, 50 * MIB);
}

static void
test_any_numbers(void)
{
	srand(1);
	for (int round = 0; round < 20000; round++) {
		struct memory_share g[MAX];
		unsigned n = (unsigned)rand() % MAX + 1;
		int64_t least = 0, room;

		for (unsigned i = 0; i < n; i++) {
			g[i].min = (int64_t)rand() << (rand() % 16);
			g[i].max =
			    g[i].min + ((int64_t)rand() << (rand() % 16));
			least += g[i].min;
		}
		room = least + ((int64_t)rand() << (rand() % 18));
		memory_share(g, n, room);
		CU_ASSERT_FATAL(sum(g, n) <= room);
		for (unsigned i = 0; i < n; i++)
			CU_ASSERT_FATAL(
			    g[i].target >= g[i].min && g[i].target <= g[i].max);
	}
}

UNIT_MAIN("memory_plan",
    { "with room everybody gets the maximum", test_room_for_all },
    { "without room everybody gets the minimum", test_too_little },
    { "in between all give up the same part", test_same_part },
    { "shares of any numbers stay within their limits and the room",
	test_any_numbers })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A daemon that died is started again, but not for ever. */
#include <signal.h>

#include "plan/priv.h"
#include "tests/lib/unit.h"
#include "xapid/main_again.h"

#define EXITED(status) ((status) << 8)
#define SECONDS 1000

static int
after(struct again *a, int status, int64_t lived_ms, int64_t most_kib)
{
	const struct again_death d = { status, lived_ms, most_kib };

	return again_after(a, &d);
}

static void
test_one_death_costs_no_time(void)
{
	struct again a = { 0 };

	CU_ASSERT_EQUAL(after(&a, SIGSEGV, 5 * SECONDS, 20000), 0);
}

static void
test_who_dies_at_once_waits_longer_and_ends(void)
{
	struct again a = { 0 };
	int before = -1, ms;

	for (int i = 0; i < AGAIN_DEATHS; i++) {
		ms = after(&a, SIGABRT, 10, 20000);
		CU_ASSERT_TRUE(ms > before);
		before = ms;
	}
	CU_ASSERT_TRUE(before <= 10 * SECONDS);
	CU_ASSERT_EQUAL(after(&a, SIGABRT, 10, 20000), -1);
}

static void
test_slow_deaths_end_too(void)
{
	struct again a = { 0 };

	for (int i = 0; i < AGAIN_DEATHS; i++)
		CU_ASSERT_TRUE(after(&a, SIGSEGV, 90 * SECONDS, 20000) >= 0);
	CU_ASSERT_EQUAL(after(&a, SIGSEGV, 90 * SECONDS, 20000), -1);
}

static void
test_a_long_life_forgets_the_deaths_before(void)
{
	struct again a = { 0 };

	for (int i = 0; i < AGAIN_DEATHS; i++)
		(void)after(&a, SIGSEGV, 10, 20000);
	CU_ASSERT_EQUAL(after(&a, SIGSEGV, AGAIN_LIFE_S * SECONDS, 20000), 0);
	CU_ASSERT_TRUE(after(&a, SIGSEGV, 10, 20000) > 0);
}

static void
test_who_is_killed_is_followed_at_once_and_always(void)
{
	struct again a = { 0 };

	for (int i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(after(&a, SIGKILL, 10, 20000), 0);
}

/* The kernel's SIGKILL when memory is out. (It was restarted for hours.) */
static void
test_who_is_killed_for_its_size_is_not_followed_for_ever(void)
{
	struct again a = { 0 };

	for (int i = 0; i < AGAIN_DEATHS; i++)
		CU_ASSERT_TRUE(
		    after(&a, SIGKILL, 30 * SECONDS, AGAIN_BIG_KIB) >= 0);
	CU_ASSERT_EQUAL(after(&a, SIGKILL, 30 * SECONDS, AGAIN_BIG_KIB), -1);
}

static void
test_who_ends_is_not_followed(void)
{
	struct again a = { 0 };

	CU_ASSERT_EQUAL(after(&a, EXITED(0), 10, 20000), -1);
	CU_ASSERT_EQUAL(after(&a, EXITED(1), 10, 20000), -1);
}

static void
test_who_asks_to_be_started_again_is_unless_it_does_nothing_else(void)
{
	struct again a = { 0 };

	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(after(&a, EXITED(PRIV_AGAIN), 2 * SECONDS,
				    20000),
		    0);
	for (int i = 0; i < AGAIN_DEATHS; i++)
		CU_ASSERT_TRUE(after(&a, EXITED(PRIV_AGAIN), 10, 20000) >= 0);
	CU_ASSERT_EQUAL(after(&a, EXITED(PRIV_AGAIN), 10, 20000), -1);
}

UNIT_MAIN("the daemon after its death",
    { "one that dies once is followed at once", test_one_death_costs_no_time },
    { "one that dies at once is followed later each time, and then no more",
	test_who_dies_at_once_waits_longer_and_ends },
    { "a minute and a half is no long life", test_slow_deaths_end_too },
    { "a long life makes good for the deaths before",
	test_a_long_life_forgets_the_deaths_before },
    { "one that somebody kills is followed at once, always",
	test_who_is_killed_is_followed_at_once_and_always },
    { "one that the kernel kills for its size is not followed for ever",
	test_who_is_killed_for_its_size_is_not_followed_for_ever },
    { "one that ends is not followed", test_who_ends_is_not_followed },
    { "one that wants to be started again is, unless it does nothing else",
	test_who_asks_to_be_started_again_is_unless_it_does_nothing_else })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "access/limit_bucket.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "call/timer.h"
#include "lib/clock.h"
#include "tests/lib/unit.h"

#define SEC NSEC_PER_SEC

static void
test_full_bucket_gives_its_burst(void)
{
	struct tokens t;

	tokens_init(&t, 3, 10, 0);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(tokens_take(&t, 1, 0), 0);
	CU_ASSERT_TRUE(tokens_take(&t, 1, 0) > 0);
	CU_ASSERT_EQUAL(tokens_take(&t, 1, SEC / 10), 0);
	CU_ASSERT_TRUE(tokens_take(&t, 1, SEC / 10) > 0);
	/* Never more than the burst. */
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(tokens_take(&t, 1, 1000 * SEC), 0);
	CU_ASSERT_TRUE(tokens_take(&t, 1, 1000 * SEC) > 0);
}

/* Who asks when he was told to gets what he asked for. */
static void
test_wait_is_long_enough(void)
{
	static const double fills[] = { 1e-3, 0.7, 3, 1000, 123456 };

	for (size_t i = 0; i < UNIT_COUNT(fills); i++) {
		struct tokens t;
		int64_t now = 12345, wait;

		tokens_init(&t, 1, fills[i], now);
		for (int n = 0; n < 1000; n++) {
			wait = tokens_take(&t, 1, now);
			if (!wait)
				continue;
			now += wait;
			CU_ASSERT_EQUAL(tokens_take(&t, 1, now), 0);
		}
	}
}

static void
test_debt_is_paid_back(void)
{
	struct tokens t;

	tokens_init(&t, 2, 1, 0);
	CU_ASSERT_EQUAL(tokens_take(&t, 10, 0), 0);
	CU_ASSERT_TRUE(tokens_take(&t, 1, 8 * SEC) > 0);
	CU_ASSERT_EQUAL(tokens_take(&t, 1, 9 * SEC), 0);
}

static void
test_waits_have_an_end(void)
{
	struct tokens t;

	tokens_init(&t, 1, 1e-300, 0);
	CU_ASSERT_EQUAL(tokens_take(&t, 1, 0), 0);
	CU_ASSERT_EQUAL(tokens_take(&t, 1, 0), 3600 * SEC);
}

static void
test_change_keeps_what_fits(void)
{
	struct tokens t;

	tokens_init(&t, 10, 1, 0);
	tokens_change(&t, 2, 1, 0);
	CU_ASSERT_EQUAL(tokens_take(&t, 2, 0), 0);
	tokens_change(&t, 10, 5, 0);
	CU_ASSERT_TRUE(tokens_take(&t, 1, 0) > 0);
	CU_ASSERT_EQUAL(tokens_take(&t, 5, SEC), 0);
}

static atomic_int granted, order_broken;

struct one {
	struct limit_wait wait;
	int number;
};

static void
on_grant(struct limit_wait *w)
{
	if (atomic_fetch_add(&granted, 1) != ((struct one *)w)->number)
		atomic_fetch_add(&order_broken, 1);
}

static void
until_granted(int n)
{
	struct timespec ms = { .tv_nsec = 1000000 };

	for (int i = 0; i < 60000 && atomic_load(&granted) < n; i++)
		nanosleep(&ms, NULL);
	CU_ASSERT_EQUAL(atomic_load(&granted), n);
}

static void
test_line_is_served_in_order(void)
{
	struct timers *timers = timers_new();
	struct limit_bucket *b = limit_bucket_new(timers, 1, 1000);
	struct one ones[50] = { 0 }, first = { .wait.cost = 1 };
	int in_line = 0;

	atomic_store(&granted, 0);
	CU_ASSERT_TRUE(limit_bucket_take(b, &first.wait));
	for (int i = 0; i < 50; i++) {
		ones[i].wait.cost = 20;
		ones[i].wait.granted = on_grant;
		ones[i].number = in_line;
		in_line += !limit_bucket_take(b, &ones[i].wait);
	}
	until_granted(in_line);
	CU_ASSERT_EQUAL(atomic_load(&order_broken), 0);
	limit_bucket_free(b);
	timers_free(timers);
}

static void
test_who_leaves_is_not_served(void)
{
	struct timers *timers = timers_new();
	struct limit_bucket *b = limit_bucket_new(timers, 1, 1e-6);
	struct one ones[4] = { 0 };

	atomic_store(&granted, 0);
	for (int i = 0; i < 4; i++) {
		ones[i].wait.cost = 1;
		ones[i].wait.granted = on_grant;
		ones[i].number = i < 3 ? 0 : 1;
		CU_ASSERT_EQUAL(limit_bucket_take(b, &ones[i].wait), i == 0);
	}
	CU_ASSERT_FALSE(limit_wait_leave(&ones[0].wait));
	CU_ASSERT_TRUE(limit_wait_leave(&ones[2].wait));
	CU_ASSERT_FALSE(limit_wait_leave(&ones[2].wait));
	CU_ASSERT_TRUE(limit_wait_leave(&ones[3].wait));
	CU_ASSERT_FALSE(limit_bucket_take(b, &ones[3].wait));
	CU_ASSERT_EQUAL(atomic_load(&granted), 0);
	limit_bucket_free(b); /* the two others get in */
	CU_ASSERT_EQUAL(atomic_load(&granted), 2);
	CU_ASSERT_EQUAL(atomic_load(&order_broken), 0);
	timers_free(timers);
}

UNIT_MAIN("token buckets",
    { "a full bucket gives its burst", test_full_bucket_gives_its_burst },
    { "a wait is long enough", test_wait_is_long_enough },
    { "a debt is paid back", test_debt_is_paid_back },
    { "waits have an end", test_waits_have_an_end },
    { "a change keeps what fits", test_change_keeps_what_fits },
    { "a line is served in order", test_line_is_served_in_order },
    { "who leaves is not served", test_who_leaves_is_not_served })

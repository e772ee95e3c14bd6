/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/lib/unit.h"

#define DAY 86400
#define YEAR_0 INT64_C(-62167219200)
#define YEAR_10000 INT64_C(253402300800)

static const struct {
	const char *text;
	int64_t sec;
} good[] = {
	{ "19700101T00:00:00Z", 0 },
	{ "19691231T23:59:59Z", -1 },
	{ "20261122T08:26:13Z", 1795335973 },
	{ "20261122T08:26:13", 1795335973 },
	{ "2026-11-22T08:26:13Z", 1795335973 },
	{ "2026-11-22T08:26:13", 1795335973 },
	{ "20261122T08:26:13.5Z", 1795335973 },
	{ "2026-11-22T08:26:13.123456789123456789Z", 1795335973 },
	{ "20261122T09:26:13+01:00", 1795335973 },
	{ "2026-11-22T02:56:13-05:30", 1795335973 },
	{ "20261122T08:26:13.999+00:00", 1795335973 },
	{ "20000229T00:00:00Z", 951782400 },
	{ "20240229T12:00:00Z", 1709208000 },
	{ "20161231T23:59:60Z", 1483228800 }, /* leap second */
	{ "00000101T00:00:00Z", YEAR_0 },
	{ "99991231T23:59:59Z", YEAR_10000 - 1 },
};

static const char *const bad[] = {
	"",
	"2",
	"2026",
	"20261122",
	"20261122T",
	"20261122T08:26",
	"20261122T08:26:13ZZ",
	"20261122T08:26:13 ",
	" 20261122T08:26:13",
	"20261122 08:26:13",
	"20261122t08:26:13Z",
	"20261122T08:26:13z",
	"2026-1122T08:26:13Z",
	"202611-22T08:26:13Z",
	"2026-11-2T08:26:13Z",
	"20261322T08:26:13Z",
	"20260022T08:26:13Z",
	"20261100T08:26:13Z",
	"20261131T08:26:13Z",
	"20230229T00:00:00Z",
	"19000229T00:00:00Z",
	"20261122T24:00:00Z",
	"20261122T08:60:00Z",
	"20261122T08:26:61Z",
	"20261122T08:26:13.Z",
	"20261122T08:26:13.5x",
	"20261122T08:26:13+",
	"20261122T08:26:13+1:00",
	"20261122T08:26:13+0100",
	"20261122T08:26:13+24:00",
	"20261122T08:26:13+01:60",
	"20261122T08:26:13+01:00Z",
	"-0261122T08:26:13Z",
	"99991231T23:59:60Z",
	"99991231T23:59:59-01:00",
	"00000101T00:00:00+01:00",
	"2026112\xc2\xb2T08:26:13Z",
};

static void
test_good(void)
{
	for (size_t i = 0; i < UNIT_COUNT(good); i++) {
		int64_t sec = 42;
		bool ok = date_parse(good[i].text, &sec);

		if (!ok || sec != good[i].sec)
			printf("# %s: %d %" PRId64 "\n", good[i].text, ok, sec);
		CU_ASSERT_TRUE(ok);
		CU_ASSERT_EQUAL(sec, good[i].sec);
	}
}

static void
test_bad(void)
{
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		int64_t sec = 42;

		if (date_parse(bad[i], &sec))
			printf("# taken: %s\n", bad[i]);
		CU_ASSERT_FALSE(date_parse(bad[i], &sec));
		CU_ASSERT_EQUAL(sec, 42);
	}
}

/* Every beginning of a good date that is no date itself is refused, and the
 * reader looks at nothing behind the end (seen by the sanitizer, since each is
 * an allocation of its own). */
static void
test_beginnings(void)
{
	const char *whole = "2026-11-22T08:26:13.5+01:00";
	int taken = 0;

	for (size_t len = 0; len <= strlen(whole); len++) {
		char *part = strndup(whole, len);
		int64_t sec;

		taken += date_parse(part, &sec);
		free(part);
	}
	CU_ASSERT_EQUAL(taken, 3); /* to :13, to .5 and whole */
}

static bool
same_as_libc(int64_t sec)
{
	char mine[DATE_CHARS + 1], expected[64];
	time_t t = (time_t)sec;
	struct tm tm;
	int64_t back;

	gmtime_r(&t, &tm);
	snprintf(expected, sizeof expected, "%04d%02d%02dT%02d:%02d:%02dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
	date_format(sec, mine);
	return strcmp(mine, expected) == 0 && date_parse(mine, &back) &&
	    back == sec;
}

/* 400 years hold every combination of month, day and leap rule; the other
 * years are sampled. */
static void
test_calendar(void)
{
	bool same = true;

	for (int64_t sec = 0; sec < INT64_C(146097) * DAY; sec += DAY + 1)
		same = same && same_as_libc(sec);
	for (int64_t sec = YEAR_0; sec < YEAR_10000; sec += 86399 * 47)
		same = same && same_as_libc(sec);
	for (int64_t day = -1000; day < 1000; day++)
		same = same && same_as_libc(day * DAY) &&
		    same_as_libc(day * DAY - 1);
	CU_ASSERT_TRUE(same);
}

static void
test_clamp(void)
{
	char out[DATE_CHARS + 1];

	date_format(INT64_MIN, out);
	CU_ASSERT_STRING_EQUAL(out, "00000101T00:00:00Z");
	date_format(YEAR_0 - 1, out);
	CU_ASSERT_STRING_EQUAL(out, "00000101T00:00:00Z");
	date_format(INT64_MAX, out);
	CU_ASSERT_STRING_EQUAL(out, "99991231T23:59:59Z");
	date_format(YEAR_10000, out);
	CU_ASSERT_STRING_EQUAL(out, "99991231T23:59:59Z");
}

static void
test_clocks(void)
{
	int64_t mono = clock_mono_ns(), wall = clock_wall_sec();

	CU_ASSERT_TRUE(clock_mono_ns() >= mono);
	CU_ASSERT_TRUE(llabs((long long)time(NULL) - wall) <= 1);
}

UNIT_MAIN("clock", { "dates in all forms of the API are read", test_good },
    { "what is no date is refused and nothing is written", test_bad },
    { "a cut-off date is refused", test_beginnings },
    { "the calendar is that of the C library, both ways", test_calendar },
    { "dates beyond four digits are clamped", test_clamp },
    { "the clocks run forward and tell the time", test_clocks })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/bytes.h"
#include "lib/clock.h"
#include "tests/lib/unit.h"

static void
put_number(struct bytes *b, int64_t v, unsigned bytes)
{
	for (unsigned i = bytes; i-- > 0;)
		bytes_putc(b, (char)(v >> (8 * i)));
}

static void
put_header(struct bytes *b, char version, int times, int types)
{
	bytes_puts(b, "TZif");
	bytes_putc(b, version);
	for (int i = 0; i < 15; i++)
		bytes_putc(b, '\0');
	put_number(b, 0, 4); /* isut, isstd, leaps */
	put_number(b, 0, 4);
	put_number(b, 0, 4);
	put_number(b, times, 4);
	put_number(b, types, 4);
	put_number(b, 4, 4);
}

/* An hour ahead, from second 1000 on two hours, then as the rule says. */
static struct bytes
zone_file(const char *rule)
{
	struct bytes b = { 0 };

	put_header(&b, '2', 0, 1);
	put_number(&b, 0, 6);
	put_number(&b, 0, 4);
	put_header(&b, '2', 1, 2);
	put_number(&b, 1000, 8);
	bytes_putc(&b, 1);
	put_number(&b, 3600, 4);
	put_number(&b, 0, 2);
	put_number(&b, 7200, 4);
	put_number(&b, 0, 2);
	put_number(&b, 0, 4);
	bytes_printf(&b, "\n%s\n", rule);
	return b;
}

static int64_t
at(const char *date)
{
	int64_t sec = 0;

	CU_ASSERT_TRUE(date_parse(date, &sec));
	return sec;
}

static void
test_list(void)
{
	CLEANUP_BYTES struct bytes b = zone_file("");
	CLEANUP(zone_free) struct zone *z = zone_parse(b.p, b.len);

	CU_ASSERT_PTR_NOT_NULL_FATAL(z);
	CU_ASSERT_EQUAL(zone_offset(z, 999), 3600);
	CU_ASSERT_EQUAL(zone_offset(z, 1000), 7200);
	CU_ASSERT_EQUAL(zone_offset(z, at("20260101T00:00:00Z")), 7200);
	CU_ASSERT_EQUAL(zone_offset(NULL, 0), 0);
}

static const struct {
	const char *rule, *date;
	int offset;
} ruled[] = {
	{ "UTC0", "20260701T00:00:00Z", 0 },
	{ "<+0545>-5:45", "20260701T00:00:00Z", 20700 },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "20260329T00:59:59Z", 3600 },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "20260329T01:00:00Z", 7200 },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "20261025T00:59:59Z", 7200 },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "20261025T01:00:00Z", 3600 },
	{ "EST5EDT,M3.2.0,M11.1.0", "20260308T06:59:59Z", -18000 },
	{ "EST5EDT,M3.2.0,M11.1.0", "20260308T07:00:00Z", -14400 },
	{ "NZST-12NZDT,M9.5.0,M4.1.0/3", "20260101T00:00:00Z", 46800 },
	{ "NZST-12NZDT,M9.5.0,M4.1.0/3", "20260601T00:00:00Z", 43200 },
	{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "20260101T00:00:00Z", 39600 },
	{ "AAA0BBB,J60/0,J61/0", "20240301T00:00:00Z", 3600 },
	{ "AAA0BBB,59/0,60/0", "20240229T00:00:00Z", 3600 },
	{ "AAA0BBB,59/0,60/0", "20230301T00:00:00Z", 3600 },
};

static void
test_rules(void)
{
	for (size_t i = 0; i < UNIT_COUNT(ruled); i++) {
		CLEANUP_BYTES struct bytes b = zone_file(ruled[i].rule);
		CLEANUP(zone_free) struct zone *z = zone_parse(b.p, b.len);
		int offset = z ? zone_offset(z, at(ruled[i].date)) : -1;

		if (offset != ruled[i].offset)
			printf("# %s %s: %d\n", ruled[i].rule, ruled[i].date,
			    offset);
		CU_ASSERT_EQUAL(offset, ruled[i].offset);
	}
}

static void
test_bad(void)
{
	static const char *const rules[] = { "U", "UTC", "UTC0x", "UTC200",
		"CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
		"CET-1CEST,J0,J3", "CET-1CEST,400,3", "<+01-1" };
	CLEANUP_BYTES struct bytes b = zone_file("UTC0");

	for (size_t i = 0; i < UNIT_COUNT(rules); i++) {
		CLEANUP_BYTES struct bytes bad = zone_file(rules[i]);
		struct zone *z = zone_parse(bad.p, bad.len);

		if (z)
			printf("# taken: %s\n", rules[i]);
		CU_ASSERT_PTR_NULL(z);
		zone_free(z);
	}
	/* Cut off anywhere; each an allocation of its own. */
	for (size_t n = 0; n < b.len; n++) {
		char *part = malloc(n ? n : 1);

		memcpy(part, b.p, n);
		CU_ASSERT_PTR_NULL(zone_parse(part, n));
		free(part);
	}
	/* Any byte another one: an answer or none, never a crash. */
	for (size_t i = 0; i < b.len; i++)
		for (int v = 0; v < 256; v += 51) {
			char was = b.p[i];
			struct zone *z;

			b.p[i] = (char)v;
			z = zone_parse(b.p, b.len);
			(void)zone_offset(z, 2000000000);
			zone_free(z);
			b.p[i] = was;
		}
}

static void
test_names(void)
{
	static const char *const bad[] = { "", "/etc/passwd", "../zoneinfo/UTC",
		"Europe/../UTC", "no/such zone", "Nowhere/Land", "Europe" };

	for (size_t i = 0; i < UNIT_COUNT(bad); i++)
		CU_ASSERT_PTR_NULL(zone_load(bad[i]));
}

/* Those of this machine, against its C library. */
static void
test_libc(void)
{
	static const char *const names[] = { "Europe/Berlin",
		"America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
		"America/Sao_Paulo", "Pacific/Auckland", "Africa/Casablanca" };

	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		CLEANUP(zone_free) struct zone *z = zone_load(names[i]);
		int wrong = 0;

		if (!z) {
			unit_skip("this machine has no time zones");
			return;
		}
		setenv("TZ", names[i], 1);
		tzset();
		for (int64_t s = 0; s < INT64_C(4000000000); s += 100003) {
			time_t t = (time_t)s;
			struct tm tm;

			localtime_r(&t, &tm);
			wrong += tm.tm_gmtoff != zone_offset(z, s);
		}
		if (wrong)
			printf("# %s: %d\n", names[i], wrong);
		CU_ASSERT_EQUAL(wrong, 0);
	}
}

UNIT_MAIN("zone", { "the listed moments count", test_list },
    { "behind them the rule counts, every year", test_rules },
    { "what is no zone is refused", test_bad },
    { "names lead nowhere else", test_names },
    { "zones are those of the C library", test_libc })

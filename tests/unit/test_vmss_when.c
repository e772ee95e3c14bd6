/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "schedule/vmss_when.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "tests/lib/unit.h"

/* "after" and the moment that follows, both UTC; zones as the machine has
 * them. 1 January 2026 is a Thursday. */
static const struct {
	const char *zone;
	enum vmss_frequency frequency;
	const char *min, *hour, *days;
	const char *after, *next;
} moments[] = {
	{ NULL, VMSS_FREQUENCY_HOURLY, "0", NULL, NULL, "20260101T10:00:00Z",
	    "20260101T11:00:00Z" },
	{ NULL, VMSS_FREQUENCY_HOURLY, "45", NULL, NULL, "20260101T10:44:59Z",
	    "20260101T10:45:00Z" },
	{ NULL, VMSS_FREQUENCY_DAILY, "30", "23", NULL, "20261231T23:30:00Z",
	    "20270101T23:30:00Z" },
	{ NULL, VMSS_FREQUENCY_WEEKLY, "0", "0", "Monday", "20260101T00:00:00Z",
	    "20260105T00:00:00Z" },
	{ NULL, VMSS_FREQUENCY_WEEKLY, "15", "6", "Monday,Friday",
	    "20260105T06:15:00Z", "20260109T06:15:00Z" },
	{ NULL, VMSS_FREQUENCY_WEEKLY, "15", "6", "Friday",
	    "20260109T06:15:00Z", "20260116T06:15:00Z" },
	{ NULL, VMSS_FREQUENCY_WEEKLY, NULL, NULL, NULL, "20260101T00:00:00Z",
	    "20260105T00:00:00Z" },
	/* The day is the local one. */
	{ "Asia/Kathmandu", VMSS_FREQUENCY_WEEKLY, "0", "3", "Monday",
	    "20260101T00:00:00Z", "20260104T21:15:00Z" },
	/* 02:30 is left out: at 03:00, when clocks have jumped. */
	{ "Europe/Berlin", VMSS_FREQUENCY_DAILY, "30", "2", NULL,
	    "20260328T12:00:00Z", "20260329T01:00:00Z" },
	{ "Europe/Berlin", VMSS_FREQUENCY_DAILY, "30", "2", NULL,
	    "20260329T01:00:00Z", "20260330T00:30:00Z" },
	/* 02:30 comes twice: the first counts. */
	{ "Europe/Berlin", VMSS_FREQUENCY_DAILY, "30", "2", NULL,
	    "20261024T12:00:00Z", "20261025T00:30:00Z" },
	{ "Europe/Berlin", VMSS_FREQUENCY_DAILY, "30", "2", NULL,
	    "20261025T00:30:00Z", "20261026T01:30:00Z" },
	{ "Europe/Berlin", VMSS_FREQUENCY_HOURLY, "30", NULL, NULL,
	    "20261025T00:30:00Z", "20261025T01:30:00Z" },
	{ "Europe/Berlin", VMSS_FREQUENCY_HOURLY, "30", NULL, NULL,
	    "20260329T00:30:00Z", "20260329T01:30:00Z" },
};

static int64_t
at(const char *date)
{
	int64_t sec = 0;

	CU_ASSERT_TRUE(date_parse(date, &sec));
	return sec;
}

static void
check(size_t i)
{
	const char *keys[] = { "min", "hour", "days" };
	const char *values[] = { moments[i].min, moments[i].hour,
		moments[i].days };
	CLEANUP(zone_free)
	struct zone *z = moments[i].zone ? zone_load(moments[i].zone) : NULL;
	struct vmss v = { .frequency = moments[i].frequency };
	char next[DATE_CHARS + 1];
	uint32_t n = 0;

	if (moments[i].zone && !z)
		return; /* a machine without zones */
	while (n < 3 && values[n])
		n++;
	v.schedule = (struct map){ .keys = keys, .values = values, .n = n };
	date_format(vmss_next(&v, z, at(moments[i].after)), next);
	if (strcmp(next, moments[i].next) != 0)
		printf("# %zu: %s\n", i, next);
	CU_ASSERT_STRING_EQUAL(next, moments[i].next);
}

static void
test_moments(void)
{
	for (size_t i = 0; i < UNIT_COUNT(moments); i++)
		check(i);
}

/* One a day, whatever clocks do. */
static void
test_year(void)
{
	CLEANUP(zone_free) struct zone *z = zone_load("Europe/Berlin");
	const char *keys[] = { "hour" }, *values[] = { "2" };
	struct vmss v = { .frequency = VMSS_FREQUENCY_DAILY };
	int64_t now = at("20260101T00:00:00Z"), end = at("20270101T00:00:00Z");
	int runs = 0;

	v.schedule = (struct map){ .keys = keys, .values = values, .n = 1 };
	while ((now = vmss_next(&v, z, now)) < end)
		runs++;
	CU_ASSERT_EQUAL(runs, 365);
}

UNIT_MAIN("vmss_when", { "a schedule is due when it says", test_moments },
    { "a daily one runs once each day of the year", test_year })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "schedule/vmss_when.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/builder.h"

#define SLOT_SEC 900 /* schedules name quarters of an hour */
#define HOUR_SEC 3600
#define DAY_SEC 86400
#define WEEK_SEC (7 * DAY_SEC)
/* Farther back than any clock was ever put. */
#define LOOK_BACK_SEC (3 * HOUR_SEC)

/* From Monday. 1970 began on a Thursday. */
static const char *const day_names[] = { "Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday", "Sunday" };
#define EPOCH_DAY 3
#define NDAYS 7

static const char *const quarters[] = { "0", "15", "30", "45" };
#define NQUARTERS 4

enum {
	HOURLY = 1 << VMSS_FREQUENCY_HOURLY,
	DAILY = 1 << VMSS_FREQUENCY_DAILY,
	WEEKLY = 1 << VMSS_FREQUENCY_WEEKLY,
};

static const char *check_minute(struct call *c, const char *value);
static const char *check_hour(struct call *c, const char *value);
static const char *check_days(struct call *c, const char *value);

static const struct time_key {
	const char *name;
	unsigned frequencies;
	const char *otherwise;
	const char *(*check)(struct call *c, const char *value);
} time_keys[] = {
	{ "min", HOURLY | DAILY | WEEKLY, "0", check_minute },
	{ "hour", DAILY | WEEKLY, "0", check_hour },
	{ "days", WEEKLY, "Monday", check_days },
};
#define NKEYS (sizeof(time_keys) / sizeof(time_keys[0]))

/* ---- what may stand there ---- */

static const char *
fail(struct call *c, const char *field, const char *value)
{
	(void)fail_invalid_value(c, field, value);
	return NULL;
}

static int
find(const char *const words[], int n, const char *word, size_t len)
{
	for (int i = 0; i < n; i++)
		if (strlen(words[i]) == len &&
		    strncasecmp(words[i], word, len) == 0)
			return i;
	return -1;
}

static const char *
check_minute(struct call *c, const char *value)
{
	int i = find(quarters, NQUARTERS, value, strlen(value));

	return i < 0 ? fail(c, "schedule:min", value) : quarters[i];
}

static const char *
check_hour(struct call *c, const char *value)
{
	size_t n = strlen(value);

	if (n < 1 || n > 2 || !isdigit((unsigned char)value[0]) ||
	    (n == 2 && !isdigit((unsigned char)value[1])) || atoi(value) > 23)
		return fail(c, "schedule:hour", value);
	return value;
}

/* "Monday,Friday": each once, in any order. */
static const char *
check_days(struct call *c, const char *value)
{
	const char *out = "", *p = value;
	unsigned seen = 0;

	for (;;) {
		size_t len = strcspn(p, ",");
		int day = find(day_names, NDAYS, p, len);

		if (day < 0 || (seen & 1u << day))
			return fail(c, "schedule:days", value);
		seen |= 1u << day;
		out = arena_printf(c->arena, "%s%s%s", out, *out ? "," : "",
		    day_names[day]);
		if (!out) {
			(void)call_fail_nomem(c);
			return NULL;
		}
		if (!p[len])
			return out;
		p += len + 1;
	}
}

const char *
vmss_check_time(struct call *c, int frequency, const char *key,
    const char *value)
{
	const char *field;

	for (size_t i = 0; i < NKEYS; i++)
		if (strcmp(time_keys[i].name, key) == 0 &&
		    (frequency < 0 ||
			(time_keys[i].frequencies & 1u << frequency)))
			return time_keys[i].check(c, value);
	field = arena_printf(c->arena, "schedule:%s", key);
	return fail(c, field ? field : "schedule", value);
}

struct map
vmss_times(struct call *c, enum vmss_frequency frequency,
    const struct map *schedule)
{
	struct builder b = { .arena = c->arena };
	struct builder_pairs pairs = { .b = &b };

	for (size_t i = 0; i < NKEYS; i++) {
		const struct time_key *key = &time_keys[i];
		const char *value = builder_find(schedule, key->name);

		if (key->frequencies & 1u << frequency)
			builder_put(&pairs, key->name,
			    value ? value : key->otherwise);
	}
	if (b.failed)
		(void)call_fail_nomem(c);
	return builder_pairs_map(&pairs);
}

/* ---- when ---- */

struct times {
	enum vmss_frequency frequency;
	int min, hour;
	unsigned days; /* bits from Monday */
};

static unsigned
read_days(const char *p)
{
	unsigned days = 0;

	for (;;) {
		size_t len = strcspn(p, ",");
		int day = find(day_names, NDAYS, p, len);

		if (day >= 0)
			days |= 1u << day;
		if (!p[len])
			return days ? days : 1;
		p += len + 1;
	}
}

static struct times
read_times(const struct vmss *v)
{
	const char *min = builder_find(&v->schedule, "min");
	const char *hour = builder_find(&v->schedule, "hour");
	const char *days = builder_find(&v->schedule, "days");

	return (struct times){
		.frequency = v->frequency,
		.min = min ? atoi(min) : 0,
		.hour = hour ? atoi(hour) : 0,
		.days = read_days(days ? days : ""),
	};
}

/* Whether the schedule names this quarter of an hour of local time. */
static bool
is_named(const struct times *times, int64_t local)
{
	int day = (int)((local / DAY_SEC + EPOCH_DAY) % NDAYS);
	int sec = (int)(local % DAY_SEC);

	if (sec % HOUR_SEC / 60 != times->min)
		return false;
	if (times->frequency == VMSS_FREQUENCY_HOURLY)
		return true;
	return sec / HOUR_SEC == times->hour &&
	    (times->frequency == VMSS_FREQUENCY_DAILY ||
		(times->days & 1u << day));
}

/* What local clocks show, in whole quarters. */
static int64_t
local_slot(const struct zone *z, int64_t slot)
{
	int64_t local = slot + zone_offset(z, slot);

	return local - local % SLOT_SEC;
}

int64_t
vmss_next(const struct vmss *v, const struct zone *z, int64_t after)
{
	struct times times = read_times(v);
	int64_t slot = (after - LOOK_BACK_SEC) / SLOT_SEC * SLOT_SEC;
	int64_t shown = local_slot(z, slot); /* so far, at most */

	for (;;) {
		int64_t local, from;

		slot += SLOT_SEC;
		local = local_slot(z, slot);
		from = times.frequency == VMSS_FREQUENCY_HOURLY
		    ? local - SLOT_SEC
		    : shown;
		for (int64_t l = from + SLOT_SEC; l <= local; l += SLOT_SEC)
			if (slot > after && is_named(&times, l))
				return slot;
		if (local > shown)
			shown = local;
		if (slot > after + WEEK_SEC + DAY_SEC)
			return slot; /* nonsense in the database */
	}
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dates are worked out here and not by the C library: a record has several,
 * and strptime() and gmtime_r() cost more than all the rest of encoding it. */
#include "lib/clock.h"

#include <stdatomic.h>
#include <time.h>

#define DAY_SEC INT64_C(86400)
/* Years count from 1 March, so that the leap day is the last of its year, and
 * come in eras of 400 years, which all have the same number of days. */
#define ERA_DAYS INT64_C(146097)
#define DAYS_TO_1970 INT64_C(719468)    /* from 1 March of the year 0 */
#define FIRST_SEC INT64_C(-62167219200) /* 00000101T00:00:00Z */
#define LAST_SEC INT64_C(253402300799)  /* 99991231T23:59:59Z */

static _Atomic int64_t shift;

int64_t
clock_mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

int64_t
clock_wall_sec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec + atomic_load(&shift);
}

void
clock_wall_shift(int64_t sec)
{
	atomic_store(&shift, sec);
}

int64_t
clock_wall_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (ts.tv_sec + atomic_load(&shift)) * 1000 +
	    ts.tv_nsec / NSEC_PER_MSEC;
}

struct date {
	int year, month, day;
};

/* Days since 1970 to the calendar; the days are not before the year 0. */
static struct date
date_of_days(int64_t days)
{
	/* One era more, since January and February of the year 0 lie before
	 * 1 March of it. */
	unsigned n = (unsigned)(days + DAYS_TO_1970 + ERA_DAYS);
	unsigned era = n / (unsigned)ERA_DAYS, doe = n % (unsigned)ERA_DAYS;
	/* Day of the era without its leap days, in years of 365 days. */
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned m = (5 * doy + 2) / 153; /* from March; 153 days in 5 months */
	int year = (int)(yoe + 400 * era) - 400;

	return (struct date){
		.year = m < 10 ? year : year + 1,
		.month = (int)(m < 10 ? m + 3 : m - 9),
		.day = (int)(doy - (153 * m + 2) / 5 + 1),
	};
}

static int64_t
days_of_date(struct date d)
{
	int64_t year = d.year - (d.month <= 2) + 400; /* at least 399 */
	int64_t era = year / 400, yoe = year % 400;
	int m = d.month > 2 ? d.month - 3 : d.month + 9;
	int64_t doy = (153 * m + 2) / 5 + d.day - 1;

	return (era - 1) * ERA_DAYS + yoe * 365 + yoe / 4 - yoe / 100 + doy -
	    DAYS_TO_1970;
}

int64_t
date_days(int year, int month, int day)
{
	return days_of_date((struct date){ year, month, day });
}

/* Floor, also of what is before 1970. */
static int64_t
days_of_sec(int64_t sec)
{
	return sec >= 0 ? sec / DAY_SEC : -((-sec + DAY_SEC - 1) / DAY_SEC);
}

int
date_year(int64_t sec)
{
	return date_of_days(days_of_sec(sec)).year;
}

static inline char *
put2(char *p, int v)
{
	p[0] = (char)('0' + v / 10);
	p[1] = (char)('0' + v % 10);
	return p + 2;
}

void
date_format(int64_t sec, char out[DATE_CHARS + 1])
{
	int64_t days;
	struct date d;
	int rest;
	char *p = out;

	if (sec < FIRST_SEC)
		sec = FIRST_SEC;
	if (sec > LAST_SEC)
		sec = LAST_SEC;
	days = days_of_sec(sec);
	rest = (int)(sec - days * DAY_SEC);
	d = date_of_days(days);
	p = put2(p, d.year / 100);
	p = put2(p, d.year % 100);
	p = put2(p, d.month);
	p = put2(p, d.day);
	*p++ = 'T';
	p = put2(p, rest / 3600);
	*p++ = ':';
	p = put2(p, rest / 60 % 60);
	*p++ = ':';
	p = put2(p, rest % 60);
	*p++ = 'Z';
	*p = '\0';
}

/* Two digits, at most max; -1 for anything else. Reads no further than the
 * first character that is not a digit. */
static int
take2(const char **p, int max)
{
	int a = (*p)[0] - '0', b;

	if (a < 0 || a > 9)
		return -1;
	b = (*p)[1] - '0';
	if (b < 0 || b > 9 || 10 * a + b > max)
		return -1;
	*p += 2;
	return 10 * a + b;
}

static bool
take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* YYYYMMDD or YYYY-MM-DD */
static bool
take_date(const char **p, struct date *d_r)
{
	int century = take2(p, 99), year = century < 0 ? -1 : take2(p, 99);
	bool dashes;

	if (year < 0)
		return false;
	dashes = take_char(p, '-');
	d_r->year = 100 * century + year;
	d_r->month = take2(p, 12);
	if (d_r->month < 1 || (dashes && !take_char(p, '-')))
		return false;
	d_r->day = take2(p, 31);
	return d_r->day >= 1 &&
	    d_r->day <= days_in_month(d_r->year, d_r->month);
}

/* HH:MM:SS and a fraction, which is dropped; seconds of the day or -1. */
static int
take_time(const char **p)
{
	int hour, min, sec;

	if ((hour = take2(p, 23)) < 0 || !take_char(p, ':') ||
	    (min = take2(p, 59)) < 0 || !take_char(p, ':') ||
	    (sec = take2(p, 60)) < 0)
		return -1;
	if (take_char(p, '.')) {
		if (**p < '0' || **p > '9')
			return -1;
		while (**p >= '0' && **p <= '9')
			(*p)++;
	}
	return 3600 * hour + 60 * min + sec;
}

/* Z, nothing, +hh:mm or -hh:mm: seconds ahead of UTC. */
static bool
take_zone(const char **p, int *ahead_r)
{
	bool minus = **p == '-';
	int hour, min;

	*ahead_r = 0;
	if (take_char(p, 'Z') || **p == '\0')
		return true;
	if (!take_char(p, minus ? '-' : '+') || (hour = take2(p, 23)) < 0 ||
	    !take_char(p, ':') || (min = take2(p, 59)) < 0)
		return false;
	*ahead_r = (minus ? -60 : 60) * (60 * hour + min);
	return true;
}

bool
date_parse(const char *text, int64_t *sec_r)
{
	const char *p = text;
	struct date d;
	int64_t at;
	int sec, ahead;

	if (!take_date(&p, &d) || !take_char(&p, 'T') ||
	    (sec = take_time(&p)) < 0 || !take_zone(&p, &ahead) || *p != '\0')
		return false;
	at = days_of_date(d) * DAY_SEC + sec - ahead;
	/* a leap second or an offset may lead out of the years that we write */
	if (at < FIRST_SEC || at > LAST_SEC)
		return false;
	*sec_r = at;
	return true;
}

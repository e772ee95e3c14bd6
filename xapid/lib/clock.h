/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Time: monotonic nanoseconds for deadlines, seconds since 1970 for records,
 * and the date forms of the API. */
#ifndef XAPID_LIB_CLOCK_H
#define XAPID_LIB_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define NSEC_PER_SEC INT64_C(1000000000)
#define NSEC_PER_MSEC INT64_C(1000000)

/* Since some moment; goes on evenly, whatever clocks are set to. */
int64_t clock_mono_ns(void);
/* Since 1970, as the clock shows. */
int64_t clock_wall_sec(void);
int64_t clock_wall_ms(void); /* since 1970 */
/* Both are this many seconds more from now on than the machine says: the
 * clock of a simulated world, which may be moved. */
void clock_wall_shift(int64_t sec);

#define DATE_CHARS 18 /* YYYYMMDDTHH:MM:SSZ, without the final NUL */
/* "20261122T08:26:13Z" (always UTC); years 0000 to 9999, others are clamped. */
void date_format(int64_t sec, char out[DATE_CHARS + 1]);
/* Reads YYYYMMDDTHH:MM:SSZ, without Z (taken as UTC), YYYY-MM-DDTHH:MM:SSZ,
 * fractions of a second (dropped) and +hh:mm or -hh:mm offsets; false for all
 * else, also for days that the calendar has not. A leap second :60 is the
 * first second of the next minute. */
bool date_parse(const char *text, int64_t *sec_r);

/* The calendar: days from 1 January 1970 to a day of the years 0 to 9999, and
 * the year that a second belongs to. */
int64_t date_days(int year, int month, int day);
int date_year(int64_t sec);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Time: monotonic nanoseconds for deadlines, seconds since 1970 for records,
 * and the date forms of the API. */
#ifndef XAPID_LIB_CLOCK_H
#define XAPID_LIB_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define NSEC_PER_SEC INT64_C(1000000000)
#define NSEC_PER_MSEC INT64_C(1000000)

int64_t clock_mono_ns(void);
int64_t clock_wall_sec(void);
int64_t clock_wall_ms(void); /* since 1970 */

#define DATE_CHARS 18 /* YYYYMMDDTHH:MM:SSZ, without the final NUL */
/* "20261122T08:26:13Z" (always UTC); years 0000 to 9999, others are clamped. */
void date_format(int64_t sec, char out[DATE_CHARS + 1]);
/* Reads YYYYMMDDTHH:MM:SSZ, without Z (taken as UTC), YYYY-MM-DDTHH:MM:SSZ,
 * fractions of a second (dropped) and +hh:mm or -hh:mm offsets; false for all
 * else, also for days that the calendar has not. A leap second :60 is the
 * first second of the next minute. */
bool date_parse(const char *text, int64_t *sec_r);

#endif

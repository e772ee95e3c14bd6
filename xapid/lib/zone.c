/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/zone.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/file.h"

#define ZONES_FOLDER "/usr/share/zoneinfo"
#define FILE_MAX_BYTES ((size_t)1 << 18)
#define NAME_MAX_BYTES 64
#define HEADER_BYTES 44
#define TIMES_MAX 4096
#define TYPES_MAX 256
#define DAY_SEC 86400
#define OFFSET_MAX (26 * 3600) /* that the form allows */

/* When summer begins or ends, every year. */
struct change {
	enum { JULIAN, DAY_OF_YEAR, WEEKDAY } kind;
	int month, week, day;
	int time; /* seconds of local time, -167 to 167 hours */
};

/* What counts after the last moment of the list. */
struct rule {
	bool known, has_summer;
	int standard, summer; /* ahead of UTC */
	struct change begin, end;
};

struct zone {
	uint32_t ntimes, ntypes;
	int64_t at[TIMES_MAX];
	uint8_t type[TIMES_MAX];
	int offset[TYPES_MAX];
	struct rule rule;
};

/* ---- the rule: POSIX's TZ ---- */

/* "CET" or "<+0330>" */
static bool
take_name(const char **p)
{
	const char *begin = *p;
	bool quoted = *begin == '<';

	*p += quoted;
	while (isalpha((unsigned char)**p) ||
	    (quoted &&
		(isdigit((unsigned char)**p) || **p == '+' || **p == '-')))
		(*p)++;
	if (*p - begin - quoted < 3)
		return false;
	if (quoted && *(*p)++ != '>')
		return false;
	return true;
}

static int
take_number(const char **p, int max)
{
	int n = 0;

	if (!isdigit((unsigned char)**p))
		return -1;
	while (isdigit((unsigned char)**p) && n <= max)
		n = 10 * n + (*(*p)++ - '0');
	return n <= max ? n : -1;
}

/* [+-]hh[:mm[:ss]] */
static bool
take_clock(const char **p, int *sec_r)
{
	int sign = **p == '-' ? -1 : 1, hour, min = 0, sec = 0;

	*p += **p == '-' || **p == '+';
	if ((hour = take_number(p, 167)) < 0)
		return false;
	if (**p == ':') {
		(*p)++;
		if ((min = take_number(p, 59)) < 0)
			return false;
	}
	if (**p == ':') {
		(*p)++;
		if ((sec = take_number(p, 59)) < 0)
			return false;
	}
	*sec_r = sign * (3600 * hour + 60 * min + sec);
	return true;
}

/* "M10.5.0" */
static bool
take_weekday(const char **p, struct change *c)
{
	c->kind = WEEKDAY;
	if ((c->month = take_number(p, 12)) < 1 || *(*p)++ != '.' ||
	    (c->week = take_number(p, 5)) < 1 || *(*p)++ != '.' ||
	    (c->day = take_number(p, 6)) < 0)
		return false;
	return true;
}

static bool
take_change(const char **p, struct change *c)
{
	c->time = 2 * 3600;
	if (*(*p)++ != ',')
		return false;
	if (**p == 'M') {
		(*p)++;
		if (!take_weekday(p, c))
			return false;
	} else {
		c->kind = **p == 'J' ? JULIAN : DAY_OF_YEAR;
		*p += **p == 'J';
		if ((c->day = take_number(p, 365)) < (c->kind == JULIAN))
			return false;
	}
	if (**p != '/')
		return true;
	(*p)++;
	return take_clock(p, &c->time);
}

static bool
parse_rule(const char *p, struct rule *r)
{
	int behind;

	if (!take_name(&p) || !take_clock(&p, &behind))
		return false;
	r->standard = -behind;
	r->summer = r->standard + 3600;
	r->has_summer = *p != '\0';
	if (!r->has_summer)
		return true;
	if (!take_name(&p))
		return false;
	if (*p != ',') {
		if (!take_clock(&p, &behind))
			return false;
		r->summer = -behind;
	}
	return take_change(&p, &r->begin) && take_change(&p, &r->end) && !*p;
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The week'th such weekday of a month; the fifth is the last. */
static int64_t
weekday_of(int year, const struct change *c)
{
	int64_t first = date_days(year, c->month, 1), next, day;
	int weekday =
	    (int)((first % 7 + 7 + 4) % 7); /* 1970 began a Thursday */

	next = c->month == 12 ? date_days(year + 1, 1, 1)
			      : date_days(year, c->month + 1, 1);
	day = first + (c->day - weekday + 7) % 7 + 7 * (int64_t)(c->week - 1);
	return day < next ? day : day - 7;
}

/* In UTC, with clocks that are so far ahead before it. */
static int64_t
moment(int year, const struct change *c, int ahead)
{
	int64_t day = date_days(year, 1, 1) + c->day;

	if (c->kind == WEEKDAY)
		day = weekday_of(year, c);
	else if (c->kind == JULIAN) /* 29 February has no number */
		day -= 1 - (is_leap(year) && c->day >= 60);
	return day * DAY_SEC + c->time - ahead;
}

static int
rule_offset(const struct rule *r, int64_t sec)
{
	int year = date_year(sec + r->standard);
	int64_t begin, end;
	bool summer;

	if (!r->has_summer)
		return r->standard;
	begin = moment(year, &r->begin, r->standard);
	end = moment(year, &r->end, r->summer);
	summer =
	    begin < end ? sec >= begin && sec < end : sec >= begin || sec < end;
	return summer ? r->summer : r->standard;
}

/* ---- the file ---- */

struct header {
	char version;
	uint32_t isut, isstd, leaps, times, types, chars;
};

static int64_t
big_endian(const uint8_t *p, unsigned bytes)
{
	uint64_t v = p[0] & 0x80 ? UINT64_MAX : 0;

	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

static bool
read_header(const uint8_t *p, size_t size, struct header *h)
{
	uint32_t *const counts[] = { &h->isut, &h->isstd, &h->leaps, &h->times,
		&h->types, &h->chars };

	if (size < HEADER_BYTES || memcmp(p, "TZif", 4) != 0)
		return false;
	h->version = (char)p[4];
	for (size_t i = 0; i < 6; i++) {
		*counts[i] = (uint32_t)big_endian(p + 20 + 4 * i, 4);
		if (*counts[i] > FILE_MAX_BYTES)
			return false;
	}
	return true;
}

/* Behind the header, with moments of so many bytes. */
static size_t
block_size(const struct header *h, unsigned bytes)
{
	return (size_t)h->times * (bytes + 1) + 6 * (size_t)h->types +
	    h->chars + (size_t)h->leaps * (bytes + 4) + h->isstd + h->isut;
}

static bool
read_block(struct zone *z, const struct header *h, const uint8_t *p,
    unsigned bytes)
{
	if (h->times > TIMES_MAX || h->types < 1 || h->types > TYPES_MAX)
		return false;
	z->ntimes = h->times;
	z->ntypes = h->types;
	for (uint32_t i = 0; i < h->times; i++, p += bytes) {
		z->at[i] = big_endian(p, bytes);
		if (i && z->at[i] <= z->at[i - 1])
			return false;
	}
	for (uint32_t i = 0; i < h->times; i++, p++) {
		z->type[i] = *p;
		if (*p >= h->types)
			return false;
	}
	for (uint32_t i = 0; i < h->types; i++, p += 6) {
		z->offset[i] = (int)big_endian(p, 4);
		if (z->offset[i] > OFFSET_MAX || z->offset[i] < -OFFSET_MAX)
			return false;
	}
	return true;
}

/* "\n" rule "\n"; an empty one is none. */
static bool
read_footer(struct zone *z, const char *p, size_t size)
{
	const char *end =
	    size && *p == '\n' ? memchr(p + 1, '\n', size - 1) : NULL;
	char text[128];

	if (!end || (size_t)(end - p) > sizeof(text))
		return false;
	memcpy(text, p + 1, (size_t)(end - p - 1));
	text[end - p - 1] = '\0';
	z->rule.known = text[0] != '\0';
	return !z->rule.known || parse_rule(text, &z->rule);
}

static bool
read_zone(struct zone *z, const uint8_t *p, size_t size)
{
	struct header h;
	size_t n;

	if (!read_header(p, size, &h))
		return false;
	p += HEADER_BYTES;
	size -= HEADER_BYTES;
	n = block_size(&h, 4);
	if (n > size)
		return false;
	if (h.version < '2')
		return read_block(z, &h, p, 4);
	/* Those follow once more, with more years. */
	p += n;
	size -= n;
	if (!read_header(p, size, &h))
		return false;
	p += HEADER_BYTES;
	size -= HEADER_BYTES;
	n = block_size(&h, 8);
	return n <= size && read_block(z, &h, p, 8) &&
	    read_footer(z, (const char *)p + n, size - n);
}

struct zone *
zone_parse(const void *data, size_t size)
{
	struct zone *z = fault_calloc(1, sizeof(*z));

	if (z && !read_zone(z, data, size)) {
		zone_free(z);
		errno = EINVAL;
		return NULL;
	}
	return z;
}

/* Letters, digits and "+-_/", with nothing that leads elsewhere. */
static bool
is_name(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > NAME_MAX_BYTES || name[0] == '/')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)name[i]) &&
		    !strchr("+-_/", name[i]))
			return false;
	return true;
}

struct zone *
zone_load(const char *name)
{
	CLEANUP_BYTES struct bytes data = { 0 };
	char path[sizeof(ZONES_FOLDER) + NAME_MAX_BYTES + 2];

	if (!is_name(name)) {
		errno = EINVAL;
		return NULL;
	}
	snprintf(path, sizeof(path), "%s/%s", ZONES_FOLDER, name);
	return file_read(path, FILE_MAX_BYTES, &data) == 0
	    ? zone_parse(data.p, data.len)
	    : NULL;
}

void
zone_free(struct zone *z)
{
	free(z);
}

int
zone_offset(const struct zone *z, int64_t sec)
{
	uint32_t low = 0, high = z ? z->ntimes : 0;

	if (!z)
		return 0;
	while (low < high) { /* low: how many moments are not after sec */
		uint32_t middle = (low + high) / 2;

		if (z->at[middle] <= sec)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == z->ntimes && z->rule.known)
		return rule_offset(&z->rule, sec);
	return z->offset[low ? z->type[low - 1] : 0];
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/text.h"

#define NEVER (-1L)
#define EXIT_STATUS 99
#define SLOW_MS 50

struct point {
	_Atomic long count; /* calls reached since armed or disarmed */
	_Atomic long at;    /* the one that fails, or NEVER */
	_Atomic int err;
	_Atomic bool sticky;
};

static struct point points[FAULT_KINDS] = {
	[FAULT_ALLOC].at = NEVER,
	[FAULT_OPEN].at = NEVER,
	[FAULT_WRITE].at = NEVER,
	[FAULT_SYNC].at = NEVER,
	[FAULT_RENAME].at = NEVER,
};

/* False until a test arms or disarms for the first time, then true. */
static _Atomic bool watching;

void
fault_arm(enum fault_kind kind, long n, int err, bool sticky)
{
	struct point *p = &points[kind];

	p->at = NEVER; /* nobody sees the new number with the old error */
	p->err = err;
	p->sticky = sticky;
	p->count = 0;
	p->at = n;
	watching = true;
}

void
fault_disarm(void)
{
	for (int i = 0; i < FAULT_KINDS; i++) {
		points[i].at = NEVER;
		points[i].count = 0;
	}
	watching = true;
}

long
fault_count(enum fault_kind kind)
{
	return points[kind].count;
}

static bool
reached(struct point *p)
{
	long n = p->count++, at = p->at;
	int err = p->err;

	if (at == NEVER || n < at || (n > at && !p->sticky))
		return false;
	if (err < 0)
		_exit(-err);
	errno = err;
	return true;
}

bool
fault_hit(enum fault_kind kind)
{
	const struct timespec late = { .tv_nsec = SLOW_MS * 1000000L };

	if (!atomic_load_explicit(&watching, memory_order_relaxed) ||
	    !reached(&points[kind]))
		return false;
	if (kind != FAULT_SYNC || errno != 0)
		return true;
	(void)nanosleep(&late, NULL);
	return false;
}

static const struct name {
	const char *name;
	int value;
} kinds[] = {
	{ "alloc", FAULT_ALLOC },
	{ "open", FAULT_OPEN },
	{ "write", FAULT_WRITE },
	{ "sync", FAULT_SYNC },
	{ "rename", FAULT_RENAME },
	{ NULL, 0 },
}, errors[] = {
	{ "ENOSPC", ENOSPC },
	{ "EIO", EIO },
	{ "EMFILE", EMFILE },
	{ "ENOMEM", ENOMEM },
	{ "ENOENT", ENOENT },
	{ "EACCES", EACCES },
	{ "short", 0 },
	{ "slow", 0 },
	{ "exit", -EXIT_STATUS },
	{ NULL, 0 },
};

static bool
lookup(const struct name *table, const char *word, int *value_r)
{
	for (; word && table->name; table++)
		if (strcmp(table->name, word) == 0) {
			*value_r = table->value;
			return true;
		}
	return false;
}

/* What goes well, but otherwise, is of one kind. */
static int
kind_of(const char *word)
{
	return strcmp(word, "slow") == 0 ? FAULT_SYNC : FAULT_WRITE;
}

struct order {
	bool given, sticky;
	long n;
	int err;
};

/* One "kind:n:err[:sticky]" into its row of orders. */
static bool
parse_order(char *text, struct order orders[FAULT_KINDS])
{
	char *words[5] = { 0 };
	int count = 0, kind, err;
	long long n;

	/* Empty words count too, so strsep and not strtok. */
	while (count < 5 && (words[count] = strsep(&text, ":")))
		count++;
	if (count < 3 || count > 4 || !lookup(kinds, words[0], &kind) ||
	    !text_parse_int(words[1], &n) || n < 0 || n > INT32_MAX ||
	    !lookup(errors, words[2], &err) ||
	    (count == 4 && strcmp(words[3], "sticky") != 0))
		return false;
	if (orders[kind].given || (err == 0 && kind != kind_of(words[2])))
		return false;
	orders[kind] = (struct order){ true, count == 4, (long)n, err };
	return true;
}

bool
fault_arm_text(const char *text)
{
	struct order orders[FAULT_KINDS] = { 0 };
	char copy[512], *rest = copy, *one;
	int n = snprintf(copy, sizeof copy, "%s", text);

	if (n < 0 || (size_t)n >= sizeof copy)
		return false;
	while ((one = strsep(&rest, ",")))
		if (!parse_order(one, orders))
			return false;
	for (int i = 0; i < FAULT_KINDS; i++)
		if (orders[i].given)
			fault_arm((enum fault_kind)i, orders[i].n,
			    orders[i].err, orders[i].sticky);
	return true;
}

void *
fault_malloc(size_t size)
{
	return fault_hit(FAULT_ALLOC) ? NULL : malloc(size);
}

void *
fault_calloc(size_t n, size_t size)
{
	return fault_hit(FAULT_ALLOC) ? NULL : calloc(n, size);
}

void *
fault_realloc(void *p, size_t size)
{
	return fault_hit(FAULT_ALLOC) ? NULL : realloc(p, size);
}

int
fault_open(const char *path, int flags, mode_t mode)
{
	return fault_hit(FAULT_OPEN) ? -1 : open(path, flags, mode);
}

ssize_t
fault_write(int fd, const void *buf, size_t len)
{
	if (fault_hit(FAULT_WRITE)) {
		if (errno != 0)
			return -1;
		len = (len + 1) / 2;
	}
	return write(fd, buf, len);
}

int
fault_fsync(int fd)
{
	return fault_hit(FAULT_SYNC) ? -1 : fsync(fd);
}

int
fault_fdatasync(int fd)
{
	return fault_hit(FAULT_SYNC) ? -1 : fdatasync(fd);
}

int
fault_rename(const char *from, const char *to)
{
	return fault_hit(FAULT_RENAME) ? -1 : rename(from, to);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "access/limit_costs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers_gen.h"
#include "lib/fault.h"
#include "lib/file.h"

#define FILE_BYTES (1 << 20)
#define MOST 1e6

static double *costs; /* by index of the method; NULL: none was read */

double
limit_cost(const struct method *m)
{
	return costs ? costs[m->index] : m->cost;
}

/* 0, or -1: it has no meaning. */
static int
read_line(char *line)
{
	const struct method *m;
	double cost;
	char *end;
	size_t n;

	line += strspn(line, " \t\r");
	if (!*line || *line == '#')
		return 0;
	n = strcspn(line, " \t=");
	m = n ? method_find(line, n) : NULL;
	line += n + strspn(line + n, " \t");
	if (!m || *line != '=')
		return -1;
	cost = strtod(line + 1, &end);
	if (end == line + 1 || end[strspn(end, " \t\r")] ||
	    !(cost >= 0 && cost <= MOST))
		return -1;
	costs[m->index] = cost;
	return 0;
}

int
limit_costs_read(const char *path, char *err, size_t err_size)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	unsigned number = 0;
	char *line, *next;

	if (file_read(path, FILE_BYTES, &text) < 0) {
		snprintf(err, err_size, "%s: %s", path, strerror(errno));
		return -1;
	}
	costs = fault_calloc(method_count, sizeof(*costs));
	if (!costs || !bytes_cstr(&text)) {
		snprintf(err, err_size, "no memory");
		return -1;
	}
	for (unsigned i = 0; i < method_count; i++)
		costs[i] = method_table[i].cost;
	next = text.p;
	while ((line = strsep(&next, "\n"))) {
		number++;
		if (read_line(line) < 0) {
			snprintf(err, err_size,
			    "%s:%u: want Class.call = TOKENS", path, number);
			return -1;
		}
	}
	return 0;
}

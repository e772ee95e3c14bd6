/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/cli_words.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 63

static int
compare(const void *key, const void *row)
{
	return strcmp(key, ((const struct cli_command *)row)->name);
}

const struct cli_command *
cli_command_find(const char *name)
{
	return bsearch(name, cli_command_table, cli_command_count,
	    sizeof(cli_command_table[0]), compare);
}

int
cli_list_has(const char *const *list, const char *name)
{
	for (; *list; list++) {
		size_t n = strlen(*list);

		if (strcmp(*list, name) == 0)
			return 1;
		if (n && (*list)[n - 1] == ':' && strncmp(*list, name, n) == 0)
			return 1;
	}
	return 0;
}

/* How many letters to add, drop, change or swap with their neighbour. */
static unsigned
distance(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);
	unsigned rows[3][LONGEST + 2];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2], *spare;

	if (na > LONGEST || nb > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= nb; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned d = last[j - 1] + (a[i - 1] != b[j - 1]);

			d = last[j] + 1 < d ? last[j] + 1 : d;
			d = now[j - 1] + 1 < d ? now[j - 1] + 1 : d;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < d)
				d = before[j - 2] + 1;
			now[j] = d;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[nb];
}

unsigned
cli_near(const char *wrong, const char *const *names, unsigned n,
    const char *out[], unsigned max)
{
	unsigned limit = (unsigned)strlen(wrong) / 4 + 1, found = 0;
	unsigned distances[8];

	if (max > 8)
		max = 8;
	for (unsigned i = 0; i < n; i++) {
		unsigned d = distance(wrong, names[i]), at = found;

		if (d > limit)
			continue;
		while (at > 0 && distances[at - 1] > d)
			at--;
		if (at >= max)
			continue;
		found += found < max;
		for (unsigned k = found - 1; k > at; k--) {
			out[k] = out[k - 1];
			distances[k] = distances[k - 1];
		}
		out[at] = names[i];
		distances[at] = d;
	}
	return found;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An expression of the query language: the first byte chooses a class, the rest
 * is the text. What is taken can be asked of a record, twice with the same
 * answer; what is refused says why. */
#include <stdlib.h>
#include <string.h>

#include "call/call.h"
#include "tests/fuzz/fuzz.h"

#define ARENA_MAX ((size_t)16 * 1024 * 1024)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *a = arena_new(ARENA_MAX);
	struct call c = { .arena = a };
	const struct class_info *cls;
	RECORD_UNREF const struct record *r = NULL;
	const char *text;
	struct query *q;
	bool first;

	if (size < 1)
		return 0;
	cls = &class_table[data[0] % CLASS_COUNT];
	text = arena_strndup(a, (const char *)data + 1, size - 1);
	q = query_parse(&c, cls, text);
	if (!q) {
		if (c.nerror < 2)
			abort();
		return 0;
	}
	r = record_build(cls, NULL, 0, NULL, NULL);
	if (!r)
		return 0;
	first = query_matches(q, r);
	if (query_matches(q, r) != first)
		abort();
	return 0;
}

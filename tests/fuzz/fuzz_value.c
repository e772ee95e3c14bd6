/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A frame between our processes that can be read is written again byte for
 * byte: the binary form has one spelling for each value. */
#include <errno.h>
#include <stdlib.h>

#include "model/value.h"
#include "tests/fuzz/fuzz.h"

#define ARENA_MAX (64 * 1024 * 1024)
#define NODES_MAX 100000

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *a = arena_new(ARENA_MAX);
	CLEANUP_BYTES struct bytes out = { 0 };
	struct value v, again;

	if (value_unpack(a, data, size, NODES_MAX, &v) < 0) {
		if (errno != EBADMSG && errno != ENOMEM)
			abort();
		return 0;
	}
	value_pack(&v, &out);
	if (out.failed || out.len != size || memcmp(out.p, data, size) != 0)
		abort();
	if (value_unpack(a, out.p, out.len, NODES_MAX, &again) < 0 ||
	    !value_equal(&v, &again))
		abort();
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call that can be read, written again and read again is the same call. */
#include <stdlib.h>

#include "rpc/decode.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/value_wire.h"

#define ARENA_MAX (64 * 1024 * 1024)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *a = arena_new(ARENA_MAX);
	CLEANUP_BYTES struct bytes out = { 0 };
	struct decoded_call call, again;

	if (xmlrpc_decode(a, (const char *)data, size, NULL, &call) !=
	    DECODE_OK) {
		if (call.method || call.nparams)
			abort();
		return 0;
	}
	value_wire_xml(&call, &out);
	if (xmlrpc_decode(a, out.p, out.len, NULL, &again) != DECODE_OK ||
	    !value_wire_same(&call, &again))
		abort();
	return 0;
}

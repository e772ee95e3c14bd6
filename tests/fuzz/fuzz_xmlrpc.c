/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call that can be read, written again and read again is the same call; and
 * libxml2 alone reads the same as the short way that is tried before it. */
#include <stdlib.h>

#include "rpc/xmlrpc_private.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/value_wire.h"

#define ARENA_MAX (64 * 1024 * 1024)

static void
check_against_libxml2(struct arena *a, const char *s, size_t n)
{
	struct decoded_call one, other;
	enum decode_status status = xmlrpc_decode_by(a, s, n, NULL, true, &one);

	if (xmlrpc_decode_by(a, s, n, NULL, false, &other) != status ||
	    (status == DECODE_OK && !value_wire_same(&one, &other)))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *a = arena_new(ARENA_MAX);
	CLEANUP_BYTES struct bytes out = { 0 };
	struct decoded_call call, again;

	check_against_libxml2(a, (const char *)data, size);
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames of a WebSocket. Bytes mean the same in whatever pieces they come, and
 * data is never more than what came. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/websocket.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "not: %s\n", #condition);              \
			abort();                                               \
		}                                                              \
	} while (0)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BYTES struct bytes whole = { 0 }, said = { 0 };
	CLEANUP_BYTES struct bytes parts = { 0 }, replies = { 0 };
	struct websocket one = { 0 }, other = { 0 };
	enum websocket_end end =
	    websocket_take(&one, data, size, &whole, &said);
	enum websocket_end last = WEBSOCKET_OPEN;

	for (size_t i = 0; i < size && last == WEBSOCKET_OPEN; i++)
		last = websocket_take(&other, data + i, 1, &parts, &replies);
	MUST(end == last);
	MUST(whole.len <= size && said.len <= size + 4);
	MUST(whole.len == parts.len && said.len == replies.len);
	MUST(whole.len == 0 || memcmp(whole.p, parts.p, whole.len) == 0);
	MUST(said.len == 0 || memcmp(said.p, replies.p, said.len) == 0);
	return 0;
}

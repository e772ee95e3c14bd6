/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request that can be read, written again and read again is the same. Where
 * it names a method, its parameters become typed memory, and what the encoders
 * make of that can be read too. */
#include <stdlib.h>

#include "rpc/decode.h"
#include "rpc/encode.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/value_wire.h"

#define ARENA_MAX (64 * 1024 * 1024)

static enum decode_status
decode(struct arena *a, const struct bytes *in, struct decoded_call **calls_r,
    unsigned *n_r)
{
	bool batch;
	int error;

	return jsonrpc_decode(a, in->p, in->len, NULL, calls_r, n_r, &batch,
	    &error);
}

static void
check_json(struct arena *a, const struct type *type, const void *mem)
{
	CLEANUP_BYTES struct bytes out = { 0 };
	struct decoded_call *calls;
	unsigned n;

	bytes_puts(&out, "{\"method\":\"a\",\"id\":1,\"params\":[");
	encode_value(RPC_JSON, type, mem, &out);
	bytes_puts(&out, "]}");
	if (decode(a, &out, &calls, &n) != DECODE_OK || n != 1 ||
	    calls->nparams != 1)
		abort();
}

static void
check_xml(struct arena *a, const struct type *type, const void *mem)
{
	CLEANUP_BYTES struct bytes out = { 0 };
	struct decoded_call call;

	bytes_puts(&out,
	    "<methodCall><methodName>a</methodName><params>"
	    "<param>");
	encode_value(RPC_XML, type, mem, &out);
	bytes_puts(&out, "</param></params></methodCall>");
	if (xmlrpc_decode(a, out.p, out.len, NULL, &call) != DECODE_OK ||
	    call.nparams != 1)
		abort();
}

static void
check_typed(struct arena *a, const struct decoded_call *call)
{
	const struct method *m =
	    method_find(call->method, strlen(call->method));
	unsigned skip = m && m->session ? 1 : 0;

	for (unsigned i = 0; m && i < m->nparams; i++) {
		const struct type *type = m->params[i].type;
		void *mem = arena_alloc(a, type->size ? type->size : 1);
		struct type_error err;

		if (!mem || i + skip >= call->nparams)
			return;
		if (model_from_value(a, type, &call->params[i + skip], mem,
			&err) < 0)
			continue;
		check_json(a, type, mem);
		check_xml(a, type, mem);
	}
}

static void
check_call(struct arena *a, const struct decoded_call *call)
{
	CLEANUP_BYTES struct bytes out = { 0 };
	struct decoded_call *again;
	unsigned n;

	if (call->json_error)
		return;
	value_wire_json(call, &out);
	if (decode(a, &out, &again, &n) != DECODE_OK || n != 1 ||
	    !value_wire_same(call, again) || call->json2 != again->json2 ||
	    call->notification != again->notification ||
	    strcmp(call->json_id, again->json_id) != 0)
		abort();
	check_typed(a, call);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_free) struct arena *a = arena_new(ARENA_MAX);
	struct decoded_call *calls;
	enum decode_status status;
	unsigned n;
	bool batch;
	int error;

	status = jsonrpc_decode(a, (const char *)data, size, NULL, &calls, &n,
	    &batch, &error);
	if ((status == DECODE_OK) != (error == 0))
		abort();
	if (status == DECODE_MALFORMED && error != -32700 && error != -32600)
		abort();
	if (status != DECODE_OK)
		return 0;
	for (unsigned i = 0; i < n; i++)
		check_call(a, &calls[i]);
	return 0;
}

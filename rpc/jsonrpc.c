/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON-RPC 1.0 and 2.0 requests, alone or in a batch, over json.c, which bounds
 * depth and values and refuses what is no JSON, duplicate names and numbers that
 * do not fit. What JSON allows and XML could not carry (control characters,
 * U+FFFE) is refused here. (source of the forms: wire.json jsonrpc) */
#include "rpc/decode.h"

#include <string.h>

#include "lib/text.h"
#include "rpc/escape.h"
#include "rpc/json.h"

#define BATCH_MAX 100

#define JSON_PARSE_ERROR (-32700)
#define JSON_INVALID_REQUEST (-32600)

/* ---- text ---- */

/* Whether every name and text in it is. Recursion is bounded by the depth that
 * was read. */
static bool
is_clean(const struct value *v)
{
	if (v->kind == VALUE_STRING)
		return text_is_clean(v->s, v->n);
	for (uint32_t i = 0; v->kind == VALUE_ARRAY && i < v->n; i++)
		if (!is_clean(&v->items[i]))
			return false;
	for (uint32_t i = 0; v->kind == VALUE_STRUCT && i < v->n; i++) {
		const struct value_member *m = &v->members[i];

		if (!text_is_clean(m->name, strlen(m->name)) ||
		    !is_clean(&m->value))
			return false;
	}
	return true;
}

/* ---- one request ---- */

static enum decode_status
refuse(struct decoded_call *call, const char *why)
{
	call->json_error = JSON_INVALID_REQUEST;
	call->json_message = why;
	call->notification = false;
	return DECODE_MALFORMED;
}

static enum decode_status
read_version(struct decoded_call *call, const struct value *request)
{
	const struct value *v = value_member(request, "jsonrpc");

	call->json2 = v != NULL;
	if (v && (v->kind != VALUE_STRING || strcmp(v->s, "2.0") != 0))
		return refuse(call, "jsonrpc is not 2.0");
	return DECODE_OK;
}

/* An integer or a string. Only 2.0 may leave it out: a notification. */
static enum decode_status
read_id(struct arena *a, struct decoded_call *call, const struct value *request,
    bool plain)
{
	const struct value *id = value_member(request, "id");
	CLEANUP_BYTES struct bytes text = { 0 };

	call->json_id = "null";
	if (!id && call->json2) {
		call->notification = true;
		return DECODE_OK;
	}
	if (id && id->kind == VALUE_INT)
		bytes_put_int(&text, id->i);
	else if (id && id->kind == VALUE_STRING && (plain || is_clean(id)))
		escape_json(&text, id->s);
	else
		return refuse(call, "id is neither an integer nor a string");
	if (text.failed)
		return DECODE_NO_MEMORY;
	call->json_id = arena_strndup(a, text.p, text.len);
	return call->json_id ? DECODE_OK : DECODE_NO_MEMORY;
}

static enum decode_status
read_method(struct decoded_call *call, const struct value *request, bool plain)
{
	const struct value *method = value_member(request, "method");

	if (!method || method->kind != VALUE_STRING || method->n == 0)
		return refuse(call, "method is not a name");
	if (!plain && !is_clean(method))
		return refuse(call, "method has forbidden characters");
	call->method = method->s;
	return DECODE_OK;
}

/* An array; an object is one parameter, a struct. */
static enum decode_status
read_params(struct decoded_call *call, const struct value *request, bool plain)
{
	const struct value *v = value_member(request, "params");

	if (!v || v->kind == VALUE_NIL)
		return DECODE_OK;
	if (v->kind != VALUE_ARRAY && v->kind != VALUE_STRUCT)
		return refuse(call, "params is neither an array nor an object");
	if (!plain && !is_clean(v))
		return refuse(call, "params have forbidden characters");
	call->params = v->kind == VALUE_ARRAY ? v->items : v;
	call->nparams = v->kind == VALUE_ARRAY ? v->n : 1;
	return DECODE_OK;
}

/* DECODE_MALFORMED: call holds the error to answer. plain: all text is printable
 * ASCII, and need not be looked at. */
static enum decode_status
read_request(struct arena *a, struct decoded_call *call,
    const struct value *request, bool plain)
{
	enum decode_status version, status;

	call->json_id = "null";
	call->json2 = true;
	if (request->kind != VALUE_STRUCT)
		return refuse(call, "the request is not an object");
	/* A wrong version is still answered with the request's id. */
	version = read_version(call, request);
	status = read_id(a, call, request, plain);
	if (version != DECODE_OK && status != DECODE_NO_MEMORY)
		return refuse(call, "jsonrpc is not 2.0");
	if (status == DECODE_OK)
		status = read_method(call, request, plain);
	if (status == DECODE_OK)
		status = read_params(call, request, plain);
	return status;
}

/* ---- the body ---- */

static enum decode_status
read_batch(struct arena *a, struct decoded_call *calls,
    const struct value *root, bool plain)
{
	for (uint32_t i = 0; i < root->n; i++)
		if (read_request(a, &calls[i], &root->items[i], plain) ==
		    DECODE_NO_MEMORY)
			return DECODE_NO_MEMORY;
	return DECODE_OK;
}

enum decode_status
jsonrpc_decode(struct arena *a, const char *body, size_t len,
    const struct decode_limits *limits, struct decoded_call **calls_r,
    unsigned *n_r, bool *batch_r, int *json_error_r)
{
	enum decode_status status;
	struct value root;
	bool plain;
	uint32_t n = 1;

	*calls_r = NULL;
	*n_r = 0;
	*batch_r = false;
	*json_error_r = JSON_INVALID_REQUEST;
	status = json_parse(a, body, len, limits, &root, &plain);
	if (status == DECODE_MALFORMED)
		*json_error_r = JSON_PARSE_ERROR;
	if (status != DECODE_OK)
		return status;
	*batch_r = root.kind == VALUE_ARRAY;
	if (*batch_r)
		n = root.n;
	if (n == 0 || n > BATCH_MAX)
		return n ? DECODE_TOO_BIG : DECODE_MALFORMED;
	*calls_r = arena_array(a, n, sizeof(**calls_r));
	if (!*calls_r)
		return DECODE_NO_MEMORY;
	*n_r = n;
	status = *batch_r ? read_batch(a, *calls_r, &root, plain)
			  : read_request(a, *calls_r, &root, plain);
	if (status == DECODE_OK)
		*json_error_r = 0;
	return status;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON-RPC 1.0 and 2.0 requests, alone or in a batch: jansson reads, and its
 * tree is turned into the value tree.
 *
 * jansson recurses and allocates for every value, so check_shape() counts
 * depth and values first. jansson itself refuses duplicate names, integers
 * beyond 64 bits, numbers beyond a double, NaN, \u0000 and lone surrogates;
 * what it lets pass and XML could not carry (control characters, U+FFFE) is
 * refused here. (source of the forms: wire.json jsonrpc) */
#include "rpc/decode.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fault.h"
#include "lib/text.h"
#include "rpc/escape.h"

#define BATCH_MAX 100
#define DEFAULT_NODES 100000
#define FEW_BYTES ((size_t)64 * 1024)

#define JSON_PARSE_ERROR (-32700)
#define JSON_INVALID_REQUEST (-32600)

CLEANUP_DEFINE(json_decref, json_t *);

/* ---- before jansson ---- */

/* One past the string whose first character is at s; end when it is open. */
static const char *
skip_string(const char *s, const char *end)
{
	for (; s < end && *s != '"'; s++) {
		if (*s == '\\')
			s++;
	}
	return s < end ? s + 1 : end;
}

/* Values are at most one more than commas and opening brackets. */
static bool
check_shape(const char *s, size_t len, const struct decode_limits *limits)
{
	const char *end = s + len;
	unsigned depth = 0, max_depth = VALUE_MAX_DEPTH;
	size_t nodes = 1, max_nodes = DEFAULT_NODES;

	if (limits && limits->max_depth && limits->max_depth < max_depth)
		max_depth = limits->max_depth;
	if (limits && limits->max_nodes)
		max_nodes = limits->max_nodes;
	while (s < end) {
		char c = *s++;

		if (c == '"')
			s = skip_string(s, end);
		else if (c == '[' || c == '{')
			nodes++, depth++;
		else if (c == ',')
			nodes++;
		else if ((c == ']' || c == '}') && depth)
			depth--;
		if (depth > max_depth || nodes > max_nodes)
			return false;
	}
	return true;
}

/* ---- the value tree ---- */

static enum decode_status convert(struct arena *a, const json_t *from,
    struct value *to);

/* Checked and copied; NULL with the reason in *status_r. */
static const char *
copy_text(struct arena *a, const char *s, size_t len,
    enum decode_status *status_r)
{
	char *copy;

	if (len > UINT32_MAX || !text_is_clean(s, len)) {
		*status_r = DECODE_MALFORMED;
		return NULL;
	}
	copy = arena_strndup(a, s, len);
	*status_r = copy ? DECODE_OK : DECODE_NO_MEMORY;
	return copy;
}

static enum decode_status
convert_string(struct arena *a, const json_t *from, struct value *to)
{
	enum decode_status status;

	to->kind = VALUE_STRING;
	to->n = (uint32_t)json_string_length(from);
	to->s = copy_text(a, json_string_value(from), json_string_length(from),
	    &status);
	return status;
}

static enum decode_status
convert_array(struct arena *a, const json_t *from, struct value *to)
{
	size_t n = json_array_size(from);
	struct value *items = arena_array(a, n ? n : 1, sizeof(*items));
	enum decode_status status = DECODE_OK;

	if (!items)
		return DECODE_NO_MEMORY;
	for (size_t i = 0; i < n && status == DECODE_OK; i++)
		status = convert(a, json_array_get(from, i), &items[i]);
	to->kind = VALUE_ARRAY;
	to->n = (uint32_t)n;
	to->items = items;
	return status;
}

static enum decode_status
convert_object(struct arena *a, json_t *from, struct value *to)
{
	size_t n = json_object_size(from), i = 0;
	struct value_member *m = arena_array(a, n ? n : 1, sizeof(*m));
	enum decode_status status = DECODE_OK;
	const char *name;
	json_t *v;

	if (!m)
		return DECODE_NO_MEMORY;
	json_object_foreach(from, name, v)
	{
		m[i].name = copy_text(a, name, strlen(name), &status);
		if (status == DECODE_OK)
			status = convert(a, v, &m[i].value);
		if (status != DECODE_OK)
			break;
		i++;
	}
	to->kind = VALUE_STRUCT;
	to->n = (uint32_t)n;
	to->members = m;
	return status;
}

/* Recursion is bounded by check_shape(). */
static enum decode_status
convert(struct arena *a, const json_t *from, struct value *to)
{
	switch (json_typeof(from)) {
	case JSON_OBJECT:
		return convert_object(a, (json_t *)from, to);
	case JSON_ARRAY:
		return convert_array(a, from, to);
	case JSON_STRING:
		return convert_string(a, from, to);
	case JSON_INTEGER:
		to->kind = VALUE_INT;
		to->i = json_integer_value(from);
		break;
	case JSON_REAL:
		to->kind = VALUE_DOUBLE;
		to->d = json_real_value(from);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		to->kind = VALUE_BOOL;
		to->b = json_is_true(from);
		break;
	case JSON_NULL:
		to->kind = VALUE_NIL;
		break;
	}
	return DECODE_OK;
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
read_version(struct decoded_call *call, const json_t *request)
{
	const json_t *v = json_object_get(request, "jsonrpc");
	const char *version = json_string_value(v); /* NULL: no string */

	call->json2 = v != NULL;
	if (v && (!version || strcmp(version, "2.0") != 0))
		return refuse(call, "jsonrpc is not 2.0");
	return DECODE_OK;
}

/* An integer or a string. Only 2.0 may leave it out: a notification. */
static enum decode_status
read_id(struct arena *a, struct decoded_call *call, const json_t *request)
{
	const json_t *id = json_object_get(request, "id");
	CLEANUP_BYTES struct bytes text = { 0 };

	call->json_id = "null";
	if (!id && call->json2) {
		call->notification = true;
		return DECODE_OK;
	}
	if (json_is_integer(id))
		bytes_put_int(&text, json_integer_value(id));
	else if (json_is_string(id) &&
	    text_is_clean(json_string_value(id), json_string_length(id)))
		escape_json(&text, json_string_value(id));
	else
		return refuse(call, "id is neither an integer nor a string");
	if (text.failed)
		return DECODE_NO_MEMORY;
	call->json_id = arena_strndup(a, text.p, text.len);
	return call->json_id ? DECODE_OK : DECODE_NO_MEMORY;
}

static enum decode_status
read_method(struct arena *a, struct decoded_call *call, const json_t *request)
{
	const json_t *method = json_object_get(request, "method");
	enum decode_status status;

	if (!json_is_string(method) || json_string_length(method) == 0)
		return refuse(call, "method is not a name");
	call->method = copy_text(a, json_string_value(method),
	    json_string_length(method), &status);
	return status == DECODE_MALFORMED
	    ? refuse(call, "method has forbidden characters")
	    : status;
}

/* An array; an object is one parameter, a struct. */
static enum decode_status
read_params(struct arena *a, struct decoded_call *call, const json_t *request)
{
	const json_t *params = json_object_get(request, "params");
	enum decode_status status;
	struct value *v;

	if (!params || json_is_null(params))
		return DECODE_OK;
	if (!json_is_array(params) && !json_is_object(params))
		return refuse(call, "params is neither an array nor an object");
	v = arena_alloc(a, sizeof(*v));
	if (!v)
		return DECODE_NO_MEMORY;
	status = convert(a, params, v);
	if (status == DECODE_MALFORMED)
		return refuse(call, "params have forbidden characters");
	call->params = v->kind == VALUE_ARRAY ? v->items : v;
	call->nparams = v->kind == VALUE_ARRAY ? v->n : 1;
	return status;
}

/* DECODE_MALFORMED: call holds the error to answer. */
static enum decode_status
read_request(struct arena *a, struct decoded_call *call, const json_t *request)
{
	enum decode_status version, status;

	call->json_id = "null";
	call->json2 = true;
	if (!json_is_object(request))
		return refuse(call, "the request is not an object");
	/* A wrong version is still answered with the request's id. */
	version = read_version(call, request);
	status = read_id(a, call, request);
	if (version != DECODE_OK && status != DECODE_NO_MEMORY)
		return refuse(call, "jsonrpc is not 2.0");
	if (status == DECODE_OK)
		status = read_method(a, call, request);
	if (status == DECODE_OK)
		status = read_params(a, call, request);
	return status;
}

/* ---- the body ---- */

static enum decode_status
read_batch(struct arena *a, struct decoded_call *calls, const json_t *root)
{
	for (size_t i = 0; i < json_array_size(root); i++) {
		const json_t *request = json_array_get(root, i);

		if (read_request(a, &calls[i], request) == DECODE_NO_MEMORY)
			return DECODE_NO_MEMORY;
	}
	return DECODE_OK;
}

/* jansson asks for memory again with each byte of a string that has no room,
 * which takes a minute for a long one; so it is asked for before. The most that
 * a string takes are a buffer, that twice as large which replaces it, and its
 * value. */
static bool
has_room_for(size_t len)
{
	void *p = len > FEW_BYTES ? fault_malloc(4 * len) : NULL;
	bool room = len <= FEW_BYTES || p;

	free(p);
	return room;
}

static enum decode_status
parse(const char *body, size_t len, json_t **root_r)
{
	json_error_t err;

	if (!has_room_for(len))
		return DECODE_NO_MEMORY;
	*root_r = json_loadb(body, len,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &err);
	if (*root_r)
		return DECODE_OK;
	return json_error_code(&err) == json_error_out_of_memory
	    ? DECODE_NO_MEMORY
	    : DECODE_MALFORMED;
}

enum decode_status
jsonrpc_decode(struct arena *a, const char *body, size_t len,
    const struct decode_limits *limits, struct decoded_call **calls_r,
    unsigned *n_r, bool *batch_r, int *json_error_r)
{
	CLEANUP(json_decref) json_t *root = NULL;
	enum decode_status status;
	size_t n = 1;

	*calls_r = NULL;
	*n_r = 0;
	*batch_r = false;
	*json_error_r = JSON_INVALID_REQUEST;
	if (!check_shape(body, len, limits))
		return DECODE_TOO_BIG;
	status = parse(body, len, &root);
	if (status == DECODE_MALFORMED)
		*json_error_r = JSON_PARSE_ERROR;
	if (status != DECODE_OK)
		return status;
	*batch_r = json_is_array(root);
	if (*batch_r)
		n = json_array_size(root);
	if (n == 0 || n > BATCH_MAX)
		return n ? DECODE_TOO_BIG : DECODE_MALFORMED;
	*calls_r = arena_array(a, n, sizeof(**calls_r));
	if (!*calls_r)
		return DECODE_NO_MEMORY;
	*n_r = (unsigned)n;
	status = *batch_r ? read_batch(a, *calls_r, root)
			  : read_request(a, *calls_r, root);
	if (status == DECODE_OK)
		*json_error_r = 0;
	return status;
}

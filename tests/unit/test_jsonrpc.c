/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "lib/clock.h"
#include "rpc/decode.h"
#include "tests/lib/unit.h"
#include "tests/lib/value_show.h"

/* One request: "2.0 id=1 a.b 'x'"; the parts of a batch stand between
 * brackets. An error is its number, with the id of a refused request. */
static void
call_text(const struct decoded_call *call, struct bytes *out)
{
	if (call->json_error) {
		bytes_printf(out, "%d id=%s", call->json_error, call->json_id);
		return;
	}
	bytes_printf(out, "%s ", call->json2 ? "2.0" : "1.0");
	if (call->notification)
		bytes_puts(out, "notification");
	else
		bytes_printf(out, "id=%s", call->json_id);
	bytes_printf(out, " %s", call->method);
	for (unsigned i = 0; i < call->nparams; i++) {
		bytes_putc(out, ' ');
		value_show(&call->params[i], out);
	}
}

static void
decode_text(const char *body, size_t len, const struct decode_limits *limits,
    struct bytes *out)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct decoded_call *calls;
	unsigned n;
	bool batch;
	int error;
	enum decode_status status =
	    jsonrpc_decode(a, body, len, limits, &calls, &n, &batch, &error);

	if (status == DECODE_OK && error)
		bytes_puts(out, "ok with error ");
	if (status == DECODE_TOO_BIG)
		bytes_puts(out, "too big ");
	if (status != DECODE_OK && n == 0)
		bytes_printf(out, "%d", error);
	if (batch)
		bytes_putc(out, '[');
	for (unsigned i = 0; i < n; i++) {
		bytes_puts(out, i ? "; " : "");
		call_text(&calls[i], out);
	}
	if (batch)
		bytes_putc(out, ']');
}

struct row {
	const char *body, *expected;
};

static void
check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP_BYTES struct bytes got = { 0 };

		decode_text(rows[i].body, strlen(rows[i].body), NULL, &got);
		if (strcmp(bytes_cstr(&got), rows[i].expected) != 0)
			printf("# %s\n# gives %s\n# not %s\n", rows[i].body,
			    got.p, rows[i].expected);
		CU_ASSERT_STRING_EQUAL(got.p, rows[i].expected);
	}
}

#define V2(rest) "{\"jsonrpc\":\"2.0\",\"method\":\"a.b\"" rest "}"
#define V1(rest) "{\"method\":\"a.b\"" rest "}"
#define ONE(value) V2(",\"id\":1,\"params\":[" value "]")

static void
test_types(void)
{
	static const struct row rows[] = {
		{ ONE("\"x\""), "2.0 id=1 a.b 'x'" },
		{ ONE("\"\""), "2.0 id=1 a.b ''" },
		{ ONE("-7"), "2.0 id=1 a.b -7" },
		{ ONE("9223372036854775807"),
		    "2.0 id=1 a.b 9223372036854775807" },
		{ ONE("-9223372036854775808"),
		    "2.0 id=1 a.b -9223372036854775808" },
		{ ONE("60.1"), "2.0 id=1 a.b 60.1d" },
		{ ONE("2.0"), "2.0 id=1 a.b 2d" },
		{ ONE("1e3"), "2.0 id=1 a.b 1000d" },
		{ ONE("true,false,null"), "2.0 id=1 a.b true false nil" },
		{ ONE("[],{}"), "2.0 id=1 a.b [] {}" },
		{ ONE("[1,[2]],{\"z\":1,\"a\":{\"\":\"x\"}}"),
		    "2.0 id=1 a.b [1,[2]] {z:1,a:{:'x'}}" },
		{ ONE("\"\\u20ac\\ud83d\\ude00\\n\\/\u00e4\""),
		    "2.0 id=1 a.b '\u20ac\U0001F600\n/\u00e4'" },
		{ ONE("\"\\\"[[[[{\""), "2.0 id=1 a.b '\"[[[[{'" },
	};

	check_rows(rows, UNIT_COUNT(rows));
}

static void
test_versions(void)
{
	static const struct row rows[] = {
		{ V2(",\"id\":1"), "2.0 id=1 a.b" },
		{ V1(",\"id\":1"), "1.0 id=1 a.b" },
		{ V2(""), "2.0 notification a.b" },
		{ V2(",\"params\":[1]"), "2.0 notification a.b 1" },
		{ V1(""), "-32600 id=null" },
		{ V2(",\"id\":null"), "-32600 id=null" },
		{ V1(",\"id\":null"), "-32600 id=null" },
		{ "{\"jsonrpc\":\"1.0\",\"method\":\"a\",\"id\":1}",
		    "-32600 id=1" },
		{ "{\"jsonrpc\":2.0,\"method\":\"a\",\"id\":1}",
		    "-32600 id=1" },
		{ "{\"jsonrpc\":null,\"method\":\"a\",\"id\":1}",
		    "-32600 id=1" },
		{ "{\"jsonrpc\":\"3.0\",\"method\":\"a\"}", "-32600 id=null" },
	};

	check_rows(rows, UNIT_COUNT(rows));
}

static void
test_ids(void)
{
	static const struct row rows[] = {
		{ V2(",\"id\":-5"), "2.0 id=-5 a.b" },
		{ V2(",\"id\":9223372036854775807"),
		    "2.0 id=9223372036854775807 a.b" },
		{ V2(",\"id\":\"x\""), "2.0 id=\"x\" a.b" },
		{ V2(",\"id\":\"\""), "2.0 id=\"\" a.b" },
		{ V2(",\"id\":\"a\\\"b\\\\c\\n\u00e4\""),
		    "2.0 id=\"a\\\"b\\\\c\\u000a\u00e4\" a.b" },
		{ V2(",\"id\":1.5"), "-32600 id=null" },
		{ V2(",\"id\":true"), "-32600 id=null" },
		{ V2(",\"id\":[1]"), "-32600 id=null" },
		{ V2(",\"id\":\"\\u0001\""), "-32600 id=null" },
	};

	check_rows(rows, UNIT_COUNT(rows));
}

static void
test_params(void)
{
	static const struct row rows[] = {
		{ V2(",\"id\":1,\"params\":null"), "2.0 id=1 a.b" },
		{ V2(",\"id\":1,\"params\":[]"), "2.0 id=1 a.b" },
		{ V2(",\"id\":1,\"params\":{}"), "2.0 id=1 a.b {}" },
		{ V2(",\"id\":1,\"params\":{\"k\":[1]}"),
		    "2.0 id=1 a.b {k:[1]}" },
		{ V2(",\"id\":1,\"params\":\"x\""), "-32600 id=1" },
		{ V2(",\"id\":1,\"params\":5"), "-32600 id=1" },
	};

	check_rows(rows, UNIT_COUNT(rows));
}

static void
test_invalid(void)
{
	static const struct row rows[] = {
		{ "5", "-32600 id=null" },
		{ "\"x\"", "-32600 id=null" },
		{ "null", "-32600 id=null" },
		{ "{}", "-32600 id=null" },
		{ "{\"id\":1}", "-32600 id=1" },
		{ "{\"id\":1,\"method\":5}", "-32600 id=1" },
		{ "{\"id\":1,\"method\":\"\"}", "-32600 id=1" },
		{ "{\"id\":1,\"method\":\"a\\u0007\"}", "-32600 id=1" },
		{ ONE("\"\\u0007\""), "-32600 id=1" },
		{ ONE("\"\\uFFFE\""), "-32600 id=1" },
		{ ONE("\"\\uffff\""), "-32600 id=1" },
		{ ONE("\"\xef\xbf\xbe\""), "-32600 id=1" },
		{ ONE("{\"\\u0007\":1}"), "-32600 id=1" },
		{ ONE("[[{\"a\":\"\\u001b\"}]]"), "-32600 id=1" },
	};

	check_rows(rows, UNIT_COUNT(rows));
}

static void
test_malformed(void)
{
	static const char *const bodies[] = {
		"",
		" ",
		"{",
		"[",
		"}",
		"{\"method\"",
		"nope",
		V2(",\"id\":1") "x",
		V2(",\"id\":1") V2(",\"id\":1"),
		V2(",\"id\":1,"),
		"{'method':'a'}",
		"\xff\xfe",
		ONE("01"),
		ONE("+1"),
		ONE("0x10"),
		ONE("NaN"),
		ONE("Infinity"),
		ONE("-Infinity"),
		ONE("1e400"),
		ONE("-1e400"),
		ONE("9223372036854775808"),
		ONE("-9223372036854775809"),
		ONE("123456789012345678901234567890"),
		ONE("\"\\u0000\""),
		ONE("{\"\\u0000\":1}"),
		ONE("\"\\ud800\""),
		ONE("\"\\ud800x\""),
		ONE("\"\\ud800\\u0041\""),
		ONE("\"\\udc00\""),
		ONE("\"\\udc00\\ud800\""),
		ONE("\"\\u12\""),
		ONE("\"\\x\""),
		ONE("\"\n\""),
		ONE("\"\x01\""),
		ONE("\"\xff\""),
		ONE("\"\xc0\xaf\""),
		ONE("\"\xed\xa0\x80\""),
		ONE("\"\xf5\x80\x80\x80\""),
		ONE("\"open"),
		ONE("\"open\\"),
		ONE("{\"a\":1,\"a\":2}"),
		ONE("{\"a\":1,\"\\u0061\":2}"),
		"{\"method\":\"a\",\"method\":\"b\",\"id\":1}",
		"{\"id\":1,\"id\":2,\"method\":\"a\"}",
	};

	for (size_t i = 0; i < UNIT_COUNT(bodies); i++) {
		CLEANUP_BYTES struct bytes got = { 0 };

		decode_text(bodies[i], strlen(bodies[i]), NULL, &got);
		if (strcmp(bytes_cstr(&got), "-32700") != 0)
			printf("# %s gives %s\n", bodies[i], got.p);
		CU_ASSERT_STRING_EQUAL(got.p, "-32700");
	}
}

static void
test_nul(void)
{
	static const char behind[] = "{\"method\":\"a\",\"id\":1}\0x";
	static const char inside[] = "{\"method\":\"a\",\"id\":1\0}";
	CLEANUP_BYTES struct bytes one = { 0 }, two = { 0 };

	decode_text(behind, sizeof(behind) - 1, NULL, &one);
	CU_ASSERT_STRING_EQUAL(bytes_cstr(&one), "-32700");
	decode_text(inside, sizeof(inside) - 1, NULL, &two);
	CU_ASSERT_STRING_EQUAL(bytes_cstr(&two), "-32700");
}

/* More than a list holds without memory of its own, one inside the other. */
static void
test_many(void)
{
	for (unsigned n = 30; n <= 300; n += 27)
		for (unsigned twin = 0; twin < 2; twin++) {
			CLEANUP_BYTES struct bytes body = { 0 }, got = { 0 };
			CLEANUP_BYTES struct bytes want = { 0 };

			bytes_puts(&body,
			    "{\"jsonrpc\":\"2.0\",\"id\":1,"
			    "\"method\":\"a.b\",\"params\":[");
			bytes_puts(&want, "2.0 id=1 a.b");
			for (unsigned i = 0; i < n; i++) {
				bytes_printf(&body, "[%u],", i);
				bytes_printf(&want, " [%u]", i);
			}
			bytes_puts(&body, "{");
			bytes_puts(&want, " {");
			for (unsigned i = 0; i < n; i++) {
				bytes_printf(&body, "%s\"k%u\":[]",
				    i ? "," : "", i);
				bytes_printf(&want, "%sk%u:[]", i ? "," : "",
				    i);
			}
			bytes_puts(&body, twin ? ",\"k7\":1}]}" : "}]}");
			bytes_puts(&want, "}");
			decode_text(body.p, body.len, NULL, &got);
			CU_ASSERT_STRING_EQUAL(bytes_cstr(&got),
			    twin ? "-32700" : bytes_cstr(&want));
		}
}

static void
test_batches(void)
{
	static const struct row rows[] = {
		{ "[" V2(",\"id\":1") "]", "[2.0 id=1 a.b]" },
		{ "[" V2(",\"id\":1") "," V1(",\"id\":2") "," V2("") "]",
		    "[2.0 id=1 a.b; 1.0 id=2 a.b; 2.0 notification a.b]" },
		{ "[5,{},[]," V2(",\"id\":3") "]",
		    "[-32600 id=null; -32600 id=null; -32600 id=null; "
		    "2.0 id=3 a.b]" },
		{ "[]", "-32600[]" },
	};

	check_rows(rows, UNIT_COUNT(rows));
}

static void
repeat(struct bytes *out, const char *s, size_t n)
{
	size_t len = strlen(s);

	if (bytes_reserve(out, len * n))
		for (size_t i = 0; i < n; i++)
			bytes_put(out, s, len);
}

/* 0 or the error's number, and what it cost. */
static int
decode_error(const struct bytes *body, const struct decode_limits *limits,
    enum decode_status *status_r)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct decoded_call *calls;
	unsigned n;
	bool batch;
	int error;
	int64_t start = clock_mono_ns();

	CU_ASSERT_FALSE(body->failed);
	*status_r = jsonrpc_decode(a, body->p, body->len, limits, &calls, &n,
	    &batch, &error);
	if (*status_r != DECODE_OK)
		CU_ASSERT(arena_used(a) < 64 * 1024);
	/* Loosely: the machine may be busy. */
	CU_ASSERT(clock_mono_ns() - start < 5 * NSEC_PER_SEC);
	return error;
}

static void
test_batch_limit(void)
{
	CLEANUP_BYTES struct bytes most = { 0 }, more = { 0 };
	enum decode_status status;

	bytes_putc(&most, '[');
	repeat(&most, V2(",\"id\":1") ",", 99);
	bytes_puts(&most, V2(",\"id\":1") "]");
	CU_ASSERT_EQUAL(decode_error(&most, NULL, &status), 0);
	CU_ASSERT_EQUAL(status, DECODE_OK);
	bytes_putc(&more, '[');
	repeat(&more, V2(",\"id\":1") ",", 100);
	bytes_puts(&more, V2(",\"id\":1") "]");
	CU_ASSERT_EQUAL(decode_error(&more, NULL, &status), -32600);
	CU_ASSERT_EQUAL(status, DECODE_TOO_BIG);
}

static void
test_depth(void)
{
	static const char *const opens[] = { "[", "{\"a\":", "[{\"a\":" };
	enum decode_status status;

	for (size_t i = 0; i < UNIT_COUNT(opens); i++) {
		CLEANUP_BYTES struct bytes body = { 0 };

		repeat(&body, opens[i], 100000);
		CU_ASSERT_EQUAL(decode_error(&body, NULL, &status), -32600);
		CU_ASSERT_EQUAL(status, DECODE_TOO_BIG);
	}
}

/* The request and its list of parameters are two levels. */
static void
test_depth_limit(void)
{
	struct decode_limits limits = { .max_depth = 4 };
	CLEANUP_BYTES struct bytes most = { 0 }, more = { 0 };
	enum decode_status status;

	bytes_puts(&most, ONE("[[]],[]"));
	CU_ASSERT_EQUAL(decode_error(&most, &limits, &status), 0);
	bytes_puts(&more, ONE("[[[]]],[]"));
	CU_ASSERT_EQUAL(decode_error(&more, &limits, &status), -32600);
	CU_ASSERT_EQUAL(status, DECODE_TOO_BIG);
}

static void
test_node_limit(void)
{
	struct decode_limits limits = { .max_nodes = 1000 };
	CLEANUP_BYTES struct bytes few = { 0 }, many = { 0 }, text = { 0 };
	enum decode_status status;

	bytes_puts(&few, "{\"method\":\"a\",\"id\":1,\"params\":[");
	repeat(&few, "[],", 400);
	bytes_puts(&few, "0]}");
	CU_ASSERT_EQUAL(decode_error(&few, &limits, &status), 0);
	bytes_puts(&many, "{\"method\":\"a\",\"id\":1,\"params\":[");
	repeat(&many, "0,", 1100);
	bytes_puts(&many, "0]}");
	CU_ASSERT_EQUAL(decode_error(&many, &limits, &status), -32600);
	CU_ASSERT_EQUAL(status, DECODE_TOO_BIG);
	/* Brackets and commas in a text are no values. */
	bytes_puts(&text, "{\"method\":\"a\",\"id\":1,\"params\":[\"");
	repeat(&text, "[,\\\"", 2000);
	bytes_puts(&text, "\"]}");
	CU_ASSERT_EQUAL(decode_error(&text, &limits, &status), 0);
}

static void
test_arena_limit(void)
{
	CLEANUP_BYTES struct bytes body = { 0 };

	bytes_puts(&body, "{\"method\":\"a\",\"id\":\"x\",\"params\":[");
	repeat(&body, "{\"a\":\"12345678\"},", 500);
	bytes_puts(&body, "0]}");
	for (size_t limit = 1; limit < 65536; limit = limit * 2 + 1) {
		CLEANUP(arena_free) struct arena *a = arena_new(limit);
		struct decoded_call *calls;
		unsigned n;
		bool batch;
		int error;
		enum decode_status status = jsonrpc_decode(a, body.p, body.len,
		    NULL, &calls, &n, &batch, &error);

		CU_ASSERT_EQUAL(status,
		    limit < 25000 ? DECODE_NO_MEMORY : DECODE_OK);
	}
}

UNIT_MAIN("jsonrpc", { "every type of a value is read", test_types },
    { "1.0, 2.0 and notifications are told apart", test_versions },
    { "ids are integers or strings and come back as they were", test_ids },
    { "params are an array, an object or nothing", test_params },
    { "JSON that is no request is -32600 with its id", test_invalid },
    { "what is not JSON is -32700 (A25)", test_malformed },
    { "a NUL ends nothing", test_nul },
    { "long lists and objects are read, and no name stands twice", test_many },
    { "a batch keeps its good requests beside bad ones", test_batches },
    { "a batch has at most 100 requests", test_batch_limit },
    { "deep nesting is refused before it is parsed (A25)", test_depth },
    { "values nest to the limit and no deeper", test_depth_limit },
    { "values are counted before they are parsed", test_node_limit },
    { "a full arena ends the decoding", test_arena_limit })

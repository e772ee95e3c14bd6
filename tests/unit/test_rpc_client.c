/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/client.h"

#include <stdlib.h>
#include <string.h>

#include "rpc/decode.h"
#include "tests/lib/unit.h"

/* ---- calls ---- */

static struct value
text(const char *s)
{
	return (struct value){ .kind = VALUE_STRING,
		.s = s,
		.n = (uint32_t)strlen(s) };
}

/* What was encoded is what a server reads, except that ints arrive as text. */
static void
test_call_is_read_back(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	CLEANUP_BYTES struct bytes out = { 0 };
	const struct value items[] = { text("a <&> \"b\""), text("") };
	const struct value_member members[] = {
		{ "k<", { .kind = VALUE_BOOL, .b = true } },
		{ "d", { .kind = VALUE_DOUBLE, .d = 0.5 } },
		{ "n", { .kind = VALUE_NIL } },
		{ "t",
		    { .kind = VALUE_DATE,
			.s = "20261122T08:26:13Z",
			.n = 18 } },
	};
	const struct value params[] = {
		{ .kind = VALUE_ARRAY, .n = 2, .items = items },
		{ .kind = VALUE_STRUCT, .n = 4, .members = members },
	};
	struct decoded_call call;

	xmlrpc_call_encode("f<>", params, 2, &out);
	CU_ASSERT_FALSE_FATAL(out.failed);
	CU_ASSERT_EQUAL_FATAL(xmlrpc_decode(a, out.p, out.len, NULL, &call),
	    DECODE_OK);
	CU_ASSERT_STRING_EQUAL(call.method, "f<>");
	CU_ASSERT_EQUAL_FATAL(call.nparams, 2);
	CU_ASSERT(value_equal(&call.params[0], &params[0]));
	CU_ASSERT(value_equal(&call.params[1], &params[1]));
}

static void
test_ints_are_text(void)
{
	CLEANUP_BYTES struct bytes out = { 0 };
	const struct value v = { .kind = VALUE_INT, .i = INT64_MIN };

	xmlrpc_call_encode("f", &v, 1, &out);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(bytes_cstr(&out), "<value>-9223372036854775808</value>"));
}

/* ---- replies ---- */

#define STATUS(inner)                                                          \
	"<?xml version='1.0'?>\n<methodResponse>\n<params><param><value>"      \
	"<struct>" inner "</struct></value></param></params>"                  \
	"</methodResponse>"
#define MEMBER(name, value)                                                    \
	"<member><name>" name "</name><value>" value "</value></member>"

static const struct reply_row {
	const char *body;
	enum reply_kind kind;
	const char *text, *error0, *error1;
	unsigned nerror;
} replies[] = {
	{ STATUS(MEMBER("Status", "Success") MEMBER("Value", "x &lt;y&gt;")),
	    REPLY_VALUE, "x <y>", NULL, NULL, 0 },
	{ STATUS(MEMBER("Value", "<string>typed</string>") "\n" MEMBER("Status",
	      "<string>Success</string>")),
	    REPLY_VALUE, "typed", NULL, NULL, 0 },
	{ STATUS(MEMBER("Status", "Success") MEMBER("Value", "")), REPLY_VALUE,
	    "", NULL, NULL, 0 },
	{ STATUS(MEMBER("Status", "Success") MEMBER("Value", "<int>3</int>")),
	    REPLY_VALUE, NULL, NULL, NULL, 0 },
	{ STATUS(MEMBER("Status", "Success")
		  MEMBER("Value", "<array><data></data></array>")),
	    REPLY_VALUE, NULL, NULL, NULL, 0 },
	{ STATUS(MEMBER("Status", "Failure") MEMBER("ErrorDescription",
	      "<array><data><value>CODE</value>"
	      "<value><string>p</string></value></data></array>")),
	    REPLY_FAILURE, NULL, "CODE", "p", 2 },
	{ STATUS(MEMBER("Status", "Failure")
		  MEMBER("ErrorDescription", "<array><data></data></array>")),
	    REPLY_ODD, NULL, NULL, NULL, 0 },
	{ STATUS(MEMBER("Status", "Failure")), REPLY_ODD, NULL, NULL, NULL, 0 },
	{ STATUS(MEMBER("Status", "Success")), REPLY_ODD, NULL, NULL, NULL, 0 },
	{ STATUS(MEMBER("Status", "Other") MEMBER("Value", "x")), REPLY_ODD,
	    NULL, NULL, NULL, 0 },
	{ "<methodResponse><fault><value><struct>" MEMBER("faultCode",
	      "<int>7</int>") MEMBER("faultString",
	      "why") "</struct></value></fault></methodResponse>",
	    REPLY_FAULT, NULL, "7", "why", 2 },
	{ "<methodResponse><fault/></methodResponse>", REPLY_FAULT, NULL, "",
	    "", 2 },
	{ "<methodResponse/>", REPLY_ODD, NULL, NULL, NULL, 0 },
	{ "<methodCall/>", REPLY_ODD, NULL, NULL, NULL, 0 },
	{ "<!DOCTYPE a [<!ENTITY b 'c'>]>" STATUS(""), REPLY_MALFORMED, NULL,
	    NULL, NULL, 0 },
	{ "<!DOCTYPE a [<!ENTITY b 'c'>]><methodResponse><fault/>"
	  "</methodResponse>",
	    REPLY_ODD, NULL, NULL, NULL, 0 },
};

static void
test_replies(void)
{
	for (size_t i = 0; i < UNIT_COUNT(replies); i++) {
		const struct reply_row *row = &replies[i];
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		struct xmlrpc_reply r;

		CU_ASSERT_EQUAL_FATAL(xmlrpc_reply_decode(a, row->body,
					  strlen(row->body), &r),
		    0);
		CU_ASSERT_EQUAL(r.kind, row->kind);
		CU_ASSERT_EQUAL(r.nerror, row->nerror);
		if (row->kind != REPLY_MALFORMED) {
			CU_ASSERT_EQUAL(!r.text, !row->text);
		}
		if (r.text && row->text)
			CU_ASSERT_STRING_EQUAL(r.text, row->text);
		if (r.nerror && row->error0)
			CU_ASSERT_STRING_EQUAL(r.error[0], row->error0);
		if (r.nerror > 1 && row->error1)
			CU_ASSERT_STRING_EQUAL(r.error[1], row->error1);
	}
}

static void
test_what_is_no_xml_says_why(void)
{
	static const char *const bodies[] = { "", "x", "<a>", "<a></b>",
		"<methodResponse>\xff</methodResponse>" };

	for (size_t i = 0; i < UNIT_COUNT(bodies); i++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		struct xmlrpc_reply r;

		CU_ASSERT_EQUAL_FATAL(xmlrpc_reply_decode(a, bodies[i],
					  strlen(bodies[i]), &r),
		    0);
		CU_ASSERT_EQUAL(r.kind, REPLY_MALFORMED);
		CU_ASSERT_PTR_NOT_NULL_FATAL(r.text);
		CU_ASSERT(strlen(r.text) > 0);
	}
}

/* The parser's own bound on depth makes this malformed, not a crash. */
static void
test_depth_is_bounded(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	CLEANUP_BYTES struct bytes body = { 0 };
	struct xmlrpc_reply r;

	bytes_puts(&body, "<methodResponse><params><param>");
	for (int i = 0; i < 100000; i++)
		bytes_puts(&body, "<value><array><data>");
	CU_ASSERT_EQUAL_FATAL(xmlrpc_reply_decode(a, body.p, body.len, &r), 0);
	CU_ASSERT_EQUAL(r.kind, REPLY_MALFORMED);
}

UNIT_MAIN("rpc client",
    { "a call is read back by a server", test_call_is_read_back },
    { "ints of a call are text of any size", test_ints_are_text },
    { "replies of every kind are told apart", test_replies },
    { "a body that is no XML says why", test_what_is_no_xml_says_why },
    { "depth of a reply is bounded", test_depth_is_bounded })

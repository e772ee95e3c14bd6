/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "lib/clock.h"
#include "rpc/decode.h"
#include "tests/lib/unit.h"
#include "tests/lib/value_show.h"

#define CALL(params)                                                           \
	"<?xml version=\"1.0\"?><methodCall><methodName>a.b</methodName>"      \
	"<params>" params "</params></methodCall>"
#define ONE(value) CALL("<param>" value "</param>")

/* "a.b" and the parameters, or the status. */
static void
decode_text(const char *body, size_t len, const struct decode_limits *limits,
    struct bytes *out)
{
	static const char *const refusals[] = {
		[DECODE_MALFORMED] = "malformed",
		[DECODE_TOO_BIG] = "too big",
		[DECODE_NO_MEMORY] = "no memory",
	};
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct decoded_call call;
	enum decode_status status = xmlrpc_decode(a, body, len, limits, &call);

	if (status != DECODE_OK) {
		bytes_puts(out, refusals[status]);
		return;
	}
	bytes_puts(out, call.method);
	for (unsigned i = 0; i < call.nparams; i++) {
		bytes_putc(out, ' ');
		value_show(&call.params[i], out);
	}
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

static void
test_types(void)
{
	static const struct row rows[] = {
		{ ONE("<value>plain</value>"), "a.b 'plain'" },
		{ ONE("<value><string>x</string></value>"), "a.b 'x'" },
		{ ONE("<value></value>"), "a.b ''" },
		{ ONE("<value/>"), "a.b ''" },
		{ ONE("<value><string/></value>"), "a.b ''" },
		{ ONE("<value>  </value>"), "a.b '  '" },
		{ ONE("<value><int>-7</int></value>"), "a.b -7" },
		{ ONE("<value><i4>7</i4></value>"), "a.b 7" },
		{ ONE("<value><i8>9223372036854775807</i8></value>"),
		    "a.b 9223372036854775807" },
		{ ONE("<value><int>\n 7 </int></value>"), "a.b 7" },
		{ ONE("<value><boolean>1</boolean></value>"), "a.b true" },
		{ ONE("<value><boolean>0</boolean></value>"), "a.b false" },
		{ ONE("<value><boolean>true</boolean></value>"), "a.b false" },
		{ ONE("<value><double>-2.5e1</double></value>"), "a.b -25d" },
		{ ONE("<value><double>60.1</double></value>"), "a.b 60.1d" },
		{ ONE("<value><dateTime.iso8601>20260821T02:00:23Z"
		      "</dateTime.iso8601></value>"),
		    "a.b @20260821T02:00:23Z" },
		{ ONE("<value><base64> aG\nk= </base64></value>"),
		    "a.b #6869" },
		{ ONE("<value><base64/></value>"), "a.b #" },
		{ ONE("<value><nil/></value>"), "a.b nil" },
		{ ONE("<value><array><data/></array></value>"), "a.b []" },
		{ ONE("<value><array><data><value>x</value><value><int>1</int>"
		      "</value></data></array></value>"),
		    "a.b ['x',1]" },
		{ ONE("<value><struct/></value>"), "a.b {}" },
		{ ONE("<value><struct><member><name>k</name><value>v</value>"
		      "</member><member><name></name><value/></member>"
		      "</struct></value>"),
		    "a.b {k:'v',:''}" },
	};

	check_rows(rows, UNIT_COUNT(rows));
}

static void
test_calls(void)
{
	static const struct row rows[] = {
		{ "<methodCall><methodName>a.b</methodName></methodCall>",
		    "a.b" },
		{ CALL(""), "a.b" },
		{ CALL("<param><value>1</value></param>"
		       "<param><value><array><data><value>2</value></data>"
		       "</array></value></param><param><value/></param>"),
		    "a.b '1' ['2'] ''" },
		{ "\xEF\xBB\xBF" ONE("<value>bom</value>"), "a.b 'bom'" },
		{ "<methodCall>\n <!-- a comment <b> -->\n"
		  " <methodName> a.b </methodName>\n <params>\n  <param>\n"
		  "   <value> <array> <data> <value> <int>1</int> </value>\n"
		  " </data> </array> </value>\n </param>\n </params>\n"
		  "</methodCall>\n",
		    "a.b [1]" },
		{ "<?xml version='1.0' encoding='ISO-8859-1' ?>"
		  "<methodCall><methodName>a.b</methodName></methodCall>",
		    "a.b" },
		{ "<methodCall xmlns:ex='urn:e'><methodName>a.b</methodName>"
		  "<params><param><value><ex:nil/></value></param></params>"
		  "</methodCall>",
		    "a.b nil" },
	};

	check_rows(rows, UNIT_COUNT(rows));
}

static void
test_text(void)
{
	static const struct row rows[] = {
		{ ONE("<value>&lt;a&gt;&amp;&quot;&apos;</value>"),
		    "a.b '<a>&\"''" },
		{ ONE("<value>&#65;&#x20AC;</value>"), "a.b 'A\u20AC'" },
		{ ONE("<value><![CDATA[<x>&amp;]]></value>"),
		    "a.b '<x>&amp;'" },
		{ ONE("<value>a<!-- b -->c</value>"), "a.b 'ac'" },
		{ ONE("<value>\u00e4\u20ac\U0001F600</value>"),
		    "a.b '\u00e4\u20ac\U0001F600'" },
		{ ONE("<value>a\r\nb\tc</value>"), "a.b 'a\nb\tc'" },
		{ ONE("<value>a&#13;b</value>"), "a.b 'a\rb'" },
	};

	check_rows(rows, UNIT_COUNT(rows));
}

static void
check_malformed(const char *const bodies[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP_BYTES struct bytes got = { 0 };

		decode_text(bodies[i], strlen(bodies[i]), NULL, &got);
		if (strcmp(bytes_cstr(&got), "malformed") != 0)
			printf("# %s gives %s\n", bodies[i], got.p);
		CU_ASSERT_STRING_EQUAL(got.p, "malformed");
	}
}

static void
test_malformed_calls(void)
{
	static const char *const bodies[] = {
		"",
		" ",
		"x",
		"<",
		"<methodCall>",
		"<methodCall/>",
		"<methodCall><methodName/></methodCall>",
		"<methodCall><params/></methodCall>",
		"<methodResponse/>",
		"<methodCall><methodName>a</methodName></methodCal>",
		"<methodCall><methodName>a</methodName></methodCall>x",
		"<methodCall><methodName>a</methodName></methodCall><b/>",
		"<methodCall><methodName>a</methodName><methodName>b"
		"</methodName></methodCall>",
		"<methodCall><methodName>a<b/></methodName></methodCall>",
		"<methodCall>x<methodName>a</methodName></methodCall>",
		"<methodCall><methodName>a</methodName><params/><params/>"
		"</methodCall>",
		CALL("<param/>"),
		CALL("<param>x</param>"),
		CALL("<value>x</value>"),
	};

	check_malformed(bodies, UNIT_COUNT(bodies));
}

static void
test_malformed_values(void)
{
	static const char *const bodies[] = {
		ONE("<value/><value/>"),
		ONE("<value>x<int>1</int></value>"),
		ONE("<value><int>1</int>x</value>"),
		ONE("<value><int>1</int><int>1</int></value>"),
		ONE("<value><int/></value>"),
		ONE("<value><int>1.5</int></value>"),
		ONE("<value><int>0x10</int></value>"),
		ONE("<value><int>9223372036854775808</int></value>"),
		ONE("<value><i8>-9223372036854775809</i8></value>"),
		ONE("<value><double/></value>"),
		ONE("<value><double>nan</double></value>"),
		ONE("<value><double>inf</double></value>"),
		ONE("<value><double>0x1p3</double></value>"),
		ONE("<value><double>1e400</double></value>"),
		ONE("<value><double>1 2</double></value>"),
		ONE("<value><base64>a</base64></value>"),
		ONE("<value><base64>aGk</base64></value>"),
		ONE("<value><base64>aGl=</base64></value>"),
		ONE("<value><base64>aG=k</base64></value>"),
		ONE("<value><base64>a*k=</base64></value>"),
		ONE("<value><nil>x</nil></value>"),
		ONE("<value><array/></value>"),
		ONE("<value><array><data/><data/></array></value>"),
		ONE("<value><array><data>x</data></array></value>"),
		ONE("<value><struct><member/></struct></value>"),
		ONE("<value><struct><member><name>k</name></member></struct>"
		    "</value>"),
		ONE("<value><struct><member><value/></member></struct>"
		    "</value>"),
		ONE("<value><struct><member><name>k</name><name>l</name>"
		    "<value/></member></struct></value>"),
		ONE("<value><struct><member><name>k</name><value/><value/>"
		    "</member></struct></value>"),
		ONE("<value><string><int>1</int></string></value>"),
		ONE("<value><float>1</float></value>"),
		ONE("<ex:value>1</ex:value>"),
		ONE("<value a='1'>1</value>"),
	};

	check_malformed(bodies, UNIT_COUNT(bodies));
}

static void
test_malformed_text(void)
{
	static const char *const bodies[] = {
		ONE("<value>&#0;</value>"),
		ONE("<value>&#1;</value>"),
		ONE("<value>\x01</value>"),
		ONE("<value>&#xFFFE;</value>"),
		ONE("<value>&#xD800;</value>"),
		ONE("<value>\xff</value>"),
		ONE("<value>\xc0\xaf</value>"),
		ONE("<value>\xed\xa0\x80</value>"),
		ONE("<value>\xef\xbf\xbe</value>"),
		ONE("<value>&nbsp;</value>"),
		ONE("<value>&</value>"),
		ONE("<value>]]></value>"),
		"\xff\xfe<",
		"<?xml version='1.0'?><?pi x?>" ONE("<value/>"),
	};

	check_malformed(bodies, UNIT_COUNT(bodies));
}

static void
test_duplicates(void)
{
#define M(name) "<member><name>" name "</name><value/></member>"
	static const struct row rows[] = {
		{ ONE("<value><struct>" M("a") M("a") "</struct></value>"),
		    "malformed" },
		{ ONE("<value><struct>" M("b") M("a") M("c")
			  M("a") "</struct></value>"),
		    "malformed" },
		{ ONE("<value><struct>" M("a") M("A") "</struct></value>"),
		    "a.b {a:'',A:''}" },
	};

	check_rows(rows, UNIT_COUNT(rows));
}

/* ---- attacks ---- */

/* Of this thread, whatever else the machine does. */
static int64_t
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

/* A refusal costs little memory and no time to speak of, even for a body that
 * would be read if it were not refused at once. */
static void
check_refused(const struct bytes *body)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct decoded_call call;
	int64_t start = cpu_ns();

	CU_ASSERT_FALSE(body->failed);
	CU_ASSERT_NOT_EQUAL(xmlrpc_decode(a, body->p, body->len, NULL, &call),
	    DECODE_OK);
	CU_ASSERT_PTR_NULL(call.method);
	CU_ASSERT(arena_used(a) < 64 * 1024);
	CU_ASSERT(cpu_ns() - start < 2 * NSEC_PER_SEC);
}

static void
repeat(struct bytes *out, const char *s, size_t n)
{
	size_t len = strlen(s);

	if (bytes_reserve(out, len * n))
		for (size_t i = 0; i < n; i++)
			bytes_put(out, s, len);
}

static void
test_billion_laughs(void)
{
	CLEANUP_BYTES struct bytes body = { 0 };

	bytes_puts(&body,
	    "<?xml version=\"1.0\"?><!DOCTYPE lolz [\n"
	    "<!ENTITY lol0 \"lol\">\n");
	for (int i = 1; i < 10; i++) {
		bytes_printf(&body, "<!ENTITY lol%d \"", i);
		for (int j = 0; j < 10; j++)
			bytes_printf(&body, "&lol%d;", i - 1);
		bytes_puts(&body, "\">\n");
	}
	bytes_puts(&body, "]>" ONE("<value>&lol9;</value>"));
	check_refused(&body);
}

static void
test_external_entity(void)
{
	static const char *const bodies[] = {
		"<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" ONE(
		    "<value>&e;</value>"),
		"<!DOCTYPE x SYSTEM \"http://127.0.0.1:1/x.dtd\">" ONE(
		    "<value/>"),
		"<!DOCTYPE x PUBLIC \"-//x\" \"file:///etc/passwd\">" ONE(
		    "<value/>"),
		"<!DOCTYPE methodCall>" ONE("<value/>"),
		"  \n<!DOCTYPE methodCall>" ONE("<value/>"),
		"<methodCall><!DOCTYPE x></methodCall>",
	};

	for (size_t i = 0; i < UNIT_COUNT(bodies); i++) {
		CLEANUP_BYTES struct bytes body = { 0 };

		bytes_puts(&body, bodies[i]);
		check_refused(&body);
	}
}

static void
test_depth_bomb(void)
{
	CLEANUP_BYTES struct bytes arrays = { 0 }, nested = { 0 }, b = { 0 };

	bytes_puts(&arrays,
	    "<methodCall><methodName>a</methodName><params>"
	    "<param>");
	repeat(&arrays, "<value><array><data>", 1000000);
	check_refused(&arrays);
	repeat(&nested, "<a>", 1000000);
	check_refused(&nested);
	bytes_puts(&b, "<methodCall><methodName>a</methodName><params><param>");
	repeat(&b, "<value><struct><member><name>a</name>", 1000000);
	check_refused(&b);
}

static void
test_giant_attribute(void)
{
	CLEANUP_BYTES struct bytes b = { 0 }, quoted = { 0 }, name = { 0 };
	CLEANUP_BYTES struct bytes comment = { 0 }, prolog = { 0 };

	bytes_puts(&b, "<methodCall a=\"");
	repeat(&b, "0123456789abcdef", 1 << 20);
	check_refused(&b); /* no end in sight */
	bytes_puts(&quoted, "<methodCall a=\">");
	repeat(&quoted, ">>>>>>>>>>>>>>>>", 1 << 20);
	bytes_puts(&quoted, "\"><methodName>a</methodName></methodCall>");
	check_refused(&quoted);
	bytes_puts(&name, "<");
	repeat(&name, "methodCallmethod", 1 << 20);
	check_refused(&name);
	bytes_puts(&comment, "<!--");
	repeat(&comment, "0123456789abcdef", 1 << 20);
	bytes_puts(&comment, "-->" ONE("<value/>"));
	check_refused(&comment);
	bytes_puts(&prolog, "<?xml version=\"1.0\" ");
	repeat(&prolog, "0123456789abcdef", 1 << 20);
	check_refused(&prolog);
}

static void
test_many_attributes(void)
{
	CLEANUP_BYTES struct bytes body = { 0 };

	bytes_puts(&body, "<methodCall");
	for (int i = 0; i < 300; i++)
		bytes_printf(&body, " a%d=''", i);
	bytes_puts(&body, "><methodName>a</methodName></methodCall>");
	check_refused(&body);
}

static void
test_utf16(void)
{
	static const char text[] = ONE("<value/>");
	CLEANUP_BYTES struct bytes body = { 0 }, bom = { 0 };

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		bytes_putc(&body, text[i]);
		bytes_putc(&body, 0);
	}
	check_refused(&body);
	bytes_put(&bom, "\xff\xfe", 2);
	bytes_put(&bom, body.p, body.len);
	check_refused(&bom);
}

/* ---- limits ---- */

static void
nest(struct bytes *out, unsigned depth)
{
	bytes_puts(out,
	    "<methodCall><methodName>a</methodName><params>"
	    "<param>");
	repeat(out, "<value><array><data>", depth - 1);
	bytes_puts(out, "<value/>");
	repeat(out, "</data></array></value>", depth - 1);
	bytes_puts(out, "</param></params></methodCall>");
}

static enum decode_status
decode_with(const struct bytes *body, unsigned depth, size_t nodes)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct decode_limits limits = {
		.max_depth = depth,
		.max_nodes = nodes,
	};
	struct decoded_call call;

	return xmlrpc_decode(a, body->p, body->len, &limits, &call);
}

static void
test_depth_limit(void)
{
	CLEANUP_BYTES struct bytes three = { 0 }, most = { 0 }, more = { 0 };

	nest(&three, 3);
	CU_ASSERT_EQUAL(decode_with(&three, 3, 0), DECODE_OK);
	CU_ASSERT_EQUAL(decode_with(&three, 2, 0), DECODE_TOO_BIG);
	nest(&most, VALUE_MAX_DEPTH);
	CU_ASSERT_EQUAL(decode_with(&most, 0, 0), DECODE_OK);
	nest(&more, VALUE_MAX_DEPTH + 1);
	CU_ASSERT_EQUAL(decode_with(&more, 0, 0), DECODE_TOO_BIG);
	CU_ASSERT_EQUAL(decode_with(&more, 1000, 0), DECODE_TOO_BIG);
}

static void
test_node_limit(void)
{
	CLEANUP_BYTES struct bytes body = { 0 };

	bytes_puts(&body, "<methodCall><methodName>a</methodName><params>");
	repeat(&body, "<param><value>1</value></param>", 10);
	bytes_puts(&body, "</params></methodCall>");
	CU_ASSERT_EQUAL(decode_with(&body, 0, 10), DECODE_OK);
	CU_ASSERT_EQUAL(decode_with(&body, 0, 9), DECODE_TOO_BIG);
}

static void
test_arena_limit(void)
{
	CLEANUP_BYTES struct bytes body = { 0 };

	bytes_puts(&body, "<methodCall><methodName>a</methodName><params>");
	repeat(&body, "<param><value>12345678</value></param>", 1000);
	bytes_puts(&body, "</params></methodCall>");
	for (size_t limit = 1; limit < 32768; limit = limit * 2 + 1) {
		CLEANUP(arena_free) struct arena *a = arena_new(limit);
		struct decoded_call call;
		enum decode_status status =
		    xmlrpc_decode(a, body.p, body.len, NULL, &call);

		CU_ASSERT_EQUAL(status,
		    limit < 25000 ? DECODE_NO_MEMORY : DECODE_OK);
	}
}

/* ---- large and many ---- */

/* Characters of each length meet the border of what is fed to the parser at
 * every offset. */
static void
test_long_text(void)
{
	static const char *const chars[] = { "x", "\u00e4", "\u20ac",
		"\U0001F600", "&amp;", "\r\n" };
	static const char *const reads[] = { "x", "\u00e4", "\u20ac",
		"\U0001F600", "&", "\n" };

	for (size_t c = 0; c < UNIT_COUNT(chars); c++) {
		for (size_t shift = 0; shift < 6; shift++) {
			CLEANUP(arena_free) struct arena *a = arena_new(0);
			CLEANUP_BYTES struct bytes body = { 0 }, want = { 0 };
			struct decoded_call call;

			bytes_puts(&body,
			    "<methodCall><methodName>a"
			    "</methodName><params><param>"
			    "<value>");
			repeat(&body, "y", shift);
			repeat(&body, chars[c], 40000);
			bytes_puts(&body,
			    "</value></param></params>"
			    "</methodCall>");
			repeat(&want, "y", shift);
			repeat(&want, reads[c], 40000);
			CU_ASSERT_EQUAL_FATAL(xmlrpc_decode(a, body.p, body.len,
						  NULL, &call),
			    DECODE_OK);
			CU_ASSERT_EQUAL(call.params[0].n, want.len);
			CU_ASSERT_STRING_EQUAL(call.params[0].s,
			    bytes_cstr(&want));
		}
	}
}

/* Tags meet that border at every offset too. */
static void
test_many_values(void)
{
	for (size_t shift = 0; shift < 40; shift++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		CLEANUP_BYTES struct bytes body = { 0 };
		struct decoded_call call;

		repeat(&body, " ", shift);
		bytes_puts(&body,
		    "<methodCall><methodName>a</methodName>"
		    "<params>");
		repeat(&body, "<param><value><int>1</int></value></param>",
		    2500);
		bytes_puts(&body, "</params></methodCall>");
		CU_ASSERT_EQUAL_FATAL(xmlrpc_decode(a, body.p, body.len, NULL,
					  &call),
		    DECODE_OK);
		CU_ASSERT_EQUAL(call.nparams, 2500);
		CU_ASSERT_EQUAL(call.params[2499].i, 1);
	}
}

static void
test_after_refusal(void)
{
	static const struct row rows[] = {
		{ ONE("<value>1</value>"), "a.b '1'" },
		{ "<methodCall><x", "malformed" },
		{ ONE("<value>2</value>"), "a.b '2'" },
		{ ONE("<value>&x;</value>"), "malformed" },
		{ ONE("<value><array><data><value/>"), "malformed" },
		{ ONE("<value>3</value>"), "a.b '3'" },
	};

	for (int i = 0; i < 50; i++)
		check_rows(rows, UNIT_COUNT(rows));
}

static void *
decode_many(void *arg)
{
	for (int i = 0; i < 500; i++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		struct decoded_call call;
		char body[256];
		int len = snprintf(body, sizeof(body),
		    ONE("<value><int>%d</int></value>"), i);

		if (xmlrpc_decode(a, body, (size_t)len, NULL, &call) !=
			DECODE_OK ||
		    call.params[0].i != i)
			*(bool *)arg = false;
	}
	return NULL;
}

static void
test_threads(void)
{
	bool ok[4] = { true, true, true, true };
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL,
					  decode_many, &ok[i]),
		    0);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		CU_ASSERT(ok[i]);
	}
}

UNIT_MAIN("xmlrpc", { "every type of a value is read", test_types },
    { "calls are read with white space, comments and without parameters",
	test_calls },
    { "entities, CDATA and UTF-8 are read", test_text },
    { "what is no call is refused", test_malformed_calls },
    { "what is no value is refused", test_malformed_values },
    { "text that XML does not allow is refused", test_malformed_text },
    { "a struct with a name twice is refused", test_duplicates },
    { "billion laughs are refused (A24)", test_billion_laughs },
    { "document types and external entities are refused (A24)",
	test_external_entity },
    { "a million nested elements are refused (A24)", test_depth_bomb },
    { "giant tags, attributes and comments are refused (A24)",
	test_giant_attribute },
    { "attributes are refused", test_many_attributes },
    { "UTF-16 is refused", test_utf16 },
    { "values nest to the limit and no deeper", test_depth_limit },
    { "values are counted", test_node_limit },
    { "a full arena ends the decoding", test_arena_limit },
    { "long text is whole, whatever its characters", test_long_text },
    { "many values are whole, wherever pieces are cut", test_many_values },
    { "a refused request does not harm the next", test_after_refusal },
    { "threads decode side by side", test_threads })

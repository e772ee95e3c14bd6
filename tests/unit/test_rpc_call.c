/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* API calls over the wire, with the toy core. */
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/lib/talk.h"
#include "tests/lib/unit.h"

static void
say_and_read(char *text)
{
	talk_say(text);
	free(text);
}

static void
json(const char *fields, const char *body)
{
	say_and_read(post_text("/jsonrpc", fields, body));
}

/* ---- one call ---- */

static void
test_xml_call(void)
{
	talk_begin(NULL, NULL);
	client_call(&c, "echo", "hi", &r);
	CU_ASSERT(reply_is(&r, "hi"));
	CU_ASSERT_STRING_EQUAL(talk_header("Content-Type"), "text/xml");
	CU_ASSERT_STRING_EQUAL(talk_header("Cache-Control"),
	    "no-cache, no-store");
	CU_ASSERT_STRING_EQUAL(talk_header("Access-Control-Allow-Origin"), "*");
	CU_ASSERT_STRING_EQUAL(talk_header("Access-Control-Allow-Headers"),
	    "X-Requested-With");
	CU_ASSERT_EQUAL(strcasecmp(talk_header("Connection"), "keep-alive"), 0);
	talk_end();
}

static void
test_json_call(void)
{
	talk_begin(NULL, NULL);
	json("Content-Type: application/json; charset=utf-8\r\n",
	    "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[\"hi\"],"
	    "\"id\":7}");
	CU_ASSERT_STRING_EQUAL(talk_header("Content-Type"), "application/json");
	CU_ASSERT_STRING_EQUAL(r.body,
	    "{\"jsonrpc\":\"2.0\",\"result\":\"hi\",\"id\":7}");
	json("", "{\"method\":\"fail\",\"params\":[],\"id\":\"x\"}");
	CU_ASSERT_STRING_EQUAL(r.body,
	    "{\"result\":null,\"error\":[\"TOY_FAILURE\",\"a\",\"b\"],"
	    "\"id\":\"x\"}");
	talk_end();
}

static void
test_paths(void)
{
	static const char *const paths[] = { "/", "/RPC2", "/xmlrpc", "/json",
		"/some/thing?x=y" };
	static const char body[] =
	    "<methodCall><methodName>echo</methodName>"
	    "<params><param><value>p</value></param></params></methodCall>";

	talk_begin(NULL, NULL);
	for (size_t i = 0; i < UNIT_COUNT(paths); i++) {
		say_and_read(post_text(paths[i],
		    "Content-Type: application/x-www-form-urlencoded\r\n",
		    body));
		CU_ASSERT(reply_is(&r, "p"));
	}
	talk_end();
}

static void
test_caller(void)
{
	static const char trace[] =
	    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
	char fields[1024], want[1024], agent[301];

	talk_begin(NULL, NULL);
	snprintf(fields, sizeof(fields),
	    "User-Agent: me/1.0\r\ntraceparent: %s\r\n", trace);
	snprintf(want, sizeof(want), "me/1.0|%s|127.0.0.1|plain|-1", trace);
	say_and_read(call_text("caller", "", fields));
	CU_ASSERT(reply_is(&r, want));
	/* cut between characters, never inside one */
	memset(agent, 'a', 300);
	agent[300] = '\0';
	memcpy(agent + 255, "\xc3\xa9", 2);
	snprintf(fields, sizeof(fields),
	    "User-Agent: %s\r\ntraceparent: 00-x\r\n", agent);
	snprintf(want, sizeof(want), "%.255s|none|127.0.0.1|plain|-1", agent);
	say_and_read(call_text("caller", "", fields));
	CU_ASSERT(reply_is(&r, want));
	say_and_read(call_text("caller", "", "User-Agent: \xff\r\n"));
	CU_ASSERT(reply_is(&r, "|none|127.0.0.1|plain|-1"));
	talk_end();
}

static void
test_preflight(void)
{
	talk_begin(NULL, NULL);
	say_and_read(strdup(
	    "OPTIONS /jsonrpc HTTP/1.1\r\nHost: h\r\nOrigin: http://o\r\n"
	    "Access-Control-Request-Headers: content-type\r\n\r\n"));
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT_EQUAL(r.len, 0);
	CU_ASSERT_STRING_EQUAL(talk_header("Access-Control-Allow-Origin"), "*");
	CU_ASSERT_STRING_EQUAL(talk_header("Access-Control-Allow-Headers"),
	    "content-type, X-Requested-With");
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(talk_header("Access-Control-Allow-Methods"), "POST"));
	reply_free(&r);
	client_call(&c, "echo", "after", &r);
	CU_ASSERT(reply_is(&r, "after"));
	talk_end();
}

/* ---- many on one connection ---- */

static void
test_pipelining(void)
{
	char *a, *b, *d;

	talk_begin(NULL, NULL);
	a = call_text("echo", "1", "");
	b = call_text("nap", "30", "");
	d = call_text("echo", "3", "");
	client_say(&c, a);
	client_say(&c, b);
	client_say(&c, d);
	free(a), free(b), free(d);
	client_read(&c, &r);
	CU_ASSERT(reply_is(&r, "1"));
	reply_free(&r);
	client_read(&c, &r);
	CU_ASSERT(reply_is(&r, "woken"));
	reply_free(&r);
	client_read(&c, &r);
	CU_ASSERT(reply_is(&r, "3"));
	talk_end();
}

static void
test_slow_bytes(void)
{
	char *text;

	talk_begin(NULL, NULL);
	text = call_text("echo", "drip", "");
	for (char *p = text; *p; p++)
		client_send(&c, p, 1);
	for (char *p = text; *p; p++)
		client_send(&c, p, 1);
	free(text);
	for (int i = 0; i < 2; i++) {
		reply_free(&r);
		client_read(&c, &r);
		CU_ASSERT(reply_is(&r, "drip"));
	}
	talk_end();
}

static void
test_chunked_call(void)
{
	talk_begin(NULL, NULL);
	say_and_read(strdup(
	    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "20\r\n<methodCall><methodName>echo</me\r\n"
	    "4f;x=y\r\nthodName><params><param><value>k</value></param>"
	    "</params></methodCall>     \n   \r\n0\r\n\r\n"));
	CU_ASSERT(reply_is(&r, "k"));
	reply_free(&r);
	client_call(&c, "echo", "after", &r);
	CU_ASSERT(reply_is(&r, "after"));
	talk_end();
}

/* Each byte of a body in chunks a packet of its own, extension and trailer
 * included, and a call behind it. */
static void
test_chunks_byte_by_byte(void)
{
	static const char text[] =
	    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "a;x=\"y\"\r\n<methodCal\r\n"
	    "0032 \r\nl><methodName>echo</methodName><params></params></\r\n"
	    "B\r\nmethodCall>\r\n0\r\nA: b\r\nC: d\r\n\r\n";
	char *call = call_text("echo", "behind", "");

	talk_begin(NULL, NULL);
	for (const char *p = text; *p; p++)
		client_send(&c, p, 1);
	client_say(&c, call);
	client_read(&c, &r);
	CU_ASSERT_EQUAL(r.status, 200);
	reply_free(&r);
	client_read(&c, &r);
	CU_ASSERT(reply_is(&r, "behind"));
	free(call);
	talk_end();
}

/* The client waits for our word before it sends the body of a call. */
static void
test_continue(void)
{
	static const char body[] =
	    "<methodCall><methodName>echo</methodName><params><param><value>w"
	    "</value></param></params></methodCall>";
	char text[256];

	talk_begin(NULL, NULL);
	snprintf(text, sizeof(text),
	    "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    sizeof(body) - 1);
	say_and_read(strdup(text));
	CU_ASSERT_EQUAL(r.status, 100);
	say_and_read(strdup(body));
	CU_ASSERT(reply_is(&r, "w"));
	talk_end();
}

/* Many more than a turn has, in one packet. */
static void
test_long_pipeline(void)
{
	char *call = call_text("echo", "n", ""), text[64 * 1024], *at = text;

	talk_begin(NULL, NULL);
	for (int i = 0; i < 100; i++)
		at = stpcpy(at, call);
	client_say(&c, text);
	for (int i = 0; i < 100; i++) {
		client_read(&c, &r);
		CU_ASSERT(reply_is(&r, "n"));
		reply_free(&r);
	}
	free(call);
	talk_end();
}

static void
test_http_1_0(void)
{
	static const char body[] =
	    "<methodCall><methodName>big</methodName><params><param>"
	    "<value>1000</value></param></params></methodCall>";
	char text[512];

	talk_begin(NULL, NULL);
	snprintf(text, sizeof(text),
	    "POST / HTTP/1.0\r\nContent-Length: %zu\r\n\r\n%s",
	    sizeof(body) - 1, body);
	say_and_read(strdup(text));
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT_STRING_EQUAL(talk_header("Transfer-Encoding"), "");
	CU_ASSERT(r.len > 1000 * 1000);
	CU_ASSERT_STRING_EQUAL(r.body + r.len - 17, "</methodResponse>");
	CU_ASSERT(client_sees_end(&c));
	client_close(&c);
	client_connect(&c, w.port);
	snprintf(text, sizeof(text),
	    "POST / HTTP/1.0\r\nConnection: Keep-Alive\r\n"
	    "Content-Length: 1\r\n\r\nx");
	for (int i = 0; i < 2; i++) {
		say_and_read(strdup(text));
		CU_ASSERT_EQUAL(r.status, 400);
	}
	talk_end();
}

static void
test_close_is_honoured(void)
{
	talk_begin(NULL, NULL);
	say_and_read(call_text("echo", "x", "Connection: close\r\n"));
	CU_ASSERT(reply_is(&r, "x"));
	CU_ASSERT_STRING_EQUAL(talk_header("Connection"), "close");
	CU_ASSERT(client_sees_end(&c));
	talk_end();
}

/* ---- broken bodies ---- */

static void
test_broken_bodies_leave_the_connection(void)
{
	talk_begin(NULL, NULL);
	say_and_read(post_text("/", "", "<methodCall"));
	CU_ASSERT_EQUAL(r.status, 400);
	CU_ASSERT_STRING_EQUAL(talk_header("Content-Type"), "text/plain");
	say_and_read(post_text("/", "", ""));
	CU_ASSERT_EQUAL(r.status, 400);
	json("", "{\"method\"");
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT_STRING_EQUAL(r.body,
	    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,"
	    "\"message\":\"Parse error\"},\"id\":null}");
	json("", "[]");
	CU_ASSERT_PTR_NOT_NULL(strstr(r.body, "-32600"));
	reply_free(&r);
	client_call(&c, "echo", "lives", &r);
	CU_ASSERT(reply_is(&r, "lives"));
	CU_ASSERT_EQUAL(toy_started(w.toy), 1);
	talk_end();
}

/* ---- batches ---- */

static void
test_batch(void)
{
	talk_begin(NULL, NULL);
	json("",
	    "[{\"jsonrpc\":\"2.0\",\"method\":\"nap\",\"params\":[20],"
	    "\"id\":1},"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[\"n\"]},"
	    "17,"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"twice\",\"params\":[],"
	    "\"id\":2},"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"early\",\"params\":[],"
	    "\"id\":3},"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"fail\",\"params\":[],"
	    "\"id\":4}]");
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.body,
	    "[{\"jsonrpc\":\"2.0\",\"result\":\"woken\",\"id\":1},"
	    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,"));
	CU_ASSERT_PTR_NOT_NULL(strstr(r.body,
	    "\"id\":null},"
	    "{\"jsonrpc\":\"2.0\",\"result\":\"woken\",\"id\":2},"
	    "{\"jsonrpc\":\"2.0\",\"result\":\"woken\",\"id\":3},"
	    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,"
	    "\"message\":\"TOY_FAILURE\",\"data\":[\"a\",\"b\"]},"
	    "\"id\":4}]"));
	CU_ASSERT_EQUAL(toy_started(w.toy), 5);
	talk_end();
}

static void
test_notifications(void)
{
	talk_begin(NULL, NULL);
	json("", "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[]}");
	CU_ASSERT_EQUAL(r.status, 204);
	json("",
	    "[{\"jsonrpc\":\"2.0\",\"method\":\"echo\"},"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"nap\",\"params\":[1]}]");
	CU_ASSERT_EQUAL(r.status, 204);
	CU_ASSERT_EQUAL(toy_started(w.toy), 3);
	json("", "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":1}");
	CU_ASSERT_EQUAL(r.status, 200);
	talk_end();
}

/* ---- parked calls ---- */

static void
test_parked(void)
{
	talk_begin(NULL, NULL);
	for (int i = 0; i < 200; i++) {
		reply_free(&r);
		client_call(&c, i % 2 ? "early" : "twice", "", &r);
		CU_ASSERT(reply_is(&r, "woken"));
	}
	reply_free(&r);
	client_call(&c, "nap", "50", &r);
	CU_ASSERT(reply_is(&r, "woken"));
	CU_ASSERT(wire_wait(talk_all_finished, NULL));
	talk_end();
}

static void
test_leaving_while_parked(void)
{
	char *text;

	talk_begin(NULL, NULL);
	client_call(&c, "echo", "first", &r);
	for (int i = 0; i < 3; i++) {
		text = call_text("forever", "", "");
		client_say(&c, text);
		free(text);
		CU_ASSERT(wire_wait(talk_one_parked, NULL));
		client_close(&c);
		CU_ASSERT(wire_wait(talk_all_finished, NULL));
		client_connect(&c, w.port);
	}
	reply_free(&r);
	client_call(&c, "echo", "x", &r);
	CU_ASSERT(reply_is(&r, "x"));
	talk_end();
}

/* It leaves when its call is woken, whose answer is for a thread of its own:
 * what the front still hears of the connection must not reach it there. */
static void
test_leaving_when_woken(void)
{
	static const char batch[] =
	    "[{\"jsonrpc\":\"2.0\",\"method\":\"nap\",\"params\":[1],"
	    "\"id\":1},{\"jsonrpc\":\"2.0\",\"method\":\"big\","
	    "\"params\":[\"700\"],\"id\":2}]";
	char *text = post_text("/jsonrpc", "", batch);

	talk_begin(NULL, NULL);
	for (int i = 0; i < 300; i++) {
		client_say(&c, text);
		wire_sleep(i % 3);
		client_close(&c);
		client_connect(&c, w.port);
	}
	free(text);
	CU_ASSERT(wire_wait(talk_all_finished, NULL));
	talk_end();
}

/* A client that has said that it will say no more is not waited for, also when
 * that came in one packet with its call. */
static void
test_half_closed(void)
{
	char *text = call_text("echo", "last", "");
	int one = 1;

	talk_begin(NULL, NULL);
	CU_ASSERT(
	    setsockopt(c.fd, IPPROTO_TCP, TCP_CORK, &one, sizeof(one)) == 0);
	client_say(&c, text);
	free(text);
	shutdown(c.fd, SHUT_WR);
	client_read(&c, &r);
	CU_ASSERT(reply_is(&r, "last"));
	CU_ASSERT(client_sees_end(&c));
	talk_end();
}

static void
test_stop_with_parked_calls(void)
{
	char *text;

	talk_begin(NULL, NULL);
	text = call_text("forever", "", "");
	client_say(&c, text);
	free(text);
	CU_ASSERT(wire_wait(talk_one_parked, NULL));
	rpc_stop(w.rpc, 20);
	w.rpc = NULL;
	CU_ASSERT_EQUAL(toy_finished(w.toy), 1);
	CU_ASSERT(client_sees_end(&c));
	talk_end();
}

static void
test_stop_lets_calls_finish(void)
{
	char *text;

	talk_begin(NULL, NULL);
	text = call_text("nap", "100", "");
	client_say(&c, text);
	free(text);
	CU_ASSERT(wire_wait(talk_one_parked, NULL));
	rpc_stop(w.rpc, 5000);
	w.rpc = NULL;
	client_read(&c, &r);
	CU_ASSERT(reply_is(&r, "woken"));
	CU_ASSERT_STRING_EQUAL(talk_header("Connection"), "close");
	talk_end();
}

/* ---- large replies ---- */

/* The XML of "big N", as the toy makes it. */
static bool
is_big(const char *body, size_t len, unsigned n)
{
	char want[64];

	if (len < 1000 * n || strcmp(body + len - 17, "</methodResponse>") != 0)
		return false;
	for (unsigned i = 0; i < n; i++) {
		snprintf(want, sizeof(want),
		    "<name>key%u</name><value>abcdefgh", i);
		body = strstr(body, want);
		if (!body)
			return false;
	}
	return true;
}

static void
test_big_reply(void)
{
	talk_begin(NULL, NULL);
	for (int i = 0; i < 3; i++) {
		reply_free(&r);
		client_call(&c, "big", "3000", &r);
		CU_ASSERT_EQUAL(r.status, 200);
		CU_ASSERT_STRING_EQUAL(talk_header("Transfer-Encoding"),
		    "chunked");
		CU_ASSERT(is_big(r.body, r.len, 3000));
	}
	reply_free(&r);
	client_call(&c, "big", "100", &r);
	CU_ASSERT_STRING_EQUAL(talk_header("Transfer-Encoding"), "");
	CU_ASSERT(is_big(r.body, r.len, 100));
	talk_end();
}

static void
test_pipelined_big_replies(void)
{
	char *a = call_text("big", "700", ""), *b = call_text("echo", "b", "");

	talk_begin(NULL, NULL);
	for (int i = 0; i < 3; i++) {
		client_say(&c, a);
		client_say(&c, b);
	}
	for (int i = 0; i < 3; i++) {
		reply_free(&r);
		client_read(&c, &r);
		CU_ASSERT(is_big(r.body, r.len, 700));
		reply_free(&r);
		client_read(&c, &r);
		CU_ASSERT(reply_is(&r, "b"));
	}
	free(a), free(b);
	talk_end();
}

/* Many at once, with small calls on the same connections between them. */
static void
test_many_big_replies(void)
{
	struct client many[80];

	talk_begin(NULL, NULL);
	for (int i = 0; i < 80; i++) {
		char *text = call_text("big", "500", "");

		client_connect(&many[i], w.port);
		client_say(&many[i], text);
		free(text);
	}
	for (int i = 0; i < 80; i++) {
		reply_free(&r);
		client_read(&many[i], &r);
		CU_ASSERT(is_big(r.body, r.len, 500));
		CU_ASSERT_EQUAL(strcasecmp(talk_header("Connection"),
				    "keep-alive"),
		    0);
		reply_free(&r);
		client_call(&many[i], "echo", "after", &r);
		CU_ASSERT(reply_is(&r, "after"));
		client_close(&many[i]);
	}
	talk_end();
}

static bool
streams_end(void *arg)
{
	(void)arg;
	return toy_finished(w.toy) == toy_started(w.toy);
}

static void
test_leaving_a_big_reply(void)
{
	char *text = call_text("big", "100000", "");

	talk_begin(NULL, NULL);
	client_say(&c, text);
	CU_ASSERT(client_receive(&c));
	client_close(&c);
	CU_ASSERT(wire_wait(streams_end, NULL));
	client_connect(&c, w.port);
	client_say(&c, text);
	CU_ASSERT(client_receive(&c));
	free(text);
	talk_end(); /* which cuts it */
}

static void
test_big_batch(void)
{
	talk_begin(NULL, NULL);
	json("",
	    "[{\"jsonrpc\":\"2.0\",\"method\":\"big\",\"params\":[\"600\"],"
	    "\"id\":1},"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"echo\"},"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"big\",\"params\":[\"600\"],"
	    "\"id\":2}]");
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT(r.len > 1200 * 1000);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(r.body, ",\"id\":1},{\"jsonrpc\":\"2.0\",\"result\":{"));
	CU_ASSERT_STRING_EQUAL(r.body + r.len - 9, ",\"id\":2}]");
	talk_end();
}

static char *
gunzip(const char *p, size_t n, size_t *len_r)
{
	size_t cap = 64 << 20;
	char *out = malloc(cap);
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p,
		.avail_in = (uInt)n,
		.next_out = (Bytef *)out,
		.avail_out = (uInt)cap };

	CU_ASSERT_EQUAL(inflateInit2(&z, 15 + 16), Z_OK);
	CU_ASSERT_EQUAL(inflate(&z, Z_FINISH), Z_STREAM_END);
	inflateEnd(&z);
	*len_r = z.total_out;
	out[z.total_out] = '\0';
	return out;
}

static char *
unzstd(const char *p, size_t n, size_t *len_r)
{
	size_t cap = 64 << 20;
	char *out = malloc(cap);
	ZSTD_inBuffer in = { p, n, 0 };
	ZSTD_outBuffer to = { out, cap - 1, 0 };
	ZSTD_DCtx *d = ZSTD_createDCtx();

	CU_ASSERT_EQUAL(ZSTD_decompressStream(d, &to, &in), 0);
	ZSTD_freeDCtx(d);
	*len_r = to.pos;
	out[to.pos] = '\0';
	return out;
}

static const struct {
	const char *accept, *encoding;
} encodings[] = {
	{ "gzip", "gzip" },
	{ "deflate, gzip;q=1.0, *;q=0.5", "gzip" },
	{ "gzip, deflate, br, zstd", "zstd" },
	{ "zstd;q=0, gzip;q=0.1", "gzip" },
	{ "gzip;q=0", "" },
	{ "deflate", "" },
	{ "identity", "" },
};

static void
test_compression(void)
{
	static const unsigned sizes[] = { 2, 100, 3000 };
	char fields[128];

	talk_begin(NULL, NULL);
	for (size_t i = 0; i < 2 * UNIT_COUNT(encodings) + 7; i++) {
		unsigned n = sizes[i % UNIT_COUNT(sizes)];
		size_t e = i % UNIT_COUNT(encodings), len;
		char number[12], *plain;

		snprintf(fields, sizeof(fields), "Accept-Encoding: %s\r\n",
		    encodings[e].accept);
		snprintf(number, sizeof(number), "%u", n);
		say_and_read(call_text("big", number, fields));
		CU_ASSERT_STRING_EQUAL(talk_header("Content-Encoding"),
		    encodings[e].encoding);
		if (!*encodings[e].encoding) {
			CU_ASSERT(is_big(r.body, r.len, n));
			continue;
		}
		CU_ASSERT(r.len < 1000 * n);
		plain = *encodings[e].encoding == 'g'
		    ? gunzip(r.body, r.len, &len)
		    : unzstd(r.body, r.len, &len);
		CU_ASSERT(is_big(plain, len, n));
		free(plain);
	}
	say_and_read(call_text("echo", "small", "Accept-Encoding: gzip\r\n"));
	CU_ASSERT_STRING_EQUAL(talk_header("Content-Encoding"), "");
	CU_ASSERT(reply_is(&r, "small"));
	talk_end();
}

UNIT_MAIN("rpc_call",
    { "an XML-RPC call is answered with the exact headers", test_xml_call },
    { "JSON-RPC is answered in both versions", test_json_call },
    { "a POST to any unknown path is XML-RPC, of any type", test_paths },
    { "the core learns who calls, with a clean user agent", test_caller },
    { "a browser's preflight is allowed", test_preflight },
    { "pipelined calls are answered in order", test_pipelining },
    { "a call may arrive byte by byte, twice", test_slow_bytes },
    { "a call may come in chunks", test_chunked_call },
    { "chunks may arrive byte by byte", test_chunks_byte_by_byte },
    { "a client that waits for 100 Continue gets it", test_continue },
    { "100 calls in one packet are answered", test_long_pipeline },
    { "HTTP/1.0 gets its replies to the end of the connection", test_http_1_0 },
    { "Connection: close is honoured", test_close_is_honoured },
    { "a broken body is named and the connection lives",
	test_broken_bodies_leave_the_connection },
    { "a batch is run in order, parked calls and wrong ones included",
	test_batch },
    { "notifications run and get no answer", test_notifications },
    { "calls are parked and woken, early, late and twice", test_parked },
    { "a client that leaves while its call is parked is noticed",
	test_leaving_while_parked },
    { "a client that leaves when its call is woken is noticed",
	test_leaving_when_woken },
    { "a client that closes its side is not waited for", test_half_closed },
    { "a stop ends parked calls", test_stop_with_parked_calls },
    { "a stop waits for calls that end in time", test_stop_lets_calls_finish },
    { "a reply of any size is whole", test_big_reply },
    { "large replies to pipelined calls are whole",
	test_pipelined_big_replies },
    { "80 large replies at a time are whole", test_many_big_replies },
    { "a client may leave in the middle of a large reply",
	test_leaving_a_big_reply },
    { "a large batch is whole", test_big_batch },
    { "replies are compressed as the client allows", test_compression })

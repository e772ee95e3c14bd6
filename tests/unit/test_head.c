/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "rpc/head.h"
#include "rpc/route.h"
#include "tests/lib/unit.h"

static struct head head;

static enum head_status
parse(const char *text)
{
	return head_parse(&head, text, strlen(text));
}

/* ---- heads ---- */

#define H "Host: h\r\n"

static const struct {
	const char *input;
	enum head_status status;
} heads[] = {
	{ "GET / HTTP/1.1\r\n" H "\r\n", HEAD_OK },
	{ "\r\nGET / HTTP/1.1\r\n" H "\r\n", HEAD_OK },
	{ "GET / HTTP/1.0\r\n\r\n", HEAD_OK },
	{ "CONNECT /console?ref=x HTTP/1.0\r\n\r\n", HEAD_OK },
	{ "OPTIONS * HTTP/1.1\r\n" H "\r\n", HEAD_OK },
	{ "GET http://h/p HTTP/1.1\r\n" H "\r\n", HEAD_OK },
	{ "POST / HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello", HEAD_OK },
	{ "GET / HTTP/1.1\r\nHost:h\r\nX:\r\n\r\n", HEAD_OK },
	{ "GET / HTTP/1.1\r\n" H "X: \xc3\xa9\r\n\r\n", HEAD_OK },
	/* not yet whole */
	{ "", HEAD_MORE },
	{ "\r\n", HEAD_MORE },
	{ "G", HEAD_MORE },
	{ "GET / HTTP/1.1\r\n" H "\r", HEAD_MORE },
	/* never */
	{ "\x16\x03\x01", HEAD_BAD },
	{ " GET / HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\n" H " folded\r\n\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\n" H "\tfolded\r\n\r\n", HEAD_BAD },
	{ "GET  / HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1 \r\n" H "\r\n", HEAD_BAD },
	{ "GET / HTTP/1.2\r\n" H "\r\n", HEAD_BAD },
	{ "GET / HTTP/2.0\r\n" H "\r\n", HEAD_BAD },
	{ "GET / http/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET /\r\n" H "\r\n", HEAD_BAD },
	{ "GET\r\n\r\n", HEAD_BAD },
	{ "G(T / HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "AMETHODOFMORETHANTHIRTYTWOCHARACTERS / HTTP/1.1\r\n" H "\r\n",
	    HEAD_BAD },
	{ "GET / HTTP/1.1\r\n\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\n" H H "\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\n" H "A b: c\r\n\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\n" H "A : c\r\n\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\n" H ": c\r\n\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\n" H "no colon\r\n\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\n" H "X: a\x01\r\n\r\n", HEAD_BAD },
	{ "GET / HTTP/1.1\r\n" H "X: a\x7f\r\n\r\n", HEAD_BAD },
	/* framing */
	{ "PUT / HTTP/1.1\r\n" H
	  "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
	    HEAD_BAD },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: 1, 1\r\n\r\n", HEAD_BAD },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: +1\r\n\r\n", HEAD_BAD },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n", HEAD_BAD },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: 0x1\r\n\r\n", HEAD_BAD },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n", HEAD_BAD },
	{ "PUT / HTTP/1.1\r\n" H "Content-Length: 9999999999999999999\r\n\r\n",
	    HEAD_BAD },
	{ "PUT / HTTP/1.1\r\n" H
	  "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
	    HEAD_BAD },
	{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n",
	    HEAD_BAD },
	{ "PUT / HTTP/1.1\r\n" H
	  "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
	    HEAD_BAD },
	{ "PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", HEAD_BAD },
	{ "PUT / HTTP/1.1\r\n" H "Expect: a-miracle\r\n\r\n", HEAD_BAD },
	/* targets */
	{ "GET HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET * HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "CONNECT host:443 HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET /a%00b HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET /a%0d%0ab HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET /%ff HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET /%c0%ae HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET /%e HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET /% HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET /%zz HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET /a#b HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET /?q=%00 HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET /?q=%f HTTP/1.1\r\n" H "\r\n", HEAD_BAD },
	{ "GET /?q=%c3%a9%20+ HTTP/1.1\r\n" H "\r\n", HEAD_OK },
};

static void
test_heads(void)
{
	for (size_t i = 0; i < UNIT_COUNT(heads); i++) {
		enum head_status st = parse(heads[i].input);

		if (st != heads[i].status)
			printf("# %d instead of %d: %s\n", (int)st,
			    (int)heads[i].status, heads[i].input);
		CU_ASSERT_EQUAL(st, heads[i].status);
	}
}

/* However it arrives, it is whole with its last byte and not before. */
static void
test_every_prefix_waits(void)
{
	static const char text[] =
	    "POST /RPC2 HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n";
	size_t n = sizeof(text) - 1;

	for (size_t i = 0; i < n; i++)
		CU_ASSERT_EQUAL(head_parse(&head, text, i), HEAD_MORE);
	CU_ASSERT_EQUAL(head_parse(&head, text, n), HEAD_OK);
	CU_ASSERT_EQUAL(head.bytes, n);
}

static void
test_nul_is_refused(void)
{
	static const char in_line[] = "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n";
	static const char in_field[] = "GET / HTTP/1.1\r\nHost: h\0x\r\n\r\n";

	CU_ASSERT_EQUAL(head_parse(&head, in_line, sizeof(in_line) - 1),
	    HEAD_BAD);
	CU_ASSERT_EQUAL(head_parse(&head, in_field, sizeof(in_field) - 1),
	    HEAD_BAD);
}

static void
test_meaning(void)
{
	CU_ASSERT_EQUAL(parse("PUT /a%20b/?x=%31&y HTTP/1.1\r\n"
			      "hOST: h:80\r\nX-A:  v \t\r\n"
			      "Content-Length: 012\r\n"
			      "Expect: 100-Continue\r\n"
			      "Connection: foo, Close\r\n\r\n"),
	    HEAD_OK);
	CU_ASSERT_STRING_EQUAL(head.method, "PUT");
	CU_ASSERT_STRING_EQUAL(head.path, "/a b/");
	CU_ASSERT_STRING_EQUAL(head.query, "x=%31&y");
	CU_ASSERT_STRING_EQUAL(head.host, "h:80");
	CU_ASSERT_STRING_EQUAL(head_get(&head, "x-a"), "v");
	CU_ASSERT_PTR_NULL(head_get(&head, "x-b"));
	CU_ASSERT_EQUAL(head.length, 12);
	CU_ASSERT_FALSE(head.keep_alive);
	CU_ASSERT_TRUE(head.expect_continue);
	CU_ASSERT_FALSE(head.chunked);
}

static void
test_keep_alive(void)
{
	parse("GET / HTTP/1.1\r\n" H "\r\n");
	CU_ASSERT_TRUE(head.keep_alive);
	parse("GET / HTTP/1.0\r\n\r\n");
	CU_ASSERT_FALSE(head.keep_alive);
	parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
	CU_ASSERT_TRUE(head.keep_alive);
	parse("GET / HTTP/1.1\r\n" H
	      "Connection: keep-alive\r\nConnection: close\r\n\r\n");
	CU_ASSERT_FALSE(head.keep_alive);
}

static void
test_absolute_target(void)
{
	CU_ASSERT_EQUAL(parse("GET https://a:1/p?q HTTP/1.1\r\n" H "\r\n"),
	    HEAD_OK);
	CU_ASSERT_STRING_EQUAL(head.path, "/p");
	CU_ASSERT_STRING_EQUAL(head.query, "q");
	CU_ASSERT_EQUAL(parse("GET HTTP://a HTTP/1.1\r\n" H "\r\n"), HEAD_OK);
	CU_ASSERT_STRING_EQUAL(head.path, "/");
}

/* n fields, each with a value of that many bytes. */
static enum head_status
parse_large(unsigned n, unsigned bytes)
{
	static char text[3 * HEAD_BYTES_MAX];
	int at = sprintf(text, "GET / HTTP/1.1\r\nHost: h\r\n");

	for (unsigned i = 1; i < n; i++)
		at += sprintf(text + at, "X: %0*u\r\n", (int)bytes, i);
	at += sprintf(text + at, "\r\n");
	return head_parse(&head, text, (size_t)at);
}

static void
test_limits(void)
{
	CU_ASSERT_EQUAL(parse_large(HEAD_FIELDS_MAX, 10), HEAD_OK);
	CU_ASSERT_EQUAL(parse_large(HEAD_FIELDS_MAX + 1, 10), HEAD_TOO_LARGE);
	CU_ASSERT_EQUAL(parse_large(2, HEAD_BYTES_MAX - 100), HEAD_OK);
	CU_ASSERT_EQUAL(parse_large(2, HEAD_BYTES_MAX), HEAD_TOO_LARGE);
	CU_ASSERT_EQUAL(parse_large(HEAD_FIELDS_MAX, 200), HEAD_TOO_LARGE);
}

/* ---- routes ---- */

static const struct http_handler rows[] = {
	{ .method = "GET", .path = "/", .prefix = true, .name = "root" },
	{ .method = "GET", .path = "/export", .name = "export" },
	{ .method = "GET",
	    .path = "/update",
	    .prefix = true,
	    .name = "update" },
	{ .method = "GET", .path = "/update/log", .name = "log" },
	{ .method = "PUT", .path = "/import", .name = "import" },
	{ .method = "POST", .path = "/cli", .name = "cli" },
	{ .method = "CONNECT", .path = "/console", .name = "console" },
};
static const struct http_routes routes = { rows, UNIT_COUNT(rows), NULL };

static const struct {
	const char *method, *target;
	const char *to; /* a row's name, a kind, or a status */
} ways[] = {
	{ "POST", "/", "xml" },
	{ "POST", "/RPC2", "xml" },
	{ "POST", "/RPC2/", "xml" },
	{ "POST", "/xmlrpc", "xml" },
	{ "POST", "/json", "xml" },
	{ "POST", "/jsonrpc", "json" },
	{ "POST", "/jsonrpc?x", "json" },
	{ "POST", "/unknown", "xml" },
	{ "POST", "/cli", "cli" },
	{ "POST", "/cli/", "cli" },
	{ "POST", "/clip", "xml" },
	{ "OPTIONS", "/jsonrpc", "preflight" },
	{ "OPTIONS", "*", "preflight" },
	{ "GET", "/", "root" },
	{ "GET", "/index.html", "root" },
	{ "GET", "/exporter", "root" },
	{ "GET", "/export", "export" },
	{ "GET", "/export/", "export" },
	{ "GET", "/export/?ref=x", "export" },
	{ "GET", "/update", "update" },
	{ "GET", "/update/a/b", "update" },
	{ "GET", "/update/log", "log" },
	{ "PUT", "/import/", "import" },
	{ "PUT", "/import/x", "404" },
	{ "PUT", "/", "404" },
	{ "CONNECT", "/console?ref=x", "console" },
	{ "CONNECT", "/x", "404" },
	{ "HEAD", "/", "501" },
	{ "DELETE", "/", "501" },
	{ "get", "/", "501" },
	/* crooked paths (attack A4) */
	{ "GET", "/update/../x", "404" },
	{ "GET", "/update/..", "404" },
	{ "GET", "/update/%2e%2e/x", "404" },
	{ "GET", "/update/%2E./x", "404" },
	{ "GET", "/update/%252e%252e/x", "404" },
	{ "GET", "/update/%252fetc", "404" },
	{ "GET", "/update/./x", "404" },
	{ "GET", "/update//x", "404" },
	{ "GET", "//update", "404" },
	{ "GET", "/update/a%2f..%2f..", "404" },
	{ "GET", "/update/..%5cx", "404" },
	{ "GET", "/update/...", "update" },
	{ "POST", "/../RPC2", "404" },
};

static const char *
name_of(struct route to)
{
	static const char *const kinds[] = { [ROUTE_XML] = "xml",
		[ROUTE_JSON] = "json",
		[ROUTE_PREFLIGHT] = "preflight" };
	static char status[12];

	if (to.kind == ROUTE_HANDLER)
		return to.handler->name;
	if (to.kind != ROUTE_REFUSE)
		return kinds[to.kind];
	snprintf(status, sizeof(status), "%d", to.status);
	return status;
}

static struct route
route(const struct route_rules *rules, const struct rpc_peer *peer,
    const char *method, const char *target, const char *fields)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: h\r\n%s\r\n",
	    method, target, fields);
	CU_ASSERT_EQUAL(parse(text), HEAD_OK);
	return route_find(rules, &head, peer);
}

static void
test_routes(void)
{
	struct route_rules rules = { &routes, false, 100, false };
	struct rpc_peer peer = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(ways); i++) {
		const char *to = name_of(
		    route(&rules, &peer, ways[i].method, ways[i].target, ""));

		if (strcmp(to, ways[i].to) != 0)
			printf("# %s %s went to %s, not %s\n", ways[i].method,
			    ways[i].target, to, ways[i].to);
		CU_ASSERT_STRING_EQUAL(to, ways[i].to);
	}
}

static void
test_call_rules(void)
{
	struct route_rules rules = { &routes, false, 100, false };
	struct rpc_peer p = { 0 };

#define TO(target, fields) name_of(route(&rules, &p, "POST", target, fields))
	CU_ASSERT_STRING_EQUAL(TO("/", "Content-Length: 100\r\n"), "xml");
	CU_ASSERT_STRING_EQUAL(TO("/", "Content-Length: 101\r\n"), "413");
	CU_ASSERT_STRING_EQUAL(TO("/x", "Content-Length: 101\r\n"), "413");
	CU_ASSERT_STRING_EQUAL(TO("/cli", "Content-Length: 101\r\n"), "cli");
	CU_ASSERT_STRING_EQUAL(TO("/jsonrpc", "Content-Type: text/plain\r\n"),
	    "415");
	CU_ASSERT_STRING_EQUAL(
	    TO("/jsonrpc", "Content-Type: Multipart/Form-Data; a=b\r\n"),
	    "415");
	CU_ASSERT_STRING_EQUAL(
	    TO("/jsonrpc",
		"Content-Type: application/x-www-form-urlencoded\r\n"),
	    "415");
	CU_ASSERT_STRING_EQUAL(
	    TO("/RPC2", "Content-Type: application/x-www-form-urlencoded\r\n"),
	    "xml");
	CU_ASSERT_STRING_EQUAL(
	    TO("/jsonrpc", "Content-Type: application/json; charset=utf-8\r\n"),
	    "json");
#undef TO
}

static void
test_https_only(void)
{
	struct route_rules rules = { &routes, true, 100, false };
	struct rpc_peer plain = { 0 }, tls = { .tls = true };
	struct rpc_peer local = { .local = true };

	CU_ASSERT_STRING_EQUAL(name_of(route(&rules, &plain, "GET", "/", "")),
	    "301");
	CU_ASSERT_STRING_EQUAL(name_of(route(&rules, &plain, "POST", "/", "")),
	    "403");
	CU_ASSERT_STRING_EQUAL(name_of(route(&rules, &tls, "GET", "/", "")),
	    "root");
	CU_ASSERT_STRING_EQUAL(name_of(route(&rules, &local, "POST", "/", "")),
	    "xml");
}

static void
test_local_only(void)
{
	struct route_rules rules = { &routes, false, 100, true };
	static const struct {
		struct rpc_peer peer;
		const char *answer;
	} peers[] = {
		{ { .local = true }, "xml" },
		{ { .at = "127.0.0.1" }, "xml" },
		{ { .at = "::1" }, "xml" },
		{ { .at = "192.0.2.1" }, "403" },
		{ { .at = "192.0.2.1", .tls = true }, "403" },
		{ { .at = "::127.1" }, "403" },
		{ { .at = "" }, "403" },
	};

	for (size_t i = 0; i < UNIT_COUNT(peers); i++)
		CU_ASSERT_STRING_EQUAL(name_of(route(&rules, &peers[i].peer,
					   "POST", "/", "")),
		    peers[i].answer);
}

static void
test_location(void)
{
	char out[64];

	parse("GET /a?b HTTP/1.1\r\nHost: h:80\r\n\r\n");
	CU_ASSERT_TRUE(route_location(&head, 443, out, sizeof(out)));
	CU_ASSERT_STRING_EQUAL(out, "Location: https://h/a?b");
	CU_ASSERT_TRUE(route_location(&head, 8443, out, sizeof(out)));
	CU_ASSERT_STRING_EQUAL(out, "Location: https://h:8443/a?b");
	parse("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n");
	CU_ASSERT_TRUE(route_location(&head, 443, out, sizeof(out)));
	CU_ASSERT_STRING_EQUAL(out, "Location: https://[::1]/");
	CU_ASSERT_FALSE(route_location(&head, 443, out, 10));
	parse("GET / HTTP/1.0\r\n\r\n");
	CU_ASSERT_FALSE(route_location(&head, 443, out, sizeof(out)));
}

UNIT_MAIN("head",
    { "heads are taken or refused as the table says", test_heads },
    { "a head waits for its last byte, wherever it is cut",
	test_every_prefix_waits },
    { "a NUL is refused", test_nul_is_refused },
    { "path, query, length and the rest are understood", test_meaning },
    { "a connection is kept as version and header say", test_keep_alive },
    { "a target may be a whole URL", test_absolute_target },
    { "16 KiB and 128 fields are the most", test_limits },
    { "requests find their handler, and crooked paths none", test_routes },
    { "calls are refused by size, and by the type of a form", test_call_rules },
    { "in https-only mode a plain client gets nothing but the way",
	test_https_only },
    { "without management only this machine is answered", test_local_only },
    { "the way to TLS keeps host, path and query", test_location })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests that a handler answers on the client's own connection. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/talk.h"
#include "tests/lib/unit.h"

static _Atomic int64_t last_read; /* bytes the last put got */
static _Atomic int last_errno;
static _Atomic bool told_gone;

/* ---- handlers ---- */

/* What it was asked, a line each. */
static void
run_ask(struct http_exchange *x, void *core)
{
	struct arena *a = http_arena(x);
	const char *name, *value, *user = "-", *password = "-";
	char *text = arena_printf(a, "%s %s %s\n", http_method(x), http_path(x),
	    (const char *)core);

	for (unsigned i = 0; http_query_at(x, i, &name, &value); i++)
		text = arena_printf(a, "%s%s=%s\n", text, name, value);
	value = http_cookie(x, "session_id");
	http_basic(x, &user, &password);
	text = arena_printf(a, "%scookie %s\nbasic %s %s\nsecond %s\n", text,
	    value ? value : "-", user, password,
	    http_query(x, "n", 1) ? http_query(x, "n", 1) : "-");
	http_answer(x, 200,
	    (const char *[]){ "Content-Type: text/plain", NULL }, text,
	    strlen(text));
}

/* 200 first, then the body, as the original does. */
static void
run_put(struct http_exchange *x, void *core)
{
	char buf[10000];
	int64_t total = 0;
	ssize_t n;

	(void)core;
	http_begin(x, 200, NULL, 0, false);
	while ((n = http_read(x, buf, sizeof(buf))) > 0)
		total += n;
	last_errno = n < 0 ? errno : 0;
	last_read = total;
}

/* The body first; answers with it. */
static void
run_mirror(struct http_exchange *x, void *core)
{
	char *buf = malloc(1 << 20);
	size_t len = 0;
	ssize_t n;

	(void)core;
	while ((n = http_read(x, buf + len, (1 << 20) - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		http_answer(x, 400, NULL, NULL, 0);
	else
		http_answer(x, 200, NULL, buf, len);
	free(buf);
}

/* Answers without looking at the body. */
static void
run_refuse(struct http_exchange *x, void *core)
{
	(void)core;
	http_answer(x, 401,
	    (const char *[]){ "WWW-Authenticate: Basic realm=\"x\"", NULL },
	    NULL, 0);
}

static void
run_console(struct http_exchange *x, void *core)
{
	char buf[256];
	ssize_t n;

	(void)core;
	http_begin(x, 200, NULL, -1, false);
	while ((n = http_read(x, buf, sizeof(buf))) > 0)
		http_write(x, buf, (size_t)n);
}

/* Speaks its own protocol after a body, without any header. */
static void
run_cli(struct http_exchange *x, void *core)
{
	char body[64] = "", more[64] = "";
	ssize_t n = 0, k;

	(void)core;
	while ((k = http_read(x, body + n, sizeof(body) - 1 - (size_t)n)) > 0)
		n += k;
	http_raw(x);
	http_write(x, "magic:", 6);
	http_write(x, body, (size_t)n);
	if (http_read(x, more, sizeof(more) - 1) > 0)
		http_write(x, more, strlen(more));
}

static void
run_chunks(struct http_exchange *x, void *core)
{
	(void)core;
	http_begin(x, 200, NULL, -1, true);
	http_write(x, "one,", 4);
	http_write(x, "two,", 4);
	http_write(x, "three", 5);
}

static void
run_cut(struct http_exchange *x, void *core)
{
	(void)core;
	http_begin(x, 200, NULL, -1, true);
	http_write(x, "half", 4);
	http_cut(x);
}

static void
run_short(struct http_exchange *x, void *core)
{
	(void)core;
	http_begin(x, 200, NULL, 100, false);
	http_write(x, "short", 5);
	CU_ASSERT_EQUAL(http_write(x,
			    "0123456789abcdefghijklmnopqrstuvwxyz"
			    "0123456789abcdefghijklmnopqrstuvwxyz"
			    "0123456789abcdefghijklmnopqrstuvwxyz",
			    108),
	    -1);
}

static void
run_nothing(struct http_exchange *x, void *core)
{
	(void)x, (void)core;
}

/* Wants to put what the client sent into a header. */
static void
run_inject(struct http_exchange *x, void *core)
{
	(void)core;
	CU_ASSERT_EQUAL(http_begin(x, 200,
			    (const char *[]){ "X: a\r\nSet-Cookie: b", NULL },
			    0, false),
	    -1);
	CU_ASSERT_EQUAL(http_status(x), 0);
}

static void
run_watch(struct http_exchange *x, void *core)
{
	(void)core;
	http_begin(x, 200, NULL, -1, false);
	for (int i = 0; i < 5000 && !http_gone(x); i++)
		wire_sleep(2);
	told_gone = http_gone(x);
}

static void
run_upgrade(struct http_exchange *x, void *core)
{
	static const char *const headers[] = { "Upgrade: websocket",
		"Connection: Upgrade", NULL };
	char buf[16];
	ssize_t n;

	(void)core;
	http_begin(x, 101, headers, -1, false);
	n = http_read(x, buf, sizeof(buf));
	http_write(x, buf, n > 0 ? (size_t)n : 0);
}

static char big_piece[65536];

static void
run_big(struct http_exchange *x, void *core)
{
	(void)core;
	http_begin(x, 200, NULL, 100 * (int64_t)sizeof(big_piece), false);
	for (int i = 0; i < 100; i++)
		http_write(x, big_piece, sizeof(big_piece));
}

static const struct http_handler rows[] = {
	{ "GET", "/ask", true, "ask", run_ask },
	{ "PUT", "/put", false, "put", run_put },
	{ "PUT", "/mirror", false, "mirror", run_mirror },
	{ "POST", "/mirror", false, "mirror", run_mirror },
	{ "PUT", "/refuse", false, "refuse", run_refuse },
	{ "CONNECT", "/console", false, "console", run_console },
	{ "POST", "/cli", false, "cli", run_cli },
	{ "GET", "/chunks", false, "chunks", run_chunks },
	{ "GET", "/cut", false, "cut", run_cut },
	{ "GET", "/short", false, "short", run_short },
	{ "GET", "/nothing", false, "nothing", run_nothing },
	{ "GET", "/inject", false, "inject", run_inject },
	{ "GET", "/watch", false, "watch", run_watch },
	{ "GET", "/upgrade", false, "upgrade", run_upgrade },
	{ "GET", "/big", false, "big", run_big },
};
static char core_text[] = "core";
static const struct http_routes routes = { rows, UNIT_COUNT(rows), core_text };

#define H "Host: h\r\n"

/* ---- what was asked ---- */

static void
test_request(void)
{
	talk_begin(NULL, &routes);
	talk_say("GET /ask/a%20b?n=1&e&x%3d=%3d%26+z&n=2&= HTTP/1.1\r\n" H
		 "Cookie: a=b; session_id=OpaqueRef%3a1; c=d\r\n"
		 "Authorization: Basic cm9vdDpwOnc=\r\n\r\n");
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT_STRING_EQUAL(r.body,
	    "GET /ask/a b core\nn=1\ne=\nx=="
	    "=& z\nn=2\n=\n"
	    "cookie OpaqueRef:1\nbasic root p:w\nsecond 2\n");
	CU_ASSERT_STRING_EQUAL(talk_header("Content-Type"), "text/plain");
	CU_ASSERT_STRING_EQUAL(talk_header("Cache-Control"),
	    "no-cache, no-store");
	talk_end();
}

/* [A30] */
static void
test_foreign_pages_have_no_credentials(void)
{
	static const struct {
		const char *fields;
		bool own;
	} cases[] = {
		{ "", true },
		{ "Origin: https://h\r\n", true },
		{ "Sec-Fetch-Site: same-origin\r\n", true },
		{ "Sec-Fetch-Site: none\r\n", true },
		{ "Origin: https://evil\r\n", false },
		{ "Origin: https://h.evil\r\n", false },
		{ "Origin: https://h:99\r\n", false },
		{ "Origin: null\r\n", false },
		{ "Sec-Fetch-Site: cross-site\r\n", false },
		{ "Sec-Fetch-Site: same-site\r\n", false },
	};
	char text[512];

	talk_begin(NULL, &routes);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		snprintf(text, sizeof(text),
		    "GET /ask HTTP/1.1\r\n" H "%s"
		    "Cookie: session_id=s\r\n"
		    "Authorization: Basic cm9vdDpw\r\n\r\n",
		    cases[i].fields);
		talk_say(text);
		CU_ASSERT_EQUAL(strstr(r.body, "cookie s\nbasic root p\n") !=
			NULL,
		    cases[i].own);
		CU_ASSERT_EQUAL(strstr(r.body, "cookie -\nbasic - -\n") == NULL,
		    cases[i].own);
	}
	talk_end();
}

/* ---- bodies ---- */

static bool
put_has_read(void *arg)
{
	return last_read == *(int64_t *)arg;
}

static void
test_put_answers_first(void)
{
	int64_t want = 5;

	talk_begin(NULL, &routes);
	last_read = -1;
	/* what the clients of Xen Orchestra announce */
	talk_say("PUT /put?x=y HTTP/1.1\r\n" H
		 "Content-Length: 1125899906842624\r\n\r\n");
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT_STRING_EQUAL(talk_header("Connection"), "close");
	client_say(&c, "12345");
	client_close(&c);
	CU_ASSERT(wire_wait(put_has_read, &want));
	CU_ASSERT_EQUAL(last_errno, 0);
	client_connect(&c, w.port);
	talk_end();
}

static void
test_put_1_0_without_length(void)
{
	int64_t want = 300000;
	char *data = calloc(1, 100000);

	talk_begin(NULL, &routes);
	last_read = -1;
	talk_say("PUT /put HTTP/1.0\r\n\r\n");
	CU_ASSERT_EQUAL(r.status, 200);
	for (int i = 0; i < 3; i++)
		client_send(&c, data, 100000);
	client_close(&c);
	CU_ASSERT(wire_wait(put_has_read, &want));
	free(data);
	client_connect(&c, w.port);
	talk_end();
}

static void
test_empty_put(void)
{
	talk_begin(NULL, &routes);
	talk_say("PUT /mirror HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n");
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT_EQUAL(r.len, 0);
	talk_say("PUT /mirror HTTP/1.1\r\n" H "\r\n");
	CU_ASSERT_EQUAL(r.status, 200);
	talk_end();
}

static void
test_bodies(void)
{
	static const struct {
		const char *text;
		int status;
		const char *body;
	} cases[] = {
		{ "PUT /mirror HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello",
		    200, "hello" },
		{ "POST /mirror HTTP/1.1\r\n" H
		  "Transfer-Encoding: chunked\r\n\r\n"
		  "3\r\nabc\r\n0b;x=\"y\"\r\n01234567890\r\n0\r\nT: v\r\n\r\n",
		    200, "abc01234567890" },
		{ "PUT /mirror HTTP/1.1\r\n" H
		  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		    200, "" },
		{ "PUT /mirror HTTP/1.1\r\n" H
		  "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
		    400, NULL },
		{ "PUT /mirror HTTP/1.1\r\n" H
		  "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
		    400, NULL },
		{ "PUT /mirror HTTP/1.1\r\n" H
		  "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
		    400, NULL },
		{ "PUT /mirror HTTP/1.1\r\n" H
		  "Transfer-Encoding: chunked\r\n\r\n"
		  "ffffffffffffffff\r\nabcd\r\n0\r\n\r\n",
		    400, NULL },
		{ "PUT /mirror HTTP/1.1\r\n" H
		  "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
		    400, NULL },
	};

	talk_begin(NULL, &routes);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		talk_again();
		talk_say(cases[i].text);
		CU_ASSERT_EQUAL(r.status, cases[i].status);
		if (cases[i].body)
			CU_ASSERT_STRING_EQUAL(r.body, cases[i].body);
	}
	talk_end();
}

static void
test_continue(void)
{
	talk_begin(NULL, &routes);
	talk_say("PUT /mirror HTTP/1.1\r\n" H
		 "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
	CU_ASSERT_EQUAL(r.status, 100);
	talk_say("ok");
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT_STRING_EQUAL(r.body, "ok");
	/* refused: the body is not wanted */
	talk_again();
	talk_say("PUT /refuse HTTP/1.1\r\n" H
		 "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
	CU_ASSERT_EQUAL(r.status, 401);
	talk_end();
}

/* [A33] The client sends all it has before it looks at the answer. */
static void
test_unread_body_is_drained(void)
{
	char *data = calloc(1, 900000);

	talk_begin(NULL, &routes);
	client_say(&c,
	    "PUT /refuse HTTP/1.1\r\n" H "Content-Length: 900000\r\n\r\n");
	CU_ASSERT_EQUAL(client_send(&c, data, 900000), 0);
	reply_free(&r);
	client_read(&c, &r);
	CU_ASSERT_EQUAL(r.status, 401);
	CU_ASSERT_STRING_EQUAL(talk_header("WWW-Authenticate"),
	    "Basic realm=\"x\"");
	CU_ASSERT(client_sees_end(&c));
	CU_ASSERT_FALSE(c.reset);
	free(data);
	talk_end();
}

/* ---- answers ---- */

static void
test_answers(void)
{
	talk_begin(NULL, &routes);
	talk_say("GET /chunks HTTP/1.1\r\n" H "\r\n");
	CU_ASSERT_STRING_EQUAL(r.body, "one,two,three");
	CU_ASSERT_STRING_EQUAL(talk_header("Transfer-Encoding"), "chunked");
	CU_ASSERT_STRING_EQUAL(talk_header("Connection"), "keep-alive");
	talk_say("GET /nothing HTTP/1.1\r\n" H "\r\n");
	CU_ASSERT_EQUAL(r.status, 500);
	CU_ASSERT_STRING_EQUAL(talk_header("Content-Type"), "text/html");
	talk_say("GET /inject HTTP/1.1\r\n" H "\r\n");
	CU_ASSERT_EQUAL(r.status, 500);
	CU_ASSERT_STRING_EQUAL(talk_header("Set-Cookie"), "");
	talk_say("GET /chunks HTTP/1.0\r\n\r\n");
	CU_ASSERT_STRING_EQUAL(r.body, "one,two,three");
	CU_ASSERT_STRING_EQUAL(talk_header("Transfer-Encoding"), "");
	talk_again();
	talk_say("GET /short HTTP/1.1\r\n" H "\r\n");
	CU_ASSERT_EQUAL(r.status, -200);
	talk_again();
	client_say(&c, "GET /cut HTTP/1.1\r\n" H "\r\n");
	while (client_receive(&c))
		;
	CU_ASSERT_PTR_NOT_NULL(strstr(c.buf, "4\r\nhalf\r\n"));
	CU_ASSERT_PTR_NULL(strstr(c.buf, "0\r\n\r\n"));
	talk_end();
}

static void
test_big_answer(void)
{
	talk_begin(NULL, &routes);
	for (int i = 0; i < 3; i++) {
		talk_say("GET /big HTTP/1.1\r\n" H "\r\n");
		CU_ASSERT_EQUAL(r.status, 200);
		CU_ASSERT_EQUAL(r.len, 100 * sizeof(big_piece));
	}
	talk_end();
}

static void
test_client_that_goes(void)
{
	talk_begin(NULL, &routes);
	told_gone = false;
	client_say(&c, "GET /watch HTTP/1.1\r\n" H "\r\n");
	CU_ASSERT(client_receive(&c));
	client_close(&c);
	wire_stop(&w);
	CU_ASSERT(told_gone);
}

/* ---- raw connections ---- */

static void
test_connect(void)
{
	static const char line[] = "HTTP/1.1 200 OK\r\n";

	talk_begin(NULL, &routes);
	client_say(&c, "CONNECT /console?session_id=x HTTP/1.0\r\n\r\n");
	while (!strstr(c.len ? c.buf : "", "\r\n\r\n"))
		CU_ASSERT_FATAL(client_receive(&c));
	CU_ASSERT_EQUAL(strncmp(c.buf, line, sizeof(line) - 1), 0);
	CU_ASSERT_PTR_NULL(strstr(c.buf, "Content-Length"));
	talk_end();
}

static void
test_console_bytes(void)
{
	char got[64] = "";

	talk_begin(NULL, &routes);
	client_say(&c, "CONNECT /console HTTP/1.0\r\n\r\nfirst");
	while (!strstr(c.len ? c.buf : "", "first"))
		CU_ASSERT_FATAL(client_receive(&c));
	client_say(&c, "second");
	while (!strstr(c.buf, "second"))
		CU_ASSERT_FATAL(client_receive(&c));
	strncpy(got, strstr(c.buf, "\r\n\r\n") + 4, sizeof(got) - 1);
	CU_ASSERT_STRING_EQUAL(got, "firstsecond");
	talk_end();
}

static void
test_cli(void)
{
	talk_begin(NULL, &routes);
	client_say(&c, "POST /cli HTTP/1.0\r\ncontent-length: 4\r\n\r\nhost");
	while (c.len < 10 && client_receive(&c))
		;
	CU_ASSERT_STRING_EQUAL(c.buf, "magic:host");
	client_say(&c, "-list");
	while (client_receive(&c))
		;
	CU_ASSERT_STRING_EQUAL(c.buf, "magic:host-list");
	talk_end();
}

static void
test_upgrade(void)
{
	talk_begin(NULL, &routes);
	client_say(&c,
	    "GET /upgrade HTTP/1.1\r\n" H
	    "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
	while (!strstr(c.len ? c.buf : "", "\r\n\r\n"))
		CU_ASSERT_FATAL(client_receive(&c));
	CU_ASSERT_PTR_NOT_NULL(strstr(c.buf, "HTTP/1.1 101 "));
	CU_ASSERT_PTR_NOT_NULL(strstr(c.buf, "Connection: Upgrade\r\n"));
	CU_ASSERT_PTR_NULL(strstr(c.buf, "Connection: close"));
	client_say(&c, "frame");
	while (client_receive(&c))
		;
	CU_ASSERT_STRING_EQUAL(c.buf + c.len - 9, "\r\n\r\nframe");
	talk_end();
}

/* ---- beside calls ---- */

static void
test_kept_connection(void)
{
	talk_begin(NULL, &routes);
	for (int i = 0; i < 3; i++) {
		talk_say("GET /ask HTTP/1.1\r\n" H "\r\n");
		CU_ASSERT_EQUAL(r.status, 200);
		CU_ASSERT_STRING_EQUAL(talk_header("Connection"), "keep-alive");
		talk_say("PUT /mirror HTTP/1.1\r\n" H
			 "Transfer-Encoding: chunked\r\n\r\n"
			 "2\r\nab\r\n0\r\n\r\n");
		CU_ASSERT_STRING_EQUAL(r.body, "ab");
	}
	/* pipelined, the second behind a chunked body */
	client_say(&c,
	    "PUT /mirror HTTP/1.1\r\n" H
	    "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
	    "PUT /mirror HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\ncd"
	    "GET /ask HTTP/1.1\r\n" H "\r\n");
	for (int i = 0; i < 3; i++) {
		reply_free(&r);
		client_read(&c, &r);
		CU_ASSERT_EQUAL(r.status, 200);
	}
	reply_free(&r);
	client_call(&c, "echo", "then a call", &r);
	CU_ASSERT(reply_is(&r, "then a call"));
	talk_end();
}

/* A call pipelined behind a chunked body has left the socket with it. */
static void
test_call_behind_a_body(void)
{
	char *call = call_text("echo", "behind", ""), *text;

	if (asprintf(&text,
		"PUT /mirror HTTP/1.1\r\n" H
		"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n%s%s",
		call, call) < 0)
		abort();
	talk_begin(NULL, &routes);
	talk_say(text);
	CU_ASSERT_STRING_EQUAL(r.body, "ab");
	for (int i = 0; i < 2; i++) {
		reply_free(&r);
		client_read(&c, &r);
		CU_ASSERT(reply_is(&r, "behind"));
	}
	reply_free(&r);
	client_call(&c, "big", "2000", &r);
	CU_ASSERT(r.len > 2000000);
	free(call), free(text);
	talk_end();
}

static void
test_behind_a_call(void)
{
	int64_t want = 7;
	static const struct {
		const char *text, *body;
	} cases[] = {
		{ "GET /ask?n=0&n=1 HTTP/1.1\r\n" H
		  "Cookie: session_id=s\r\n\r\n",
		    "GET /ask core\nn=0\nn=1\ncookie s\nbasic - -\n"
		    "second 1\n" },
		{ "PUT /mirror HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\nbody",
		    "body" },
		{ "GET /chunks HTTP/1.1\r\n" H "\r\n", "one,two,three" },
	};

	talk_begin(NULL, &routes);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		talk_again();
		reply_free(&r);
		client_call(&c, "echo", "x", &r);
		CU_ASSERT(reply_is(&r, "x"));
		talk_say(cases[i].text);
		CU_ASSERT_EQUAL(r.status, 200);
		CU_ASSERT_STRING_EQUAL(r.body, cases[i].body);
		CU_ASSERT_STRING_EQUAL(talk_header("Connection"), "keep-alive");
		reply_free(&r);
		client_call(&c, "echo", "y", &r);
		CU_ASSERT(reply_is(&r, "y"));
		talk_say(cases[i].text);
		CU_ASSERT_STRING_EQUAL(r.body, cases[i].body);
	}
	talk_again();
	reply_free(&r);
	client_call(&c, "echo", "x", &r);
	last_read = -1;
	talk_say("PUT /put HTTP/1.1\r\n" H
		 "Content-Length: 1125899906842624\r\n\r\n123");
	CU_ASSERT_EQUAL(r.status, 200);
	client_say(&c, "4567");
	client_close(&c);
	CU_ASSERT(wire_wait(put_has_read, &want));
	client_connect(&c, w.port);
	reply_free(&r);
	client_call(&c, "echo", "x", &r);
	talk_say(
	    "PUT /mirror HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
	    "4\r\nbody\r\n0\r\n\r\n");
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT_STRING_EQUAL(r.body, "body");
	talk_end();
}

static void
test_between_pipelined_calls(void)
{
	char *call = call_text("echo", "x", ""), *text;

	if (asprintf(&text, "%sGET /ask HTTP/1.1\r\n" H "\r\n%s", call, call) <
	    0)
		abort();
	talk_begin(NULL, &routes);
	client_call(&c, "echo", "first", &r);
	talk_say(text);
	CU_ASSERT(reply_is(&r, "x"));
	reply_free(&r);
	client_read(&c, &r);
	CU_ASSERT_EQUAL(r.status, 200);
	reply_free(&r);
	client_read(&c, &r);
	CU_ASSERT(reply_is(&r, "x"));
	free(call), free(text);
	talk_end();
}

static void
test_expect_behind_a_call(void)
{
	talk_begin(NULL, &routes);
	client_call(&c, "echo", "x", &r);
	talk_say("PUT /mirror HTTP/1.1\r\n" H
		 "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
	CU_ASSERT_EQUAL(r.status, 100);
	talk_say("body");
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT_STRING_EQUAL(r.body, "body");
	talk_end();
}

UNIT_MAIN("rpc_exchange",
    { "a handler sees path, parameters, cookie and password", test_request },
    { "requests from foreign pages have no cookie and no password [A30]",
	test_foreign_pages_have_no_credentials },
    { "a PUT of a petabyte is answered first and ends where it is cut",
	test_put_answers_first },
    { "a PUT of HTTP/1.0 without a length ends with the connection",
	test_put_1_0_without_length },
    { "an empty PUT is empty", test_empty_put },
    { "bodies with a length and in chunks are read, wrong ones refused",
	test_bodies },
    { "a client that waits for 100 Continue gets it", test_continue },
    { "an unread body is drained, so that the answer arrives [A33]",
	test_unread_body_is_drained },
    { "answers are whole, or seen to be cut", test_answers },
    { "large answers are whole", test_big_answer },
    { "a handler learns that the client has gone", test_client_that_goes },
    { "CONNECT of HTTP/1.0 is answered", test_connect },
    { "a console's bytes pass both ways", test_console_bytes },
    { "POST /cli speaks its own protocol", test_cli },
    { "an upgraded connection is raw", test_upgrade },
    { "a connection serves handlers and then calls", test_kept_connection },
    { "calls behind a chunked body are answered", test_call_behind_a_body },
    { "a handler's request behind a call is answered", test_behind_a_call },
    { "a handler's request between pipelined calls is answered in turn",
	test_between_pipelined_calls },
    { "also one that waits for 100 Continue", test_expect_behind_a_call })

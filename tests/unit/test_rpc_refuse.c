/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the wire refuses, and that it serves others meanwhile. The names in
 * brackets are those of the attacks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "lib/clock.h"
#include "tests/lib/talk.h"
#include "tests/lib/unit.h"

static void
answer_path(struct http_exchange *x, void *core)
{
	const char *path = http_path(x);

	(void)core;
	http_answer(x, 200, NULL, path, strlen(path));
}

static const struct http_handler rows[] = {
	{ "GET", "/update", true, "update", answer_path },
};
static const struct http_routes routes = { rows, 1, NULL };

static bool
echoes(struct client *on)
{
	struct reply e;
	bool ok;

	client_call(on, "echo", "e", &e);
	ok = reply_is(&e, "e");
	reply_free(&e);
	return ok;
}

static int64_t
ms_since(int64_t start)
{
	return (clock_mono_ns() - start) / NSEC_PER_MSEC;
}

/* ---- heads ---- */

#define H "Host: h\r\n"
#define POST "POST / HTTP/1.1\r\n" H

static const struct {
	const char *text;
	int status;
} refused[] = {
	{ POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400 },
	{ POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400 },
	{ POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
	       "0\r\n\r\n",
	    400 },
	{ POST "Transfer-Encoding: gzip\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked, chunked\r\n\r\n", 400 },
	{ POST "Content-Length: x\r\n\r\n", 400 },
	{ POST "Bad Name: x\r\n\r\n", 400 },
	{ POST "X: a\x01z\r\n\r\n", 400 },
	{ POST H "\r\n", 400 },
	{ "POST / HTTP/1.1\r\n\r\n", 400 },
	{ "POST / HTTP/1.7\r\n" H "\r\n", 400 },
	{ "POST / HTTP/2.0\r\n" H "\r\n", 400 },
	{ "GET /update/%00 HTTP/1.1\r\n" H "\r\n", 400 },
	{ "GET /update/%c0%ae HTTP/1.1\r\n" H "\r\n", 400 },
	/* A4 */
	{ "GET /update/../x HTTP/1.1\r\n" H "\r\n", 404 },
	{ "GET /update/%2e%2e/x HTTP/1.1\r\n" H "\r\n", 404 },
	{ "GET /update/%252e%252e/x HTTP/1.1\r\n" H "\r\n", 404 },
	{ "GET /update//x HTTP/1.1\r\n" H "\r\n", 404 },
	{ "GET /nothing HTTP/1.1\r\n" H "\r\n", 404 },
	{ "BREW / HTTP/1.1\r\n" H "\r\n", 501 },
	/* A30 */
	{ "POST /jsonrpc HTTP/1.1\r\n" H
	  "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
	    415 },
	{ POST "Content-Length: 99999999\r\n\r\n", 413 },
	{ POST "Content-Length: 99999999999999999999\r\n\r\n", 400 },
};

static void
check_refusal(size_t i)
{
	if (r.status != refused[i].status)
		printf("# %d, not %d: %s\n", r.status, refused[i].status,
		    refused[i].text);
	CU_ASSERT_EQUAL(r.status, refused[i].status);
	CU_ASSERT(client_sees_end(&c));
}

static void
test_bad_heads(void)
{
	talk_begin(NULL, &routes);
	for (size_t i = 0; i < UNIT_COUNT(refused); i++) {
		talk_again();
		talk_say(refused[i].text);
		check_refusal(i);
	}
	CU_ASSERT_EQUAL(toy_started(w.toy), 0);
	talk_end();
}

static void
test_bad_later_heads(void)
{
	talk_begin(NULL, &routes);
	for (size_t i = 0; i < UNIT_COUNT(refused); i++) {
		talk_again();
		CU_ASSERT(echoes(&c));
		talk_say(refused[i].text);
		check_refusal(i);
	}
	CU_ASSERT_EQUAL(toy_started(w.toy), UNIT_COUNT(refused));
	talk_end();
}

/* Two programs may see one request here, or two: whatever stands behind is
 * not answered. */
static void
test_ambiguous_later_heads(void)
{
	static const char *const heads[] = {
		"POST / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nX: a\n",
	};
	char text[1024], *call = call_text("echo", "smuggled", "");

	talk_begin(NULL, &routes);
	for (size_t i = 0; i < UNIT_COUNT(heads); i++) {
		unsigned started;

		talk_again();
		CU_ASSERT(echoes(&c));
		started = toy_started(w.toy);
		snprintf(text, sizeof(text), "%sContent-Length: 1\r\n\r\nx%s",
		    heads[i], call);
		talk_say(text);
		CU_ASSERT_EQUAL(r.status, 400);
		while (client_receive(&c))
			;
		CU_ASSERT_EQUAL(c.len, 0);
		CU_ASSERT_EQUAL(toy_started(w.toy), started);
	}
	free(call);
	talk_end();
}

static void
test_huge_heads(void)
{
	static const char line[] = "X: y\r\n";
	char *many = malloc(100000 * sizeof(line)), *at = many;

	at += sprintf(at, "POST / HTTP/1.1\r\nHost: h\r\n");
	for (int i = 0; i < 100000; i++)
		at = stpcpy(at, line);
	talk_begin(NULL, &routes);
	for (int later = 0; later < 2; later++) {
		talk_again();
		if (later)
			CU_ASSERT(echoes(&c));
		client_say(&c, many);
		reply_free(&r);
		client_read(&c, &r);
		CU_ASSERT_EQUAL(r.status, 431);
	}
	free(many);
	client_close(&c);
	client_connect(&c, w.port);
	CU_ASSERT(echoes(&c));
	talk_end();
}

/* The whole body is sent before the client looks at the answer. */
static void
test_large_body_is_answered(void)
{
	size_t n = 900 * 1024;
	char *body = malloc(n + 1), *text;
	struct rpc_config config = { .max_call_bytes = 100000 };

	memset(body, 'x', n);
	body[n] = '\0';
	text = post_text("/", "", body);
	talk_begin(&config, &routes);
	for (int later = 0; later < 2; later++) {
		talk_again();
		if (later)
			CU_ASSERT(echoes(&c));
		talk_say(text);
		CU_ASSERT_EQUAL(r.status, 413);
		CU_ASSERT(client_sees_end(&c));
		CU_ASSERT_FALSE(c.reset);
	}
	/* in chunks, the size is known only later */
	talk_again();
	client_say(&c, POST "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 20; i++) {
		client_say(&c, "4000\r\n");
		client_send(&c, body, 0x4000);
		client_say(&c, "\r\n");
	}
	talk_say("0\r\n\r\n");
	CU_ASSERT_EQUAL(r.status, 413);
	free(body);
	free(text);
	talk_end();
}

/* As strictly as heads, and nothing behind is answered. */
static void
test_bad_chunks(void)
{
	static const char *const bodies[] = {
		"x\r\n",
		"\r\n",
		";a\r\n",
		"1\nx\r\n0\r\n\r\n",
		"1\r\nxy\r\n0\r\n\r\n",
		"1\r\nx\n0\r\n\r\n",
		"1 \x01\r\nx\r\n0\r\n\r\n",
		"0\r\nA: b\n\r\n\r\n",
		"1000000000000000\r\n",
	};
	char text[1024], *call = call_text("echo", "smuggled", "");

	talk_begin(NULL, &routes);
	for (size_t i = 0; i < UNIT_COUNT(bodies); i++) {
		talk_again();
		snprintf(text, sizeof(text),
		    POST "Transfer-Encoding: chunked\r\n\r\n%s%s", bodies[i],
		    call);
		talk_say(text);
		CU_ASSERT_EQUAL(r.status, 400);
		CU_ASSERT(client_sees_end(&c));
	}
	CU_ASSERT_EQUAL(toy_started(w.toy), 0);
	free(call);
	talk_end();
}

/* ---- time ---- */

static const struct rpc_config hasty = {
	.head_timeout_ms = 300,
	.head_deadline_ms = 900,
	.idle_timeout_ms = 600,
};

static void
test_silence(void)
{
	int64_t start;

	talk_begin(&hasty, &routes);
	start = clock_mono_ns();
	CU_ASSERT(client_sees_end(&c));
	CU_ASSERT(ms_since(start) >= 200);
	talk_again();
	start = clock_mono_ns();
	talk_say("POST / HT");
	CU_ASSERT_EQUAL(r.status, 408);
	CU_ASSERT(ms_since(start) >= 250);
	CU_ASSERT(client_sees_end(&c));
	talk_end();
}

/* Bytes that never make a head, one each 100 ms; answers after how long the
 * other side has ended it. */
static int64_t
drip(void)
{
	static const char head[] =
	    "POST / HTTP/1.1\r\nHost: h\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy";
	int64_t start = clock_mono_ns();

	for (const char *p = head; *p; p++) {
		if (client_send(&c, p, 1) < 0)
			break;
		wire_sleep(100);
	}
	return ms_since(start);
}

static void
test_drip(void)
{
	talk_begin(&hasty, &routes);
	CU_ASSERT(drip() < 5000);
	reply_free(&r);
	client_read(&c, &r);
	CU_ASSERT(r.status == 408 || c.reset);
	/* the same behind a call */
	talk_again();
	CU_ASSERT(echoes(&c));
	CU_ASSERT(drip() < 5000);
	talk_end();
}

static void
test_late_head(void)
{
	int64_t start;

	talk_begin(&hasty, &routes);
	start = clock_mono_ns();
	for (int i = 0; i < 8; i++) {
		client_say(&c, i ? "x" : "POST / HTTP/1.1\r\nX: ");
		wire_sleep(100);
	}
	reply_free(&r);
	client_read(&c, &r);
	CU_ASSERT_EQUAL(r.status, 408);
	CU_ASSERT(ms_since(start) >= 850);
	talk_end();
}

static void
test_idle(void)
{
	int64_t start;

	talk_begin(&hasty, &routes);
	CU_ASSERT(echoes(&c));
	wire_sleep(400);
	CU_ASSERT(echoes(&c));
	start = clock_mono_ns();
	CU_ASSERT(client_sees_end(&c));
	CU_ASSERT(ms_since(start) >= 500);
	talk_end();
}

/* A call may take as long as it likes. */
/* Some clients leave an empty line behind a body: that is no late head. */
static void
test_empty_lines_are_no_head(void)
{
	struct rpc_config config = { .head_timeout_ms = 100 };

	talk_begin(&config, &routes);
	CU_ASSERT(echoes(&c));
	client_say(&c, "\r\n");
	nanosleep(&(struct timespec){ 0, 400 * NSEC_PER_MSEC }, NULL);
	CU_ASSERT(echoes(&c));
	talk_end();
}

static void
test_parked_is_not_idle(void)
{
	talk_begin(&hasty, &routes);
	client_call(&c, "nap", "1500", &r);
	CU_ASSERT(reply_is(&r, "woken"));
	talk_end();
}

/* ---- numbers ---- */

static void
test_cap_per_address(void)
{
	struct rpc_config config = { .max_per_address = 5 };
	struct client more[4], refused_one;
	struct rpc_stats stats;

	talk_begin(&config, &routes);
	CU_ASSERT(echoes(&c));
	for (int i = 0; i < 4; i++) {
		client_connect(&more[i], w.port);
		CU_ASSERT(echoes(&more[i]));
	}
	client_connect(&refused_one, w.port);
	CU_ASSERT(client_sees_end(&refused_one));
	client_close(&refused_one);
	rpc_get_stats(w.rpc, &stats);
	CU_ASSERT_EQUAL(stats.refused, 1);
	/* the local socket is not counted */
	client_connect_local(&refused_one, w.socket);
	CU_ASSERT(echoes(&refused_one));
	client_close(&refused_one);
	client_close(&more[0]);
	wire_sleep(50);
	client_connect(&more[0], w.port);
	CU_ASSERT(echoes(&more[0]));
	for (int i = 0; i < 4; i++)
		client_close(&more[i]);
	talk_end();
}

static void
test_silent_ones_make_room(void)
{
	struct rpc_config config = { .max_connections = 20 };
	struct client silent[40];

	talk_begin(&config, &routes);
	CU_ASSERT(echoes(&c));
	for (int i = 0; i < 40; i++)
		client_connect(&silent[i], w.port);
	for (int i = 0; i < 5; i++) {
		struct client late;

		client_connect(&late, w.port);
		CU_ASSERT(echoes(&late));
		client_close(&late);
	}
	CU_ASSERT(echoes(&c));
	for (int i = 0; i < 40; i++)
		client_close(&silent[i]);
	talk_end();
}

/* What this process may have open, both ends of each connection. */
static unsigned
affordable(unsigned wanted)
{
	struct rlimit lim;

	getrlimit(RLIMIT_NOFILE, &lim);
	lim.rlim_cur = lim.rlim_max;
	setrlimit(RLIMIT_NOFILE, &lim);
	getrlimit(RLIMIT_NOFILE, &lim);
	return lim.rlim_cur > 5 * wanted + 500 ? wanted
	    : lim.rlim_cur < 1000              ? 50
					       : (lim.rlim_cur - 500) / 5;
}

static void
test_idle_crowd(void)
{
	unsigned n = affordable(2000);
	struct client *crowd = calloc(n, sizeof(*crowd));
	struct rpc_config config = { .max_per_address = n + 10 };
	struct client local;

	talk_begin(&config, &routes);
	for (unsigned i = 0; i < n; i++) {
		client_connect(&crowd[i], w.port);
		if (i % 2)
			client_say(&crowd[i], "POST / HT");
	}
	client_connect_local(&local, w.socket);
	for (int i = 0; i < 200; i++) {
		CU_ASSERT(echoes(&c));
		CU_ASSERT(echoes(&local));
	}
	client_close(&local);
	for (unsigned i = 0; i < n; i++)
		client_close(&crowd[i]);
	free(crowd);
	talk_end();
}

static void
test_https_only(void)
{
	struct rpc_config config = { .https_only = true };
	char value[256];

	wire_start(&w, WIRE_TLS, &config, &routes);
	client_connect(&c, w.port);
	talk_say("GET /update/a?b=c HTTP/1.1\r\nHost: me:1\r\n\r\n");
	CU_ASSERT_EQUAL(r.status, 301);
	CU_ASSERT_EQUAL(strncmp(reply_header(&r, "Location", value),
			    "https://me:", 11),
	    0);
	CU_ASSERT_PTR_NOT_NULL(strstr(value, "/update/a?b=c"));
	talk_again();
	reply_free(&r);
	client_call(&c, "echo", "x", &r);
	CU_ASSERT_EQUAL(r.status, 403);
	talk_end();
}

UNIT_MAIN("rpc_refuse",
    { "heads that may be misread are refused, and the connection ends [A26]",
	test_bad_heads },
    { "the same behind a call on the same connection [A26]",
	test_bad_later_heads },
    { "chunks are read as strictly [A26]", test_bad_chunks },
    { "nothing behind an ambiguous head is answered [A26]",
	test_ambiguous_later_heads },
    { "100,000 headers are refused [A26]", test_huge_heads },
    { "a body over the limit is refused so that the client sees it",
	test_large_body_is_answered },
    { "a silent connection is closed, a silent head gets 408 [A1]",
	test_silence },
    { "a head that drips is cut by its deadline [A2]", test_drip },
    { "a late head gets 408 [A2]", test_late_head },
    { "a kept connection is closed when it is idle", test_idle },
    { "an empty line behind a body is no late head",
	test_empty_lines_are_no_head },
    { "a parked call is not idle", test_parked_is_not_idle },
    { "connections are counted by address, not on the local socket [A1]",
	test_cap_per_address },
    { "when all places are taken, silent clients make room [A1]",
	test_silent_ones_make_room },
    { "2,000 idle connections leave calls alone [A1]", test_idle_crowd },
    { "in https-only mode plain clients are sent away", test_https_only })

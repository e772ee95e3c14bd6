/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heads of requests. A head that is taken means the same when it is written
 * again from its fields, does not depend on what stands behind it, is not
 * whole a byte earlier, and never leads a handler out of its place. What follows
 * is read as chunks: the same however it is cut, and the same when written
 * again. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/text.h"
#include "rpc/chunks.h"
#include "rpc/head.h"
#include "rpc/route.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "not: %s\n", #condition);              \
			abort();                                               \
		}                                                              \
	} while (0)

static const struct http_handler rows[] = {
	{ .method = "GET", .path = "/", .prefix = true },
	{ .method = "GET", .path = "/update", .prefix = true },
	{ .method = "PUT", .path = "/import" },
	{ .method = "CONNECT", .path = "/console" },
};
static const struct http_routes routes = { rows, 4, NULL };

static struct head h, again;

static void
check_same(void)
{
	CLEANUP_BYTES struct bytes text = { 0 };

	bytes_printf(&text, "%s %s HTTP/1.%d\r\n", h.method, h.target, h.minor);
	for (unsigned i = 0; i < h.nfields; i++)
		bytes_printf(&text, "%s: %s\r\n", h.fields[i].name,
		    h.fields[i].value);
	bytes_puts(&text, "\r\n");
	/* A blank more for each field may have made it too large. */
	if (text.len > HEAD_BYTES_MAX)
		return;
	MUST(head_parse(&again, text.p, text.len) == HEAD_OK);
	MUST(again.bytes == text.len);
	MUST(strcmp(again.path, h.path) == 0);
	MUST(strcmp(again.query, h.query) == 0);
	MUST(again.nfields == h.nfields);
	MUST(again.length == h.length && again.chunked == h.chunked);
	MUST(again.keep_alive == h.keep_alive);
}

/* As the exchange splits it. */
static void
check_query(const char *query)
{
	static char out[HEAD_BYTES_MAX + 1];

	while (*query) {
		size_t n = strcspn(query, "&"), name = strcspn(query, "=&");

		MUST(head_decode(query, name, true, out));
		if (name < n)
			MUST(head_decode(query + name + 1, n - name - 1, true,
			    out));
		query += n + (query[n] == '&');
	}
}

static void
check_route(void)
{
	struct route_rules rules = { &routes, false, 1000, false };
	struct rpc_peer peer = { 0 };
	struct route to = route_find(&rules, &h, &peer);
	static char location[3 * HEAD_BYTES_MAX];

	if (to.kind == ROUTE_HANDLER) {
		MUST(h.path[0] == '/');
		MUST(!strstr(h.path, "/../") && !strstr(h.path, "//"));
		MUST(strlen(h.path) < 3 ||
		    strcmp(h.path + strlen(h.path) - 3, "/..") != 0);
	}
	if (route_location(&h, 8443, location, sizeof(location)))
		MUST(!strpbrk(location, "\r\n"));
}

/* In pieces of step bytes. */
static enum chunks_status
read_chunks(const char *p, size_t n, size_t step, size_t *used_r,
    struct bytes *out)
{
	struct chunks k = { 0 };
	enum chunks_status status = CHUNKS_MORE;

	*used_r = 0;
	while (n > *used_r && status == CHUNKS_MORE) {
		size_t left = n - *used_r, used;

		status = chunks_read(&k, p + *used_r, left < step ? left : step,
		    &used, out);
		*used_r += used;
	}
	return status;
}

static void
check_chunks(const char *p, size_t n)
{
	CLEANUP_BYTES struct bytes a = { 0 }, b = { 0 }, c = { 0 },
				   text = { 0 };
	size_t used, same;
	enum chunks_status status = read_chunks(p, n, n, &used, &a);

	MUST(used <= n && a.len <= used);
	MUST(read_chunks(p, n, 1, &same, &b) == status && same == used);
	MUST(a.len == b.len && (a.len == 0 || !memcmp(a.p, b.p, a.len)));
	if (status != CHUNKS_END)
		return;
	MUST(p[used - 2] == '\r' && p[used - 1] == '\n');
	if (a.len > 0)
		bytes_printf(&text, "%zx\r\n", a.len);
	bytes_put(&text, a.p, a.len);
	bytes_puts(&text, a.len > 0 ? "\r\n0\r\n\r\n" : "0\r\n\r\n");
	MUST(read_chunks(text.p, text.len, 7, &used, &c) == CHUNKS_END);
	MUST(used == text.len && c.len == a.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *raw = (const char *)data;

	if (head_parse(&h, raw, size) != HEAD_OK)
		return 0;
	MUST(h.bytes <= size && h.bytes <= HEAD_BYTES_MAX);
	MUST(!(h.chunked && h.length >= 0));
	MUST(text_is_clean(h.path, strlen(h.path)));
	check_same();
	check_query(h.query);
	check_route();
	check_chunks(raw + h.bytes, size - h.bytes);
	MUST(head_parse(&again, raw, h.bytes) == HEAD_OK);
	MUST(head_parse(&again, raw, h.bytes - 1) == HEAD_MORE);
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The answer of a handler. */
#include <string.h>
#include <strings.h>

#include "lib/bytes.h"
#include "rpc/exchange_private.h"
#include "rpc/status.h"
#include "rpc/stream.h"

#define CHUNK_BYTES_MAX (64 * 1024)

static int
send_all(struct http_exchange *x, const void *p, size_t n)
{
	if (!x->broken && stream_write(x->conn, p, n, EXCHANGE_SILENCE_MS) < 0)
		x->broken = true;
	return x->broken ? -1 : 0;
}

void
exchange_say_continue(struct http_exchange *x)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

	if (x->wants_100)
		send_all(x, text, sizeof(text) - 1);
	x->wants_100 = false;
}

/* ---- the head ---- */

/* "Name: value", with nothing that could end the line (attack A26). */
static bool
is_header_line(const char *line)
{
	const char *colon = strchr(line, ':');

	if (!colon || colon == line)
		return false;
	for (const char *p = line; *p; p++)
		if ((unsigned char)*p < ' ' && *p != '\t')
			return false;
	return true;
}

static bool
has_header(const char *const headers[], const char *name)
{
	size_t n = strlen(name);

	for (; headers && *headers; headers++)
		if (strncasecmp(*headers, name, n) == 0 && (*headers)[n] == ':')
			return true;
	return false;
}

/* What was asked for may end here, and something else begin. */
static bool
becomes_raw(const struct http_exchange *x, int status)
{
	return status == 101 ||
	    (strcmp(x->method, "CONNECT") == 0 && status / 100 == 2);
}

static void
choose_form(struct http_exchange *x, int status, int64_t length, bool chunked)
{
	x->status = status;
	x->answer_left = length;
	if (becomes_raw(x, status))
		http_raw(x);
	if (x->raw)
		x->answer = ANSWER_TO_END;
	else if (status == 204 || status == 304 || status / 100 == 1)
		x->answer = ANSWER_NONE;
	else if (length >= 0)
		x->answer = ANSWER_LENGTH;
	else if (chunked && x->minor == 1)
		x->answer = ANSWER_CHUNKED;
	else
		x->answer = ANSWER_TO_END;
	/* With a body still to come, it is not known how that will end. */
	x->keep = x->wants_keep && !x->raw && x->answer != ANSWER_TO_END &&
	    exchange_body_ended(x) && !x->rpc->stopping;
}

static int
put_head(struct http_exchange *x, const char *const headers[],
    struct bytes *out)
{
	/* The original says 1.1 here also to CONNECT of 1.0. */
	bytes_printf(out, "HTTP/1.%d %d %s\r\n", x->raw ? 1 : x->minor,
	    x->status, status_name(x->status));
	for (const char *const *h = headers; h && *h; h++) {
		if (!is_header_line(*h))
			return -1;
		bytes_puts(out, *h);
		bytes_puts(out, "\r\n");
	}
	if (!has_header(headers, "Connection"))
		bytes_puts(out,
		    x->keep ? "Connection: keep-alive\r\n"
			    : "Connection: close\r\n");
	if (!has_header(headers, "Cache-Control"))
		bytes_puts(out, "Cache-Control: no-cache, no-store\r\n");
	if (x->answer == ANSWER_LENGTH)
		bytes_printf(out, "Content-Length: %lld\r\n",
		    (long long)x->answer_left);
	else if (x->answer == ANSWER_CHUNKED)
		bytes_puts(out, "Transfer-Encoding: chunked\r\n");
	bytes_puts(out, "\r\n");
	return out->failed ? -1 : 0;
}

static int
begin(struct http_exchange *x, int status, const char *const headers[],
    int64_t length, bool chunked, struct bytes *out)
{
	if (x->status != 0 || status < 100 || status > 599)
		return -1;
	if (status / 100 == 2 && !exchange_body_ended(x))
		exchange_say_continue(x);
	choose_form(x, status, length, chunked);
	if (put_head(x, headers, out) == 0)
		return 0;
	x->status = 0;
	return -1;
}

int
http_begin(struct http_exchange *x, int status, const char *const headers[],
    int64_t length, bool chunked)
{
	CLEANUP_BYTES struct bytes head = { 0 };

	if (begin(x, status, headers, length, chunked, &head) < 0)
		return -1;
	return send_all(x, head.p, head.len);
}

/* ---- the body ---- */

/* In one piece, so that it is one packet and one TLS record; a chunk that
 * comes in large pieces is several. */
static int
write_chunk(struct http_exchange *x, const void *buf, size_t len)
{
	CLEANUP_BYTES struct bytes all = { 0 };

	bytes_printf(&all, "%zx\r\n", len);
	bytes_put(&all, buf, len);
	bytes_put(&all, "\r\n", 2);
	return all.failed ? -1 : send_all(x, all.p, all.len);
}

static int
write_chunks(struct http_exchange *x, const char *p, size_t len)
{
	while (len > 0) {
		size_t n = len < CHUNK_BYTES_MAX ? len : CHUNK_BYTES_MAX;

		if (write_chunk(x, p, n) < 0)
			return -1;
		p += n;
		len -= n;
	}
	return 0;
}

int
http_write(struct http_exchange *x, const void *buf, size_t len)
{
	if (len == 0)
		return x->broken ? -1 : 0;
	if (x->raw)
		return send_all(x, buf, len);
	switch (x->answer) {
	case ANSWER_NONE:
		break;
	case ANSWER_LENGTH:
		if ((uint64_t)x->answer_left < len)
			break;
		x->answer_left -= (int64_t)len;
		return send_all(x, buf, len);
	case ANSWER_CHUNKED:
		return write_chunks(x, buf, len);
	case ANSWER_TO_END:
		return send_all(x, buf, len);
	}
	return -1;
}

int
http_answer(struct http_exchange *x, int status, const char *const headers[],
    const void *body, size_t len)
{
	CLEANUP_BYTES struct bytes page = { 0 }, all = { 0 };
	const char *lines[32] = { "Content-Type: text/html" };
	unsigned n = 1;

	if (!body && status >= 400) {
		status_page(status, &page);
		body = page.p;
		len = page.len;
		if (has_header(headers, "Content-Type"))
			n = 0;
		for (; headers && *headers && n < 31; headers++)
			lines[n++] = *headers;
		lines[n] = NULL;
		headers = lines;
	}
	if (page.failed ||
	    begin(x, status, headers, (int64_t)len, false, &all) < 0)
		return -1;
	if (x->answer == ANSWER_LENGTH) {
		bytes_put(&all, body, len);
		x->answer_left = 0;
	}
	return all.failed ? -1 : send_all(x, all.p, all.len);
}

int
http_status(const struct http_exchange *x)
{
	return x->status;
}

void
http_cut(struct http_exchange *x)
{
	x->broken = true;
}

void
exchange_end_answer(struct http_exchange *x)
{
	if (x->status == 0 && !x->raw && !x->broken)
		http_answer(x, 500, NULL, NULL, 0);
	if (x->answer == ANSWER_CHUNKED)
		send_all(x, "0\r\n\r\n", 5);
	if (x->answer == ANSWER_LENGTH && x->answer_left > 0)
		x->broken = true;
}

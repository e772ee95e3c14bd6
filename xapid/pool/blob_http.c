/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET and PUT of /blob. (source: http-details.json get_blob, put_blob) */
#include <errno.h>
#include <stdio.h>

#include "call/edit.h"
#include "call/http.h"
#include "lib/clock.h"
#include "pool/binary_storage.h"
#include "pool/blob.h"
#include "pool/blob_store.h"

#define CHUNK ((size_t)64 * 1024)
/* Bytes of all blobs of one owner, in blobs of the largest size. */
#define MAX_OWNER_BLOBS 16

/* ---- GET ---- */

/* Content comes from users: a browser that gets it must not run it as a page
 * of ours. (attack A19) */
static int
begin_content(struct http_exchange *x, const struct blob *b, int64_t size)
{
	char type[160];
	const char *const headers[] = {
		type,
		"X-Content-Type-Options: nosniff",
		"Content-Security-Policy: default-src 'none'; sandbox",
		NULL,
	};

	snprintf(type, sizeof(type), "Content-Type: %s",
	    blob_mime_type_ok(b->mime_type) ? b->mime_type
					    : "application/octet-stream");
	return http_begin(x, 200, headers, size, false);
}

/* At most size bytes: what is added meanwhile belongs to the next answer. */
static void
send_file(struct http_exchange *x, int fd, int64_t size)
{
	char *buf = arena_alloc(http_arena(x), CHUNK);

	while (buf && size > 0) {
		size_t want = size < (int64_t)CHUNK ? (size_t)size : CHUNK;
		ssize_t n = read(fd, buf, want);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || http_write(x, buf, (size_t)n) < 0)
			return; /* the short length tells */
		size -= n;
	}
}

void
http_get_blob(struct http_exchange *x, struct call *c)
{
	RECORD_UNREF const struct record *r = http_find(x, c, CLASS_blob);
	const struct blob *b = (const struct blob *)r;
	int64_t size;

	/* Who may not see a blob does not learn either that there is none. */
	if ((!b || !b->public) && http_authenticate(x, c, "read-only") < 0)
		return;
	if (!b) {
		record_unref(http_object(x, c, CLASS_blob));
		return;
	}
	CLEANUP_FD int fd = blob_store_open(c->core, b->r.self, &size);

	if (fd < 0)
		http_answer(x, 404, NULL, NULL, 0);
	else if (begin_content(x, b, size) == 0)
		send_file(x, fd, size);
}

/* ---- PUT ---- */

/* The status, or what the task tells where that was sent before the body. */
static int
answer_errno(struct http_exchange *x, struct call *c)
{
	if (http_status(x))
		return errno == EBUSY ? fail_too_busy(c)
				      : fail_out_of_space(c, "blob");
	http_answer(x,
	    errno == EBUSY        ? 409
		: errno == ENOSPC ? 507
				  : 500,
	    NULL, NULL, 0);
	return -1;
}

static int
check_length(struct http_exchange *x, struct call *c, const struct blob *b,
    int64_t length)
{
	uint64_t max = c->core->config->max_blob_bytes;
	int64_t others;

	if (length < 0) {
		http_answer(x, 411, NULL, NULL, 0);
		return -1;
	}
	if ((uint64_t)length > max) {
		http_answer(x, 413, NULL, NULL, 0);
		return -1;
	}
	others = blob_owner_bytes(c->db, b->owner, b->r.self);
	if (others < 0 ||
	    (uint64_t)others + (uint64_t)length > max * MAX_OWNER_BLOBS) {
		http_answer(x, 507, NULL, NULL, 0);
		return -1;
	}
	return 0;
}

/* The body to the store. A body that is cut leaves the old content. */
static int
receive(struct http_exchange *x, struct call *c, struct blob_writer *w,
    int64_t length)
{
	char *buf = arena_alloc(http_arena(x), CHUNK);

	while (buf && length > 0) {
		size_t want = length < (int64_t)CHUNK ? (size_t)length : CHUNK;
		ssize_t n = http_read(x, buf, want);

		if (n <= 0) {
			if (http_status(x))
				return fail_import_error_premature_eof(c);
			http_answer(x, 400, NULL, NULL, 0);
			return -1;
		}
		if (blob_store_write(w, buf, (size_t)n) < 0)
			return answer_errno(x, c);
		length -= n;
	}
	return buf ? 0 : -1;
}

static int
note_size(struct call *c, const struct blob *b, int64_t length)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	if (binary_storage_off_in(t, c->core)) {
		tx_abort(t);
		blob_store_remove(c->core, b->r.self);
		return fail_out_of_space(c, "blob");
	}
	TX_SET(t, blob, blob, b->r.self, size, length);
	TX_SET(t, blob, blob, b->r.self, last_updated, clock_wall_sec());
	return call_commit_wait(c, t);
}

void
http_put_blob(struct http_exchange *x, struct call *c)
{
	static const char *const headers[] = { "Access-Control-Allow-Origin: *",
		NULL };
	RECORD_UNREF const struct record *r = http_object(x, c, CLASS_blob);
	const struct blob *b = (const struct blob *)r;
	int64_t length = http_content_length(x);
	struct blob_writer w;

	if (!b || check_length(x, c, b, length) < 0)
		return;
	if (binary_storage_is_off(c->core)) {
		fail_out_of_space(c, "blob");
		return;
	}
	if (blob_store_begin(c->core, b->r.self, length, &w) < 0) {
		answer_errno(x, c);
		return;
	}
	if (http_begin_upload(x, c) < 0 || receive(x, c, &w, length) < 0) {
		blob_store_abandon(&w);
		return;
	}
	if (blob_store_finish(&w) < 0) {
		answer_errno(x, c);
		return;
	}
	if (note_size(c, b, length) == 0 && !http_status(x))
		http_answer(x, 200, headers, "", 0);
}

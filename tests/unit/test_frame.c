/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/frame.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/unit.h"

static struct value
text(const char *s)
{
	return (struct value){ .kind = VALUE_STRING,
		.n = (uint32_t)strlen(s),
		.s = s };
}

/* Three frames into out. */
static void
pack_three(struct bytes *out)
{
	for (uint32_t i = 0; i < 3; i++) {
		const struct frame f = { FRAME_REQUEST, 7, i, text("hello") };

		frame_pack(&f, out);
	}
}

static void
open_pipe(int fds[2])
{
	CU_ASSERT_EQUAL_FATAL(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
}

static void
test_whole_in_any_pieces(void)
{
	for (size_t piece = 1; piece < 40; piece++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		CLEANUP_BYTES struct bytes out = { 0 };
		struct frame_reader r = { 0 };
		struct frame f;
		uint32_t seen = 0;
		int fds[2];

		open_pipe(fds);
		pack_three(&out);
		for (size_t at = 0; at < out.len; at += piece) {
			size_t n = out.len - at < piece ? out.len - at : piece;

			CU_ASSERT_EQUAL(write(fds[1], out.p + at, n),
			    (ssize_t)n);
			CU_ASSERT_EQUAL(frame_read(&r, fds[0]), 1);
			while (frame_next(&r, a, &f) == 1) {
				CU_ASSERT_EQUAL(f.task, 7);
				CU_ASSERT_EQUAL(f.step, seen++);
				CU_ASSERT_STRING_EQUAL(f.body.s, "hello");
			}
		}
		CU_ASSERT_EQUAL(seen, 3);
		CU_ASSERT_EQUAL(frame_read(&r, fds[0]), 0);
		close(fds[1]);
		CU_ASSERT_EQUAL(frame_read(&r, fds[0]), -1);
		close(fds[0]);
		frame_reader_free(&r);
	}
}

/* What frame_next answers to these bytes. */
static int
answer_to(const void *p, size_t len)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct frame_reader r = { 0 };
	struct frame f;
	int fds[2], rc;

	open_pipe(fds);
	CU_ASSERT_EQUAL(write(fds[1], p, len), (ssize_t)len);
	CU_ASSERT_EQUAL(frame_read(&r, fds[0]), 1);
	rc = frame_next(&r, a, &f);
	close(fds[0]);
	close(fds[1]);
	frame_reader_free(&r);
	return rc;
}

static void
test_nonsense_refused(void)
{
	CLEANUP_BYTES struct bytes good = { 0 };
	const struct frame f = { FRAME_REPLY, 1, 1, text("x") };
	char bad[64];

	frame_pack(&f, &good);
	CU_ASSERT_FATAL(good.len <= sizeof(bad));
	CU_ASSERT_EQUAL(answer_to("\xff\xff\xff\xff", 4), -1);
	CU_ASSERT_EQUAL(answer_to("\0\0\0\0", 4), -1);
	CU_ASSERT_EQUAL(answer_to("this is no frame at all", 23), -1);
	memcpy(bad, good.p, good.len);
	bad[4] = 99; /* an unknown type */
	CU_ASSERT_EQUAL(answer_to(bad, good.len), -1);
	memcpy(bad, good.p, good.len);
	bad[20] = 0x7f; /* an unknown kind of value */
	CU_ASSERT_EQUAL(answer_to(bad, good.len), -1);
	CU_ASSERT_EQUAL(answer_to(good.p, good.len - 1), 0);
	CU_ASSERT_EQUAL(answer_to(good.p, good.len), 1);
}

UNIT_MAIN("frames",
    { "a frame arrives whole in whatever pieces it comes",
	test_whole_in_any_pieces },
    { "what is no frame is refused, and half a frame is waited for",
	test_nonsense_refused })

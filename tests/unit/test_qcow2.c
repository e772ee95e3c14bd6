/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Headers of qcow2 images: ours, and those that nobody should follow. */
#include <string.h>

#include "storage/qcow2.h"
#include "tests/lib/unit.h"

#define GIB (INT64_C(1) << 30)

static uint8_t image[QCOW2_NEW];

static void
test_new_images_are_read_again(void)
{
	static const int64_t sizes[] = { 0, 512, GIB, QCOW2_MAX_SIZE };
	static const char *const names[] = { "", "base-x.qcow2" };
	struct qcow2 q;

	for (int i = 0; i < 4; i++)
		for (int k = 0; k < 2; k++) {
			CU_ASSERT(qcow2_new(sizes[i], names[k], image) == 0);
			CU_ASSERT_PTR_NULL(qcow2_parse(image, QCOW2_HEAD, &q));
			CU_ASSERT_EQUAL(q.size, sizes[i]);
			CU_ASSERT_STRING_EQUAL(q.backing, names[k]);
			CU_ASSERT(qcow2_can_grow(&q, QCOW2_MAX_SIZE));
			CU_ASSERT(!qcow2_can_grow(&q, QCOW2_MAX_SIZE + 512));
		}
	CU_ASSERT(qcow2_new(-1, "", image) < 0);
	CU_ASSERT(qcow2_new(5, "", image) < 0);
	CU_ASSERT(qcow2_new(QCOW2_MAX_SIZE + 512, "", image) < 0);
}

static void
test_a_new_size_is_eight_bytes(void)
{
	struct qcow2 q;

	CU_ASSERT(qcow2_new(GIB, "", image) == 0);
	qcow2_put_size(2 * GIB, image + QCOW2_SIZE_AT);
	CU_ASSERT_PTR_NULL(qcow2_parse(image, QCOW2_HEAD, &q));
	CU_ASSERT_EQUAL(q.size, 2 * GIB);
}

/* One byte or word that is not as it should be, and the word that tells. */
static const struct {
	size_t at;
	unsigned char bytes[8];
	size_t n;
	const char *word;
} wrongs[] = {
	{ 0, { 'X' }, 1, "no qcow2" },
	{ 7, { 4 }, 1, "version" },
	{ 7, { 1 }, 1, "version" },
	{ 23, { 8 }, 1, "clusters" },
	{ 23, { 22 }, 1, "clusters" },
	{ 24, { 0x80 }, 1, "size" },
	{ 31, { 1 }, 1, "size" },
	{ 35, { 1 }, 1, "encrypted" },
	{ 36, { 0xff }, 1, "L1 table is too long" },
	{ 36, { 0, 0, 0, 0 }, 4, "too short" },
	{ 47, { 1 }, 1, "L1 table is nowhere" },
	{ 40, { 0, 0, 0, 0, 0, 0, 0, 0 }, 8, "L1 table is nowhere" },
	{ 40, { 0xff }, 1, "L1 table is nowhere" },
	{ 55, { 1 }, 1, "counts is nowhere" },
	{ 56, { 0, 0, 0, 0 }, 4, "counts is nowhere" },
	{ 56, { 0x7f }, 1, "counts is nowhere" },
	{ 63, { 1 }, 1, "snapshots" },
	{ 79, { 2 }, 1, "corrupt" },
	{ 79, { 4 }, 1, "another file" },
	{ 72, { 1 }, 1, "not known" },
	{ 99, { 7 }, 1, "too wide" },
	{ 103, { 71 }, 1, "length" },
	{ 102, { 0xff }, 1, "header is too long" },
	{ 104, { 0x44, 0x41, 0x54, 0x41 }, 4, "another file" },
	{ 104, { 0x05, 0x37, 0xbe, 0x77 }, 4, "encrypted" },
	{ 108, { 0xff }, 1, "extension" },
	{ 8, { 0xff }, 1, "backing" },
	{ 16, { 1 }, 1, "backing" },
	{ 19, { 0 }, 1, "backing" },
	{ 19, { 200 }, 1, "no text" },
};

static void
test_what_is_wrong_is_named(void)
{
	struct qcow2 q;

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		const char *why;

		CU_ASSERT(qcow2_new(GIB, "base-x.qcow2", image) == 0);
		memcpy(image + wrongs[i].at, wrongs[i].bytes, wrongs[i].n);
		why = qcow2_parse(image, QCOW2_HEAD, &q);
		CU_ASSERT_PTR_NOT_NULL_FATAL(why);
		CU_ASSERT(strstr(why, wrongs[i].word) != NULL);
	}
}

static void
test_short_files_are_no_images(void)
{
	struct qcow2 q;

	CU_ASSERT(qcow2_new(GIB, "base-x.qcow2", image) == 0);
	for (size_t len = 0; len < 128; len++)
		CU_ASSERT_PTR_NOT_NULL(qcow2_parse(image, len, &q));
}

UNIT_MAIN("headers of images",
    { "what is written can be read", test_new_images_are_read_again },
    { "an image grows by its header", test_a_new_size_is_eight_bytes },
    { "what is wrong is named", test_what_is_wrong_is_named },
    { "files that are too short are no images",
	test_short_files_are_no_images })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/bytes.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/fault.h"
#include "tests/lib/unit.h"

static void
test_growth(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	bool right = true;

	for (int i = 0; i < 100000; i++)
		bytes_putc(&b, (char)(i % 251));
	CU_ASSERT_EQUAL_FATAL(b.len, 100000);
	for (int i = 0; i < 100000; i++)
		right = right && b.p[i] == (char)(i % 251);
	CU_ASSERT_TRUE(right);
	CU_ASSERT_TRUE(b.cap < 2 * b.len + 64);
	CU_ASSERT_FALSE(b.failed);
}

static void
test_empty(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };

	bytes_put(&b, "", 0);
	bytes_puts(&b, "");
	CU_ASSERT_EQUAL(b.len, 0);
	CU_ASSERT_STRING_EQUAL(bytes_cstr(&b), "");
	bytes_free(&b);
	bytes_free(&b);
	bytes_free(NULL);
	CU_ASSERT_PTR_NULL(b.p);
}

static void
test_cstr(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };

	bytes_puts(&b, "abc");
	CU_ASSERT_STRING_EQUAL(bytes_cstr(&b), "abc");
	CU_ASSERT_EQUAL(b.len, 3);
	bytes_puts(&b, "def");
	CU_ASSERT_STRING_EQUAL(bytes_cstr(&b), "abcdef");
}

static void
test_printf(void)
{
	bool right = true;

	/* Every fill of the first allocation before and after. */
	for (int pre = 0; pre < 140; pre++) {
		CLEANUP_BYTES struct bytes b = { 0 };
		char expected[256];

		bytes_printf(&b, "%*s", pre, "");
		bytes_printf(&b, "%s=%d;", "key", 42);
		snprintf(expected, sizeof expected, "%*skey=42;", pre, "");
		right = right && b.len == strlen(expected) &&
		    strcmp(bytes_cstr(&b), expected) == 0;
	}
	CU_ASSERT_TRUE(right);
}

static void
test_int(void)
{
	static const long long values[] = { 0, 1, -1, 9, 10, -10, 1234567890,
		LLONG_MAX, LLONG_MIN, LLONG_MIN + 1 };

	for (size_t i = 0; i < UNIT_COUNT(values); i++) {
		CLEANUP_BYTES struct bytes b = { 0 };
		char expected[32];

		bytes_put_int(&b, values[i]);
		snprintf(expected, sizeof expected, "%lld", values[i]);
		CU_ASSERT_STRING_EQUAL(bytes_cstr(&b), expected);
	}
}

static void
test_overflow(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };

	bytes_puts(&b, "kept");
	CU_ASSERT_FALSE(bytes_reserve(&b, SIZE_MAX));
	CU_ASSERT_TRUE(b.failed);
	CU_ASSERT_EQUAL(b.len, 4);
}

static void
write_all_ways(struct bytes *b)
{
	for (int i = 0; i < 10; i++) {
		bytes_puts(b, "0123456789012345678901234567890123456789");
		bytes_putc(b, '!');
		bytes_put_int(b, 12345678);
		bytes_printf(b, "%s", "printed printed printed printed");
	}
}

/* A failed append leaves no hole: what is there is the beginning of what would
 * have been there. */
static void
test_no_memory(void)
{
	CLEANUP_BYTES struct bytes whole = { 0 };

	write_all_ways(&whole);
	for (long n = 0; n < 100; n++) {
		CLEANUP_BYTES struct bytes b = { 0 };

		fault_arm(FAULT_ALLOC, n, ENOMEM, false);
		write_all_ways(&b);
		if (!b.failed) {
			CU_ASSERT_EQUAL(b.len, whole.len);
			CU_ASSERT_EQUAL(n, 5); /* 64 to 1024 */
			break;
		}
		CU_ASSERT_TRUE(b.len < whole.len);
		CU_ASSERT_TRUE(b.len == 0 || memcmp(b.p, whole.p, b.len) == 0);
		CU_ASSERT_PTR_NULL(bytes_cstr(&b));
	}
	fault_disarm();
}

UNIT_MAIN("bytes", { "appending grows and keeps every byte", test_growth },
    { "nothing appended is nothing, and freeing twice is fine", test_empty },
    { "bytes_cstr ends the text without counting the end", test_cstr },
    { "printing is right wherever the space ends", test_printf },
    { "integers are written in decimal, the extremes too", test_int },
    { "an impossible size fails and keeps what was there", test_overflow },
    { "after running out of memory nothing more is appended", test_no_memory })

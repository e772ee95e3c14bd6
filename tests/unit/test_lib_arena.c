/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/arena.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lib/fault.h"
#include "tests/lib/unit.h"

static bool
all_zero(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i])
			return false;
	return true;
}

/* Sizes around the first block, the last, and beyond, written to the brim: a
 * piece that overlaps another, or the chain, shows as a changed byte. */
static void
test_pieces(void)
{
	static const size_t sizes[] = { 1, 7, 16, 100, 4000, 4096, 17, 1024,
		16000, 65536, 3, 1000000, 8, 2047, 2049 };
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	unsigned char *pieces[20 * UNIT_COUNT(sizes)] = { 0 };
	bool zeroed = true, aligned = true, whole = true;

	for (size_t i = 0; i < UNIT_COUNT(pieces); i++) {
		size_t size = sizes[i % UNIT_COUNT(sizes)];

		pieces[i] = arena_alloc(a, size);
		CU_ASSERT_PTR_NOT_NULL(pieces[i]);
		if (!pieces[i])
			return;
		zeroed = zeroed && all_zero(pieces[i], size);
		aligned = aligned &&
		    (uintptr_t)pieces[i] % _Alignof(max_align_t) == 0;
		memset(pieces[i], (int)(i % 255 + 1), size);
	}
	for (size_t i = 0; i < UNIT_COUNT(pieces); i++)
		for (size_t k = 0; k < sizes[i % UNIT_COUNT(sizes)]; k++)
			whole = whole && pieces[i][k] == i % 255 + 1;
	CU_ASSERT_TRUE(zeroed);
	CU_ASSERT_TRUE(aligned);
	CU_ASSERT_TRUE(whole);
}

static void
test_reset(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	char *first = arena_alloc(a, 64);

	memset(first, 'x', 64);
	for (int i = 0; i < 100; i++)
		memset(arena_alloc(a, 5000), 'x', 5000);
	CU_ASSERT_TRUE(arena_used(a) >= 500064);
	arena_reset(a);
	CU_ASSERT_EQUAL(arena_used(a), 0);
	CU_ASSERT_PTR_EQUAL(arena_alloc(a, 64), first);
	CU_ASSERT_TRUE(all_zero((unsigned char *)first, 64));
}

static void
test_limit(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(1000);

	CU_ASSERT_PTR_NOT_NULL(arena_alloc(a, 800));
	CU_ASSERT_PTR_NULL(arena_alloc(a, 300));
	CU_ASSERT_PTR_NULL(arena_printf(a, "%300d", 1));
	CU_ASSERT_PTR_NULL(arena_alloc(a, SIZE_MAX));
	CU_ASSERT_PTR_NOT_NULL(arena_alloc(a, 100));
	CU_ASSERT_TRUE(arena_used(a) <= 1000);
}

/* The smallest pieces too: padding must not get past the limit. */
static void
test_limit_counts_padding(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(1600);
	int n = 0;

	while (n < 1000 && arena_alloc(a, 1))
		n++;
	CU_ASSERT_TRUE(n >= 100 && n <= 101);
}

static void
test_overflow(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);

	CU_ASSERT_PTR_NULL(arena_array(a, SIZE_MAX / 2, 3));
	CU_ASSERT_PTR_NULL(arena_array(a, SIZE_MAX, SIZE_MAX));
	CU_ASSERT_PTR_NULL(arena_alloc(a, SIZE_MAX));
	CU_ASSERT_PTR_NULL(arena_alloc(a, SIZE_MAX / 2 + 1));
	CU_ASSERT_PTR_NOT_NULL(arena_array(a, 0, 8));
	CU_ASSERT_PTR_NOT_NULL(arena_array(a, 3, 8));
}

static void
test_strings(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);

	CU_ASSERT_STRING_EQUAL(arena_strdup(a, "one"), "one");
	CU_ASSERT_STRING_EQUAL(arena_strdup(a, ""), "");
	CU_ASSERT_STRING_EQUAL(arena_strndup(a, "twofold", 3), "two");
	CU_ASSERT_STRING_EQUAL(arena_strndup(a, "two", 100), "two");
	CU_ASSERT_STRING_EQUAL(arena_printf(a, "%d-%s", 3, "x"), "3-x");
}

/* Lengths that end exactly at, before and after the end of a block. */
static void
test_printf_at_block_end(void)
{
	bool right = true;

	for (size_t len = 3900; len < 4200; len++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		char *text = arena_printf(a, "%*s", (int)len, "end");
		char *next = arena_printf(a, "next");

		right = right && strlen(text) == len &&
		    strcmp(text + len - 3, "end") == 0 &&
		    strcmp(next, "next") == 0;
	}
	CU_ASSERT_TRUE(right);
}

static void
test_no_memory(void)
{
	for (long n = 0;; n++) {
		CLEANUP(arena_free) struct arena *a = NULL;
		void *small = NULL, *big = NULL;

		fault_arm(FAULT_ALLOC, n, ENOMEM, false);
		if ((a = arena_new(0))) {
			small = arena_alloc(a, 5000);
			big = arena_alloc(a, 100000);
		}
		if (fault_count(FAULT_ALLOC) <= n) {
			CU_ASSERT_TRUE(a && small && big);
			CU_ASSERT_EQUAL(n, 3);
			break;
		}
		CU_ASSERT_TRUE(!a || !small || !big);
		/* What failed once may be asked again. */
		if (a)
			CU_ASSERT_PTR_NOT_NULL(arena_alloc(a, 5000));
	}
	fault_disarm();
}

UNIT_MAIN("arena",
    { "pieces are zeroed, aligned and apart from each other", test_pieces },
    { "after a reset the first block is used again, zeroed", test_reset },
    { "beyond the limit it answers NULL and stays usable", test_limit },
    { "padding counts against the limit", test_limit_counts_padding },
    { "sizes that overflow are refused", test_overflow },
    { "strings are copied whole and end", test_strings },
    { "printing is right at every place in a block", test_printf_at_block_end },
    { "running out of memory at any point is answered, not fatal",
	test_no_memory })

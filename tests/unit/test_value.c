/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "model/value.h"
#include "tests/lib/unit.h"

#define TEXT(t)                                                                \
	{                                                                      \
		.kind = VALUE_STRING, .n = sizeof(t) - 1, .s = (t)             \
	}

static const struct value items[] = {
	{ .kind = VALUE_NIL },
	{ .kind = VALUE_BOOL, .b = true },
	{ .kind = VALUE_INT, .i = INT64_MIN },
	{ .kind = VALUE_DOUBLE, .d = -0.1 },
	{ .kind = VALUE_DATE, .n = 18, .s = "20261122T08:26:13Z" },
	{ .kind = VALUE_BINARY, .n = 3, .bytes = (const uint8_t *)"a\0b" },
	{ .kind = VALUE_ARRAY },
	{ .kind = VALUE_STRUCT },
	TEXT("f\xc3\xbcnf"),
};
static const struct value_member members[] = {
	{ "list", { .kind = VALUE_ARRAY, .n = 9, .items = items } },
	{ "", { .kind = VALUE_INT, .i = 7 } },
};
static const struct value everything = {
	.kind = VALUE_STRUCT,
	.n = 2,
	.members = members,
};

static int
unpack(struct arena *a, const struct bytes *b, size_t nodes, struct value *v)
{
	errno = 0;
	return value_unpack(a, b->p, b->len, nodes, v);
}

static void
test_round_trip(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct value again;

	value_pack(&everything, &b);
	CU_ASSERT_FALSE(b.failed);
	CU_ASSERT_EQUAL_FATAL(unpack(a, &b, 100, &again), 0);
	CU_ASSERT_TRUE(value_equal(&everything, &again));
	CU_ASSERT_EQUAL(again.members[0].value.items[5].n, 3);
	CU_ASSERT_EQUAL(again.members[0].value.items[5].bytes[2], 'b');
}

/* The layout is a protocol between processes of different versions. */
static void
test_layout(void)
{
	static const struct value text = TEXT("ab");
	static const struct value_member one = { "k",
		{ .kind = VALUE_INT, .i = 258 } };
	static const struct value map = { .kind = VALUE_STRUCT,
		.n = 1,
		.members = &one };
	static const char expected[] = "\x04\x02\0\0\0ab"
				       "\x08\x01\0\0\0\x01\0\0\0k"
				       "\x02\x02\x01\0\0\0\0\0\0";
	CLEANUP_BYTES struct bytes b = { 0 };

	value_pack(&text, &b);
	value_pack(&map, &b);
	CU_ASSERT_EQUAL_FATAL(b.len, sizeof(expected) - 1);
	CU_ASSERT_EQUAL(memcmp(b.p, expected, b.len), 0);
}

static void
test_cut_short(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct value v;

	value_pack(&everything, &b);
	for (size_t len = 0; len < b.len; len++) {
		struct bytes cut = { .p = b.p, .len = len };

		CU_ASSERT_EQUAL(unpack(a, &cut, 100, &v), -1);
		CU_ASSERT_EQUAL(errno, EBADMSG);
	}
	bytes_putc(&b, '\0');
	CU_ASSERT_EQUAL(unpack(a, &b, 100, &v), -1);
}

static void
test_malformed(void)
{
	static const struct {
		const char *what, *bytes;
		size_t len;
	} bad[] = {
		{ "unknown kind", "\x09", 1 },
		{ "a bool of 2", "\x01\x02", 2 },
		{ "text with a NUL", "\x04\x01\0\0\0\0", 6 },
		{ "a name with a NUL", "\x08\x01\0\0\0\x01\0\0\0\0\0", 11 },
		{ "more items than bytes", "\x07\xff\xff\xff\xff\0\0", 7 },
		{ "more members than fit", "\x08\x02\0\0\0\0\0\0\0\0\0", 11 },
		{ "more text than bytes", "\x04\xff\xff\xff\x7f\0", 6 },
	};
	CLEANUP(arena_free) struct arena *a = arena_new(1 << 20);
	struct value v;

	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		errno = 0;
		CU_ASSERT_EQUAL(value_unpack(a, bad[i].bytes, bad[i].len, 100,
				    &v),
		    -1);
		CU_ASSERT_EQUAL(errno, EBADMSG);
	}
	CU_ASSERT_TRUE(arena_used(a) < 1024);
}

/* depth arrays, one in the other, the innermost empty. */
static void
nest(struct bytes *b, unsigned depth)
{
	for (unsigned i = 1; i < depth; i++)
		bytes_put(b, "\x07\x01\0\0\0", 5);
	bytes_put(b, "\x07\0\0\0\0", 5);
}

static void
test_depth(void)
{
	CLEANUP_BYTES struct bytes ok = { 0 }, deep = { 0 };
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct value v;

	nest(&ok, VALUE_MAX_DEPTH);
	nest(&deep, VALUE_MAX_DEPTH + 1);
	CU_ASSERT_EQUAL(unpack(a, &ok, 1000, &v), 0);
	CU_ASSERT_EQUAL(unpack(a, &deep, 1000, &v), -1);
	CU_ASSERT_EQUAL(errno, EBADMSG);
}

static void
test_nodes(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct value v;

	value_pack(&everything, &b);
	CU_ASSERT_EQUAL(unpack(a, &b, 12, &v), 0);
	CU_ASSERT_EQUAL(unpack(a, &b, 11, &v), -1);
	CU_ASSERT_EQUAL(errno, EBADMSG);
}

static void
test_no_memory(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	struct value v;

	value_pack(&everything, &b);
	for (size_t limit = 1;; limit += 16) {
		CLEANUP(arena_free) struct arena *a = arena_new(limit);

		if (unpack(a, &b, 100, &v) == 0)
			break;
		CU_ASSERT_EQUAL(errno, ENOMEM);
		CU_ASSERT_TRUE_FATAL(limit < 10000);
	}
}

static void
test_equality(void)
{
	static const struct value_member turned[] = {
		{ "", { .kind = VALUE_INT, .i = 7 } },
		{ "list", { .kind = VALUE_ARRAY, .n = 9, .items = items } },
	};
	static const struct value other = { .kind = VALUE_STRUCT,
		.n = 2,
		.members = turned };
	const struct value text = TEXT("1"), number = { VALUE_INT, 0, .i = 1 };
	const struct value two = TEXT("2");

	CU_ASSERT_TRUE(value_equal(&everything, &other));
	CU_ASSERT_FALSE(value_equal(&text, &number));
	CU_ASSERT_FALSE(value_equal(&text, &two));
	CU_ASSERT_FALSE(value_equal(&everything, &items[7]));
}

static void
test_member(void)
{
	static const struct value_member twice[] = {
		{ "x", { .kind = VALUE_INT, .i = 1 } },
		{ "x", { .kind = VALUE_INT, .i = 2 } },
	};
	const struct value v = { VALUE_STRUCT, 2, .members = twice };

	CU_ASSERT_EQUAL(value_member(&v, "x")->i, 2);
	CU_ASSERT_PTR_NULL(value_member(&v, "y"));
	CU_ASSERT_PTR_NULL(value_member(&items[1], "x"));
}

UNIT_MAIN("value",
    { "every kind of value survives the binary form", test_round_trip },
    { "the binary form has the layout it is documented with", test_layout },
    { "a frame that ends early or late is refused", test_cut_short },
    { "malformed frames are refused without taking memory", test_malformed },
    { "nesting is bounded", test_depth },
    { "the number of nodes is bounded", test_nodes },
    { "running out of memory is ENOMEM at every point", test_no_memory },
    { "equality ignores the order of members and nothing else", test_equality },
    { "the last of two members with one name is found", test_member })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/text.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/unit.h"

static const struct {
	const char *text;
	bool clean;
} rows[] = {
	{ "", true },
	{ "plain", true },
	{ "tab\tline\r\n", true },
	{ " ~\x7f", true }, /* DEL may stand in XML 1.0 */
	{ "\x1f", false },
	{ "\x01", false },
	{ "\x0b", false },
	{ "\x1b[31m", false },
	{ "\xc3\xa9t\xc3\xa9", true },
	{ "\xc2\x80", true },
	{ "\xdf\xbf", true },
	{ "\xe0\xa0\x80", true },
	{ "\xe2\x82\xac", true },
	{ "\xed\x9f\xbf", true },                  /* U+D7FF */
	{ "\xee\x80\x80", true },                  /* U+E000 */
	{ "\xef\xbf\xbd", true },                  /* U+FFFD */
	{ "\xef\xbb\xbf", true },                  /* byte order mark */
	{ "\xf0\x90\x80\x80", true },              /* U+10000 */
	{ "\xf4\x8f\xbf\xbf", true },              /* U+10FFFF */
	{ "\xf0\x9f\x98\x80 \xe4\xb8\xad", true }, /* two scripts */
	{ "\x80", false },                         /* alone */
	{ "\xbf", false },
	{ "\xc0\x80", false },                 /* overlong NUL */
	{ "\xc1\xbf", false },                 /* overlong */
	{ "\xe0\x9f\xbf", false },             /* overlong */
	{ "\xf0\x8f\xbf\xbf", false },         /* overlong */
	{ "\xed\xa0\x80", false },             /* U+D800 */
	{ "\xed\xbf\xbf", false },             /* U+DFFF */
	{ "\xed\xa0\xbd\xed\xb8\x80", false }, /* a pair of surrogates */
	{ "\xef\xbf\xbe", false },             /* U+FFFE */
	{ "\xef\xbf\xbf", false },             /* U+FFFF */
	{ "\xf4\x90\x80\x80", false },         /* U+110000 */
	{ "\xf5\x80\x80\x80", false },
	{ "\xf8\x88\x80\x80\x80", false }, /* five bytes */
	{ "\xfe", false },
	{ "\xff", false },
	{ "\xc3", false }, /* cut off */
	{ "\xe2\x82", false },
	{ "\xf0\x9f\x98", false },
	{ "\xc3(", false },
	{ "\xe2\x28\xa1", false },
	{ "\xe2\x82\x28", false },
	{ "\xf0\x9f\x98\x28", false },
	{ "\xc3\xa9\xa9", false },
};

/* Each row at every place relative to the eight bytes that are checked at
 * once, with more behind it, in memory that ends where the text ends. */
static void
test_clean(void)
{
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		size_t len = strlen(rows[i].text);

		for (size_t before = 0; before < 18; before++)
			for (size_t after = 0; after < 18; after += 17) {
				size_t n = before + len + after;
				char *s = malloc(n + !n);

				memset(s, 'a', n + !n);
				memcpy(s + before, rows[i].text, len);
				if (text_is_clean(s, n) != rows[i].clean)
					printf("# row %zu at %zu\n", i, before);
				CU_ASSERT_EQUAL(text_is_clean(s, n),
				    rows[i].clean);
				free(s);
			}
	}
	CU_ASSERT_FALSE(text_is_clean("a\0b", 3));
	CU_ASSERT_FALSE(text_is_clean("aaaaaaaa\0", 9));
}

/* Any single byte in the middle of eight. */
static void
test_each_byte(void)
{
	bool right = true;

	for (int c = 0; c < 256; c++)
		for (int at = 0; at < 8; at++) {
			char s[8] = "aaaaaaa";
			bool clean = (c >= 0x20 && c < 0x80) || c == '\t' ||
			    c == '\n' || c == '\r';

			s[7] = 'a';
			s[at] = (char)c;
			right = right && text_is_clean(s, 8) == clean;
		}
	CU_ASSERT_TRUE(right);
}

/* Every code point, encoded by the rule and judged by the definition. */
static void
test_each_character(void)
{
	bool right = true;

	for (uint32_t c = 0x80; c <= 0x1fffff; c++) {
		char s[4];
		size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		bool clean = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) &&
		    c != 0xfffe && c != 0xffff;

		for (size_t i = n - 1, rest = c; i > 0; i--, rest >>= 6)
			s[i] = (char)(0x80 | (rest & 0x3f));
		s[0] = (char)((0xf00 >> n & 0xff) | c >> 6 * (n - 1));
		right = right && text_is_clean(s, n) == clean;
	}
	CU_ASSERT_TRUE(right);
}

static void
test_make_clean(void)
{
	static const struct {
		const char *dirty, *clean;
	} table[] = {
		{ "", "" },
		{ "as it is\tgr\xc3\xbc\xc3\x9f\n",
		    "as it is\tgr\xc3\xbc\xc3\x9f\n" },
		{ "a\x1f"
		  "b\x01",
		    "a?b?" },
		{ "\xff\xc3", "??" },
		{ "gr\xc3\xbc\x7f\xc3(\xed\xa0\x80", "gr\xc3\xbc\x7f?(???" },
	};

	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		char s[64];

		snprintf(s, sizeof(s), "%s", table[i].dirty);
		text_make_clean(s);
		CU_ASSERT_STRING_EQUAL(s, table[i].clean);
		CU_ASSERT_TRUE(text_is_clean(s, strlen(s)));
	}
}

static void
test_secret(void)
{
	CU_ASSERT_TRUE(text_equal_secret("", ""));
	CU_ASSERT_TRUE(text_equal_secret("secret", "secret"));
	CU_ASSERT_FALSE(text_equal_secret("secret", "secreT"));
	CU_ASSERT_FALSE(text_equal_secret("secret", "xecret"));
	CU_ASSERT_FALSE(text_equal_secret("secret", "secre"));
	CU_ASSERT_FALSE(text_equal_secret("", "s"));
	CU_ASSERT_FALSE(text_equal_secret(NULL, ""));
	CU_ASSERT_FALSE(text_equal_secret("", NULL));
	CU_ASSERT_FALSE(text_equal_secret(NULL, NULL));
}

static void
test_int(void)
{
	static const struct {
		const char *text;
		bool ok;
		long long value;
	} ints[] = {
		{ "0", true, 0 }, { "-0", true, 0 }, { "+7", true, 7 },
		{ "-7", true, -7 }, { "007", true, 7 },
		{ "9223372036854775807", true, LLONG_MAX },
		{ "-9223372036854775808", true, LLONG_MIN },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "99999999999999999999999999", false, 0 }, { "", false, 0 },
		{ "-", false, 0 }, { "+", false, 0 }, { "+-1", false, 0 },
		{ " 1", false, 0 }, { "1 ", false, 0 }, { "1.0", false, 0 },
		{ "0x10", false, 0 }, { "1e3", false, 0 },
		{ "1_000", false, 0 },
		{ "\xd9\xa1", false, 0 }, /* a digit of another script */
	};

	for (size_t i = 0; i < UNIT_COUNT(ints); i++) {
		long long v = 42;
		bool ok = text_parse_int(ints[i].text, &v);

		if (ok != ints[i].ok)
			printf("# %s\n", ints[i].text);
		CU_ASSERT_EQUAL(ok, ints[i].ok);
		CU_ASSERT_EQUAL(v, ok ? ints[i].value : 42);
	}
}

static void
test_double(void)
{
	static const struct {
		double value;
		const char *text;
	} doubles[] = {
		{ 0, "0" },
		{ 1, "1" },
		{ -1.5, "-1.5" },
		{ 0.1, "0.1" },
		{ 1e21, "1e+21" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 100000000, "100000000" },
		{ INFINITY, "0" },
		{ -INFINITY, "0" },
		{ NAN, "0" },
	};
	static const double extremes[] = { DBL_MAX, -DBL_MAX, DBL_MIN,
		DBL_TRUE_MIN, 1.0 / 3, 2.0 / 3, 1 + DBL_EPSILON };
	char out[32];

	for (size_t i = 0; i < UNIT_COUNT(doubles); i++) {
		int n = text_format_double(doubles[i].value, out);

		CU_ASSERT_STRING_EQUAL(out, doubles[i].text);
		CU_ASSERT_EQUAL(n, (int)strlen(doubles[i].text));
	}
	for (size_t i = 0; i < UNIT_COUNT(extremes); i++) {
		text_format_double(extremes[i], out);
		CU_ASSERT_EQUAL(strtod(out, NULL), extremes[i]);
	}
}

UNIT_MAIN("text", { "clean text and every kind of unclean text", test_clean },
    { "each byte is judged rightly at each place of a word", test_each_byte },
    { "each code point is judged rightly", test_each_character },
    { "unclean text is made clean, and what is clean stays", test_make_clean },
    { "secrets are equal only to themselves", test_secret },
    { "integers are read whole, in range or not at all", test_int },
    { "doubles are short and read back the same", test_double })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "rpc/escape.h"
#include "tests/lib/unit.h"

typedef void escape_fn(struct bytes *out, const char *s);

static void
check(escape_fn *fn, const char *s, const char *expected)
{
	CLEANUP_BYTES struct bytes out = { 0 };

	fn(&out, s);
	CU_ASSERT_FALSE(out.failed);
	if (strcmp(bytes_cstr(&out), expected) != 0)
		printf("# %s gives %s, not %s\n", s, out.p, expected);
	CU_ASSERT_STRING_EQUAL(out.p, expected);
}

static void
test_xml(void)
{
	check(escape_xml, "", "");
	check(escape_xml, "a", "a");
	check(escape_xml, "<a b=\"c\">'&'</a>",
	    "&lt;a b=&quot;c&quot;&gt;'&amp;'&lt;/a&gt;");
	check(escape_xml, "\x01\x02 \t\n\r\x0b\x1f!\x7f", " \t\n\r!\x7f");
	check(escape_xml, "\u00e4\u20ac\U0001F600\u2028",
	    "\u00e4\u20ac\U0001F600\u2028");
	check(escape_xml, "OpaqueRef:NULL", "OpaqueRef:NULL");
}

static void
test_json(void)
{
	check(escape_json, "", "\"\"");
	check(escape_json, "a", "\"a\"");
	check(escape_json, "a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
	check(escape_json, "\x01\n\r\t\x1f\x7f",
	    "\"\\u0001\\u000a\\u000d\\u0009\\u001f\x7f\"");
	check(escape_json, "<&>\u00e4\u20ac\U0001F600\u2028",
	    "\"<&>\u00e4\u20ac\U0001F600\u2028\"");
}

/* What the formats say, one byte after the other. */
static void
slow_xml(struct bytes *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '&')
			bytes_puts(out, "&amp;");
		else if (*s == '<')
			bytes_puts(out, "&lt;");
		else if (*s == '>')
			bytes_puts(out, "&gt;");
		else if (*s == '"')
			bytes_puts(out, "&quot;");
		else if ((unsigned char)*s >= 0x20 || strchr("\t\n\r", *s))
			bytes_putc(out, *s);
	}
}

static void
slow_json(struct bytes *out, const char *s)
{
	bytes_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			bytes_printf(out, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			bytes_printf(out, "\\u%04x", (unsigned)*s);
		else
			bytes_putc(out, *s);
	}
	bytes_putc(out, '"');
}

/* Into memory of exactly the size of what is there, so that a sanitizer or
 * valgrind sees a read past the end. */
static void
compare(const char *text, size_t len)
{
	static const struct {
		escape_fn *fast, *slow;
	} pairs[] = { { escape_xml, slow_xml }, { escape_json, slow_json } };
	char *s = strndup(text, len);

	if (!s)
		abort();
	for (size_t i = 0; i < UNIT_COUNT(pairs); i++) {
		CLEANUP_BYTES struct bytes fast = { 0 }, slow = { 0 };

		pairs[i].fast(&fast, s);
		pairs[i].slow(&slow, s);
		CU_ASSERT_STRING_EQUAL_FATAL(bytes_cstr(&fast),
		    bytes_cstr(&slow));
	}
	free(s);
}

static void
test_every_byte_everywhere(void)
{
	char text[34];

	for (size_t len = 1; len < sizeof(text); len++) {
		for (size_t at = 0; at < len; at++) {
			for (int c = 1; c < 256; c++) {
				memset(text, 'x', len);
				text[at] = (char)c;
				compare(text, len);
			}
		}
	}
}

static void
test_two_specials(void)
{
	static const char specials[] = "\"&<>\\\x01\x1f\n\xff\x80 !";
	char text[25];

	for (size_t i = 0; i < sizeof(text); i++) {
		for (size_t j = 0; j < i; j++) {
			for (size_t k = 0; k < sizeof(specials) - 1; k++) {
				memset(text, 0xC3, sizeof(text));
				text[i] = specials[k];
				text[j] = specials[(k * 5 + 1) % 12];
				compare(text, sizeof(text));
			}
		}
	}
}

static void
test_only_specials(void)
{
	char text[1000];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "\"&<>\x02\\"[i % 6];
	compare(text, sizeof(text));
}

UNIT_MAIN("escape",
    { "XML: four characters are entities, control characters go", test_xml },
    { "JSON: quotes, backslashes and control characters", test_json },
    { "every byte at every place of every length is escaped alike",
	test_every_byte_everywhere },
    { "two bytes to escape do not hide each other", test_two_specials },
    { "text that is nothing but escapes is whole", test_only_specials })

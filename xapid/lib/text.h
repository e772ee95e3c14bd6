/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks on text from outside. */
#ifndef XAPID_LIB_TEXT_H
#define XAPID_LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether every character may stand in an XML 1.0 document: valid UTF-8 (no
 * overlong forms, no surrogates), no U+FFFE and U+FFFF, no control characters
 * other than tab, line feed and carriage return. (attack A6) */
bool text_is_clean(const char *s, size_t len);
/* Whether it begins as a URL of HTTP or HTTPS does. */
bool text_is_web_url(const char *s);
/* The same, but with all characters. */
bool text_is_utf8(const char *s, size_t len);
/* Puts '?' in the place of each byte that keeps it from being clean: for what
 * programs and kernels say, before it is stored or sent. */
void text_make_clean(char *s);
/* Equal in a time that depends only on the lengths; NULL equals nothing. */
bool text_equal_secret(const char *a, const char *b);
/* Decimal with optional sign, whole string, fits 64 bits. */
bool text_parse_int(const char *s, long long *out_r);
/* A double as the original prints it: shortest of %.16g / %.17g that reads
 * back the same; "inf", "-inf" and "nan" become 0. Answers the length. */
int text_format_double(double v, char out[32]);

/* 0 to 15; -1: none. */
int text_hex_digit(char c);

#endif

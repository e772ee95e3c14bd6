/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base64 as XML-RPC carries it. */
#ifndef XAPID_LIB_BASE64_H
#define XAPID_LIB_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Reads len characters, white space between them allowed, padding required.
 * out may be the text itself, else has room for 3 bytes per 4 characters. -1:
 * malformed. */
int base64_decode(const char *s, size_t len, uint8_t *out, size_t *len_r);

/* Without line breaks, and a NUL behind it: BASE64_CHARS(len) + 1 characters. */
#define BASE64_CHARS(len) (((len) + 2) / 3 * 4)
void base64_encode(const uint8_t *in, size_t len, char *out);

#endif

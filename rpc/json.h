/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON text (RFC 8259) to a value tree. Stricter than it must be: no name twice
 * in an object, no U+0000, no number that does not fit. Integers are VALUE_INT,
 * all other numbers VALUE_DOUBLE. */
#ifndef XAPID_RPC_JSON_H
#define XAPID_RPC_JSON_H

#include "rpc/decode.h"

/* Depth and number of values are bounded by limits, or their defaults. Text is
 * valid UTF-8, but may hold what text_is_clean() refuses. Takes exactly len bytes.
 * *plain_r: every name and text is of bytes from 0x20 to 0x7f. */
enum decode_status json_parse(struct arena *a, const char *s, size_t len,
    const struct decode_limits *limits, struct value *out_r, bool *plain_r);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON text (RFC 8259) to a value tree. Stricter than it must be: no name twice
 * in an object, no U+0000, no number that does not fit. Integers are VALUE_INT,
 * all other numbers VALUE_DOUBLE. */
#ifndef XAPID_RPC_JSON_H
#define XAPID_RPC_JSON_H

#include "rpc/decode.h"

/* Recurses: who calls has bounded the depth. Text is valid UTF-8, but may hold
 * what text_is_clean() refuses. Takes exactly len bytes. */
enum decode_status json_parse(struct arena *a, const char *s, size_t len,
    struct value *out_r);

#endif

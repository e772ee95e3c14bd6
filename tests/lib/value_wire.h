/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Value trees as requests, for tests that write what was read and read it
 * again. Slow and simple. */
#ifndef TESTS_LIB_VALUE_WIRE_H
#define TESTS_LIB_VALUE_WIRE_H

#include "rpc/decode.h"

/* A methodCall. */
void value_wire_xml(const struct decoded_call *call, struct bytes *out);
/* A request of the same version, with the same id; dates and binaries are
 * beyond JSON and must not be there. */
void value_wire_json(const struct decoded_call *call, struct bytes *out);
/* Whether both have the same method and parameters. */
bool value_wire_same(const struct decoded_call *a,
    const struct decoded_call *b);

#endif

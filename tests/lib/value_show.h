/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Value trees as text that tables of tests can hold. */
#ifndef TESTS_LIB_VALUE_SHOW_H
#define TESTS_LIB_VALUE_SHOW_H

#include "lib/bytes.h"
#include "model/value.h"

/* nil true 5 2.5d 'text' @date #6869 (binary, in hexadecimal) [1,2] {name:1} */
void value_show(const struct value *v, struct bytes *out);

#endif

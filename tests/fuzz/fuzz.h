/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fuzz target is tests/fuzz/fuzz_NAME.c with this one function: it takes any
 * bytes, returns 0, and aborts when something that must hold does not. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif

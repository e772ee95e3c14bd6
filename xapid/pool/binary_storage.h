/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the pool keeps contents of blobs. */
#ifndef XAPID_BINARY_STORAGE_H
#define XAPID_BINARY_STORAGE_H

#include "call/core.h"

bool binary_storage_is_off(const struct core *core);
/* As a transaction sees it. */
bool binary_storage_off_in(struct tx *t, const struct core *core);

#endif

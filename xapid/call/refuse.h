/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For rules that answer a call and also fill allowed_operations: there nobody
 * wants the reason, and c is NULL. All of them answer -1. */
#ifndef XAPID_REFUSE_H
#define XAPID_REFUSE_H

#include "call/call.h"

int refuse_with(struct call *c, const char *code, unsigned n,
    const char *const params[]);
/* code with an object and perhaps one more parameter, else NULL. */
int refuse_ref(struct call *c, const char *code, struct ref ref,
    const char *more);
/* OPERATION_NOT_ALLOWED */
int refuse_text(struct call *c, const char *text);
/* OTHER_OPERATION_IN_PROGRESS: about is the object that is named, at the
 * operation in current_operations, its own or another object's. */
int refuse_busy(struct call *c, const struct record *about,
    const struct map *current, uint32_t at, const struct enum_info *names);

/* INVALID_VALUE of a number; c is not NULL. */
int refuse_number(struct call *c, const char *field, int64_t value);

#endif

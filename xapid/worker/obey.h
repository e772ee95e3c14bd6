/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Failures by order: how a worker fails on purpose in tests. Kinds:
 *   error  INTERNAL_ERROR, nothing done
 *   exit   the worker ends before it does anything
 *   abort  … by a signal
 *   hang   never answers
 *   wrong  answers something that is no frame
 *   after  ends after the work, before the answer
 *   half   ends in the middle of its answer */
#ifndef XAPID_WORKER_OBEY_H
#define XAPID_WORKER_OBEY_H

#include <stdbool.h>

#include "lib/bytes.h"

/* The kind as static text, or NULL when there is no such kind. */
const char *obey_kind(const char *what);
/* Before the work. True: answered already. order may be NULL. */
bool obey_before(const char *order);
/* After the work, with the answer that is about to leave. */
void obey_after(const char *order, const struct bytes *answer);

#endif

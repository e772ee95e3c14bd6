/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Failures by order: how a worker fails on purpose in tests. Kinds:
 *   error  INTERNAL_ERROR, nothing done
 *   exit   the worker ends before it does anything
 *   abort  … by a signal
 *   hang   never answers
 *   wrong  answers something that is no frame
 *   after  ends after the work, before the answer
 *   half   ends in the middle of its answer
 *   fault:KIND:N:ERROR   the work meets a system call that fails, or that it
 *          does not outlive (lib/fault.h) */
#ifndef XAPID_WORKER_OBEY_H
#define XAPID_WORKER_OBEY_H

#include <stdbool.h>

#include "lib/bytes.h"
#include "worker/op.h"

#define OBEY_ORDERS 8

/* What is ordered. Lies in a file of the simulated world, whose form it is a
 * part of: a worker that died is followed by one that goes on with it. */
struct obey_orders {
	struct obey_order {
		char of[24]; /* the operation, "*": any */
		char what[40];
		uint32_t count; /* how many fail; 0: a free place */
		uint32_t skip;  /* how many pass before */
	} rows[OBEY_ORDERS];
};

/* The operation "order"; args: what ("none": no more of them), of, skip,
 * count. */
int obey_add(struct obey_orders *all, struct op *op);
/* What is ordered of this operation, until the next obey_add; NULL: nothing,
 * or a fault, which is armed. Counts it as done. */
const char *obey_due(struct obey_orders *all, const char *op);

/* Before the work. True: answered already. order may be NULL. */
bool obey_before(const char *order);
/* After the work, with the answer that is about to leave. */
void obey_after(const char *order, const struct bytes *answer);

#endif

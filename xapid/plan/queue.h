/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests in an order, linked by themselves. Whoever has a queue has its lock. */
#ifndef XAPID_PLAN_QUEUE_H
#define XAPID_PLAN_QUEUE_H

#include "plan/switch.h"

struct queue {
	struct request *first, **end;
};

/* Empty, or made so without looking at what is in it. */
void queue_init(struct queue *q);
/* Behind all others; the request stays its owner's. */
void queue_put(struct queue *q, struct request *m);
/* All of `all` to the front of q, in their order. */
void queue_put_front(struct queue *q, struct queue *all);
struct request *queue_take_first(struct queue *q);
/* NULL: there is none of that name. */
struct request *queue_take(struct queue *q, uint64_t task, uint32_t step);
struct request *queue_find(const struct queue *q, uint64_t task, uint32_t step);

#endif

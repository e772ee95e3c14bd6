/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/queue.h"

void
queue_init(struct queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

void
queue_put(struct queue *q, struct request *m)
{
	m->next = NULL;
	*q->end = m;
	q->end = &m->next;
}

void
queue_put_front(struct queue *q, struct queue *all)
{
	if (!all->first)
		return;
	*all->end = q->first;
	if (!q->first)
		q->end = all->end;
	q->first = all->first;
	queue_init(all);
}

struct request *
queue_find(const struct queue *q, uint64_t task, uint32_t step)
{
	struct request *m = q->first;

	while (m && (m->task != task || m->step != step))
		m = m->next;
	return m;
}

struct request *
queue_take(struct queue *q, uint64_t task, uint32_t step)
{
	struct request **p = &q->first, *m;

	while (*p && ((*p)->task != task || (*p)->step != step))
		p = &(*p)->next;
	m = *p;
	if (!m)
		return NULL;
	*p = m->next;
	if (!*p)
		q->end = p;
	return m;
}

struct request *
queue_take_first(struct queue *q)
{
	return q->first ? queue_take(q, q->first->task, q->first->step) : NULL;
}

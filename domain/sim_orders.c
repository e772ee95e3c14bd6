/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Failures by order (xe sim-fail, tests): the next operations of a kind end in
 * an error, or the worker dies, hangs or talks nonsense in them. Orders stand
 * in the simulator's file, so a fresh worker goes on with them. */
#include <stdio.h>
#include <string.h>

#include "domain/sim_private.h"
#include "worker/obey.h"

#define NORDERS                                                                \
	(sizeof(((struct sim_world *)0)->orders) /                             \
	    sizeof(((struct sim_world *)0)->orders[0]))

int
sim_order(void *context, struct op *op)
{
	struct sim *s = context;
	const char *what = obey_kind(op_text(op, "what", ""));
	const char *of = op_text(op, "of", "*");

	if (strcmp(op_text(op, "what", ""), "none") == 0) {
		memset(s->world->orders, 0, sizeof(s->world->orders));
		return 0;
	}
	if (!what || strlen(of) >= sizeof(s->world->orders[0].op))
		return op_fail(op, "INVALID_VALUE", "what",
		    op_text(op, "what", ""), NULL);
	for (size_t i = 0; i < NORDERS; i++) {
		struct sim_order *o = &s->world->orders[i];

		if (o->count)
			continue;
		snprintf(o->op, sizeof(o->op), "%s", of);
		snprintf(o->what, sizeof(o->what), "%s", what);
		o->skip = (uint32_t)op_int(op, "skip", 0);
		o->count = (uint32_t)op_int(op, "count", 1);
		return 0;
	}
	return op_fail(op, "INVALID_VALUE", "count", "too many orders at once",
	    NULL);
}

const char *
sim_order_for(void *context, const char *op)
{
	struct sim *s = context;

	for (size_t i = 0; i < NORDERS; i++) {
		struct sim_order *o = &s->world->orders[i];

		if (!o->count ||
		    (strcmp(o->op, "*") != 0 && strcmp(o->op, op) != 0))
			continue;
		if (o->skip) {
			o->skip--;
			continue;
		}
		o->count--;
		return obey_kind(o->what);
	}
	return NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Failures by order (xe sim-fail, tests): the next operations of a kind end in
 * an error, or the worker dies, hangs or talks nonsense in them. Orders stand
 * in the simulator's file, so a fresh worker goes on with them. */
#include <string.h>

#include "domain/sim_private.h"

#define NORDERS                                                                \
	(sizeof(((struct sim_world *)0)->orders) /                             \
	    sizeof(((struct sim_world *)0)->orders[0]))

static const char *const kinds[] = {
	"error", /* INTERNAL_ERROR, nothing done */
	"exit",  /* the worker ends before it does anything */
	"abort", /* … by a signal */
	"after", /* … after the work, before the answer */
	"hang",  /* never answers */
	"wrong", /* answers something that is no reply */
	"half",  /* ends in the middle of its answer */
};

static const char *
find_kind(const char *what)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], what) == 0)
			return kinds[i];
	return NULL;
}

int
sim_order(void *context, struct domain_op *op)
{
	struct sim *s = context;
	const char *what = find_kind(domain_arg_text(op, "what", ""));
	const char *of = domain_arg_text(op, "of", "*");

	if (strcmp(domain_arg_text(op, "what", ""), "none") == 0) {
		memset(s->world->orders, 0, sizeof(s->world->orders));
		return 0;
	}
	if (!what || strlen(of) >= sizeof(s->world->orders[0].op))
		return domain_fail(op, "INVALID_VALUE", "what",
		    domain_arg_text(op, "what", ""), NULL);
	for (size_t i = 0; i < NORDERS; i++) {
		struct sim_order *o = &s->world->orders[i];

		if (o->count)
			continue;
		strcpy(o->op, of);
		strcpy(o->what, what);
		o->skip = (uint32_t)domain_arg_int(op, "skip", 0);
		o->count = (uint32_t)domain_arg_int(op, "count", 1);
		return 0;
	}
	return domain_fail(op, "INVALID_VALUE", "count",
	    "too many orders at once", NULL);
}

const char *
sim_order_for(struct sim *s, const char *op)
{
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
		return find_kind(o->what);
	}
	return NULL;
}

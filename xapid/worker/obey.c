/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "worker/obey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fault.h"
#include "lib/file.h"
#include "worker/worker.h"

static const char *const kinds[] = { "error", "exit", "abort", "hang", "wrong",
	"after", "half" };

#define FAULT "fault:"

static bool
is_known(const char *what)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], what) == 0)
			return true;
	return strncmp(what, FAULT, strlen(FAULT)) == 0;
}

int
obey_add(struct obey_orders *all, struct op *op)
{
	const char *what = op_text(op, "what", ""),
		   *of = op_text(op, "of", "*");
	struct obey_order *o = all->rows;

	if (strcmp(what, "none") == 0) {
		memset(all, 0, sizeof(*all));
		return 0;
	}
	if (!is_known(what) || strlen(what) >= sizeof(o->what))
		return op_fail(op, "INVALID_VALUE", "what", what, NULL);
	if (strlen(of) >= sizeof(o->of))
		return op_fail(op, "INVALID_VALUE", "of", of, NULL);
	while (o < all->rows + OBEY_ORDERS && o->count)
		o++;
	if (o == all->rows + OBEY_ORDERS)
		return op_fail(op, "INVALID_VALUE", "count",
		    "too many orders at once", NULL);
	snprintf(o->of, sizeof(o->of), "%s", of);
	snprintf(o->what, sizeof(o->what), "%s", what);
	o->skip = (uint32_t)op_int(op, "skip", 0);
	o->count = (uint32_t)op_int(op, "count", 1);
	return 0;
}

const char *
obey_due(struct obey_orders *all, const char *op)
{
	fault_disarm();
	for (struct obey_order *o = all->rows; o < all->rows + OBEY_ORDERS;
	     o++) {
		if (!o->count ||
		    (strcmp(o->of, "*") != 0 && strcmp(o->of, op) != 0))
			continue;
		if (o->skip) {
			o->skip--;
			continue;
		}
		o->count--;
		if (strncmp(o->what, FAULT, strlen(FAULT)) != 0)
			return o->what;
		(void)fault_arm_text(o->what + strlen(FAULT));
		return NULL;
	}
	return NULL;
}

bool
obey_before(const char *order)
{
	static const char nonsense[64] = "this is no frame";

	if (!order)
		return false;
	if (strcmp(order, "exit") == 0)
		_exit(1);
	if (strcmp(order, "abort") == 0)
		abort();
	if (strcmp(order, "hang") == 0)
		for (;;)
			pause();
	if (strcmp(order, "wrong") == 0) {
		(void)file_write_full(WORKER_FD, nonsense, sizeof(nonsense));
		return true;
	}
	return false;
}

void
obey_after(const char *order, const struct bytes *answer)
{
	if (!order)
		return;
	if (strcmp(order, "after") == 0)
		_exit(1);
	if (strcmp(order, "half") == 0) {
		(void)file_write_full(WORKER_FD, answer->p, answer->len / 2);
		_exit(1);
	}
}

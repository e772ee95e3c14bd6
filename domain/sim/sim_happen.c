/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What simulated guests do of their own: end, crash, go away, appear. The core
 * hears of it as it hears of real ones, by an event. */
#include <string.h>

#include "domain/sim/sim_private.h"
#include "worker/worker.h"

static void
tell(const struct sim_domain *d)
{
	const struct value_member m[] = {
		{ "event", value_of_text("domain") },
		{ "uuid", value_of_text(d->uuid) },
		{ "domid", value_of_int(d->domid) },
		{ "state", value_of_text(sim_state_name(d)) },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = sizeof(m) / sizeof(m[0]),
		.members = m };

	worker_event(&body);
}

static int
appear(struct sim *s, struct op *op)
{
	struct sim_domain *d;

	if (sim_create(s, op) < 0)
		return -1;
	d = sim_find(s, op->uuid);
	d->state = SIM_RUNNING;
	tell(d);
	return 0;
}

int
sim_happen(void *context, struct op *op)
{
	static const struct {
		const char *what;
		enum sim_state state;
	} table[] = {
		{ "poweroff", SIM_POWEROFF }, { "reboot", SIM_REBOOT },
		{ "crash", SIM_CRASH }, { "gone", SIM_GONE },
		{ "watchdog", SIM_WATCHDOG }, { "soft_reset", SIM_SOFT_RESET },
		{ "pause", SIM_PAUSED }, { "unpause", SIM_RUNNING },
		{ "held", SIM_HELD }, /* by who wanted its memory, and died */
	};
	const char *what = op_text(op, "what", "");
	struct sim_domain *d;

	if (strcmp(what, "appear") == 0)
		return appear(context, op);
	if (strcmp(what, "connect") == 0) {
		d = sim_need(context, op);
		if (d)
			sim_connect_disks(d);
		return d ? 0 : -1;
	}
	if (strcmp(what, "deaf") == 0) {
		d = sim_need(context, op);
		if (d)
			d->deaf = 1; /* until its next start */
		return d ? 0 : -1;
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(what, table[i].what) != 0)
			continue;
		d = sim_need(context, op);
		if (!d)
			return -1;
		d->state = table[i].state;
		tell(d);
		return 0;
	}
	return op_fail(op, "INVALID_VALUE", "what", what, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the simulated hypervisor says of itself: the messages that Xen keeps in
 * a ring and xl dmesg shows. All simulated hosts have the same one. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "domain/sim/sim_private.h"

/* Lines that have no room any more go, whole. */
static void
make_room(struct sim_world *w, size_t len)
{
	while (w->ring_len && w->ring_len + len > SIM_RING) {
		const char *end = memchr(w->ring, '\n', w->ring_len);
		uint32_t n = end ? (uint32_t)(end - w->ring) + 1 : w->ring_len;

		w->ring_len -= n;
		memmove(w->ring, w->ring + n, w->ring_len);
	}
}

void
sim_say(struct sim *s, const char *format, ...)
{
	struct sim_world *w = s->world;
	char line[256];
	va_list ap;
	size_t len;

	va_start(ap, format);
	vsnprintf(line, sizeof(line) - 1, format, ap);
	va_end(ap);
	len = strlen(line);
	line[len++] = '\n';
	if (w->ring_len > SIM_RING)
		w->ring_len = 0;
	make_room(w, len);
	memcpy(w->ring + w->ring_len, line, len);
	w->ring_len += (uint32_t)len;
}

int
sim_dmesg(void *context, struct op *op)
{
	struct sim_world *w = ((struct sim *)context)->world;
	uint32_t len = w->ring_len <= SIM_RING ? w->ring_len : 0;
	struct value_member m = { "text",
		value_of_text(arena_strndup(op->arena, w->ring, len)) };

	if (!m.value.s)
		return op_fail_nomem(op);
	if (op_int(op, "clear", 0))
		w->ring_len = 0;
	return op_answer(op, &m, 1);
}

int
sim_debug_keys(void *context, struct op *op)
{
	for (const char *key = op_text(op, "keys", ""); *key; key++)
		sim_say(context,
		    "(XEN) '%c' pressed: nothing to show, this host "
		    "is simulated",
		    *key);
	return 0;
}

/* Simulated guests have no agent that would update itself. */
int
sim_guest_agents(void *context, struct op *op)
{
	sim_say(context, "guests may read: update '%s' from '%s'",
	    op_text(op, "update_enabled", ""), op_text(op, "update_url", ""));
	return 0;
}

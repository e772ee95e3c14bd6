/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/net_plan.h"

#include <stdarg.h>
#include <string.h>

#define MAX_MEMBERS 24

static struct value_member
member(const char *name, va_list *ap)
{
	switch (name[0]) {
	case '#':
		return (struct value_member){ name + 1,
			{ .kind = VALUE_INT, .i = va_arg(*ap, int64_t) } };
	case '?':
		return (struct value_member){ name + 1,
			{ .kind = VALUE_BOOL, .b = va_arg(*ap, int) != 0 } };
	case '*':
		return (struct value_member){ name + 1,
			*va_arg(*ap, const struct value *) };
	default:
		return (struct value_member){ name,
			value_of_text(va_arg(*ap, const char *)) };
	}
}

int
net_send(struct plan *p, plan_reply_fn *reply, const struct network *net,
    const char *op, ...)
{
	struct value_member m[MAX_MEMBERS] = {
		{ "op", value_of_text(op) },
		{ "uuid", value_of_text(net->uuid) },
		{ "bridge", value_of_text(net->bridge) },
		{ "managed", { .kind = VALUE_BOOL, .b = net->managed } },
		{ "bridge_mtu", { .kind = VALUE_INT, .i = net->MTU } },
	};
	struct value body = { .kind = VALUE_STRUCT, .n = 5, .members = m };
	const char *name;
	va_list ap;

	va_start(ap, op);
	while (body.n < MAX_MEMBERS && (name = va_arg(ap, const char *)))
		m[body.n++] = member(name, &ap);
	va_end(ap);
	return plan_send_to(p, PLAN_NETWORK, reply, &body);
}

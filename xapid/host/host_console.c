/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hypervisor's own messages, and the keys that make it say more. */
#include <string.h>

#include "call/edit.h"
#include "host/host_live.h"
#include "lib/log.h"
#include "plan/switch.h"

#define MAX_KEYS 64

static struct value
text(const char *s)
{
	return (struct value){ .kind = VALUE_STRING,
		.n = (uint32_t)strlen(s),
		.s = s };
}

static int
ask(struct call *c, const struct value_member *m, uint32_t n,
    struct value *reply_r)
{
	const struct value body = { .kind = VALUE_STRUCT,
		.n = n,
		.members = m };
	char err[256];

	if (switch_ask(c->core->switchboard, PLAN_DOMAIN, c->arena, &body,
		reply_r, err, sizeof(err)) == 0)
		return 0;
	log_err("domain worker, %s: %s", m[0].value.s, err);
	return fail_internal_error(c, arena_printf(c->arena, "%s", err));
}

/* Whatever Xen wrote, as text of the API. */
static const char *
printable(struct call *c, const char *s)
{
	char *copy = arena_printf(c->arena, "%s", s);

	for (char *p = copy; p && *p; p++)
		if (((unsigned char)*p < ' ' && *p != '\n' && *p != '\t') ||
		    (unsigned char)*p > '~')
			*p = '?';
	return copy;
}

static int
read_ring(struct call *c, struct ref host, bool clear, const char **result_r)
{
	const struct value_member m[] = {
		{ "op", text("dmesg") },
		{ "uuid", text("") },
		{ "clear", { .kind = VALUE_INT, .i = clear } },
	};
	const struct value *ring;
	struct value reply;

	if (host_check_live(c, host) < 0 || ask(c, m, 3, &reply) < 0)
		return -1;
	ring = value_member(&reply, "text");
	*result_r =
	    printable(c, ring && ring->kind == VALUE_STRING ? ring->s : "");
	return *result_r ? 0 : call_fail_nomem(c);
}

int
host_dmesg(struct call *c, const struct host_dmesg_args *a,
    const char **result_r)
{
	return read_ring(c, a->host, false, result_r);
}

int
host_dmesg_clear(struct call *c, const struct host_dmesg_clear_args *a,
    const char **result_r)
{
	return read_ring(c, a->host, true, result_r);
}

int
host_send_debug_keys(struct call *c, const struct host_send_debug_keys_args *a)
{
	const struct value_member m[] = {
		{ "op", text("debug_keys") },
		{ "uuid", text("") },
		{ "keys", text(a->keys) },
	};
	struct value reply;

	if (!a->keys[0] || strlen(a->keys) > MAX_KEYS)
		return fail_invalid_value(c, "keys", a->keys);
	for (const char *p = a->keys; *p; p++)
		if (*p <= ' ' || *p > '~')
			return fail_invalid_value(c, "keys", a->keys);
	return host_check_live(c, a->host) < 0 ? -1 : ask(c, m, 3, &reply);
}

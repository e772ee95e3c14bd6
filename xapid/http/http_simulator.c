/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* POST /simulator: for tests and demonstrations, where hosts are simulated.
 *
 *   ?op=order&what=exit&of=create&count=3&skip=1   workers fail (worker/obey.h)
 *   ?op=order&what=none                            no more
 *   ?op=happen&what=crash&uuid=…                   a guest does it by itself
 *   ?op=list                                       the hypervisor's truth
 *   ?op=clock&ahead=3600                           this world's clock is moved
 *   &worker=network                                … of the networks' worker
 *   &worker=storage                                … of those of storage
 *
 * The answer to list has a line for each domain: uuid, domid, state, memory,
 * vcpus and devices, a comma between those; of networks one for each interface
 * on a bridge, with both names. */
#include <stdlib.h>
#include <string.h>

#include "call/http.h"
#include "lib/clock.h"
#include "plan/switch.h"
#include "schedule/vmss.h"

static const char *const ops[] = { "order", "happen", "list" };
static const char *const texts[] = { "uuid", "what", "of" };
static const char *const numbers[] = { "count", "skip", "memory_target",
	"vcpus" };

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct value
text_value(const char *s)
{
	return (struct value){ .kind = VALUE_STRING,
		.n = (uint32_t)strlen(s),
		.s = s };
}

/* NULL: no such operation. */
static const char *
find_op(const struct http_exchange *x)
{
	const char *op = http_query(x, "op", 0);

	for (size_t i = 0; op && i < LENGTH(ops); i++)
		if (strcmp(op, ops[i]) == 0)
			return ops[i];
	return NULL;
}

/* What the query says, for the worker. */
static uint32_t
read_query(const struct http_exchange *x, const char *op,
    struct value_member *m)
{
	uint32_t n = 0;
	const char *s;

	m[n++] = (struct value_member){ "op", text_value(op) };
	for (size_t i = 0; i < LENGTH(texts); i++) {
		s = http_query(x, texts[i], 0);
		if (s)
			m[n++] =
			    (struct value_member){ texts[i], text_value(s) };
	}
	for (size_t i = 0; i < LENGTH(numbers); i++) {
		s = http_query(x, numbers[i], 0);
		if (s)
			m[n++] = (struct value_member){ numbers[i],
				{ .kind = VALUE_INT,
				    .i = strtoll(s, NULL, 10) } };
	}
	return n;
}

static void
put_domain(struct bytes *out, const struct value_member *d)
{
	static const char *const members[] = { "domid", "state", "memory",
		"vcpus", "devices" };

	bytes_puts(out, d->name);
	for (size_t i = 0; i < LENGTH(members); i++) {
		const struct value *v = value_member(&d->value, members[i]);

		bytes_putc(out, ' ');
		if (v && v->kind == VALUE_INT)
			bytes_printf(out, "%lld", (long long)v->i);
		else if (v && v->kind == VALUE_STRING)
			bytes_puts(out, v->s);
		for (uint32_t j = 0; v && v->kind == VALUE_ARRAY && j < v->n;
		     j++)
			bytes_printf(out, "%s%s", j ? "," : "", v->items[j].s);
	}
	bytes_putc(out, '\n');
}

static void
put_ports(struct bytes *out, const struct value *ports)
{
	for (uint32_t i = 0;
	     ports && ports->kind == VALUE_ARRAY && i < ports->n; i++)
		bytes_printf(out, "%s\n", ports->items[i].s);
}

static enum plan_target
target(const struct http_exchange *x)
{
	const char *worker = http_query(x, "worker", 0);

	if (worker && strcmp(worker, "storage") == 0)
		return PLAN_STORAGE;
	return worker && strcmp(worker, "network") == 0 ? PLAN_NETWORK
							: PLAN_DOMAIN;
}

#define AHEAD_MAX INT64_C(315360000) /* ten years */

/* How far the clock of this world, and of all its hosts, is from the
 * machine's; until the daemon ends. */
static void
move_clock(struct http_exchange *x, struct core *core)
{
	const char *s = http_query(x, "ahead", 0);
	int64_t ahead = s ? strtoll(s, NULL, 10) : AHEAD_MAX + 1;

	if (ahead > AHEAD_MAX || ahead < -AHEAD_MAX) {
		http_answer(x, 400, NULL, NULL, 0);
		return;
	}
	clock_wall_shift(ahead);
	vmss_wake(core);
	http_answer(x, 200, NULL, NULL, 0);
}

void
http_post_simulator(struct http_exchange *x, struct call *c)
{
	struct value_member m[1 + LENGTH(texts) + LENGTH(numbers)];
	struct value body = { .kind = VALUE_STRUCT, .members = m }, reply;
	CLEANUP_BYTES struct bytes out = { 0 };
	const char *op = find_op(x), *asked = http_query(x, "op", 0);
	char err[256];

	if (strcmp(c->core->config->backend, "simulator") != 0) {
		http_answer(x, 404, NULL, NULL, 0);
		return;
	}
	if (asked && strcmp(asked, "clock") == 0) {
		move_clock(x, c->core);
		return;
	}
	if (!op) {
		http_answer(x, 400, NULL, NULL, 0);
		return;
	}
	body.n = read_query(x, op, m);
	if (switch_ask(c->core->switchboard, target(x), c->arena, &body, &reply,
		err, sizeof(err)) < 0) {
		http_answer(x, 400, NULL, err, strlen(err));
		return;
	}
	if (target(x) == PLAN_NETWORK)
		put_ports(&out, value_member(&reply, "ports"));
	for (uint32_t i = 0; target(x) == PLAN_DOMAIN &&
	     reply.kind == VALUE_STRUCT && i < reply.n;
	     i++)
		if (strcmp(op, "list") == 0)
			put_domain(&out, &reply.members[i]);
	http_answer(x, 200, NULL, out.p, out.len);
}

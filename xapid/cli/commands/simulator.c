/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Orders to the simulated world and looks at it, as POST /simulator has them
 * (http/http_simulator.c), and for those who may use that. */
#include <string.h>

#include "access/rbac.h"
#include "access/session.h"
#include "cli/args.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli_runs_gen.h"
#include "plan/switch.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct order {
	struct value_member members[8];
	struct value body;
};

static struct order *
order_new(struct cli *cli, const char *op)
{
	struct order *o = arena_array(cli->arena, 1, sizeof(*o));

	if (!o) {
		cli_fail_nomem(cli);
		return NULL;
	}
	memset(o, 0, sizeof(*o));
	o->body = (struct value){ .kind = VALUE_STRUCT, .members = o->members };
	o->members[o->body.n++] =
	    (struct value_member){ "op", cli_param_text(cli, op) };
	return o;
}

static void
order_put(struct order *o, const char *name, struct value v)
{
	o->members[o->body.n++] = (struct value_member){ name, v };
}

/* Whether the session's user may do what POST /simulator does. */
static int
check_user(struct cli *cli)
{
	struct call *c = arena_array(cli->arena, 1, sizeof(*c));
	struct ref session;

	if (!c)
		return cli_fail_nomem(cli);
	memset(c, 0, sizeof(*c));
	c->core = cli->core;
	c->db = cli->core->db;
	c->arena = cli->arena;
	if (!cli->session || !ref_parse(cli->session, &session) ||
	    session_attach(c, session) < 0)
		return cli_fail_code(cli, "SESSION_INVALID",
		    cli->session ? cli->session : "");
	if (!call_allowed(c, rbac_http_roles("post_simulator")))
		return cli_fail_code(cli, "RBAC_PERMISSION_DENIED",
		    "post_simulator");
	return 0;
}

static int
ask(struct cli *cli, struct order *o, struct value *reply)
{
	char err[256] = "";

	*reply = (struct value){ 0 };
	if (strcmp(cli->core->config->backend, "simulator") != 0)
		return cli_fail(cli, "The hosts of this pool are real");
	if (check_user(cli) < 0)
		return -1;
	if (cli->wish.dry_run)
		return 0;
	if (switch_ask(cli->core->switchboard, PLAN_DOMAIN, cli->arena,
		&o->body, reply, err, sizeof(err)) < 0)
		return cli_fail(cli, "The simulator refuses: %s", err);
	return 0;
}

int
cli_run_sim_fail(struct cli *cli)
{
	static const char *const numbers[] = { "count", "skip" };
	struct order *o = order_new(cli, "order");
	const char *of = cli_get(cli, "of");
	struct value reply;

	if (!o)
		return -1;
	order_put(o, "what", cli_param_text(cli, cli_need(cli, "what")));
	order_put(o, "of", cli_param_text(cli, of ? of : "*"));
	for (size_t i = 0; i < LENGTH(numbers); i++) {
		const char *text = cli_get(cli, numbers[i]);
		struct value v = { .kind = VALUE_INT };

		if (text && cli_parse_int(cli, numbers[i], text, &v.i) < 0)
			return -1;
		if (text)
			order_put(o, numbers[i], v);
	}
	return ask(cli, o, &reply);
}

static int
happen(struct cli *cli, const struct record *r)
{
	const struct vm *vm = (const struct vm *)r;
	struct order *o = order_new(cli, "happen");
	struct value reply;

	if (!o)
		return -1;
	order_put(o, "what", cli_param_text(cli, cli_need(cli, "what")));
	order_put(o, "uuid", cli_param_text(cli, vm->uuid));
	return ask(cli, o, &reply);
}

int
cli_run_sim_happen(struct cli *cli)
{
	return cli_for_each(cli, happen);
}

/* ---- what is there ---- */

static const char *
as_text(struct cli *cli, const struct value *v)
{
	const char *s = "";

	if (!v)
		return "";
	if (v->kind == VALUE_INT)
		return cli_text(cli, "%lld", (long long)v->i);
	if (v->kind == VALUE_STRING)
		return v->s;
	for (uint32_t i = 0; v->kind == VALUE_ARRAY && i < v->n; i++)
		s = cli_text(cli, "%s%s%s", s, i ? "; " : "",
		    as_text(cli, &v->items[i]));
	return s;
}

static int
print_domain(struct cli *cli, const struct value_member *d)
{
	static const char *const members[] = { "domid", "state", "memory",
		"vcpus", "devices" };
	CLI_ROW struct cli_row row;

	if (cli_row_init(cli, &row, 1 + LENGTH(members)) < 0)
		return -1;
	cli_row_text(&row, "uuid", d->name);
	for (size_t i = 0; i < LENGTH(members); i++)
		cli_row_text(&row, members[i],
		    as_text(cli, value_member(&d->value, members[i])));
	return cli_row_print(&row);
}

int
cli_run_sim_domain_list(struct cli *cli)
{
	struct order *o = order_new(cli, "list");
	struct value reply;

	if (!o || ask(cli, o, &reply) < 0)
		return -1;
	cli_table_begin(cli);
	for (uint32_t i = 0; reply.kind == VALUE_STRUCT && i < reply.n; i++)
		if (print_domain(cli, &reply.members[i]) < 0)
			return -1;
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for something to become so, and looks at the toolstack itself. */
#include <string.h>

#include "cli/args.h"
#include "cli/frames.h"
#include "cli/object.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli/watch.h"
#include "cli_runs_gen.h"

/* ---- event-wait ---- */

/* Drops the records that fit: FIELD=/=VALUE. */
static int
filter_unequal(struct cli *cli, const struct cli_class *cls, struct cli_set *s,
    const char *name, const char *value)
{
	const struct record **all =
	    arena_array(cli->arena, s->n + 1, sizeof(*all));
	uint32_t n = s->n, left = 0, fit = 0;

	if (!all)
		return cli_fail_nomem(cli);
	memcpy(all, s->records, n * sizeof(*all));
	if (cli_set_filter(cli, cls, s, name, value) < 0)
		return -1;
	/* What is left of s is in the order of all. */
	for (uint32_t i = 0; i < n; i++)
		if (fit < s->n && s->records[fit] == all[i])
			fit++;
		else
			all[left++] = all[i];
	memcpy(s->records, all, left * sizeof(*all));
	s->n = left;
	return 0;
}

/* 1: an object fits all conditions. */
static int
is_so(struct cli *cli, const struct cli_class *cls)
{
	CLI_SET_OF struct cli_set s = { 0 };

	if (cli_set_get(cli, cls, cli->wish.where, &s) < 0)
		return -1;
	for (unsigned i = 0; i < cli->nparams; i++) {
		const struct cli_param *p = &cli->params[i];
		bool unequal = strncmp(p->value, "/=", 2) == 0;

		if (cli_is_own_param(cli, p->name))
			continue;
		if (unequal
			? filter_unequal(cli, cls, &s, p->name, p->value + 2) <
			    0
			: cli_set_filter(cli, cls, &s, p->name, p->value) < 0)
			return -1;
	}
	return s.n > 0;
}

int
cli_run_event_wait(struct cli *cli)
{
	const char *name = cli_need(cli, "class"), *token = "", *api;
	const struct cli_class *cls = cli_class_find(name);
	int r;

	if (!cls)
		return cli_fail(cli, "There is no class %s", name);
	api = class_table[cls->cls].name;
	/* The token is of before the look: what happens between is seen. */
	for (;;) {
		if (cli_wait_event(cli, &api, 1, CLI_WAIT_S, &token) < 0)
			return -1;
		r = is_so(cli, cls);
		if (r != 0)
			return r < 0 ? -1 : 0;
	}
}

/* ---- diagnostic-* ---- */

static int
print_license(struct cli *cli, const struct host *host)
{
	CLI_ROW struct cli_row row = { 0 };
	const char *expiry = cli_map_get(&host->license_params, "expiry");

	if (cli_row_init(cli, &row, 4) < 0)
		return -1;
	cli_row_text(&row, "uuid", host->uuid);
	cli_row_text(&row, "hostname", host->hostname);
	cli_row_text(&row, "edition", host->edition);
	cli_row_text(&row, "expiry", *expiry ? expiry : "never");
	return cli_row_print(&row);
}

int
cli_run_diagnostic_license_status(struct cli *cli)
{
	CLI_SET_OF struct cli_set s = { 0 };
	CLI_ANSWER struct cli_answer a = { 0 };

	if (cli_set_get(cli, cli_class_find("host"), NULL, &s) < 0)
		return -1;
	cli_table_begin(cli);
	for (uint32_t i = 0; i < s.n; i++)
		if (print_license(cli, (const struct host *)s.records[i]) < 0)
			return -1;
	if (cli_call(cli, &a, "pool.get_restrictions", "r", cli->core->pool) <
	    0)
		return -1;
	return cli_print_map(cli, a.mem);
}

int
cli_run_diagnostic_timing_stats(struct cli *cli)
{
	CLI_SET_OF struct cli_set s = { 0 };

	if (cli_set_get(cli, cli_class_find("host"), NULL, &s) < 0)
		return -1;
	for (uint32_t i = 0; i < s.n; i++) {
		const struct host *host = (const struct host *)s.records[i];
		CLI_ANSWER struct cli_answer a = { 0 };

		cli_print_message(cli, "host-uuid: %s", host->uuid);
		cli_print_message(cli, "host-name-label: %s", host->name_label);
		if (cli_call(cli, &a, "host.get_diagnostic_timing_stats", "rb",
			host->r.self, false) < 0 ||
		    cli_print_map(cli, a.mem) < 0)
			return -1;
	}
	return 0;
}

int
cli_run_diagnostic_db_stats(struct cli *cli)
{
	CLI_ANSWER struct cli_answer a = { 0 };

	if (cli_call(cli, &a, "Diagnostics.db_stats", "") < 0)
		return -1;
	return cli_print_map(cli, a.mem);
}

static struct value
net_filter(struct cli *cli, struct value_member members[3])
{
	static const char *const names[] = { "method", "uri", "params" };
	struct value v = { .kind = VALUE_STRUCT, .members = members };

	for (size_t i = 0; i < 3; i++) {
		const char *text = cli_get(cli, names[i]);

		if (text)
			members[v.n++] = (struct value_member){
				names[i],
				cli_param_text(cli, text),
			};
	}
	return v;
}

static int
net_stats(struct cli *cli, const struct record *r)
{
	struct value_member members[3];
	struct value filter = net_filter(cli, members);
	CLI_ANSWER struct cli_answer a = { 0 };

	if (cli_call(cli, &a, "Diagnostics.network_stats", "rv", r->self,
		&filter) < 0)
		return -1;
	cli_print_rows(cli, a.mem);
	return 0;
}

int
cli_run_diagnostic_net_stats(struct cli *cli)
{
	return cli_for_each(cli, net_stats);
}

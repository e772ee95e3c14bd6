/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting, resuming and moving VMs. */
#include <string.h>

#include "cli/args.h"
#include "cli/object.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli_runs_gen.h"

/* ---- start and resume ---- */

/* METHOD(vm, paused, force), or METHOD_on(vm, host, paused, force). */
static int
begin(struct cli *cli, const struct record *r, const char *method, bool paused)
{
	const char *on = cli_get(cli, "on");
	bool force = cli_forced(cli);
	struct ref host;

	if (!on)
		return cli_run_task(cli, method, "rbb", r->self, paused, force);
	if (cli_find_host(cli, on, &host) < 0)
		return -1;
	return cli_run_task(cli, cli_text(cli, "%s_on", method), "rrbb",
	    r->self, host, paused, force);
}

static int
start(struct cli *cli, const struct record *r)
{
	bool paused;

	if (cli_get_bool(cli, "paused", false, &paused) < 0)
		return -1;
	return begin(cli, r, "VM.start", paused);
}

int
cli_run_vm_start(struct cli *cli)
{
	return cli_for_each(cli, start);
}

static int
resume(struct cli *cli, const struct record *r)
{
	return begin(cli, r, "VM.resume", false);
}

int
cli_run_vm_resume(struct cli *cli)
{
	return cli_for_each(cli, resume);
}

/* ---- moving within the pool ---- */

static int
find_destination(struct cli *cli, struct ref *host_r)
{
	const char *uuid = cli_get(cli, "host-uuid");
	const char *name = cli_get(cli, "host");

	if (uuid)
		return cli_by_uuid(cli, "host", uuid, host_r);
	if (name)
		return cli_find_host(cli, name, host_r);
	return cli_fail_missing(cli, "host");
}

static const char *const option_names[] = { "force", "live", "copy",
	"compress" };
#define OPTIONS (sizeof(option_names) / sizeof(option_names[0]))

/* A map of those that were given. */
static struct value
options(struct cli *cli, struct value_member *members)
{
	struct value v = { .kind = VALUE_STRUCT, .members = members };

	for (size_t i = 0; i < OPTIONS; i++) {
		const char *text = cli_get(cli, option_names[i]);

		if (text)
			members[v.n++] = (struct value_member){
				option_names[i],
				cli_param_text(cli, text),
			};
	}
	return v;
}

static int
migrate(struct cli *cli, const struct record *r)
{
	struct value_member members[OPTIONS];
	struct value map = options(cli, members);
	struct ref host;

	if (find_destination(cli, &host) < 0)
		return -1;
	return cli_run_task(cli, "VM.pool_migrate", "rrv", r->self, host, &map);
}

/* With its disks: the destination says how it is reached. */
static int
map_objects(struct cli *cli, const char *prefix, const char *from,
    const char *to, struct value *v)
{
	struct value_member *members;

	*v = cli_param_pairs(cli, prefix);
	members = (struct value_member *)v->members;
	for (uint32_t i = 0; i < v->n; i++) {
		struct ref key, value;
		char text[REF_CHARS + 1];

		if (cli_by_uuid(cli, from, members[i].name, &key) < 0 ||
		    cli_by_uuid(cli, to, members[i].value.s, &value) < 0)
			return -1;
		ref_format(key, text);
		members[i].name = cli_text(cli, "%s", text);
		members[i].value = cli_param_ref(cli, value);
	}
	return 0;
}

static struct value
as_value(struct cli *cli, const struct map *m)
{
	const char *const *keys = m->keys, *const *values = m->values;
	struct value_member *members =
	    arena_array(cli->arena, m->n + 1, sizeof(*members));

	if (!members)
		cli_fail_nomem(cli);
	for (uint32_t i = 0; members && i < m->n; i++)
		members[i] = (struct value_member){
			cli_text(cli, "%s", keys[i]),
			cli_param_text(cli, values[i]),
		};
	return (struct value){
		.kind = VALUE_STRUCT,
		.n = members ? m->n : 0,
		.members = members,
	};
}

static int
network_for(struct cli *cli, struct ref host, struct ref *out_r)
{
	CLI_SET_OF struct cli_set s = { 0 };

	if (cli_set_get(cli, cli_class_find("pif"),
		"field \"management\" = \"true\"", &s) < 0)
		return -1;
	for (uint32_t i = 0; i < s.n; i++) {
		const struct pif *pif = (const struct pif *)s.records[i];

		if (ref_equal(pif->host, host)) {
			*out_r = pif->network;
			return 0;
		}
	}
	return cli_fail(cli, "The host has no management interface");
}

static int
migrate_with_disks(struct cli *cli, const struct record *r)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	struct value empty = { .kind = VALUE_STRUCT }, vdis, vifs, map, dest;
	struct value_member members[OPTIONS];
	struct ref host, network, made;
	bool live;

	map = options(cli, members);
	if (cli_get_bool(cli, "live", true, &live) < 0 ||
	    find_destination(cli, &host) < 0 ||
	    network_for(cli, host, &network) < 0 ||
	    map_objects(cli, "vdi:", "VDI", "SR", &vdis) < 0 ||
	    map_objects(cli, "vif:", "VIF", "network", &vifs) < 0 ||
	    cli_call(cli, &a, "host.migrate_receive", "rrv", host, network,
		&empty) < 0)
		return -1;
	dest = as_value(cli, a.mem);
	return cli_run_task_ref(cli, &made, "VM.migrate_send", "rvbvvv",
	    r->self, &dest, live, &vdis, &vifs, &map);
}

int
cli_run_vm_migrate(struct cli *cli)
{
	const char *key, *value;
	unsigned i = 0, j = 0;

	/* Another pool is asked as a client of it asks: not yet from here. */
	if (cli_get(cli, "remote-master"))
		return cli_fail_code(cli, "NOT_IMPLEMENTED",
		    "VM.migrate_send to another pool");
	if (cli_next_pair(cli, "vdi:", &i, &key, &value) ||
	    cli_next_pair(cli, "vif:", &j, &key, &value))
		return cli_for_each(cli, migrate_with_disks);
	return cli_for_each(cli, migrate);
}

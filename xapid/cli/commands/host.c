/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands about hosts and the pool that are more than one call. */
#include <stdlib.h>
#include <string.h>

#include "cli/args.h"
#include "cli/frames.h"
#include "cli/object.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli_runs_gen.h"

/* ---- enabling ---- */

/* Who enables a host by hand does not want it disabled at its next start. */
static int
enable(struct cli *cli, const struct record *r)
{
	if (cli_do(cli, "host.remove_from_other_config", "rs", r->self,
		"MAINTENANCE_MODE") < 0)
		return -1;
	return cli_do(cli, "host.enable", "r", r->self);
}

int
cli_run_host_enable(struct cli *cli)
{
	return cli_for_each(cli, enable);
}

/* ---- reports ---- */

/* url=, http_proxy= and whatever else: a map of options. */
static struct value
upload_options(struct cli *cli)
{
	static const char *const names[] = { "http_proxy" };
	struct value_member *m = arena_array(cli->arena, 1, sizeof(*m));
	const char *proxy = cli_get(cli, names[0]);

	if (!m)
		cli_fail_nomem(cli);
	else if (proxy)
		*m = (struct value_member){
			names[0],
			cli_param_text(cli, proxy),
		};
	return (struct value){
		.kind = VALUE_STRUCT,
		.n = m && proxy ? 1 : 0,
		.members = m,
	};
}

int
cli_run_host_crashdump_upload(struct cli *cli)
{
	struct value options = upload_options(cli);
	struct ref dump;

	if (cli_named_object(cli, "uuid", "host_crashdump", &dump) < 0)
		return -1;
	return cli_do(cli, "host_crashdump.upload", "rsv", dump,
	    cli_get_text(cli, "url"), &options);
}

static int
bugreport(struct cli *cli, const struct record *r)
{
	struct value options = upload_options(cli);

	return cli_do(cli, "host.bugreport_upload", "rsv", r->self,
	    cli_get_text(cli, "url"), &options);
}

int
cli_run_host_bugreport_upload(struct cli *cli)
{
	return cli_for_each(cli, bugreport);
}

/* ---- CPUs ---- */

static int
print_features(struct cli *cli, const char *method, struct ref ref)
{
	CLI_ANSWER struct cli_answer a = { 0 };

	if (cli_call(cli, &a, method, "r", ref) < 0)
		return -1;
	cli_print_value(cli, cli_map_get(a.mem, "features"));
	return cli_flush_some(cli);
}

int
cli_run_host_get_cpu_features(struct cli *cli)
{
	struct ref host;

	if (cli_param_object(cli, "uuid", "host", cli_this_host, &host) < 0)
		return -1;
	return print_features(cli, "host.get_cpu_info", host);
}

int
cli_run_pool_get_cpu_features(struct cli *cli)
{
	return print_features(cli, "pool.get_cpu_info", cli->core->pool);
}

/* ---- licences and editions ---- */

static int
licensed_host(struct cli *cli, struct ref *out_r)
{
	return cli_param_object(cli, "host-uuid", "host", cli_this_host, out_r);
}

static const char *
base64(struct cli *cli, const char *text, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	CLEANUP_BYTES struct bytes out = { 0 };

	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = 0;

		for (size_t j = 0; j < 3; j++)
			v = v << 8 |
			    (i + j < len ? (unsigned char)text[i + j] : 0);
		bytes_putc(&out, digits[v >> 18]);
		bytes_putc(&out, digits[v >> 12 & 63]);
		bytes_putc(&out, i + 1 < len ? digits[v >> 6 & 63] : '=');
		bytes_putc(&out, i + 2 < len ? digits[v & 63] : '=');
	}
	return cli_text(cli, "%s", bytes_cstr(&out) ? out.p : "");
}

int
cli_run_host_license_add(struct cli *cli)
{
	const char *text;
	struct ref host;
	size_t len;

	if (licensed_host(cli, &host) < 0 ||
	    cli_read_file(cli, cli_need(cli, "license-file"), &text, &len) < 0)
		return -1;
	return cli_do(cli, "host.license_add", "rs", host,
	    base64(cli, text, len));
}

int
cli_run_host_license_view(struct cli *cli)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	struct ref host;

	if (licensed_host(cli, &host) < 0 ||
	    cli_call(cli, &a, "host.get_license_params", "r", host) < 0)
		return -1;
	return cli_print_map(cli, a.mem);
}

/* The licence server is set first, since the edition asks it. */
static int
set_server_key(struct cli *cli, struct ref host, const char *param,
    const char *key)
{
	const char *value = cli_get(cli, param);

	if (!value)
		return 0;
	if (cli_do(cli, "host.remove_from_license_server", "rs", host, key) < 0)
		return -1;
	return cli_do(cli, "host.add_to_license_server", "rss", host, key,
	    value);
}

static int
set_server(struct cli *cli, struct ref host)
{
	if (set_server_key(cli, host, "license-server-address", "address") < 0)
		return -1;
	return set_server_key(cli, host, "license-server-port", "port");
}

int
cli_run_host_apply_edition(struct cli *cli)
{
	struct ref host;

	if (licensed_host(cli, &host) < 0 || set_server(cli, host) < 0)
		return -1;
	return cli_do(cli, "host.apply_edition", "rsb", host,
	    cli_need(cli, "edition"), false);
}

int
cli_run_pool_apply_edition(struct cli *cli)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	const struct set *hosts;
	struct ref pool;

	if (cli_param_object(cli, "uuid", "pool", cli_the_pool, &pool) < 0 ||
	    cli_call(cli, &a, "host.get_all", "") < 0)
		return -1;
	hosts = a.mem;
	for (uint32_t i = 0; i < hosts->n; i++)
		if (set_server(cli, ((const struct ref *)hosts->items)[i]) < 0)
			return -1;
	return cli_do(cli, "pool.apply_edition", "rs", pool,
	    cli_need(cli, "edition"));
}

/* ---- maps from objects to reasons ---- */

static const char *
joined(struct cli *cli, const struct set *texts, const char *between)
{
	const char *const *items = texts->items;
	const char *all = "";

	for (uint32_t i = 0; i < texts->n; i++)
		all = cli_text(cli, "%s%s%s", all, i ? between : "", items[i]);
	return all;
}

/* A row for each key: "uuid (name)" and its texts. */
static int
print_reasons(struct cli *cli, const struct map *m, int cls, const char *key,
    const char *value)
{
	const struct ref *keys = m->keys;
	const struct set *values = m->values;

	cli_table_begin(cli);
	for (uint32_t i = 0; i < m->n; i++) {
		CLI_ROW struct cli_row row = { 0 };
		const char *text = cli_describe(cli, cls, keys[i]);

		if (cli_row_init(cli, &row, 2) < 0)
			return -1;
		cli_row_text(&row, key, text ? text : "");
		cli_row_text(&row, value, joined(cli, &values[i], ", "));
		if (cli_row_print(&row) < 0)
			return -1;
	}
	return 0;
}

static int
print_prevention(struct cli *cli, const struct map *m)
{
	const struct ref *keys = m->keys;
	const struct set *values = m->values;

	cli_table_begin(cli);
	for (uint32_t i = 0; i < m->n; i++) {
		CLI_ROW struct cli_row row = { 0 };
		const char *uuid =
		    cli_record_uuid(cli_record(cli, CLASS_VM, keys[i]));

		if (cli_row_init(cli, &row, 2) < 0)
			return -1;
		cli_row_text(&row, "uuid", uuid ? uuid : "");
		cli_row_text(&row, "reason", joined(cli, &values[i], ": "));
		if (cli_row_print(&row) < 0)
			return -1;
	}
	return 0;
}

int
cli_run_host_get_vms_which_prevent_evacuation(struct cli *cli)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	struct ref host;

	if (cli_named_object(cli, "uuid", "host", &host) < 0 ||
	    cli_call(cli, &a, "host.get_vms_which_prevent_evacuation", "r",
		host) < 0)
		return -1;
	return print_prevention(cli, a.mem);
}

int
cli_run_host_retrieve_wlb_evacuate_recommendations(struct cli *cli)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	struct ref host;

	if (cli_named_object(cli, "uuid", "host", &host) < 0 ||
	    cli_call(cli, &a, "host.retrieve_wlb_evacuate_recommendations", "r",
		host) < 0)
		return -1;
	return print_reasons(cli, a.mem, CLASS_VM, "VM", "Recommendation");
}

int
cli_run_pool_retrieve_wlb_recommendations(struct cli *cli)
{
	CLI_ANSWER struct cli_answer a = { 0 };

	if (cli_call(cli, &a, "pool.retrieve_wlb_recommendations", "") < 0)
		return -1;
	return print_reasons(cli, a.mem, CLASS_VM, "VM", "Recommendation");
}

static int
vm_recommendations(struct cli *cli, const struct record *r)
{
	CLI_ANSWER struct cli_answer a = { 0 };

	if (cli_call(cli, &a, "VM.retrieve_wlb_recommendations", "r", r->self) <
	    0)
		return -1;
	return print_reasons(cli, a.mem, CLASS_host, "Host", "Stars");
}

int
cli_run_vm_retrieve_wlb_recommendations(struct cli *cli)
{
	return cli_for_each(cli, vm_recommendations);
}

/* ---- the pool ---- */

int
cli_run_pool_emergency_transition_to_master(struct cli *cli)
{
	return cli_do(cli, "pool.emergency_transition_to_master", "");
}

int
cli_run_pool_disable_ssl_legacy(struct cli *cli)
{
	cli_print_message(cli,
	    "The old versions of TLS are off, and cannot be switched on");
	return 0;
}

/* The disks of an SR that only this host reaches go with it. */
static void
warn_of_sr(struct cli *cli, const struct pbd *pbd)
{
	const struct sr *sr =
	    (const struct sr *)cli_record(cli, CLASS_SR, pbd->SR);
	const struct ref *refs;

	if (!sr || sr->PBDs.n != 1)
		return;
	refs = sr->VDIs.items;
	for (uint32_t i = 0; i < sr->VDIs.n; i++) {
		const char *text = cli_describe(cli, CLASS_VDI, refs[i]);

		cli_print_message(cli, "VDI: %s", text ? text : "");
	}
}

int
cli_run_pool_eject(struct cli *cli)
{
	const struct host *host = cli_object_of(cli, CLASS_host, "host-uuid");
	const struct ref *refs;

	if (!host)
		return -1;
	cli_print_message(cli,
	    "WARNING: the host is installed anew when it leaves the pool, and "
	    "everything on its own disks is lost for good.");
	cli_print_message(cli, "The following VDI objects will be destroyed:");
	refs = host->PBDs.items;
	for (uint32_t i = 0; i < host->PBDs.n; i++) {
		const struct record *r = cli_record(cli, CLASS_PBD, refs[i]);

		if (r)
			warn_of_sr(cli, (const struct pbd *)r);
	}
	if (cli_confirm(cli, NULL) < 0)
		return -1;
	return cli_do(cli, "pool.eject", "r", host->r.self);
}

/* ---- high availability ---- */

/* vm-uuid=A restart-priority=X vm-uuid=B …: pairs in their order. */
int
cli_run_pool_ha_compute_hypothetical_max_host_failures_to_tolerate(
    struct cli *cli)
{
	struct value_member *members =
	    arena_array(cli->arena, cli->nparams + 1, sizeof(*members));
	struct value config = { .kind = VALUE_STRUCT, .members = members };
	CLI_ANSWER struct cli_answer a = { 0 };
	uint32_t nvms = 0;

	if (!members)
		return cli_fail_nomem(cli);
	for (unsigned i = 0; i < cli->nparams; i++) {
		const struct cli_param *p = &cli->params[i];
		char text[REF_CHARS + 1];
		struct ref vm;

		if (strcmp(p->name, "vm-uuid") == 0) {
			if (cli_by_uuid(cli, "VM", p->value, &vm) < 0)
				return -1;
			ref_format(vm, text);
			members[nvms++].name = cli_text(cli, "%s", text);
		} else if (strcmp(p->name, "restart-priority") == 0 &&
		    config.n < nvms) {
			members[config.n++].value =
			    cli_param_text(cli, p->value);
		}
	}
	if (config.n != nvms)
		return cli_fail_usage(cli,
		    "Each vm-uuid= needs its restart-priority=");
	if (cli_call(cli, &a,
		"pool.ha_compute_hypothetical_max_host_failures_to_tolerate",
		"v", &config) < 0)
		return -1;
	return cli_print_result(cli, CLI_LINES, -1, a.type, a.mem);
}

/* The VMs that run on hosts which fail. */
static int
vms_of(struct cli *cli, const struct value *hosts, struct value *vms_r)
{
	CLI_SET_OF struct cli_set s = { 0 };
	struct ref *refs;
	unsigned n = 0;

	if (cli_set_get(cli, cli_class_find("vm"), NULL, &s) < 0)
		return -1;
	refs = arena_array(cli->arena, s.n + 1, sizeof(*refs));
	if (!refs)
		return cli_fail_nomem(cli);
	for (uint32_t i = 0; i < s.n; i++) {
		const struct vm *vm = (const struct vm *)s.records[i];
		char text[REF_CHARS + 1];

		ref_format(vm->resident_on, text);
		for (uint32_t j = 0; j < hosts->n; j++)
			if (!vm->is_control_domain &&
			    strcmp(hosts->items[j].s, text) == 0)
				refs[n++] = vm->r.self;
	}
	*vms_r = cli_param_refs(cli, refs, n);
	return 0;
}

int
cli_run_pool_ha_compute_vm_failover_plan(struct cli *cli)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	struct value hosts, vms;
	const struct map *m;
	const struct ref *keys;

	if (cli_objects(cli, "host", cli_need(cli, "host-uuids"), &hosts) < 0 ||
	    vms_of(cli, &hosts, &vms) < 0 ||
	    cli_call(cli, &a, "pool.ha_compute_vm_failover_plan", "vv", &hosts,
		&vms) < 0)
		return -1;
	m = a.mem;
	keys = m->keys;
	cli_table_begin(cli);
	for (uint32_t i = 0; i < m->n; i++) {
		const struct map *plan = (const struct map *)m->values + i;
		const char *text = cli_describe(cli, CLASS_VM, keys[i]);
		CLI_ROW struct cli_row row = { 0 };

		if (cli_row_init(cli, &row, 2) < 0)
			return -1;
		cli_row_text(&row, "VM", text ? text : "");
		cli_row_text(&row, "host", cli_map_get(plan, "host"));
		if (cli_row_print(&row) < 0)
			return -1;
	}
	return 0;
}

/* Its answer is the exit code too. */
int
cli_run_host_ha_xapi_healthcheck(struct cli *cli)
{
	CLI_ANSWER struct cli_answer a = { 0 };

	if (cli_call(cli, &a, "host.ha_xapi_healthcheck", "") < 0)
		return -1;
	if (*(const bool *)a.mem) {
		cli_print_message(cli, "xapi is healthy.");
		return 0;
	}
	cli_print_stderr(cli, "The toolstack is not healthy.\n");
	return cli_fail_status(cli, 2);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands about disks and storage repositories that are more than one call,
 * or none that a table could describe. */
#include <string.h>

#include "cli/args.h"
#include "cli/device.h"
#include "cli/frames.h"
#include "cli/print.h"
#include "cli_runs_gen.h"

/* ---- disks ---- */

int
cli_run_vdi_resize(struct cli *cli)
{
	struct ref vdi;
	int64_t size;
	bool online;

	if (cli_named_object(cli, "uuid", "VDI", &vdi) < 0 ||
	    cli_parse_size(cli, "disk-size", cli_need(cli, "disk-size"),
		&size) < 0 ||
	    cli_get_bool(cli, "online", false, &online) < 0)
		return -1;
	return cli_do(cli, online ? "VDI.resize_online" : "VDI.resize", "ri",
	    vdi, size);
}

int
cli_run_vdi_copy(struct cli *cli)
{
	struct ref vdi, sr, base, into, made;

	if (cli_named_object(cli, "uuid", "VDI", &vdi) < 0 ||
	    cli_optional_object(cli, "sr-uuid", "SR", &sr) < 0 ||
	    cli_optional_object(cli, "base-vdi-uuid", "VDI", &base) < 0 ||
	    cli_optional_object(cli, "into-vdi-uuid", "VDI", &into) < 0 ||
	    cli_run_task_ref(cli, &made, "VDI.copy", "rrrr", vdi, sr, base,
		into) < 0)
		return -1;
	return cli_print_uuid(cli, CLASS_VDI, made);
}

int
cli_run_vdi_pool_migrate(struct cli *cli)
{
	const char *format = cli_get(cli, "dest-img-format");
	struct value_member member = { .name = "dest_img_format" };
	struct value options = { .kind = VALUE_STRUCT, .members = &member };
	struct ref vdi, sr, made;

	if (format) {
		member.value = cli_param_text(cli, format);
		options.n = 1;
	}
	if (cli_named_object(cli, "uuid", "VDI", &vdi) < 0 ||
	    cli_named_object(cli, "sr-uuid", "SR", &sr) < 0 ||
	    cli_run_task_ref(cli, &made, "VDI.pool_migrate", "rrv", vdi, sr,
		&options) < 0)
		return -1;
	return cli_print_uuid(cli, CLASS_VDI, made);
}

int
cli_run_vdi_clone(struct cli *cli)
{
	const char *name = cli_get(cli, "new-name-label");
	const char *about = cli_get(cli, "new-name-description");
	struct value params = cli_param_pairs(cli, "driver-params:");
	struct ref vdi, made;

	if (cli_named_object(cli, "uuid", "VDI", &vdi) < 0 ||
	    cli_run_task_ref(cli, &made, "VDI.clone", "rv", vdi, &params) < 0 ||
	    (name && cli_do(cli, "VDI.set_name_label", "rs", made, name) < 0) ||
	    (about &&
		cli_do(cli, "VDI.set_name_description", "rs", made, about) < 0))
		return -1;
	return cli_print_uuid(cli, CLASS_VDI, made);
}

/* ---- storage repositories ---- */

/* device-config:KEY=VALUE; device-config:KEY-filename=NAME is the content of a
 * file of the client. */
static int
device_config(struct cli *cli, struct value *out_r)
{
	static const char suffix[] = "-filename";
	struct value v = cli_param_pairs(cli, "device-config:");
	struct value_member *members = (struct value_member *)v.members;

	for (uint32_t i = 0; i < v.n; i++) {
		size_t n = strlen(members[i].name), s = sizeof(suffix) - 1;
		const char *text;

		if (n <= s || strcmp(members[i].name + n - s, suffix) != 0)
			continue;
		if (cli_read_file(cli, members[i].value.s, &text, NULL) < 0)
			return -1;
		members[i].name =
		    cli_text(cli, "%.*s", (int)(n - s), members[i].name);
		members[i].value = cli_param_text(cli, text);
	}
	*out_r = v;
	return cli->failure == CLI_FINE ? 0 : -1;
}

int
cli_run_sr_create(struct cli *cli)
{
	const char *size = cli_get(cli, "physical-size");
	struct value config, sm = cli_param_pairs(cli, "sm-config:");
	struct ref host, made;
	int64_t bytes = 0;
	bool shared;

	if (cli_get_bool(cli, "shared", false, &shared) < 0 ||
	    (size && *size &&
		cli_parse_size(cli, "physical-size", size, &bytes) < 0) ||
	    cli_host_for(cli, shared, &host) < 0 ||
	    device_config(cli, &config) < 0 ||
	    cli_run_task_ref(cli, &made, "SR.create", "rvissssbv", host,
		&config, bytes, cli_need(cli, "name-label"),
		cli_get_text(cli, "name-description"), cli_need(cli, "type"),
		cli_get_text(cli, "content-type"), shared, &sm) < 0)
		return -1;
	return cli_print_uuid(cli, CLASS_SR, made);
}

static int
print_probe(struct cli *cli, const struct probe_result *p)
{
	CLEANUP_BYTES struct bytes config = { 0 }, extra = { 0 };
	CLI_ROW struct cli_row row = { 0 };
	const struct class_info *cls = &class_table[CLASS_probe_result];

	cli_put_typed(cli, field_find(cls, "configuration")->type,
	    &p->configuration, 0, &config);
	cli_put_typed(cli, field_find(cls, "extra_info")->type, &p->extra_info,
	    0, &extra);
	if (cli_row_init(cli, &row, 4) < 0)
		return -1;
	cli_row_text(&row, "configuration",
	    bytes_cstr(&config) ? config.p : "");
	cli_row_text(&row, "complete", p->complete ? "true" : "false");
	cli_row_text(&row, "sr", p->sr ? "found" : "");
	cli_row_text(&row, "extra-info", bytes_cstr(&extra) ? extra.p : "");
	return cli_row_print(&row);
}

int
cli_run_sr_probe_ext(struct cli *cli)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	struct value config, sm = cli_param_pairs(cli, "sm-config:");
	const struct record *const *found;
	const struct set *set;
	struct ref host;

	if (cli_param_object(cli, "host-uuid", "host", cli_the_master, &host) <
		0 ||
	    device_config(cli, &config) < 0 ||
	    cli_call(cli, &a, "SR.probe_ext", "rvsv", host, &config,
		cli_need(cli, "type"), &sm) < 0)
		return -1;
	set = a.mem;
	found = set->items;
	cli_table_begin(cli);
	for (uint32_t i = 0; i < set->n; i++)
		if (print_probe(cli, (const struct probe_result *)found[i]) < 0)
			return -1;
	return 0;
}

/* ---- what is known of one ---- */

int
cli_run_diagnostic_vdi_status(struct cli *cli)
{
	const struct cli_class *vbds = cli_class_find("vbd");
	const struct vdi *vdi = cli_object_of(cli, CLASS_VDI, "uuid");
	const struct ref *refs;

	if (!vdi ||
	    cli_print_record(cli, cli_class_find("vdi"), &vdi->r, NULL) < 0)
		return -1;
	refs = vdi->VBDs.items;
	for (uint32_t i = 0; i < vdi->VBDs.n; i++) {
		const struct record *r = cli_record(cli, CLASS_VBD, refs[i]);

		if (r && cli_print_record(cli, vbds, r, NULL) < 0)
			return -1;
	}
	return 0;
}

/* Whether a call refuses, and with which code. */
static const char *
verdict(struct cli *cli, int rc)
{
	const char *text = rc == 0 ? "OK" : cli_reason(cli);

	(void)cli_forgive(cli);
	return text;
}

static int
print_boot(struct cli *cli, const struct vm *vm)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	const struct set *hosts;
	const struct ref *refs;

	if (cli_call(cli, &a, "host.get_all", "") < 0)
		return -1;
	hosts = a.mem;
	refs = hosts->items;
	cli_print_message(cli, "Checking to see whether hosts can boot VM");
	for (uint32_t i = 0; i < hosts->n; i++) {
		const char *name =
		    cli_record_name(cli_record(cli, CLASS_host, refs[i]));
		int rc = cli_do(cli, "VM.assert_can_boot_here", "rr",
		    vm->r.self, refs[i]);

		if (cli->failure == CLI_FAIL_GONE)
			return -1;
		cli_print_message(cli, "  %s: %s", name ? name : "",
		    verdict(cli, rc));
	}
	return 0;
}

int
cli_run_diagnostic_vm_status(struct cli *cli)
{
	struct cli_vbds all;
	const struct vm *vm = cli_object_of(cli, CLASS_VM, "uuid");
	int rc;

	if (!vm ||
	    cli_print_record(cli, cli_class_find("vm"), &vm->r, NULL) < 0 ||
	    cli_vbds_of(cli, vm, &all) < 0)
		return -1;
	for (unsigned i = 0; i < all.n; i++) {
		const struct record *vdi =
		    cli_record(cli, CLASS_VDI, all.vbds[i]->VDI);

		if (cli_print_record(cli, cli_class_find("vbd"),
			&all.vbds[i]->r, NULL) < 0 ||
		    (vdi &&
			cli_print_record(cli, cli_class_find("vdi"), vdi,
			    NULL) < 0))
			return -1;
	}
	rc = cli_do(cli, "VM.assert_agile", "r", vm->r.self);
	if (cli->failure == CLI_FAIL_GONE)
		return -1;
	cli_print_message(cli, "Checking to see whether VM is agile");
	cli_print_message(cli, "  %s", verdict(cli, rc));
	return print_boot(cli, vm);
}

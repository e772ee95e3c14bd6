/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vm-install: a clone of a template, told where its disks shall be, and
 * provisioned. What does not become a VM is taken back. (source of the disks:
 * templates.json disks_xml) */
#include <string.h>

#include "cli/args.h"
#include "cli/object.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli_runs_gen.h"

#define DISKS "disks" /* the key of other_config with their XML */
#define DESCRIPTION "Installed via xe CLI"

/* ---- the template ---- */

/* One record of a class with this name; none or several are an error. */
static const void *
find_named(struct cli *cli, const char *cls, const char *what, const char *name)
{
	CLI_SET_OF struct cli_set s = { 0 };

	if (cli_set_get(cli, cli_class_find(cls), NULL, &s) < 0 ||
	    cli_set_filter(cli, cli_class_find(cls), &s, "name-label", name) <
		0)
		return NULL;
	if (strcmp(cls, "template") == 0 &&
	    (cli_set_filter(cli, cli_class_find(cls), &s, "is-a-template",
		 "true") < 0 ||
		cli_set_filter(cli, cli_class_find(cls), &s, "is-a-snapshot",
		    "false") < 0))
		return NULL;
	if (s.n == 1)
		return cli_object(cli, s.records[0]->cls->id,
		    s.records[0]->self);
	if (s.n == 0)
		cli_fail(cli, "There is no %s %s", what, name);
	else
		cli_fail(cli, "There are %u %ss %s: name it by UUID", s.n, what,
		    name);
	return NULL;
}

static const struct vm *
find_template(struct cli *cli)
{
	const char *text = cli_get(cli, "template");
	const struct vm *vm = NULL;
	struct ref ref;

	if (!text)
		text = cli_get(cli, "template-uuid");
	if (!text) {
		cli_fail_missing(cli, "template");
		return NULL;
	}
	if (cli_by_uuid(cli, "VM", text, &ref) == 0)
		vm = cli_object(cli, CLASS_VM, ref);
	else if (cli_failed_with(cli, "UUID_INVALID") && cli_forgive(cli))
		vm = find_named(cli, "template", "template", text);
	if (vm && !vm->is_a_template) {
		cli_fail(cli, "%s is no template", text);
		return NULL;
	}
	return vm;
}

/* ---- where its disks go ---- */

/* Null where nobody says: then disks that a template has stay where they are.
 * New ones need some SR. */
static int
find_sr(struct cli *cli, const struct vm *template, struct ref *out_r)
{
	const char *name = cli_get(cli, "sr-name-label");
	const struct record *r;

	if (cli_optional_object(cli, "sr-uuid", "SR", out_r) < 0)
		return -1;
	if (!ref_is_null(*out_r))
		return 0;
	if (name) {
		r = find_named(cli, "sr", "SR", name);
		if (!r)
			return -1;
		*out_r = r->self;
		return 0;
	}
	if (strstr(cli_map_get(&template->other_config, DISKS), "<disk "))
		return cli_default_sr(cli, out_r);
	return 0;
}

/* The XML with this SR in every disk: the value of each attribute sr is
 * replaced. */
static const char *
with_sr(struct cli *cli, const char *xml, const char *uuid)
{
	CLEANUP_BYTES struct bytes out = { 0 };
	const char *attr;

	while ((attr = strstr(xml, " sr="))) {
		char quote = attr[4];
		const char *end = quote == '"' || quote == '\''
		    ? strchr(attr + 5, quote)
		    : NULL;

		if (!end)
			break;
		bytes_put(&out, xml, (size_t)(attr + 5 - xml));
		bytes_puts(&out, uuid);
		xml = end;
	}
	bytes_puts(&out, xml);
	return cli_text(cli, "%s", bytes_cstr(&out) ? out.p : "");
}

static int
place_disks(struct cli *cli, const struct vm *template, struct ref vm,
    struct ref sr)
{
	const char *xml = cli_map_get(&template->other_config, DISKS);
	const char *uuid = cli_record_uuid(cli_record(cli, CLASS_SR, sr));

	if (!*xml || !uuid)
		return 0;
	if (cli_do(cli, "VM.remove_from_other_config", "rs", vm, DISKS) < 0)
		return -1;
	return cli_do(cli, "VM.add_to_other_config", "rss", vm, DISKS,
	    with_sr(cli, xml, uuid));
}

/* ---- the VM ---- */

static int
make_copy(struct cli *cli, const struct vm *template, struct ref sr,
    struct ref *vm_r)
{
	const char *name = cli_need(cli, "new-name-label");
	bool chosen = cli_get(cli, "sr-uuid") || cli_get(cli, "sr-name-label");

	if (chosen && !template->is_default_template)
		return cli_run_task_ref(cli, vm_r, "VM.copy", "rsr",
		    template->r.self, name, sr);
	return cli_run_task_ref(cli, vm_r, "VM.clone", "rs", template->r.self,
	    name);
}

static int
make_vm(struct cli *cli, const struct vm *template, struct ref vm,
    struct ref sr, struct ref bios)
{
	if (template->is_default_template &&
	    cli_do(cli, "VM.set_name_description", "rs", vm, DESCRIPTION) < 0)
		return -1;
	if (!ref_is_null(bios) &&
	    cli_do(cli, "VM.copy_bios_strings", "rr", vm, bios) < 0)
		return -1;
	if (place_disks(cli, template, vm, sr) < 0 ||
	    cli_run_task(cli, "VM.provision", "r", vm) < 0)
		return -1;
	return cli_print_uuid(cli, CLASS_VM, vm);
}

/* What failed is said, not what went wrong on the way back. */
static void
take_back(struct cli *cli, struct ref vm)
{
	struct cli_trouble t;

	if (cli->failure == CLI_FAIL_GONE)
		return;
	t = cli_put_aside(cli);
	(void)cli_do(cli, "VM.destroy", "r", vm);
	cli_put_back(cli, &t);
}

int
cli_run_vm_install(struct cli *cli)
{
	const struct vm *template = find_template(cli);
	struct ref sr, vm, bios;

	if (!template ||
	    cli_optional_object(cli, "copy-bios-strings-from", "host", &bios) <
		0 ||
	    find_sr(cli, template, &sr) < 0 ||
	    make_copy(cli, template, sr, &vm) < 0)
		return -1;
	if (make_vm(cli, template, vm, sr, bios) == 0)
		return 0;
	take_back(cli, vm);
	return -1;
}

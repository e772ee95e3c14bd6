/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The disks, CD drives and interfaces of VMs. */
#include <string.h>

#include "cli/args.h"
#include "cli/device.h"
#include "cli/generic.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli_runs_gen.h"

#define DISK_NAME "Created by xe"

/* ---- lists ---- */

static const char *const vbd_shown[] = { "uuid", "vm-name-label", "userdevice",
	NULL };
static const char *const cd_vbd_shown[] = { "uuid", "vm-name-label",
	"userdevice", "empty", NULL };
static const char *const vdi_shown[] = { "uuid", "name-label", "sr-name-label",
	"virtual-size", NULL };

/* "Disk 0 VBD:", a table of it, and the same of its VDI. */
static int
show_device(struct cli *cli, const char *what, unsigned n,
    const struct vbd *vbd, const char *const *shown)
{
	const struct record *vdi;

	cli_print_message(cli, "%s %u VBD:", what, n);
	if (cli_print_record(cli, cli_class_find("vbd"), &vbd->r,
		cli_wanted_fields(cli, "vbd-params", shown)) < 0)
		return -1;
	vdi = vbd->empty ? NULL : cli_record(cli, CLASS_VDI, vbd->VDI);
	if (!vdi)
		return cli->failure == CLI_FINE ? 0 : -1;
	cli_print_message(cli, "%s %u VDI:", what, n);
	return cli_print_record(cli, cli_class_find("vdi"), vdi,
	    cli_wanted_fields(cli, "vdi-params", vdi_shown));
}

static int
show_devices(struct cli *cli, const struct vm *vm, enum vbd_type type)
{
	bool cd = type == VBD_TYPE_CD;
	struct cli_vbds all;

	if (cli_vbds_of(cli, vm, &all) < 0)
		return -1;
	for (unsigned i = 0, n = 0; i < all.n; i++)
		if (all.vbds[i]->type == type &&
		    show_device(cli, cd ? "CD" : "Disk", n++, all.vbds[i],
			cd ? cd_vbd_shown : vbd_shown) < 0)
			return -1;
	return 0;
}

static int
disk_list(struct cli *cli, const struct record *r)
{
	return show_devices(cli, (const struct vm *)r, VBD_TYPE_DISK);
}

int
cli_run_vm_disk_list(struct cli *cli)
{
	return cli_for_each(cli, disk_list);
}

int
cli_run_snapshot_disk_list(struct cli *cli)
{
	const struct vm *vm = cli_snapshot(cli);

	if (!vm)
		return -1;
	return show_devices(cli, vm, VBD_TYPE_DISK);
}

static int
cd_list(struct cli *cli, const struct record *r)
{
	return show_devices(cli, (const struct vm *)r, VBD_TYPE_CD);
}

int
cli_run_vm_cd_list(struct cli *cli)
{
	return cli_for_each(cli, cd_list);
}

static int
vif_list(struct cli *cli, const struct record *r)
{
	static const char *const shown[] = { "uuid", "vm-name-label", "device",
		"MAC", "network-uuid", "network-name-label", NULL };
	const struct vm *vm = (const struct vm *)r;
	const struct ref *refs = vm->VIFs.items;

	for (uint32_t i = 0; i < vm->VIFs.n; i++) {
		const struct record *vif = cli_record(cli, CLASS_VIF, refs[i]);

		if (vif &&
		    cli_print_record(cli, cli_class_find("vif"), vif, shown) <
			0)
			return -1;
	}
	return 0;
}

/* Several VMs need no --multiple: nothing is changed. */
int
cli_run_vm_vif_list(struct cli *cli)
{
	return cli_for_each(cli, vif_list);
}

static int
crashdump_list(struct cli *cli, const struct record *r)
{
	const struct vm *vm = (const struct vm *)r;
	const struct ref *refs = vm->crash_dumps.items;

	for (uint32_t i = 0; i < vm->crash_dumps.n; i++)
		if (cli_print_uuid(cli, CLASS_crashdump, refs[i]) < 0)
			return -1;
	return 0;
}

int
cli_run_vm_crashdump_list(struct cli *cli)
{
	return cli_for_each(cli, crashdump_list);
}

/* Discs are what SRs with the content type iso have. */
int
cli_run_cd_list(struct cli *cli)
{
	static const char *const shown[] = { "name-label", "uuid", NULL };
	const char *const *fields = cli_wanted_fields(cli, "params", shown);
	const struct cli_class *cls = cli_class_find("vdi");
	CLI_SET_OF struct cli_set s = { 0 };

	if (cli_set_get(cli, cli_class_find("sr"),
		"field \"content_type\" = \"iso\"", &s) < 0)
		return -1;
	for (uint32_t i = 0; i < s.n; i++) {
		const struct sr *sr = (const struct sr *)s.records[i];
		const struct ref *refs = sr->VDIs.items;

		for (uint32_t j = 0; j < sr->VDIs.n; j++) {
			const struct record *vdi =
			    cli_record(cli, CLASS_VDI, refs[j]);

			if (vdi && cli_print_record(cli, cls, vdi, fields) < 0)
				return -1;
		}
	}
	return 0;
}

/* ---- disks ---- */

static int
make_disk(struct cli *cli, const struct vm *vm, struct ref sr, int64_t size,
    struct ref *vdi_r)
{
	struct cli_birth b = { .n = 0 };

	cli_born(&b, "name_label", cli_param_text(cli, DISK_NAME));
	cli_born(&b, "name_description", cli_param_text(cli, vm->uuid));
	cli_born(&b, "SR", cli_param_ref(cli, sr));
	cli_born(&b, "virtual_size", cli_param_int(size));
	cli_born(&b, "type", cli_param_text(cli, "user"));
	cli_born(&b, "sharable", cli_param_bool(false));
	cli_born(&b, "read_only", cli_param_bool(false));
	cli_born(&b, "other_config", (struct value){ .kind = VALUE_STRUCT });
	return cli_create(cli, "VDI.create", &b, vdi_r);
}

static void
drop_disk(struct cli *cli, struct ref vdi)
{
	struct cli_trouble t;

	if (cli->failure == CLI_FAIL_GONE)
		return;
	t = cli_put_aside(cli);
	(void)cli_do(cli, "VDI.destroy", "r", vdi);
	cli_put_back(cli, &t);
}

static int
disk_add(struct cli *cli, const struct record *r)
{
	const struct vm *vm = (const struct vm *)r;
	struct cli_device d = {
		.vm = vm,
		.device = cli_need(cli, "device"),
		.type = "Disk",
		.mode = "RW",
		.unpluggable = true,
	};
	struct ref sr, vbd;
	int64_t size;

	if (cli_parse_size(cli, "disk-size", cli_need(cli, "disk-size"),
		&size) < 0 ||
	    cli_optional_object(cli, "sr-uuid", "SR", &sr) < 0 ||
	    (ref_is_null(sr) && cli_default_sr(cli, &sr) < 0) ||
	    make_disk(cli, vm, sr, size, &d.vdi) < 0)
		return -1;
	if (cli_device_add(cli, &d, &vbd) == 0)
		return 0;
	drop_disk(cli, d.vdi);
	return -1;
}

int
cli_run_vm_disk_add(struct cli *cli)
{
	return cli_for_each(cli, disk_add);
}

static int
disk_remove(struct cli *cli, const struct record *r)
{
	const char *device = cli_need(cli, "device");
	const struct vbd *vbd = NULL;
	struct cli_vbds all;
	struct ref vdi;

	if (cli_vbds_of(cli, (const struct vm *)r, &all) < 0)
		return -1;
	for (unsigned i = 0; i < all.n; i++)
		if (strcmp(all.vbds[i]->userdevice, device) == 0)
			vbd = all.vbds[i];
	if (!vbd)
		return cli_fail(cli, "The VM has no disk %s", device);
	if (vbd->type == VBD_TYPE_CD)
		return cli_fail(cli,
		    "Device %s is a CD drive: use vm-cd-remove", device);
	vdi = vbd->VDI;
	if (cli_device_remove(cli, vbd) < 0)
		return -1;
	return cli_do(cli, "VDI.destroy", "r", vdi);
}

int
cli_run_vm_disk_remove(struct cli *cli)
{
	return cli_for_each(cli, disk_remove);
}

/* ---- CDs ---- */

/* A disc by its name, in any SR of discs. */
static int
find_disc(struct cli *cli, const char *name, struct ref *out_r)
{
	CLI_SET_OF struct cli_set s = { 0 };
	const struct cli_class *cls = cli_class_find("vdi");
	unsigned found = 0;

	if (cli_set_get(cli, cls, NULL, &s) < 0 ||
	    cli_set_filter(cli, cls, &s, "name-label", name) < 0)
		return -1;
	for (uint32_t i = 0; i < s.n; i++) {
		const struct vdi *vdi = (const struct vdi *)s.records[i];
		const struct sr *sr =
		    (const struct sr *)cli_record(cli, CLASS_SR, vdi->SR);

		if (!sr || strcmp(sr->content_type, "iso") != 0)
			continue;
		*out_r = vdi->r.self;
		found++;
	}
	if (found == 1)
		return 0;
	return cli_fail(cli,
	    found
		? "There are several discs %s: name one by UUID with vbd-insert"
		: "There is no disc %s: cd-list lists those there are",
	    name);
}

static int
cd_add(struct cli *cli, const struct record *r)
{
	struct cli_device d = {
		.vm = (const struct vm *)r,
		.device = cli_need(cli, "device"),
		.type = "CD",
		.mode = "RO",
		.bootable = true,
		.unpluggable = true,
	};
	struct ref vbd;

	if (find_disc(cli, cli_need(cli, "cd-name"), &d.vdi) < 0)
		return -1;
	return cli_device_add(cli, &d, &vbd);
}

int
cli_run_vm_cd_add(struct cli *cli)
{
	return cli_for_each(cli, cd_add);
}

static int
cd_remove(struct cli *cli, const struct record *r)
{
	const char *name = cli_need(cli, "cd-name");
	const struct vbd *vbd = NULL;
	struct cli_vbds all;

	if (cli_vbds_of(cli, (const struct vm *)r, &all) < 0)
		return -1;
	for (unsigned i = 0; i < all.n; i++) {
		const char *disc = cli_record_name(
		    cli_record(cli, CLASS_VDI, all.vbds[i]->VDI));

		if (all.vbds[i]->type == VBD_TYPE_CD && disc &&
		    strcmp(disc, name) == 0)
			vbd = all.vbds[i];
	}
	if (!vbd)
		return cli_fail(cli, "The VM has no drive with the disc %s",
		    name);
	return cli_device_remove(cli, vbd);
}

int
cli_run_vm_cd_remove(struct cli *cli)
{
	return cli_for_each(cli, cd_remove);
}

/* The only CD drive of a VM that is empty, or not; NULL: failed. */
static const struct vbd *
the_drive(struct cli *cli, const struct record *vm, bool empty)
{
	const struct vbd *vbd = NULL;
	struct cli_vbds all;
	unsigned found = 0;

	if (cli_vbds_of(cli, (const struct vm *)vm, &all) < 0)
		return NULL;
	for (unsigned i = 0; i < all.n; i++)
		if (all.vbds[i]->type == VBD_TYPE_CD &&
		    all.vbds[i]->empty == empty) {
			vbd = all.vbds[i];
			found++;
		}
	if (found == 1)
		return vbd;
	if (found == 0)
		cli_fail(cli, "The VM has no CD drive that is %s",
		    empty ? "empty" : "full");
	else
		cli_fail(cli, "The VM has several CD drives: use %s",
		    empty ? "vbd-insert" : "vbd-eject");
	return NULL;
}

static int
cd_eject(struct cli *cli, const struct record *r)
{
	const struct vbd *vbd = the_drive(cli, r, false);

	if (!vbd)
		return -1;
	return cli_do(cli, "VBD.eject", "r", vbd->r.self);
}

int
cli_run_vm_cd_eject(struct cli *cli)
{
	return cli_for_each(cli, cd_eject);
}

static int
cd_insert(struct cli *cli, const struct record *r)
{
	const struct vbd *vbd;
	struct ref vdi;

	if (find_disc(cli, cli_need(cli, "cd-name"), &vdi) < 0 ||
	    !(vbd = the_drive(cli, r, true)))
		return -1;
	return cli_do(cli, "VBD.insert", "rr", vbd->r.self, vdi);
}

int
cli_run_vm_cd_insert(struct cli *cli)
{
	return cli_for_each(cli, cd_insert);
}

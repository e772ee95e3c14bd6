/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Removing VMs, alone or with what is theirs alone: disks that no other VM
 * has, saved memory, snapshots. What goes is listed, and asked for, first.
 * (source of the form: xe-transcripts.txt) */
#include <string.h>

#include "cli/args.h"
#include "cli/frames.h"
#include "cli/object.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli_runs_gen.h"

/* ---- what goes ---- */

#define DOOMED_MAX 65536

struct doomed {
	struct ref *vms, *vdis; /* arena; grown */
	unsigned nvms, nvdis;
	bool snapshots; /* those of the VMs too */
};

static int
add_ref(struct cli *cli, struct ref **refs, unsigned *n, struct ref ref)
{
	struct ref *more;

	for (unsigned i = 0; i < *n; i++)
		if (ref_equal((*refs)[i], ref))
			return 0;
	if (*n >= DOOMED_MAX)
		return cli_fail(cli, "Too many objects at once");
	if ((*n & (*n - 1)) == 0) { /* full: twice as many */
		more =
		    arena_array(cli->arena, *n ? *n * 2u : 1u, sizeof(*more));
		if (!more)
			return cli_fail_nomem(cli);
		if (*n)
			memcpy(more, *refs, *n * sizeof(*more));
		*refs = more;
	}
	(*refs)[(*n)++] = ref;
	return 0;
}

static bool
is_doomed(const struct doomed *d, struct ref vm)
{
	for (unsigned i = 0; i < d->nvms; i++)
		if (ref_equal(d->vms[i], vm))
			return true;
	return false;
}

static int
add_vm(struct cli *cli, struct doomed *d, const struct record *r)
{
	const struct vm *vm = (const struct vm *)r;
	const struct ref *refs = vm->snapshots.items;

	if (add_ref(cli, &d->vms, &d->nvms, r->self) < 0)
		return -1;
	for (uint32_t i = 0; d->snapshots && i < vm->snapshots.n; i++)
		if (add_ref(cli, &d->vms, &d->nvms, refs[i]) < 0)
			return -1;
	return 0;
}

/* A disk is theirs alone when nobody else has a VBD for it. */
static bool
is_theirs(struct cli *cli, const struct doomed *d, const struct vdi *vdi)
{
	const struct ref *refs = vdi->VBDs.items;

	for (uint32_t i = 0; i < vdi->VBDs.n; i++) {
		const struct vbd *vbd =
		    (const struct vbd *)cli_record(cli, CLASS_VBD, refs[i]);

		if (vbd && !is_doomed(d, vbd->VM))
			return false;
	}
	return true;
}

static int
add_disks(struct cli *cli, struct doomed *d, const struct vm *vm)
{
	const struct ref *refs = vm->VBDs.items;

	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd =
		    (const struct vbd *)cli_record(cli, CLASS_VBD, refs[i]);
		const struct vdi *vdi;

		if (!vbd || vbd->type == VBD_TYPE_CD)
			continue;
		vdi = (const struct vdi *)cli_record(cli, CLASS_VDI, vbd->VDI);
		if (vdi && !vdi->read_only && !vdi->sharable &&
		    is_theirs(cli, d, vdi) &&
		    add_ref(cli, &d->vdis, &d->nvdis, vbd->VDI) < 0)
			return -1;
	}
	if (cli_record(cli, CLASS_VDI, vm->suspend_VDI))
		return add_ref(cli, &d->vdis, &d->nvdis, vm->suspend_VDI);
	return 0;
}

static int
add_all_disks(struct cli *cli, struct doomed *d)
{
	for (unsigned i = 0; i < d->nvms; i++) {
		const struct vm *vm =
		    (const struct vm *)cli_record(cli, CLASS_VM, d->vms[i]);

		if (vm && add_disks(cli, d, vm) < 0)
			return -1;
	}
	return cli->failure == CLI_FINE ? 0 : -1;
}

/* ---- going ---- */

static void
list(struct cli *cli, const char *label, int cls, const struct ref *refs,
    unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const char *text = cli_describe(cli, cls, refs[i]);

		cli_print_message(cli, "%s: %s", label, text ? text : "");
	}
}

static int
remove_vm(struct cli *cli, struct ref ref)
{
	const struct vm *vm = (const struct vm *)cli_record(cli, CLASS_VM, ref);

	if (vm && vm->power_state != VM_POWER_STATE_HALTED &&
	    cli_do(cli, "VM.hard_shutdown", "r", ref) < 0)
		return -1;
	return cli_do(cli, "VM.destroy", "r", ref);
}

/* The saved memory went with the VM that was shut down. */
static int
remove_vdi(struct cli *cli, struct ref ref)
{
	if (cli_do(cli, "VDI.destroy", "r", ref) == 0)
		return 0;
	if (cli_failed_with(cli, "HANDLE_INVALID"))
		(void)cli_forgive(cli);
	return cli->failure == CLI_FINE ? 0 : -1;
}

static int
remove_all(struct cli *cli, struct doomed *d)
{
	if (add_all_disks(cli, d) < 0)
		return -1;
	if (!cli_forced(cli)) {
		cli_print_message(cli,
		    "The following items are about to be destroyed");
		list(cli, "VM ", CLASS_VM, d->vms, d->nvms);
		list(cli, "VDI", CLASS_VDI, d->vdis, d->nvdis);
		if (cli_confirm(cli, NULL) < 0)
			return -1;
	}
	for (unsigned i = 0; i < d->nvms; i++)
		if (remove_vm(cli, d->vms[i]) < 0)
			return -1;
	for (unsigned i = 0; i < d->nvdis; i++)
		if (remove_vdi(cli, d->vdis[i]) < 0)
			return -1;
	if (!cli->wish.dry_run)
		cli_print_message(cli, "All objects destroyed");
	return 0;
}

int
cli_run_vm_uninstall(struct cli *cli)
{
	CLI_SET_OF struct cli_set s = { 0 };
	struct doomed d = { .snapshots = true };

	if (cli_select(cli, &s) < 0)
		return -1;
	for (uint32_t i = 0; i < s.n; i++)
		if (add_vm(cli, &d, s.records[i]) < 0)
			return -1;
	return remove_all(cli, &d);
}

int
cli_run_snapshot_uninstall(struct cli *cli)
{
	struct doomed d = { 0 };
	const struct vm *vm;

	if (!(vm = cli_snapshot(cli)) || add_vm(cli, &d, &vm->r) < 0)
		return -1;
	return remove_all(cli, &d);
}

int
cli_run_template_uninstall(struct cli *cli)
{
	struct doomed d = { 0 };
	const struct vm *vm = cli_object_of(cli, CLASS_VM, "template-uuid");

	if (!vm || add_vm(cli, &d, &vm->r) < 0)
		return -1;
	return remove_all(cli, &d);
}

/* ---- alone ---- */

int
cli_run_vm_destroy(struct cli *cli)
{
	const struct vm *vm = cli_object_of(cli, CLASS_VM, "uuid");

	if (!vm)
		return -1;
	if (vm->is_control_domain)
		return cli_fail(cli, "This is the control domain of a host");
	return cli_do(cli, "VM.destroy", "r", vm->r.self);
}

int
cli_run_snapshot_destroy(struct cli *cli)
{
	const struct vm *vm = cli_snapshot(cli);

	if (!vm)
		return -1;
	return remove_vm(cli, vm->r.self);
}

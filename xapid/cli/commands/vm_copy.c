/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clones, copies and snapshots of VMs: a long call whose result gets a
 * description and is told by its uuid. */
#include "cli/args.h"
#include "cli/call.h"
#include "cli/object.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli_runs_gen.h"

/* What was made: described as the user wants, and told. */
static int
tell_new(struct cli *cli, struct ref vm)
{
	const char *text = cli_get(cli, "new-name-description");

	if (text && cli_do(cli, "VM.set_name_description", "rs", vm, text) < 0)
		return -1;
	return cli_print_uuid(cli, CLASS_VM, vm);
}

/* METHOD(vm, new name). */
static int
named_copy(struct cli *cli, const char *method, struct ref vm)
{
	struct ref made;

	if (cli_run_task_ref(cli, &made, method, "rs", vm,
		cli_need(cli, "new-name-label")) < 0)
		return -1;
	return tell_new(cli, made);
}

static int
full_copy(struct cli *cli, struct ref vm)
{
	struct ref sr, made;

	if (cli_optional_object(cli, "sr-uuid", "SR", &sr) < 0 ||
	    cli_run_task_ref(cli, &made, "VM.copy", "rsr", vm,
		cli_need(cli, "new-name-label"), sr) < 0)
		return -1;
	return tell_new(cli, made);
}

/* ---- of VMs ---- */

static int
clone_vm(struct cli *cli, const struct record *r)
{
	return named_copy(cli, "VM.clone", r->self);
}

int
cli_run_vm_clone(struct cli *cli)
{
	return cli_for_each(cli, clone_vm);
}

static int
copy(struct cli *cli, const struct record *r)
{
	return full_copy(cli, r->self);
}

int
cli_run_vm_copy(struct cli *cli)
{
	return cli_for_each(cli, copy);
}

static int
snapshot(struct cli *cli, const struct record *r)
{
	const char *ignored = cli_get(cli, "ignore-vdi-uuids");
	struct value vdis;
	struct ref made;

	if (cli_objects(cli, "VDI", ignored, &vdis) < 0 ||
	    cli_run_task_ref(cli, &made, "VM.snapshot", "rsv", r->self,
		cli_need(cli, "new-name-label"), &vdis) < 0)
		return -1;
	return tell_new(cli, made);
}

int
cli_run_vm_snapshot(struct cli *cli)
{
	return cli_for_each(cli, snapshot);
}

static int
quiesced(struct cli *cli, const struct record *r)
{
	return named_copy(cli, "VM.snapshot_with_quiesce", r->self);
}

int
cli_run_vm_snapshot_with_quiesce(struct cli *cli)
{
	return cli_for_each(cli, quiesced);
}

static int
checkpoint(struct cli *cli, const struct record *r)
{
	return named_copy(cli, "VM.checkpoint", r->self);
}

int
cli_run_vm_checkpoint(struct cli *cli)
{
	return cli_for_each(cli, checkpoint);
}

/* ---- of snapshots ---- */

int
cli_run_snapshot_clone(struct cli *cli)
{
	const struct vm *vm = cli_snapshot(cli);

	if (!vm)
		return -1;
	return named_copy(cli, "VM.clone", vm->r.self);
}

int
cli_run_snapshot_copy(struct cli *cli)
{
	const struct vm *vm = cli_snapshot(cli);

	if (!vm)
		return -1;
	return full_copy(cli, vm->r.self);
}

int
cli_run_snapshot_revert(struct cli *cli)
{
	const struct vm *vm = cli_snapshot(cli);

	if (!vm)
		return -1;
	return cli_run_task(cli, "VM.revert", "r", vm->r.self);
}

int
cli_run_snapshot_reset_powerstate(struct cli *cli)
{
	const struct vm *vm;

	if (cli_want_force(cli) < 0 || !(vm = cli_snapshot(cli)))
		return -1;
	return cli_do(cli, "VM.power_state_reset", "r", vm->r.self);
}

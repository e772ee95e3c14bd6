/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A snapshot of disks and memory in the same moment. The guest of a running VM
 * is held from when its memory is saved until its disks are copied, and goes on
 * whatever comes of it; its image then belongs to the snapshot. A suspended VM
 * has its image copied like a disk. A paused one gives a snapshot of disks, as
 * with the original. (source: lifecycle.json call_effects, copy_fields) */
#include "vm/copy/vm_copy.h"

#include <string.h>

#include "call/edit.h"
#include "device/vtpm.h"
#include "disk/storage.h"
#include "pool/message.h"
#include "schedule/vmss.h"
#include "vm/copy/vm_copy_disks.h"
#include "vm/copy/vm_copy_record.h"
#include "vm/power/vm_follow.h"
#include "vm/power/vm_image.h"
#include "vm/power/vm_power.h"

#define SAVE_DEADLINE_MS (1800 * 1000)

/* ---- may it? ---- */

/* Memory whose disks cannot be kept beside it is worth nothing. */
static int
check_disks(struct plan *p, struct tx *t, const struct vm *vm)
{
	const struct ref *refs = vm->VBDs.items;

	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, refs[i]);
		const struct vdi *vdi = vbd && vbd->type == VBD_TYPE_DISK
		    ? TX_GET(t, VDI, vdi, vbd->VDI)
		    : NULL;

		if (vdi &&
		    storage_check(p->call, t, vdi->SR, "VDI_SNAPSHOT") < 0)
			return -1;
	}
	return 0;
}

static int
check(struct plan *p, struct tx *t)
{
	const struct vm *vm;

	if (vm_plan_check(p, t) < 0 || vm_copy_disks_list(p, t) < 0)
		return -1;
	vm = TX_GET(t, VM, vm, p->object);
	if (vm->power_state != VM_POWER_STATE_RUNNING)
		return 0;
	if (check_disks(p, t, vm) < 0 || vm_image_plan(p, t) < 0 ||
	    plan_note(p, "at_rest", "true") < 0)
		return -1;
	return plan_note(p, "uuid", vm->uuid);
}

/* ---- the memory ---- */

static bool
is_live(const struct plan *p)
{
	return *plan_arg(p, "image") != '\0';
}

static int
make_send(struct plan *p)
{
	return is_live(p) ? vm_image_make(p) : 0;
}

static int
make_apply(struct plan *p, struct tx *t)
{
	return is_live(p) ? vm_image_made(p, t) : 0;
}

static int
unmake_send(struct plan *p)
{
	return is_live(p) ? vm_image_unmake(p) : 0;
}

static int
open_send(struct plan *p)
{
	return is_live(p) ? vm_image_open(p) : 0;
}

static int
close_send(struct plan *p)
{
	return is_live(p) ? vm_image_close(p) : 0;
}

static int
hold_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);

	if (!r)
		return -1;
	if (!is_live(p))
		return 0;
	plan_set_deadline(p, SAVE_DEADLINE_MS);
	return plan_send(p, vtpm_note, "checkpoint", plan_arg(p, "uuid"),
	    "path", plan_arg(p, "path"), "served", plan_arg(p, "served"),
	    "#hold", (int64_t)1, VTPM_WANTED((const struct vm *)r), NULL);
}

static int
go_on_send(struct plan *p)
{
	return is_live(p)
	    ? plan_send(p, NULL, "go_on", plan_arg(p, "uuid"), NULL)
	    : 0;
}

/* ---- the records ---- */

static int
records_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = EDIT_HEAD(p->call, t, VM, vm, p->object);
	struct vm_copy how = {
		.name = plan_arg(p, "name"),
		.snapshot = true,
		.scheduled = *plan_arg(p, "vmss") != '\0',
		.suspended = is_live(p),
		.memory = plan_arg_ref(p, "image"),
		.disk = vm_copy_disk_made,
		.arg = p,
	};
	struct ref copy;

	if (!vm)
		return -1;
	if (vm_copy_keeps_memory(p, vm)) {
		how.suspended = true;
		how.memory = vm_copy_disk_made(p, vm->suspend_VDI);
	}
	if (vm_copy_record(p->call, t, p->object, &how, &copy) < 0 ||
	    vm_copy_disks_leave_out(p, t) < 0)
		return -1;
	if (p->call->result)
		*(struct ref *)p->call->result = copy;
	return 0;
}

static int
finish(struct plan *p, struct tx *t, bool ok)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (ok && vm)
		(void)message_add(t, p->core, "VM_CHECKPOINTED", 5, CLS_VM,
		    vm->uuid, plan_arg(p, "name"), NULL);
	if (ok && vmss_retain(p, t, p->object, plan_arg_ref(p, "vmss")) < 0)
		return -1;
	return vm_plan_refresh(p, t, ok);
}

static const struct step checkpoint_steps[] = {
	{ "image", make_send, make_apply, unmake_send, vm_image_unmade },
	{ "open", open_send, NULL, close_send, NULL },
	/* The copy has what the TPM knew in that moment. */
	{ "hold", hold_send, vtpm_told, go_on_send, NULL },
	{ "disks", vm_copy_disks_send, NULL, vm_copy_disks_undo_send,
	    vm_copy_disks_undo_apply },
	{ "go-on", go_on_send, NULL, NULL, NULL },
	{ "close", close_send, records_apply, NULL, NULL },
	{ 0 },
};

const struct plan_kind vm_checkpoint_kind = {
	.name = "VM.checkpoint",
	.cls = CLASS_VM,
	.operation = "checkpoint",
	.steps = checkpoint_steps,
	.check = check,
	.finish = finish,
	.after_failure = &vm_look_kind,
};

int
vm_checkpoint(struct call *c, const struct vm_checkpoint_args *a,
    struct ref *result_r)
{
	(void)result_r;
	return plan_start(c, &vm_checkpoint_kind, a->vm, "name", a->new_name,
	    NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VMs that are cloned, copied and snapshotted: every disk by a plan of its own
 * as a part of this one, then all records at once. When one disk fails the
 * others go again. (source of rules: lifecycle.json copy_fields) */
#include "vm/vm_copy.h"

#include <string.h>

#include "call/edit.h"
#include "disk/storage.h"
#include "host/message.h"
#include "vm/vm_copy_record.h"
#include "vm/vm_operations.h"
#include "vm/vm_power.h"

static bool
is_operation(const struct plan *p, const char *name)
{
	return strcmp(p->kind->operation, name) == 0;
}

/* ---- the disks ---- */

static bool
is_ignored(const struct plan *p, struct ref vdi)
{
	return strstr(plan_arg(p, "ignore"), call_ref_text(p->call, vdi));
}

static int
copy_disk(struct plan *p, struct ref vdi)
{
	const char *sr = plan_arg(p, "sr");

	if (ref_is_null(vdi) || is_ignored(p, vdi))
		return 0;
	if (is_operation(p, "snapshot"))
		return plan_child(p, vdi_kind("VDI.snapshot"), vdi, NULL);
	if (is_operation(p, "clone"))
		return plan_child(p, vdi_kind("VDI.clone"), vdi, NULL);
	return plan_child(p, vdi_kind("VDI.copy"), vdi, "sr", sr, NULL);
}

/* The memory of a suspended VM goes with its clones and copies. */
static bool
keeps_memory(const struct plan *p, const struct vm *vm)
{
	return vm->power_state == VM_POWER_STATE_SUSPENDED &&
	    !is_operation(p, "snapshot");
}

/* fn for every disk that has to be there twice. */
static int
each_disk(struct plan *p, int (*fn)(struct plan *p, struct ref vdi))
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);
	const struct vm *vm = (const struct vm *)r;
	const struct ref *vbds = vm ? vm->VBDs.items : NULL;
	int rc = vm ? 0 : -1;

	for (uint32_t i = 0; rc == 0 && i < vm->VBDs.n; i++) {
		RECORD_UNREF const struct record *d =
		    db_get(p->core->db, CLASS_VBD, vbds[i]);
		const struct vbd *vbd = (const struct vbd *)d;

		if (vbd && vbd->type == VBD_TYPE_DISK)
			rc = fn(p, vbd->VDI);
	}
	return rc == 0 && keeps_memory(p, vm) ? fn(p, vm->suspend_VDI) : rc;
}

static int
disks_send(struct plan *p)
{
	return each_disk(p, copy_disk);
}

/* What a disk became; the child noted it (vdi_plans.c). */
static struct ref
became(void *plan, struct ref vdi)
{
	struct plan *p = plan;
	const char *name = arena_printf(p->call->arena, "made:%s",
	    call_ref_text(p->call, vdi));

	return name ? plan_arg_ref(p, name) : REF_NULL;
}

static int
unmake_disk(struct plan *p, struct ref vdi)
{
	struct ref copy = became(p, vdi);
	RECORD_UNREF const struct record *r =
	    ref_is_null(copy) ? NULL : db_get(p->core->db, CLASS_VDI, copy);
	const struct vdi *made = (const struct vdi *)r;

	return made ? storage_send(p, NULL, made->SR, "vdi_destroy", "vdi",
			  made->uuid, "#size", made->virtual_size, NULL)
		    : 0;
}

static int
disks_undo_send(struct plan *p)
{
	return each_disk(p, unmake_disk);
}

static int
disks_undo_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	const struct ref *vbds = vm ? vm->VBDs.items : NULL;
	struct ref memory = vm ? vm->suspend_VDI : REF_NULL;

	for (uint32_t i = 0; vm && i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		if (vbd && vdi_take_out(p, t, became(p, vbd->VDI)) < 0)
			return -1;
	}
	return vdi_take_out(p, t, became(p, memory));
}

/* ---- the records ---- */

/* A copy without one of its disks is none. */
static struct ref
disk_of_copy(void *plan, struct ref vdi)
{
	struct plan *p = plan;
	struct ref ref = is_ignored(p, vdi) ? REF_NULL : became(p, vdi);

	if (ref_is_null(ref) && !ref_is_null(vdi) && !is_ignored(p, vdi))
		(void)fail_internal_error(p->call,
		    "A disk of the copy is missing");
	return ref;
}

static int
records_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = EDIT_HEAD(p->call, t, VM, vm, p->object);
	struct vm_copy how = {
		.name = plan_arg(p, "name"),
		.snapshot = is_operation(p, "snapshot"),
		.suspended = vm && keeps_memory(p, vm),
		.disk = disk_of_copy,
		.arg = p,
	};
	struct ref copy;

	if (!vm || vm_copy_record(p->call, t, p->object, &how, &copy) < 0)
		return -1;
	if (p->call->result)
		*(struct ref *)p->call->result = copy;
	return 0;
}

static const struct step copy_steps[] = {
	{ "disks", disks_send, records_apply, disks_undo_send,
	    disks_undo_apply },
	{ 0 },
};

/* ---- the plans ---- */

/* A repository of discs takes no copies. */
/* Keys that need a role of their own need it also where a copy that can be
 * started gets them from its source. */
static int
check_keys(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	return vm && !is_operation(p, "snapshot")
	    ? implicit_check_create(p->call, &vm->r)
	    : 0;
}

static int
copy_check(struct plan *p, struct tx *t)
{
	struct ref ref = plan_arg_ref(p, "sr");
	const struct sr *sr;

	if (vm_plan_check(p, t) < 0 || check_keys(p, t) < 0)
		return -1;
	if (ref_is_null(ref))
		return 0;
	sr = EDIT_HEAD(p->call, t, SR, sr, ref);
	if (sr && strcmp(sr->content_type, "iso") == 0)
		return fail_operation_not_allowed(p->call,
		    "Disks cannot be copied into a repository of ISO images");
	return sr ? 0 : -1;
}

static int
copy_finish(struct plan *p, struct tx *t, bool ok)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	const char *name = plan_arg(p, "name");
	const char *what =
	    is_operation(p, "snapshot") ? "VM_SNAPSHOTTED" : "VM_CLONED";

	if (ok && vm)
		(void)message_add(t, p->core, what, 5, CLS_VM, vm->uuid, name,
		    NULL);
	return vm_plan_refresh(p, t, ok);
}

#define KIND(op)                                                               \
	static const struct plan_kind op##_kind = { .name = "VM." #op,         \
		.cls = CLASS_VM,                                               \
		.operation = #op,                                              \
		.steps = copy_steps,                                           \
		.check = copy_check,                                           \
		.finish = copy_finish }

KIND(clone);
KIND(copy);
KIND(snapshot);

const struct plan_kind *const vm_copy_kinds[] = { &clone_kind, &copy_kind,
	&snapshot_kind, &vm_provision_kind, NULL };

/* ---- the calls ---- */

int
vm_clone(struct call *c, const struct vm_clone_args *a, struct ref *result_r)
{
	(void)result_r;
	return plan_start(c, &clone_kind, a->vm, "name", a->new_name, NULL);
}

int
vm_copy(struct call *c, const struct vm_copy_args *a, struct ref *result_r)
{
	(void)result_r;
	return plan_start(c, &copy_kind, a->vm, "name", a->new_name, "sr",
	    call_ref_text(c, a->sr), NULL);
}

int
vm_snapshot(struct call *c, const struct vm_snapshot_args *a,
    struct ref *result_r)
{
	const struct ref *refs = a->ignore_vdis.items;
	const char *ignore = "";

	(void)result_r;
	for (uint32_t i = 0; ignore && i < a->ignore_vdis.n; i++)
		ignore = arena_printf(c->arena, "%s%s ", ignore,
		    call_ref_text(c, refs[i]));
	if (!ignore)
		return call_fail_nomem(c);
	return plan_start(c, &snapshot_kind, a->vm, "name", a->new_name,
	    "ignore", ignore, NULL);
}

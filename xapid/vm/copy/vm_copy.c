/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VMs that are cloned, copied and snapshotted: the disks (vm_copy_disks.c), then
 * all records at once. When one disk fails the
 * others go again. (source of rules: lifecycle.json copy_fields) */
#include "vm/copy/vm_copy.h"

#include <string.h>

#include "call/edit.h"
#include "device/vtpm.h"
#include "pool/message.h"
#include "schedule/vmss.h"
#include "vm/copy/vm_copy_disks.h"
#include "vm/copy/vm_copy_record.h"
#include "vm/power/vm_power.h"
#include "vm/vm_operations.h"

static bool
is_operation(const struct plan *p, const char *name)
{
	return strcmp(p->kind->operation, name) == 0;
}

/* ---- the records ---- */

static int
records_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = EDIT_HEAD(p->call, t, VM, vm, p->object);
	struct vm_copy how = {
		.name = plan_arg(p, "name"),
		.snapshot = is_operation(p, "snapshot"),
		.scheduled = *plan_arg(p, "vmss") != '\0',
		.suspended = vm && vm_copy_keeps_memory(p, vm),
		.disk = vm_copy_disk_made,
		.arg = p,
	};
	struct ref copy;

	if (vm && how.suspended)
		how.memory = vm_copy_disk_made(p, vm->suspend_VDI);
	if (!vm || vm_copy_record(p->call, t, p->object, &how, &copy) < 0 ||
	    vm_copy_disks_leave_out(p, t) < 0)
		return -1;
	if (p->call->result)
		*(struct ref *)p->call->result = copy;
	return 0;
}

static const struct step copy_steps[] = {
	{ "tpm", vtpm_ask_send, vtpm_told, NULL, NULL },
	{ "disks", vm_copy_disks_send, records_apply, vm_copy_disks_undo_send,
	    vm_copy_disks_undo_apply },
	{ 0 },
};

/* ---- the plans ---- */

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

/* A repository of discs takes no copies. */
static int
copy_check(struct plan *p, struct tx *t)
{
	struct ref ref = plan_arg_ref(p, "sr");
	const struct sr *sr;

	if (vm_plan_check(p, t) < 0 || check_keys(p, t) < 0 ||
	    vm_copy_disks_list(p, t) < 0)
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
	if (ok && vmss_retain(p, t, p->object, plan_arg_ref(p, "vmss")) < 0)
		return -1;
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
KIND(csvm); /* a clone, by an older name */
KIND(snapshot);
KIND(snapshot_with_quiesce); /* its check always refuses */

const struct plan_kind *const vm_copy_kinds[] = { &clone_kind, &copy_kind,
	&csvm_kind, &snapshot_kind, &snapshot_with_quiesce_kind,
	&vm_checkpoint_kind, &vm_provision_kind, NULL };

const struct plan_kind *
vm_copy_kind(const char *name)
{
	const struct plan_kind *const *kind = vm_copy_kinds;

	while (*kind && strcmp((*kind)->name, name) != 0)
		kind++;
	return *kind;
}

/* ---- the calls ---- */

int
vm_clone(struct call *c, const struct vm_clone_args *a, struct ref *result_r)
{
	(void)result_r;
	return plan_start(c, &clone_kind, a->vm, "name", a->new_name, NULL);
}

int
vm_csvm(struct call *c, const struct vm_csvm_args *a, struct ref *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VM, a->vm);
	const char *name = r ? arena_printf(c->arena, "%s-cloned-suspended",
				   ((const struct vm *)r)->name_label)
			     : NULL;

	(void)result_r;
	if (!name)
		return r ? call_fail_nomem(c) : -1;
	return plan_start(c, &csvm_kind, a->vm, "name", name, NULL);
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
	CLEANUP_BYTES struct bytes ignore = { 0 };
	char text[REF_CHARS + 1];

	(void)result_r;
	for (uint32_t i = 0; i < a->ignore_vdis.n; i++) {
		ref_format(refs[i], text);
		bytes_printf(&ignore, "%s ", text);
	}
	if (!bytes_cstr(&ignore))
		return call_fail_nomem(c);
	return plan_start(c, &snapshot_kind, a->vm, "name", a->new_name,
	    "ignore", bytes_cstr(&ignore), NULL);
}

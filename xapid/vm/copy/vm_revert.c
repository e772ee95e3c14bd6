/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A VM goes back to one of its snapshots. The plan of the snapshot makes the VM
 * again when it is gone; the plan of the VM, a part of it, clones the disks,
 * stops the guest, and puts everything back in one transaction. Until then the
 * VM is what it was, but may be halted. Disks that were replaced go afterwards,
 * by plans of their own. (source: lifecycle.json call_effects) */
#include "vm/copy/vm_revert.h"

#include <string.h>

#include "call/edit.h"
#include "disk/storage.h"
#include "model/builder.h"
#include "pool/message.h"
#include "vm/copy/vm_copy_disks.h"
#include "vm/copy/vm_copy_record.h"
#include "vm/copy/vm_metadata.h"
#include "vm/power/vm_follow.h"
#include "vm/power/vm_power.h"
#include "vm/vm_operations.h"
#include "vm/vm_parts.h"

/* ---- the VM ---- */

static struct ref
snapshot_of(const struct plan *p)
{
	return plan_arg_ref(p, "source");
}

static int
stop_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);

	if (!r)
		return -1;
	return ((const struct vm *)r)->power_state == VM_POWER_STATE_HALTED
	    ? 0
	    : plan_child(p, vm_power_kind("VM.hard_shutdown"), p->object, NULL);
}

/* What became of a disk of the VM: the clone of its snapshot, and which that
 * is. Null: it is in none. */
static struct ref
successor(struct plan *p, struct tx *t, struct ref disk, struct ref *of_r)
{
	const struct vm *snapshot = TX_GET(t, VM, vm, snapshot_of(p));
	const struct ref *vbds = snapshot ? snapshot->VBDs.items : NULL;

	for (uint32_t i = 0; snapshot && i < snapshot->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);
		const struct vdi *vdi = vbd && vbd->type == VBD_TYPE_DISK
		    ? TX_GET(t, VDI, vdi, vbd->VDI)
		    : NULL;

		if (vdi && ref_equal(vdi->snapshot_of, disk)) {
			*of_r = vdi->r.self;
			return vm_copy_disk_made(p, vdi->r.self);
		}
	}
	return REF_NULL;
}

static bool
others_have(struct plan *p, struct tx *t, const struct vdi *vdi)
{
	const struct ref *vbds = vdi->VBDs.items;

	for (uint32_t i = 0; i < vdi->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		if (vbd && !ref_equal(vbd->VM, p->object))
			return true;
	}
	return false;
}

/* Its other snapshots are the new one's from now on. */
static int
replace_disk(struct plan *p, struct tx *t, struct ref disk)
{
	struct ref of, next = successor(p, t, disk, &of);
	const struct vdi *vdi = TX_GET(t, VDI, vdi, disk);
	struct ref *siblings;
	bool others;
	uint32_t n;

	if (!vdi || ref_is_null(next))
		return 0; /* it is kept */
	others = others_have(p, t, vdi);
	n = vdi->snapshots.n;
	siblings = arena_array(p->call->arena, n + 1, sizeof(*siblings));
	if (!siblings)
		return call_fail_nomem(p->call);
	if (n)
		memcpy(siblings, vdi->snapshots.items, n * sizeof(*siblings));
	for (uint32_t i = 0; i < n; i++)
		TX_SET(t, VDI, vdi, siblings[i], snapshot_of, next);
	return others ? 0 /* another VM has it, too */
		      : plan_then(p, t, vdi_kind("VDI.destroy"), disk, NULL);
}

static int
replace_disks(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	uint32_t n = vm->VBDs.n;
	struct ref *vbds = arena_array(p->call->arena, n + 1, sizeof(*vbds));

	if (!vbds)
		return call_fail_nomem(p->call);
	if (n)
		memcpy(vbds, vm->VBDs.items, n * sizeof(*vbds));
	for (uint32_t i = 0; i < n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		if (vbd && vbd->type == VBD_TYPE_DISK &&
		    replace_disk(p, t, vbd->VDI) < 0)
			return -1;
	}
	return 0;
}

static int
restore_fields(struct plan *p, struct tx *t)
{
	const struct vm *snapshot = TX_GET(t, VM, vm, snapshot_of(p));
	struct map pairs;

	if (vm_metadata_read(p->call, snapshot->snapshot_metadata, &pairs))
		return vm_metadata_restore(p->call, t, p->object, &pairs,
		    false);
	return vm_metadata_restore_from(t, p->object, snapshot);
}

static int
restore_devices(struct plan *p, struct tx *t)
{
	const struct vm *snapshot = TX_GET(t, VM, vm, snapshot_of(p));
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	struct ref old = vm->metrics, old_guest = vm->guest_metrics;
	struct ref metrics, guest_metrics;
	struct vm_copy how = {
		.suspended = vm_copy_keeps_memory(p, snapshot),
		.disk = vm_copy_disk_made,
		.arg = p,
	};

	if (vm_destroy_devices(p->call, t, vm) < 0 ||
	    vm_copy_metrics(t, snapshot, &metrics, &guest_metrics) < 0)
		return -1;
	vm_destroy_metrics(t, old, old_guest);
	TX_SET(t, VM, vm, p->object, metrics, metrics);
	TX_SET(t, VM, vm, p->object, guest_metrics, guest_metrics);
	return vm_copy_devices(p->call, t, TX_GET(t, VM, vm, snapshot_of(p)),
	    &how, p->object, NULL);
}

static int
restore_state(struct plan *p, struct tx *t)
{
	const struct vm *snapshot = TX_GET(t, VM, vm, snapshot_of(p));
	struct ref image = vm_copy_keeps_memory(p, snapshot)
	    ? vm_copy_disk_made(p, snapshot->suspend_VDI)
	    : REF_NULL;
	enum vm_power_state state = ref_is_null(image)
	    ? VM_POWER_STATE_HALTED
	    : VM_POWER_STATE_SUSPENDED;

	TX_SET(t, VM, vm, p->object, suspend_VDI, image);
	TX_SET(t, VM, vm, p->object, power_state, state);
	TX_SET(t, VM, vm, p->object, ha_always_run, false);
	if (snapshot->generation_id[0])
		TX_SET(t, VM, vm, p->object, generation_id,
		    vm_fresh_generation(p->call));
	return TX_SET(t, VM, vm, p->object, parent, snapshot_of(p));
}

static int
restore_apply(struct plan *p, struct tx *t)
{
	if (!EDIT_HEAD(p->call, t, VM, vm, p->object) ||
	    !EDIT_HEAD(p->call, t, VM, vm, snapshot_of(p)) ||
	    replace_disks(p, t) < 0 || restore_devices(p, t) < 0 ||
	    vm_copy_disks_leave_out(p, t) < 0 || restore_fields(p, t) < 0)
		return -1;
	return restore_state(p, t) < 0 || p->call->nerror ? -1 : 0;
}

static int
reverting_finish(struct plan *p, struct tx *t, bool ok)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	const char *text = ok && vm
	    ? arena_printf(p->call->arena,
		  "VM '%s' has been reverted to a snapshot", vm->name_label)
	    : NULL;

	if (text)
		(void)message_add(t, p->core, "VM_SNAPSHOT_REVERTED", 5, CLS_VM,
		    vm->uuid, text, NULL);
	return vm_plan_refresh(p, t, ok);
}

static int
reverting_check(struct plan *p, struct tx *t)
{
	return vm_plan_check(p, t) < 0 ? -1 : vm_copy_disks_list(p, t);
}

static const struct step reverting_steps[] = {
	{ "disks", vm_copy_disks_send, NULL, vm_copy_disks_undo_send,
	    vm_copy_disks_undo_apply },
	{ "stop", stop_send, NULL, NULL, NULL },
	{ "restore", NULL, restore_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind reverting_kind = {
	.name = "VM.reverting",
	.cls = CLASS_VM,
	.operation = "reverting",
	.steps = reverting_steps,
	.check = reverting_check,
	.finish = reverting_finish,
	.after_failure = &vm_look_kind,
};

/* ---- the snapshot ---- */

/* A VM that was destroyed and is there again has its uuid only. */
static struct ref
find_vm(struct plan *p, struct tx *t, const struct vm *snapshot)
{
	const char *uuid;
	const struct record *r;
	struct ref ref = snapshot->snapshot_of;

	if (TX_GET(t, VM, vm, ref))
		return ref;
	uuid = vm_metadata_uuid(p->call, snapshot->snapshot_metadata);
	r = uuid ? db_get_by_uuid(p->core->db, CLASS_VM, uuid) : NULL;
	ref = r ? r->self : REF_NULL;
	record_unref(r);
	return TX_GET(t, VM, vm, ref) ? ref : REF_NULL;
}

static int
fail_revert(struct plan *p)
{
	return fail_vm_revert_failed(p->call, call_ref_text(p->call, p->object),
	    call_ref_text(p->call, REF_NULL));
}

static int
revert_check(struct plan *p, struct tx *t)
{
	const struct vm *snapshot = EDIT_HEAD(p->call, t, VM, vm, p->object);
	struct ref vm;

	if (!snapshot)
		return -1;
	if (!snapshot->is_a_snapshot)
		return fail_operation_not_allowed(p->call,
		    "Only a snapshot can be reverted to");
	if (vm_plan_check(p, t) < 0)
		return -1;
	vm = find_vm(p, t, snapshot);
	if (vm_metadata_check_roles(p->call, TX_GET(t, VM, vm, vm), snapshot) <
	    0)
		return -1;
	if (!ref_is_null(vm))
		return plan_note(p, "vm", call_ref_text(p->call, vm));
	return vm_metadata_uuid(p->call, snapshot->snapshot_metadata)
	    ? 0
	    : fail_revert(p);
}

struct orphans {
	struct call *c;
	const char *uuid;
	struct ref found[64];
	uint32_t n;
};

/* Snapshots of a VM that is gone, known by what they keep of it. */
static int
collect_orphan(const struct record *r, void *arg)
{
	const struct vm *vm = (const struct vm *)r;
	struct orphans *o = arg;
	const char *uuid;

	if (!vm->is_a_snapshot || !ref_is_null(vm->snapshot_of))
		return 0;
	uuid = vm_metadata_uuid(o->c, vm->snapshot_metadata);
	if (uuid && strcmp(uuid, o->uuid) == 0)
		o->found[o->n++] = vm->r.self;
	return o->n == sizeof(o->found) / sizeof(o->found[0]);
}

static int
make_again(struct plan *p, struct tx *t)
{
	const struct vm *snapshot = EDIT_HEAD(p->call, t, VM, vm, p->object);
	struct orphans o = { .c = p->call };
	struct map pairs;
	struct ref ref;
	struct vm vm;

	if (!snapshot)
		return -1;
	if (*plan_arg(p, "vm"))
		return 0;
	if (!vm_metadata_read(p->call, snapshot->snapshot_metadata, &pairs))
		return fail_revert(p);
	builder_defaults(CLASS_VM, &vm.r);
	vm.uuid = o.uuid =
	    vm_metadata_uuid(p->call, snapshot->snapshot_metadata);
	vm.power_state = VM_POWER_STATE_HALTED;
	vm.domid = -1;
	if (tx_insert(t, &vm.r, &ref) < 0 ||
	    vm_metadata_restore(p->call, t, ref, &pairs, true) < 0)
		return -1;
	(void)tx_each(t, CLASS_VM, collect_orphan, &o);
	for (uint32_t i = 0; i < o.n; i++)
		TX_SET(t, VM, vm, o.found[i], snapshot_of, ref);
	if (plan_note(p, "made", "true") < 0)
		return -1;
	return plan_note(p, "vm", call_ref_text(p->call, ref));
}

static int
unmake(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, plan_arg_ref(p, "vm"));

	if (!*plan_arg(p, "made") || !vm)
		return 0;
	if (vm_destroy_parts(p->call, t, vm) < 0)
		return -1;
	return tx_destroy(t, CLASS_VM, plan_arg_ref(p, "vm"));
}

static int
revert_send(struct plan *p)
{
	return plan_child(p, &reverting_kind, plan_arg_ref(p, "vm"), "source",
	    call_ref_text(p->call, p->object), NULL);
}

static const struct step revert_steps[] = {
	{ "vm", NULL, make_again, NULL, unmake },
	{ "revert", revert_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct plan_kind revert_kind = {
	.name = "VM.revert",
	.cls = CLASS_VM,
	.operation = "revert",
	.steps = revert_steps,
	.check = revert_check,
	.finish = vm_plan_refresh,
};

const struct plan_kind *const vm_revert_kinds[] = { &revert_kind,
	&reverting_kind, NULL };

int
vm_revert(struct call *c, const struct vm_revert_args *a)
{
	return plan_start(c, &revert_kind, a->snapshot, NULL);
}

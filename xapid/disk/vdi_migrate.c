/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A disk of a VM that is halted moves to another repository: it is copied, the
 * VM's devices and the disk's snapshots are told, and the old one goes. It is a
 * plan of the VM, so that nobody starts it meanwhile. */
#include <string.h>

#include "call/edit.h"
#include "disk/storage.h"
#include "disk/vdi_plan.h"
#include "vm/vm_operations.h"

static struct ref
disk_of(const struct plan *p)
{
	return plan_arg_ref(p, "vdi");
}

/* The child noted it (vdi_plans.c). */
static struct ref
copy_of(const struct plan *p)
{
	const char *name =
	    arena_printf(p->call->arena, "made:%s", plan_arg(p, "vdi"));

	return name ? plan_arg_ref(p, name) : REF_NULL;
}

/* Every VM that has it must be halted; one that this plan is not about may have
 * been started meanwhile. */
static int
check_users(struct plan *p, struct tx *t, const struct vdi *vdi)
{
	const struct ref *refs = vdi->VBDs.items;

	for (uint32_t i = 0; i < vdi->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, refs[i]);
		const struct vm *vm = vbd ? TX_GET(t, VM, vm, vbd->VM) : NULL;

		if (vm && vm->power_state != VM_POWER_STATE_HALTED)
			return fail_not_implemented(p->call,
			    "VDI.pool_migrate while a VM has the disk in use");
		if (vm && vm->current_operations.n &&
		    !ref_equal(vm->r.self, p->object))
			return fail_vdi_in_use(p->call,
			    call_ref_text(p->call, vdi->r.self),
			    "pool_migrate");
	}
	return 0;
}

static int
migrate_check(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	const struct vdi *vdi = vdi_plan_head(p, t, disk_of(p));

	if (!vm)
		return fail_handle_invalid(p->call, "VM",
		    call_ref_text(p->call, p->object));
	if (!vdi || check_users(p, t, vdi) < 0 ||
	    vm_operation_check(p->call, vm, VM_OPERATIONS_MIGRATE_SEND) < 0)
		return -1;
	return storage_check(p->call, t, plan_arg_ref(p, "sr"), "VDI_CREATE");
}

static int
copy_send(struct plan *p)
{
	return plan_child(p, &vdi_copy_kind, disk_of(p), "sr",
	    plan_arg(p, "sr"), NULL);
}

static int
uncopy_send(struct plan *p)
{
	struct ref copy = copy_of(p);
	RECORD_UNREF const struct record *r =
	    ref_is_null(copy) ? NULL : db_get(p->core->db, CLASS_VDI, copy);
	const struct vdi *made = (const struct vdi *)r;

	return made ? storage_send(p, NULL, made->SR, "vdi_destroy", "vdi",
			  made->uuid, "#size", made->virtual_size, NULL)
		    : 0;
}

static int
uncopy_apply(struct plan *p, struct tx *t)
{
	return vdi_take_out(p, t, copy_of(p));
}

/* A set's references, which change with what is done to each. */
static struct ref *
keep_refs(struct plan *p, const struct set *s)
{
	struct ref *refs = arena_array(p->call->arena, s->n + 1, sizeof(*refs));

	if (!refs)
		(void)call_fail_nomem(p->call);
	else if (s->n)
		memcpy(refs, s->items, s->n * sizeof(*refs));
	return refs;
}

static int
move_apply(struct plan *p, struct tx *t)
{
	const struct vdi *old = vdi_plan_head(p, t, disk_of(p));
	struct ref copy = copy_of(p);
	uint32_t nvbds = old ? old->VBDs.n : 0;
	uint32_t nsnapshots = old ? old->snapshots.n : 0;
	struct ref *vbds = old ? keep_refs(p, &old->VBDs) : NULL;
	struct ref *snapshots = old ? keep_refs(p, &old->snapshots) : NULL;

	if (!vbds || !snapshots || check_users(p, t, old) < 0)
		return -1;
	for (uint32_t i = 0; i < nvbds; i++)
		TX_SET(t, VBD, vbd, vbds[i], VDI, copy);
	for (uint32_t i = 0; i < nsnapshots; i++)
		TX_SET(t, VDI, vdi, snapshots[i], snapshot_of, copy);
	if (p->call->result)
		*(struct ref *)p->call->result = copy;
	return plan_then(p, t, vdi_kind("VDI.destroy"), disk_of(p), NULL);
}

static int
finish(struct plan *p, struct tx *t, bool ok)
{
	(void)ok;
	vdi_operations_refresh(t, disk_of(p));
	vdi_operations_refresh(t, copy_of(p));
	sr_operations_refresh(t, plan_arg_ref(p, "sr"));
	return vm_operations_refresh(t, p->object);
}

static const struct step migrate_steps[] = {
	{ "copy", copy_send, NULL, uncopy_send, uncopy_apply },
	{ "move", NULL, move_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind migrate_kind = {
	.name = "VDI.pool_migrate",
	.cls = CLASS_VM,
	.operation = "migrate_send",
	.steps = migrate_steps,
	.check = migrate_check,
	.finish = finish,
};

const struct plan_kind *const vdi_migrate_kinds[] = { &migrate_kind, NULL };

/* ---- the call ---- */

/* The VM it belongs to; null: none. */
static struct ref
find_vm(struct call *c, const struct vdi *vdi)
{
	const struct ref *refs = vdi->VBDs.items;

	for (uint32_t i = 0; i < vdi->VBDs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(c->db, CLASS_VBD, refs[i]);

		if (r)
			return ((const struct vbd *)r)->VM;
	}
	return REF_NULL;
}

int
vdi_pool_migrate(struct call *c, const struct vdi_pool_migrate_args *a,
    struct ref *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VDI, a->vdi);
	struct ref vm = r ? find_vm(c, (const struct vdi *)r) : REF_NULL;

	(void)result_r;
	if (!r)
		return -1;
	if (ref_is_null(vm))
		return fail_vdi_needs_vm_for_migrate(c,
		    call_ref_text(c, a->vdi));
	return plan_start(c, &migrate_kind, vm, "vdi", call_ref_text(c, a->vdi),
	    "sr", call_ref_text(c, a->sr), NULL);
}

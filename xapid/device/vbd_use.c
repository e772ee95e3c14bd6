/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may use a disk: one that writes excludes all others. A VM that is being
 * started has its disks already, or who starts another one, destroys a disk or
 * copies into it would come in between. (source: lifecycle.json object_rules) */
#include "call/edit.h"
#include "device/vbd.h"

static bool
is_in_way(struct tx *t, const struct vbd *mine, struct ref other)
{
	const struct vbd *o = TX_GET(t, VBD, vbd, other);
	const struct vm *vm = o ? TX_GET(t, VM, vm, o->VM) : NULL;

	if (!o || ref_equal(other, mine->r.self) || !vm ||
	    vm->is_control_domain ||
	    vm->power_state == VM_POWER_STATE_SUSPENDED)
		return false;
	return (o->currently_attached || o->reserved ||
		   o->current_operations.n) &&
	    (o->mode == VBD_MODE_RW || mine->mode == VBD_MODE_RW);
}

static int
check_others(struct call *c, struct tx *t, const struct vbd *vbd,
    const struct vdi *vdi)
{
	const struct vm *vm = TX_GET(t, VM, vm, vbd->VM);
	const struct ref *others = vdi->VBDs.items;

	if (vdi->sharable || (vm && vm->is_control_domain))
		return 0;
	for (uint32_t i = 0; i < vdi->VBDs.n; i++)
		if (is_in_way(t, vbd, others[i]))
			return fail_vdi_in_use(c, call_ref_text(c, vdi->r.self),
			    "attach");
	return 0;
}

int
vbd_check_attachable(struct call *c, struct tx *t, const struct vbd *vbd)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, vbd->VDI);

	if (!vdi || vbd->currently_attached)
		return 0;
	if (!vdi->managed)
		return fail_vdi_not_managed(c, call_ref_text(c, vbd->r.self));
	if (check_others(c, t, vbd, vdi) < 0)
		return -1;
	return vbd->mode == VBD_MODE_RW && vdi->read_only
	    ? fail_vdi_readonly(c, call_ref_text(c, vbd->VDI))
	    : 0;
}

int
vbd_assert_attachable(struct call *c,
    const struct vbd_assert_attachable_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vbd *vbd;

	if (!t || !(vbd = EDIT_HEAD(c, t, VBD, vbd, a->self)))
		return -1;
	return vbd_check_attachable(c, t, vbd);
}

/* ---- all disks of a VM ---- */

/* What takes a disk away, or puts another one in its place. */
static bool
is_end(enum vdi_operations op)
{
	return op == VDI_OPERATIONS_DESTROY || op == VDI_OPERATIONS_FORGET ||
	    op == VDI_OPERATIONS_RESIZE || op == VDI_OPERATIONS_BLOCKED ||
	    op == VDI_OPERATIONS_DATA_DESTROY;
}

static int
check_end(struct call *c, const struct vdi *vdi)
{
	const struct map *m = &vdi->current_operations;
	const char *const *tasks = m->keys;
	const int *ops = m->values;

	for (uint32_t i = 0; i < m->n; i++) {
		const char *const params[] = { "VDI",
			call_ref_text(c, vdi->r.self),
			enum_info_vdi_operations.values[ops[i]], tasks[i] };

		if (is_end((enum vdi_operations)ops[i]))
			return call_fail(c, "OTHER_OPERATION_IN_PROGRESS",
			    params, 4);
	}
	return 0;
}

int
vbd_check_insert(struct call *c, struct tx *t, const struct vbd *vbd,
    const struct vdi *vdi)
{
	return check_end(c, vdi) < 0 ||
		(vbd->currently_attached && check_others(c, t, vbd, vdi) < 0)
	    ? -1
	    : 0;
}

int
vbd_check_disks(struct call *c, struct tx *t, const struct vm *vm)
{
	const struct ref *refs = vm->VBDs.items;

	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, refs[i]);
		const struct vdi *vdi =
		    vbd ? TX_GET(t, VDI, vdi, vbd->VDI) : NULL;

		if (vdi &&
		    (check_end(c, vdi) < 0 || check_others(c, t, vbd, vdi) < 0))
			return -1;
	}
	return 0;
}

void
vbd_reserve_disks(struct tx *t, const struct vm *vm, bool reserved)
{
	const struct ref *refs = vm->VBDs.items;

	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, refs[i]);

		if (vbd && vbd->reserved != reserved)
			TX_SET(t, VBD, vbd, refs[i], reserved, reserved);
	}
}

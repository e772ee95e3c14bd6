/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Block devices of VMs as records. (source of rules and errors: lifecycle.json
 * object_rules) */
#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "call/refuse.h"
#include "device/device_operations.h"
#include "device/device_qos.h"
#include "device/vbd.h"
#include "disk/storage_operations.h"
#include "model/builder.h"
#include "vm/vm_devices.h"
#include "vm/vm_operations.h"

/* Types of VDI that a VM may see. */
static bool
is_usable(enum vdi_type type)
{
	static const bool usable[] = {
		[VDI_TYPE_SYSTEM] = true,
		[VDI_TYPE_USER] = true,
		[VDI_TYPE_EPHEMERAL] = true,
		[VDI_TYPE_SUSPEND] = true,
		[VDI_TYPE_CRASHDUMP] = true,
		[VDI_TYPE_METADATA] = true,
		[VDI_TYPE_RRD] = true,
		[VDI_TYPE_PVS_CACHE] = true,
	};

	return (size_t)type < sizeof(usable) / sizeof(usable[0]) &&
	    usable[type];
}

static int
fail_removable(struct call *c, const char *what)
{
	return fail_vbd_not_removable_media(c, what);
}

/* ---- create ---- */

/* What the VDI allows. vdi NULL: the drive is empty. */
static int
check_vdi(struct call *c, const struct vbd *want, const struct vdi *vdi)
{
	const char *ref = call_ref_text(c, want->VDI);

	if (vdi && !is_usable(vdi->type))
		return fail_vdi_incompatible_type(c, ref,
		    enum_info_vdi_type.values[vdi->type]);
	if (want->type == VBD_TYPE_CD && want->mode != VBD_MODE_RO)
		return fail_vbd_cds_must_be_readonly(c);
	if (want->type != VBD_TYPE_CD && want->empty)
		return fail_removable(c, "in constructor");
	if (vdi && want->mode == VBD_MODE_RW && vdi->read_only)
		return fail_vdi_readonly(c, ref);
	return 0;
}

static bool
is_hvm(const struct vm *vm)
{
	return vm->domain_type == DOMAIN_TYPE_HVM;
}

/* The userdevice asked for, or the lowest free one. self: a VBD that has one;
 * null: a new one. NULL: refused. */
static const char *
choose_device(struct call *c, struct tx *t, const struct vm *vm,
    const char *want, struct ref self)
{
	struct vbd_position p;

	if (strcmp(want, "autodetect") == 0) {
		for (p = (struct vbd_position){ .disk = 0 };
		     p.disk < vbd_positions(vm); p.disk++)
			if (!vbd_position_taken(t, vm, &p, self))
				return arena_printf(c->arena, "%u", p.disk);
		fail_invalid_device(c, want);
		return NULL;
	}
	if (!vbd_position_parse(want, &p) ||
	    (!p.floppy && p.disk >= vbd_positions(vm)) ||
	    (p.floppy && p.disk > 1)) {
		fail_invalid_device(c, want);
		return NULL;
	}
	if (vbd_position_taken(t, vm, &p, self)) {
		fail_device_already_exists(c, want);
		return NULL;
	}
	return want;
}

/* The key that tells which backend serves the disk goes on to the VBD. */
static struct map
config_of(struct call *c, const struct vbd *want, const struct vdi *vdi)
{
	struct builder b = { .arena = c->arena };
	struct builder_pairs pairs = { .b = &b };
	const char *kind =
	    vdi ? builder_find(&vdi->sm_config, "backend-kind") : NULL;

	builder_put_map(&pairs, &want->other_config, NULL);
	if (kind)
		builder_put(&pairs, "backend-kind", kind);
	if (b.failed)
		call_fail_nomem(c);
	return builder_pairs_map(&pairs);
}

/* A disk that is reset at each boot allows its VM less. */
static void
refresh_vm(struct tx *t, struct ref disk, struct ref vm)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, disk);

	if (vdi && vdi->on_boot == ON_BOOT_RESET)
		(void)vm_operations_refresh_alone(t, vm);
}

int
vbd_create(struct call *c, const struct vbd_create_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vbd *want = a->args;
	const struct vdi *vdi = NULL;
	struct vbd vbd = *want;
	const struct vm *vm;
	bool suspended;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, want->VM)))
		return -1;
	if (!want->empty && !(vdi = EDIT_HEAD(c, t, VDI, vdi, want->VDI)))
		return -1;
	if (check_vdi(c, want, vdi) < 0)
		return -1;
	if (want->type == VBD_TYPE_FLOPPY && !is_hvm(vm))
		return fail_not_implemented(c,
		    "floppy drives of VMs without "
		    "emulated hardware");
	vbd.userdevice = choose_device(c, t, vm, want->userdevice, REF_NULL);
	if (!vbd.userdevice)
		return -1;
	suspended = vm->power_state == VM_POWER_STATE_SUSPENDED;
	vbd.qos_supported_algorithms = vbd_qos_supported(want);
	if (want->empty)
		vbd.VDI = REF_NULL;
	if (!suspended) {
		vbd.device = "";
		vbd.currently_attached = false;
	}
	vbd.other_config = config_of(c, want, vdi);
	if (c->nerror)
		return -1;
	(void)tx_insert(t, &vbd.r, result_r);
	vbd_operations_refresh(t, *result_r);
	refresh_vm(t, vbd.VDI, vbd.VM);
	return call_commit(c, STEAL(t));
}

/* ---- destroy ---- */

/* A plan that is at the device, or at its VM and has it, counts on what it
 * found. */
static int
check_idle(struct call *c, struct tx *t, const struct vbd *vbd)
{
	const struct vm *vm = TX_GET(t, VM, vm, vbd->VM);

	if (vbd->current_operations.n)
		return refuse_busy(c, &vbd->r, &vbd->current_operations, 0,
		    &enum_info_vbd_operations);
	return (vbd->reserved || vbd->currently_attached) && vm &&
		vm->current_operations.n
	    ? refuse_busy(c, &vm->r, &vm->current_operations, 0,
		  &enum_info_vm_operations)
	    : 0;
}

int
vbd_destroy(struct call *c, const struct vbd_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vbd *vbd;
	struct ref vdi, vm;

	if (!t || !(vbd = EDIT_HEAD(c, t, VBD, vbd, a->self)))
		return -1;
	if (vbd->currently_attached || vbd->reserved)
		return fail_operation_not_allowed(c,
		    "The VBD is attached to its VM");
	if (check_idle(c, t, vbd) < 0)
		return -1;
	vdi = vbd->VDI;
	vm = vbd->VM;
	(void)vbd_destroy_row(t, a->self);
	refresh_vm(t, vdi, vm);
	return call_commit(c, STEAL(t));
}

/* ---- media ---- */

int
vbd_check_media(struct call *c, const struct vbd *vbd, const struct vdi *vdi)
{
	const char *ref = call_ref_text(c, vdi->r.self);

	if (!is_usable(vdi->type))
		return fail_vdi_incompatible_type(c, ref,
		    enum_info_vdi_type.values[vdi->type]);
	return vbd->mode == VBD_MODE_RW && vdi->read_only
	    ? fail_vdi_readonly(c, ref)
	    : 0;
}

/* ---- settings ---- */

static const char *
state_name(struct call *c, enum vm_power_state state)
{
	char *text =
	    arena_strdup(c->arena, enum_info_vm_power_state.values[state]);

	if (text && *text >= 'A' && *text <= 'Z')
		*text = (char)(*text - 'A' + 'a');
	return text ? text : "";
}

int
vbd_set_mode(struct call *c, const struct vbd_set_mode_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vbd *vbd;
	const struct vm *vm;

	if (!t || !(vbd = EDIT_HEAD(c, t, VBD, vbd, a->self)) ||
	    !(vm = EDIT_HEAD(c, t, VM, vm, vbd->VM)))
		return -1;
	if (vm->power_state != VM_POWER_STATE_HALTED)
		return fail_vm_bad_power_state(c, call_ref_text(c, vbd->VM),
		    "halted", state_name(c, vm->power_state));
	if (vbd->type == VBD_TYPE_CD && a->value != VBD_MODE_RO)
		return fail_vbd_cds_must_be_readonly(c);
	if (check_idle(c, t, vbd) < 0)
		return -1;
	TX_SET(t, VBD, vbd, a->self, mode, a->value);
	return call_commit(c, STEAL(t));
}

/* One that is attached keeps the name that it was attached by (VBD.device). */
int
vbd_set_userdevice(struct call *c, const struct vbd_set_userdevice_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const char *device;
	const struct vbd *vbd;
	const struct vm *vm;

	if (!t || !(vbd = EDIT_HEAD(c, t, VBD, vbd, a->self)) ||
	    !(vm = EDIT_HEAD(c, t, VM, vm, vbd->VM)) ||
	    check_idle(c, t, vbd) < 0 ||
	    !(device = choose_device(c, t, vm, a->value, a->self)))
		return -1;
	TX_SET(t, VBD, vbd, a->self, userdevice, device);
	return call_commit(c, STEAL(t));
}

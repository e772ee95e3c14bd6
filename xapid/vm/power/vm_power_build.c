/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The domain of a VM and what is joined to it: its disks, its interfaces on
 * their bridges, all devices connected; and the way back of each. */

#include "device/vbd.h"
#include "device/vif_attach.h"
#include "device/vtpm.h"
#include "disk/vdi_attach.h"
#include "passthrough/pci.h"
#include "passthrough/vgpu.h"
#include "vm/power/vm_halt.h"
#include "vm/power/vm_image.h"
#include "vm/power/vm_power_steps.h"
#include "vm/start/vm_domain_args.h"

/* ---- building ---- */

/* "vif/0 vif5.0\n" of each interface, for whoever joins them to bridges. */
static int
note_interfaces(struct plan *p, const struct value *all)
{
	const char *note = "";

	for (uint32_t i = 0; all && all->kind == VALUE_ARRAY && i < all->n;
	     i++) {
		const struct value *d = value_member(&all->items[i], "device");
		const struct value *n =
		    value_member(&all->items[i], "interface");

		if (!d || !n || d->kind != VALUE_STRING ||
		    n->kind != VALUE_STRING)
			continue;
		note =
		    arena_printf(p->call->arena, "%s%s %s\n", note, d->s, n->s);
		if (!note)
			return call_fail_nomem(p->call);
	}
	return *note ? plan_note(p, "interfaces", note) : 0;
}

static int
note_domain(struct plan *p, const struct value *answer)
{
	const struct value *domid = value_member(answer, "domid");

	if (!domid || domid->kind != VALUE_INT)
		return fail_internal_error(p->call,
		    "The domain worker gave no domid");
	if (plan_note_int(p, "domid", domid->i) < 0)
		return -1;
	return note_interfaces(p, value_member(answer, "interfaces"));
}

int
power_disks_send(struct plan *p)
{
	const struct vm *vm = power_published(p);
	enum vdi_epoch epoch = power_is(p, "start") ? VDI_EPOCH_BEGINS
	    : power_is(p, "resume")                 ? VDI_EPOCH_RESUMES
						    : VDI_EPOCH_GOES_ON;
	int rc = vm ? vdi_attach_send(p, vm, epoch) : -1;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

/* The guest of a resume that fails stays suspended. */
int
power_disks_undo(struct plan *p)
{
	const struct vm *vm = power_published(p);
	enum vdi_epoch epoch =
	    power_is(p, "resume") ? VDI_EPOCH_RESUMES : VDI_EPOCH_ENDS;
	int rc = vm ? vdi_detach_send(p, vm, epoch) : 0;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

int
power_let_go_send(struct plan *p)
{
	const struct vm *vm = power_published(p);
	int rc = vm ? vtpm_forget_send(p, vm) : 0;

	record_unref(vm ? &vm->r : NULL);
	return rc < 0 ? -1 : power_disks_undo(p);
}

int
power_disks_gone(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (!vm)
		return 0;
	vbd_reserve_disks(t, vm, false);
	return vdi_merge_then(p, t, power_vm(p, t));
}

void
power_disks_free(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (vm && vm->power_state == VM_POWER_STATE_HALTED)
		vbd_reserve_disks(t, vm, false);
}

#define BUILD_DEADLINE_MS (300 * 1000) /* of slow machines, large guests */

/* The domain of the VM, empty or with the memory of its image. */
static int
make_domain(struct plan *p, const char *op, bool from_image)
{
	const struct vm *vm = power_published(p);
	struct value body;
	int rc = -1;

	if (!vm)
		return -1;
	plan_set_deadline(p, BUILD_DEADLINE_MS);
	if (vm_domain_args(p->call->arena, p->core->db, vm, op, vdi_source, p,
		&body) < 0)
		rc = call_fail_nomem(p->call);
	else if (!from_image || vm_image_path(p, &body) == 0)
		rc = plan_send_to(p, PLAN_DOMAIN, note_domain, &body);
	record_unref(&vm->r);
	return rc;
}

int
power_build_send(struct plan *p)
{
	return make_domain(p, "create", false);
}

int
power_resume_send(struct plan *p)
{
	return make_domain(p, "resume", true);
}

int
power_build_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);
	int64_t domid = plan_arg_int(p, "domid", 0);

	if (!vm)
		return -1;
	/* What an earlier guest told is no news of this one. */
	if (!power_is(p, "resume") &&
	    tx_get(t, CLASS_VM_guest_metrics, vm->guest_metrics))
		(void)tx_destroy(t, CLASS_VM_guest_metrics, vm->guest_metrics);
	vm = power_vm(p, t);
	/* A change may end the record that it began from. */
	const struct ref host = vm->scheduled_to_be_resident_on;

	TX_SET(t, VM, vm, p->object, domid, domid);
	TX_SET(t, VM, vm, p->object, domarch, "x64");
	TX_SET(t, VM, vm, p->object, resident_on, host);
	return TX_SET(t, VM, vm, p->object, scheduled_to_be_resident_on,
	    REF_NULL);
}

int
power_destroy_send(struct plan *p)
{
	const struct vm *vm = power_published(p);
	int rc = vm ? plan_send(p, vtpm_note, "destroy", vm->uuid,
			  VTPM_WANTED(vm), NULL)
		    : -1;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

/* For good: its interfaces leave their bridges meanwhile. */
int
power_end_send(struct plan *p)
{
	const struct vm *vm = power_published(p);
	int rc = vm ? vif_leave_all(p, vm) : -1;

	record_unref(vm ? &vm->r : NULL);
	return rc < 0 ? rc : power_destroy_send(p);
}

int
power_teardown(struct plan *p, struct tx *t)
{
	return vm_detach_all(t, p->object);
}

int
power_leave_host(struct plan *p, struct tx *t)
{
	return vm_leave_host(t, p->object);
}

/* ---- devices ---- */

int
power_join_send(struct plan *p)
{
	const struct vm *vm = power_published(p);
	int rc = vm ? vif_join_all(p, vm) : -1;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

int
power_join_undo(struct plan *p)
{
	const struct vm *vm = power_published(p);
	int rc = vm ? vif_leave_noted(p, vm) : 0;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

/* Its interfaces have been joined to their bridges: the guest may see them. */
int
power_connect_send(struct plan *p)
{
	const struct vm *vm = power_published(p);
	const struct ref *vifs = vm ? vm->VIFs.items : NULL;
	int rc = vm ? 0 : -1;

	for (uint32_t i = 0; rc == 0 && i < vm->VIFs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(p->core->db, CLASS_VIF, vifs[i]);

		const struct vif *vif = (const struct vif *)r;

		if (vif && vif_is_noted(p, vif))
			rc = plan_send(p, NULL, "connect", vm->uuid, "device",
			    vif_device_name(p->call->arena, vif), NULL);
	}
	record_unref(vm ? &vm->r : NULL);
	return rc;
}

/* One that came when the VM had its place already is in no domain. Empty drives
 * are there for guests with emulated hardware only. */
static void
mark_disk(struct tx *t, const struct vm *vm, struct ref ref)
{
	const struct vbd *vbd = TX_GET(t, VBD, vbd, ref);
	const char *name;

	if (!vbd || !vbd->reserved)
		return;
	name = vbd->empty && vm->domain_type != DOMAIN_TYPE_HVM
	    ? NULL
	    : vbd_guest_name(tx_arena(t), vbd);
	TX_SET(t, VBD, vbd, ref, reserved, false);
	if (!name)
		return;
	TX_SET(t, VBD, vbd, ref, device, name);
	TX_SET(t, VBD, vbd, ref, currently_attached, true);
}

static void
mark_interface(struct plan *p, struct tx *t, struct ref ref)
{
	const struct vif *vif = TX_GET(t, VIF, vif, ref);

	if (!vif || !vif->reserved)
		return;
	TX_SET(t, VIF, vif, ref, reserved, false);
	if (!vif_is_noted(p, vif))
		return;
	(void)vif_note_joined(t, ref);
	TX_SET(t, VIF, vif, ref, currently_attached, true);
}

int
power_connect_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);
	const struct ref *refs;

	if (!vm)
		return -1;
	refs = vm->VBDs.items;
	for (uint32_t i = 0; i < vm->VBDs.n; i++)
		mark_disk(t, vm, refs[i]);
	refs = vm->VIFs.items;
	for (uint32_t i = 0; i < vm->VIFs.n; i++)
		mark_interface(p, t, refs[i]);
	refs = vm->VUSBs.items;
	for (uint32_t i = 0; i < vm->VUSBs.n; i++)
		TX_SET(t, VUSB, vusb, refs[i], currently_attached, true);
	vgpu_attach(t, p->object);
	pci_attach(t, p->object);
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* USB devices of VMs: a VUSB stands for the device of its group that is on the
 * VM's host. It is given to the guest when that starts, and may be taken away
 * while it runs. */
#include "passthrough/vusb.h"

#include <string.h>

#include "call/edit.h"
#include "call/refuse.h"
#include "device/device_operations.h"
#include "device/device_plan.h"
#include "device/device_plug.h"
#include "model/builder.h"
#include "passthrough/device_scan.h"
#include "vm/start/vm_domain_args.h"
#include "vm/vm_operations.h"

#define MAX_VUSBS 6 /* of one VM: ports of the emulated controller */

/* ---- the host's device ---- */

static bool
is_given(const struct pusb *p, struct ref host)
{
	return p && ref_equal(p->host, host) && p->passthrough_enabled;
}

const struct pusb *
vusb_device(struct db *db, const struct vusb *vusb, struct ref host)
{
	RECORD_UNREF const struct record *r =
	    db_get(db, CLASS_USB_group, vusb->USB_group);
	const struct usb_group *g = (const struct usb_group *)r;
	const struct ref *refs = g ? g->PUSBs.items : NULL;

	for (uint32_t i = 0; g && i < g->PUSBs.n; i++) {
		const struct record *pusb = db_get(db, CLASS_PUSB, refs[i]);

		if (is_given((const struct pusb *)pusb, host))
			return (const struct pusb *)pusb;
		record_unref(pusb);
	}
	return NULL;
}

static int
fail_not_there(struct call *c, const struct vusb *v, const struct host *host,
    const char *why)
{
	const char *text = arena_printf(c->arena,
	    "VUSB %s is not available on host %s: %s",
	    call_ref_text(c, v->r.self), call_ref_text(c, host->r.self), why);

	return text ? fail_operation_not_allowed(c, text) : call_fail_nomem(c);
}

static int
check_one(struct call *c, struct tx *t, const struct vusb *v,
    const struct host *host)
{
	const struct usb_group *g =
	    TX_GET(t, USB_group, usb_group, v->USB_group);
	const struct ref *refs = g ? g->PUSBs.items : NULL;
	const struct pusb *here = NULL;

	for (uint32_t i = 0; g && i < g->PUSBs.n; i++) {
		const struct pusb *p = TX_GET(t, PUSB, pusb, refs[i]);

		if (is_given(p, host->r.self)) {
			if (usb_is_there(c->core, p))
				return 0;
			return fail_vm_requires_vusb(c, call_ref_text(c, v->VM),
			    call_ref_text(c, v->USB_group));
		}
		if (p && ref_equal(p->host, host->r.self))
			here = p;
	}
	return fail_not_there(c, v, host,
	    here ? "its device may not be passed through"
		 : "the host has no device of its group");
}

int
vusb_check_host(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host)
{
	const struct ref *refs = vm->VUSBs.items;

	if (vm->VUSBs.n && vm->domain_type != DOMAIN_TYPE_HVM)
		return fail_vm_hvm_required(c, call_ref_text(c, vm->r.self));
	for (uint32_t i = 0; i < vm->VUSBs.n; i++) {
		const struct vusb *v = TX_GET(t, VUSB, vusb, refs[i]);

		if (v && check_one(c, t, v, host) < 0)
			return -1;
	}
	return 0;
}

/* ---- making one ---- */

static const char *
state_of(const struct vm *vm)
{
	static const char *const names[] = {
		[VM_POWER_STATE_HALTED] = "halted",
		[VM_POWER_STATE_PAUSED] = "paused",
		[VM_POWER_STATE_RUNNING] = "running",
		[VM_POWER_STATE_SUSPENDED] = "suspended",
	};

	return names[vm->power_state];
}

/* A plan that is at the VM counts on what it found. */
static int
check_idle(struct call *c, const struct vm *vm)
{
	return vm->current_operations.n
	    ? refuse_busy(c, &vm->r, &vm->current_operations, 0,
		  &enum_info_vm_operations)
	    : 0;
}

/* Only emulated hardware has USB ports. */
static int
check_vm(struct call *c, const struct vm *vm)
{
	if (vm->is_a_template || vm->is_a_snapshot || vm->is_control_domain)
		return fail_operation_not_allowed(c,
		    "Only VMs can have USB devices");
	if (vm->domain_type != DOMAIN_TYPE_HVM)
		return fail_vm_hvm_required(c, call_ref_text(c, vm->r.self));
	if (vm->VUSBs.n >= MAX_VUSBS)
		return fail_too_many_vusbs(c, "6");
	if (vm->power_state != VM_POWER_STATE_HALTED)
		return fail_vm_bad_power_state(c, call_ref_text(c, vm->r.self),
		    "halted", state_of(vm));
	return check_idle(c, vm);
}

int
vusb_create(struct call *c, const struct vusb_create_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct usb_group *g;
	const struct vm *vm;
	struct vusb v;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->VM)) ||
	    !(g = EDIT_HEAD(c, t, USB_group, usb_group, a->USB_group)))
		return -1;
	if (check_vm(c, vm) < 0)
		return -1;
	if (!g->PUSBs.n)
		return fail_usb_group_contains_no_pusbs(c,
		    call_ref_text(c, a->USB_group));
	if (g->VUSBs.n)
		return fail_usb_group_conflict(c,
		    call_ref_text(c, a->USB_group));
	builder_defaults(CLASS_VUSB, &v.r);
	v.VM = a->VM;
	v.USB_group = a->USB_group;
	v.other_config = a->other_config;
	(void)tx_insert(t, &v.r, result_r);
	vusb_operations_refresh(t, *result_r);
	(void)vm_operations_refresh(t, a->VM);
	return call_commit(c, STEAL(t));
}

int
vusb_destroy(struct call *c, const struct vusb_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vusb *v;
	const struct vm *vm;
	struct ref owner;

	if (!t || !(v = EDIT_HEAD(c, t, VUSB, vusb, a->self)))
		return -1;
	owner = v->VM;
	if (v->currently_attached)
		return fail_operation_not_allowed(c,
		    "The USB device is attached to its VM");
	vm = TX_GET(t, VM, vm, owner);
	if (vm && check_idle(c, vm) < 0)
		return -1;
	(void)tx_destroy(t, CLASS_VUSB, a->self);
	(void)vm_operations_refresh(t, owner);
	return call_commit(c, STEAL(t));
}

/* ---- taking it away ---- */

/* What the host has lost is not there for the guest either. */
static int
unplug_send(struct plan *p)
{
	DEVICE_PAIR pair = device_pair_get(p);
	const struct pusb *pusb;
	int rc = 0;

	if (!pair.vm)
		return -1;
	pusb = vusb_device(p->core->db, pair.vusb, pair.vm->resident_on);
	if (pusb)
		rc = plan_send(p, NULL, "unplug", pair.vm->uuid, "device",
		    vusb_device_name(p->call->arena, pusb), NULL);
	record_unref(pusb ? &pusb->r : NULL);
	return rc;
}

static int
detached(struct plan *p, struct tx *t)
{
	return TX_SET(t, VUSB, vusb, p->object, currently_attached, false);
}

static const struct step unplug_steps[] = {
	{ "unplug", unplug_send, detached, NULL, NULL },
	{ 0 },
};

static const struct plan_kind unplug_kind = {
	.name = "VUSB.unplug",
	.cls = CLASS_VUSB,
	.operation = "unplug",
	.steps = unplug_steps,
	.queue = device_queue,
	.check = device_check,
	.finish = device_finish,
};

const struct plan_kind *const vusb_kinds[] = { &unplug_kind, NULL };

int
vusb_unplug(struct call *c, const struct vusb_unplug_args *a)
{
	return plan_start(c, &unplug_kind, a->self, NULL);
}

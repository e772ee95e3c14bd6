/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* USB devices of hosts, their groups, and what VMs see of them. Guests of real
 * hosts get none yet. */
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"

#define MAX_VUSBS 6 /* of one VM: ports of the emulated controllers */

/* "ref; ref" of a set, for errors that name all. */
static const char *
names(struct call *c, const struct set *refs)
{
	const struct ref *r = refs->items;
	const char *text = "";

	for (uint32_t i = 0; text && i < refs->n && i < 16; i++)
		text = arena_printf(c->arena, "%s%s%s", text, i ? "; " : "",
		    call_ref_text(c, r[i]));
	return text ? text : "";
}

/* ---- groups ---- */

int
usb_group_create(struct call *c, const struct usb_group_create_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct usb_group g;

	if (!t)
		return -1;
	builder_defaults(CLASS_USB_group, &g.r);
	g.name_label = a->name_label;
	g.name_description = a->name_description;
	g.other_config = a->other_config;
	(void)tx_insert(t, &g.r, result_r);
	return call_commit(c, STEAL(t));
}

int
usb_group_destroy(struct call *c, const struct usb_group_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct usb_group *g;

	if (!t || !(g = EDIT_HEAD(c, t, USB_group, usb_group, a->self)))
		return -1;
	if (g->VUSBs.n)
		return fail_usb_group_contains_vusb(c, names(c, &g->VUSBs));
	if (g->PUSBs.n)
		return fail_usb_group_contains_pusb(c, names(c, &g->PUSBs));
	(void)tx_destroy(t, CLASS_USB_group, a->self);
	return call_commit(c, STEAL(t));
}

/* ---- devices of hosts ---- */

/* A VM that has the device now. */
static const struct vusb *
user_of(struct tx *t, const struct pusb *pusb)
{
	const struct usb_group *g =
	    TX_GET(t, USB_group, usb_group, pusb->USB_group);
	const struct ref *vusbs = g ? g->VUSBs.items : NULL;

	for (uint32_t i = 0; g && i < g->VUSBs.n; i++) {
		const struct vusb *v = TX_GET(t, VUSB, vusb, vusbs[i]);

		if (v && v->currently_attached)
			return v;
	}
	return NULL;
}

int
pusb_set_passthrough_enabled(struct call *c,
    const struct pusb_set_passthrough_enabled_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pusb *pusb;
	const struct vusb *user;

	if (!t || !(pusb = EDIT_HEAD(c, t, PUSB, pusb, a->self)))
		return -1;
	user = user_of(t, pusb);
	if (user && !a->value)
		return fail_usb_already_attached(c, call_ref_text(c, a->self),
		    call_ref_text(c, user->VM));
	TX_SET(t, PUSB, pusb, a->self, passthrough_enabled, a->value);
	return call_commit(c, STEAL(t));
}

/* ---- devices of VMs ---- */

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
	return vm->power_state == VM_POWER_STATE_HALTED
	    ? edit_simulated_only(c)
	    : fail_vm_bad_power_state(c, call_ref_text(c, vm->r.self), "halted",
		  vm->power_state == VM_POWER_STATE_RUNNING      ? "running"
		      : vm->power_state == VM_POWER_STATE_PAUSED ? "paused"
								 : "suspended");
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
		return fail_usb_group_contains_vusb(c, names(c, &g->VUSBs));
	builder_defaults(CLASS_VUSB, &v.r);
	v.VM = a->VM;
	v.USB_group = a->USB_group;
	v.other_config = a->other_config;
	(void)tx_insert(t, &v.r, result_r);
	return call_commit(c, STEAL(t));
}

int
vusb_unplug(struct call *c, const struct vusb_unplug_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vusb *v;
	const struct vm *vm;

	if (!t || !(v = EDIT_HEAD(c, t, VUSB, vusb, a->self)) ||
	    !(vm = EDIT_HEAD(c, t, VM, vm, v->VM)))
		return -1;
	if (vm->power_state != VM_POWER_STATE_RUNNING)
		return fail_vm_bad_power_state(c, call_ref_text(c, v->VM),
		    "running",
		    vm->power_state == VM_POWER_STATE_HALTED ? "halted"
			: vm->power_state == VM_POWER_STATE_PAUSED
			? "paused"
			: "suspended");
	if (!v->currently_attached)
		return fail_device_already_detached(c,
		    call_ref_text(c, a->self));
	if (edit_simulated_only(c) < 0)
		return -1;
	TX_SET(t, VUSB, vusb, a->self, currently_attached, false);
	return call_commit(c, STEAL(t));
}

int
vusb_destroy(struct call *c, const struct vusb_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vusb *v;

	if (!t || !(v = EDIT_HEAD(c, t, VUSB, vusb, a->self)))
		return -1;
	if (v->currently_attached)
		return fail_operation_not_allowed(c,
		    "The USB device is attached to its VM");
	(void)tx_destroy(t, CLASS_VUSB, a->self);
	return call_commit(c, STEAL(t));
}

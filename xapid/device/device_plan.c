/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/device_plan.h"

#include <string.h>

#include "device/device_operations.h"
#include "vm/start/vm_domain_args.h"

static struct ref
vm_of(const struct record *device)
{
	if (device->cls == &class_table[CLASS_VBD])
		return ((const struct vbd *)device)->VM;
	return device->cls == &class_table[CLASS_VIF]
	    ? ((const struct vif *)device)->VM
	    : ((const struct vusb *)device)->VM;
}

struct device_pair
device_pair_get(struct plan *p)
{
	struct device_pair pair = { .r = call_get(p->call, p->kind->cls,
					p->object) };

	if (pair.r)
		pair.vm = CALL_GET(p->call, VM, vm, vm_of(pair.r));
	return pair;
}

void
device_pair_free(struct device_pair *pair)
{
	record_unref(pair->r);
	record_unref(pair->vm ? &pair->vm->r : NULL);
}

struct ref
device_queue(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, p->kind->cls, p->object);

	return r ? vm_of(r) : REF_NULL;
}

int
device_check(struct plan *p, struct tx *t)
{
	const struct record *r = tx_get(t, p->kind->cls, p->object);
	const char *op = p->kind->operation;
	bool force = strcmp(plan_arg(p, "force"), "true") == 0;

	if (!r)
		return fail_handle_invalid(p->call,
		    class_table[p->kind->cls].name,
		    call_ref_text(p->call, p->object));
	if (p->kind->cls == CLASS_VBD)
		return vbd_operation_check(p->call, t, (const struct vbd *)r,
		    (enum vbd_operations)enum_find(&enum_info_vbd_operations,
			op));
	if (p->kind->cls == CLASS_VUSB)
		return vusb_operation_check(p->call, t, (const struct vusb *)r,
		    (enum vusb_operations)enum_find(&enum_info_vusb_operations,
			op));
	return vif_operation_check(p->call, t, (const struct vif *)r,
	    (enum vif_operations)enum_find(&enum_info_vif_operations, op),
	    force);
}

int
device_finish(struct plan *p, struct tx *t, bool ok)
{
	(void)ok;
	if (p->kind->cls == CLASS_VBD)
		vbd_operations_refresh(t, p->object);
	else if (p->kind->cls == CLASS_VIF)
		vif_operations_refresh(t, p->object);
	else
		vusb_operations_refresh(t, p->object);
	return 0;
}

int
device_send(struct plan *p, const char *op, bool force)
{
	DEVICE_PAIR pair = device_pair_get(p);
	struct arena *a = p->call->arena;

	if (!pair.vm)
		return -1;
	if (p->kind->cls == CLASS_VIF)
		return plan_send(p, NULL, op, pair.vm->uuid, "device",
		    vif_device_name(a, pair.vif), "#force", (int64_t)force,
		    NULL);
	return plan_send(p, NULL, op, pair.vm->uuid, "device",
	    vbd_device_name(a, pair.vbd), "virtual",
	    vbd_virtual_name(a, pair.vm, pair.vbd), "#force", (int64_t)force,
	    NULL);
}

bool
device_vm_lives(const struct vm *vm)
{
	return vm &&
	    (vm->power_state == VM_POWER_STATE_RUNNING ||
		vm->power_state == VM_POWER_STATE_PAUSED);
}

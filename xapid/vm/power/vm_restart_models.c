/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Another device model for a guest: it is suspended and goes on with a new one,
 * on the host where it is. When it cannot go on it stays suspended, and nothing
 * of it is lost. (source: lifecycle.json, pool_migrate) */
#include "vm/power/vm_power.h"
#include "vm/power/vm_suspend.h"

static int
check(struct plan *p, struct tx *t)
{
	const struct vm *vm;

	if (vm_plan_check(p, t) < 0)
		return -1;
	vm = TX_GET(t, VM, vm, p->object);
	if (vm->domain_type != DOMAIN_TYPE_HVM)
		return fail_vm_hvm_required(p->call,
		    call_ref_text(p->call, p->object));
	return plan_note(p, "host", call_ref_text(p->call, vm->resident_on));
}

static int
suspend_send(struct plan *p)
{
	return plan_child(p, vm_suspend_kinds[0], p->object, NULL);
}

static int
resume_send(struct plan *p)
{
	return plan_child(p, vm_power_kind("VM.resume_on"), p->object,
	    "start_paused", "false", "host", plan_arg(p, "host"), NULL);
}

static const struct step steps[] = {
	{ "suspend", suspend_send, NULL, NULL, NULL },
	{ "resume", resume_send, NULL, NULL, NULL },
	{ 0 },
};

const struct plan_kind vm_restart_models_kind = {
	.name = "VM.restart_device_models",
	.cls = CLASS_VM,
	.operation = "pool_migrate",
	.steps = steps,
	.check = check,
	.finish = vm_plan_refresh,
};

int
vm_restart_device_models(struct call *c,
    const struct vm_restart_device_models_args *a)
{
	return plan_start(c, &vm_restart_models_kind, a->self, NULL);
}

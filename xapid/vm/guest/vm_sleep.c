/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ACPI S3: the guest is asked to sleep as it is asked to shut down, and woken
 * by its emulated hardware. Its VM runs all the while, for all that its record
 * says. (source: guest-agent.json control/shutdown, control/feature-s3) */
#include <string.h>

#include "model/builder.h"
#include "plan/plan.h"
#include "vm/power/vm_power.h"
#include "vm/vm_live.h"
#include "vm/vm_operations.h"

static const struct vm *
check_vm(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	const char *ref = call_ref_text(p->call, p->object);

	if (!vm)
		(void)fail_handle_invalid(p->call, "VM", ref);
	else if (vm->power_state != VM_POWER_STATE_RUNNING)
		(void)vm_fail_power_state(p->call, ref, vm,
		    1 << VM_POWER_STATE_RUNNING);
	else if (vm->domain_type != DOMAIN_TYPE_HVM)
		(void)fail_vm_hvm_required(p->call, ref);
	else if (plan_note(p, "uuid", vm->uuid) == 0)
		return vm;
	return NULL;
}

static int
sleep_check(struct plan *p, struct tx *t)
{
	const struct vm *vm = check_vm(p, t);
	const struct vm_guest_metrics *g;
	const char *can;

	if (!vm)
		return -1;
	g = TX_GET(t, VM_guest_metrics, vm_guest_metrics, vm->guest_metrics);
	can = g ? builder_find(&g->other, "feature-s3") : NULL;
	return can && strcmp(can, "1") == 0
	    ? 0
	    : fail_vm_lacks_feature(p->call, call_ref_text(p->call, p->object));
}

static int
wake_check(struct plan *p, struct tx *t)
{
	return check_vm(p, t) ? 0 : -1;
}

/* The worker waits a minute for the guest, and then takes the order back. */
#define SLEEP_DEADLINE_MS (90 * 1000)

static int
sleep_send(struct plan *p)
{
	plan_set_deadline(p, SLEEP_DEADLINE_MS);
	return plan_send(p, NULL, "sleep", plan_arg(p, "uuid"), NULL);
}

static int
wake_send(struct plan *p)
{
	return plan_send(p, NULL, "trigger", plan_arg(p, "uuid"), "what",
	    "s3resume", NULL);
}

static const struct step sleep_steps[] = {
	{ .name = "sleep", .send = sleep_send },
	{ 0 },
};

static const struct step wake_steps[] = {
	{ .name = "wake", .send = wake_send },
	{ 0 },
};

/* In no current_operations: no word of those is theirs. */
const struct plan_kind vm_sleep_kind = {
	.name = "VM.s3_suspend",
	.cls = CLASS_VM,
	.steps = sleep_steps,
	.check = sleep_check,
};

const struct plan_kind vm_wake_kind = {
	.name = "VM.s3_resume",
	.cls = CLASS_VM,
	.steps = wake_steps,
	.check = wake_check,
};

int
vm_s3_suspend(struct call *c, const struct vm_s3_suspend_args *a)
{
	return plan_start(c, &vm_sleep_kind, a->vm, NULL);
}

int
vm_s3_resume(struct call *c, const struct vm_s3_resume_args *a)
{
	return plan_start(c, &vm_wake_kind, a->vm, NULL);
}

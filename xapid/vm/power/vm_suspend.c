/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Suspending: a disk for the image is made, and the guest's memory written into
 * it while the guest stands still. Then its domain ends, which nothing stops any
 * more: the image is all that is left of the guest. When that end fails again and
 * again, so does the call, but the VM is suspended. (source: lifecycle.json
 * call_effects) */
#include "vm/power/vm_suspend.h"

#include "device/vtpm.h"
#include "disk/vdi_attach.h"
#include "pool/message.h"
#include "vm/power/vm_follow.h"
#include "vm/power/vm_halt.h"
#include "vm/power/vm_image.h"
#include "vm/power/vm_power.h"
#include "vm/power/vm_power_steps.h"
#include "vm/start/memory_plan.h"

#define ENDS "ends" /* noted: the image may be all there is */

#define SAVE_DEADLINE_MS (1800 * 1000)

static int
check(struct plan *p, struct tx *t)
{
	return vm_plan_check(p, t) < 0 ? -1 : vm_image_plan(p, t);
}

static int
save_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);

	if (!r)
		return -1;
	plan_set_deadline(p, SAVE_DEADLINE_MS);
	return plan_send(p, NULL, "suspend", ((const struct vm *)r)->uuid,
	    "path", plan_arg(p, "path"), "served", plan_arg(p, "served"),
	    "#hold", (int64_t)1, NULL);
}

/* Only so that the journal has it: whoever repeated the step, or took it back when
 * the next one has begun, would find no domain any more. */
static int
saved(struct plan *p, struct tx *t)
{
	(void)p;
	(void)t;
	return 0;
}

/* The image is durable, so its disks must be: it may be resumed after a failure of
 * power, or with another server of an image, and its guest takes what it had
 * written for written. */
static int
settle_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);

	return r ? vdi_settle_send(p, (const struct vm *)r) : -1;
}

/* Half a domain cannot go on, and one that has ended even less. */
static int
end_send(struct plan *p)
{
	plan_set_lasting(p);
	return power_destroy_send(p) < 0 ? -1 : plan_note(p, ENDS, "true");
}

/* Devices stay as they were: they are the guest's when it comes back. */
static int
end_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	struct ref host = vm ? vm->resident_on : REF_NULL;

	if (!vm || vtpm_keep(p, t, p->object) < 0 ||
	    vm_leave_host(t, p->object) < 0)
		return -1;
	TX_SET(t, VM, vm, p->object, suspend_VDI, plan_arg_ref(p, "image"));
	TX_SET(t, VM, vm, p->object, ha_always_run, false);
	TX_SET(t, VM, vm, p->object, power_state, VM_POWER_STATE_SUSPENDED);
	return memory_plan_grow(p, t, host);
}

/* ---- taking it back ---- */

static bool
has_image_only(const struct plan *p)
{
	return *plan_arg(p, ENDS) != '\0';
}

static int
save_undo(struct plan *p)
{
	return has_image_only(p) ? 0 : power_ask(p, "go_on");
}

/* Whether the domain has ended is not known: whoever looks (after_failure) ends
 * it if not. */
static int
save_undone(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (!has_image_only(p) || !vm ||
	    vm->power_state == VM_POWER_STATE_SUSPENDED)
		return 0;
	return end_apply(p, t);
}

static int
open_undo(struct plan *p)
{
	return has_image_only(p) ? 0 : vm_image_close(p);
}

static int
image_undo(struct plan *p)
{
	return has_image_only(p) ? 0 : vm_image_unmake(p);
}

static int
image_undone(struct plan *p, struct tx *t)
{
	return has_image_only(p) ? 0 : vm_image_unmade(p, t);
}

/* ---- the plan ---- */

static int
finish(struct plan *p, struct tx *t, bool ok)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	const char *text = ok && vm
	    ? arena_printf(p->call->arena, "VM '%s' has been suspended",
		  vm->name_label)
	    : NULL;

	if (text)
		(void)message_add(t, p->core, "VM_SUSPENDED", 5, CLS_VM,
		    vm->uuid, text, NULL);
	return vm_plan_refresh(p, t, ok);
}

static const struct step suspend_steps[] = {
	{ "image", vm_image_make, vm_image_made, image_undo, image_undone },
	{ "open", vm_image_open, NULL, open_undo, NULL },
	{ "save", save_send, saved, save_undo, save_undone },
	{ "settle", settle_send, saved, NULL, NULL },
	{ "end", end_send, end_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind suspend_kind = {
	.name = "VM.suspend",
	.cls = CLASS_VM,
	.operation = "suspend",
	.steps = suspend_steps,
	.check = check,
	.finish = finish,
	.carries_through = "end",
	.after_failure = &vm_look_kind, /* its guest may be left held */
};

const struct plan_kind *const vm_suspend_kinds[] = { &suspend_kind,
	&vm_suspend_vdi_kind, &vm_restart_models_kind, NULL };

int
vm_suspend(struct call *c, const struct vm_suspend_args *a)
{
	return plan_start(c, &suspend_kind, a->vm, NULL);
}

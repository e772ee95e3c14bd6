/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting, stopping, pausing: the plans of a VM's power state. */
#include <string.h>

#include "disk/storage_operations.h"
#include "pool/message.h"
#include "vm/power/vm_follow.h"
#include "vm/power/vm_image.h"
#include "vm/power/vm_power.h"
#include "vm/power/vm_power_steps.h"
#include "vm/start/memory_plan.h"
#include "vm/vm_operations.h"
#include "world/reality.h"

/* ---- what all plans of VMs do ---- */

int
vm_plan_check(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);
	int op = enum_find(&enum_info_vm_operations, p->kind->operation);

	if (!vm || vm_operation_check(p->call, vm, (enum vm_operations)op) < 0)
		return -1;
	return 0;
}

int
vm_plan_refresh(struct plan *p, struct tx *t, bool ok)
{
	(void)ok;
	reality_hear_guest(t, p->object);
	vdi_operations_refresh(t, plan_arg_ref(p, "image"));
	return vm_operations_refresh(t, p->object);
}

/* ---- the plans ---- */

#define BUILD_STEPS                                                            \
	{ "place", NULL, power_place, NULL, power_unplace },                   \
	    { "make-room", memory_plan_send, NULL, NULL, NULL },               \
	    { "disks", power_disks_send, NULL, power_disks_undo, NULL },       \
	    { "build", power_build_send, power_build_apply,                    \
		    power_destroy_send, power_teardown },                      \
	    { "join", power_join_send, NULL, power_join_undo, NULL },          \
	    { "connect", power_connect_send, power_connect_apply, NULL,        \
		    NULL },                                                    \
	{                                                                      \
		"run", power_run_send, power_run_apply, NULL, NULL             \
	}

/* Whoever starts VMs one by one waits for start_delay and shutdown_delay with
 * each call; an appliance's plan waits for all of an order, and VMs in it do
 * not. */
#define DELAY_STEP                                                             \
	{                                                                      \
		DELAY, power_delay_send, NULL, NULL, NULL                      \
	}
#define DELAY "delay"

static const struct step start_steps[] = { BUILD_STEPS, DELAY_STEP, { 0 } };

/* A guest that cannot be resumed stays suspended. */
static const struct step resume_steps[] = {
	{ "image", vm_image_send, NULL, NULL, NULL },
	{ "place", NULL, power_place, NULL, power_unplace },
	{ "make-room", memory_plan_send, NULL, NULL, NULL },
	{ "disks", power_disks_send, NULL, power_disks_undo, NULL },
	{ "restore", power_resume_send, power_build_apply, power_destroy_send,
	    power_leave_host },
	{ "join", power_join_send, NULL, power_join_undo, NULL },
	{ "connect", power_connect_send, power_connect_apply, NULL, NULL },
	{ "run", power_run_send, power_run_apply, NULL, NULL },
	{ 0 },
};

const struct step vm_hard_shutdown_steps[] = {
	{ "destroy", power_end_send, power_end_apply, NULL, NULL },
	{ "disks", power_let_go_send, power_disks_gone, NULL, NULL },
	{ "grow", memory_plan_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct step clean_shutdown_steps[] = {
	{ "shutdown", power_shutdown_send, NULL, NULL, NULL },
	{ "destroy", power_end_send, power_end_apply, NULL, NULL },
	{ "disks", power_let_go_send, power_disks_gone, NULL, NULL },
	{ "grow", memory_plan_send, NULL, NULL, NULL },
	DELAY_STEP,
	{ 0 },
};

/* A reboot stays on its host and shows no halted VM in between; one that fails
 * behind the shutdown leaves a halted VM, as it is. */
const struct step vm_hard_reboot_steps[] = {
	{ "destroy", power_destroy_send, power_reboot_apply, power_reboot_undo,
	    power_reboot_undone },
	BUILD_STEPS,
	{ 0 },
};

static const struct step clean_reboot_steps[] = {
	{ "shutdown", power_shutdown_send, NULL, NULL, NULL },
	{ "destroy", power_destroy_send, power_reboot_apply, power_reboot_undo,
	    power_reboot_undone },
	BUILD_STEPS,
	{ 0 },
};

static const struct step shutdown_steps[] = {
	{ "shutdown", power_shutdown_or_end_send, NULL, NULL, NULL },
	{ "destroy", power_end_send, power_end_apply, NULL, NULL },
	{ "disks", power_let_go_send, power_disks_gone, NULL, NULL },
	{ "grow", memory_plan_send, NULL, NULL, NULL },
	DELAY_STEP,
	{ 0 },
};

static const struct step pause_steps[] = {
	{ "pause", power_pause_send, power_pause_apply, NULL, NULL },
	{ 0 },
};

static const struct step unpause_steps[] = {
	{ "unpause", power_unpause_send, power_unpause_apply, NULL, NULL },
	{ 0 },
};

/* The alert that clients show, and with a start or an end of the toolstack's
 * doing whether the VM is to be kept running. */
static int
power_finish(struct plan *p, struct tx *t, bool ok)
{
	static const struct {
		const char *operation, *alert, *what;
	} table[] = {
		{ "start", "VM_STARTED", "has started" },
		{ "start_on", "VM_STARTED", "has started" },
		{ "resume", "VM_RESUMED", "has been resumed" },
		{ "resume_on", "VM_RESUMED", "has been resumed" },
		{ "clean_shutdown", "VM_SHUTDOWN", "has shut down" },
		{ "hard_shutdown", "VM_SHUTDOWN", "has shut down" },
		{ "shutdown", "VM_SHUTDOWN", "has shut down" },
		{ "clean_reboot", "VM_REBOOTED", "has rebooted" },
		{ "hard_reboot", "VM_REBOOTED", "has rebooted" },
	};
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	for (size_t i = 0; ok && vm && i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i].operation, p->kind->operation) == 0) {
			const char *text = arena_printf(p->call->arena,
			    "VM '%s' %s", vm->name_label, table[i].what);

			if (text)
				(void)message_add(t, p->core, table[i].alert, 5,
				    CLS_VM, vm->uuid, text, NULL);
			break;
		}
	if (ok)
		power_delay_tell(p);
	power_disks_free(p, t);
	return vm_plan_refresh(p, t, ok);
}

/* What a hard operation does not wait for. */
static const char *const soft[] = { "clean_shutdown", "clean_reboot", "suspend",
	"pool_migrate", "call_plugin", NULL };

#define KIND(op, first, ...)                                                   \
	static const struct plan_kind op##_kind = { .name = "VM." #op,         \
		.cls = CLASS_VM,                                               \
		.operation = #op,                                              \
		.steps = op##_steps,                                           \
		.check = (first),                                              \
		.finish = power_finish,                                        \
		.stays_from = DELAY,                                           \
		.after_failure = &vm_look_kind,                                \
		__VA_ARGS__ }

#define start_on_steps start_steps
#define resume_on_steps resume_steps
#define hard_shutdown_steps vm_hard_shutdown_steps
#define hard_reboot_steps vm_hard_reboot_steps
KIND(start, power_start_check);
KIND(start_on, power_start_check);
KIND(resume, power_resume_check, .carries_through = "run");
KIND(resume_on, power_resume_check, .carries_through = "run");
KIND(hard_shutdown, vm_plan_check, .overrides = soft);
KIND(clean_shutdown, vm_plan_check);
KIND(hard_reboot, power_reboot_check, .overrides = soft);
KIND(clean_reboot, power_reboot_check);
KIND(shutdown, vm_plan_check, .overrides = soft);
KIND(pause, vm_plan_check);
KIND(unpause, vm_plan_check);

const struct plan_kind *const vm_power_kinds[] = { &start_kind, &start_on_kind,
	&resume_kind, &resume_on_kind, &hard_shutdown_kind,
	&clean_shutdown_kind, &hard_reboot_kind, &clean_reboot_kind,
	&shutdown_kind, &vm_power_reset_kind, &pause_kind, &unpause_kind,
	NULL };

const struct plan_kind *
vm_power_kind(const char *name)
{
	size_t i = 0;

	while (strcmp(vm_power_kinds[i]->name, name) != 0)
		i++;
	return vm_power_kinds[i];
}

/* ---- the calls ---- */

int
vm_start(struct call *c, const struct vm_start_args *a)
{
	return plan_start(c, &start_kind, a->vm, "start_paused",
	    a->start_paused ? "true" : "false", NULL);
}

int
vm_start_on(struct call *c, const struct vm_start_on_args *a)
{
	return plan_start(c, &start_on_kind, a->vm, "start_paused",
	    a->start_paused ? "true" : "false", "host",
	    call_ref_text(c, a->host), NULL);
}

int
vm_resume(struct call *c, const struct vm_resume_args *a)
{
	return plan_start(c, &resume_kind, a->vm, "start_paused",
	    a->start_paused ? "true" : "false", NULL);
}

int
vm_resume_on(struct call *c, const struct vm_resume_on_args *a)
{
	return plan_start(c, &resume_on_kind, a->vm, "start_paused",
	    a->start_paused ? "true" : "false", "host",
	    call_ref_text(c, a->host), NULL);
}

int
vm_pause(struct call *c, const struct vm_pause_args *a)
{
	return plan_start(c, &pause_kind, a->vm, NULL);
}

int
vm_unpause(struct call *c, const struct vm_unpause_args *a)
{
	return plan_start(c, &unpause_kind, a->vm, NULL);
}

int
vm_hard_shutdown(struct call *c, const struct vm_hard_shutdown_args *a)
{
	return plan_start(c, &hard_shutdown_kind, a->vm, NULL);
}

int
vm_clean_shutdown(struct call *c, const struct vm_clean_shutdown_args *a)
{
	return plan_start(c, &clean_shutdown_kind, a->vm, NULL);
}

int
vm_hard_reboot(struct call *c, const struct vm_hard_reboot_args *a)
{
	return plan_start(c, &hard_reboot_kind, a->vm, NULL);
}

int
vm_clean_reboot(struct call *c, const struct vm_clean_reboot_args *a)
{
	return plan_start(c, &clean_reboot_kind, a->vm, NULL);
}

int
vm_shutdown(struct call *c, const struct vm_shutdown_args *a)
{
	return plan_start(c, &shutdown_kind, a->vm, NULL);
}

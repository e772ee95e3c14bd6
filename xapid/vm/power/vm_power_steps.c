/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the steps of a VM's power plans share; and those about a domain that is
 * there: it runs, waits, is paused, shut down, begins again or ends. */
#include "vm/power/vm_power_steps.h"

#include <string.h>

#include "device/vbd.h"
#include "device/vtpm.h"
#include "lib/clock.h"
#include "vm/power/vm_halt.h"
#include "vm/power/vm_image.h"
#include "vm/power/vm_power.h"
#include "vm/start/memory_plan.h"
#include "vm/vm.h"

/* ---- what the steps share ---- */

const struct vm *
power_vm(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (!vm)
		fail_handle_invalid(p->call, "VM",
		    call_ref_text(p->call, p->object));
	return vm;
}

const struct vm *
power_published(struct plan *p)
{
	return CALL_GET(p->call, VM, vm, p->object);
}

int
power_ask(struct plan *p, const char *op)
{
	const struct vm *vm = power_published(p);
	int rc;

	if (!vm)
		return -1;
	rc = plan_send(p, NULL, op, vm->uuid, NULL);
	record_unref(&vm->r);
	return rc;
}

static int
set_power_state(struct plan *p, struct tx *t, enum vm_power_state state)
{
	return TX_SET(t, VM, vm, p->object, power_state, state);
}

bool
power_is(const struct plan *p, const char *begin)
{
	return strncmp(p->kind->operation, begin, strlen(begin)) == 0;
}

/* ---- delays ---- */

#define FORCED "forced" /* note: the guest did not go by itself */

static int
note_delay(struct plan *p, int64_t seconds)
{
	int64_t ms = seconds < PLAN_WAIT_MAX_MS / 1000 ? seconds * 1000
						       : PLAN_WAIT_MAX_MS;

	if (ms <= 0)
		return 0;
	if (plan_note_int(p, DELAY_MS, ms) < 0)
		return -1;
	return plan_note_int(p, DELAY_UNTIL, clock_wall_ms() + ms);
}

/* Whoever wants the VM meanwhile does not wait; and without memory to wait the
 * VM is nevertheless what was asked for. */
int
power_delay_send(struct plan *p)
{
	if (!*plan_arg(p, DELAY_FOR_PARENT))
		(void)plan_wait(p, plan_arg_int(p, DELAY_UNTIL, 0),
		    plan_arg_int(p, DELAY_MS, 0), true);
	return 0;
}

void
power_delay_tell(struct plan *p)
{
	static const char *const names[] = { DELAY_UNTIL, DELAY_MS };

	if (!*plan_arg(p, DELAY_FOR_PARENT) || !*plan_arg(p, DELAY_UNTIL))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)plan_tell_parent_most(p, names[i],
		    plan_arg_int(p, names[i], 0));
}

/* ---- running ---- */

static bool
stays_paused(const struct plan *p)
{
	return strcmp(plan_arg(p, "start_paused"), "true") == 0;
}

/* A guest that has come back from its image writes to its disks from here on: if
 * it were taken back, the image would have a memory that is older than they. */
int
power_run_send(struct plan *p)
{
	if (power_is(p, "resume"))
		plan_set_lasting(p);
	return stays_paused(p) ? 0 : power_ask(p, "unpause");
}

static int
note_start(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);

	if (!vm || ref_is_null(vm->metrics))
		return vm ? 0 : -1;
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, start_time,
	    clock_wall_sec());
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, memory_actual,
	    vm->memory_target);
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, current_domain_type,
	    vm->domain_type);
	vm_metrics_describe(t, vm);
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, VCPUs_params,
	    vm->VCPUs_params);
	return TX_SET(t, VM_metrics, vm_metrics, vm->metrics, VCPUs_number,
	    vm->VCPUs_at_startup);
}

int
power_run_apply(struct plan *p, struct tx *t)
{
	if (note_start(p, t) < 0 || vm_add_consoles(t, p->object) < 0 ||
	    vm_image_let_go(p, t) < 0 ||
	    note_delay(p, power_vm(p, t)->start_delay) < 0)
		return -1;
	return set_power_state(p, t,
	    stays_paused(p) ? VM_POWER_STATE_PAUSED : VM_POWER_STATE_RUNNING);
}

/* What it held goes to its neighbours. */
int
power_halt_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);
	struct ref host = vm ? vm->resident_on : REF_NULL;

	if (vm && !*plan_arg(p, FORCED) &&
	    note_delay(p, vm->shutdown_delay) < 0)
		return -1;
	if (vtpm_keep(p, t, p->object) < 0 || vm_halt(t, p->object) < 0 ||
	    vm_image_let_go(p, t) < 0)
		return -1;
	return memory_plan_grow(p, t, host);
}

/* Who took a disk before its storage has let go of it would get a device that is
 * about to end. */
int
power_end_apply(struct plan *p, struct tx *t)
{
	if (power_halt_apply(p, t) < 0)
		return -1;
	vbd_reserve_disks(t, power_vm(p, t), true);
	return 0;
}

/* It takes its place again at once, or who starts meanwhile has its memory. */
int
power_reboot_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);

	if (!vm ||
	    plan_note(p, "host", call_ref_text(p->call, vm->resident_on)) < 0 ||
	    vtpm_keep(p, t, p->object) < 0 || power_teardown(p, t) < 0)
		return -1;
	return power_place(p, t);
}

/* It will not come back. */
int
power_reboot_undo(struct plan *p)
{
	return power_end_send(p) < 0 ? -1 : power_disks_undo(p);
}

int
power_reboot_undone(struct plan *p, struct tx *t)
{
	return power_unplace(p, t) < 0 ? -1 : power_halt_apply(p, t);
}

/* A guest may take its time: the worker knows how long. */
#define SHUTDOWN_DEADLINE_MS (1300 * 1000)

int
power_shutdown_send(struct plan *p)
{
	plan_set_deadline(p, SHUTDOWN_DEADLINE_MS);
	return power_ask(p, "shutdown");
}

#define TIMEOUT_MAX INT64_C(86400)

static int
note_forced(struct plan *p, const struct value *answer)
{
	return value_member(answer, "forced") ? plan_note(p, FORCED, "true")
					      : 0;
}

/* A guest that does not go within its shutdown_delay is made to, and one that
 * cannot hear it is not asked. (source: lifecycle.json VM.shutdown) */
static int
send_shutdown_or_end(struct plan *p, const struct vm *vm)
{
	int64_t timeout =
	    vm->shutdown_delay < TIMEOUT_MAX ? vm->shutdown_delay : TIMEOUT_MAX;

	if (vm->power_state != VM_POWER_STATE_RUNNING)
		return plan_note(p, FORCED, "true");
	plan_set_deadline(p, SHUTDOWN_DEADLINE_MS + (int)timeout * 1000);
	return plan_send(p, note_forced, "shutdown", vm->uuid, "reason",
	    "poweroff", "#or_end", (int64_t)1, "#timeout", timeout, NULL);
}

int
power_shutdown_or_end_send(struct plan *p)
{
	const struct vm *vm = power_published(p);
	int rc = vm ? send_shutdown_or_end(p, vm) : -1;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

int
power_pause_send(struct plan *p)
{
	return power_ask(p, "pause");
}

int
power_pause_apply(struct plan *p, struct tx *t)
{
	return set_power_state(p, t, VM_POWER_STATE_PAUSED);
}

int
power_unpause_send(struct plan *p)
{
	return power_ask(p, "unpause");
}

int
power_unpause_apply(struct plan *p, struct tx *t)
{
	return set_power_state(p, t, VM_POWER_STATE_RUNNING);
}

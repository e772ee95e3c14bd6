/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VM.power_state_reset: the records say halted, whatever they said before, and
 * no domain is touched. Of a VM that should be running its hypervisor is asked
 * first, if its host is up: while there is a domain its disks are in use, and a
 * VM that seemed halted could be started on them once more.
 * (source: lifecycle.json object_rules VM.power_state_reset) */
#include <stdio.h>

#include "host/host_live.h"
#include "vm/power/vm_follow.h"
#include "vm/power/vm_power.h"
#include "vm/power/vm_power_steps.h"
#include "vm/start/memory_plan.h"

#define LIVED "lived" /* note: it was there, so it had its disks */

/* No matter what it is about, or whether it is a snapshot. */
static int
check(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);

	if (!vm)
		return -1;
	return vm->is_control_domain ? fail_cannot_reset_control_domain(p->call,
					   call_ref_text(p->call, p->object))
				     : 0;
}

static int
found(struct plan *p, const struct value *answer)
{
	const struct value *domain = value_member(answer, plan_subject(p));
	const struct value *domid =
	    domain ? value_member(domain, "domid") : NULL;
	char number[24];

	if (!domid || domid->kind != VALUE_INT)
		return 0;
	snprintf(number, sizeof(number), "%lld", (long long)domid->i);
	return fail_domain_exists(p->call, call_ref_text(p->call, p->object),
	    number);
}

static bool
host_is_up(struct plan *p, const struct vm *vm)
{
	RECORD_UNREF const struct record *host =
	    db_get(p->call->db, CLASS_host, vm->resident_on);

	return host && host_is_live(p->call->db, (const struct host *)host);
}

static int
find_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->call->db, CLASS_VM, p->object);
	const struct vm *vm = (const struct vm *)r;

	if (!vm ||
	    (vm->power_state != VM_POWER_STATE_RUNNING &&
		vm->power_state != VM_POWER_STATE_PAUSED))
		return 0;
	if (plan_note(p, LIVED, "true") < 0)
		return -1;
	if (!host_is_up(p, vm))
		return 0;
	if (plan_set_subject(p, vm->uuid) < 0)
		return -1;
	return plan_send(p, found, "list", "", NULL);
}

static int
reset_apply(struct plan *p, struct tx *t)
{
	return *plan_arg(p, LIVED) ? power_end_apply(p, t)
				   : power_halt_apply(p, t);
}

static int
disks_send(struct plan *p)
{
	return *plan_arg(p, LIVED) ? power_let_go_send(p) : 0;
}

static int
disks_apply(struct plan *p, struct tx *t)
{
	return *plan_arg(p, LIVED) ? power_disks_gone(p, t) : 0;
}

static int
finish(struct plan *p, struct tx *t, bool ok)
{
	power_disks_free(p, t);
	return vm_plan_refresh(p, t, ok);
}

static const struct step steps[] = {
	{ "find", find_send, NULL, NULL, NULL },
	{ "reset", NULL, reset_apply, NULL, NULL },
	{ "disks", disks_send, disks_apply, NULL, NULL },
	{ "grow", memory_plan_send, NULL, NULL, NULL },
	{ 0 },
};

static const char *const overrides[] = { "clean_shutdown", "clean_reboot",
	"suspend", "pool_migrate", "call_plugin", NULL };

const struct plan_kind vm_power_reset_kind = {
	.name = "VM.power_state_reset",
	.cls = CLASS_VM,
	.operation = "power_state_reset",
	.steps = steps,
	.overrides = overrides,
	.after_failure = &vm_look_kind,
	.check = check,
	.finish = finish,
};

int
vm_power_state_reset(struct call *c, const struct vm_power_state_reset_args *a)
{
	return plan_start(c, &vm_power_reset_kind, a->vm, NULL);
}

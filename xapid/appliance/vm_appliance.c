/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VMs that start and stop together, in rounds (vm_rounds.h). A VM that fails
 * stops nobody: all that failed are told at the end. Nothing is taken back; who
 * cancels ends it behind what is under way, which is taken back by itself.
 * (source: lifecycle.json appliance) */
#include "appliance/vm_appliance.h"

#include <string.h>

#include "appliance/vm_rounds.h"
#include "call/edit.h"
#include "vm/vm_operations.h"

/* ---- which operation is allowed ---- */

enum {
	SOME_HALTED = 1 << 0,
	SOME_RUNNING = 1 << 1,
	SOME_NOT_HALTED = 1 << 2,
	ALL_FACTS = (1 << 3) - 1,
};

/* What there must be, and what is said when there is not. */
static const struct {
	unsigned fact;
	const char *text;
} needs[] = {
	[VM_APPLIANCE_OPERATION_START] = { SOME_HALTED,
	    "All VMs of the appliance have been started already" },
	[VM_APPLIANCE_OPERATION_CLEAN_SHUTDOWN] = { SOME_RUNNING,
	    "No VM of the appliance is running" },
	[VM_APPLIANCE_OPERATION_HARD_SHUTDOWN] = { SOME_NOT_HALTED,
	    "All VMs of the appliance are halted already" },
	[VM_APPLIANCE_OPERATION_SHUTDOWN] = { SOME_NOT_HALTED,
	    "All VMs of the appliance are halted already" },
};
#define NOPERATIONS (sizeof(needs) / sizeof(needs[0]))

static unsigned
facts_of(struct tx *t, const struct vm_appliance *a)
{
	const struct ref *vms = a->VMs.items;
	unsigned facts = 0;

	for (uint32_t i = 0; i < a->VMs.n && facts != ALL_FACTS; i++) {
		const struct vm *vm = TX_GET(t, VM, vm, vms[i]);

		if (!vm)
			continue;
		if (vm->power_state == VM_POWER_STATE_HALTED)
			facts |= SOME_HALTED;
		else
			facts |= SOME_NOT_HALTED;
		if (vm->power_state == VM_POWER_STATE_RUNNING)
			facts |= SOME_RUNNING;
	}
	return facts;
}

int
vm_appliance_refresh(struct tx *t, struct ref ref)
{
	const struct vm_appliance *a =
	    TX_GET(t, VM_appliance, vm_appliance, ref);
	int ops[NOPERATIONS];
	struct set all = { .items = ops };
	unsigned facts;

	if (!a)
		return 0;
	facts = a->current_operations.n ? 0 : facts_of(t, a);
	for (size_t i = 0; i < NOPERATIONS; i++)
		if (facts & needs[i].fact)
			ops[all.n++] = (int)i;
	return TX_SET(t, VM_appliance, vm_appliance, ref, allowed_operations,
	    all);
}

static int
appliance_check(struct plan *p, struct tx *t)
{
	const struct vm_appliance *a =
	    EDIT_HEAD(p->call, t, VM_appliance, vm_appliance, p->object);
	int op =
	    enum_find(&enum_info_vm_appliance_operation, p->kind->operation);

	if (!a)
		return -1;
	if (a->VMs.n == 0)
		return fail_operation_not_allowed(p->call,
		    "The appliance has no VMs");
	if (!(facts_of(t, a) & needs[op].fact))
		return fail_operation_not_allowed(p->call, needs[op].text);
	return 0;
}

static int
appliance_began(struct plan *p, struct tx *t)
{
	return vm_appliance_refresh(t, p->object);
}

static int
appliance_finish(struct plan *p, struct tx *t, bool ok)
{
	(void)ok;
	return vm_appliance_refresh(t, p->object);
}

/* ---- the plans ---- */

/* Every VM of the appliance. */
static int
each_member(struct plan *p, struct tx *t, vm_rounds_fn *fn, void *arg)
{
	const struct vm_appliance *a =
	    EDIT_HEAD(p->call, t, VM_appliance, vm_appliance, p->object);
	const struct ref *vms = a ? a->VMs.items : NULL;
	int rc = a ? 0 : -1;

	for (uint32_t i = 0; rc == 0 && i < a->VMs.n; i++) {
		const struct vm *vm = TX_GET(t, VM, vm, vms[i]);

		rc = vm ? fn(vm, arg) : 0;
	}
	return rc;
}

static int
choose(struct plan *p, struct tx *t)
{
	return vm_rounds_choose(p, t, each_member);
}

static int
add_param(struct plan *p, const char *text, void *arg)
{
	const char ***at = arg;

	(void)p;
	*(*at)++ = text;
	return 0;
}

static int
fail_partially(struct plan *p, const char *failed)
{
	size_t n = strlen(failed) / REF_CHARS + 2;
	const char **params = arena_array(p->call->arena, n, sizeof(*params));
	const char **at = params;

	if (!params)
		return call_fail_nomem(p->call);
	*at++ = p->kind->name;
	if (vm_rounds_each(p, failed, add_param, &at) < 0)
		return -1;
	return call_fail(p->call, "OPERATION_PARTIALLY_FAILED", params,
	    (unsigned)(at - params));
}

static int
next_round(struct plan *p, struct tx *t)
{
	const char *failed;

	(void)t;
	if (!vm_rounds_over(p))
		return plan_go_back(p, "choose");
	failed = vm_rounds_failed(p);
	return *failed ? fail_partially(p, failed) : 0;
}

static const struct step round_steps[] = {
	{ "choose", NULL, choose, NULL, NULL },
	{ "members", vm_rounds_send, vm_rounds_apply, NULL, NULL },
	{ "delay", vm_rounds_delay, next_round, NULL, NULL },
	{ 0 },
};

#define KIND(op)                                                               \
	static const struct plan_kind op##_kind = { .name =                    \
							"VM_appliance." #op,   \
		.cls = CLASS_VM_appliance,                                     \
		.operation = #op,                                              \
		.steps = round_steps,                                          \
		.check = appliance_check,                                      \
		.began = appliance_began,                                      \
		.finish = appliance_finish }

KIND(start);
KIND(clean_shutdown);
KIND(hard_shutdown);
KIND(shutdown);

const struct plan_kind *const vm_appliance_kinds[] = { &start_kind,
	&clean_shutdown_kind, &hard_shutdown_kind, &shutdown_kind, NULL };

/* ---- the calls ---- */

int
vm_appliance_start(struct call *c, const struct vm_appliance_start_args *a)
{
	return plan_start(c, &start_kind, a->self, VM_ROUNDS_WHAT, "start",
	    "paused", a->paused ? "true" : "false", NULL);
}

int
vm_appliance_clean_shutdown(struct call *c,
    const struct vm_appliance_clean_shutdown_args *a)
{
	return plan_start(c, &clean_shutdown_kind, a->self, VM_ROUNDS_WHAT,
	    "clean_shutdown", NULL);
}

int
vm_appliance_hard_shutdown(struct call *c,
    const struct vm_appliance_hard_shutdown_args *a)
{
	return plan_start(c, &hard_shutdown_kind, a->self, VM_ROUNDS_WHAT,
	    "hard_shutdown", NULL);
}

int
vm_appliance_shutdown(struct call *c,
    const struct vm_appliance_shutdown_args *a)
{
	return plan_start(c, &shutdown_kind, a->self, VM_ROUNDS_WHAT,
	    "shutdown", NULL);
}

static int
fail_in_progress(struct call *c, const struct vm_appliance *a)
{
	const int *ops = a->current_operations.values;
	const char *const *tasks = a->current_operations.keys;
	const char *const params[] = { "VM_appliance",
		call_ref_text(c, a->r.self),
		enum_info_vm_appliance_operation.values[ops[0]], tasks[0] };

	return call_fail(c, "OTHER_OPERATION_IN_PROGRESS", params, 4);
}

/* Its VMs stay, and belong to none. */
int
vm_appliance_destroy(struct call *c, const struct vm_appliance_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm_appliance *row =
	    t ? EDIT_HEAD(c, t, VM_appliance, vm_appliance, a->self) : NULL;
	struct ref *vms;
	uint32_t n;

	if (!row)
		return -1;
	if (row->current_operations.n)
		return fail_in_progress(c, row);
	n = row->VMs.n;
	vms = arena_array(c->arena, n + 1, sizeof(*vms));
	if (!vms)
		return call_fail_nomem(c);
	if (n)
		memcpy(vms, row->VMs.items, n * sizeof(*vms));
	(void)tx_destroy(t, CLASS_VM_appliance, a->self);
	for (uint32_t i = 0; i < n; i++)
		(void)vm_operations_refresh(t, vms[i]);
	return call_commit(c, STEAL(t));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of VMs whose values have rules. Those that would have to reach a
 * running domain are refused by vm_operation_check or left to others. (source:
 * lifecycle.json object_rules and call_effects) */
#include <string.h>

#include "appliance/vm_appliance.h"
#include "call/edit.h"
#include "call/refuse.h"
#include "vm/vm.h"
#include "vm/vm_operations.h"

/* ---- processors ---- */

#define VCPU_RULE "1 <= VCPUs_at_startup <= VCPUs_max"

/* A control domain takes new numbers at its next start. */
static int
set_vcpus(struct call *c, struct ref self, int field, int64_t value)
{
	TX_SCOPE struct tx *t = call_begin(c);
	bool max = field == FIELD_VM_VCPUs_max;
	const struct vm *vm;

	if (!t ||
	    !(vm = vm_check_head(c, t, self, VM_OPERATIONS_CHANGING_VCPUS)))
		return -1;
	if (vm->domid == 0)
		return fail_operation_not_allowed(c,
		    "VCPUs of this control domain are set at boot");
	if (value < 1 || (max && value < vm->VCPUs_at_startup) ||
	    (!max && value > vm->VCPUs_max))
		return refuse_number(c, VCPU_RULE, value);
	if (vm->power_state == VM_POWER_STATE_RUNNING)
		TX_SET(t, VM, vm, self, requires_reboot, true);
	(void)tx_set(t, CLASS_VM, self, field, &value);
	vm_overhead_update(t, self);
	return call_commit(c, STEAL(t));
}

int
vm_set_VCPUs_max(struct call *c, const struct vm_set_VCPUs_max_args *a)
{
	return set_vcpus(c, a->self, FIELD_VM_VCPUs_max, a->value);
}

int
vm_set_VCPUs_at_startup(struct call *c,
    const struct vm_set_VCPUs_at_startup_args *a)
{
	return set_vcpus(c, a->self, FIELD_VM_VCPUs_at_startup, a->value);
}

/* ---- kind of domain: one setting with an older name ---- */

/* A domain is what it was made as, and its devices are named after that. NULL:
 * refused. */
static const struct vm *
check_type(struct call *c, struct tx *t, struct ref self, enum domain_type type)
{
	const struct vm *vm = EDIT_HEAD(c, t, VM, vm, self);

	if (!vm || (enum domain_type)vm->domain_type == type)
		return vm;
	if (vm->current_operations.n)
		(void)refuse_busy(c, &vm->r, &vm->current_operations, 0,
		    &enum_info_vm_operations);
	else if (vm->power_state != VM_POWER_STATE_HALTED)
		(void)vm_fail_power_state(c, call_ref_text(c, self), vm,
		    1 << VM_POWER_STATE_HALTED);
	else
		return vm;
	return NULL;
}

int
vm_set_domain_type(struct call *c, const struct vm_set_domain_type_args *a)
{
	bool hvm = a->value == DOMAIN_TYPE_HVM;
	TX_SCOPE struct tx *t = NULL;

	if (a->value == DOMAIN_TYPE_UNSPECIFIED)
		return fail_invalid_value(c, "domain_type", "unspecified");
	t = call_begin(c);
	if (!t || !check_type(c, t, a->self, a->value))
		return -1;
	TX_SET(t, VM, vm, a->self, domain_type, a->value);
	TX_SET(t, VM, vm, a->self, HVM_boot_policy, hvm ? "BIOS order" : "");
	vm_overhead_update(t, a->self);
	return call_commit(c, STEAL(t));
}

int
vm_set_HVM_boot_policy(struct call *c,
    const struct vm_set_HVM_boot_policy_args *a)
{
	enum domain_type type = a->value[0] ? DOMAIN_TYPE_HVM : DOMAIN_TYPE_PV;
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t || !check_type(c, t, a->self, type))
		return -1;
	TX_SET(t, VM, vm, a->self, HVM_boot_policy, a->value);
	TX_SET(t, VM, vm, a->self, domain_type, type);
	vm_overhead_update(t, a->self);
	return call_commit(c, STEAL(t));
}

/* ---- where it belongs ---- */

/* Control domains, templates and snapshots belong to nothing. */
static int
check_member(struct call *c, const struct vm *vm)
{
	if (!vm->is_control_domain && !vm->is_a_template && !vm->is_a_snapshot)
		return 0;
	return fail_operation_not_allowed(c,
	    "Control domains, templates and snapshots cannot be members");
}

int
vm_set_appliance(struct call *c, const struct vm_set_appliance_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm;
	struct ref before;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->self)))
		return -1;
	if (!ref_is_null(a->value) && check_member(c, vm) < 0)
		return -1;
	before = vm->appliance;
	TX_SET(t, VM, vm, a->self, appliance, a->value);
	(void)vm_appliance_refresh(t, before);
	(void)vm_operations_refresh(t, a->self);
	return call_commit(c, STEAL(t));
}

int
vm_set_groups(struct call *c, const struct vm_set_groups_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->self)))
		return -1;
	if (check_member(c, vm) < 0)
		return -1;
	if (a->value.n > 1)
		return fail_too_many_groups(c);
	TX_SET(t, VM, vm, a->self, groups, a->value);
	return call_commit(c, STEAL(t));
}

/* ---- high availability: what is wanted of it ---- */

static int
set_priority(struct call *c, struct ref self, const char *priority)
{
	static const char *const known[] = { "restart", "best-effort", "" };
	TX_SCOPE struct tx *t = NULL;
	const struct vm *vm;
	bool ok = false;

	for (int i = 0; i < 3; i++)
		ok = ok || strcmp(priority, known[i]) == 0;
	if (!ok)
		return fail_invalid_value(c, "ha_restart_priority", priority);
	t = call_begin(c);
	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, self)))
		return -1;
	if (vm->power_state == VM_POWER_STATE_RUNNING)
		TX_SET(t, VM, vm, self, ha_always_run,
		    strcmp(priority, "restart") == 0);
	TX_SET(t, VM, vm, self, ha_restart_priority, priority);
	return call_commit(c, STEAL(t));
}

int
vm_set_ha_restart_priority(struct call *c,
    const struct vm_set_ha_restart_priority_args *a)
{
	return set_priority(c, a->self, a->value);
}

int
vm_set_ha_always_run(struct call *c, const struct vm_set_ha_always_run_args *a)
{
	return EDIT_FIELD(c, VM, vm, a->self, ha_always_run, a->value);
}

/* ---- what an import says of snapshots ---- */

int
vm_update_snapshot_metadata(struct call *c,
    const struct vm_update_snapshot_metadata_args *a)
{
	const unsigned off =
	    1 << VM_POWER_STATE_HALTED | 1 << VM_POWER_STATE_SUSPENDED;
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm = t ? EDIT_HEAD(c, t, VM, vm, a->vm) : NULL;

	if (!vm)
		return -1;
	if (!(off & 1u << vm->power_state)) /* nobody could shut it down */
		return vm_fail_power_state(c, call_ref_text(c, a->vm), vm, off);
	if (vm->current_operations.n)
		return refuse_busy(c, &vm->r, &vm->current_operations, 0,
		    &enum_info_vm_operations);
	TX_SET(t, VM, vm, a->vm, is_a_snapshot, true);
	TX_SET(t, VM, vm, a->vm, snapshot_time, a->snapshot_time);
	TX_SET(t, VM, vm, a->vm, snapshot_of, a->snapshot_of);
	TX_SET(t, VM, vm, a->vm, transportable_snapshot_id,
	    a->transportable_snapshot_id);
	(void)vm_operations_refresh(t, a->vm);
	return call_commit(c, STEAL(t));
}

/* ---- order and delays of an appliance's VMs ---- */

static int
set_count(struct call *c, struct ref self, int field, const char *name,
    int64_t value)
{
	TX_SCOPE struct tx *t = NULL;

	if (value < 0)
		return refuse_number(c, name, value);
	t = call_begin(c);
	if (!t || !EDIT_HEAD(c, t, VM, vm, self))
		return -1;
	(void)tx_set(t, CLASS_VM, self, field, &value);
	return call_commit(c, STEAL(t));
}

int
vm_set_start_delay(struct call *c, const struct vm_set_start_delay_args *a)
{
	return set_count(c, a->self, FIELD_VM_start_delay, "start_delay",
	    a->value);
}

int
vm_set_shutdown_delay(struct call *c,
    const struct vm_set_shutdown_delay_args *a)
{
	return set_count(c, a->self, FIELD_VM_shutdown_delay, "shutdown_delay",
	    a->value);
}

int
vm_set_order(struct call *c, const struct vm_set_order_args *a)
{
	return set_count(c, a->self, FIELD_VM_order, "order", a->value);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/vm_operations.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "device/device_operations.h"
#include "vm/vm_appliance.h"

enum {
	S_HALTED = 1 << VM_POWER_STATE_HALTED,
	S_PAUSED = 1 << VM_POWER_STATE_PAUSED,
	S_RUNNING = 1 << VM_POWER_STATE_RUNNING,
	S_SUSPENDED = 1 << VM_POWER_STATE_SUSPENDED,
};

enum {
	ADVERTISED = 1 << 0,     /* may stand in allowed_operations */
	TEMPLATE = 1 << 1,       /* also of templates */
	NOT_DEFAULT = 1 << 2,    /* … but not of default ones */
	SNAPSHOT = 1 << 3,       /* also of snapshots */
	CONTROL_DOMAIN = 1 << 4, /* also of dom0 */
	MOBILE = 1 << 5,         /* not with platform nomigrate, nested-virt */
	NO_PCI = 1 << 6,         /* not with a PCI device passed through */
	NO_VUSB = 1 << 7,
};

/* source: lifecycle.json vm_ops */
static const struct operation {
	unsigned states, states_control_domain;
	unsigned flags;
} operations[] = {
	[VM_OPERATIONS_SNAPSHOT] = { S_HALTED | S_PAUSED | S_SUSPENDED |
		S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING,
	    ADVERTISED | NO_VUSB },
	[VM_OPERATIONS_CLONE] = { S_HALTED, S_HALTED,
	    ADVERTISED | TEMPLATE | SNAPSHOT },
	[VM_OPERATIONS_COPY] = { S_HALTED, S_HALTED,
	    ADVERTISED | TEMPLATE | SNAPSHOT },
	[VM_OPERATIONS_CREATE_TEMPLATE] = { S_HALTED | S_SUSPENDED,
	    S_HALTED | S_SUSPENDED, 0 },
	[VM_OPERATIONS_REVERT] = { S_HALTED | S_PAUSED | S_SUSPENDED |
		S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING,
	    ADVERTISED | SNAPSHOT },
	[VM_OPERATIONS_CHECKPOINT] = { S_PAUSED | S_SUSPENDED | S_RUNNING,
	    S_PAUSED | S_SUSPENDED | S_RUNNING,
	    ADVERTISED | MOBILE | NO_PCI | NO_VUSB },
	[VM_OPERATIONS_SNAPSHOT_WITH_QUIESCE] = { S_RUNNING, S_RUNNING,
	    ADVERTISED },
	[VM_OPERATIONS_PROVISION] = { S_HALTED, S_HALTED,
	    ADVERTISED | TEMPLATE },
	[VM_OPERATIONS_START] = { S_HALTED, S_HALTED,
	    ADVERTISED | CONTROL_DOMAIN },
	[VM_OPERATIONS_START_ON] = { S_HALTED, S_HALTED,
	    ADVERTISED | CONTROL_DOMAIN },
	[VM_OPERATIONS_PAUSE] = { S_RUNNING, S_RUNNING, ADVERTISED },
	[VM_OPERATIONS_UNPAUSE] = { S_PAUSED, S_PAUSED, ADVERTISED },
	[VM_OPERATIONS_CLEAN_SHUTDOWN] = { S_RUNNING, S_RUNNING, ADVERTISED },
	[VM_OPERATIONS_CLEAN_REBOOT] = { S_RUNNING, S_RUNNING, ADVERTISED },
	[VM_OPERATIONS_HARD_SHUTDOWN] = { S_PAUSED | S_SUSPENDED | S_RUNNING,
	    S_PAUSED | S_SUSPENDED | S_RUNNING, ADVERTISED | SNAPSHOT },
	[VM_OPERATIONS_POWER_STATE_RESET] = { S_HALTED | S_PAUSED |
		S_SUSPENDED | S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_HARD_REBOOT] = { S_PAUSED | S_RUNNING,
	    S_PAUSED | S_RUNNING, ADVERTISED },
	[VM_OPERATIONS_SUSPEND] = { S_RUNNING, S_RUNNING,
	    ADVERTISED | MOBILE | NO_PCI | NO_VUSB },
	[VM_OPERATIONS_CSVM] = { S_SUSPENDED, S_SUSPENDED, 0 },
	[VM_OPERATIONS_RESUME] = { S_SUSPENDED, S_SUSPENDED, ADVERTISED },
	[VM_OPERATIONS_RESUME_ON] = { S_SUSPENDED, S_SUSPENDED, ADVERTISED },
	[VM_OPERATIONS_POOL_MIGRATE] = { S_RUNNING, S_RUNNING,
	    ADVERTISED | MOBILE | NO_PCI | NO_VUSB },
	[VM_OPERATIONS_MIGRATE_SEND] = { S_HALTED | S_SUSPENDED | S_RUNNING,
	    S_HALTED | S_SUSPENDED | S_RUNNING,
	    ADVERTISED | TEMPLATE | NOT_DEFAULT | MOBILE | NO_PCI | NO_VUSB },
	[VM_OPERATIONS_GET_BOOT_RECORD] = { S_PAUSED | S_SUSPENDED | S_RUNNING,
	    S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_SEND_SYSRQ] = { S_RUNNING, S_RUNNING, 0 },
	[VM_OPERATIONS_SEND_TRIGGER] = { S_RUNNING, S_RUNNING, 0 },
	[VM_OPERATIONS_QUERY_SERVICES] = { S_HALTED | S_PAUSED | S_SUSPENDED |
		S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_SHUTDOWN] = { S_PAUSED | S_SUSPENDED | S_RUNNING,
	    S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_CALL_PLUGIN] = { S_RUNNING, S_RUNNING, 0 },
	[VM_OPERATIONS_CHANGING_MEMORY_LIVE] = { S_RUNNING, S_RUNNING,
	    CONTROL_DOMAIN },
	[VM_OPERATIONS_AWAITING_MEMORY_LIVE] = { S_RUNNING, S_RUNNING,
	    CONTROL_DOMAIN },
	[VM_OPERATIONS_CHANGING_DYNAMIC_RANGE] = { S_HALTED | S_RUNNING,
	    S_HALTED | S_RUNNING, ADVERTISED | TEMPLATE | CONTROL_DOMAIN },
	[VM_OPERATIONS_CHANGING_STATIC_RANGE] = { S_HALTED,
	    S_HALTED | S_RUNNING, ADVERTISED | TEMPLATE | CONTROL_DOMAIN },
	[VM_OPERATIONS_CHANGING_MEMORY_LIMITS] = { S_HALTED,
	    S_HALTED | S_RUNNING, TEMPLATE | CONTROL_DOMAIN },
	[VM_OPERATIONS_CHANGING_SHADOW_MEMORY] = { S_HALTED, S_HALTED,
	    ADVERTISED | TEMPLATE },
	[VM_OPERATIONS_CHANGING_SHADOW_MEMORY_LIVE] = { S_RUNNING, S_RUNNING,
	    0 },
	[VM_OPERATIONS_CHANGING_VCPUS] = { S_HALTED, S_HALTED | S_RUNNING,
	    TEMPLATE | CONTROL_DOMAIN },
	[VM_OPERATIONS_CHANGING_VCPUS_LIVE] = { S_RUNNING, S_RUNNING,
	    ADVERTISED },
	[VM_OPERATIONS_CHANGING_NVRAM] = { S_HALTED, S_HALTED,
	    ADVERTISED | TEMPLATE },
	[VM_OPERATIONS_ASSERT_OPERATION_VALID] = { S_HALTED | S_PAUSED |
		S_SUSPENDED | S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_DATA_SOURCE_OP] = { S_RUNNING, S_RUNNING,
	    CONTROL_DOMAIN },
	[VM_OPERATIONS_UPDATE_ALLOWED_OPERATIONS] = { S_HALTED | S_PAUSED |
		S_SUSPENDED | S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_MAKE_INTO_TEMPLATE] = { S_HALTED, S_HALTED, ADVERTISED },
	[VM_OPERATIONS_IMPORT] = { 0, 0, 0 },
	[VM_OPERATIONS_EXPORT] = { S_HALTED | S_SUSPENDED,
	    S_HALTED | S_SUSPENDED, ADVERTISED | TEMPLATE | SNAPSHOT },
	[VM_OPERATIONS_METADATA_EXPORT] = { S_HALTED | S_PAUSED | S_SUSPENDED |
		S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING,
	    ADVERTISED | TEMPLATE | SNAPSHOT | CONTROL_DOMAIN },
	[VM_OPERATIONS_REVERTING] = { S_HALTED | S_PAUSED | S_SUSPENDED |
		S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_DESTROY] = { S_HALTED | S_SUSPENDED,
	    S_HALTED | S_SUSPENDED,
	    ADVERTISED | TEMPLATE | NOT_DEFAULT | SNAPSHOT | CONTROL_DOMAIN },
	[VM_OPERATIONS_CREATE_VTPM] = { S_HALTED, S_HALTED, ADVERTISED },
	[VM_OPERATIONS_SYSPREP] = { S_RUNNING, S_RUNNING, ADVERTISED },
};

#define NOPERATIONS (sizeof(operations) / sizeof(operations[0]))

static const char *
operation_name(enum vm_operations op)
{
	return enum_info_vm_operations.values[op];
}

static void
lower(char *out, size_t size, const char *s)
{
	size_t n = strlen(out);

	for (; *s && n + 1 < size; s++)
		out[n++] = (char)tolower((unsigned char)*s);
	out[n] = '\0';
}

/* "paused, suspended, running": in the order of the original, which clients
 * see. */
static void
state_names(unsigned states, char *out, size_t size)
{
	static const enum vm_power_state order[] = { VM_POWER_STATE_HALTED,
		VM_POWER_STATE_PAUSED, VM_POWER_STATE_SUSPENDED,
		VM_POWER_STATE_RUNNING };

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (!(states & 1u << order[i]))
			continue;
		if (out[0])
			lower(out, size, ", ");
		lower(out, size, enum_info_vm_power_state.values[order[i]]);
	}
}

/* ---- the checks; each: NULL, or how to raise the error ---- */

static const char *
map_value(const struct map *m, const char *key)
{
	const char *const *keys = m->keys, *const *values = m->values;

	for (uint32_t i = 0; i < m->n; i++)
		if (strcmp(keys[i], key) == 0)
			return values[i];
	return NULL;
}

static const char *
blocked_reason(const struct vm *vm, enum vm_operations op)
{
	const int *keys = vm->blocked_operations.keys;
	const char *const *values = vm->blocked_operations.values;

	for (uint32_t i = 0; i < vm->blocked_operations.n; i++)
		if (keys[i] == (int)op)
			return values[i];
	return NULL;
}

static bool
is_immobile(const struct vm *vm)
{
	const char *nomigrate = map_value(&vm->platform, "nomigrate");
	const char *nested = map_value(&vm->platform, "nested-virt");

	return (nomigrate && strcmp(nomigrate, "true") == 0) ||
	    (nested && strcmp(nested, "true") == 0);
}

static bool
is_nested(const struct vm *vm)
{
	const char *nested = map_value(&vm->platform, "nested-virt");

	return nested && strcmp(nested, "true") == 0;
}

/* The first control domain is the machine itself. */
static bool
is_of_dom0(const struct vm *vm, enum vm_operations op)
{
	return vm->is_control_domain && vm->domid == 0 &&
	    (op == VM_OPERATIONS_CHANGING_VCPUS || op == VM_OPERATIONS_DESTROY);
}

/* Why the guest says that its memory cannot be moved, or NULL. */
static const char *
suspend_reason(const struct vm *vm, const struct operation *o,
    const struct record *guest_metrics)
{
	bool live = vm->power_state == VM_POWER_STATE_RUNNING ||
	    vm->power_state == VM_POWER_STATE_PAUSED;

	return (o->flags & MOBILE) && live && guest_metrics
	    ? map_value(&((const struct vm_guest_metrics *)guest_metrics)
			     ->other,
		  "data-cant-suspend-reason")
	    : NULL;
}

static int
fail_suspend(struct call *c, const struct vm *vm, const struct operation *o)
{
	const struct record *g =
	    db_get(c->db, CLASS_VM_guest_metrics, vm->guest_metrics);
	const char *why = suspend_reason(vm, o, g);

	if (why)
		(void)fail_vm_non_suspendable(c, call_ref_text(c, vm->r.self),
		    why);
	record_unref(g);
	return why ? -1 : 0;
}

int
vm_fail_power_state(struct call *c, const char *ref, const struct vm *vm,
    unsigned states)
{
	char expected[80], actual[16] = "";

	state_names(states, expected, sizeof(expected));
	lower(actual, sizeof(actual),
	    enum_info_vm_power_state.values[vm->power_state]);
	return fail_vm_bad_power_state(c, ref, expected, actual);
}

static bool
is_bound(const struct vm *vm)
{
	return !ref_is_null(vm->appliance) ||
	    !ref_is_null(vm->snapshot_schedule);
}

/* A template is in no appliance and in no schedule. */
static int
fail_bound(struct call *c, const struct vm *vm)
{
	const char *ref = call_ref_text(c, vm->r.self);

	if (!ref_is_null(vm->appliance))
		return fail_vm_is_part_of_an_appliance(c, ref,
		    call_ref_text(c, vm->appliance));
	return is_bound(vm) ? fail_vm_assigned_to_snapshot_schedule(c, ref,
				  call_ref_text(c, vm->snapshot_schedule))
			    : 0;
}

int
vm_operation_check(struct call *c, const struct vm *vm, enum vm_operations op)
{
	const struct operation *o = &operations[op];
	const char *ref = call_ref_text(c, vm->r.self);
	const char *const named[] = { ref, operation_name(op) };
	const char *blocked = blocked_reason(vm, op);
	unsigned states =
	    vm->is_control_domain ? o->states_control_domain : o->states;

	if (blocked)
		return fail_operation_blocked(c, ref, blocked);
	if (!(states & 1u << vm->power_state))
		return vm_fail_power_state(c, ref, vm, states);
	if (vm->is_a_template && !vm->is_a_snapshot && !(o->flags & TEMPLATE))
		return call_fail(c, "VM_IS_TEMPLATE", named, 2);
	if (vm->is_default_template && (o->flags & NOT_DEFAULT))
		return fail_vm_cannot_delete_default_template(c, ref);
	if (vm->is_a_snapshot && !(o->flags & SNAPSHOT))
		return call_fail(c, "VM_IS_SNAPSHOT", named, 2);
	if (op == VM_OPERATIONS_PROVISION && !vm->is_a_template)
		return fail_provision_only_allowed_on_template(c);
	if (op == VM_OPERATIONS_REVERT && !vm->is_a_snapshot)
		return fail_revert_only_allowed_on_snapshot(c, NULL);
	if ((o->flags & MOBILE) && is_immobile(vm))
		return fail_vm_is_immobile(c, ref);
	if (op == VM_OPERATIONS_CHANGING_DYNAMIC_RANGE && is_nested(vm))
		return fail_vm_is_using_nested_virt(c, ref);
	if (is_of_dom0(vm, op))
		return fail_operation_not_allowed(c,
		    "This cannot be done to the first control domain");
	if (vm->is_control_domain && !(o->flags & CONTROL_DOMAIN))
		return fail_operation_not_allowed(c,
		    "This cannot be done to a control domain");
	if (fail_suspend(c, vm, o) < 0)
		return -1;
	if ((o->flags & NO_PCI) && vm->attached_PCIs.n)
		return fail_vm_has_pci_attached(c, ref);
	if ((o->flags & NO_VUSB) && vm->VUSBs.n)
		return fail_vm_has_vusbs(c, ref);
	if (op == VM_OPERATIONS_CREATE_VTPM && vm->VTPMs.n)
		return fail_vtpm_max_amount_reached(c, "1");
	return op == VM_OPERATIONS_MAKE_INTO_TEMPLATE ? fail_bound(c, vm) : 0;
}

/* ---- allowed_operations ---- */

/* The same rules without the sentences. */
static bool
allowed(const struct vm *vm, enum vm_operations op,
    const struct record *guest_metrics)
{
	const struct operation *o = &operations[op];
	unsigned states =
	    vm->is_control_domain ? o->states_control_domain : o->states;

	return (o->flags & ADVERTISED) && !blocked_reason(vm, op) &&
	    (states & 1u << vm->power_state) &&
	    (!vm->is_a_template || vm->is_a_snapshot ||
		(o->flags & TEMPLATE)) &&
	    !(vm->is_default_template && (o->flags & NOT_DEFAULT)) &&
	    (!vm->is_a_snapshot || (o->flags & SNAPSHOT)) &&
	    (op != VM_OPERATIONS_PROVISION || vm->is_a_template) &&
	    (op != VM_OPERATIONS_REVERT || vm->is_a_snapshot) &&
	    !((o->flags & MOBILE) && is_immobile(vm)) &&
	    (!vm->is_control_domain || (o->flags & CONTROL_DOMAIN)) &&
	    !((o->flags & NO_PCI) && vm->attached_PCIs.n) &&
	    !((o->flags & NO_VUSB) && vm->VUSBs.n) &&
	    !(op == VM_OPERATIONS_CHANGING_DYNAMIC_RANGE && is_nested(vm)) &&
	    !(op == VM_OPERATIONS_CREATE_VTPM && vm->VTPMs.n) &&
	    !(op == VM_OPERATIONS_MAKE_INTO_TEMPLATE && is_bound(vm)) &&
	    !is_of_dom0(vm, op) && !suspend_reason(vm, o, guest_metrics);
}

bool
vm_operation_is_allowed(struct tx *t, const struct vm *vm,
    enum vm_operations op)
{
	return !vm->current_operations.n &&
	    allowed(vm, op,
		tx_get(t, CLASS_VM_guest_metrics, vm->guest_metrics));
}

/* Operations whose call nobody has written are not offered. */
static bool
is_written(enum vm_operations op)
{
	static const struct {
		enum vm_operations op;
		const char *call;
	} named[] = {
		{ VM_OPERATIONS_CHANGING_DYNAMIC_RANGE,
		    "VM.set_memory_dynamic_range" },
		{ VM_OPERATIONS_CHANGING_STATIC_RANGE,
		    "VM.set_memory_static_range" },
		{ VM_OPERATIONS_CHANGING_SHADOW_MEMORY,
		    "VM.set_HVM_shadow_multiplier" },
		{ VM_OPERATIONS_CHANGING_VCPUS_LIVE,
		    "VM.set_VCPUs_number_live" },
		{ VM_OPERATIONS_CHANGING_NVRAM, "VM.set_NVRAM" },
		{ VM_OPERATIONS_MAKE_INTO_TEMPLATE, "VM.set_is_a_template" },
		{ VM_OPERATIONS_CREATE_VTPM, "VTPM.create" },
	};
	char call[64];

	snprintf(call, sizeof(call), "VM.%s", operation_name(op));
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (named[i].op == op)
			snprintf(call, sizeof(call), "%s", named[i].call);
	return method_is_written(call);
}

static int
refresh(struct tx *t, struct ref ref, bool disks)
{
	static bool written[NOPERATIONS];
	static _Atomic bool known;
	const struct vm *vm = TX_GET(t, VM, vm, ref);
	int ops[NOPERATIONS];
	struct set all = { .items = ops };
	const struct record *guest_metrics;

	if (!vm)
		return 0;
	guest_metrics = tx_get(t, CLASS_VM_guest_metrics, vm->guest_metrics);
	if (!atomic_load(&known)) {
		for (size_t i = 0; i < NOPERATIONS; i++)
			written[i] = is_written((enum vm_operations)i);
		atomic_store(&known, true);
	}
	for (size_t i = 0; i < NOPERATIONS && vm->current_operations.n == 0;
	     i++)
		if (written[i] &&
		    allowed(vm, (enum vm_operations)i, guest_metrics))
			ops[all.n++] = (int)i;
	if (tx_set(t, CLASS_VM, ref, FIELD_VM_allowed_operations, &all) < 0)
		return -1;
	device_operations_refresh(t, TX_GET(t, VM, vm, ref), disks);
	vm = TX_GET(t, VM, vm, ref);
	return vm_appliance_refresh(t, vm->appliance);
}

int
vm_operations_refresh(struct tx *t, struct ref ref)
{
	return refresh(t, ref, true);
}

int
vm_operations_refresh_alone(struct tx *t, struct ref ref)
{
	return refresh(t, ref, false);
}

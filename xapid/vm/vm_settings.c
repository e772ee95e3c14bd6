/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of VMs whose values have rules. Those that would have to reach a
 * running domain are refused by vm_operation_check or left to others. (source:
 * lifecycle.json object_rules and call_effects) */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "appliance/vm_appliance.h"
#include "call/edit.h"
#include "call/refuse.h"
#include "model/builder.h"
#include "vm/vm.h"
#include "vm/vm_live.h"
#include "vm/vm_operations.h"

static int
fail_number(struct call *c, const char *field, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	return fail_invalid_value(c, field, text);
}

/* Sets a field while an operation is allowed; memory overhead and
 * allowed_operations follow. */
static int
set_during(struct call *c, struct ref self, enum vm_operations op, int field,
    const void *mem)
{
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t || !vm_check_head(c, t, self, op))
		return -1;
	(void)tx_set(t, CLASS_VM, self, field, mem);
	vm_overhead_update(t, self);
	(void)vm_operations_refresh(t, self);
	return call_commit(c, STEAL(t));
}

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
		return fail_number(c, VCPU_RULE, value);
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

/* ---- memory ---- */

struct limits {
	int64_t static_min, dynamic_min, dynamic_max, static_max;
};

static struct limits
limits_of(const struct vm *vm)
{
	return (struct limits){
		.static_min = vm->memory_static_min,
		.dynamic_min = vm->memory_dynamic_min,
		.dynamic_max = vm->memory_dynamic_max,
		.static_max = vm->memory_static_max,
	};
}

static bool
in_order(const struct limits *l)
{
	return 0 <= l->static_min && l->static_min <= l->dynamic_min &&
	    l->dynamic_min <= l->dynamic_max && l->dynamic_max <= l->static_max;
}

/* Control domains and VMs that are hypervisors themselves do not balloon. */
static const char *
pin_reason(const struct vm *vm)
{
	if (vm->is_control_domain)
		return "control domain";
	return edit_map_true(&vm->platform, "nested-virt") ? "nested virt"
							   : NULL;
}

static int
check_limits(struct call *c, const struct vm *vm, const struct limits *l)
{
	const char *pinned = pin_reason(vm);

	if (pinned &&
	    (l->dynamic_min != l->dynamic_max ||
		l->dynamic_max != l->static_max))
		return fail_memory_constraint_violation_maxpin(c, pinned);
	return in_order(l) ? 0 : fail_memory_constraint_violation_order(c);
}

/* change: alters the limits by what args say. */
static int
set_limits(struct call *c, struct ref self, enum vm_operations op,
    void (*change)(struct limits *l, const void *args), const void *args)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm;
	struct limits l;

	if (!t || !(vm = vm_check_head(c, t, self, op)))
		return -1;
	l = limits_of(vm);
	change(&l, args);
	if (check_limits(c, vm, &l) < 0)
		return -1;
	if (vm->power_state != VM_POWER_STATE_HALTED &&
	    !vm->is_control_domain) {
		tx_abort(STEAL(t));
		return vm_live_range(c, self, l.dynamic_min, l.dynamic_max);
	}
	if (vm->power_state == VM_POWER_STATE_RUNNING)
		TX_SET(t, VM, vm, self, requires_reboot, true);
	TX_SET(t, VM, vm, self, memory_static_min, l.static_min);
	TX_SET(t, VM, vm, self, memory_dynamic_min, l.dynamic_min);
	TX_SET(t, VM, vm, self, memory_target, l.dynamic_min);
	TX_SET(t, VM, vm, self, memory_dynamic_max, l.dynamic_max);
	TX_SET(t, VM, vm, self, memory_static_max, l.static_max);
	vm_overhead_update(t, self);
	return call_commit(c, STEAL(t));
}

static void
change_dynamic_max(struct limits *l, const void *args)
{
	l->dynamic_max =
	    ((const struct vm_set_memory_dynamic_max_args *)args)->value;
}

int
vm_set_memory_dynamic_max(struct call *c,
    const struct vm_set_memory_dynamic_max_args *a)
{
	return set_limits(c, a->self, VM_OPERATIONS_CHANGING_DYNAMIC_RANGE,
	    change_dynamic_max, a);
}

static void
change_dynamic_min(struct limits *l, const void *args)
{
	l->dynamic_min =
	    ((const struct vm_set_memory_dynamic_min_args *)args)->value;
}

int
vm_set_memory_dynamic_min(struct call *c,
    const struct vm_set_memory_dynamic_min_args *a)
{
	return set_limits(c, a->self, VM_OPERATIONS_CHANGING_DYNAMIC_RANGE,
	    change_dynamic_min, a);
}

static void
change_dynamic_range(struct limits *l, const void *args)
{
	const struct vm_set_memory_dynamic_range_args *a = args;

	l->dynamic_min = a->min;
	l->dynamic_max = a->max;
}

int
vm_set_memory_dynamic_range(struct call *c,
    const struct vm_set_memory_dynamic_range_args *a)
{
	return set_limits(c, a->self, VM_OPERATIONS_CHANGING_DYNAMIC_RANGE,
	    change_dynamic_range, a);
}

static void
change_static_max(struct limits *l, const void *args)
{
	l->static_max =
	    ((const struct vm_set_memory_static_max_args *)args)->value;
}

int
vm_set_memory_static_max(struct call *c,
    const struct vm_set_memory_static_max_args *a)
{
	return set_limits(c, a->self, VM_OPERATIONS_CHANGING_STATIC_RANGE,
	    change_static_max, a);
}

static void
change_static_min(struct limits *l, const void *args)
{
	l->static_min =
	    ((const struct vm_set_memory_static_min_args *)args)->value;
}

int
vm_set_memory_static_min(struct call *c,
    const struct vm_set_memory_static_min_args *a)
{
	return set_limits(c, a->self, VM_OPERATIONS_CHANGING_STATIC_RANGE,
	    change_static_min, a);
}

static void
change_static_range(struct limits *l, const void *args)
{
	const struct vm_set_memory_static_range_args *a = args;

	l->static_min = a->min;
	l->static_max = a->max;
}

int
vm_set_memory_static_range(struct call *c,
    const struct vm_set_memory_static_range_args *a)
{
	return set_limits(c, a->self, VM_OPERATIONS_CHANGING_STATIC_RANGE,
	    change_static_range, a);
}

static void
change_all(struct limits *l, const void *args)
{
	const struct vm_set_memory_limits_args *a = args;

	*l = (struct limits){ a->static_min, a->dynamic_min, a->dynamic_max,
		a->static_max };
}

int
vm_set_memory_limits(struct call *c, const struct vm_set_memory_limits_args *a)
{
	return set_limits(c, a->self, VM_OPERATIONS_CHANGING_MEMORY_LIMITS,
	    change_all, a);
}

static void
change_amount(struct limits *l, const void *args)
{
	int64_t value = ((const struct vm_set_memory_args *)args)->value;

	l->dynamic_min = l->dynamic_max = l->static_max = value;
}

int
vm_set_memory(struct call *c, const struct vm_set_memory_args *a)
{
	return set_limits(c, a->self, VM_OPERATIONS_CHANGING_MEMORY_LIMITS,
	    change_amount, a);
}

int
vm_set_HVM_shadow_multiplier(struct call *c,
    const struct vm_set_HVM_shadow_multiplier_args *a)
{
	char text[32];

	snprintf(text, sizeof(text), "%g", a->value);
	if (!(a->value >= 1 && a->value < 1e6)) /* NaN too */
		return fail_invalid_value(c, "HVM_shadow_multiplier", text);
	return set_during(c, a->self, VM_OPERATIONS_CHANGING_SHADOW_MEMORY,
	    FIELD_VM_HVM_shadow_multiplier, &a->value);
}

int
vm_compute_memory_overhead(struct call *c,
    const struct vm_compute_memory_overhead_args *a, int64_t *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VM, a->vm);

	if (!r)
		return -1;
	*result_r = ((const struct vm *)r)->memory_overhead;
	return 0;
}

/* Every guest balloons as it was told: the call is deprecated, and nothing
 * finds those that do not. */
int
vm_get_cooperative(struct call *c, const struct vm_get_cooperative_args *a,
    bool *result_r)
{
	(void)c;
	(void)a;
	*result_r = true;
	return 0;
}

/* ---- kind of domain: one setting with an older name ---- */

int
vm_set_domain_type(struct call *c, const struct vm_set_domain_type_args *a)
{
	bool hvm = a->value == DOMAIN_TYPE_HVM;
	TX_SCOPE struct tx *t = NULL;

	if (a->value == DOMAIN_TYPE_UNSPECIFIED)
		return fail_invalid_value(c, "domain_type", "unspecified");
	t = call_begin(c);
	if (!t || !EDIT_HEAD(c, t, VM, vm, a->self))
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
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t || !EDIT_HEAD(c, t, VM, vm, a->self))
		return -1;
	TX_SET(t, VM, vm, a->self, HVM_boot_policy, a->value);
	TX_SET(t, VM, vm, a->self, domain_type,
	    a->value[0] ? DOMAIN_TYPE_HVM : DOMAIN_TYPE_PV);
	vm_overhead_update(t, a->self);
	return call_commit(c, STEAL(t));
}

/* ---- firmware ---- */

int
vm_set_NVRAM(struct call *c, const struct vm_set_NVRAM_args *a)
{
	return set_during(c, a->self, VM_OPERATIONS_CHANGING_NVRAM,
	    FIELD_VM_NVRAM, &a->value);
}

int
vm_add_to_NVRAM(struct call *c, const struct vm_add_to_NVRAM_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm;

	if (!t ||
	    !(vm = vm_check_head(c, t, a->self, VM_OPERATIONS_CHANGING_NVRAM)))
		return -1;
	if (builder_find(&vm->NVRAM, a->key))
		return fail_map_duplicate_key(c, "VM", "NVRAM",
		    call_ref_text(c, a->self), a->key);
	(void)tx_map_put(t, CLASS_VM, a->self, FIELD_VM_NVRAM, a->key,
	    a->value);
	return call_commit(c, STEAL(t));
}

int
vm_remove_from_NVRAM(struct call *c, const struct vm_remove_from_NVRAM_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t || !vm_check_head(c, t, a->self, VM_OPERATIONS_CHANGING_NVRAM))
		return -1;
	(void)tx_map_remove(t, CLASS_VM, a->self, FIELD_VM_NVRAM, a->key);
	return call_commit(c, STEAL(t));
}

#define BIOS_MAX_CHARS 512

/* What a VM shows when nobody says otherwise, and what may be set. (source of
 * keys and values: the original's generic strings) */
static const struct bios_string {
	const char *key, *value;
	bool settable;
} bios_strings[] = {
	{ "bios-vendor", "Xen", true },
	{ "bios-version", "", true },
	{ "system-manufacturer", "Xen", true },
	{ "system-product-name", "HVM domU", true },
	{ "system-version", "", true },
	{ "system-serial-number", "", true },
	{ "enclosure-asset-tag", "", true },
	{ "baseboard-manufacturer", "", true },
	{ "baseboard-product-name", "", true },
	{ "baseboard-version", "", true },
	{ "baseboard-serial-number", "", true },
	{ "baseboard-asset-tag", "", true },
	{ "baseboard-location-in-chassis", "", true },
	{ "hp-rombios", "", false },
	{ "oem-1", "Xen", false },
	{ "oem-2", "MS_VM_CERT/SHA1/bdbeb6e0a816d43fa6d3fe8aaef04c2bad9d3e3d",
	    false },
};

#define NBIOS (sizeof(bios_strings) / sizeof(bios_strings[0]))

static bool
is_bios_key(const char *key)
{
	for (size_t i = 0; i < NBIOS; i++)
		if (bios_strings[i].settable &&
		    strcmp(bios_strings[i].key, key) == 0)
			return true;
	return false;
}

static int
check_bios_string(struct call *c, const char *key, const char *value)
{
	size_t len = strlen(value);

	if (!is_bios_key(key))
		return fail_invalid_value(c, key, "not a BIOS string");
	if (!len)
		return fail_invalid_value(c, key, "empty");
	if (len > BIOS_MAX_CHARS)
		return fail_invalid_value(c, key, "longer than 512 characters");
	for (size_t i = 0; i < len; i++)
		if (!isprint((unsigned char)value[i]))
			return fail_invalid_value(c, key,
			    "not printable ASCII");
	return 0;
}

int
vm_bios_generic(struct arena *a, struct map *out)
{
	struct builder b = { .arena = a };
	struct builder_pairs pairs = { .b = &b };

	for (size_t i = 0; i < NBIOS; i++)
		builder_put(&pairs, bios_strings[i].key, bios_strings[i].value);
	*out = builder_pairs_map(&pairs);
	return b.failed ? -1 : 0;
}

int
vm_set_bios_strings(struct call *c, const struct vm_set_bios_strings_args *a)
{
	const char *const *keys = a->value.keys,
			  *const *values = a->value.values;
	struct builder b = { .arena = c->arena };
	struct builder_pairs pairs = { .b = &b };
	TX_SCOPE struct tx *t = NULL;
	const struct vm *vm;

	for (size_t i = 0; i < NBIOS; i++)
		builder_put(&pairs, bios_strings[i].key, bios_strings[i].value);
	for (uint32_t i = 0; i < a->value.n; i++) {
		if (check_bios_string(c, keys[i], values[i]) < 0)
			return -1;
		builder_put(&pairs, keys[i], values[i]);
	}
	if (b.failed)
		return call_fail_nomem(c);
	t = call_begin(c);
	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->self)))
		return -1;
	if (vm->bios_strings.n)
		return fail_vm_bios_strings_already_set(c);
	TX_SET(t, VM, vm, a->self, bios_strings, builder_pairs_map(&pairs));
	return call_commit(c, STEAL(t));
}

int
vm_copy_bios_strings(struct call *c, const struct vm_copy_bios_strings_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct host *host;
	const struct vm *vm;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->vm)) ||
	    !(host = EDIT_HEAD(c, t, host, host, a->host)))
		return -1;
	if (vm->bios_strings.n)
		return fail_vm_bios_strings_already_set(c);
	TX_SET(t, VM, vm, a->vm, bios_strings, host->bios_strings);
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
		return fail_number(c, name, value);
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

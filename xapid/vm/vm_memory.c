/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much memory a VM may have: the limits, whose order has rules, of one that
 * is off; the dynamic range of one that runs goes to vm_live.c. (source:
 * lifecycle.json memory) */
#include <stdio.h>

#include "call/edit.h"
#include "vm/vm.h"
#include "vm/vm_live.h"

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
	if (!(a->value >= 1 && a->value < VM_SHADOW_MAX)) /* NaN too */
		return fail_invalid_value(c, "HVM_shadow_multiplier", text);
	return vm_set_during(c, a->self, VM_OPERATIONS_CHANGING_SHADOW_MEMORY,
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

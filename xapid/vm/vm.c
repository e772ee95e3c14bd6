/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VMs made and removed, and what they are: VM, template, default template.
 * (source of rules and effects: lifecycle.json call_effects) */
#include "vm/vm.h"

#include <stdio.h>
#include <string.h>

#include "appliance/vm_appliance.h"
#include "call/edit.h"
#include "console/console.h"
#include "disk/storage_operations.h"
#include "lib/clock.h"
#include "model/builder.h"
#include "pool/blob.h"
#include "pool/blob_store.h"
#include "vm/start/placement.h"
#include "vm/vm_devices.h"
#include "vm/vm_operations.h"
#include "vm/vm_parts.h"
#include "world/world.h"

#define VENDOR_DEVICE_VERSION 2 /* of the virtual hardware that has it */

/* ---- what others use, too ---- */

void
vm_metrics_defaults(struct vm_metrics *m)
{
	static const int64_t vcpu[] = { 0 };
	static const double idle[] = { 0.0 };

	builder_defaults(CLASS_VM_metrics, &m->r);
	m->current_domain_type = DOMAIN_TYPE_UNSPECIFIED;
	m->VCPUs_utilisation =
	    (struct map){ .keys = vcpu, .values = idle, .n = 1 };
}

void
vm_metrics_describe(struct tx *t, const struct vm *vm)
{
	const struct vm_metrics *m =
	    TX_GET(t, VM_metrics, vm_metrics, vm->metrics);
	bool hvm = m && m->current_domain_type == DOMAIN_TYPE_HVM;

	if (!m)
		return;
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, hvm, hvm);
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, nomigrate,
	    edit_map_true(&vm->platform, "nomigrate"));
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, nested_virt,
	    edit_map_true(&vm->platform, "nested-virt"));
}

static int64_t
overhead(const struct vm *vm)
{
	bool hvm = vm->domain_type == DOMAIN_TYPE_HVM;
	double memory = (double)vm->memory_static_max;

	if (hvm && vm->HVM_shadow_multiplier > 1)
		memory *= vm->HVM_shadow_multiplier;
	if (memory < 0 || memory > 1e18)
		memory = 0;
	return world_memory_overhead((int64_t)memory,
	    vm->VCPUs_max > 0 && vm->VCPUs_max < 65536 ? vm->VCPUs_max : 1,
	    hvm);
}

void
vm_overhead_update(struct tx *t, struct ref ref)
{
	const struct vm *vm = TX_GET(t, VM, vm, ref);
	int64_t now;

	if (!vm)
		return;
	now = overhead(vm);
	if (!vm->is_control_domain && !ref_is_null(vm->resident_on))
		(void)placement_take(t, vm->resident_on,
		    now - vm->memory_overhead);
	TX_SET(t, VM, vm, ref, memory_overhead, now);
}

static int
fail_in_progress(struct call *c, const struct vm *vm)
{
	const enum vm_operations *ops = vm->current_operations.values;
	const char *const *tasks = vm->current_operations.keys;
	const char *const params[] = { "VM", call_ref_text(c, vm->r.self),
		enum_info_vm_operations.values[ops[0]], tasks[0] };

	return call_fail(c, "OTHER_OPERATION_IN_PROGRESS", params, 4);
}

const struct vm *
vm_check_head(struct call *c, struct tx *t, struct ref ref,
    enum vm_operations op)
{
	const struct vm *vm = EDIT_HEAD(c, t, VM, vm, ref);

	if (!vm)
		return NULL;
	if (vm->current_operations.n) {
		fail_in_progress(c, vm);
		return NULL;
	}
	return vm_operation_check(c, vm, op) < 0 ? NULL : vm;
}

int
vm_set_during(struct call *c, struct ref self, enum vm_operations op, int field,
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

struct map
vm_with_mac_seed(struct call *c, const struct map *other_config, bool replace)
{
	struct builder b = { .arena = c->arena };
	struct builder_pairs pairs = { .b = &b };
	char seed[UUID_CHARS + 1];

	uuid_format(ref_new(), seed);
	builder_put_map(&pairs, other_config, NULL);
	if (replace || !builder_find(other_config, "mac_seed"))
		builder_put(&pairs, "mac_seed", builder_text(&b, "%s", seed));
	if (b.failed)
		call_fail_nomem(c);
	return builder_pairs_map(&pairs);
}

/* ---- create ---- */

/* A suspended VM needs all that it is to be resumed from. */
static int
check_suspended(struct call *c, const struct vm *want)
{
	if (!ref_is_null(want->suspend_VDI) && want->last_booted_record[0] &&
	    want->last_boot_CPU_flags.n)
		return 0;
	return fail_vm_bad_power_state(c, call_ref_text(c, REF_NULL), "halted",
	    "suspended");
}

/* As their setters say. */
static int
check_counts(struct call *c, const struct vm *want)
{
	const struct {
		const char *name;
		int64_t value;
	} counts[] = {
		{ "order", want->order },
		{ "start_delay", want->start_delay },
		{ "shutdown_delay", want->shutdown_delay },
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (counts[i].value < 0)
			return fail_invalid_value(c, counts[i].name,
			    arena_printf(c->arena, "%lld",
				(long long)counts[i].value));
	return 0;
}

/* Only the constructor's fields came in; what it ignores or derives. */
static void
settle(struct call *c, struct vm *vm)
{
	bool suspended = vm->power_state == VM_POWER_STATE_SUSPENDED;

	vm->other_config = vm_with_mac_seed(c, &vm->other_config, false);
	if (!suspended) {
		vm->power_state = VM_POWER_STATE_HALTED;
		vm->suspend_VDI = REF_NULL;
		vm->last_booted_record = "";
		vm->last_boot_CPU_flags = (struct map){ .n = 0 };
	}
	if (vm->domain_type == DOMAIN_TYPE_UNSPECIFIED)
		vm->domain_type =
		    vm->HVM_boot_policy[0] ? DOMAIN_TYPE_HVM : DOMAIN_TYPE_PV;
	if (vm->has_vendor_device &&
	    vm->hardware_platform_version < VENDOR_DEVICE_VERSION)
		vm->hardware_platform_version = VENDOR_DEVICE_VERSION;
	vm->domid = -1;
	if (vm->is_a_template)
		vm->appliance = REF_NULL; /* as VM.set_appliance says */
	vm->protection_policy = REF_NULL;
	vm->snapshot_schedule = REF_NULL;
	vm->is_snapshot_from_vmpp = false;
	vm->is_vmss_snapshot = false;
	vm->memory_overhead = overhead(vm);
}

int
vm_create(struct call *c, const struct vm_create_args *a, struct ref *result_r)
{
	TX_SCOPE struct tx *t = NULL;
	struct vm vm = *a->args;
	struct vm_metrics metrics;
	bool suspended = vm.power_state == VM_POWER_STATE_SUSPENDED;

	if (implicit_check_create(c, &a->args->r) < 0 ||
	    check_counts(c, &vm) < 0 ||
	    (suspended && check_suspended(c, &vm) < 0))
		return -1;
	settle(c, &vm);
	if (c->nerror || !(t = call_begin(c)))
		return -1;
	vm_metrics_defaults(&metrics);
	if (suspended)
		metrics.current_domain_type = vm.domain_type;
	(void)tx_insert(t, &metrics.r, &vm.metrics);
	(void)tx_insert(t, &vm.r, result_r);
	(void)vm_operations_refresh(t, *result_r);
	return call_commit(c, STEAL(t));
}

/* ---- destroy ---- */

/* What its console said goes when nothing brings the VM back; contents of blobs
 * with the next sweep of their store. */
int
vm_destroy(struct call *c, const struct vm_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	char uuid[UUID_CHARS + 1];
	const struct vm *vm;
	struct ref appliance, image;

	if (!t || !(vm = vm_check_head(c, t, a->self, VM_OPERATIONS_DESTROY)))
		return -1;
	if (edit_map_true(&vm->other_config, "default_template"))
		return fail_vm_cannot_delete_default_template(c,
		    call_ref_text(c, a->self));
	if (vm->is_control_domain)
		return fail_operation_not_allowed(c,
		    "A control domain cannot be destroyed");
	/* The record may end with its parts. */
	snprintf(uuid, sizeof(uuid), "%s", vm->uuid);
	appliance = vm->appliance;
	image = vm->suspend_VDI;
	if (vm_destroy_parts(c, t, vm) < 0)
		return -1;
	(void)tx_destroy(t, CLASS_VM, a->self);
	vdi_operations_refresh(t, image);
	(void)vm_appliance_refresh(t, appliance);
	if (call_commit_wait(c, STEAL(t)) < 0)
		return -1;
	console_forget(c->core, uuid);
	return 0;
}

/* ---- template or VM ---- */

static int
check_protected(struct call *c, struct tx *t, const struct vm *vm)
{
	const struct pool *p = TX_GET(t, pool, pool, c->core->pool);

	if (p && p->ha_enabled &&
	    strcmp(vm->ha_restart_priority, "restart") == 0)
		return fail_vm_is_protected(c, call_ref_text(c, vm->r.self));
	return 0;
}

/* A template has no figures, no devices of a host and no group. */
static int
make_template(struct call *c, struct tx *t, const struct vm *vm)
{
	struct ref self = vm->r.self, metrics = vm->metrics;

	if (check_protected(c, t, vm) < 0 || vm_destroy_vusbs(c, t, vm) < 0)
		return -1;
	TX_SET(t, VM, vm, self, ha_always_run, false);
	TX_SET(t, VM, vm, self, groups, (struct set){ .n = 0 });
	if (tx_get(t, CLASS_VM_metrics, metrics))
		(void)tx_destroy(t, CLASS_VM_metrics, metrics);
	return TX_SET(t, VM, vm, self, is_a_template, true);
}

/* The moment at which a template becomes a VM is when it was installed. */
int
vm_from_template(struct tx *t, const struct vm *vm)
{
	struct ref self = vm->r.self, metrics = vm->metrics;
	struct vm_metrics row;

	if (!tx_get(t, CLASS_VM_metrics, metrics)) {
		vm_metrics_defaults(&row);
		row.install_time = clock_wall_sec();
		if (tx_insert(t, &row.r, &metrics) < 0)
			return -1;
		TX_SET(t, VM, vm, self, metrics, metrics);
	} else {
		TX_SET(t, VM_metrics, vm_metrics, metrics, install_time,
		    clock_wall_sec());
	}
	return TX_SET(t, VM, vm, self, is_a_template, false);
}

/* In t; vm is the head. */
static int
set_template(struct call *c, struct tx *t, const struct vm *vm, bool value)
{
	if (vm->is_a_template == value)
		return 0;
	if (!value)
		return vm_from_template(t, vm);
	if (vm->current_operations.n)
		return fail_in_progress(c, vm);
	if (vm_operation_check(c, vm, VM_OPERATIONS_MAKE_INTO_TEMPLATE) < 0)
		return -1;
	return make_template(c, t, vm);
}

static int
finish(struct call *c, struct tx *t, struct ref vm)
{
	(void)vm_operations_refresh(t, vm);
	return call_commit(c, t);
}

int
vm_set_is_a_template(struct call *c, const struct vm_set_is_a_template_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->self)))
		return -1;
	(void)set_template(c, t, vm, a->value);
	return c->nerror ? -1 : finish(c, STEAL(t), a->self);
}

int
vm_set_is_default_template(struct call *c,
    const struct vm_set_is_default_template_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->vm)))
		return -1;
	if (a->value)
		(void)set_template(c, t, vm, true);
	if (c->nerror)
		return -1;
	TX_SET(t, VM, vm, a->vm, is_default_template, a->value);
	(void)tx_map_put(t, CLASS_VM, a->vm, FIELD_VM_other_config,
	    "default_template", a->value ? "true" : "false");
	return finish(c, STEAL(t), a->vm);
}

/* ---- operations ---- */

int
vm_assert_operation_valid(struct call *c,
    const struct vm_assert_operation_valid_args *a)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VM, a->self);
	const struct vm *vm = (const struct vm *)r;

	if (!vm)
		return -1;
	if (vm->current_operations.n)
		return fail_in_progress(c, vm);
	return vm_operation_check(c, vm, a->op);
}

int
vm_update_allowed_operations(struct call *c,
    const struct vm_update_allowed_operations_args *a)
{
	struct tx *t = call_begin(c);

	return t ? finish(c, t, a->self) : -1;
}

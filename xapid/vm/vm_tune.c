/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the domain of a running VM is scheduled, and how much memory its page
 * tables have: weight, cap and mask of VCPUs_params, HVM_shadow_multiplier.
 * What is no key of the scheduler is a note of clients. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cpu_mask.h"
#include "model/builder.h"
#include "plan/plan.h"
#include "vm/power/vm_power.h"
#include "vm/start/vm_domain_args.h"
#include "vm/vm.h"
#include "vm/vm_live.h"
#include "vm/vm_operations.h"

/* ---- VCPUs_params ---- */

static bool
is_number(const char *text, long min, long max)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *text && !*end && n >= min && n <= max;
}

static int
check_param(struct call *c, const struct vm *vm, const char *key,
    const char *value)
{
	bool ok = true;

	if (strcmp(key, "weight") == 0)
		ok = is_number(value, 1, VM_WEIGHT_MAX);
	else if (strcmp(key, "cap") == 0)
		ok = is_number(value, 0, (long)(100 * vm->VCPUs_max));
	else if (strcmp(key, "mask") == 0)
		ok = cpu_mask_is_valid(value);
	return ok ? 0
		  : fail_invalid_value(c,
			arena_printf(c->arena, "VCPUs_params:%s", key), value);
}

static int
scheduling_check(struct plan *p, struct tx *t)
{
	if (vm_plan_check(p, t) < 0)
		return -1;
	return check_param(p->call, TX_GET(t, VM, vm, p->object),
	    plan_arg(p, "key"), plan_arg(p, "value"));
}

static bool
is_of_scheduler(const char *key)
{
	return strcmp(key, "weight") == 0 || strcmp(key, "cap") == 0 ||
	    strcmp(key, "mask") == 0;
}

/* All of them as they will be, so that it may be done twice. */
static int
scheduling_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);
	struct builder b = { .arena = p->call->arena };
	struct builder_pairs pairs = { .b = &b };
	const struct vm *vm = (const struct vm *)r;
	const char *key = plan_arg(p, "key");
	struct value body;
	struct vm now;

	if (!vm || !is_of_scheduler(key))
		return vm ? 0 : -1;
	builder_put_map(&pairs, &vm->VCPUs_params, key);
	builder_put(&pairs, key, plan_arg(p, "value"));
	record_like(&now.r, &vm->r);
	now.r.self = vm->r.self;
	now.VCPUs_params = builder_pairs_map(&pairs);
	if (b.failed ||
	    vm_scheduling_args(p->call->arena, p->core->db, &now, &body) < 0)
		return call_fail_nomem(p->call);
	return plan_send_to(p, PLAN_DOMAIN, NULL, &body);
}

static int
scheduling_apply(struct plan *p, struct tx *t)
{
	const char *key = plan_arg(p, "key"), *value = plan_arg(p, "value");
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	struct ref metrics = vm ? vm->metrics : REF_NULL;

	if (!vm)
		return 0;
	if (!ref_is_null(metrics))
		(void)tx_map_put(t, CLASS_VM_metrics, metrics,
		    FIELD_VM_metrics_VCPUs_params, key, value);
	return tx_map_put(t, CLASS_VM, p->object, FIELD_VM_VCPUs_params, key,
	    value);
}

static const struct step scheduling_steps[] = {
	{ "scheduling", scheduling_send, scheduling_apply, NULL, NULL },
	{ 0 },
};

const struct plan_kind vm_scheduling_kind = {
	.name = "VM.VCPUs_params",
	.cls = CLASS_VM,
	.operation = "changing_VCPUs_live",
	.steps = scheduling_steps,
	.check = scheduling_check,
	.finish = vm_plan_refresh,
};

int
vm_add_to_VCPUs_params_live(struct call *c,
    const struct vm_add_to_VCPUs_params_live_args *a)
{
	return plan_start(c, &vm_scheduling_kind, a->self, "key", a->key,
	    "value", a->value, NULL);
}

/* ---- page tables ---- */

static double
multiplier(const struct plan *p)
{
	return strtod(plan_arg(p, "multiplier"), NULL);
}

static int
shadow_check(struct plan *p, struct tx *t)
{
	const struct vm *vm;

	if (vm_plan_check(p, t) < 0)
		return -1;
	vm = TX_GET(t, VM, vm, p->object);
	return vm->domain_type == DOMAIN_TYPE_HVM
	    ? 0
	    : fail_vm_hvm_required(p->call, call_ref_text(p->call, p->object));
}

static int
shadow_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);
	struct value body;

	if (!r)
		return -1;
	if (vm_shadow_args(p->call->arena, (const struct vm *)r, multiplier(p),
		&body) < 0)
		return call_fail_nomem(p->call);
	return plan_send_to(p, PLAN_DOMAIN, NULL, &body);
}

static int
shadow_apply(struct plan *p, struct tx *t)
{
	TX_SET(t, VM, vm, p->object, HVM_shadow_multiplier, multiplier(p));
	vm_overhead_update(t, p->object);
	return 0;
}

static const struct step shadow_steps[] = {
	{ "shadow", shadow_send, shadow_apply, NULL, NULL },
	{ 0 },
};

const struct plan_kind vm_shadow_kind = {
	.name = "VM.shadow_multiplier",
	.cls = CLASS_VM,
	.operation = "changing_shadow_memory_live",
	.steps = shadow_steps,
	.check = shadow_check,
	.finish = vm_plan_refresh,
};

int
vm_set_shadow_multiplier_live(struct call *c,
    const struct vm_set_shadow_multiplier_live_args *a)
{
	char text[32];

	snprintf(text, sizeof(text), "%.17g", a->multiplier);
	if (!(a->multiplier >= 1 && a->multiplier < VM_SHADOW_MAX))
		return fail_invalid_value(c, "multiplier", text);
	return plan_start(c, &vm_shadow_kind, a->self, "multiplier", text,
	    NULL);
}

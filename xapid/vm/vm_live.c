/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* (source of rules and effects: lifecycle.json memory, call_effects) */
#include "vm/vm_live.h"

#include <math.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "plan/plan.h"
#include "vm/power/vm_power.h"
#include "vm/start/memory_plan.h"
#include "vm/vm_operations.h"

#define MIB (INT64_C(1) << 20)

static const char *
number(struct call *c, int64_t value)
{
	const char *text = arena_printf(c->arena, "%lld", (long long)value);

	return text ? text : "";
}

static bool
is_simulated(const struct plan *p)
{
	return strcmp(p->core->config->backend, "simulator") == 0;
}

/* ---- memory: the dynamic range ---- */

/* Whether the host can hold the new minimum, with all others at theirs. */
static int
check_room(struct plan *p, struct tx *t, const struct vm *vm, int64_t min)
{
	const struct host *host = TX_GET(t, host, host, vm->resident_on);
	int64_t room;

	if (!host)
		return 0;
	room = memory_free(t, host, true) + memory_range(vm).min;
	if (min <= room)
		return 0;
	return fail_host_not_enough_free_memory(p->call, number(p->call, min),
	    number(p->call, room));
}

static int
range_check(struct plan *p, struct tx *t)
{
	const struct vm *vm;

	if (vm_plan_check(p, t) < 0)
		return -1;
	vm = TX_GET(t, VM, vm, p->object);
	if (plan_arg_int(p, "max", 0) > vm->memory_static_max ||
	    plan_arg_int(p, "min", 0) < vm->memory_static_min)
		return fail_memory_constraint_violation_order(p->call);
	return check_room(p, t, vm, plan_arg_int(p, "min", 0));
}

static int
range_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	struct ref host = vm ? vm->resident_on : REF_NULL;

	if (!vm)
		return 0;
	if (plan_note_int(p, "old_min", vm->memory_dynamic_min) < 0 ||
	    plan_note_int(p, "old_max", vm->memory_dynamic_max) < 0)
		return -1;
	TX_SET(t, VM, vm, p->object, memory_dynamic_min,
	    plan_arg_int(p, "min", 0));
	TX_SET(t, VM, vm, p->object, memory_dynamic_max,
	    plan_arg_int(p, "max", 0));
	return memory_plan_grow(p, t, host);
}

static int
range_undo(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (!vm || !plan_arg(p, "old_min")[0] ||
	    memory_plan_again(p, t, vm->resident_on) < 0)
		return 0;
	TX_SET(t, VM, vm, p->object, memory_dynamic_min,
	    plan_arg_int(p, "old_min", 0));
	return TX_SET(t, VM, vm, p->object, memory_dynamic_max,
	    plan_arg_int(p, "old_max", 0));
}

/* A simulated guest is where it was told to be; a real one is on its way, and
 * whoever measures it writes where it is. */
static int
balloon_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (!vm || ref_is_null(vm->metrics) || !is_simulated(p))
		return 0;
	return TX_SET(t, VM_metrics, vm_metrics, vm->metrics, memory_actual,
	    vm->memory_target);
}

static const struct step changing_dynamic_range_steps[] = {
	{ "share", NULL, range_apply, NULL, range_undo },
	{ "balloon", memory_plan_send, balloon_apply, NULL, NULL },
	{ 0 },
};
#define changing_memory_live_steps changing_dynamic_range_steps

/* ---- processors ---- */

static int
vcpus_check(struct plan *p, struct tx *t)
{
	const struct vm *vm;
	int64_t n = plan_arg_int(p, "vcpus", 0);

	if (vm_plan_check(p, t) < 0)
		return -1;
	vm = TX_GET(t, VM, vm, p->object);
	if (n < 1 || n > vm->VCPUs_max)
		return fail_invalid_value(p->call, "nvcpu",
		    plan_arg(p, "vcpus"));
	return 0;
}

static int
vcpus_send(struct plan *p)
{
	return plan_send(p, NULL, "set_vcpus", plan_arg(p, "uuid"), "#vcpus",
	    plan_arg_int(p, "vcpus", 0), NULL);
}

static int
vcpus_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	struct ref metrics = vm ? vm->metrics : REF_NULL;
	int64_t n = plan_arg_int(p, "vcpus", 0);

	if (!vm)
		return 0;
	TX_SET(t, VM, vm, p->object, VCPUs_at_startup, n);
	if (ref_is_null(metrics))
		return 0;
	return TX_SET(t, VM_metrics, vm_metrics, metrics, VCPUs_number, n);
}

static const struct step changing_VCPUs_live_steps[] = {
	{ "vcpus", vcpus_send, vcpus_apply, NULL, NULL },
	{ 0 },
};

/* ---- keys and triggers ---- */

static int
sysrq_send(struct plan *p)
{
	return plan_send(p, NULL, "sysrq", plan_arg(p, "uuid"), "key",
	    plan_arg(p, "key"), NULL);
}

static const struct step send_sysrq_steps[] = {
	{ "sysrq", sysrq_send, NULL, NULL, NULL },
	{ 0 },
};

static int
trigger_send(struct plan *p)
{
	return plan_send(p, NULL, "trigger", plan_arg(p, "uuid"), "what",
	    plan_arg(p, "what"), NULL);
}

static const struct step send_trigger_steps[] = {
	{ "trigger", trigger_send, NULL, NULL, NULL },
	{ 0 },
};

/* ---- the plans ---- */

#define KIND(op, first)                                                        \
	static const struct plan_kind op##_kind = {                            \
		.name = "VM." #op,                                             \
		.cls = CLASS_VM,                                               \
		.operation = #op,                                              \
		.steps = op##_steps,                                           \
		.check = (first),                                              \
		.finish = vm_plan_refresh,                                     \
	}

KIND(changing_dynamic_range, range_check);
KIND(changing_memory_live, range_check);
KIND(changing_VCPUs_live, vcpus_check);
KIND(send_sysrq, vm_plan_check);
KIND(send_trigger, vm_plan_check);

const struct plan_kind *const vm_live_kinds[] = { &changing_dynamic_range_kind,
	&changing_memory_live_kind, &changing_VCPUs_live_kind, &send_sysrq_kind,
	&send_trigger_kind, &vm_xenstore_kind, &vm_call_plugin_kind,
	&vm_script_kind, &vm_sleep_kind, &vm_wake_kind, &vm_scheduling_kind,
	&vm_shadow_kind, NULL };

/* ---- the calls ---- */

/* The uuid goes along, so that steps need no record. */
static const char *
uuid_of(struct call *c, struct ref ref)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VM, ref);
	const char *uuid =
	    r ? arena_strdup(c->arena, ((const struct vm *)r)->uuid) : NULL;

	if (r && !uuid)
		call_fail_nomem(c);
	return uuid;
}

static int
start_range(struct call *c, const struct plan_kind *kind, struct ref vm,
    int64_t min, int64_t max)
{
	return plan_start(c, kind, vm, "min", number(c, min), "max",
	    number(c, max), NULL);
}

int
vm_live_range(struct call *c, struct ref vm, int64_t min, int64_t max)
{
	return start_range(c, &changing_dynamic_range_kind, vm, min, max);
}

int
vm_set_memory_target_live(struct call *c,
    const struct vm_set_memory_target_live_args *a)
{
	return start_range(c, &changing_memory_live_kind, a->self, a->target,
	    a->target);
}

int
vm_set_VCPUs_number_live(struct call *c,
    const struct vm_set_VCPUs_number_live_args *a)
{
	const char *uuid = uuid_of(c, a->self);

	return uuid ? plan_start(c, &changing_VCPUs_live_kind, a->self, "uuid",
			  uuid, "vcpus", number(c, a->nvcpu), NULL)
		    : -1;
}

/* One letter or digit, as the kernel's documentation of SysRq lists them. */
int
vm_send_sysrq(struct call *c, const struct vm_send_sysrq_args *a)
{
	const char *uuid = uuid_of(c, a->vm);

	if (!uuid)
		return -1;
	if (strlen(a->key) != 1 || a->key[0] <= ' ' || a->key[0] > '~')
		return fail_invalid_value(c, "key", a->key);
	return plan_start(c, &send_sysrq_kind, a->vm, "uuid", uuid, "key",
	    a->key, NULL);
}

int
vm_send_trigger(struct call *c, const struct vm_send_trigger_args *a)
{
	static const char *const known[] = { "nmi", "reset", "init", "power",
		"sleep", "s3resume" };
	const char *uuid = uuid_of(c, a->vm);

	if (!uuid)
		return -1;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(a->trigger, known[i]) == 0)
			return plan_start(c, &send_trigger_kind, a->vm, "uuid",
			    uuid, "what", a->trigger, NULL);
	return fail_invalid_value(c, "trigger", a->trigger);
}

/* ---- waiting for a balloon ---- */

#define WAIT_MS 256000
#define LOOK_MS 250

struct balloon_wait {
	struct timer timer; /* first */
	struct call *call;
	struct ref vm;
	int64_t until;
	bool timed_out;
};

/* 1: there; 0: on its way; -1: never will be. */
static int
is_there(struct call *c, struct ref ref)
{
	RECORD_UNREF const struct record *r = db_get(c->db, CLASS_VM, ref);
	const struct vm *vm = (const struct vm *)r;
	RECORD_UNREF const struct record *m =
	    vm ? db_get(c->db, CLASS_VM_metrics, vm->metrics) : NULL;

	if (!m || vm->power_state != VM_POWER_STATE_RUNNING)
		return -1;
	return llabs(((const struct vm_metrics *)m)->memory_actual -
		   vm->memory_target) <= MIB;
}

static void
look_again(struct timer *timer)
{
	struct balloon_wait *w = (struct balloon_wait *)timer;
	struct call *c = w->call;
	int64_t now = clock_mono_ns();

	w->timed_out = now >= w->until;
	if (w->timed_out || atomic_load(&c->cancelled) ||
	    is_there(c, w->vm) != 0 ||
	    timer_set(c->core->timers, timer, now + LOOK_MS * NSEC_PER_MSEC) <
		0)
		call_unpark(c);
}

static void
waited(struct call *c)
{
	const struct balloon_wait *w = c->state;
	const char *const task[] = { call_ref_text(c, c->task) };

	if (w->timed_out)
		(void)call_fail(c, "VM_MEMORY_TARGET_WAIT_TIMEOUT", task, 1);
	else if (atomic_load(&c->cancelled))
		(void)fail_task_cancelled(c, task[0]);
}

int
vm_wait_memory_target_live(struct call *c,
    const struct vm_wait_memory_target_live_args *a)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VM, a->self);
	struct balloon_wait *w;

	if (!r ||
	    vm_operation_check(c, (const struct vm *)r,
		VM_OPERATIONS_AWAITING_MEMORY_LIVE) < 0)
		return -1;
	if (is_there(c, a->self) != 0)
		return 0;
	w = fault_calloc(1, sizeof(*w));
	if (!w)
		return call_fail_nomem(c);
	*w = (struct balloon_wait){
		.timer = { .fire = look_again },
		.call = c,
		.vm = a->self,
		.until = clock_mono_ns() + WAIT_MS * NSEC_PER_MSEC,
	};
	c->state = w;
	call_park(c, waited);
	look_again(&w->timer);
	return 0;
}

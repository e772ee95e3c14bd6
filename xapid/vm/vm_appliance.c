/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VMs that start and stop together. A plan of the appliance goes round by
 * round: it takes the VMs whose order is next, has each do what is asked for in
 * a plan of its own, side by side, and waits for their delays. A VM that fails
 * stops nobody: all that failed are told at the end. Nothing is taken back; who
 * cancels ends it behind what is under way, which is taken back by itself.
 * (source: lifecycle.json appliance) */
#include "vm/vm_appliance.h"

#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "lib/clock.h"
#include "vm/vm_operations.h"
#include "vm/vm_power.h"

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

/* ---- who is next ---- */

/* At most so many at once: each VM's end is noted in the plan's journal. More
 * VMs of one order are several rounds without a delay between them. */
#define ROUND_MAX 256

/* Notes of the plan. */
#define MEMBERS "members" /* of this round: references and spaces */
#define ORDER "order"     /* of the last of them */
#define LAST "last"       /* the last of them */
#define MORE "more"       /* not "": others have the same order */
#define FAILED "failed"   /* references and spaces */
#define DONE "done"       /* how many VMs have been through */

static bool
is_start(const struct plan *p)
{
	return strcmp(p->kind->operation, "start") == 0;
}

static enum vm_power_state
wanted(const struct plan *p)
{
	if (!is_start(p))
		return VM_POWER_STATE_HALTED;
	return strcmp(plan_arg(p, "paused"), "true") == 0
	    ? VM_POWER_STATE_PAUSED
	    : VM_POWER_STATE_RUNNING;
}

struct place {
	int64_t order; /* VM.order; to stop, its complement: ascending, too */
	struct ref vm;
};

static int
place_compare(const void *a_, const void *b_)
{
	const struct place *a = a_, *b = b_;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return memcmp(&a->vm, &b->vm, sizeof(a->vm));
}

static struct place
place_of(const struct plan *p, const struct vm *vm)
{
	struct place at = { vm->order, vm->r.self };

	if (!is_start(p))
		at.order = ~vm->order;
	return at;
}

/* Those that are still to come, sorted. NULL: no memory, raised. */
static struct place *
places(struct plan *p, struct tx *t, const struct vm_appliance *a,
    uint32_t *n_r)
{
	struct place *all =
	    arena_array(p->call->arena, a->VMs.n + 1, sizeof(*all));
	const struct place last = { strtoll(plan_arg(p, ORDER), NULL, 10),
		plan_arg_ref(p, LAST) };
	enum vm_power_state state = wanted(p);
	bool first = !*plan_arg(p, LAST);
	const struct ref *vms = a->VMs.items;

	*n_r = 0;
	if (!all) {
		(void)call_fail_nomem(p->call);
		return NULL;
	}
	for (uint32_t i = 0; i < a->VMs.n; i++) {
		const struct vm *vm = TX_GET(t, VM, vm, vms[i]);
		struct place at;

		if (!vm || vm->power_state == state)
			continue;
		at = place_of(p, vm);
		if (first || place_compare(&at, &last) > 0)
			all[(*n_r)++] = at;
	}
	qsort(all, *n_r, sizeof(*all), place_compare);
	return all;
}

static int
note_number(struct plan *p, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	return plan_note(p, name, text);
}

/* The first of them, as far as they have one order. */
static int
note_round(struct plan *p, const struct place *all, uint32_t n)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	uint32_t i = 0;

	for (; i < n && i < ROUND_MAX && all[i].order == all[0].order; i++) {
		if (i)
			bytes_putc(&text, ' ');
		bytes_puts(&text, call_ref_text(p->call, all[i].vm));
	}
	if (!bytes_cstr(&text))
		return call_fail_nomem(p->call);
	if (plan_note(p, MEMBERS, bytes_cstr(&text)) < 0 ||
	    plan_note(p, MORE,
		i < n && all[i].order == all[0].order ? "true" : "") < 0)
		return -1;
	if (i == 0)
		return 0;
	return note_number(p, ORDER, all[i - 1].order) < 0
	    ? -1
	    : plan_note(p, LAST, call_ref_text(p->call, all[i - 1].vm));
}

static int
choose(struct plan *p, struct tx *t)
{
	const struct vm_appliance *a =
	    EDIT_HEAD(p->call, t, VM_appliance, vm_appliance, p->object);
	const struct place *all;
	uint32_t n;

	if (!a || !(all = places(p, t, a, &n)))
		return -1;
	if (!*plan_arg(p, MORE) &&
	    (plan_note(p, DELAY_UNTIL, "") < 0 ||
		plan_note(p, DELAY_MS, "") < 0))
		return -1;
	if (!*plan_arg(p, DONE) &&
	    (note_number(p, DONE, 0) < 0 || note_number(p, "all", n) < 0))
		return -1;
	return note_round(p, all, n);
}

/* ---- what they do ---- */

/* fn for each of the references of a note. */
static int
each_noted(struct plan *p, const char *note,
    int (*fn)(struct plan *p, const char *ref, void *arg), void *arg)
{
	char *text = arena_strdup(p->call->arena, plan_arg(p, note)), *next;

	if (!text)
		return call_fail_nomem(p->call);
	while ((next = strsep(&text, " ")))
		if (*next && fn(p, next, arg) < 0)
			return -1;
	return 0;
}

static int
send_member(struct plan *p, const char *text, void *kind)
{
	struct ref vm;

	if (!ref_parse(text, &vm))
		return 0;
	return plan_try(p, text, kind, vm, "start_paused",
	    plan_arg(p, "paused"), DELAY_FOR_PARENT,
	    strcmp(p->kind->operation, "hard_shutdown") == 0 ? "" : "true",
	    NULL);
}

static int
members_send(struct plan *p)
{
	const char *name =
	    arena_printf(p->call->arena, "VM.%s", p->kind->operation);

	if (!name)
		return call_fail_nomem(p->call);
	return each_noted(p, MEMBERS, send_member,
	    (void *)(uintptr_t)vm_power_kind(name));
}

static int
count_member(struct plan *p, const char *text, void *arg)
{
	int64_t *done = arg;
	const char *failed;

	++*done;
	if (plan_went_well(p, text))
		return 0;
	failed =
	    arena_printf(p->call->arena, "%s %s", plan_arg(p, FAILED), text);
	return failed ? plan_note(p, FAILED, failed) : call_fail_nomem(p->call);
}

static int
members_apply(struct plan *p, struct tx *t)
{
	int64_t done = strtoll(plan_arg(p, DONE), NULL, 10);

	(void)t;
	return each_noted(p, MEMBERS, count_member, &done) < 0
	    ? -1
	    : note_number(p, DONE, done);
}

/* ---- what comes behind them ---- */

static int
delay_send(struct plan *p)
{
	double done = strtod(plan_arg(p, DONE), NULL);
	double all = strtod(plan_arg(p, "all"), NULL);

	if (all > 0 && done < all)
		plan_progress(p, done / all);
	if (*plan_arg(p, MORE) || !*plan_arg(p, DELAY_UNTIL))
		return 0;
	return plan_wait(p, strtoll(plan_arg(p, DELAY_UNTIL), NULL, 10),
		   strtoll(plan_arg(p, DELAY_MS), NULL, 10), false) < 0
	    ? call_fail_nomem(p->call)
	    : 0;
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
fail_partially(struct plan *p)
{
	size_t n = strlen(plan_arg(p, FAILED)) / REF_CHARS + 2;
	const char **params = arena_array(p->call->arena, n, sizeof(*params));
	const char **at = params;

	if (!params)
		return call_fail_nomem(p->call);
	*at++ = p->kind->name;
	if (each_noted(p, FAILED, add_param, &at) < 0)
		return -1;
	return call_fail(p->call, "OPERATION_PARTIALLY_FAILED", params,
	    (unsigned)(at - params));
}

static int
next_round(struct plan *p, struct tx *t)
{
	(void)t;
	if (*plan_arg(p, MEMBERS))
		return plan_go_back(p, "choose");
	return *plan_arg(p, FAILED) ? fail_partially(p) : 0;
}

static const struct step round_steps[] = {
	{ "choose", NULL, choose, NULL, NULL },
	{ "members", members_send, members_apply, NULL, NULL },
	{ "delay", delay_send, next_round, NULL, NULL },
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
	return plan_start(c, &start_kind, a->self, "paused",
	    a->paused ? "true" : "false", NULL);
}

int
vm_appliance_clean_shutdown(struct call *c,
    const struct vm_appliance_clean_shutdown_args *a)
{
	return plan_start(c, &clean_shutdown_kind, a->self, NULL);
}

int
vm_appliance_hard_shutdown(struct call *c,
    const struct vm_appliance_hard_shutdown_args *a)
{
	return plan_start(c, &hard_shutdown_kind, a->self, NULL);
}

int
vm_appliance_shutdown(struct call *c,
    const struct vm_appliance_shutdown_args *a)
{
	return plan_start(c, &shutdown_kind, a->self, NULL);
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

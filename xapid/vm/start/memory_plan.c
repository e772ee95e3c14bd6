/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/start/memory_plan.h"

#include <stdio.h>
#include <string.h>

#include "plan/plan.h"
#include "vm/start/placement.h"

#define MIB (INT64_C(1) << 20)
#define NOTE "balloons" /* "uuid bytes\n" of each guest that moves */

/* ---- shares ---- */

void
memory_share(struct memory_share *g, unsigned n, int64_t room)
{
	__int128 wanted = 0, spare = room;

	for (unsigned i = 0; i < n; i++) {
		spare -= g[i].min;
		wanted += g[i].max - g[i].min;
	}
	if (spare < 0)
		spare = 0;
	if (spare > wanted)
		spare = wanted;
	for (unsigned i = 0; i < n; i++) {
		int64_t range = g[i].max - g[i].min;
		int64_t more =
		    wanted ? (int64_t)(range * spare / wanted) : range;

		g[i].target =
		    more == range ? g[i].max : g[i].min + more / MIB * MIB;
	}
}

static int64_t
clip(int64_t value, int64_t low, int64_t high)
{
	if (value > high)
		value = high;
	return value < low ? low : value;
}

struct memory_share
memory_range(const struct vm *vm)
{
	int64_t top = vm->memory_static_max;
	int64_t max = clip(vm->memory_dynamic_max, vm->memory_static_min, top);
	int64_t min = clip(vm->memory_dynamic_min, vm->memory_static_min, max);

	/* The shim of pv_in_pvh cannot give memory back. */
	if (vm->is_control_domain || vm->domain_type == DOMAIN_TYPE_PV_IN_PVH)
		min = max = top;
	return (struct memory_share){ .min = min, .max = max };
}

int64_t
memory_least(const struct vm *vm)
{
	return memory_range(vm).min + vm->memory_overhead;
}

/* ---- a host ---- */

/* What a guest on the host holds above its minimum. */
static int64_t
can_give(const struct vm *vm)
{
	int64_t over = vm->memory_target - memory_range(vm).min;

	return vm->is_control_domain || over < 0 ? 0 : over;
}

int64_t
memory_free(struct tx *t, const struct host *host, bool squeeze)
{
	const struct host_metrics *m =
	    TX_GET(t, host_metrics, host_metrics, host->metrics);
	const struct ref *vms = host->resident_VMs.items;
	int64_t room = m ? m->memory_free : 0;

	for (uint32_t i = 0; squeeze && i < host->resident_VMs.n; i++) {
		const struct vm *vm = TX_GET(t, VM, vm, vms[i]);

		room += vm ? can_give(vm) : 0;
	}
	return room;
}

/* The guests of a host that can move, with their records. */
struct guests {
	const struct vm **vms;
	struct memory_share *shares;
	unsigned n;
	int64_t held; /* by all of them, without overhead */
};

static int
gather(struct tx *t, const struct host *host, struct guests *g)
{
	const struct ref *vms = host->resident_VMs.items;
	uint32_t n = host->resident_VMs.n;

	*g = (struct guests){
		.vms = arena_array(tx_arena(t), n + 1, sizeof(*g->vms)),
		.shares = arena_array(tx_arena(t), n + 1, sizeof(*g->shares)),
	};
	if (!g->vms || !g->shares)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		const struct vm *vm = TX_GET(t, VM, vm, vms[i]);
		struct memory_share share;

		if (!vm || vm->is_control_domain ||
		    vm->power_state != VM_POWER_STATE_RUNNING)
			continue;
		share = memory_range(vm);
		if (vm->memory_target <= 0 ||
		    (share.min == share.max && vm->memory_target == share.max))
			continue;
		g->vms[g->n] = vm;
		g->shares[g->n++] = share;
		g->held += vm->memory_target;
	}
	return 0;
}

/* New targets of all but those from `known` on; notes them and gives the host
 * back what they lose. */
static int
move_balloons(struct plan *p, struct tx *t, const struct guests *g,
    unsigned known, struct ref host)
{
	size_t size = (size_t)known * 64 + 1, len = 0;
	char *note = arena_alloc(tx_arena(t), size);
	int64_t freed = 0;

	if (!note)
		return call_fail_nomem(p->call);
	for (unsigned i = 0; i < known; i++) {
		int64_t target = g->shares[i].target;
		const struct vm *vm = g->vms[i];
		struct ref ref = vm->r.self;

		if (vm->memory_target == target)
			continue;
		freed += vm->memory_target - target;
		len += (size_t)snprintf(note + len, size - len, "%.36s %lld\n",
		    vm->uuid, (long long)target);
		if (TX_SET(t, VM, vm, ref, memory_target, target) < 0)
			return -1;
	}
	if (freed && placement_take(t, host, -freed) < 0)
		return -1;
	return len ? plan_note(p, NOTE, note) : 0;
}

int
memory_plan_take(struct plan *p, struct tx *t, struct ref ref, struct ref at)
{
	const struct host *host = TX_GET(t, host, host, at);
	const struct vm *vm = TX_GET(t, VM, vm, ref);
	struct memory_share own;
	struct guests g;
	int64_t room;

	if (!host || !vm)
		return 0;
	own = memory_range(vm);
	room = memory_free(t, host, false) - vm->memory_overhead;
	own.target = own.max;
	if (room < own.max) {
		if (gather(t, host, &g) < 0)
			return call_fail_nomem(p->call);
		g.shares[g.n] = own;
		memory_share(g.shares, g.n + 1, room + g.held);
		own = g.shares[g.n];
		if (move_balloons(p, t, &g, g.n, at) < 0)
			return -1;
	}
	if (TX_SET(t, VM, vm, ref, memory_target, own.target) < 0)
		return -1;
	vm = TX_GET(t, VM, vm, ref);
	return placement_take(t, at, placement_memory(vm));
}

int
memory_plan_grow(struct plan *p, struct tx *t, struct ref at)
{
	const struct host *host = TX_GET(t, host, host, at);
	struct guests g;

	if (!host)
		return 0;
	if (gather(t, host, &g) < 0)
		return call_fail_nomem(p->call);
	memory_share(g.shares, g.n, memory_free(t, host, false) + g.held);
	return move_balloons(p, t, &g, g.n, at);
}

int
memory_plan_send(struct plan *p)
{
	const char *line = plan_arg(p, NOTE);
	char uuid[40];
	long long target;
	int n;

	for (; sscanf(line, "%39s %lld\n%n", uuid, &target, &n) == 2; line += n)
		/* a guest that has ended meanwhile gives all it had */
		if (plan_send(p, NULL, "set_memory", uuid, "#target",
			(int64_t)target, "#may_be_gone", (int64_t)1, NULL) < 0)
			return -1;
	return 0;
}

/* ---- when somebody was squeezed for nothing ---- */

static int
again_apply(struct plan *p, struct tx *t)
{
	return memory_plan_grow(p, t, plan_arg_ref(p, "host"));
}

static const struct step again_steps[] = {
	{ "share", NULL, again_apply, NULL, NULL },
	{ "balloon", memory_plan_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct plan_kind memory_again_kind = {
	.name = "VM.memory",
	.cls = CLASS_VM,
	.steps = again_steps,
};

const struct plan_kind *const memory_plan_kinds[] = { &memory_again_kind,
	NULL };

int
memory_plan_again(struct plan *p, struct tx *t, struct ref host)
{
	return *plan_arg(p, NOTE)
	    ? plan_then(p, t, &memory_again_kind, p->object, "host",
		  call_ref_text(p->call, host), NULL)
	    : 0;
}

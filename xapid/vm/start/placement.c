/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/start/placement.h"

#include <stdio.h>
#include <string.h>

#include "vm/start/memory_plan.h"
#include "vm/start/vm_boot.h"

int64_t
placement_memory(const struct vm *vm)
{
	int64_t held =
	    vm->memory_target > 0 ? vm->memory_target : vm->memory_static_max;

	return held + vm->memory_overhead;
}

static const struct host_metrics *
metrics_of(struct tx *t, const struct host *host)
{
	return TX_GET(t, host_metrics, host_metrics, host->metrics);
}

static int
check_memory(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host)
{
	int64_t need = memory_least(vm), room = memory_free(t, host, false);
	char needed[24], free_[24];

	if (room < need)
		room = memory_free(t, host, true);
	if (room >= need)
		return 0;
	snprintf(needed, sizeof(needed), "%lld", (long long)need);
	snprintf(free_, sizeof(free_), "%lld", (long long)room);
	return fail_host_not_enough_free_memory(c, needed, free_);
}

int
placement_check(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host, bool memory)
{
	const struct host_metrics *m = metrics_of(t, host);

	if (!m || !m->live)
		return fail_host_not_live(c);
	if (vm->is_control_domain && !ref_is_null(vm->affinity) &&
	    !ref_equal(vm->affinity, host->r.self))
		return fail_operation_not_allowed(c,
		    "A control domain starts on the host it belongs to");
	if (!host->enabled && !vm->is_control_domain)
		return fail_host_disabled(c, call_ref_text(c, host->r.self));
	if (vm_check_host(c, t, vm, host) < 0)
		return -1;
	if (memory && check_memory(c, t, vm, host) < 0)
		return -1;
	return vm_check_processors(c, vm, host);
}

/* ---- the best of them ---- */

struct search {
	struct call *c;
	struct tx *t;
	const struct vm *vm;
	const struct vm_group *apart; /* whose members keep away; or NULL */
	struct ref best;
	unsigned members; /* on the best */
	int64_t most;     /* free memory there */
	const char *reasons[128];
	unsigned n;
};

/* Why not, as code; NULL: it can. Leaves no error in the call. */
static const char *
objection(struct search *s, const struct host *host)
{
	const char *code;

	if (placement_check(s->c, s->t, s->vm, host, true) == 0)
		return NULL;
	code = s->c->error[0];
	s->c->nerror = 0;
	return code;
}

/* Running, or being built: halted, but on a host already. */
static bool
counts(const struct vm *vm)
{
	return vm->power_state == VM_POWER_STATE_RUNNING ||
	    vm->power_state == VM_POWER_STATE_HALTED;
}

static unsigned
members_on(struct search *s, struct ref host)
{
	const struct ref *vms = s->apart ? s->apart->VMs.items : NULL;
	unsigned n = 0;

	for (uint32_t i = 0; s->apart && i < s->apart->VMs.n; i++) {
		const struct vm *vm = TX_GET(s->t, VM, vm, vms[i]);

		if (!vm || ref_equal(vms[i], s->vm->r.self))
			continue;
		n += ref_equal(vm->scheduled_to_be_resident_on, host) ||
		    (ref_is_null(vm->scheduled_to_be_resident_on) &&
			counts(vm) && ref_equal(vm->resident_on, host));
	}
	return n;
}

static int
consider(const struct record *r, void *arg)
{
	struct search *s = arg;
	const struct host *host = (const struct host *)r;
	const char *why = objection(s, host);
	unsigned members;
	int64_t room;

	if (why) {
		if (s->n + 2 <= 128) {
			s->reasons[s->n++] = host->name_label;
			s->reasons[s->n++] = why;
		}
		return 0;
	}
	members = members_on(s, r->self);
	room = memory_free(s->t, host, false);
	if (ref_equal(r->self, s->vm->affinity)) { /* before all others */
		members = 0;
		room = INT64_MAX;
	}
	if (ref_is_null(s->best) || members < s->members ||
	    (members == s->members && room > s->most)) {
		s->members = members;
		s->most = room;
		s->best = r->self;
	}
	return 0;
}

static const struct vm_group *
anti_affinity(struct tx *t, const struct vm *vm)
{
	const struct ref *groups = vm->groups.items;

	for (uint32_t i = 0; i < vm->groups.n; i++) {
		const struct vm_group *g =
		    TX_GET(t, VM_group, vm_group, groups[i]);

		if (g && g->placement == PLACEMENT_POLICY_ANTI_AFFINITY)
			return g;
	}
	return NULL;
}

int
placement_choose(struct call *c, struct tx *t, const struct vm *vm,
    struct ref *host_r)
{
	struct search s = { .c = c,
		.t = t,
		.vm = vm,
		.apart = anti_affinity(t, vm) };

	(void)tx_each(t, CLASS_host, consider, &s);
	if (ref_is_null(s.best))
		return call_fail(c, "NO_HOSTS_AVAILABLE", s.reasons, s.n);
	*host_r = s.best;
	return 0;
}

int
placement_take(struct tx *t, struct ref ref, int64_t bytes)
{
	const struct host *host = TX_GET(t, host, host, ref);
	const struct host_metrics *m = host ? metrics_of(t, host) : NULL;

	if (!m)
		return 0; /* the host is gone, and its memory with it */
	return TX_SET(t, host_metrics, host_metrics, host->metrics, memory_free,
	    m->memory_free - bytes);
}

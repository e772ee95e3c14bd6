/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions about where a VM could run. None of them changes anything. */
#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "vm/start/memory_plan.h"
#include "vm/start/placement.h"
#include "vm/start/vm_boot.h"
#include "world/world.h"

struct possible {
	struct call *c;
	struct tx *t;
	const struct vm *vm;
	struct ref *hosts;
	uint32_t n, room;
};

static int
add_if_possible(const struct record *r, void *arg)
{
	struct possible *p = arg;

	if (p->n < p->room &&
	    placement_check(p->c, p->t, p->vm, (const struct host *)r, true) ==
		0)
		p->hosts[p->n++] = r->self;
	p->c->nerror = 0;
	return 0;
}

int
vm_get_possible_hosts(struct call *c,
    const struct vm_get_possible_hosts_args *a, struct set *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct possible p = { .c = c,
		.t = t,
		.room = (uint32_t)db_count(c->db, CLASS_host) + 64 };

	if (!t || !(p.vm = EDIT_HEAD(c, t, VM, vm, a->vm)))
		return -1;
	p.hosts = arena_array(c->arena, p.room, sizeof(*p.hosts));
	if (!p.hosts)
		return call_fail_nomem(c);
	if (vm_check_bootable(c, p.vm) == 0)
		(void)tx_each(t, CLASS_host, add_if_possible, &p);
	c->nerror = 0;
	*result_r = (struct set){ .items = p.hosts, .n = p.n };
	return 0;
}

int
vm_assert_can_boot_here(struct call *c,
    const struct vm_assert_can_boot_here_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct host *host;
	const struct vm *vm;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->self)) ||
	    !(host = EDIT_HEAD(c, t, host, host, a->host)))
		return -1;
	if (vm_check_bootable(c, vm) < 0)
		return -1;
	return placement_check(c, t, vm, host, true);
}

/* ---- agile: could be started on another host ---- */

/* Shared, and plugged on more than one host. */
static bool
is_shared(struct tx *t, struct ref ref)
{
	const struct sr *sr = TX_GET(t, SR, sr, ref);
	const struct ref *pbds = sr ? sr->PBDs.items : NULL;
	unsigned plugged = 0;

	for (uint32_t i = 0; sr && i < sr->PBDs.n; i++) {
		const struct pbd *pbd = TX_GET(t, PBD, pbd, pbds[i]);

		plugged += pbd && pbd->currently_attached;
	}
	return sr && sr->shared && plugged > 0;
}

static int
check_agile_disks(struct call *c, struct tx *t, const struct vm *vm)
{
	const struct ref *vbds = vm->VBDs.items;

	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);
		const struct vdi *vdi =
		    vbd && !vbd->empty ? TX_GET(t, VDI, vdi, vbd->VDI) : NULL;

		if (vdi && !is_shared(t, vdi->SR))
			return fail_ha_constraint_violation_sr_not_shared(c,
			    call_ref_text(c, vdi->SR));
	}
	return 0;
}

/* A network with a PIF on some hosts has to have one on all. */
static int
check_agile_networks(struct call *c, struct tx *t, const struct vm *vm)
{
	const struct ref *vifs = vm->VIFs.items;
	uint64_t hosts = db_count(c->db, CLASS_host);

	for (uint32_t i = 0; i < vm->VIFs.n; i++) {
		const struct vif *vif = TX_GET(t, VIF, vif, vifs[i]);
		const struct network *net =
		    vif ? TX_GET(t, network, network, vif->network) : NULL;

		if (net && net->PIFs.n < hosts &&
		    (net->PIFs.n || net->managed) &&
		    !edit_map_true(&net->other_config,
			"assume_network_is_shared"))
			return fail_ha_constraint_violation_network_not_shared(
			    c, call_ref_text(c, vif->network));
	}
	return 0;
}

int
vm_assert_agile(struct call *c, const struct vm_assert_agile_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->self)))
		return -1;
	if (vm->attached_PCIs.n)
		return fail_vm_has_pci_attached(c, call_ref_text(c, a->self));
	if (vm->VUSBs.n)
		return fail_vm_has_vusbs(c, call_ref_text(c, a->self));
	if (check_agile_disks(c, t, vm) < 0)
		return -1;
	return check_agile_networks(c, t, vm);
}

/* ---- recovery ---- */

/* The SRs that hold the VM's disks, each once. */
int
vm_get_SRs_required_for_recovery(struct call *c,
    const struct vm_get_SRs_required_for_recovery_args *a, struct set *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct ref *vbds;
	const struct vm *vm;
	struct ref *srs;
	uint32_t n = 0;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->self)))
		return -1;
	srs = arena_array(c->arena, vm->VBDs.n + 1, sizeof(*srs));
	if (!srs)
		return call_fail_nomem(c);
	vbds = vm->VBDs.items;
	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);
		const struct vdi *vdi = vbd && vbd->type != VBD_TYPE_CD
		    ? TX_GET(t, VDI, vdi, vbd->VDI)
		    : NULL;
		bool known = !vdi;

		for (uint32_t j = 0; vdi && j < n; j++)
			known = known || ref_equal(srs[j], vdi->SR);
		if (!known)
			srs[n++] = vdi->SR;
	}
	*result_r = (struct set){ .items = srs, .n = n };
	return 0;
}

/* Workload balancing is a server of the original's vendor. */
int
vm_retrieve_wlb_recommendations(struct call *c,
    const struct vm_retrieve_wlb_recommendations_args *a, struct map *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VM, a->vm);
	RECORD_UNREF const struct record *p =
	    db_get(c->db, CLASS_pool, c->core->pool);
	const struct pool *pool = (const struct pool *)p;

	(void)result_r;
	if (!r)
		return -1;
	if (!pool || !pool->wlb_url[0])
		return fail_wlb_not_initialized(c);
	return pool->wlb_enabled
	    ? fail_not_implemented(c, "VM.retrieve_wlb_recommendations")
	    : fail_wlb_disabled(c);
}

/* ---- memory ---- */

#define COUNTED_MAX 1e12 /* MiB; in bytes still an int64_t */

/* The most memory of a guest that with its overhead fits into total. */
int
vm_maximise_memory(struct call *c, const struct vm_maximise_memory_args *a,
    int64_t *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VM, a->self);
	const struct vm *vm = (const struct vm *)r;
	const int64_t mib = INT64_C(1) << 20;
	int64_t low = 0, high = a->total / mib;
	int64_t vcpus;
	bool hvm;

	if (!vm)
		return -1;
	vcpus = vm->VCPUs_max > 0 && vm->VCPUs_max < 65536 ? vm->VCPUs_max : 1;
	if (a->total < 0)
		return fail_invalid_value(c, "total", "negative");
	hvm = vm->domain_type == DOMAIN_TYPE_HVM;
	while (low < high) { /* low MiB fit, more than high do not */
		int64_t mid = low + (high - low + 1) / 2;
		double shadow = hvm && vm->HVM_shadow_multiplier > 1
		    ? vm->HVM_shadow_multiplier
		    : 1;
		double counted = (double)mid * shadow;

		if (counted < COUNTED_MAX &&
		    mid +
			    world_memory_overhead((int64_t)counted * mib, vcpus,
				hvm) /
				mib <=
			a->total / mib)
			low = mid;
		else
			high = mid - 1;
	}
	/* Nearly all guests round to pages of 2 MiB; an estimate may too. */
	*result_r = (a->approximate ? low / 2 * 2 : low) * mib;
	return 0;
}

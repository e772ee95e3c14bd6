/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What VMs have of GPUs. A VGPU of the type passthrough is a whole one, a PCI
 * device of the VM; other types are shares, which only simulated hosts
 * provide: on real ones no GPU supports them. */
#include "passthrough/vgpu.h"

#include <string.h>

#include "call/edit.h"
#include "call/refuse.h"
#include "passthrough/pci.h"

#define MAX_VGPUS 8 /* of one VM */

static const struct vgpu_type *
type_of(struct tx *t, struct ref type)
{
	return TX_GET(t, VGPU_type, vgpu_type, type);
}

static bool
is_whole(const struct vgpu_type *type)
{
	return type &&
	    type->implementation == VGPU_TYPE_IMPLEMENTATION_PASSTHROUGH;
}

/* ---- making one ---- */

static bool
is_number(const char *s)
{
	size_t len = strlen(s);

	return len && len <= 2 && strspn(s, "0123456789") == len;
}

/* Those that a VM has may be combined when each type says so; a single one
 * always may. */
static int
check_others(struct call *c, struct tx *t, const struct vm *vm,
    const struct vgpu_create_args *a, struct ref type)
{
	const struct vgpu_type *own = type_of(t, type);
	const struct ref *refs = vm->VGPUs.items;

	if (vm->VGPUs.n >= MAX_VGPUS)
		return fail_vgpu_type_not_compatible(c, call_ref_text(c, type));
	for (uint32_t i = 0; i < vm->VGPUs.n; i++) {
		const struct vgpu *v = TX_GET(t, VGPU, vgpu, refs[i]);
		const struct ref *good = own->compatible_types_in_vm.items;
		bool fits = false;

		if (v && strcmp(v->device, a->device) == 0)
			return fail_device_already_exists(c, a->device);
		for (uint32_t k = 0; v && k < own->compatible_types_in_vm.n;
		     k++)
			fits |= ref_equal(good[k], v->type);
		if (v && !fits)
			return fail_vgpu_type_not_compatible(c,
			    call_ref_text(c, type));
	}
	return 0;
}

static int
check_vm(struct call *c, const struct vm *vm)
{
	static const char *const names[] = {
		[VM_POWER_STATE_HALTED] = "halted",
		[VM_POWER_STATE_PAUSED] = "paused",
		[VM_POWER_STATE_RUNNING] = "running",
		[VM_POWER_STATE_SUSPENDED] = "suspended",
	};

	if (vm->power_state != VM_POWER_STATE_HALTED)
		return fail_vm_bad_power_state(c, call_ref_text(c, vm->r.self),
		    "halted", names[vm->power_state]);
	return vm->current_operations.n
	    ? refuse_busy(c, &vm->r, &vm->current_operations, 0,
		  &enum_info_vm_operations)
	    : 0;
}

int
vgpu_create(struct call *c, const struct vgpu_create_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct ref type = a->type;
	const struct vm *vm;
	struct vgpu v;

	if (!t || !EDIT_HEAD(c, t, VM, vm, a->VM) ||
	    !EDIT_HEAD(c, t, GPU_group, gpu_group, a->GPU_group))
		return -1;
	if (!is_number(a->device))
		return fail_invalid_device(c, a->device);
	if (ref_is_null(type))
		type = vgpu_passthrough(t);
	if (!EDIT_HEAD(c, t, VGPU_type, vgpu_type, type) ||
	    !(vm = EDIT_HEAD(c, t, VM, vm, a->VM)) || check_vm(c, vm) < 0 ||
	    check_others(c, t, vm, a, type) < 0)
		return -1;
	builder_defaults(CLASS_VGPU, &v.r);
	v.VM = a->VM;
	v.GPU_group = a->GPU_group;
	v.device = a->device;
	v.other_config = a->other_config;
	v.type = type;
	(void)tx_insert(t, &v.r, result_r);
	return call_commit(c, STEAL(t));
}

int
vgpu_destroy(struct call *c, const struct vgpu_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vgpu *v;

	if (!t || !(v = EDIT_HEAD(c, t, VGPU, vgpu, a->self)))
		return -1;
	if (v->currently_attached ||
	    !ref_is_null(v->scheduled_to_be_resident_on))
		return fail_operation_not_allowed(c,
		    "The VM that has the vGPU runs");
	(void)tx_destroy(t, CLASS_VGPU, a->self);
	return call_commit(c, STEAL(t));
}

int
vgpu_atomic_set_resident_on(struct call *c,
    const struct vgpu_atomic_set_resident_on_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t || !EDIT_HEAD(c, t, VGPU, vgpu, a->self) ||
	    !EDIT_HEAD(c, t, PGPU, pgpu, a->value))
		return -1;
	TX_SET(t, VGPU, vgpu, a->self, resident_on, a->value);
	TX_SET(t, VGPU, vgpu, a->self, scheduled_to_be_resident_on, REF_NULL);
	return call_commit(c, STEAL(t));
}

/* ---- a place for each ---- */

/* What the VM's own VGPUs take while they are looked at one by one. */
struct plan_of_vm {
	struct ref pgpu[MAX_VGPUS];
	int64_t size[MAX_VGPUS];
	unsigned n;
};

static int64_t
taken_by_vm(const struct plan_of_vm *p, struct ref pgpu)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < p->n; i++)
		if (ref_equal(p->pgpu[i], pgpu))
			sum += p->size[i];
	return sum;
}

static bool
is_free_for(struct tx *t, const struct pgpu *g, struct ref vm)
{
	const struct pci *pci = TX_GET(t, PCI, pci, g->PCI);
	const struct ref *refs = pci ? pci->dependencies.items : NULL;

	if (!pci_is_free_for(t, g->PCI, vm))
		return false;
	for (uint32_t i = 0; pci && i < pci->dependencies.n; i++)
		if (!pci_is_free_for(t, refs[i], vm))
			return false;
	return true;
}

/* Of the group's GPUs on the host that have room the one that the group
 * prefers: the fullest or the emptiest. Null: none. */
static struct ref
choose(struct tx *t, const struct plan_of_vm *p, const struct vgpu *v,
    struct ref host)
{
	const struct gpu_group *group =
	    TX_GET(t, GPU_group, gpu_group, v->GPU_group);
	const struct ref *refs = group ? group->PGPUs.items : NULL;
	const struct vgpu_type *type = type_of(t, v->type);
	int64_t best_room = 0;
	struct ref best = REF_NULL;

	for (uint32_t i = 0; type && group && i < group->PGPUs.n; i++) {
		const struct pgpu *g = TX_GET(t, PGPU, pgpu, refs[i]);
		int64_t room;

		if (!g || !ref_equal(g->host, host) ||
		    pgpu_check_type(NULL, t, g, v->type) < 0 ||
		    !is_free_for(t, g, v->VM))
			continue;
		room = pgpu_room(t, g) - taken_by_vm(p, refs[i]);
		if (room < type->size ||
		    (!ref_is_null(best) &&
			(group->allocation_algorithm ==
				    ALLOCATION_ALGORITHM_DEPTH_FIRST
				? room >= best_room
				: room <= best_room)))
			continue;
		best = refs[i];
		best_room = room;
	}
	return best;
}

static int
fail_no_room(struct call *c, struct tx *t, const struct vgpu *v)
{
	const char *vm = call_ref_text(c, v->VM),
		   *group = call_ref_text(c, v->GPU_group);

	return is_whole(type_of(t, v->type))
	    ? fail_vm_requires_gpu(c, vm, group)
	    : fail_vm_requires_vgpu(c, vm, group, call_ref_text(c, v->type));
}

static int
check_whole(struct call *c, struct tx *t, const struct vm *vm,
    const struct vgpu *v, const struct host *host)
{
	const struct vgpu_type *type = type_of(t, v->type);

	if (type && type->implementation == VGPU_TYPE_IMPLEMENTATION_GVT_G)
		return fail_vgpu_type_no_longer_supported(c, type->model_name);
	if (!is_whole(type))
		return 0;
	if (vm->domain_type != DOMAIN_TYPE_HVM)
		return fail_vm_hvm_required(c, call_ref_text(c, vm->r.self));
	return edit_map_true(&host->chipset_info, "iommu")
	    ? 0
	    : fail_vm_requires_iommu(c, call_ref_text(c, host->r.self));
}

/* Or is about to be. */
static bool
is_on(struct tx *t, const struct vgpu *v, struct ref host)
{
	const struct pgpu *g = TX_GET(t, PGPU, pgpu,
	    ref_is_null(v->resident_on) ? v->scheduled_to_be_resident_on
					: v->resident_on);

	return g && ref_equal(g->host, host);
}

int
vgpu_check_host(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host)
{
	const struct ref *refs = vm->VGPUs.items;
	struct plan_of_vm p = { .n = 0 };

	for (uint32_t i = 0; i < vm->VGPUs.n && p.n < MAX_VGPUS; i++) {
		const struct vgpu *v = TX_GET(t, VGPU, vgpu, refs[i]);
		const struct vgpu_type *type = v ? type_of(t, v->type) : NULL;

		if (!v || is_on(t, v, host->r.self))
			continue;
		if (check_whole(c, t, vm, v, host) < 0)
			return -1;
		p.pgpu[p.n] = choose(t, &p, v, host->r.self);
		if (ref_is_null(p.pgpu[p.n]))
			return fail_no_room(c, t, v);
		p.size[p.n++] = type->size;
	}
	return 0;
}

/* ---- while the VM has it ---- */

static int
take_one(struct tx *t, struct ref ref, struct ref host)
{
	const struct vgpu *v = TX_GET(t, VGPU, vgpu, ref);
	const struct plan_of_vm none = { .n = 0 };
	struct ref vm, pgpu, pci;
	const struct pgpu *g;

	if (!v)
		return 0;
	vm = v->VM;
	pgpu = choose(t, &none, v, host);
	g = TX_GET(t, PGPU, pgpu, pgpu);
	if (!g)
		return 0;
	pci = g->PCI;
	if (is_whole(type_of(t, v->type)) && !ref_is_null(pci)) {
		TX_SET(t, VGPU, vgpu, ref, PCI, pci);
		pci_take_with_slot(t, pci, vm);
	}
	return TX_SET(t, VGPU, vgpu, ref, scheduled_to_be_resident_on, pgpu);
}

/* The sets of a VM may be made anew by the changes: so one by one. */
static struct ref
nth(struct tx *t, struct ref vm, uint32_t i)
{
	const struct vm *row = TX_GET(t, VM, vm, vm);

	return row && i < row->VGPUs.n
	    ? ((const struct ref *)row->VGPUs.items)[i]
	    : REF_NULL;
}

int
vgpu_take(struct tx *t, struct ref vm, struct ref host)
{
	struct ref ref;

	for (uint32_t i = 0; !ref_is_null(ref = nth(t, vm, i)); i++)
		if (take_one(t, ref, host) < 0)
			return -1;
	return 0;
}

void
vgpu_attach(struct tx *t, struct ref vm)
{
	struct ref ref;

	for (uint32_t i = 0; !ref_is_null(ref = nth(t, vm, i)); i++) {
		const struct vgpu *v = TX_GET(t, VGPU, vgpu, ref);
		struct ref at = v ? v->scheduled_to_be_resident_on : REF_NULL;

		if (ref_is_null(at))
			continue;
		TX_SET(t, VGPU, vgpu, ref, resident_on, at);
		TX_SET(t, VGPU, vgpu, ref, scheduled_to_be_resident_on,
		    REF_NULL);
		TX_SET(t, VGPU, vgpu, ref, currently_attached, true);
	}
}

void
vgpu_leave(struct tx *t, struct ref vm)
{
	struct ref ref;

	for (uint32_t i = 0; !ref_is_null(ref = nth(t, vm, i)); i++) {
		TX_SET(t, VGPU, vgpu, ref, resident_on, REF_NULL);
		TX_SET(t, VGPU, vgpu, ref, scheduled_to_be_resident_on,
		    REF_NULL);
		TX_SET(t, VGPU, vgpu, ref, PCI, REF_NULL);
		TX_SET(t, VGPU, vgpu, ref, currently_attached, false);
	}
}

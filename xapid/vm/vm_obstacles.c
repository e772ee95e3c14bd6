/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/vm_obstacles.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "vm/vm_operations.h"

/* ---- what lies around the VM ---- */

typedef const struct record *get_fn(void *from, int cls, struct ref ref);

/* The storage driver's word counts as much as the field. */
static bool
is_reset(const struct vdi *vdi)
{
	const char *on_boot = builder_find(&vdi->sm_config, "on_boot");

	return vdi->on_boot == ON_BOOT_RESET ||
	    (on_boot && strcmp(on_boot, "reset") == 0);
}

static void
look_at_disks(struct vm_surroundings *s, const struct vm *vm, get_fn *get,
    void *from)
{
	const struct ref *refs = vm->VBDs.items;

	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd =
		    (const struct vbd *)get(from, CLASS_VBD, refs[i]);
		const struct vdi *vdi = vbd && !ref_is_null(vbd->VDI)
		    ? (const struct vdi *)get(from, CLASS_VDI, vbd->VDI)
		    : NULL;

		if (!vdi || !is_reset(vdi))
			continue;
		s->reset_disk = true;
		s->reset_cached_disk |= vdi->allow_caching ||
		    edit_map_true(&vdi->sm_config, "caching");
	}
}

/* NVIDIA's, where the card says what it is compatible with. */
static bool
can_be_saved(const struct vgpu *vgpu, get_fn *get, void *from)
{
	const struct vgpu_type *type =
	    (const struct vgpu_type *)get(from, CLASS_VGPU_type, vgpu->type);
	const struct pgpu *pgpu =
	    (const struct pgpu *)get(from, CLASS_PGPU, vgpu->resident_on);

	return type && pgpu && pgpu->compatibility_metadata.n &&
	    (type->implementation == VGPU_TYPE_IMPLEMENTATION_NVIDIA ||
		type->implementation == VGPU_TYPE_IMPLEMENTATION_NVIDIA_SRIOV);
}

static void
look_at_vgpus(struct vm_surroundings *s, const struct vm *vm, get_fn *get,
    void *from)
{
	const struct ref *refs = vm->VGPUs.items,
			 *pcis = vm->attached_PCIs.items;
	uint32_t theirs = 0;

	for (uint32_t i = 0; i < vm->VGPUs.n; i++) {
		const struct vgpu *vgpu =
		    (const struct vgpu *)get(from, CLASS_VGPU, refs[i]);

		s->vgpu |= vgpu && !can_be_saved(vgpu, get, from);
		for (uint32_t j = 0; vgpu && j < vm->attached_PCIs.n; j++)
			theirs += ref_equal(pcis[j], vgpu->PCI);
	}
	s->pci = vm->attached_PCIs.n > theirs;
}

void
vm_surroundings_read(struct vm_surroundings *s, const struct vm *vm,
    get_fn *get, void *from)
{
	*s = (struct vm_surroundings){
		.guest = (const struct vm_guest_metrics *)get(from,
		    CLASS_VM_guest_metrics, vm->guest_metrics),
		.metrics = (const struct vm_metrics *)get(from,
		    CLASS_VM_metrics, vm->metrics),
	};
	look_at_disks(s, vm, get, from);
	look_at_vgpus(s, vm, get, from);
}

/* ---- words of the checks ---- */

static bool
says(const struct vm_question *q, enum vm_operation_flags flag)
{
	return (q->row->flags & flag) != 0;
}

static bool
is_live(const struct vm *vm)
{
	return vm->power_state == VM_POWER_STATE_RUNNING ||
	    vm->power_state == VM_POWER_STATE_PAUSED;
}

static bool
platform_says(const struct vm *vm, const char *key)
{
	return edit_map_true(&vm->platform, key);
}

/* As it was started, or else would be. */
static bool
is_nested(const struct vm_question *q)
{
	const struct vm_metrics *m = q->around->metrics;

	return m ? m->nested_virt : platform_says(q->vm, "nested-virt");
}

static bool
is_immobile(const struct vm_question *q)
{
	const struct vm_metrics *m = q->around->metrics;

	return is_nested(q) ||
	    (m ? m->nomigrate : platform_says(q->vm, "nomigrate"));
}

static const char *
guest_says(const struct vm_question *q, const char *key)
{
	return q->around->guest ? builder_find(&q->around->guest->other, key)
				: NULL;
}

static const char *
ref_of(struct call *c, const struct vm_question *q)
{
	return call_ref_text(c, q->vm->r.self);
}

static int
fail_named(struct call *c, const struct vm_question *q, const char *code)
{
	const char *const params[] = { ref_of(c, q),
		enum_info_vm_operations.values[q->op] };

	return call_fail(c, code, params, 2);
}

/* ---- the checks ---- */

static const char *
blocked_reason(const struct vm_question *q)
{
	const struct map *m = &q->vm->blocked_operations;
	const int *keys = m->keys;
	const char *const *values = m->values;

	for (uint32_t i = 0; i < m->n; i++)
		if (keys[i] == (int)q->op)
			return values[i];
	return NULL;
}

static bool
blocked(const struct vm_question *q)
{
	return blocked_reason(q) != NULL;
}

static int
raise_blocked(struct call *c, const struct vm_question *q)
{
	return fail_operation_blocked(c, ref_of(c, q), blocked_reason(q));
}

/* What is cloned or copied of a checkpoint are its disks. */
static bool
copies_suspended(const struct vm_question *q)
{
	return (q->op == VM_OPERATIONS_CLONE || q->op == VM_OPERATIONS_COPY) &&
	    (q->vm->is_a_snapshot || q->around->clones_suspended);
}

static unsigned
states(const struct vm_question *q)
{
	unsigned all = q->vm->is_control_domain ? q->row->states_control_domain
						: q->row->states;

	if (copies_suspended(q))
		all |= 1u << VM_POWER_STATE_SUSPENDED;
	return all;
}

static bool
power_state(const struct vm_question *q)
{
	return !(states(q) & 1u << q->vm->power_state);
}

static int
raise_power_state(struct call *c, const struct vm_question *q)
{
	return vm_fail_power_state(c, ref_of(c, q), q->vm, states(q));
}

static bool template(const struct vm_question *q)
{
	return q->vm->is_a_template && !q->vm->is_a_snapshot &&
	    !says(q, TEMPLATE);
}

static int
raise_template(struct call *c, const struct vm_question *q)
{
	return fail_named(c, q, "VM_IS_TEMPLATE");
}

static bool
default_template(const struct vm_question *q)
{
	return q->vm->is_default_template && says(q, NOT_DEFAULT);
}

static int
raise_default_template(struct call *c, const struct vm_question *q)
{
	return fail_vm_cannot_delete_default_template(c, ref_of(c, q));
}

static bool
snapshot(const struct vm_question *q)
{
	return q->vm->is_a_snapshot && !says(q, SNAPSHOT);
}

static int
raise_snapshot(struct call *c, const struct vm_question *q)
{
	return fail_named(c, q, "VM_IS_SNAPSHOT");
}

static bool
no_template(const struct vm_question *q)
{
	return q->op == VM_OPERATIONS_PROVISION && !q->vm->is_a_template;
}

static int
raise_no_template(struct call *c, const struct vm_question *q)
{
	(void)q;
	return fail_provision_only_allowed_on_template(c);
}

static bool
no_snapshot(const struct vm_question *q)
{
	return q->op == VM_OPERATIONS_REVERT && !q->vm->is_a_snapshot;
}

static int
raise_no_snapshot(struct call *c, const struct vm_question *q)
{
	(void)q;
	return fail_revert_only_allowed_on_snapshot(c, NULL);
}

static bool
immobile(const struct vm_question *q)
{
	return says(q, MOBILE) && is_immobile(q);
}

static int
raise_immobile(struct call *c, const struct vm_question *q)
{
	return fail_vm_is_immobile(c, ref_of(c, q));
}

static bool
nested(const struct vm_question *q)
{
	return q->op == VM_OPERATIONS_CHANGING_DYNAMIC_RANGE && is_nested(q);
}

static int
raise_nested(struct call *c, const struct vm_question *q)
{
	return fail_vm_is_using_nested_virt(c, ref_of(c, q));
}

/* The first control domain is the machine itself. */
static bool
dom0(const struct vm_question *q)
{
	return q->vm->is_control_domain && q->vm->domid == 0 &&
	    (q->op == VM_OPERATIONS_CHANGING_VCPUS ||
		q->op == VM_OPERATIONS_DESTROY);
}

static int
raise_dom0(struct call *c, const struct vm_question *q)
{
	(void)q;
	return fail_operation_not_allowed(c,
	    "This cannot be done to the first control domain");
}

static bool
control_domain(const struct vm_question *q)
{
	return q->vm->is_control_domain && !says(q, CONTROL_DOMAIN);
}

static int
raise_control_domain(struct call *c, const struct vm_question *q)
{
	(void)q;
	return fail_operation_not_allowed(c,
	    "This cannot be done to a control domain");
}

/* Why the guest says that its memory cannot be moved. */
static const char *
suspend_reason(const struct vm_question *q)
{
	return guest_says(q, "data-cant-suspend-reason");
}

static bool
cannot_suspend(const struct vm_question *q)
{
	return says(q, MOBILE) && is_live(q->vm) && suspend_reason(q);
}

static int
raise_cannot_suspend(struct call *c, const struct vm_question *q)
{
	return fail_vm_non_suspendable(c, ref_of(c, q), suspend_reason(q));
}

/* With drivers of its own it can do all there is. */
static bool
has_drivers(const struct vm_question *q)
{
	static const char *const keys[] = { "major", "minor" };

	for (size_t i = 0; i < 2; i++) {
		const char *s = q->around->guest
		    ? builder_find(&q->around->guest->PV_drivers_version,
			  keys[i])
		    : NULL;
		char *end;

		if (!s || !*s)
			return false;
		(void)strtol(s, &end, 10);
		if (*end)
			return false;
	}
	return true;
}

/* A guest without emulated hardware is made to take part. */
static bool
has_emulation(const struct vm_question *q)
{
	const struct vm_metrics *m = q->around->metrics;
	enum domain_type type =
	    m ? m->current_domain_type : DOMAIN_TYPE_UNSPECIFIED;

	return type == DOMAIN_TYPE_HVM || type == DOMAIN_TYPE_UNSPECIFIED;
}

static bool
lacks_feature(const struct vm_question *q)
{
	if (!q->row->features[0] || !is_live(q->vm) || !has_emulation(q) ||
	    has_drivers(q))
		return false;
	for (size_t i = 0; i < 2 && q->row->features[i]; i++) {
		const char *s = guest_says(q, q->row->features[i]);

		if (s && strcmp(s, "1") == 0)
			return false;
	}
	return true;
}

static int
raise_lacks_feature(struct call *c, const struct vm_question *q)
{
	return fail_vm_lacks_feature(c, ref_of(c, q));
}

static bool
quiesce(const struct vm_question *q)
{
	return q->op == VM_OPERATIONS_SNAPSHOT_WITH_QUIESCE;
}

static int
raise_quiesce(struct call *c, const struct vm_question *q)
{
	return fail_vm_snapshot_with_quiesce_not_supported(c, ref_of(c, q),
	    NULL);
}

static bool
reset_disk(const struct vm_question *q)
{
	return (says(q, NO_RESET) && q->around->reset_disk) ||
	    (says(q, NO_CACHING) && q->around->reset_cached_disk);
}

static int
raise_reset_disk(struct call *c, const struct vm_question *q)
{
	(void)q;
	return fail_vdi_on_boot_mode_incompatible_with_operation(c);
}

static bool
pci(const struct vm_question *q)
{
	return says(q, NO_PCI) && q->around->pci;
}

static int
raise_pci(struct call *c, const struct vm_question *q)
{
	return fail_vm_has_pci_attached(c, ref_of(c, q));
}

/* Nothing of it is to be saved where the VM does not run. */
static bool
vgpu(const struct vm_question *q)
{
	bool off = (q->op == VM_OPERATIONS_MIGRATE_SEND &&
		       q->vm->power_state == VM_POWER_STATE_HALTED) ||
	    (q->op == VM_OPERATIONS_CHECKPOINT &&
		q->vm->power_state == VM_POWER_STATE_SUSPENDED);

	return says(q, NO_VGPU) && q->around->vgpu && !off;
}

static int
raise_vgpu(struct call *c, const struct vm_question *q)
{
	return fail_vm_has_vgpu(c, ref_of(c, q));
}

static bool
vusb(const struct vm_question *q)
{
	return says(q, NO_VUSB) && q->vm->VUSBs.n;
}

static int
raise_vusb(struct call *c, const struct vm_question *q)
{
	return fail_vm_has_vusbs(c, ref_of(c, q));
}

/* A template is in no appliance and in no schedule. */
static bool
bound(const struct vm_question *q)
{
	return q->op == VM_OPERATIONS_MAKE_INTO_TEMPLATE &&
	    (!ref_is_null(q->vm->appliance) ||
		!ref_is_null(q->vm->snapshot_schedule));
}

static int
raise_bound(struct call *c, const struct vm_question *q)
{
	const struct vm *vm = q->vm;

	return ref_is_null(vm->appliance)
	    ? fail_vm_assigned_to_snapshot_schedule(c, ref_of(c, q),
		  call_ref_text(c, vm->snapshot_schedule))
	    : fail_vm_is_part_of_an_appliance(c, ref_of(c, q),
		  call_ref_text(c, vm->appliance));
}

static bool
no_system_domain(const struct vm_question *q)
{
	const char *s = builder_find(&q->vm->other_config, "is_system_domain");

	return q->op == VM_OPERATIONS_QUERY_SERVICES &&
	    !(s && (strcmp(s, "true") == 0 || strcmp(s, "1") == 0));
}

static int
raise_no_system_domain(struct call *c, const struct vm_question *q)
{
	return fail_not_system_domain(c, ref_of(c, q));
}

static bool
second_vtpm(const struct vm_question *q)
{
	return q->op == VM_OPERATIONS_CREATE_VTPM && q->vm->VTPMs.n;
}

static int
raise_second_vtpm(struct call *c, const struct vm_question *q)
{
	(void)q;
	return fail_vtpm_max_amount_reached(c, "1");
}

/* ---- in their order ---- */

struct vm_obstacle {
	bool (*stands)(const struct vm_question *q);
	int (*raise)(struct call *c, const struct vm_question *q);
};

#define OBSTACLE(name)                                                         \
	{                                                                      \
		name, raise_##name                                             \
	}

static const struct vm_obstacle obstacles[] = {
	OBSTACLE(blocked),
	OBSTACLE(power_state),
	OBSTACLE(template),
	OBSTACLE(default_template),
	OBSTACLE(snapshot),
	OBSTACLE(no_template),
	OBSTACLE(no_snapshot),
	OBSTACLE(immobile),
	OBSTACLE(nested),
	OBSTACLE(dom0),
	OBSTACLE(control_domain),
	OBSTACLE(cannot_suspend),
	OBSTACLE(lacks_feature),
	OBSTACLE(quiesce),
	OBSTACLE(reset_disk),
	OBSTACLE(pci),
	OBSTACLE(vgpu),
	OBSTACLE(vusb),
	OBSTACLE(bound),
	OBSTACLE(no_system_domain),
	OBSTACLE(second_vtpm),
};

const struct vm_obstacle *
vm_obstacle_find(const struct vm_question *q)
{
	for (size_t i = 0; i < sizeof(obstacles) / sizeof(obstacles[0]); i++)
		if (obstacles[i].stands(q))
			return &obstacles[i];
	return NULL;
}

int
vm_obstacle_raise(const struct vm_obstacle *o, struct call *c,
    const struct vm_question *q)
{
	return o->raise(c, q);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* (source of what is kept and what begins anew: lifecycle.json copy_fields) */
#include "vm/copy/vm_copy_record.h"

#include <string.h>

#include "call/edit.h"
#include "lib/clock.h"
#include "model/builder.h"
#include "vm/copy/vm_metadata.h"
#include "vm/vm.h"
#include "vm/vm_devices.h"
#include "vm/vm_operations.h"
#include "world/mac.h"

static const struct map no_map;
static const struct set no_set;

/* ---- maps ---- */

static struct map
copy_config(struct call *c, const struct vm *source, bool snapshot)
{
	struct builder b = { .arena = c->arena };
	struct builder_pairs first = { .b = &b }, pairs = { .b = &b };
	struct map all;

	builder_put_map(&first, &source->other_config, "default_template");
	all = builder_pairs_map(&first);
	builder_put_map(&pairs, &all, "xensource_internal");
	if (source->is_a_template &&
	    !builder_find(&source->other_config, "base_template_name"))
		builder_put(&pairs, "base_template_name", source->name_label);
	if (b.failed)
		call_fail_nomem(c);
	all = builder_pairs_map(&pairs);
	return snapshot ? all : vm_with_mac_seed(c, &all, true);
}

static struct map
snapshot_info(struct call *c, const struct vm *source)
{
	struct builder b = { .arena = c->arena };
	struct builder_pairs pairs = { .b = &b };

	builder_put(&pairs, "power-state-at-snapshot",
	    enum_info_vm_power_state.values[source->power_state]);
	builder_put(&pairs, "disk-snapshot-type", "crash_consistent");
	if (b.failed)
		call_fail_nomem(c);
	return builder_pairs_map(&pairs);
}

/* A disk of a copy goes with it. */
static struct map
owned(struct call *c, const struct map *other_config)
{
	struct builder b = { .arena = c->arena };
	struct builder_pairs pairs = { .b = &b };

	builder_put_map(&pairs, other_config, NULL);
	if (!builder_find(other_config, "owner"))
		builder_put(&pairs, "owner", "");
	if (b.failed)
		call_fail_nomem(c);
	return builder_pairs_map(&pairs);
}

/* ---- the VM itself ---- */

const char *
vm_fresh_generation(struct call *c)
{
	struct ref r = ref_new();
	uint64_t half[2];

	memcpy(half, &r, sizeof(half));
	return arena_printf(c->arena, "%lld:%lld", (long long)half[0],
	    (long long)half[1]);
}

/* What belongs to the one that runs, or to its place among others. */
static void
forget_place(struct vm *vm)
{
	vm->resident_on = vm->scheduled_to_be_resident_on = REF_NULL;
	vm->domid = -1;
	vm->domarch = "";
	vm->allowed_operations = no_set;
	vm->current_operations = no_map;
	vm->blocked_operations = no_map;
	vm->blobs = no_map;
	vm->groups = no_set;
	vm->attached_PCIs = no_set;
	vm->protection_policy = vm->snapshot_schedule = REF_NULL;
	vm->appliance = vm->suspend_SR = REF_NULL;
	vm->start_delay = vm->shutdown_delay = vm->order = vm->version = 0;
	vm->ha_always_run = false;
	vm->is_default_template = false;
	vm->is_snapshot_from_vmpp = vm->is_vmss_snapshot = false;
	vm->requires_reboot = false;
	vm->pending_guidances = vm->recommended_guidances = no_set;
	vm->pending_guidances_recommended = no_set;
	vm->pending_guidances_full = no_set;
	vm->transportable_snapshot_id = "";
	vm->snapshot_metadata = "";
}

static struct vm
describe(struct call *c, const struct vm *source, const struct vm_copy *how)
{
	struct vm vm;

	record_like(&vm.r, &source->r);
	vm.uuid = "";
	vm.name_label = how->name;
	forget_place(&vm);
	vm.other_config = copy_config(c, source, how->snapshot);
	vm.power_state =
	    how->suspended ? VM_POWER_STATE_SUSPENDED : VM_POWER_STATE_HALTED;
	vm.suspend_VDI = how->suspended ? how->memory : REF_NULL;
	vm.is_a_template = source->is_a_template || how->snapshot;
	vm.is_a_snapshot = how->snapshot;
	vm.is_vmss_snapshot = how->scheduled;
	vm.snapshot_of = how->snapshot ? source->r.self : REF_NULL;
	vm.snapshot_time = how->snapshot ? clock_wall_sec() : 0;
	vm.snapshot_info = how->snapshot ? snapshot_info(c, source) : no_map;
	vm.snapshot_metadata =
	    how->snapshot ? vm_metadata_write(c, source) : "";
	vm.parent = how->snapshot ? source->parent : REF_NULL;
	if (source->generation_id[0])
		vm.generation_id = vm_fresh_generation(c);
	return vm;
}

/* ---- what hangs on it ---- */

int
vm_copy_metrics(struct tx *t, const struct vm *source, struct ref *metrics_r,
    struct ref *guest_metrics_r)
{
	const struct vm_metrics *m =
	    TX_GET(t, VM_metrics, vm_metrics, source->metrics);
	struct ref of_guest = source->guest_metrics;
	const struct vm_guest_metrics *g;
	struct vm_guest_metrics guest;
	struct vm_metrics metrics;

	*metrics_r = *guest_metrics_r = REF_NULL;
	if (m) {
		record_like(&metrics.r, &m->r);
		metrics.uuid = "";
		if (tx_insert(t, &metrics.r, metrics_r) < 0)
			return -1;
	}
	g = TX_GET(t, VM_guest_metrics, vm_guest_metrics, of_guest);
	if (!g)
		return 0;
	record_like(&guest.r, &g->r);
	guest.uuid = "";
	return tx_insert(t, &guest.r, guest_metrics_r);
}

struct target {
	struct call *c;
	struct tx *t;
	const struct vm_copy *how;
	struct ref vm;
	const char *seed; /* of addresses; NULL: they are kept */
};

static int
copy_vbd(struct target *to, struct ref ref)
{
	const struct vbd *source = TX_GET(to->t, VBD, vbd, ref);
	struct vbd vbd;

	if (!source)
		return 0;
	record_like(&vbd.r, &source->r);
	if (vbd.type == VBD_TYPE_DISK && !ref_is_null(vbd.VDI)) {
		vbd.VDI = to->how->disk(to->how->arg, vbd.VDI);
		if (ref_is_null(vbd.VDI))
			return 0;
		vbd.other_config = owned(to->c, &vbd.other_config);
	}
	vbd.uuid = "";
	vbd.VM = to->vm;
	vbd.device = to->how->suspended ? vbd.device : "";
	vbd.currently_attached = to->how->suspended && vbd.currently_attached;
	vbd.reserved = false;
	vbd.current_operations = no_map;
	vbd.metrics = REF_NULL;
	return tx_insert(to->t, &vbd.r, &ref);
}

static int
copy_vif(struct target *to, struct ref ref)
{
	const struct vif *source = TX_GET(to->t, VIF, vif, ref);
	char mac[MAC_CHARS + 1];
	struct vif vif;
	unsigned device;

	if (!source)
		return 0;
	record_like(&vif.r, &source->r);
	if (to->seed && vif_device_parse(vif.device, &device)) {
		if (mac_from_seed(to->seed, device, mac) < 0)
			return fail_mac_invalid(to->c, vif.MAC);
		vif.MAC = mac;
		vif.MAC_autogenerated = true;
	}
	vif.uuid = "";
	vif.VM = to->vm;
	vif.currently_attached = to->how->suspended && vif.currently_attached;
	vif.reserved = false;
	vif.reserved_pci = REF_NULL;
	vif.current_operations = no_map;
	vif.metrics = REF_NULL;
	return tx_insert(to->t, &vif.r, &ref);
}

static int
copy_vtpm(struct target *to, struct ref ref)
{
	const struct vtpm *source = TX_GET(to->t, VTPM, vtpm, ref);
	const struct secret *contents;
	struct secret secret;
	struct vtpm vtpm;

	if (!source)
		return 0;
	record_like(&vtpm.r, &source->r);
	contents = TX_GET(to->t, secret, secret, vtpm.contents);
	vtpm.contents = REF_NULL;
	if (contents) {
		record_like(&secret.r, &contents->r);
		secret.uuid = "";
		if (tx_insert(to->t, &secret.r, &vtpm.contents) < 0)
			return -1;
	}
	vtpm.uuid = "";
	vtpm.VM = to->vm;
	vtpm.current_operations = no_map;
	return tx_insert(to->t, &vtpm.r, &ref);
}

/* It has no GPU before it starts. */
static int
copy_vgpu(struct target *to, struct ref ref)
{
	const struct vgpu *source = TX_GET(to->t, VGPU, vgpu, ref);
	struct vgpu vgpu;

	if (!source)
		return 0;
	record_like(&vgpu.r, &source->r);
	vgpu.uuid = "";
	vgpu.VM = to->vm;
	vgpu.currently_attached = false;
	vgpu.resident_on = vgpu.scheduled_to_be_resident_on = REF_NULL;
	vgpu.PCI = REF_NULL;
	return tx_insert(to->t, &vgpu.r, &ref);
}

/* items: not those of a record that t changes meanwhile. */
static int
copy_each(struct target *to, const struct set *items,
    int (*copy)(struct target *to, struct ref ref))
{
	const struct ref *refs = items->items;

	for (uint32_t i = 0; i < items->n; i++)
		if (copy(to, refs[i]) < 0)
			return -1;
	return 0;
}

static struct set
kept(struct call *c, const struct set *refs)
{
	struct set copy = { .n = refs->n };
	struct ref *items =
	    arena_array(c->arena, refs->n ? refs->n : 1, sizeof(*items));

	if (!items) {
		call_fail_nomem(c);
		return no_set;
	}
	if (refs->n)
		memcpy(items, refs->items, refs->n * sizeof(*items));
	copy.items = items;
	return copy;
}

int
vm_copy_devices(struct call *c, struct tx *t, const struct vm *source,
    const struct vm_copy *how, struct ref vm, const char *seed)
{
	struct target to = { c, t, how, vm, seed };
	struct set vbds = kept(c, &source->VBDs);
	struct set vifs = kept(c, &source->VIFs);
	struct set vtpms = kept(c, &source->VTPMs);
	struct set vgpus = kept(c, &source->VGPUs);

	if (c->nerror || copy_each(&to, &vbds, copy_vbd) < 0 ||
	    copy_each(&to, &vifs, copy_vif) < 0 ||
	    copy_each(&to, &vtpms, copy_vtpm) < 0 ||
	    copy_each(&to, &vgpus, copy_vgpu) < 0)
		return -1;
	return c->nerror ? -1 : 0;
}

int
vm_copy_record(struct call *c, struct tx *t, struct ref source,
    const struct vm_copy *how, struct ref *copy_r)
{
	const struct vm *from = EDIT_HEAD(c, t, VM, vm, source);
	const char *seed = NULL;
	struct vm vm;

	if (!from)
		return -1;
	vm = describe(c, from, how);
	if (c->nerror ||
	    vm_copy_metrics(t, from, &vm.metrics, &vm.guest_metrics) < 0 ||
	    tx_insert(t, &vm.r, copy_r) < 0)
		return -1;
	if (!how->snapshot)
		seed = builder_find(&vm.other_config, "mac_seed");
	if (vm_copy_devices(c, t, TX_GET(t, VM, vm, source), how, *copy_r,
		seed) < 0)
		return -1;
	if (how->snapshot)
		TX_SET(t, VM, vm, source, parent, *copy_r);
	return vm_operations_refresh(t, *copy_r);
}

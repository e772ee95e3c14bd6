/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A place for a VM on a host: whether there is one, before anything begins; and
 * taking it, with the memory, disks and devices that a start finds there. */
#include <stdio.h>

#include "device/vbd.h"
#include "device/vif_attach.h"
#include "disk/vdi_attach.h"
#include "passthrough/pci.h"
#include "passthrough/vgpu.h"
#include "vm/power/vm_power.h"
#include "vm/power/vm_power_steps.h"
#include "vm/power/vm_start_record.h"
#include "vm/start/memory_plan.h"
#include "vm/start/placement.h"
#include "vm/start/vm_boot.h"

static bool
is_reboot(const struct plan *p)
{
	return power_is(p, "hard_reboot") || power_is(p, "clean_reboot");
}

static int
find_place(struct plan *p, struct tx *t, const struct vm *vm,
    struct ref *host_r)
{
	const struct host *row;

	*host_r = plan_arg_ref(p, "host");
	if (vm_check_bootable(p->call, vm) < 0)
		return -1;
	row = TX_GET(t, host, host, *host_r);
	if (is_reboot(p)) /* it had that place, whatever the host takes now */
		return row ? vm_check_devices(p->call, t, vm, row) : 0;
	if (ref_is_null(*host_r))
		return placement_choose(p->call, t, vm, host_r);
	if (!row)
		return fail_handle_invalid(p->call, "host",
		    call_ref_text(p->call, *host_r));
	return placement_check(p->call, t, vm, row, true);
}

/* ---- devices of a guest that sleeps ---- */

#define LOOSE "loose" /* note: those that it does not have */

/* They will be its own when it is awake, or are not when it stays asleep. */
static int
note_loose(struct plan *p, struct tx *t, const struct vm *vm)
{
	const struct ref *vbds = vm->VBDs.items, *vifs = vm->VIFs.items;
	const char *text = "";

	for (uint32_t i = 0; text && i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		if (vbd && !vbd->currently_attached)
			text = arena_printf(p->call->arena, "%s%s\n", text,
			    call_ref_text(p->call, vbds[i]));
	}
	for (uint32_t i = 0; text && i < vm->VIFs.n; i++) {
		const struct vif *vif = TX_GET(t, VIF, vif, vifs[i]);

		if (vif && !vif->currently_attached)
			text = arena_printf(p->call->arena, "%s%s\n", text,
			    call_ref_text(p->call, vifs[i]));
	}
	return text ? plan_note(p, LOOSE, text) : call_fail_nomem(p->call);
}

static void
loosen(struct plan *p, struct tx *t)
{
	const char *line = plan_arg(p, LOOSE);
	char text[REF_CHARS + 1];
	struct ref ref;
	int n;

	_Static_assert(REF_CHARS == 46, "the width below");

	/* As many characters as a reference has. */
	for (; sscanf(line, "%46s\n%n", text, &n) == 1; line += n) {
		if (!ref_parse(text, &ref))
			continue;
		if (TX_GET(t, VBD, vbd, ref)) {
			TX_SET(t, VBD, vbd, ref, device, "");
			TX_SET(t, VBD, vbd, ref, currently_attached, false);
		} else if (TX_GET(t, VIF, vif, ref)) {
			TX_SET(t, VIF, vif, ref, currently_attached, false);
		}
	}
}

/* ---- the place ---- */

#define TAKEN "taken" /* note: the host whose guests made room */

int
power_place(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);
	struct ref host;

	/* A reboot has it already. */
	if (vm && is_reboot(p) && !ref_is_null(vm->scheduled_to_be_resident_on))
		return 0;
	if (!vm || vbd_check_disks(p->call, t, vm) < 0 ||
	    find_place(p, t, vm, &host) < 0 ||
	    (power_is(p, "resume") && note_loose(p, t, vm) < 0) ||
	    memory_plan_take(p, t, p->object, host) < 0 ||
	    plan_note(p, TAKEN, call_ref_text(p->call, host)) < 0)
		return -1;
	vbd_reserve_disks(t, vm, true);
	vif_reserve(t, vm, true);
	(void)pci_take(t, p->object, host);
	(void)vgpu_take(t, p->object, host);
	(void)(power_is(p, "resume")
		? vm_record_kept_running(t, p->object)
		: vm_record_start(p->core, t, p->object, host));
	return TX_SET(t, VM, vm, p->object, scheduled_to_be_resident_on, host);
}

/* What cannot start is told so before anything begins: then there is nothing
 * to take back and nothing to look at. */
int
power_start_check(struct plan *p, struct tx *t)
{
	struct ref host;

	return vm_plan_check(p, t) < 0 ||
		vbd_check_disks(p->call, t, power_vm(p, t)) < 0
	    ? -1
	    : find_place(p, t, power_vm(p, t), &host);
}

int
power_resume_check(struct plan *p, struct tx *t)
{
	const struct vm *vm;
	struct ref host;

	if (vm_plan_check(p, t) < 0)
		return -1;
	vm = power_vm(p, t);
	if (!TX_GET(t, VDI, vdi, vm->suspend_VDI))
		return fail_vm_has_no_suspend_vdi(p->call,
		    call_ref_text(p->call, p->object));
	if (vbd_check_disks(p->call, t, vm) < 0)
		return -1;
	return find_place(p, t, vm, &host);
}

/* A VM that would not start again is not stopped. */
int
power_reboot_check(struct plan *p, struct tx *t)
{
	const struct vm *vm;
	const struct host *host;

	if (vm_plan_check(p, t) < 0)
		return -1;
	vm = power_vm(p, t);
	host = TX_GET(t, host, host, vm->resident_on);
	if (vm_check_bootable(p->call, vm) < 0)
		return -1;
	return host ? vm_check_devices(p->call, t, vm, host) : 0;
}

static void
leave_disks(struct plan *p, struct tx *t, const struct vm *vm)
{
	const struct ref *refs = vm->VBDs.items;

	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, refs[i]);

		if (vbd && vbd->type == VBD_TYPE_DISK)
			(void)vdi_left_then(p, t, vbd->VDI);
	}
}

int
power_unplace(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (vm) {
		vbd_reserve_disks(t, vm, false);
		vif_reserve(t, vm, false);
	}
	vgpu_leave(t, p->object);
	pci_leave(t, p->object);
	loosen(p, t);
	if (vm) {
		leave_disks(p, t, vm);
		(void)memory_plan_again(p, t, plan_arg_ref(p, TAKEN));
	}
	if (!vm || ref_is_null(vm->scheduled_to_be_resident_on))
		return 0;
	(void)placement_take(t, vm->scheduled_to_be_resident_on,
	    -placement_memory(vm));
	return TX_SET(t, VM, vm, p->object, scheduled_to_be_resident_on,
	    REF_NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/power/vm_power_steps.h"

#include <stdio.h>
#include <string.h>

#include "device/vbd.h"
#include "device/vif_attach.h"
#include "disk/vdi_attach.h"
#include "lib/clock.h"
#include "passthrough/pci.h"
#include "passthrough/vgpu.h"
#include "vm/power/vm_halt.h"
#include "vm/power/vm_image.h"
#include "vm/power/vm_power.h"
#include "vm/power/vm_start_record.h"
#include "vm/start/memory_plan.h"
#include "vm/start/placement.h"
#include "vm/start/vm_boot.h"
#include "vm/start/vm_domain_args.h"
#include "vm/vm.h"

/* ---- what the steps share ---- */

const struct vm *
power_vm(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (!vm)
		fail_handle_invalid(p->call, "VM",
		    call_ref_text(p->call, p->object));
	return vm;
}

/* The record and its uuid as published: a plan's object does not change under
 * it but by the plan's own steps. */
static const struct vm *
published(struct plan *p)
{
	return CALL_GET(p->call, VM, vm, p->object);
}

/* A request about the VM without arguments. */
static int
simple(struct plan *p, const char *op)
{
	const struct vm *vm = published(p);
	int rc;

	if (!vm)
		return -1;
	rc = plan_send(p, NULL, op, vm->uuid, NULL);
	record_unref(&vm->r);
	return rc;
}

static int
set_power_state(struct plan *p, struct tx *t, enum vm_power_state state)
{
	return TX_SET(t, VM, vm, p->object, power_state, state);
}

static bool
is_operation(const struct plan *p, const char *begin)
{
	return strncmp(p->kind->operation, begin, strlen(begin)) == 0;
}

static bool
is_reboot(const struct plan *p)
{
	return is_operation(p, "hard_reboot") ||
	    is_operation(p, "clean_reboot");
}

/* ---- placing ---- */

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
	    memory_plan_take(p, t, p->object, host) < 0)
		return -1;
	vbd_reserve_disks(t, vm, true);
	vif_reserve(t, vm, true);
	(void)pci_take(t, p->object, host);
	(void)vgpu_take(t, p->object, host);
	(void)(is_operation(p, "resume")
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
	if (!vm || ref_is_null(vm->scheduled_to_be_resident_on))
		return 0;
	(void)placement_take(t, vm->scheduled_to_be_resident_on,
	    -placement_memory(vm));
	return TX_SET(t, VM, vm, p->object, scheduled_to_be_resident_on,
	    REF_NULL);
}

/* ---- building ---- */

/* "vif/0 vif5.0\n" of each interface, for whoever joins them to bridges. */
static int
note_interfaces(struct plan *p, const struct value *all)
{
	const char *note = "";

	for (uint32_t i = 0; all && all->kind == VALUE_ARRAY && i < all->n;
	     i++) {
		const struct value *d = value_member(&all->items[i], "device");
		const struct value *n =
		    value_member(&all->items[i], "interface");

		if (!d || !n || d->kind != VALUE_STRING ||
		    n->kind != VALUE_STRING)
			continue;
		note =
		    arena_printf(p->call->arena, "%s%s %s\n", note, d->s, n->s);
		if (!note)
			return call_fail_nomem(p->call);
	}
	return *note ? plan_note(p, "interfaces", note) : 0;
}

static int
note_domain(struct plan *p, const struct value *answer)
{
	const struct value *domid = value_member(answer, "domid");
	char text[24];

	if (!domid || domid->kind != VALUE_INT)
		return fail_internal_error(p->call,
		    "The domain worker gave no domid");
	snprintf(text, sizeof(text), "%lld", (long long)domid->i);
	if (plan_note(p, "domid", text) < 0)
		return -1;
	return note_interfaces(p, value_member(answer, "interfaces"));
}

int
power_disks_send(struct plan *p)
{
	const struct vm *vm = published(p);
	enum vdi_epoch epoch = is_operation(p, "start") ? VDI_EPOCH_BEGINS
	    : is_operation(p, "resume")                 ? VDI_EPOCH_RESUMES
							: VDI_EPOCH_GOES_ON;
	int rc = vm ? vdi_attach_send(p, vm, epoch) : -1;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

/* The guest of a resume that fails stays suspended. */
int
power_disks_undo(struct plan *p)
{
	const struct vm *vm = published(p);
	enum vdi_epoch epoch =
	    is_operation(p, "resume") ? VDI_EPOCH_RESUMES : VDI_EPOCH_ENDS;
	int rc = vm ? vdi_detach_send(p, vm, epoch) : 0;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

int
power_disks_gone(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (!vm)
		return 0;
	vbd_reserve_disks(t, vm, false);
	return vdi_merge_then(p, t, power_vm(p, t));
}

void
power_disks_free(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (vm && vm->power_state == VM_POWER_STATE_HALTED)
		vbd_reserve_disks(t, vm, false);
}

#define BUILD_DEADLINE_MS (300 * 1000) /* of slow machines, large guests */

/* The domain of the VM, empty or with the memory of its image. */
static int
make_domain(struct plan *p, const char *op, bool from_image)
{
	const struct vm *vm = published(p);
	struct value body;
	int rc = -1;

	if (!vm)
		return -1;
	plan_set_deadline(p, BUILD_DEADLINE_MS);
	if (vm_domain_args(p->call->arena, p->core->db, vm, op, vdi_source, p,
		&body) < 0)
		rc = call_fail_nomem(p->call);
	else if (!from_image || vm_image_path(p, &body) == 0)
		rc = plan_send_to(p, PLAN_DOMAIN, note_domain, &body);
	record_unref(&vm->r);
	return rc;
}

int
power_build_send(struct plan *p)
{
	return make_domain(p, "create", false);
}

int
power_resume_send(struct plan *p)
{
	return make_domain(p, "resume", true);
}

int
power_build_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);
	int64_t domid = strtoll(plan_arg(p, "domid"), NULL, 10);

	if (!vm)
		return -1;
	/* What an earlier guest told is no news of this one. */
	if (tx_get(t, CLASS_VM_guest_metrics, vm->guest_metrics))
		(void)tx_destroy(t, CLASS_VM_guest_metrics, vm->guest_metrics);
	vm = power_vm(p, t);
	/* A change may end the record that it began from. */
	const struct ref host = vm->scheduled_to_be_resident_on;

	TX_SET(t, VM, vm, p->object, domid, domid);
	TX_SET(t, VM, vm, p->object, domarch, "x64");
	TX_SET(t, VM, vm, p->object, resident_on, host);
	return TX_SET(t, VM, vm, p->object, scheduled_to_be_resident_on,
	    REF_NULL);
}

int
power_destroy_send(struct plan *p)
{
	return simple(p, "destroy");
}

/* For good: its interfaces leave their bridges meanwhile. */
int
power_end_send(struct plan *p)
{
	const struct vm *vm = published(p);
	int rc = vm ? vif_leave_all(p, vm) : -1;

	record_unref(vm ? &vm->r : NULL);
	return rc < 0 ? rc : power_destroy_send(p);
}

int
power_teardown(struct plan *p, struct tx *t)
{
	return vm_detach_all(t, p->object);
}

int
power_leave_host(struct plan *p, struct tx *t)
{
	return vm_leave_host(t, p->object);
}

/* ---- devices ---- */

int
power_join_send(struct plan *p)
{
	const struct vm *vm = published(p);
	int rc = vm ? vif_join_all(p, vm) : -1;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

int
power_join_undo(struct plan *p)
{
	const struct vm *vm = published(p);
	int rc = vm ? vif_leave_noted(p, vm) : 0;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

/* Its interfaces have been joined to their bridges: the guest may see them. */
int
power_connect_send(struct plan *p)
{
	const struct vm *vm = published(p);
	const struct ref *vifs = vm ? vm->VIFs.items : NULL;
	int rc = vm ? 0 : -1;

	for (uint32_t i = 0; rc == 0 && i < vm->VIFs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(p->core->db, CLASS_VIF, vifs[i]);

		const struct vif *vif = (const struct vif *)r;

		if (vif && vif_is_noted(p, vif))
			rc = plan_send(p, NULL, "connect", vm->uuid, "device",
			    vif_device_name(p->call->arena, vif), NULL);
	}
	record_unref(vm ? &vm->r : NULL);
	return rc;
}

/* One that came when the VM had its place already is in no domain. Empty drives
 * are there for guests with emulated hardware only. */
static void
mark_disk(struct tx *t, const struct vm *vm, struct ref ref)
{
	const struct vbd *vbd = TX_GET(t, VBD, vbd, ref);
	const char *name;

	if (!vbd || !vbd->reserved)
		return;
	name = vbd->empty && vm->domain_type != DOMAIN_TYPE_HVM
	    ? NULL
	    : vbd_guest_name(tx_arena(t), vbd);
	TX_SET(t, VBD, vbd, ref, reserved, false);
	if (!name)
		return;
	TX_SET(t, VBD, vbd, ref, device, name);
	TX_SET(t, VBD, vbd, ref, currently_attached, true);
}

static void
mark_interface(struct plan *p, struct tx *t, struct ref ref)
{
	const struct vif *vif = TX_GET(t, VIF, vif, ref);

	if (!vif || !vif->reserved)
		return;
	TX_SET(t, VIF, vif, ref, reserved, false);
	if (!vif_is_noted(p, vif))
		return;
	(void)vif_note_joined(t, ref);
	TX_SET(t, VIF, vif, ref, currently_attached, true);
}

int
power_connect_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);
	const struct ref *refs;

	if (!vm)
		return -1;
	refs = vm->VBDs.items;
	for (uint32_t i = 0; i < vm->VBDs.n; i++)
		mark_disk(t, vm, refs[i]);
	refs = vm->VIFs.items;
	for (uint32_t i = 0; i < vm->VIFs.n; i++)
		mark_interface(p, t, refs[i]);
	refs = vm->VUSBs.items;
	for (uint32_t i = 0; i < vm->VUSBs.n; i++)
		TX_SET(t, VUSB, vusb, refs[i], currently_attached, true);
	vgpu_attach(t, p->object);
	pci_attach(t, p->object);
	return 0;
}

/* ---- delays ---- */

#define FORCED "forced" /* note: the guest did not go by itself */

static int
note_delay(struct plan *p, int64_t seconds)
{
	int64_t ms = seconds < PLAN_WAIT_MAX_MS / 1000 ? seconds * 1000
						       : PLAN_WAIT_MAX_MS;
	char text[24];

	if (ms <= 0)
		return 0;
	snprintf(text, sizeof(text), "%lld", (long long)ms);
	if (plan_note(p, DELAY_MS, text) < 0)
		return -1;
	snprintf(text, sizeof(text), "%lld", (long long)clock_wall_ms() + ms);
	return plan_note(p, DELAY_UNTIL, text);
}

static int64_t
noted_number(const struct plan *p, const char *name)
{
	return strtoll(plan_arg(p, name), NULL, 10);
}

/* Whoever wants the VM meanwhile does not wait; and without memory to wait the
 * VM is nevertheless what was asked for. */
int
power_delay_send(struct plan *p)
{
	if (!*plan_arg(p, DELAY_FOR_PARENT))
		(void)plan_wait(p, noted_number(p, DELAY_UNTIL),
		    noted_number(p, DELAY_MS), true);
	return 0;
}

void
power_delay_tell(struct plan *p)
{
	static const char *const names[] = { DELAY_UNTIL, DELAY_MS };

	if (!*plan_arg(p, DELAY_FOR_PARENT) || !*plan_arg(p, DELAY_UNTIL))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)plan_tell_parent_most(p, names[i],
		    noted_number(p, names[i]));
}

/* ---- running ---- */

static bool
stays_paused(const struct plan *p)
{
	return strcmp(plan_arg(p, "start_paused"), "true") == 0;
}

int
power_run_send(struct plan *p)
{
	return stays_paused(p) ? 0 : simple(p, "unpause");
}

static int
note_start(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);

	if (!vm || ref_is_null(vm->metrics))
		return vm ? 0 : -1;
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, start_time,
	    clock_wall_sec());
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, memory_actual,
	    vm->memory_target);
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, current_domain_type,
	    vm->domain_type);
	vm_metrics_describe(t, vm);
	return TX_SET(t, VM_metrics, vm_metrics, vm->metrics, VCPUs_number,
	    vm->VCPUs_at_startup);
}

int
power_run_apply(struct plan *p, struct tx *t)
{
	if (note_start(p, t) < 0 || vm_add_consoles(t, p->object) < 0 ||
	    vm_image_let_go(p, t) < 0 ||
	    note_delay(p, power_vm(p, t)->start_delay) < 0)
		return -1;
	return set_power_state(p, t,
	    stays_paused(p) ? VM_POWER_STATE_PAUSED : VM_POWER_STATE_RUNNING);
}

/* What it held goes to its neighbours. */
int
power_halt_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);
	struct ref host = vm ? vm->resident_on : REF_NULL;

	if (vm && !*plan_arg(p, FORCED) &&
	    note_delay(p, vm->shutdown_delay) < 0)
		return -1;
	if (vm_halt(t, p->object) < 0 || vm_image_let_go(p, t) < 0)
		return -1;
	return memory_plan_grow(p, t, host);
}

/* Who took a disk before its storage has let go of it would get a device that is
 * about to end. */
int
power_end_apply(struct plan *p, struct tx *t)
{
	if (power_halt_apply(p, t) < 0)
		return -1;
	vbd_reserve_disks(t, power_vm(p, t), true);
	return 0;
}

/* It takes its place again at once, or who starts meanwhile has its memory. */
int
power_reboot_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);

	if (!vm ||
	    plan_note(p, "host", call_ref_text(p->call, vm->resident_on)) < 0 ||
	    power_teardown(p, t) < 0)
		return -1;
	return power_place(p, t);
}

/* It will not come back. */
int
power_reboot_undo(struct plan *p)
{
	return power_end_send(p) < 0 ? -1 : power_disks_undo(p);
}

int
power_reboot_undone(struct plan *p, struct tx *t)
{
	return power_unplace(p, t) < 0 ? -1 : power_halt_apply(p, t);
}

/* A guest may take its time: the worker knows how long. */
#define SHUTDOWN_DEADLINE_MS (1300 * 1000)

int
power_shutdown_send(struct plan *p)
{
	plan_set_deadline(p, SHUTDOWN_DEADLINE_MS);
	return simple(p, "shutdown");
}

#define TIMEOUT_MAX INT64_C(86400)

static int
note_forced(struct plan *p, const struct value *answer)
{
	return value_member(answer, "forced") ? plan_note(p, FORCED, "true")
					      : 0;
}

/* A guest that does not go within its shutdown_delay is made to, and one that
 * cannot hear it is not asked. (source: lifecycle.json VM.shutdown) */
static int
send_shutdown_or_end(struct plan *p, const struct vm *vm)
{
	int64_t timeout =
	    vm->shutdown_delay < TIMEOUT_MAX ? vm->shutdown_delay : TIMEOUT_MAX;

	if (vm->power_state != VM_POWER_STATE_RUNNING)
		return plan_note(p, FORCED, "true");
	plan_set_deadline(p, SHUTDOWN_DEADLINE_MS + (int)timeout * 1000);
	return plan_send(p, note_forced, "shutdown", vm->uuid, "reason",
	    "poweroff", "#or_end", (int64_t)1, "#timeout", timeout, NULL);
}

int
power_shutdown_or_end_send(struct plan *p)
{
	const struct vm *vm = published(p);
	int rc = vm ? send_shutdown_or_end(p, vm) : -1;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

int
power_pause_send(struct plan *p)
{
	return simple(p, "pause");
}

int
power_pause_apply(struct plan *p, struct tx *t)
{
	return set_power_state(p, t, VM_POWER_STATE_PAUSED);
}

int
power_unpause_send(struct plan *p)
{
	return simple(p, "unpause");
}

int
power_unpause_apply(struct plan *p, struct tx *t)
{
	return set_power_state(p, t, VM_POWER_STATE_RUNNING);
}

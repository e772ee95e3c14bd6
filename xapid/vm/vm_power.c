/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting, stopping, pausing: the plans of a VM's power state. */
#include <stdio.h>
#include <string.h>

#include "device/vif_attach.h"
#include "disk/vdi_attach.h"
#include "host/message.h"
#include "lib/clock.h"
#include "plan/plan.h"
#include "vm/memory_plan.h"
#include "vm/placement.h"
#include "vm/vm_boot.h"
#include "vm/vm_domain_args.h"
#include "vm/vm_follow.h"
#include "vm/vm_halt.h"
#include "vm/vm_image.h"
#include "vm/vm_operations.h"
#include "vm/vm_power.h"

/* ---- what the steps share ---- */

static const struct vm *
head_vm(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (!vm)
		fail_handle_invalid(p->call, "VM",
		    call_ref_text(p->call, p->object));
	return vm;
}

int
vm_plan_check(struct plan *p, struct tx *t)
{
	const struct vm *vm = head_vm(p, t);
	int op = enum_find(&enum_info_vm_operations, p->kind->operation);

	if (!vm || vm_operation_check(p->call, vm, (enum vm_operations)op) < 0)
		return -1;
	return 0;
}

int
vm_plan_refresh(struct plan *p, struct tx *t, bool ok)
{
	(void)ok;
	return vm_operations_refresh(t, p->object);
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

/* ---- placing ---- */

static int
find_place(struct plan *p, struct tx *t, const struct vm *vm,
    struct ref *host_r)
{
	const struct host *row;

	*host_r = plan_arg_ref(p, "host");
	if (vm_check_bootable(p->call, vm) < 0)
		return -1;
	if (ref_is_null(*host_r))
		return placement_choose(p->call, t, vm, host_r);
	row = TX_GET(t, host, host, *host_r);
	if (!row)
		return fail_handle_invalid(p->call, "host",
		    call_ref_text(p->call, *host_r));
	return placement_check(p->call, t, vm, row, true);
}

static int
place(struct plan *p, struct tx *t)
{
	const struct vm *vm = head_vm(p, t);
	struct ref host;

	if (!vm || find_place(p, t, vm, &host) < 0 ||
	    memory_plan_take(p, t, p->object, host) < 0)
		return -1;
	return TX_SET(t, VM, vm, p->object, scheduled_to_be_resident_on, host);
}

/* What cannot start is told so before anything begins: then there is nothing
 * to take back and nothing to look at. */
static int
start_check(struct plan *p, struct tx *t)
{
	struct ref host;

	return vm_plan_check(p, t) < 0 ? -1
				       : find_place(p, t, head_vm(p, t), &host);
}

static int
resume_check(struct plan *p, struct tx *t)
{
	const struct vm *vm;
	struct ref host;

	if (vm_plan_check(p, t) < 0)
		return -1;
	vm = head_vm(p, t);
	if (!TX_GET(t, VDI, vdi, vm->suspend_VDI))
		return fail_vm_has_no_suspend_vdi(p->call,
		    call_ref_text(p->call, p->object));
	return find_place(p, t, vm, &host);
}

/* A VM that would not start again is not stopped. */
static int
reboot_check(struct plan *p, struct tx *t)
{
	return vm_plan_check(p, t) < 0
	    ? -1
	    : vm_check_bootable(p->call, head_vm(p, t));
}

static int
unplace(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

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

static int
disks_send(struct plan *p)
{
	const struct vm *vm = published(p);
	int rc = vm ? vdi_attach_send(p, vm) : -1;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

static int
disks_undo(struct plan *p)
{
	const struct vm *vm = published(p);
	int rc = vm ? vdi_detach_send(p, vm) : 0;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

#define BUILD_DEADLINE_MS (300 * 1000) /* of slow machines, large guests */

static int
build_send(struct plan *p)
{
	const struct vm *vm = published(p);
	struct value body;
	int rc = -1;

	if (!vm)
		return -1;
	plan_set_deadline(p, BUILD_DEADLINE_MS);
	if (vm_domain_args(p->call->arena, p->core->db, vm, "create",
		vdi_source, p, &body) < 0)
		rc = call_fail_nomem(p->call);
	else
		rc = plan_send_to(p, PLAN_DOMAIN, note_domain, &body);
	record_unref(&vm->r);
	return rc;
}

static int
resume_send(struct plan *p)
{
	const struct vm *vm = published(p);
	struct value body;
	int rc = -1;

	if (!vm)
		return -1;
	plan_set_deadline(p, BUILD_DEADLINE_MS);
	if (vm_domain_args(p->call->arena, p->core->db, vm, "resume",
		vdi_source, p, &body) < 0)
		rc = call_fail_nomem(p->call);
	else if (vm_image_path(p, &body) == 0)
		rc = plan_send_to(p, PLAN_DOMAIN, note_domain, &body);
	record_unref(&vm->r);
	return rc;
}

static int
build_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = head_vm(p, t);
	int64_t domid = strtoll(plan_arg(p, "domid"), NULL, 10);

	if (!vm)
		return -1;
	/* What an earlier guest told is no news of this one. */
	if (tx_get(t, CLASS_VM_guest_metrics, vm->guest_metrics))
		(void)tx_destroy(t, CLASS_VM_guest_metrics, vm->guest_metrics);
	vm = head_vm(p, t);
	/* A change may end the record that it began from. */
	const struct ref host = vm->scheduled_to_be_resident_on;

	TX_SET(t, VM, vm, p->object, domid, domid);
	TX_SET(t, VM, vm, p->object, domarch, "x64");
	TX_SET(t, VM, vm, p->object, resident_on, host);
	return TX_SET(t, VM, vm, p->object, scheduled_to_be_resident_on,
	    REF_NULL);
}

static int
destroy_send(struct plan *p)
{
	return simple(p, "destroy");
}

/* For good: its interfaces leave their bridges meanwhile. */
static int
end_send(struct plan *p)
{
	const struct vm *vm = published(p);
	int rc = vm ? vif_leave_all(p, vm) : -1;

	record_unref(vm ? &vm->r : NULL);
	return rc < 0 ? rc : destroy_send(p);
}

static int
teardown(struct plan *p, struct tx *t)
{
	return vm_detach_all(t, p->object);
}

static int
leave_host(struct plan *p, struct tx *t)
{
	return vm_leave_host(t, p->object);
}

/* ---- devices ---- */

static int
join_send(struct plan *p)
{
	const struct vm *vm = published(p);
	int rc = vm ? vif_join_all(p, vm) : -1;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

static int
join_undo(struct plan *p)
{
	const struct vm *vm = published(p);
	int rc = vm ? vif_leave_noted(p, vm) : 0;

	record_unref(vm ? &vm->r : NULL);
	return rc;
}

/* Its interfaces have been joined to their bridges: the guest may see them. */
static int
connect_send(struct plan *p)
{
	const struct vm *vm = published(p);
	const struct ref *vifs = vm ? vm->VIFs.items : NULL;
	int rc = vm ? 0 : -1;

	for (uint32_t i = 0; rc == 0 && i < vm->VIFs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(p->core->db, CLASS_VIF, vifs[i]);

		if (r)
			rc = plan_send(p, NULL, "connect", vm->uuid, "device",
			    vif_device_name(p->call->arena,
				(const struct vif *)r),
			    NULL);
	}
	record_unref(vm ? &vm->r : NULL);
	return rc;
}

/* Empty drives are there for guests with emulated hardware only. */
static void
mark_disk(struct tx *t, const struct vm *vm, struct ref ref)
{
	const struct vbd *vbd = TX_GET(t, VBD, vbd, ref);

	if (!vbd || (vbd->empty && vm->domain_type != DOMAIN_TYPE_HVM))
		return;
	TX_SET(t, VBD, vbd, ref, device, vbd_guest_name(tx_arena(t), vbd));
	TX_SET(t, VBD, vbd, ref, currently_attached, true);
}

static int
connect_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = head_vm(p, t);
	const struct ref *refs;

	if (!vm)
		return -1;
	refs = vm->VBDs.items;
	for (uint32_t i = 0; i < vm->VBDs.n; i++)
		mark_disk(t, vm, refs[i]);
	refs = vm->VIFs.items;
	for (uint32_t i = 0; i < vm->VIFs.n; i++) {
		(void)vif_note_joined(t, refs[i]);
		TX_SET(t, VIF, vif, refs[i], currently_attached, true);
	}
	refs = vm->VUSBs.items;
	for (uint32_t i = 0; i < vm->VUSBs.n; i++)
		TX_SET(t, VUSB, vusb, refs[i], currently_attached, true);
	return 0;
}

/* ---- running ---- */

static bool
stays_paused(const struct plan *p)
{
	return strcmp(plan_arg(p, "start_paused"), "true") == 0;
}

static int
run_send(struct plan *p)
{
	return stays_paused(p) ? 0 : simple(p, "unpause");
}

static int
note_start(struct plan *p, struct tx *t)
{
	const struct vm *vm = head_vm(p, t);

	if (!vm || ref_is_null(vm->metrics))
		return vm ? 0 : -1;
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, start_time,
	    clock_wall_sec());
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, memory_actual,
	    vm->memory_target);
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, current_domain_type,
	    vm->domain_type);
	TX_SET(t, VM_metrics, vm_metrics, vm->metrics, hvm,
	    vm->domain_type == DOMAIN_TYPE_HVM);
	return TX_SET(t, VM_metrics, vm_metrics, vm->metrics, VCPUs_number,
	    vm->VCPUs_at_startup);
}

static int
run_apply(struct plan *p, struct tx *t)
{
	if (note_start(p, t) < 0 || vm_add_consoles(t, p->object) < 0 ||
	    vm_image_let_go(p, t) < 0)
		return -1;
	return set_power_state(p, t,
	    stays_paused(p) ? VM_POWER_STATE_PAUSED : VM_POWER_STATE_RUNNING);
}

/* What it held goes to its neighbours. */
static int
halt_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = head_vm(p, t);
	struct ref host = vm ? vm->resident_on : REF_NULL;

	if (vm_halt(t, p->object) < 0 || vm_image_let_go(p, t) < 0)
		return -1;
	return memory_plan_grow(p, t, host);
}

static int
reboot_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = head_vm(p, t);

	if (!vm ||
	    plan_note(p, "host", call_ref_text(p->call, vm->resident_on)) < 0)
		return -1;
	return teardown(p, t);
}

/* A guest may take its time: the worker knows how long. */
#define SHUTDOWN_DEADLINE_MS (1300 * 1000)

static int
shutdown_send(struct plan *p)
{
	plan_set_deadline(p, SHUTDOWN_DEADLINE_MS);
	return simple(p, "shutdown");
}

static int
pause_send(struct plan *p)
{
	return simple(p, "pause");
}

static int
pause_apply(struct plan *p, struct tx *t)
{
	return set_power_state(p, t, VM_POWER_STATE_PAUSED);
}

static int
unpause_send(struct plan *p)
{
	return simple(p, "unpause");
}

static int
unpause_apply(struct plan *p, struct tx *t)
{
	return set_power_state(p, t, VM_POWER_STATE_RUNNING);
}

/* ---- the plans ---- */

#define BUILD_STEPS                                                            \
	{ "place", NULL, place, NULL, unplace },                               \
	    { "make-room", memory_plan_send, NULL, NULL, NULL },               \
	    { "disks", disks_send, NULL, disks_undo, NULL },                   \
	    { "build", build_send, build_apply, destroy_send, teardown },      \
	    { "join", join_send, NULL, join_undo, NULL },                           \
	    { "connect", connect_send, connect_apply, NULL, NULL },            \
	{                                                                      \
		"run", run_send, run_apply, NULL, NULL                         \
	}

static const struct step start_steps[] = { BUILD_STEPS, { 0 } };

/* A guest that cannot be resumed stays suspended. */
static const struct step resume_steps[] = {
	{ "image", vm_image_send, NULL, NULL, NULL },
	{ "place", NULL, place, NULL, unplace },
	{ "make-room", memory_plan_send, NULL, NULL, NULL },
	{ "disks", disks_send, NULL, disks_undo, NULL },
	{ "restore", resume_send, build_apply, destroy_send, leave_host },
	{ "join", join_send, NULL, join_undo, NULL },
	{ "connect", connect_send, connect_apply, NULL, NULL },
	{ "run", run_send, run_apply, NULL, NULL },
	{ 0 },
};

const struct step vm_hard_shutdown_steps[] = {
	{ "destroy", end_send, halt_apply, NULL, NULL },
	{ "disks", disks_undo, NULL, NULL, NULL },
	{ "grow", memory_plan_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct step clean_shutdown_steps[] = {
	{ "shutdown", shutdown_send, NULL, NULL, NULL },
	{ "destroy", end_send, halt_apply, NULL, NULL },
	{ "disks", disks_undo, NULL, NULL, NULL },
	{ "grow", memory_plan_send, NULL, NULL, NULL },
	{ 0 },
};

/* A reboot stays on its host and shows no halted VM in between; one that fails
 * behind the shutdown leaves a halted VM, as it is. */
const struct step vm_hard_reboot_steps[] = {
	{ "destroy", destroy_send, reboot_apply, destroy_send, halt_apply },
	BUILD_STEPS,
	{ 0 },
};

static const struct step clean_reboot_steps[] = {
	{ "shutdown", shutdown_send, NULL, NULL, NULL },
	{ "destroy", destroy_send, reboot_apply, destroy_send, halt_apply },
	BUILD_STEPS,
	{ 0 },
};

/* A guest that does not go is made to. */
static int
shutdown_or_end_send(struct plan *p)
{
	const struct vm *vm = published(p);
	int rc;

	if (!vm)
		return -1;
	plan_set_deadline(p, SHUTDOWN_DEADLINE_MS);
	rc = plan_send(p, NULL, "shutdown", vm->uuid, "reason", "poweroff",
	    "#or_end", (int64_t)1, NULL);
	record_unref(&vm->r);
	return rc;
}

static const struct step shutdown_steps[] = {
	{ "shutdown", shutdown_or_end_send, NULL, NULL, NULL },
	{ "destroy", end_send, halt_apply, NULL, NULL },
	{ "disks", disks_undo, NULL, NULL, NULL },
	{ "grow", memory_plan_send, NULL, NULL, NULL },
	{ 0 },
};

/* Only the record: what its host does, nobody knows. */
static const struct step power_state_reset_steps[] = {
	{ "reset", NULL, halt_apply, NULL, NULL },
	{ 0 },
};

static const struct step pause_steps[] = {
	{ "pause", pause_send, pause_apply, NULL, NULL },
	{ 0 },
};

static const struct step unpause_steps[] = {
	{ "unpause", unpause_send, unpause_apply, NULL, NULL },
	{ 0 },
};

/* The alert that clients show, and with a start or an end of the toolstack's
 * doing whether the VM is to be kept running. */
static int
power_finish(struct plan *p, struct tx *t, bool ok)
{
	static const struct {
		const char *operation, *alert, *what;
	} table[] = {
		{ "start", "VM_STARTED", "has started" },
		{ "start_on", "VM_STARTED", "has started" },
		{ "resume", "VM_RESUMED", "has been resumed" },
		{ "resume_on", "VM_RESUMED", "has been resumed" },
		{ "clean_shutdown", "VM_SHUTDOWN", "has shut down" },
		{ "hard_shutdown", "VM_SHUTDOWN", "has shut down" },
		{ "shutdown", "VM_SHUTDOWN", "has shut down" },
		{ "clean_reboot", "VM_REBOOTED", "has rebooted" },
		{ "hard_reboot", "VM_REBOOTED", "has rebooted" },
	};
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	for (size_t i = 0; ok && vm && i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i].operation, p->kind->operation) == 0) {
			const char *text = arena_printf(p->call->arena,
			    "VM '%s' %s", vm->name_label, table[i].what);

			if (text)
				(void)message_add(t, p->core, table[i].alert, 5,
				    CLS_VM, vm->uuid, text, NULL);
			break;
		}
	return vm_plan_refresh(p, t, ok);
}

/* What a hard operation does not wait for. */
static const char *const soft[] = { "clean_shutdown", "clean_reboot", "suspend",
	"pool_migrate", "call_plugin", NULL };

#define KIND(op, first, ...)                                                   \
	static const struct plan_kind op##_kind = { .name = "VM." #op,         \
		.cls = CLASS_VM,                                               \
		.operation = #op,                                              \
		.steps = op##_steps,                                           \
		.check = (first),                                              \
		.finish = power_finish,                                        \
		.after_failure = &vm_look_kind,                                \
		__VA_ARGS__ }

#define start_on_steps start_steps
#define resume_on_steps resume_steps
#define hard_shutdown_steps vm_hard_shutdown_steps
#define hard_reboot_steps vm_hard_reboot_steps
KIND(start, start_check);
KIND(start_on, start_check);
KIND(resume, resume_check);
KIND(resume_on, resume_check);
KIND(hard_shutdown, vm_plan_check, .overrides = soft);
KIND(clean_shutdown, vm_plan_check);
KIND(hard_reboot, reboot_check, .overrides = soft);
KIND(clean_reboot, reboot_check);
KIND(shutdown, vm_plan_check, .overrides = soft);
KIND(power_state_reset, vm_plan_check, .overrides = soft);
KIND(pause, vm_plan_check);
KIND(unpause, vm_plan_check);

const struct plan_kind *const vm_power_kinds[] = { &start_kind, &start_on_kind,
	&resume_kind, &resume_on_kind, &hard_shutdown_kind,
	&clean_shutdown_kind, &hard_reboot_kind, &clean_reboot_kind,
	&shutdown_kind, &power_state_reset_kind, &pause_kind, &unpause_kind,
	NULL };

const struct plan_kind *
vm_power_kind(const char *name)
{
	size_t i = 0;

	while (strcmp(vm_power_kinds[i]->name, name) != 0)
		i++;
	return vm_power_kinds[i];
}

/* ---- the calls ---- */

int
vm_start(struct call *c, const struct vm_start_args *a)
{
	return plan_start(c, &start_kind, a->vm, "start_paused",
	    a->start_paused ? "true" : "false", NULL);
}

int
vm_start_on(struct call *c, const struct vm_start_on_args *a)
{
	return plan_start(c, &start_on_kind, a->vm, "start_paused",
	    a->start_paused ? "true" : "false", "host",
	    call_ref_text(c, a->host), NULL);
}

int
vm_resume(struct call *c, const struct vm_resume_args *a)
{
	return plan_start(c, &resume_kind, a->vm, "start_paused",
	    a->start_paused ? "true" : "false", NULL);
}

int
vm_resume_on(struct call *c, const struct vm_resume_on_args *a)
{
	return plan_start(c, &resume_on_kind, a->vm, "start_paused",
	    a->start_paused ? "true" : "false", "host",
	    call_ref_text(c, a->host), NULL);
}

int
vm_pause(struct call *c, const struct vm_pause_args *a)
{
	return plan_start(c, &pause_kind, a->vm, NULL);
}

int
vm_unpause(struct call *c, const struct vm_unpause_args *a)
{
	return plan_start(c, &unpause_kind, a->vm, NULL);
}

int
vm_hard_shutdown(struct call *c, const struct vm_hard_shutdown_args *a)
{
	return plan_start(c, &hard_shutdown_kind, a->vm, NULL);
}

int
vm_clean_shutdown(struct call *c, const struct vm_clean_shutdown_args *a)
{
	return plan_start(c, &clean_shutdown_kind, a->vm, NULL);
}

int
vm_hard_reboot(struct call *c, const struct vm_hard_reboot_args *a)
{
	return plan_start(c, &hard_reboot_kind, a->vm, NULL);
}

int
vm_clean_reboot(struct call *c, const struct vm_clean_reboot_args *a)
{
	return plan_start(c, &clean_reboot_kind, a->vm, NULL);
}

int
vm_shutdown(struct call *c, const struct vm_shutdown_args *a)
{
	return plan_start(c, &shutdown_kind, a->vm, NULL);
}

int
vm_power_state_reset(struct call *c, const struct vm_power_state_reset_args *a)
{
	return plan_start(c, &power_state_reset_kind, a->vm, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests end, crash and reboot by themselves, and people use other tools:
 * reality wins. Each of these is a plan, so it waits for what the toolstack is
 * doing with the VM; when its turn comes and the VM has another domain or none,
 * there is nothing left to follow. */
#include "vm/power/vm_follow.h"

#include <stdio.h>
#include <string.h>

#include "device/vbd.h"
#include "device/vtpm.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "plan/plan.h"
#include "pool/message.h"
#include "vm/power/vm_after.h"
#include "vm/power/vm_halt.h"
#include "vm/power/vm_power.h"
#include "vm/power/vm_power_steps.h"
#include "vm/start/memory_plan.h"
#include "vm/start/placement.h"
#include "vm/start/vm_domain_args.h"

/* ---- the plans ---- */

static bool
lives(const struct vm *vm)
{
	return vm->power_state == VM_POWER_STATE_RUNNING ||
	    vm->power_state == VM_POWER_STATE_PAUSED;
}

/* Nobody waits for the answer: it only ends the plan. */
static int
still_its_domain(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (vm && lives(vm) && vm->domid == plan_arg_int(p, "domid", 0))
		return 0;
	return fail_internal_error(p->call, "The VM has another domain by now");
}

static int
tell(struct plan *p, struct tx *t, const char *name, int64_t priority,
    const char *what)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	const char *text = vm
	    ? arena_printf(p->call->arena, "VM '%s' %s", vm->name_label, what)
	    : NULL;

	if (!text)
		return 0;
	return message_add(t, p->core, name, priority, CLS_VM, vm->uuid, text,
	    NULL);
}

/* The alert that goes with the state, once, with the end of the plan. */
static void
tell_end(struct plan *p, struct tx *t)
{
	static const struct {
		const char *state, *message, *text;
		int64_t priority;
	} table[] = {
		{ "shutdown:crash", "VM_CRASHED", "has crashed", 2 },
		{ "shutdown:reboot", "VM_REBOOTED", "has rebooted", 5 },
		{ "shutdown:watchdog", "VM_REBOOTED",
		    "was ended by its watchdog", 5 },
		{ "shutdown:soft_reset", "VM_REBOOTED",
		    "has asked for a soft reboot", 5 },
		{ "shutdown:poweroff", "VM_SHUTDOWN", "has shut down", 5 },
		{ "gone", "VM_SHUTDOWN", "is gone from its host", 5 },
	};
	const char *state = plan_arg(p, "state");

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(state, table[i].state) == 0)
			(void)tell(p, t, table[i].message, table[i].priority,
			    table[i].text);
}

static int
ended(struct plan *p, struct tx *t, bool ok)
{
	tell_end(p, t);
	power_disks_free(p, t);
	return vm_plan_refresh(p, t, ok);
}

static const struct value *
member(const struct value *v, const char *name)
{
	return v ? value_member(v, name) : NULL;
}

/* Names of the domain's devices, a comma before and behind each. */
static int
note_devices(struct plan *p, const struct value *domain)
{
	const struct value *all = member(domain, "devices");
	CLEANUP_BYTES struct bytes text = { 0 };

	bytes_putc(&text, ',');
	for (uint32_t i = 0; all && all->kind == VALUE_ARRAY && i < all->n; i++)
		if (all->items[i].kind == VALUE_STRING)
			bytes_printf(&text, "%s,", all->items[i].s);
	return bytes_cstr(&text) ? plan_note(p, "devices", bytes_cstr(&text))
				 : call_fail_nomem(p->call);
}

/* The event may be old by now: what is true when our turn has come. */
static int
look_reply(struct plan *p, const struct value *answer)
{
	const struct value *domain = value_member(answer, plan_arg(p, "uuid"));
	const struct value *state = member(domain, "state");
	const struct value *domid = member(domain, "domid");

	if (!domid || domid->kind != VALUE_INT || !state ||
	    state->kind != VALUE_STRING ||
	    domid->i != plan_arg_int(p, "domid", 0))
		return fail_internal_error(p->call, "The domain is gone again");
	return note_devices(p, domain) < 0 ? -1
					   : plan_note(p, "state", state->s);
}

static int
look_send(struct plan *p)
{
	return plan_send(p, look_reply, "list", "", NULL);
}

/* Held for a checkpoint that nobody goes on with. */
static bool
found_held(const struct plan *p)
{
	return strcmp(plan_arg(p, "state"), "shutdown:suspend") == 0;
}

static int
set_state(struct plan *p, struct tx *t)
{
	bool paused = strcmp(plan_arg(p, "state"), "paused") == 0;

	if (!paused && !found_held(p) &&
	    strcmp(plan_arg(p, "state"), "running") != 0)
		return 0; /* another event says so */
	return TX_SET(t, VM, vm, p->object, power_state,
	    paused ? VM_POWER_STATE_PAUSED : VM_POWER_STATE_RUNNING);
}

static const struct step changed_steps[] = {
	{ "look", look_send, set_state, NULL, NULL },
	{ 0 },
};

/* ---- a halted VM that somebody else started ---- */

static int
still_halted(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (vm && vm->power_state == VM_POWER_STATE_HALTED)
		return 0;
	return fail_internal_error(p->call, "The VM runs by now");
}

static bool
found_device(struct plan *p, const char *name)
{
	name = arena_printf(p->call->arena, ",%s,", name);
	return name && strstr(plan_arg(p, "devices"), name);
}

/* By the name that we give it, or by that which its guest sees. */
static bool
found_disk(struct plan *p, const struct vm *vm, const struct vbd *vbd)
{
	struct arena *a = p->call->arena;
	const char *virtual_name =
	    arena_printf(a, "vbd/%s", vbd_virtual_name(a, vm, vbd));

	return found_device(p, vbd_device_name(a, vbd)) ||
	    (virtual_name && found_device(p, virtual_name));
}

/* Who started the domain gave it what he wanted. */
static void
take_devices(struct plan *p, struct tx *t, const struct vm *vm)
{
	const struct ref *refs = vm->VBDs.items;

	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, refs[i]);

		if (vbd && found_disk(p, vm, vbd))
			TX_SET(t, VBD, vbd, refs[i], currently_attached, true);
	}
	refs = vm->VIFs.items;
	for (uint32_t i = 0; i < vm->VIFs.n; i++) {
		const struct vif *vif = TX_GET(t, VIF, vif, refs[i]);

		if (vif &&
		    found_device(p, vif_device_name(p->call->arena, vif)))
			TX_SET(t, VIF, vif, refs[i], currently_attached, true);
	}
}

static int
take_over(struct plan *p, struct tx *t)
{
	int64_t domid = plan_arg_int(p, "domid", 0);
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (!vm)
		return 0;
	(void)placement_take(t, p->core->host, placement_memory(vm));
	take_devices(p, t, vm);
	TX_SET(t, VM, vm, p->object, domid, domid);
	TX_SET(t, VM, vm, p->object, resident_on, p->core->host);
	return set_state(p, t);
}

static const struct step appeared_steps[] = {
	{ "look", look_send, take_over, NULL, NULL },
	{ 0 },
};

/* ---- after a failure, when anything may be true ---- */

#define GONE "gone"

static int
exists(struct plan *p, struct tx *t)
{
	return TX_GET(t, VM, vm, p->object)
	    ? 0
	    : fail_handle_invalid(p->call, "VM",
		  call_ref_text(p->call, p->object));
}

static int
find_reply(struct plan *p, const struct value *answer)
{
	RECORD_UNREF const struct record *vm =
	    db_get(p->call->db, CLASS_VM, p->object);
	const struct value *domain =
	    vm ? value_member(answer, ((const struct vm *)vm)->uuid) : NULL;
	const struct value *state = member(domain, "state");
	const struct value *domid = member(domain, "domid");
	char number[24] = "-1";

	if (!domid || domid->kind != VALUE_INT || !state ||
	    state->kind != VALUE_STRING)
		return plan_note(p, "state", GONE);
	snprintf(number, sizeof(number), "%lld", (long long)domid->i);
	if (plan_note(p, "domid", number) < 0)
		return -1;
	return plan_note(p, "state", state->s);
}

static int
find_send(struct plan *p)
{
	return plan_send(p, find_reply, "list", "", NULL);
}

static bool
found_alive(const struct plan *p)
{
	const char *state = plan_arg(p, "state");

	return strcmp(state, "running") == 0 || strcmp(state, "paused") == 0;
}

static bool
found_gone(const struct plan *p)
{
	return strcmp(plan_arg(p, "state"), GONE) == 0;
}

/* Ended by who could not tell what it knew. */
static bool
has_tpm(const struct vm *vm)
{
	return vm->power_state == VM_POWER_STATE_SUSPENDED && vm->VTPMs.n > 0;
}

/* A domain that the records do not have, or one that has ended. */
static int
mend_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->call->db, CLASS_VM, p->object);
	const struct vm *vm = (const struct vm *)r;

	if (!vm || (lives(vm) ? found_alive(p) : found_gone(p) && !has_tpm(vm)))
		return 0;
	if (lives(vm) && found_held(p))
		return plan_send(p, NULL, "go_on", vm->uuid, NULL);
	return lives(vm) ? power_end_send(p) : power_destroy_send(p);
}

#define ENDED "ended" /* its disks are to be let go of */

/* Its disks are its own until their storage has let go of them. */
static int
note_ended(struct plan *p, struct tx *t)
{
	if (vtpm_keep(p, t, p->object) < 0)
		return -1;
	vbd_reserve_disks(t, TX_GET(t, VM, vm, p->object), true);
	return plan_note(p, ENDED, "true");
}

/* It had a place already: a start that nobody goes on with. */
static int
leave_place(struct plan *p, struct tx *t, const struct vm *vm)
{
	bool halted = vm->power_state == VM_POWER_STATE_HALTED;

	if (ref_is_null(vm->resident_on) &&
	    ref_is_null(vm->scheduled_to_be_resident_on))
		return 0;
	return power_unplace(p, t) < 0 ? -1
	    : halted                   ? vm_detach_all(t, p->object)
				       : vm_leave_host(t, p->object);
}

static int
mend_apply(struct plan *p, struct tx *t)
{
	int64_t domid = plan_arg_int(p, "domid", 0);
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (!vm)
		return 0;
	if (!lives(vm) && leave_place(p, t, vm) < 0)
		return -1;
	vm = TX_GET(t, VM, vm, p->object);
	if (vm->power_state == VM_POWER_STATE_SUSPENDED)
		return vtpm_keep(p, t, p->object);
	if (!lives(vm)) /* a domain that nothing could be taken from */
		return found_gone(p) ? 0 : note_ended(p, t);
	if (!found_alive(p) && !found_held(p))
		return power_halt_apply(p, t) < 0 ? -1 : note_ended(p, t);
	TX_SET(t, VM, vm, p->object, domid, domid);
	return set_state(p, t);
}

static int
disks_send(struct plan *p)
{
	return *plan_arg(p, ENDED) ? power_let_go_send(p) : 0;
}

static int
disks_apply(struct plan *p, struct tx *t)
{
	return *plan_arg(p, ENDED) ? power_disks_gone(p, t) : 0;
}

static int
still_off(struct plan *p, struct tx *t)
{
	const struct vm *vm = power_vm(p, t);

	return vm && vm->power_state == VM_POWER_STATE_HALTED
	    ? 0
	    : fail_internal_error(p->call, "The VM runs by now");
}

static int
look_finish(struct plan *p, struct tx *t, bool ok)
{
	power_disks_free(p, t);
	return vm_plan_refresh(p, t, ok);
}

static const struct step look_steps[] = {
	{ "find", find_send, NULL, NULL, NULL },
	{ "mend", mend_send, mend_apply, NULL, NULL },
	{ "disks", disks_send, disks_apply, NULL, NULL },
	{ "grow", memory_plan_send, NULL, NULL, NULL },
	{ 0 },
};

const struct plan_kind vm_look_kind = {
	.name = "VM.look",
	.cls = CLASS_VM,
	.operation = "power_state_reset",
	.steps = look_steps,
	.check = exists,
	.finish = look_finish,
	.after_failure = &vm_look_kind,
};

static const struct step let_go_steps[] = {
	{ "disks", power_disks_undo, power_disks_gone, NULL, NULL },
	{ 0 },
};

const struct plan_kind vm_let_go_kind = {
	.name = "VM.let_go",
	.cls = CLASS_VM,
	.operation = "hard_shutdown",
	.steps = let_go_steps,
	.check = still_off,
	.finish = look_finish,
};

/* ---- one that is kept as it is ---- */

/* Told again by a restarted daemon, it is kept already. */
static int
still_running_there(struct plan *p, struct tx *t)
{
	const struct vm *vm;

	if (still_its_domain(p, t) < 0)
		return -1;
	vm = TX_GET(t, VM, vm, p->object);
	return vm->power_state == VM_POWER_STATE_RUNNING
	    ? 0
	    : fail_internal_error(p->call, "The VM is kept already");
}

static int
keep_apply(struct plan *p, struct tx *t)
{
	return TX_SET(t, VM, vm, p->object, power_state, VM_POWER_STATE_PAUSED);
}

static int
kept(struct plan *p, struct tx *t, bool ok)
{
	if (ok)
		tell_end(p, t);
	return vm_plan_refresh(p, t, ok);
}

static const struct step kept_steps[] = {
	{ "keep", NULL, keep_apply, NULL, NULL },
	{ 0 },
};

/* ---- one whose memory is written down first ---- */

#define DUMP_DEADLINE_MS (1800 * 1000)

static const struct plan_kind ended_kind, restarts_kind;

/* That it cannot be is in the log: the guest has ended all the same. */
static int
dump_send(struct plan *p)
{
	plan_set_deadline(p, DUMP_DEADLINE_MS);
	return plan_send(p, NULL, "dump", plan_arg(p, "uuid"), NULL);
}

static int
dump_apply(struct plan *p, struct tx *t)
{
	bool restart = strcmp(plan_arg(p, "restart"), "true") == 0;

	return plan_then(p, t, restart ? &restarts_kind : &ended_kind,
	    p->object, "state", plan_arg(p, "state"), "domid",
	    plan_arg(p, "domid"), "uuid", plan_arg(p, "uuid"), NULL);
}

static const struct step dumps_steps[] = {
	{ "dump", dump_send, dump_apply, NULL, NULL },
	{ 0 },
};

/* ---- all of them ---- */

static const struct plan_kind ended_kind = {
	.name = "VM.ended",
	.cls = CLASS_VM,
	.operation = "hard_shutdown",
	.steps = vm_hard_shutdown_steps,
	.check = still_its_domain,
	.after_failure = &vm_look_kind,
	.finish = ended,
};
static const struct plan_kind restarts_kind = {
	.name = "VM.restarts",
	.cls = CLASS_VM,
	.operation = "hard_reboot",
	.steps = vm_hard_reboot_steps,
	.check = still_its_domain,
	.after_failure = &vm_look_kind,
	.finish = ended,
};
static const struct plan_kind kept_kind = {
	.name = "VM.kept",
	.cls = CLASS_VM,
	.operation = "pause",
	.steps = kept_steps,
	.check = still_running_there,
	.after_failure = &vm_look_kind,
	.finish = kept,
};
static const struct plan_kind dumps_kind = {
	.name = "VM.dumps",
	.cls = CLASS_VM,
	.operation = "hard_shutdown",
	.steps = dumps_steps,
	.check = still_its_domain,
	.after_failure = &vm_look_kind,
	.finish = vm_plan_refresh,
};
static const struct plan_kind changed_kind = {
	.name = "VM.changed",
	.cls = CLASS_VM,
	.operation = "pause",
	.steps = changed_steps,
	.check = still_its_domain,
	.after_failure = &vm_look_kind,
	.finish = vm_plan_refresh,
};
/* It is nobody's operation: mostly an old event, of a domain that has ended
 * since, and that is to be in nobody's way. */
static const struct plan_kind appeared_kind = {
	.name = "VM.appeared",
	.cls = CLASS_VM,
	.steps = appeared_steps,
	.check = still_halted,
	.after_failure = &vm_look_kind,
	.finish = vm_plan_refresh,
};

const struct plan_kind *const vm_follow_kinds[] = { &ended_kind, &restarts_kind,
	&kept_kind, &dumps_kind, &changed_kind, &appeared_kind, &vm_look_kind,
	&vm_let_go_kind, NULL };

/* ---- which one ---- */

/* More than that in line of one VM, and who comes last looks for all. */
#define IN_LINE_MAX 32

/* When we start it ourselves, the plan finds that. */
static const struct plan_kind *
kind_for_life(const struct vm *vm, const char *state)
{
	bool paused = strcmp(state, "paused") == 0;

	if (!lives(vm))
		return &appeared_kind;
	return paused == (vm->power_state == VM_POWER_STATE_PAUSED)
	    ? NULL
	    : &changed_kind;
}

/* Seconds; as good as for ever when it is not known. */
static int64_t
age_of(struct core *core, const struct vm *vm)
{
	RECORD_UNREF const struct record *r =
	    db_get(core->db, CLASS_VM_metrics, vm->metrics);

	return r ? clock_wall_sec() - ((const struct vm_metrics *)r)->start_time
		 : INT64_MAX;
}

/* NULL: nothing follows. */
static const struct plan_kind *
kind_for(struct core *core, const struct vm *vm, const char *state)
{
	static const struct plan_kind *const kinds[] = {
		[VM_AFTER_NOTHING] = NULL,
		[VM_AFTER_END] = &ended_kind,
		[VM_AFTER_RESTART] = &restarts_kind,
		[VM_AFTER_KEEP] = &kept_kind,
		[VM_AFTER_DUMP_END] = &dumps_kind,
		[VM_AFTER_DUMP_RESTART] = &dumps_kind,
	};

	if (strcmp(state, "running") == 0 || strcmp(state, "paused") == 0)
		return kind_for_life(vm, state);
	return kinds[vm_after(vm, state, age_of(core, vm))];
}

/* Behind a dump. */
static bool
restarts(struct core *core, const struct vm *vm, const char *state)
{
	return vm_after(vm, state, age_of(core, vm)) == VM_AFTER_DUMP_RESTART;
}

/* These look at the domain and then have the records say what they saw. */
static const struct plan_kind *const looking_kinds[] = { &changed_kind,
	&appeared_kind, NULL };

static void
follow(struct core *core, const struct plan_kind *kind, const struct vm *vm,
    int64_t domid, const char *state)
{
	char number[24];

	snprintf(number, sizeof(number), "%lld", (long long)domid);
	if (plan_start_own(core, kind, vm->r.self, "state", state, "domid",
		number, "uuid", vm->uuid, "restart",
		restarts(core, vm, state) ? "true" : "false", NULL) < 0)
		log_err("VM %s: its domain is %s, and there is no memory to "
			"follow",
		    vm->uuid, state);
}

void
vm_follow(struct core *core, struct ref ref, int64_t domid, const char *state)
{
	/* Asked before the record is read: who is looking may have done so
	 * before this happened, and then changes what is read here. */
	bool looking = plans_at(core, ref, looking_kinds);
	RECORD_UNREF const struct record *r = db_get(core->db, CLASS_VM, ref);
	const struct vm *vm = (const struct vm *)r;
	const struct plan_kind *kind = vm ? kind_for(core, vm, state) : NULL;
	unsigned before;

	if (!vm || vm->is_control_domain || (!kind && !looking))
		return;
	before = plans_in_line(core, ref, vm_follow_kinds);
	if (before > IN_LINE_MAX)
		return; /* one that looks has not begun */
	if (before == IN_LINE_MAX)
		kind = &vm_look_kind;
	if (kind)
		follow(core, kind, vm, domid, state);
	if (looking && (!kind || kind == &appeared_kind))
		follow(core, &changed_kind, vm, domid, state);
}

void
vm_look(struct core *core, const struct vm *vm)
{
	if (plan_start_own(core, &vm_look_kind, vm->r.self, NULL) < 0)
		log_err("VM %s: no memory to look at its domain", vm->uuid);
}

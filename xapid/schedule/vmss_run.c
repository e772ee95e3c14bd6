/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run of a snapshot schedule: a snapshot of each of its VMs, side by side,
 * each a plan of its VM as a part of this one. One that fails leaves the others
 * alone, and is told in the alert at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "disk/storage.h"
#include "lib/clock.h"
#include "pool/message.h"
#include "schedule/vmss.h"
#include "schedule/vmss_private.h"
#include "vm/copy/vm_copy.h"
#include "vm/vm_operations.h"
#include "vm/vm_parts.h"

/* What XenCenter and others read. */
#define FAILED_PRIORITY 3
#define SUCCEEDED_PRIORITY 5
#define FAILURES_MAX_BYTES                                                     \
	(60 * 1024) /* of an alert; those behind are left out */

/* ---- may it? ---- */

/* VMs that join or leave meanwhile have no part in this run. */
static int
note_members(struct plan *p, const struct vmss *v)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	const struct ref *vms = v->VMs.items;
	char ref[REF_CHARS + 1];
	const char *s;

	for (uint32_t i = 0; i < v->VMs.n; i++) {
		ref_format(vms[i], ref);
		bytes_printf(&text, "%s ", ref);
	}
	s = bytes_cstr(&text);
	return s ? plan_note(p, "VMs", s) : call_fail_nomem(p->call);
}

/* One that a clock began is not needed when it is not due any more. */
static int
check(struct plan *p, struct tx *t)
{
	const struct vmss *v = EDIT_HEAD(p->call, t, VMSS, vmss, p->object);
	int64_t due = plan_arg_int(p, "due", 0);
	int64_t now = clock_wall_sec();
	char when[DATE_CHARS + 1];

	if (!v)
		return -1;
	if (due && (!v->enabled || v->next_run != due))
		return fail_operation_not_allowed(p->call,
		    "The schedule is not due any more");
	date_format(now, when);
	if (note_members(p, v) < 0 || plan_note(p, "when", when) < 0)
		return -1;
	TX_SET(t, VMSS, vmss, p->object, last_run_time, now);
	if (due)
		vmss_plan_next(p->core, t, p->object);
	return 0;
}

/* ---- the snapshots ---- */

/* fn for every VM of this run. */
static int
each_member(struct plan *p, int (*fn)(struct plan *p, struct ref vm, void *arg),
    void *arg)
{
	const char *s = plan_arg(p, "VMs");
	char text[REF_CHARS + 1];
	struct ref vm;
	int rc = 0;

	while (rc == 0 && strlen(s) > REF_CHARS) {
		memcpy(text, s, REF_CHARS);
		text[REF_CHARS] = '\0';
		s += REF_CHARS + 1;
		if (ref_parse(text, &vm))
			rc = fn(p, vm, arg);
	}
	return rc;
}

/* One that is off has no memory: a checkpoint of it is a snapshot. */
static const char *
way_of(struct plan *p, const struct vmss *v, struct ref ref)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_VM, ref);
	const struct vm *vm = (const struct vm *)r;
	bool off = !vm || vm->power_state == VM_POWER_STATE_HALTED;

	if (v->type == VMSS_TYPE_SNAPSHOT_WITH_QUIESCE)
		return "VM.snapshot_with_quiesce";
	return v->type == VMSS_TYPE_CHECKPOINT && !off ? "VM.checkpoint"
						       : "VM.snapshot";
}

static int
send_one(struct plan *p, struct ref vm, void *arg)
{
	const struct vmss *v = arg;
	const char *name = arena_printf(p->call->arena, "%s-%s", v->name_label,
	    plan_arg(p, "when"));

	if (!name)
		return call_fail_nomem(p->call);
	return plan_try(p, call_ref_text(p->call, vm),
	    vm_copy_kind(way_of(p, v, vm)), vm, "name", name, "vmss",
	    call_ref_text(p->call, p->object), NULL);
}

static int
snapshots_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VMSS, p->object);

	return r ? each_member(p, send_one, (void *)(uintptr_t)r) : -1;
}

/* ---- what came of it ---- */

struct outcome {
	struct tx *t;
	unsigned members;
	struct bytes failures;
};

/* VM:nameUUID:uuidError:['CODE','parameter'], a line each: clients take it
 * apart. */
static int
tell_one(struct plan *p, struct ref ref, void *arg)
{
	struct outcome *o = arg;
	struct bytes *out = &o->failures;
	const struct vm *vm = TX_GET(o->t, VM, vm, ref);
	const char *error[PLAN_ERROR_MAX];
	unsigned n = plan_tried_error(p, call_ref_text(p->call, ref), error);

	o->members++;
	if (n == 0 || out->len > FAILURES_MAX_BYTES)
		return 0;
	bytes_printf(out, "%sVM:%sUUID:%sError:[", out->len ? "\n" : "",
	    vm ? vm->name_label : "", vm ? vm->uuid : "");
	for (unsigned i = 0; i < n; i++)
		bytes_printf(out, "%s'%s'", i ? "," : "", error[i]);
	bytes_puts(out, "],");
	return 0;
}

static int
finish(struct plan *p, struct tx *t, bool ok)
{
	const struct vmss *v = TX_GET(t, VMSS, vmss, p->object);
	struct outcome o = { .t = t };
	const char *failures;

	(void)each_member(p, tell_one, &o);
	failures = bytes_cstr(&o.failures);
	ok = ok && failures && !*failures;
	if (v && o.members)
		(void)message_add(t, p->core,
		    ok ? "VMSS_SNAPSHOT_SUCCEEDED" : "VMSS_SNAPSHOT_FAILED",
		    ok ? SUCCEEDED_PRIORITY : FAILED_PRIORITY, CLS_VMSS,
		    v->uuid, failures ? failures : "", NULL);
	bytes_free(&o.failures);
	if (p->call->result)
		*(const char **)p->call->result = ok ? "True" : "False";
	return 0;
}

static const struct step run_steps[] = {
	{ .name = "snapshots", .send = snapshots_send },
	{ 0 },
};

static const struct plan_kind run_kind = {
	.name = "VMSS.run",
	.cls = CLASS_VMSS,
	.steps = run_steps,
	.check = check,
	.finish = finish,
};

const struct plan_kind *const vmss_kinds[] = { &run_kind, NULL };

int
vmss_snapshot_now(struct call *c, const struct vmss_snapshot_now_args *a,
    const char **result_r)
{
	*result_r = "";
	return plan_start(c, &run_kind, a->vmss, NULL);
}

int
vmss_run(struct core *core, struct ref vmss, int64_t due)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)due);
	return plan_start_own(core, &run_kind, vmss, "due", text, NULL);
}

bool
vmss_is_run(const struct plan_journal *row, const char *vmss)
{
	return strcmp(row->kind, run_kind.name) == 0 &&
	    strcmp(row->object, vmss) == 0;
}

/* ---- how many are kept ---- */

struct kept {
	struct ref ref;
	int64_t when;
	uint32_t place; /* among the VM's snapshots: the order of one second */
};

static int
by_age(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->when != y->when)
		return x->when < y->when ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* With its memory and the disks that nobody else has. One that is in use, or
 * that somebody has blocked, stays. */
static int
drop(struct plan *p, struct tx *t, struct ref ref)
{
	const struct vm *vm = TX_GET(t, VM, vm, ref);
	uint32_t n = vm->VBDs.n, ndisks = 0;
	const struct ref *vbds = vm->VBDs.items;
	struct ref *disks = arena_array(p->call->arena, n + 1, sizeof(*disks));

	if (!vm_operation_is_allowed(t, vm, VM_OPERATIONS_DESTROY))
		return 0;
	if (!disks)
		return call_fail_nomem(p->call);
	for (uint32_t i = 0; i < n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		const struct vdi *vdi = vbd && vbd->type == VBD_TYPE_DISK
		    ? TX_GET(t, VDI, vdi, vbd->VDI)
		    : NULL;

		if (vdi && vdi->VBDs.n == 1)
			disks[ndisks++] = vbd->VDI;
	}
	if (!ref_is_null(vm->suspend_VDI))
		disks[ndisks++] = vm->suspend_VDI;
	if (vm_destroy_parts(p->call, t, vm) < 0 ||
	    tx_destroy(t, CLASS_VM, ref) < 0)
		return -1;
	for (uint32_t i = 0; i < ndisks; i++)
		if (plan_then(p, t, vdi_kind("VDI.destroy"), disks[i], NULL) <
		    0)
			return -1;
	return 0;
}

int
vmss_retain(struct plan *p, struct tx *t, struct ref ref, struct ref vmss)
{
	const struct vmss *v = TX_GET(t, VMSS, vmss, vmss);
	const struct vm *vm = TX_GET(t, VM, vm, ref);
	const struct ref *snapshots = vm ? vm->snapshots.items : NULL;
	uint32_t n = 0;
	struct kept *all;

	if (!v || !vm)
		return 0;
	all = arena_array(p->call->arena, vm->snapshots.n + 1, sizeof(*all));
	if (!all)
		return call_fail_nomem(p->call);
	for (uint32_t i = 0; i < vm->snapshots.n; i++) {
		const struct vm *s = TX_GET(t, VM, vm, snapshots[i]);

		if (s && s->is_vmss_snapshot)
			all[n++] =
			    (struct kept){ s->r.self, s->snapshot_time, i };
	}
	qsort(all, n, sizeof(*all), by_age);
	for (uint32_t i = 0; i + v->retained_snapshots < n; i++)
		if (drop(p, t, all[i].ref) < 0)
			return -1;
	return 0;
}

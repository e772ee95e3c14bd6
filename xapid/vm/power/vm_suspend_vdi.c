/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VM.set_suspend_VDI: the memory of a suspended VM is at another place from now
 * on. Both images are read first: a VM that wakes up with the memory of another
 * one destroys its disks. (source: lifecycle.json) */
#include <string.h>

#include "call/edit.h"
#include "disk/storage.h"
#include "disk/storage_operations.h"
#include "vm/power/vm_power.h"
#include "vm/power/vm_suspend.h"
#include "vm/start/vm_boot.h"
#include "vm/vm_operations.h"

#define SUM_DEADLINE_MS (3600 * 1000)

/* ---- may it? ---- */

struct search {
	struct plan *p;
	struct tx *t;
	struct vm vm; /* as it would be */
};

static int
match_host(const struct record *r, void *arg)
{
	const struct search *s = arg;
	bool sees = vm_check_storage(s->p->call, s->t, &s->vm,
			(const struct host *)r) == 0;

	s->p->call->nerror = 0;
	return sees;
}

static int
check(struct plan *p, struct tx *t)
{
	struct ref ref = plan_arg_ref(p, "new");
	const struct vm *vm = EDIT_HEAD(p->call, t, VM, vm, p->object);
	const struct vdi *vdi = EDIT_HEAD(p->call, t, VDI, vdi, ref);
	struct search s = { .p = p, .t = t };

	if (!vm || !vdi)
		return -1;
	if (vm->power_state != VM_POWER_STATE_SUSPENDED)
		return vm_fail_power_state(p->call,
		    call_ref_text(p->call, p->object), vm,
		    1u << VM_POWER_STATE_SUSPENDED);
	if (vdi->type == VDI_TYPE_CBT_METADATA)
		return fail_vdi_incompatible_type(p->call,
		    call_ref_text(p->call, p->object), "cbt_metadata");
	s.vm = *vm;
	s.vm.suspend_VDI = ref;
	if (tx_each(t, CLASS_host, match_host, &s) != 1)
		return fail_no_hosts_available(p->call);
	return plan_note(p, "old", call_ref_text(p->call, vm->suspend_VDI));
}

/* ---- are they the same? ---- */

static bool
is_same(const struct plan *p)
{
	return strcmp(plan_arg(p, "old"), plan_arg(p, "new")) == 0;
}

static int
note_sum(struct plan *p, const struct value *answer)
{
	const struct value *sum = value_member(answer, "sum");

	if (!sum || sum->kind != VALUE_STRING)
		return fail_internal_error(p->call,
		    "The storage worker gave no sum");
	return plan_note(p, plan_subject(p), sum->s);
}

static int
sum_send(struct plan *p, const char *which, const char *as)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VDI, plan_arg_ref(p, which));
	const struct vdi *vdi = (const struct vdi *)r;

	if (!vdi || plan_set_subject(p, as) < 0)
		return -1;
	plan_set_deadline(p, SUM_DEADLINE_MS);
	return storage_send(p, note_sum, vdi->SR, "vdi_sum", "vdi", vdi->uuid,
	    "#size", vdi->virtual_size, NULL);
}

static int
sums_send(struct plan *p)
{
	if (is_same(p))
		return 0;
	return sum_send(p, "old", "old sum") < 0 ||
		sum_send(p, "new", "new sum") < 0
	    ? -1
	    : 0;
}

static const char *
describe(struct plan *p, struct tx *t, const char *which, const char *sum)
{
	struct ref ref = plan_arg_ref(p, which);
	const struct vdi *vdi = TX_GET(t, VDI, vdi, ref);

	return arena_printf(p->call->arena, "%s : %s", vdi ? vdi->uuid : "",
	    sum);
}

static int
replace(struct plan *p, struct tx *t)
{
	const char *old = plan_arg(p, "old sum");
	const char *new_ = plan_arg(p, "new sum");
	const char *params[] = { describe(p, t, "old", old),
		describe(p, t, "new", new_) };

	if (!is_same(p) && strcmp(old, new_) != 0)
		return params[0] && params[1]
		    ? call_fail(p->call,
			  "SUSPEND_VDI_REPLACEMENT_IS_NOT_IDENTICAL", params, 2)
		    : call_fail_nomem(p->call);
	return TX_SET(t, VM, vm, p->object, suspend_VDI,
	    plan_arg_ref(p, "new"));
}

static int
finish(struct plan *p, struct tx *t, bool ok)
{
	vdi_operations_refresh(t, plan_arg_ref(p, "old"));
	return vm_plan_refresh(p, t, ok);
}

static const struct step steps[] = {
	{ .name = "compare", .send = sums_send, .apply = replace },
	{ 0 },
};

const struct plan_kind vm_suspend_vdi_kind = {
	.name = "VM.set_suspend_VDI",
	.cls = CLASS_VM,
	.steps = steps,
	.check = check,
	.finish = finish,
};

int
vm_set_suspend_VDI(struct call *c, const struct vm_set_suspend_VDI_args *a)
{
	return plan_start(c, &vm_suspend_vdi_kind, a->self, "new",
	    call_ref_text(c, a->value), NULL);
}

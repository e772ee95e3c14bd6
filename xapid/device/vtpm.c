/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual TPMs: records whose contents are a secret. */
#include "device/vtpm.h"

#include <string.h>

#include "call/edit.h"
#include "call/refuse.h"
#include "lib/base64.h"
#include "model/builder.h"
#include "vm/power/vm_power.h"
#include "vm/vm_operations.h"

#define MAX_CONTENTS (1 << 20) /* characters; a state is about 64 KiB */

/* ---- making one ---- */

static int
hear_missing(struct plan *p, const struct value *answer)
{
	const struct value *missing = value_member(answer, "missing");

	if (!missing || missing->kind != VALUE_STRING)
		return fail_internal_error(p->call,
		    "The domain worker did not say whether it has TPMs");
	return *missing->s ? fail_operation_not_allowed(p->call, missing->s)
			   : 0;
}

static int
ask_send(struct plan *p)
{
	return plan_send(p, hear_missing, "vtpm", "", NULL);
}

static int
create_apply(struct plan *p, struct tx *t)
{
	struct secret secret;
	struct vtpm vtpm;
	struct ref ref;

	if (!EDIT_HEAD(p->call, t, VM, vm, p->object))
		return -1;
	builder_defaults(CLASS_secret, &secret.r);
	builder_defaults(CLASS_VTPM, &vtpm.r);
	vtpm.VM = p->object;
	vtpm.is_unique = strcmp(plan_arg(p, "is_unique"), "true") == 0;
	(void)tx_insert(t, &secret.r, &vtpm.contents);
	if (tx_insert(t, &vtpm.r, &ref) < 0)
		return -1;
	if (p->call->result)
		*(struct ref *)p->call->result = ref;
	return 0;
}

static const struct step create_steps[] = {
	{ "create", ask_send, create_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind create_kind = {
	.name = "VTPM.create",
	.cls = CLASS_VM,
	.operation = "create_vtpm",
	.steps = create_steps,
	.check = vm_plan_check,
	.finish = vm_plan_refresh,
};

const struct plan_kind *const vtpm_kinds[] = { &create_kind, NULL };

int
vtpm_create(struct call *c, const struct vtpm_create_args *a,
    struct ref *result_r)
{
	(void)result_r;
	return plan_start(c, &create_kind, a->vM, "is_unique",
	    a->is_unique ? "true" : "false", NULL);
}

/* ---- and the end of it ---- */

static int
fail_state(struct call *c, const struct vm *vm)
{
	return fail_vm_bad_power_state(c, call_ref_text(c, vm->r.self),
	    "halted;suspended",
	    vm->power_state == VM_POWER_STATE_PAUSED ? "paused" : "running");
}

int
vtpm_destroy(struct call *c, const struct vtpm_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vtpm *vtpm;
	const struct vm *vm;
	struct ref contents, owner;

	if (!t || !(vtpm = EDIT_HEAD(c, t, VTPM, vtpm, a->self)))
		return -1;
	owner = vtpm->VM;
	contents = vtpm->contents;
	vm = TX_GET(t, VM, vm, owner);
	if (vm && vm->power_state != VM_POWER_STATE_HALTED &&
	    vm->power_state != VM_POWER_STATE_SUSPENDED)
		return fail_state(c, vm);
	/* A plan that is at the VM counts on what it found. */
	if (vm && vm->current_operations.n)
		return refuse_busy(c, &vm->r, &vm->current_operations, 0,
		    &enum_info_vm_operations);
	(void)tx_destroy(t, CLASS_VTPM, a->self);
	if (tx_get(t, CLASS_secret, contents))
		(void)tx_destroy(t, CLASS_secret, contents);
	(void)vm_operations_refresh(t, owner);
	return call_commit(c, STEAL(t));
}

/* ---- what it knows ---- */

const char *
vtpm_contents(struct db *db, struct ref vtpm, const struct record **r)
{
	RECORD_UNREF const struct record *v = db_get(db, CLASS_VTPM, vtpm);

	*r = v ? db_get(db, CLASS_secret, ((const struct vtpm *)v)->contents)
	       : NULL;
	return *r ? ((const struct secret *)*r)->value : "";
}

int
vtpm_get_contents(struct call *c, const struct vtpm_get_contents_args *a,
    const char **result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VTPM, a->self);
	const struct record *s;

	if (!r)
		return -1;
	*result_r = vtpm_contents(c->db, a->self, &s);
	return call_hold(c, s);
}

/* (source: the original takes base64 only, and does not look further) */
static int
check_contents(struct call *c, const char *contents)
{
	size_t len = strlen(contents), n;
	uint8_t *raw;

	if (len > MAX_CONTENTS)
		return fail_invalid_value(c, "contents", "longer than 1 MiB");
	raw = arena_array(c->arena, len + 1, 1);
	if (!raw)
		return call_fail_nomem(c);
	return base64_decode(contents, len, raw, &n) < 0
	    ? fail_invalid_value(c, "contents", "not base64")
	    : 0;
}

static int
store(struct tx *t, struct ref ref, const char *contents)
{
	const struct vtpm *vtpm = TX_GET(t, VTPM, vtpm, ref);
	struct secret secret;
	struct ref made;

	if (TX_GET(t, secret, secret, vtpm->contents))
		return TX_SET(t, secret, secret, vtpm->contents, value,
		    contents);
	builder_defaults(CLASS_secret, &secret.r);
	secret.value = contents;
	if (tx_insert(t, &secret.r, &made) < 0)
		return -1;
	return TX_SET(t, VTPM, vtpm, ref, contents, made);
}

int
vtpm_set_contents(struct call *c, const struct vtpm_set_contents_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t || !EDIT_HEAD(c, t, VTPM, vtpm, a->self) ||
	    check_contents(c, a->contents) < 0)
		return -1;
	(void)store(t, a->self, a->contents);
	return call_commit(c, STEAL(t));
}

/* ---- while it runs ---- */

#define NOTE "vtpm"

int
vtpm_note(struct plan *p, const struct value *answer)
{
	const struct value *contents = value_member(answer, "vtpm");

	return contents && contents->kind == VALUE_STRING &&
		contents->n <= MAX_CONTENTS
	    ? plan_note(p, NOTE, contents->s)
	    : 0;
}

int
vtpm_keep(struct plan *p, struct tx *t, struct ref ref)
{
	const struct vm *vm = TX_GET(t, VM, vm, ref);
	const char *contents = plan_arg(p, NOTE);

	if (!vm || !vm->VTPMs.n || !*contents)
		return 0;
	if (store(t, *(const struct ref *)vm->VTPMs.items, contents) < 0)
		return -1;
	return plan_note(p, NOTE, ""); /* not written with each step to come */
}

int
vtpm_ask_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);
	const struct vm *vm = (const struct vm *)r;

	if (!r)
		return -1;
	return vm->VTPMs.n &&
		(vm->power_state == VM_POWER_STATE_RUNNING ||
		    vm->power_state == VM_POWER_STATE_PAUSED)
	    ? plan_send(p, vtpm_note, "vtpm", vm->uuid, NULL)
	    : 0;
}

int
vtpm_told(struct plan *p, struct tx *t)
{
	return vtpm_keep(p, t, p->object);
}

int
vtpm_forget_send(struct plan *p, const struct vm *vm)
{
	return vm->VTPMs.n ? plan_send(p, NULL, "destroy", vm->uuid, NULL) : 0;
}

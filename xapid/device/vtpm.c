/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual TPMs as records, with their state as a secret. Domains on real hosts
 * have none: libxl has no emulator of one. */
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "vm/vm.h"
#include "vm/vm_operations.h"

#define MAX_CONTENTS (1 << 20) /* characters; a state is about 64 KiB */

int
vtpm_create(struct call *c, const struct vtpm_create_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct secret secret;
	const struct vm *vm;
	struct vtpm vtpm;

	if (!t || !(vm = vm_check_head(c, t, a->vM, VM_OPERATIONS_CREATE_VTPM)))
		return -1;
	if (vm->VTPMs.n)
		return fail_vtpm_max_amount_reached(c, "1");
	if (edit_simulated_only(c) < 0)
		return -1;
	builder_defaults(CLASS_secret, &secret.r);
	builder_defaults(CLASS_VTPM, &vtpm.r);
	vtpm.VM = a->vM;
	vtpm.is_unique = a->is_unique;
	(void)tx_insert(t, &secret.r, &vtpm.contents);
	(void)tx_insert(t, &vtpm.r, result_r);
	(void)vm_operations_refresh(t, a->vM);
	return call_commit(c, STEAL(t));
}

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
	(void)tx_destroy(t, CLASS_VTPM, a->self);
	if (tx_get(t, CLASS_secret, contents))
		(void)tx_destroy(t, CLASS_secret, contents);
	(void)vm_operations_refresh(t, owner);
	return call_commit(c, STEAL(t));
}

int
vtpm_get_contents(struct call *c, const struct vtpm_get_contents_args *a,
    const char **result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VTPM, a->self);
	const struct record *s = r
	    ? db_get(c->db, CLASS_secret, ((const struct vtpm *)r)->contents)
	    : NULL;

	if (!r)
		return -1;
	*result_r = s ? ((const struct secret *)s)->value : "";
	return call_hold(c, s);
}

int
vtpm_set_contents(struct call *c, const struct vtpm_set_contents_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vtpm *vtpm;

	if (!t || !(vtpm = EDIT_HEAD(c, t, VTPM, vtpm, a->self)))
		return -1;
	if (strlen(a->contents) > MAX_CONTENTS)
		return fail_invalid_value(c, "contents", "longer than 1 MiB");
	TX_SET(t, secret, secret, vtpm->contents, value, a->contents);
	return call_commit(c, STEAL(t));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every disk of a VM is copied by a plan of its own as a part of the VM's. */
#include "vm/copy/vm_copy_disks.h"

#include <string.h>

#include "call/edit.h"
#include "disk/storage.h"

static bool
is_operation(const struct plan *p, const char *name)
{
	return strcmp(p->kind->operation, name) == 0;
}

static bool
makes_snapshot(const struct plan *p)
{
	return is_operation(p, "snapshot") || is_operation(p, "checkpoint");
}

static bool
is_ignored(const struct plan *p, struct ref vdi)
{
	return strstr(plan_arg(p, "ignore"), call_ref_text(p->call, vdi));
}

static int
copy_disk(struct plan *p, struct tx *t, struct ref vdi)
{
	const char *sr = plan_arg(p, "sr");

	(void)t;
	if (ref_is_null(vdi) || is_ignored(p, vdi))
		return 0;
	if (makes_snapshot(p))
		return plan_child(p, vdi_kind("VDI.snapshot"), vdi, "at_rest",
		    plan_arg(p, "at_rest"), NULL);
	if (is_operation(p, "clone") || is_operation(p, "csvm") ||
	    is_operation(p, "reverting"))
		return plan_child(p, vdi_kind("VDI.clone"), vdi, NULL);
	return plan_child(p, vdi_kind("VDI.copy"), vdi, "sr", sr, NULL);
}

bool
vm_copy_keeps_memory(const struct plan *p, const struct vm *vm)
{
	bool only_disks = is_operation(p, "clone") || is_operation(p, "copy");

	return vm->power_state == VM_POWER_STATE_SUSPENDED &&
	    !is_operation(p, "snapshot") && !(vm->is_a_snapshot && only_disks);
}

/* The VM whose disks they are. */
static struct ref
source_of(const struct plan *p)
{
	struct ref source = plan_arg_ref(p, "source");

	return ref_is_null(source) ? p->object : source;
}

/* ---- which ---- */

/* Disks come and go while they are copied, and a daemon that was started again
 * is to find the same ones: they are noted when the plan begins. */
#define LIST "disks"
#define LISTED "these " /* begins the note, also that of none */

/* A disk that stands in two places is copied once. */
static void
list_disk(struct plan *p, struct bytes *text, struct ref vdi)
{
	const char *name = call_ref_text(p->call, vdi);
	const char *before = bytes_cstr(text);

	if (before && !strstr(before, name))
		bytes_printf(text, "%s ", name);
}

int
vm_copy_disks_list(struct plan *p, struct tx *t)
{
	const struct vm *vm = EDIT_HEAD(p->call, t, VM, vm, source_of(p));
	const struct ref *vbds = vm ? vm->VBDs.items : NULL;
	CLEANUP_BYTES struct bytes text = { 0 };

	if (!vm)
		return -1;
	bytes_puts(&text, LISTED);
	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		if (vbd && vbd->type == VBD_TYPE_DISK && !ref_is_null(vbd->VDI))
			list_disk(p, &text, vbd->VDI);
	}
	if (vm_copy_keeps_memory(p, vm))
		bytes_puts(&text, call_ref_text(p->call, vm->suspend_VDI));
	return bytes_cstr(&text) ? plan_note(p, LIST, bytes_cstr(&text))
				 : call_fail_nomem(p->call);
}

static bool
is_listed(const struct plan *p, struct ref vdi)
{
	return strstr(plan_arg(p, LIST), call_ref_text(p->call, vdi));
}

typedef int disk_fn(struct plan *p, struct tx *t, struct ref vdi);

/* fn for every disk that has to be there twice. t: of apply, or NULL. */
static int
each_disk(struct plan *p, struct tx *t, disk_fn *fn)
{
	char *text = arena_strdup(p->call->arena, plan_arg(p, LIST)), *next;
	struct ref vdi;
	int rc = 0;

	if (!text)
		return call_fail_nomem(p->call);
	if (strncmp(text, LISTED, strlen(LISTED)) != 0)
		return fail_internal_error(p->call,
		    "Another version has begun to copy these disks");
	text += strlen(LISTED);
	while (rc == 0 && (next = strsep(&text, " ")))
		if (*next && ref_parse(next, &vdi))
			rc = fn(p, t, vdi);
	return rc;
}

/* ---- the step ---- */

int
vm_copy_disks_send(struct plan *p)
{
	return each_disk(p, NULL, copy_disk);
}

/* The child noted it (vdi_plans.c). */
static struct ref
became(const struct plan *p, struct ref vdi)
{
	const char *name = arena_printf(p->call->arena, "made:%s",
	    call_ref_text(p->call, vdi));

	return name ? plan_arg_ref(p, name) : REF_NULL;
}

static int
unmake_disk(struct plan *p, struct tx *t, struct ref vdi)
{
	struct ref copy = became(p, vdi);
	RECORD_UNREF const struct record *r =
	    ref_is_null(copy) ? NULL : db_get(p->core->db, CLASS_VDI, copy);
	const struct vdi *made = (const struct vdi *)r;

	(void)t;
	return made ? storage_send(p, NULL, made->SR, "vdi_destroy", "vdi",
			  made->uuid, "#size", made->virtual_size, NULL)
		    : 0;
}

int
vm_copy_disks_undo_send(struct plan *p)
{
	return each_disk(p, NULL, unmake_disk);
}

static int
take_out(struct plan *p, struct tx *t, struct ref vdi)
{
	return vdi_take_out(p, t, became(p, vdi));
}

int
vm_copy_disks_undo_apply(struct plan *p, struct tx *t)
{
	return each_disk(p, t, take_out);
}

/* ---- behind it ---- */

static bool
has_disk(struct tx *t, const struct vm *vm, struct ref vdi)
{
	const struct ref *vbds = vm->VBDs.items;
	bool has = ref_equal(vm->suspend_VDI, vdi);

	for (uint32_t i = 0; !has && i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		has = vbd && ref_equal(vbd->VDI, vdi);
	}
	return has;
}

static int
leave_out(struct plan *p, struct tx *t, struct ref vdi)
{
	const struct vm *vm = TX_GET(t, VM, vm, source_of(p));
	struct ref copy = became(p, vdi);

	return !vm || ref_is_null(copy) || has_disk(t, vm, vdi)
	    ? 0
	    : plan_then(p, t, vdi_kind("VDI.destroy"), copy, NULL);
}

int
vm_copy_disks_leave_out(struct plan *p, struct tx *t)
{
	return each_disk(p, t, leave_out);
}

struct ref
vm_copy_disk_made(void *plan, struct ref vdi)
{
	struct plan *p = plan;
	struct ref ref;

	if (ref_is_null(vdi) || is_ignored(p, vdi) || !is_listed(p, vdi))
		return REF_NULL;
	ref = became(p, vdi);
	if (ref_is_null(ref))
		(void)fail_internal_error(p->call,
		    "A disk of the copy is missing");
	return ref;
}

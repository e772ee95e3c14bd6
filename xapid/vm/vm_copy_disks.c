/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every disk of a VM is copied by a plan of its own as a part of the VM's. */
#include "vm/vm_copy_disks.h"

#include <string.h>

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
copy_disk(struct plan *p, struct ref vdi)
{
	const char *sr = plan_arg(p, "sr");

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
	return vm->power_state == VM_POWER_STATE_SUSPENDED &&
	    !is_operation(p, "snapshot");
}

/* The VM whose disks they are. */
static struct ref
source_of(const struct plan *p)
{
	struct ref source = plan_arg_ref(p, "source");

	return ref_is_null(source) ? p->object : source;
}

/* fn for every disk that has to be there twice. */
static int
each_disk(struct plan *p, int (*fn)(struct plan *p, struct ref vdi))
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, source_of(p));
	const struct vm *vm = (const struct vm *)r;
	const struct ref *vbds = vm ? vm->VBDs.items : NULL;
	int rc = vm ? 0 : -1;

	for (uint32_t i = 0; rc == 0 && i < vm->VBDs.n; i++) {
		RECORD_UNREF const struct record *d =
		    db_get(p->core->db, CLASS_VBD, vbds[i]);
		const struct vbd *vbd = (const struct vbd *)d;

		if (vbd && vbd->type == VBD_TYPE_DISK)
			rc = fn(p, vbd->VDI);
	}
	return rc == 0 && vm_copy_keeps_memory(p, vm) ? fn(p, vm->suspend_VDI)
						      : rc;
}

int
vm_copy_disks_send(struct plan *p)
{
	return each_disk(p, copy_disk);
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
unmake_disk(struct plan *p, struct ref vdi)
{
	struct ref copy = became(p, vdi);
	RECORD_UNREF const struct record *r =
	    ref_is_null(copy) ? NULL : db_get(p->core->db, CLASS_VDI, copy);
	const struct vdi *made = (const struct vdi *)r;

	return made ? storage_send(p, NULL, made->SR, "vdi_destroy", "vdi",
			  made->uuid, "#size", made->virtual_size, NULL)
		    : 0;
}

int
vm_copy_disks_undo_send(struct plan *p)
{
	return each_disk(p, unmake_disk);
}

int
vm_copy_disks_undo_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, source_of(p));
	const struct ref *vbds = vm ? vm->VBDs.items : NULL;
	struct ref memory = vm ? vm->suspend_VDI : REF_NULL;

	for (uint32_t i = 0; vm && i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		if (vbd && vdi_take_out(p, t, became(p, vbd->VDI)) < 0)
			return -1;
	}
	return vdi_take_out(p, t, became(p, memory));
}

struct ref
vm_copy_disk_made(void *plan, struct ref vdi)
{
	struct plan *p = plan;
	struct ref ref = is_ignored(p, vdi) ? REF_NULL : became(p, vdi);

	if (ref_is_null(ref) && !ref_is_null(vdi) && !is_ignored(p, vdi))
		(void)fail_internal_error(p->call,
		    "A disk of the copy is missing");
	return ref;
}

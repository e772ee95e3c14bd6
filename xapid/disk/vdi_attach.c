/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the disks of a VM are, asked of their storage before the domain is
 * built. An answer is noted in the plan as "disk:VBD": path. */
#include "disk/vdi_attach.h"

#include <string.h>

#include "disk/storage.h"

static const char *
note_name(struct plan *p, const char *vbd)
{
	return arena_printf(p->call->arena, "disk:%s", vbd);
}

static int
note_path(struct plan *p, const struct value *answer)
{
	const struct value *path = value_member(answer, "path");
	const char *name = note_name(p, plan_subject(p));

	if (!path || path->kind != VALUE_STRING || !name)
		return fail_internal_error(p->call,
		    "The storage worker gave no path");
	return plan_note(p, name, path->s);
}

int
vdi_attach_send_one(struct plan *p, const struct vbd *vbd, bool attach,
    enum vdi_epoch epoch)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_VDI, vbd->VDI);
	const struct vdi *vdi = (const struct vdi *)r;

	if (!vdi) /* an empty drive */
		return 0;
	if (plan_set_subject(p, call_ref_text(p->call, vbd->r.self)) < 0)
		return -1;
	return storage_send(p, attach ? note_path : NULL, vdi->SR,
	    attach ? "vdi_attach" : "vdi_detach", "vdi", vdi->uuid, "location",
	    vdi->location, "mode", vbd->mode == VBD_MODE_RW ? "RW" : "RO",
	    "on_boot", enum_info_on_boot.values[vdi->on_boot], "#begins",
	    (int64_t)(epoch == VDI_EPOCH_BEGINS), "#ends",
	    (int64_t)(epoch == VDI_EPOCH_ENDS), "user_class", "VBD", "user",
	    call_ref_text(p->call, vbd->r.self), NULL);
}

static int
send_all(struct plan *p, const struct vm *vm, bool attach, enum vdi_epoch epoch)
{
	const struct ref *vbds = vm->VBDs.items;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < vm->VBDs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(p->core->db, CLASS_VBD, vbds[i]);

		if (r)
			rc = vdi_attach_send_one(p, (const struct vbd *)r,
			    attach, epoch);
	}
	return rc;
}

int
vdi_attach_send(struct plan *p, const struct vm *vm, enum vdi_epoch epoch)
{
	return send_all(p, vm, true, epoch);
}

int
vdi_detach_send(struct plan *p, const struct vm *vm, enum vdi_epoch epoch)
{
	return send_all(p, vm, false, epoch);
}

struct disk_source
vdi_source(void *arg, struct ref vbd)
{
	struct plan *p = arg;
	const char *name = note_name(p, call_ref_text(p->call, vbd));
	const char *path = name ? plan_arg(p, name) : "";

	return (struct disk_source){ path, "raw" };
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the disks of a VM are, asked of their storage before the domain is
 * built. An answer is noted in the plan as "disk:VBD": path. */
#include "disk/vdi_attach.h"

#include <string.h>

#include "call/edit.h"
#include "disk/storage.h"
#include "model/builder.h"
#include "vm/start/vm_boot_disk.h"

/* How all of them are asked. */
struct use {
	bool attach;
	enum vdi_epoch epoch;
	const struct vm *vm;   /* NULL: of a single disk */
	struct boot_disk boot; /* its kernel is taken out; vbd null: of none */
};

static const char *
note_name(struct plan *p, const char *kind, const char *vbd)
{
	return arena_printf(p->call->arena, "%s:%s", kind, vbd);
}

static int
note(struct plan *p, const struct value *answer, const char *member,
    const char *kind)
{
	const struct value *v = value_member(answer, member);
	const char *name = note_name(p, kind, plan_subject(p));

	if (!name)
		return call_fail_nomem(p->call);
	return v && v->kind == VALUE_STRING ? plan_note(p, name, v->s) : 0;
}

static int
note_path(struct plan *p, const struct value *answer)
{
	const struct value *path = value_member(answer, "path");

	if (!path || path->kind != VALUE_STRING)
		return fail_internal_error(p->call,
		    "The storage worker gave no path");
	if (note(p, answer, "path", "disk") < 0 ||
	    note(p, answer, "served", "served") < 0 ||
	    note(p, answer, "kernel", "kernel") < 0)
		return -1;
	return note(p, answer, "ramdisk", "ramdisk");
}

static bool
is_about(const struct vbd *vbd, enum vbd_operations op)
{
	const int *ops = vbd->current_operations.values;

	for (uint32_t i = 0; i < vbd->current_operations.n; i++)
		if (ops[i] == (int)op)
			return true;
	return false;
}

/* One that is about to let go of its disk does not hold it: of two that end at
 * once neither would let go. What has a place starts. */
static bool
holds(struct core *core, const struct vbd *vbd)
{
	RECORD_UNREF const struct record *r =
	    db_get(core->db, CLASS_VM, vbd->VM);
	const struct vm *vm = (const struct vm *)r;

	if (is_about(vbd, VBD_OPERATIONS_UNPLUG) ||
	    is_about(vbd, VBD_OPERATIONS_UNPLUG_FORCE))
		return false;
	return vbd->currently_attached || is_about(vbd, VBD_OPERATIONS_PLUG) ||
	    (vbd->reserved && vm &&
		(!ref_is_null(vm->resident_on) ||
		    !ref_is_null(vm->scheduled_to_be_resident_on)));
}

/* Whether another device has the same disk, which is attached but once; also
 * one of a VM that is being started. Who lets go of all disks of a VM does not
 * wait for another device of that. */
static bool
is_shared(struct core *core, const struct vdi *vdi, struct ref self,
    struct ref vm)
{
	const struct ref *refs = vdi->VBDs.items;
	bool shared = false;

	for (uint32_t i = 0; !shared && i < vdi->VBDs.n; i++) {
		RECORD_UNREF const struct record *r = ref_equal(refs[i], self)
		    ? NULL
		    : db_get(core->db, CLASS_VBD, refs[i]);
		const struct vbd *vbd = (const struct vbd *)r;

		shared = vbd && !ref_equal(vbd->VM, vm) && holds(core, vbd);
	}
	return shared;
}

/* A disk is attached and let go of by one at a time, in the order that they
 * asked; who wants it when the turn of letting go has come keeps it. */
struct disk_turn {
	struct plan_turn turn; /* first; about the disk */
	struct ref vbd, vm;    /* vm null: not all disks of one */
};

static bool
is_let_go(struct core *core, const struct plan_turn *turn)
{
	const struct disk_turn *d = (const struct disk_turn *)turn;
	RECORD_UNREF const struct record *r =
	    db_get(core->db, CLASS_VDI, turn->about);

	return r && !is_shared(core, (const struct vdi *)r, d->vbd, d->vm);
}

static int
stand_in_line(struct plan *p, const struct vbd *vbd, const struct use *u)
{
	struct disk_turn *d = arena_array(p->call->arena, 1, sizeof(*d));

	if (!d)
		return call_fail_nomem(p->call);
	*d = (struct disk_turn){
		.turn = { vbd->VDI, u->attach ? NULL : is_let_go },
		.vbd = vbd->r.self,
		.vm = u->vm ? u->vm->r.self : REF_NULL,
	};
	plan_set_turn(p, &d->turn);
	return 0;
}

static int
send_one(struct plan *p, const struct vbd *vbd, const struct use *u)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_VDI, vbd->VDI);
	const struct vdi *vdi = (const struct vdi *)r;
	bool take = u->attach && !ref_is_null(u->boot.vbd) &&
	    ref_equal(u->boot.vbd, vbd->r.self);
	bool takes = u->vm && vm_takes_kernel(u->vm);

	/* An empty drive; one that came when the VM had its place already; or
	 * who lets go last has it detached. */
	if (!vdi || (u->vm && u->attach && !vbd->reserved) ||
	    (!u->attach &&
		is_shared(p->core, vdi, vbd->r.self,
		    u->vm ? u->vm->r.self : REF_NULL)))
		return 0;
	if (plan_set_subject(p, call_ref_text(p->call, vbd->r.self)) < 0 ||
	    stand_in_line(p, vbd, u) < 0)
		return -1;
	return storage_send(p, u->attach ? note_path : NULL, vdi->SR,
	    u->attach ? "vdi_attach" : "vdi_detach", "vdi", vdi->uuid,
	    "location", vdi->location, "mode",
	    vbd->mode == VBD_MODE_RW ? "RW" : "RO", "on_boot",
	    enum_info_on_boot.values[vdi->on_boot], "#begins",
	    (int64_t)(u->epoch == VDI_EPOCH_BEGINS), "#ends",
	    (int64_t)(u->epoch == VDI_EPOCH_ENDS), "user_class", "VBD", "user",
	    call_ref_text(p->call, vbd->r.self), "#take", (int64_t)take,
	    "kernel", take ? u->boot.kernel : "", "ramdisk",
	    take ? u->boot.ramdisk : "", "#kernel_max", u->boot.kernel_max,
	    "#ramdisk_max", u->boot.ramdisk_max, "vm",
	    u->vm ? call_ref_text(p->call, u->vm->r.self) : "", "vm_uuid",
	    takes ? u->vm->uuid : "", NULL);
}

int
vdi_attach_send_one(struct plan *p, const struct vbd *vbd, bool attach)
{
	return send_one(p, vbd, &(struct use){ .attach = attach });
}

static int
send_all(struct plan *p, const struct use *u)
{
	const struct ref *vbds = u->vm->VBDs.items;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < u->vm->VBDs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(p->core->db, CLASS_VBD, vbds[i]);

		if (r)
			rc = send_one(p, (const struct vbd *)r, u);
	}
	return rc;
}

int
vdi_attach_send(struct plan *p, const struct vm *vm, enum vdi_epoch epoch)
{
	struct use u = { .attach = true, .epoch = epoch, .vm = vm };

	/* A guest that is resumed has its kernel in its memory. */
	if (epoch != VDI_EPOCH_RESUMES && vm_takes_kernel(vm)) {
		vm_boot_disk(p->call->arena, p->core->db, vm, &u.boot);
		if (ref_is_null(u.boot.vbd))
			return fail_bootloader_failed(p->call,
			    call_ref_text(p->call, vm->r.self),
			    "The VM has no disk to take a kernel from");
	}
	return send_all(p, &u);
}

int
vdi_detach_send(struct plan *p, const struct vm *vm, enum vdi_epoch epoch)
{
	return send_all(p, &(struct use){ .epoch = epoch, .vm = vm });
}

/* ---- who could not have it ---- */

static int
left_send(struct plan *p)
{
	struct vbd nobody;

	builder_defaults(CLASS_VBD, &nobody.r);
	nobody.VDI = p->object;
	return vdi_attach_send_one(p, &nobody, false);
}

static const struct step left_steps[] = {
	{ "disk", left_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct plan_kind left_kind = {
	.name = "VDI.left",
	.cls = CLASS_VDI,
	.steps = left_steps,
};

const struct plan_kind *const vdi_left_kinds[] = { &left_kind, NULL };

int
vdi_left_then(struct plan *p, struct tx *t, struct ref disk)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, disk);

	return vdi && vdi->VBDs.n > 1 ? plan_then(p, t, &left_kind, disk, NULL)
				      : 0;
}

int
vdi_settle_send(struct plan *p, const struct vm *vm)
{
	const struct ref *vbds = vm->VBDs.items;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < vm->VBDs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(p->core->db, CLASS_VBD, vbds[i]);
		const struct vbd *vbd = (const struct vbd *)r;
		RECORD_UNREF const struct record *d =
		    vbd ? db_get(p->core->db, CLASS_VDI, vbd->VDI) : NULL;
		const struct vdi *vdi = (const struct vdi *)d;

		if (vdi && vbd->type == VBD_TYPE_DISK &&
		    vbd->mode == VBD_MODE_RW && vbd->currently_attached)
			rc = storage_send(p, NULL, vdi->SR, "vdi_settle", "vdi",
			    vdi->uuid, NULL);
	}
	return rc;
}

static const char *
noted(struct plan *p, const char *kind, struct ref vbd)
{
	const char *name = note_name(p, kind, call_ref_text(p->call, vbd));

	return name ? plan_arg(p, name) : "";
}

struct disk_source
vdi_source(void *arg, struct ref vbd)
{
	struct plan *p = arg;

	return (struct disk_source){ noted(p, "disk", vbd), "raw",
		noted(p, "served", vbd), noted(p, "kernel", vbd),
		noted(p, "ramdisk", vbd) };
}

int
vdi_merge_then(struct plan *p, struct tx *t, const struct vm *vm)
{
	const struct ref *vbds = vm->VBDs.items;
	struct ref last = REF_NULL;

	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);
		const struct vdi *vdi =
		    vbd ? TX_GET(t, VDI, vdi, vbd->VDI) : NULL;

		if (!vdi || !sr_is_image(vdi) || ref_equal(vdi->SR, last))
			continue;
		last = vdi->SR;
		if (sr_merge_then(p, t, last) < 0)
			return -1;
	}
	return 0;
}

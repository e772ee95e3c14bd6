/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Block devices that come, go and change their disc while the VM runs. */
#include <string.h>

#include "call/edit.h"
#include "device/device_plan.h"
#include "device/device_plug.h"
#include "device/vbd.h"
#include "disk/storage_operations.h"
#include "disk/vdi_attach.h"
#include "plan/plan.h"
#include "vm/start/vm_domain_args.h"

static const struct vbd *
head(struct plan *p, struct tx *t)
{
	const struct vbd *vbd = TX_GET(t, VBD, vbd, p->object);

	if (!vbd)
		fail_handle_invalid(p->call, "VBD",
		    call_ref_text(p->call, p->object));
	return vbd;
}

static int
finish(struct plan *p, struct tx *t, bool ok)
{
	(void)device_finish(p, t, ok);
	vdi_operations_refresh(t, plan_arg_ref(p, "vdi"));
	return 0;
}

/* ---- the data of a disk: its storage gets it ready, and lets go of it ---- */

/* disk: whose data; null: the one in the drive. */
static int
storage(struct plan *p, struct ref disk, bool attach)
{
	DEVICE_PAIR pair = device_pair_get(p);
	struct vbd vbd = { 0 };
	int rc = -1;

	if (pair.vm) {
		/* All but the count of references, which others change. */
		vbd.r.self = pair.vbd->r.self;
		memcpy((char *)&vbd + sizeof(vbd.r),
		    (const char *)pair.vbd + sizeof(vbd.r),
		    sizeof(vbd) - sizeof(vbd.r));
		if (!ref_is_null(disk))
			vbd.VDI = disk;
		rc = vdi_attach_send_one(p, &vbd, attach);
	}
	return rc;
}

static int
attach_send(struct plan *p)
{
	return storage(p, plan_arg_ref(p, "vdi"), true);
}

static int
detach_send(struct plan *p)
{
	return storage(p, plan_arg_ref(p, "vdi"), false);
}

/* Behind the end of the device, or of the disc in it: cancelling comes too
 * late. */
static int
let_go_of_it(struct plan *p)
{
	plan_set_lasting(p);
	return detach_send(p);
}

#define OUT "out" /* note: the guest does not have it any more */

static int
note_out(struct plan *p, struct tx *t)
{
	(void)t;
	return plan_note(p, OUT, "true");
}

/* ---- plug ---- */

static int
plug_check(struct plan *p, struct tx *t)
{
	const struct vbd *vbd;

	if (device_check(p, t) < 0)
		return -1;
	vbd = head(p, t);
	if (vbd->empty)
		return fail_vbd_is_empty(p->call,
		    call_ref_text(p->call, p->object));
	return vbd_check_attachable(p->call, t, vbd);
}

static int
plug_send(struct plan *p)
{
	DEVICE_PAIR pair = device_pair_get(p);
	struct disk_source source = vdi_source(p, p->object);
	struct value body;
	int rc = -1;

	if (pair.vm &&
	    vbd_domain_args(p->call->arena, pair.vm, pair.vbd, "plug", source,
		&body) < 0)
		rc = call_fail_nomem(p->call);
	else if (pair.vm)
		rc = plan_send_to(p, PLAN_DOMAIN, NULL, &body);
	return rc;
}

static int
plug_apply(struct plan *p, struct tx *t)
{
	const struct vbd *vbd = head(p, t);
	const char *name;

	if (!vbd)
		return -1;
	name = vbd_guest_name(tx_arena(t), vbd);
	TX_SET(t, VBD, vbd, p->object, device, name);
	return TX_SET(t, VBD, vbd, p->object, currently_attached, true);
}

static int
plug_finish(struct plan *p, struct tx *t, bool ok)
{
	const struct vbd *vbd = TX_GET(t, VBD, vbd, p->object);

	if (!ok && vbd && vdi_left_then(p, t, vbd->VDI) < 0)
		return -1;
	return finish(p, t, ok);
}

static int
force_send(struct plan *p)
{
	return device_send(p, "unplug", true);
}

static int
unplug_send(struct plan *p)
{
	return device_send(p, "unplug", false);
}

static int
unplug_apply(struct plan *p, struct tx *t)
{
	TX_SET(t, VBD, vbd, p->object, device, "");
	return TX_SET(t, VBD, vbd, p->object, currently_attached, false);
}

static const struct step plug_steps[] = {
	{ "disk", attach_send, NULL, detach_send, NULL },
	{ "plug", plug_send, plug_apply, force_send, unplug_apply },
	{ 0 },
};

/* It has the disk until the storage has let go of it: who took it before would
 * get a device that is about to end. */
static const struct step unplug_steps[] = {
	{ "unplug", unplug_send, note_out, NULL, NULL },
	{ "disk", let_go_of_it, unplug_apply, NULL, NULL },
	{ 0 },
};

static const struct step unplug_force_steps[] = {
	{ "unplug", force_send, note_out, NULL, NULL },
	{ "disk", let_go_of_it, unplug_apply, NULL, NULL },
	{ 0 },
};

/* When its storage does not let go of it, the guest is without it all the
 * same. */
static int
unplug_finish(struct plan *p, struct tx *t, bool ok)
{
	if (!ok && *plan_arg(p, OUT) && TX_GET(t, VBD, vbd, p->object))
		(void)unplug_apply(p, t);
	return finish(p, t, ok);
}

/* ---- media ---- */

static int
insert_check(struct plan *p, struct tx *t)
{
	const struct vbd *vbd;
	const struct vdi *vdi;

	if (device_check(p, t) < 0)
		return -1;
	vbd = head(p, t);
	vdi = TX_GET(t, VDI, vdi, plan_arg_ref(p, "vdi"));
	if (!vdi)
		return fail_handle_invalid(p->call, "VDI", plan_arg(p, "vdi"));
	return vbd_check_media(p->call, vbd, vdi) < 0
	    ? -1
	    : vbd_check_insert(p->call, t, vbd, vdi);
}

/* From here on it is a disk in use: nobody destroys it, and none begins to write
 * to it. */
static int
insert_began(struct plan *p, struct tx *t)
{
	return TX_SET(t, VBD, vbd, p->object, VDI, plan_arg_ref(p, "vdi"));
}

/* A drive of a VM that does not run is its record only. */
static int
media_send(struct plan *p, const char *op)
{
	DEVICE_PAIR pair = device_pair_get(p);
	int rc = pair.vm ? 0 : -1;

	if (pair.vm && device_vm_lives(pair.vm) && pair.vbd->currently_attached)
		rc = plan_send(p, NULL, op, pair.vm->uuid, "device",
		    vbd_device_name(p->call->arena, pair.vbd), "virtual",
		    vbd_virtual_name(p->call->arena, pair.vm, pair.vbd), "path",
		    vdi_source(p, p->object).path, "format", "raw", NULL);
	return rc;
}

/* Whether the disc is in a drive that a domain has open. */
static bool
is_open(struct plan *p)
{
	DEVICE_PAIR pair = device_pair_get(p);
	bool open = device_vm_lives(pair.vm) && pair.vbd->currently_attached;

	return open;
}

static int
disc_send(struct plan *p)
{
	return is_open(p) ? attach_send(p) : 0;
}

static int
let_go_send(struct plan *p)
{
	return is_open(p) ? detach_send(p) : 0;
}

static int
let_go_of_disc(struct plan *p)
{
	return is_open(p) ? let_go_of_it(p) : 0;
}

/* The disc that goes out: its storage is told when it is out. */
static int
eject_check(struct plan *p, struct tx *t)
{
	if (device_check(p, t) < 0)
		return -1;
	return plan_note(p, "vdi", call_ref_text(p->call, head(p, t)->VDI));
}

static int
insert_send(struct plan *p)
{
	return media_send(p, "insert");
}

static int
eject_send(struct plan *p)
{
	return media_send(p, "eject");
}

static int
insert_apply(struct plan *p, struct tx *t)
{
	TX_SET(t, VBD, vbd, p->object, VDI, plan_arg_ref(p, "vdi"));
	return TX_SET(t, VBD, vbd, p->object, empty, false);
}

static int
eject_apply(struct plan *p, struct tx *t)
{
	TX_SET(t, VBD, vbd, p->object, VDI, REF_NULL);
	return TX_SET(t, VBD, vbd, p->object, empty, true);
}

static int
insert_finish(struct plan *p, struct tx *t, bool ok)
{
	if (!ok && TX_GET(t, VBD, vbd, p->object))
		(void)eject_apply(p, t);
	return finish(p, t, ok);
}

static const struct step insert_steps[] = {
	{ "disk", disc_send, NULL, let_go_send, NULL },
	{ "insert", insert_send, insert_apply, eject_send, eject_apply },
	{ 0 },
};

static const struct step eject_steps[] = {
	{ "eject", eject_send, note_out, NULL, NULL },
	{ "disk", let_go_of_disc, eject_apply, NULL, NULL },
	{ 0 },
};

static int
eject_finish(struct plan *p, struct tx *t, bool ok)
{
	if (!ok && *plan_arg(p, OUT) && TX_GET(t, VBD, vbd, p->object))
		(void)eject_apply(p, t);
	return finish(p, t, ok);
}

/* ---- the plans ---- */

#define KIND(op, first, last, ...)                                             \
	static const struct plan_kind op##_kind = { .name = "VBD." #op,        \
		.cls = CLASS_VBD,                                              \
		.operation = #op,                                              \
		.steps = op##_steps,                                           \
		.queue = device_queue,                                         \
		.check = (first),                                              \
		.finish = (last),                                              \
		__VA_ARGS__ }

KIND(plug, plug_check, plug_finish);
KIND(unplug, device_check, unplug_finish, .stays_from = "unplug");
KIND(unplug_force, device_check, unplug_finish, .stays_from = "unplug");
KIND(insert, insert_check, insert_finish, .began = insert_began);
KIND(eject, eject_check, eject_finish, .stays_from = "eject");

const struct plan_kind *const vbd_kinds[] = { &plug_kind, &unplug_kind,
	&unplug_force_kind, &insert_kind, &eject_kind, NULL };

/* ---- the calls ---- */

int
vbd_plug(struct call *c, const struct vbd_plug_args *a)
{
	return plan_start(c, &plug_kind, a->self, NULL);
}

int
vbd_unplug(struct call *c, const struct vbd_unplug_args *a)
{
	return plan_start(c, &unplug_kind, a->self, NULL);
}

int
vbd_unplug_force(struct call *c, const struct vbd_unplug_force_args *a)
{
	return plan_start(c, &unplug_force_kind, a->self, NULL);
}

int
vbd_unplug_force_no_safety_check(struct call *c,
    const struct vbd_unplug_force_no_safety_check_args *a)
{
	return plan_start(c, &unplug_force_kind, a->self, NULL);
}

int
vbd_insert(struct call *c, const struct vbd_insert_args *a)
{
	return plan_start(c, &insert_kind, a->vbd, "vdi",
	    call_ref_text(c, a->vdi), NULL);
}

int
vbd_eject(struct call *c, const struct vbd_eject_args *a)
{
	return plan_start(c, &eject_kind, a->vbd, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The disk that a guest's memory is written into: where it is made, its volume,
 * and its end. */
#include "vm/power/vm_image.h"

#include <string.h>

#include "disk/storage.h"
#include "disk/vdi.h"
#include "model/builder.h"

#define MIB (INT64_C(1) << 20)

static struct ref
image_of(const struct plan *p)
{
	return plan_arg_ref(p, "image");
}

/* ---- where the image goes ---- */

static struct ref
choose_sr(struct plan *p, struct tx *t, const struct vm *vm)
{
	const struct host *host = TX_GET(t, host, host, vm->resident_on);
	const struct pool *pool = TX_GET(t, pool, pool, p->core->pool);
	const struct ref candidates[] = {
		vm->suspend_SR,
		pool ? pool->suspend_image_SR : REF_NULL,
		host ? host->suspend_image_sr : REF_NULL,
		pool ? pool->default_SR : REF_NULL,
	};

	for (size_t i = 0; i < sizeof(candidates) / sizeof(*candidates); i++)
		if (TX_GET(t, SR, sr, candidates[i]))
			return candidates[i];
	return REF_NULL;
}

int
vm_image_plan(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	struct ref sr = choose_sr(p, t, vm), ref;
	struct vdi vdi;

	if (ref_is_null(sr))
		return fail_vm_no_suspend_sr(p->call,
		    call_ref_text(p->call, p->object));
	if (storage_check(p->call, t, sr, "VDI_CREATE") < 0)
		return -1;
	builder_defaults(CLASS_VDI, &vdi.r);
	vdi.name_label = "Suspend image";
	vdi.SR = sr;
	vdi.type = VDI_TYPE_SUSPEND;
	vdi.managed = true;
	vdi.virtual_size = vm->memory_static_max / 100 * 126 + 100 * MIB;
	if (tx_insert(t, &vdi.r, &ref) < 0)
		return -1;
	return plan_note(p, "image", call_ref_text(p->call, ref));
}

/* ---- the image's volume ---- */

static int
volume(struct plan *p, struct ref ref, plan_reply_fn *reply, const char *op)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_VDI, ref);
	const struct vdi *vdi = (const struct vdi *)r;

	if (!vdi)
		return reply ? fail_vm_has_no_suspend_vdi(p->call,
				   call_ref_text(p->call, p->object))
			     : 0;
	return storage_send(p, reply, vdi->SR, op, "vdi", vdi->uuid, "location",
	    vdi->location, "#size", vdi->virtual_size, "mode", "RW", NULL);
}

int
vm_image_make(struct plan *p)
{
	return volume(p, image_of(p), storage_note, "vdi_create");
}

int
vm_image_made(struct plan *p, struct tx *t)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, image_of(p));
	int64_t size = plan_arg_int(p, "size", 0);

	if (vdi)
		storage_account(t, vdi->SR, size, 0);
	TX_SET(t, VDI, vdi, image_of(p), location, plan_arg(p, "location"));
	return TX_SET(t, VDI, vdi, image_of(p), virtual_size, size);
}

int
vm_image_unmake(struct plan *p)
{
	return volume(p, image_of(p), NULL, "vdi_destroy");
}

int
vm_image_unmade(struct plan *p, struct tx *t)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, image_of(p));

	if (!vdi)
		return 0;
	/* Without a location it was never counted. */
	return vdi->location[0] ? vdi_take_out(p, t, image_of(p))
				: vdi_forget_row(p->call, t, image_of(p));
}

int
vm_image_open(struct plan *p)
{
	return volume(p, image_of(p), storage_note, "vdi_attach");
}

int
vm_image_close(struct plan *p)
{
	return volume(p, image_of(p), NULL, "vdi_detach");
}

/* ---- for plans that resume or give up ---- */

int
vm_image_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);

	return r ? volume(p, ((const struct vm *)r)->suspend_VDI, storage_note,
		       "vdi_attach")
		 : -1;
}

int
vm_image_path(struct plan *p, struct value *body)
{
	struct value_member *m =
	    arena_array(p->call->arena, body->n + 2, sizeof(*m));

	if (!m)
		return call_fail_nomem(p->call);
	memcpy(m, body->members, body->n * sizeof(*m));
	m[body->n++] =
	    (struct value_member){ "path", value_of_text(plan_arg(p, "path")) };
	m[body->n++] = (struct value_member){ "served",
		value_of_text(plan_arg(p, "served")) };
	body->members = m;
	return 0;
}

int
vm_image_let_go(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	struct ref image = vm ? vm->suspend_VDI : REF_NULL;

	if (ref_is_null(image))
		return 0;
	if (TX_SET(t, VM, vm, p->object, suspend_VDI, REF_NULL) < 0)
		return -1;
	return plan_then(p, t, vdi_kind("VDI.destroy"), image, NULL);
}

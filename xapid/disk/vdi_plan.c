/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What plans of disks share: the row of a disk that is being made, what the
 * storage says of its volume, and what an SR holds. */
#include "disk/vdi_plan.h"

#include "device/device_operations.h"
#include "disk/storage.h"
#include "disk/vdi.h"
#include "model/builder.h"

struct ref
vdi_plan_made(const struct plan *p)
{
	return plan_arg_ref(p, "made");
}

const struct vdi *
vdi_plan_head(struct plan *p, struct tx *t, struct ref ref)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, ref);

	if (!vdi)
		fail_handle_invalid(p->call, "VDI",
		    call_ref_text(p->call, ref));
	return vdi;
}

/* A plan may copy many disks: each is told beside what it was made of. */
static void
tell_parent(struct plan *p, struct ref ref)
{
	const char *as = plan_arg(p, "as");
	const char *name = *as ? as
			       : arena_printf(p->call->arena, "made:%s",
				     call_ref_text(p->call, p->object));

	if (name)
		(void)plan_tell_parent(p, name, call_ref_text(p->call, ref));
}

int
vdi_plan_insert(struct plan *p, struct tx *t, struct vdi *vdi)
{
	struct ref ref;

	vdi->r.self = REF_NULL;
	vdi->uuid = "";
	vdi->location = "";
	vdi->managed = true;
	vdi->physical_utilisation = 0;
	if (tx_insert(t, &vdi->r, &ref) < 0)
		return -1;
	if (p->call->result)
		*(struct ref *)p->call->result = ref;
	tell_parent(p, ref);
	return plan_note(p, "made", call_ref_text(p->call, ref));
}

/* Storage managers write sizes as they like, so that sums have an end. */
static int64_t
sum(int64_t a, int64_t b)
{
	int64_t s;

	if (__builtin_add_overflow(a, b, &s))
		return a > 0 ? INT64_MAX : -INT64_MAX;
	return s;
}

static int64_t
difference(int64_t a, int64_t b)
{
	int64_t d;

	if (__builtin_sub_overflow(a, b, &d))
		return a > b ? INT64_MAX : -INT64_MAX;
	return d;
}

void
storage_account(struct tx *t, struct ref ref, int64_t allocated, int64_t used)
{
	const struct sr *sr = TX_GET(t, SR, sr, ref);
	int64_t all = sr ? sum(sr->virtual_allocation, allocated) : 0;
	bool known = sr && sr->physical_utilisation >= 0;

	if (!sr)
		return;
	used = sum(used, sr->physical_utilisation);
	TX_SET(t, SR, sr, ref, virtual_allocation, all > 0 ? all : 0);
	if (known)
		TX_SET(t, SR, sr, ref, physical_utilisation,
		    used > 0 ? used : 0);
}

/* What kind of image it is stands where clients look for it. */
static void
set_format(struct plan *p, struct tx *t, struct ref ref)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, ref);
	struct builder b = { .arena = p->call->arena };
	struct builder_pairs pairs = { .b = &b };
	const char *format = plan_arg(p, "format");

	if (!*format)
		return;
	builder_put_map(&pairs, &vdi->sm_config, NULL);
	builder_put(&pairs, "image-format", format);
	if (!b.failed)
		TX_SET(t, VDI, vdi, ref, sm_config, builder_pairs_map(&pairs));
}

int
vdi_plan_settle(struct plan *p, struct tx *t, struct ref ref)
{
	const struct vdi *vdi = vdi_plan_head(p, t, ref);
	int64_t size, used, size_before, used_before;
	struct ref home;

	if (!vdi)
		return -1;
	home = vdi->SR;
	size_before = vdi->location[0] ? vdi->virtual_size : 0;
	used_before = vdi->physical_utilisation;
	size = plan_arg_int(p, "size", vdi->virtual_size);
	used = plan_arg_int(p, "used", used_before);
	TX_SET(t, VDI, vdi, ref, virtual_size, size);
	TX_SET(t, VDI, vdi, ref, physical_utilisation, used);
	if (!vdi->location[0])
		TX_SET(t, VDI, vdi, ref, location, plan_arg(p, "location"));
	set_format(p, t, ref);
	storage_account(t, home, difference(size, size_before),
	    difference(used, used_before));
	return 0;
}

int
vdi_plan_made_apply(struct plan *p, struct tx *t)
{
	return vdi_plan_settle(p, t, vdi_plan_made(p));
}

int
vdi_plan_send_about(struct plan *p, plan_reply_fn *reply, struct ref ref,
    const char *op)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_VDI, ref);
	const struct vdi *vdi = (const struct vdi *)r;

	return vdi ? storage_send(p, reply, vdi->SR, op, "vdi", vdi->uuid,
			 "#size", vdi->virtual_size, "user_class", "VDI",
			 "user", call_ref_text(p->call, ref), NULL)
		   : 0;
}

int
vdi_plan_unmake_send(struct plan *p)
{
	return vdi_plan_send_about(p, NULL, vdi_plan_made(p), "vdi_destroy");
}

int
vdi_plan_unmake_apply(struct plan *p, struct tx *t)
{
	(void)p;
	return TX_GET(t, VDI, vdi, vdi_plan_made(p))
	    ? vdi_forget_row(p->call, t, vdi_plan_made(p))
	    : 0;
}

int
vdi_plan_finish(struct plan *p, struct tx *t, bool ok)
{
	if (ok && !ref_is_null(vdi_plan_made(p)))
		tell_parent(p, vdi_plan_made(p));
	const struct vdi *vdi;

	vdi_operations_refresh(t, vdi_plan_made(p));
	if (p->kind->cls == CLASS_SR) {
		sr_operations_refresh(t, p->object);
		return 0;
	}
	vdi_operations_refresh(t, p->object);
	vbds_operations_refresh(t, p->object);
	sr_operations_refresh(t, plan_arg_ref(p, "home"));
	vdi = TX_GET(t, VDI, vdi, vdi_plan_made(p));
	if (vdi)
		sr_operations_refresh(t, vdi->SR);
	return 0;
}

int
vdi_plan_check(struct plan *p, struct tx *t, const struct vdi *vdi,
    enum vdi_operations op)
{
	if (!vdi || vdi_operation_check(p->call, t, vdi, op) < 0)
		return -1;
	return storage_check(p->call, t, vdi->SR, NULL);
}

int
vdi_take_out(struct plan *p, struct tx *t, struct ref ref)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, ref);

	if (!vdi)
		return 0;
	storage_account(t, vdi->SR, difference(0, vdi->virtual_size),
	    difference(0, vdi->physical_utilisation));
	return vdi_forget_row(p->call, t, ref);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Full copies: into a new disk of any repository, or into one that is there.
 * A base_vdi only says what both have already, and saves nothing here: all is
 * copied. (source of checks and errors: lifecycle.json, smapi.md) */
#include "call/edit.h"
#include "disk/storage.h"
#include "disk/vdi_plan.h"

/* ---- a new disk ---- */

static int
copy_check(struct plan *p, struct tx *t)
{
	const struct vdi *source = vdi_plan_head(p, t, p->object);
	struct ref sr = plan_arg_ref(p, "sr");
	struct vdi copy;

	if (!source)
		return -1;
	if (ref_is_null(sr)) /* a part of another plan */
		sr = source->SR;
	if (vdi_plan_check(p, t, source, VDI_OPERATIONS_COPY) < 0 ||
	    storage_check(p->call, t, sr, "VDI_CREATE") < 0)
		return -1;
	record_like(&copy.r, &source->r);
	vdi_plan_describe_copy(&copy, source);
	copy.sharable = source->sharable;
	copy.read_only = false;
	copy.sm_config = (struct map){ .n = 0 };
	copy.SR = sr;
	return vdi_plan_insert(p, t, &copy);
}

static int
copy_send(struct plan *p)
{
	return vdi_plan_copy_send(p, "vdi_copy");
}

static const struct step copy_steps[] = {
	{ "volume", copy_send, vdi_plan_made_apply, vdi_plan_unmake_send,
	    vdi_plan_unmake_apply },
	{ 0 },
};

const struct plan_kind vdi_copy_kind = {
	.name = "VDI.copy",
	.cls = CLASS_VDI,
	.operation = "copy",
	.steps = copy_steps,
	.check = copy_check,
	.finish = vdi_plan_finish,
};

/* ---- one that is there: the part about it, which nobody may use meanwhile */

static bool
is_used(struct tx *t, const struct vdi *vdi)
{
	const struct ref *refs = vdi->VBDs.items;

	for (uint32_t i = 0; i < vdi->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, refs[i]);

		if (vbd && (vbd->currently_attached || vbd->reserved))
			return true;
	}
	return false;
}

static int
check_target(struct plan *p, struct tx *t, const struct vdi *source,
    const struct vdi *vdi)
{
	const char *name = call_ref_text(p->call, vdi->r.self);

	if (vdi->read_only)
		return fail_vdi_readonly(p->call, name);
	if (vdi->virtual_size < source->virtual_size)
		return fail_vdi_too_small(p->call, name,
		    arena_printf(p->call->arena, "%lld",
			(long long)source->virtual_size));
	if (is_used(t, vdi))
		return fail_vdi_in_use(p->call, name, "copy");
	return 0;
}

static int
fill_check(struct plan *p, struct tx *t)
{
	const struct vdi *source =
	    vdi_plan_head(p, t, plan_arg_ref(p, "source"));
	const struct vdi *vdi = vdi_plan_head(p, t, p->object);

	if (!source || !vdi || check_target(p, t, source, vdi) < 0)
		return -1;
	return storage_check(p->call, t, vdi->SR, "VDI_CREATE");
}

static int
fill_send(struct plan *p)
{
	RECORD_UNREF const struct record *to =
	    call_get(p->call, CLASS_VDI, p->object);
	RECORD_UNREF const struct record *from =
	    call_get(p->call, CLASS_VDI, plan_arg_ref(p, "source"));
	const struct vdi *vdi = (const struct vdi *)to;
	const struct vdi *source = (const struct vdi *)from;

	if (!vdi || !source)
		return -1;
	plan_set_deadline(p, VDI_COPY_DEADLINE_MS);
	return storage_send_from(p, storage_note, vdi->SR, source->SR,
	    "vdi_copy", "vdi", vdi->uuid, "source", source->uuid, "#size",
	    vdi->virtual_size, "#into", (int64_t)1, NULL);
}

static int
fill_apply(struct plan *p, struct tx *t)
{
	return vdi_plan_settle(p, t, p->object);
}

static const struct step fill_steps[] = {
	{ "volume", fill_send, fill_apply, NULL, NULL },
	{ 0 },
};

const struct plan_kind vdi_fill_kind = {
	.name = "VDI.copy, its target",
	.cls = CLASS_VDI,
	.operation = "blocked",
	.steps = fill_steps,
	.check = fill_check,
	.finish = vdi_plan_finish,
};

/* ---- the part about the source ---- */

static int
into_check(struct plan *p, struct tx *t)
{
	const struct vdi *source = vdi_plan_head(p, t, p->object);
	struct ref into = plan_arg_ref(p, "into");
	const struct vdi *vdi;

	if (vdi_plan_check(p, t, source, VDI_OPERATIONS_COPY) < 0)
		return -1;
	vdi = vdi_plan_head(p, t, into);
	if (!vdi || check_target(p, t, source, vdi) < 0)
		return -1;
	if (p->call->result)
		*(struct ref *)p->call->result = into;
	return 0;
}

static int
into_send(struct plan *p)
{
	return plan_child(p, &vdi_fill_kind, plan_arg_ref(p, "into"), "source",
	    call_ref_text(p->call, p->object), NULL);
}

static const struct step into_steps[] = {
	{ "fill", into_send, NULL, NULL, NULL },
	{ 0 },
};

const struct plan_kind vdi_copy_into_kind = {
	.name = "VDI.copy into a VDI",
	.cls = CLASS_VDI,
	.operation = "copy",
	.steps = into_steps,
	.check = into_check,
	.finish = vdi_plan_finish,
};

/* ---- the call ---- */

int
vdi_copy(struct call *c, const struct vdi_copy_args *a, struct ref *result_r)
{
	(void)result_r;
	if (!ref_is_null(a->into_vdi) && ref_equal(a->into_vdi, a->vdi))
		return fail_vdi_in_use(c, call_ref_text(c, a->vdi), "copy");
	if (!ref_is_null(a->into_vdi))
		return plan_start(c, &vdi_copy_into_kind, a->vdi, "into",
		    call_ref_text(c, a->into_vdi), NULL);
	if (ref_is_null(a->sr))
		return fail_handle_invalid(c, "SR", call_ref_text(c, a->sr));
	return plan_start(c, &vdi_copy_kind, a->vdi, "sr",
	    call_ref_text(c, a->sr), NULL);
}

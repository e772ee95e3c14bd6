/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VDI.checksum, and two calls that are no more. A checksum is a text
 * that is the same for disks with the same content. Of a disk that somebody
 * writes it says how it was in the meantime. */
#include "call/edit.h"
#include "disk/storage.h"
#include "disk/vdi_plan.h"

static int
sum_check(struct plan *p, struct tx *t)
{
	const struct vdi *vdi = vdi_plan_head(p, t, p->object);

	if (!vdi)
		return -1;
	if (vdi->missing)
		return fail_vdi_missing(p->call,
		    call_ref_text(p->call, vdi->SR),
		    call_ref_text(p->call, p->object));
	return storage_check(p->call, t, vdi->SR, NULL);
}

static int
note_sum(struct plan *p, const struct value *answer)
{
	const struct value *sum = value_member(answer, "sum");

	if (!sum || sum->kind != VALUE_STRING)
		return fail_internal_error(p->call,
		    "The storage worker says no sum");
	return plan_note(p, "sum", sum->s);
}

static int
sum_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VDI, p->object);
	const struct vdi *vdi = (const struct vdi *)r;

	if (!vdi)
		return -1;
	plan_set_deadline(p, VDI_COPY_DEADLINE_MS);
	return storage_send(p, note_sum, vdi->SR, "vdi_sum", "vdi", vdi->uuid,
	    "#size", vdi->virtual_size, NULL);
}

static int
sum_apply(struct plan *p, struct tx *t)
{
	const char *text = arena_strdup(p->call->arena, plan_arg(p, "sum"));

	(void)t;
	if (!text)
		return call_fail_nomem(p->call);
	if (p->call->result)
		*(const char **)p->call->result = text;
	return 0;
}

static const struct step sum_steps[] = {
	{ "sum", sum_send, sum_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind sum_kind = {
	.name = "VDI.checksum",
	.cls = CLASS_VDI,
	.steps = sum_steps,
	.check = sum_check,
};

int
vdi_checksum(struct call *c, const struct vdi_checksum_args *a,
    const char **result_r)
{
	(void)result_r;
	return plan_start(c, &sum_kind, a->self, NULL);
}

const struct plan_kind *const vdi_checksum_kinds[] = { &sum_kind, NULL };

/* No disk of ours has a lock that could stay behind. */
int
vdi_force_unlock(struct call *c, const struct vdi_force_unlock_args *a)
{
	(void)a;
	return fail_message_deprecated(c);
}

/* VDI.resize has taken its place. */
int
vdi_resize_online(struct call *c, const struct vdi_resize_online_args *a)
{
	(void)a;
	return fail_message_removed(c);
}

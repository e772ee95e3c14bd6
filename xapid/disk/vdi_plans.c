/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks that are made, copied, grown and destroyed. The row of a new disk is
 * made in the transaction that begins the plan, so that a restarted daemon
 * knows what it was making; it goes again when its volume cannot be made.
 * (source of checks and their order: lifecycle.json object_rules) */
#include <string.h>

#include "disk/storage.h"
#include "disk/vdi_plan.h"
#include "lib/clock.h"
#include "model/builder.h"

/* ---- create ---- */

/* The format that a client asks for, by the keys that clients use; "": the
 * repository's own. (source: keys.json) */
static const char *
wanted_format(const struct map *sm_config)
{
	const char *format = builder_find(sm_config, "image-format");
	const char *type = builder_find(sm_config, "type");

	if (format)
		return format;
	return type && enum_find(&enum_info_image_format_type, type) >= 0 ? type
									  : "";
}

/* What others than guests write is no image. */
static const char *
format_to_make(const struct vdi *vdi)
{
	const char *format = wanted_format(&vdi->sm_config);
	bool of_guest = vdi->type == VDI_TYPE_USER ||
	    vdi->type == VDI_TYPE_SYSTEM || vdi->type == VDI_TYPE_EPHEMERAL;

	return *format || of_guest ? format : "raw";
}

/* Only formats that the driver says it has, when it says so. */
static int
check_format(const struct record *r, void *arg)
{
	const struct sm *sm = (const struct sm *)r;
	const char *const *wanted = arg; /* the type of SR, the format */
	int format = enum_find(&enum_info_image_format_type, wanted[1]);
	const int *has = sm->supported_image_formats.items;

	if (strcmp(sm->type, wanted[0]) != 0)
		return 0;
	for (uint32_t i = 0; i < sm->supported_image_formats.n; i++)
		if (has[i] == format)
			return 0;
	return sm->supported_image_formats.n != 0;
}

/* What a plan about a VM wants as its part. */
static struct vdi
described(const struct plan *p)
{
	int type = enum_find(&enum_info_vdi_type, plan_arg(p, "type"));
	struct vdi vdi;

	builder_defaults(CLASS_VDI, &vdi.r);
	vdi.SR = p->object;
	vdi.name_label = plan_arg(p, "name");
	vdi.virtual_size = plan_arg_int(p, "want", 0);
	vdi.type = type < 0 ? VDI_TYPE_USER : (enum vdi_type)type;
	return vdi;
}

static int
create_check(struct plan *p, struct tx *t)
{
	const struct vdi_create_args *a = p->call->args;
	struct vdi vdi = a ? *a->args : described(p);
	const char *format[2];
	const struct sr *sr;

	if (storage_check(p->call, t, p->object, "VDI_CREATE") < 0)
		return -1;
	if (vdi.virtual_size < 0)
		return fail_invalid_value(p->call, "virtual_size",
		    "a size is not negative");
	if (vdi.type == VDI_TYPE_CBT_METADATA)
		return fail_vdi_incompatible_type(p->call, "", "cbt_metadata");
	sr = TX_GET(t, SR, sr, p->object);
	format[0] = sr->type;
	format[1] = wanted_format(&vdi.sm_config);
	if (*format[1] && tx_each(t, CLASS_SM, check_format, format) == 1)
		return fail_invalid_value(p->call, "sm_config:image-format",
		    format[1]);
	return vdi_plan_insert(p, t, &vdi);
}

static int
create_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_VDI, vdi_plan_made(p));
	const struct vdi *vdi = (const struct vdi *)r;

	return vdi ? storage_send(p, storage_note, vdi->SR, "vdi_create", "vdi",
			 vdi->uuid, "#size", vdi->virtual_size, "format",
			 format_to_make(vdi), NULL)
		   : -1;
}

static const struct step create_steps[] = {
	{ "volume", create_send, vdi_plan_made_apply, vdi_plan_unmake_send,
	    vdi_plan_unmake_apply },
	{ 0 },
};

static const struct plan_kind create_kind = {
	.name = "VDI.create",
	.cls = CLASS_SR,
	.operation = "vdi_create",
	.steps = create_steps,
	.check = create_check,
	.finish = vdi_plan_finish,
};

int
vdi_create(struct call *c, const struct vdi_create_args *a,
    struct ref *result_r)
{
	(void)result_r;
	return plan_start(c, &create_kind, a->args->SR, NULL);
}

/* ---- copies ---- */

void
vdi_plan_describe_copy(struct vdi *copy, const struct vdi *source)
{
	copy->parent = REF_NULL;
	copy->snapshot_of = REF_NULL;
	copy->is_a_snapshot = false;
	copy->snapshot_time = 0;
	copy->sharable = false;
	copy->cbt_enabled = false;
	copy->missing = false;
	copy->allow_caching = source->allow_caching;
}

static int
clone_check(struct plan *p, struct tx *t)
{
	const struct vdi *source = vdi_plan_head(p, t, p->object);
	struct vdi copy;

	if (vdi_plan_check(p, t, source, VDI_OPERATIONS_CLONE) < 0)
		return -1;
	record_like(&copy.r, &source->r);
	vdi_plan_describe_copy(&copy, source);
	return vdi_plan_insert(p, t, &copy);
}

static int
snapshot_check(struct plan *p, struct tx *t)
{
	const struct vdi *source = vdi_plan_head(p, t, p->object);
	struct vdi copy;

	if (vdi_plan_check(p, t, source, VDI_OPERATIONS_SNAPSHOT) < 0)
		return -1;
	record_like(&copy.r, &source->r);
	vdi_plan_describe_copy(&copy, source);
	copy.is_a_snapshot = true;
	copy.snapshot_of = p->object;
	copy.snapshot_time = clock_wall_sec();
	return vdi_plan_insert(p, t, &copy);
}

/* Whether a guest that runs has the disk to write to. */
static bool
is_writable(struct plan *p, const struct vdi *vdi)
{
	const struct ref *refs = vdi->VBDs.items;
	bool writable = false;

	if (vdi->on_boot == ON_BOOT_RESET)
		return false; /* what it writes is elsewhere */
	for (uint32_t i = 0; !writable && i < vdi->VBDs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(p->core->db, CLASS_VBD, refs[i]);
		const struct vbd *vbd = (const struct vbd *)r;
		RECORD_UNREF const struct record *v =
		    vbd ? db_get(p->core->db, CLASS_VM, vbd->VM) : NULL;

		writable = v && vbd->currently_attached &&
		    vbd->mode == VBD_MODE_RW &&
		    ((const struct vm *)v)->power_state ==
			VM_POWER_STATE_RUNNING;
	}
	return writable;
}

/* The plan above holds the guest. */
static bool
is_at_rest(const struct plan *p)
{
	return strcmp(plan_arg(p, "at_rest"), "true") == 0;
}

/* Into the same SR, or by a full copy into another. */
int
vdi_plan_copy_send(struct plan *p, const char *op)
{
	RECORD_UNREF const struct record *to =
	    db_get(p->core->db, CLASS_VDI, vdi_plan_made(p));
	RECORD_UNREF const struct record *from =
	    call_get(p->call, CLASS_VDI, p->object);
	const struct vdi *copy = (const struct vdi *)to;
	const struct vdi *source = (const struct vdi *)from;
	bool rests = is_at_rest(p), writable;

	if (!copy || !source)
		return -1;
	writable = is_writable(p, source);
	plan_set_deadline(p, VDI_COPY_DEADLINE_MS);
	if (strcmp(op, "vdi_copy") == 0)
		return storage_send_from(p, storage_note, copy->SR, source->SR,
		    op, "vdi", copy->uuid, "source", source->uuid, "#size",
		    copy->virtual_size, "#in_use",
		    (int64_t)(writable && !rests), NULL);
	return storage_send(p, storage_note, copy->SR, op, "vdi", copy->uuid,
	    "source", source->uuid, "#size", source->virtual_size, "#in_use",
	    (int64_t)(writable && !rests), "#held",
	    (int64_t)(writable && rests), NULL);
}

static int
clone_send(struct plan *p)
{
	return vdi_plan_copy_send(p, "vdi_clone");
}

static int
snapshot_send(struct plan *p)
{
	return vdi_plan_copy_send(p, "vdi_snapshot");
}

static const struct step clone_steps[] = {
	{ "volume", clone_send, vdi_plan_made_apply, vdi_plan_unmake_send,
	    vdi_plan_unmake_apply },
	{ 0 },
};

static const struct step snapshot_steps[] = {
	{ "volume", snapshot_send, vdi_plan_made_apply, vdi_plan_unmake_send,
	    vdi_plan_unmake_apply },
	{ 0 },
};

static const struct plan_kind clone_kind = {
	.name = "VDI.clone",
	.cls = CLASS_VDI,
	.operation = "clone",
	.steps = clone_steps,
	.check = clone_check,
	.finish = vdi_plan_finish,
};

static const struct plan_kind snapshot_kind = {
	.name = "VDI.snapshot",
	.cls = CLASS_VDI,
	.operation = "snapshot",
	.steps = snapshot_steps,
	.check = snapshot_check,
	.finish = vdi_plan_finish,
};

int
vdi_clone(struct call *c, const struct vdi_clone_args *a, struct ref *result_r)
{
	(void)result_r;
	return plan_start(c, &clone_kind, a->vdi, NULL);
}

int
vdi_snapshot(struct call *c, const struct vdi_snapshot_args *a,
    struct ref *result_r)
{
	(void)result_r;
	return plan_start(c, &snapshot_kind, a->vdi, NULL);
}

/* ---- resize ---- */

static int
resize_check(struct plan *p, struct tx *t)
{
	const struct vdi *vdi = vdi_plan_head(p, t, p->object);
	int64_t size = plan_arg_int(p, "want", 0);

	if (vdi_plan_check(p, t, vdi, VDI_OPERATIONS_RESIZE) < 0)
		return -1;
	if (size < vdi->virtual_size)
		return fail_invalid_value(p->call, "size",
		    "disks can grow, not shrink");
	return 0;
}

static int
resize_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VDI, p->object);
	const struct vdi *vdi = (const struct vdi *)r;

	return vdi ? storage_send(p, storage_note, vdi->SR, "vdi_resize", "vdi",
			 vdi->uuid, "#size", plan_arg_int(p, "want", 0), NULL)
		   : -1;
}

static int
resize_apply(struct plan *p, struct tx *t)
{
	return vdi_plan_settle(p, t, p->object);
}

static const struct step resize_steps[] = {
	{ "volume", resize_send, resize_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind resize_kind = {
	.name = "VDI.resize",
	.cls = CLASS_VDI,
	.operation = "resize",
	.steps = resize_steps,
	.check = resize_check,
	.finish = vdi_plan_finish,
};

int
vdi_resize(struct call *c, const struct vdi_resize_args *a)
{
	return plan_start(c, &resize_kind, a->vdi, "want",
	    arena_printf(c->arena, "%lld", (long long)a->size), NULL);
}

/* ---- destroy ---- */

static int
destroy_check(struct plan *p, struct tx *t)
{
	const struct vdi *vdi = vdi_plan_head(p, t, p->object);

	if (vdi_plan_check(p, t, vdi, VDI_OPERATIONS_DESTROY) < 0)
		return -1;
	return plan_note(p, "home", call_ref_text(p->call, vdi->SR));
}

static int
destroy_send(struct plan *p)
{
	return vdi_plan_send_about(p, NULL, p->object, "vdi_destroy");
}

static int
destroy_apply(struct plan *p, struct tx *t)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, p->object);
	bool image = vdi && sr_is_image(vdi);
	struct ref home = vdi ? vdi->SR : REF_NULL;

	if (vdi_take_out(p, t, p->object) < 0)
		return -1;
	return image ? sr_merge_then(p, t, home) : 0;
}

static const struct step destroy_steps[] = {
	{ "volume", destroy_send, destroy_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind destroy_kind = {
	.name = "VDI.destroy",
	.cls = CLASS_VDI,
	.operation = "destroy",
	.steps = destroy_steps,
	.check = destroy_check,
	.finish = vdi_plan_finish,
};

int
vdi_destroy(struct call *c, const struct vdi_destroy_args *a)
{
	return plan_start(c, &destroy_kind, a->self, NULL);
}

/* ---- update ---- */

static int
update_check(struct plan *p, struct tx *t)
{
	return vdi_plan_check(p, t, vdi_plan_head(p, t, p->object),
	    VDI_OPERATIONS_UPDATE);
}

static int
update_send(struct plan *p)
{
	return vdi_plan_send_about(p, storage_note, p->object, "vdi_stat");
}

static const struct step update_steps[] = {
	{ "look", update_send, resize_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind update_kind = {
	.name = "VDI.update",
	.cls = CLASS_VDI,
	.operation = "update",
	.steps = update_steps,
	.check = update_check,
	.finish = vdi_plan_finish,
};

int
vdi_update(struct call *c, const struct vdi_update_args *a)
{
	return plan_start(c, &update_kind, a->vdi, NULL);
}

const struct plan_kind *const vdi_kinds[] = { &create_kind, &clone_kind,
	&snapshot_kind, &vdi_copy_kind, &vdi_copy_into_kind, &vdi_fill_kind,
	&resize_kind, &destroy_kind, &update_kind, NULL };

const struct plan_kind *
vdi_kind(const char *name)
{
	size_t i = 0;

	while (strcmp(vdi_kinds[i]->name, name) != 0)
		i++;
	return vdi_kinds[i];
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Repositories: made, attached to their host, destroyed. Plans about
 * an SR that does not exist yet stand in the line of its host.
 * (source of checks and errors: lifecycle.json object_rules) */
#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "disk/sr_scan.h"
#include "disk/storage.h"
#include "disk/storage_operations.h"
#include "disk/vdi.h"
#include "model/builder.h"

static struct ref
sr_of(const struct plan *p)
{
	struct ref sr = plan_arg_ref(p, "sr");

	return ref_is_null(sr) ? p->object : sr;
}

/* After PBDs came or went: its disks can be resized, or cannot. */
static void
refresh_disks(struct plan *p, struct tx *t, struct ref ref)
{
	const struct sr *sr = TX_GET(t, SR, sr, ref);
	uint32_t n = sr ? sr->VDIs.n : 0;
	struct ref *refs = arena_array(p->call->arena, n + 1, sizeof(*refs));

	if (!refs)
		return;
	if (n)
		memcpy(refs, sr->VDIs.items, n * sizeof(*refs));
	vdi_operations_refresh_all(t, ref, refs, n);
}

static int
finish(struct plan *p, struct tx *t, bool ok)
{
	(void)ok;
	if (p->kind->cls != CLASS_SR)
		refresh_disks(p, t, sr_of(p));
	sr_operations_refresh(t, sr_of(p));
	return 0;
}

static int
send_sr(struct plan *p, const char *op)
{
	return storage_send(p, storage_note, sr_of(p), op, NULL);
}

/* ---- create ---- */

static int
insert_sr(struct plan *p, struct tx *t, const struct sr_create_args *a,
    const char *type, struct ref *sr_r)
{
	struct sr sr;
	struct pbd pbd;
	struct ref ref;

	builder_defaults(CLASS_SR, &sr.r);
	edit_from_args(p->call, a, &sr.r);
	sr.type = type;
	sr.physical_utilisation = sr.physical_size = 0;
	sr.default_vdi_visibility = true;
	if (tx_insert(t, &sr.r, sr_r) < 0)
		return -1;
	builder_defaults(CLASS_PBD, &pbd.r);
	pbd.host = p->object;
	pbd.SR = *sr_r;
	pbd.device_config = a->device_config;
	if (tx_insert(t, &pbd.r, &ref) < 0)
		return -1;
	return plan_note(p, "pbd", call_ref_text(p->call, ref));
}

static int
create_check(struct plan *p, struct tx *t)
{
	const struct sr_create_args *a = p->call->args;
	const char *type = sr_driver(p->call, t, a->type);
	struct ref sr;

	if (!type)
		return -1;
	if (!TX_GET(t, host, host, p->object))
		return fail_handle_invalid(p->call, "host",
		    call_ref_text(p->call, p->object));
	if (insert_sr(p, t, a, type, &sr) < 0)
		return -1;
	if (p->call->result)
		*(struct ref *)p->call->result = sr;
	return plan_note(p, "sr", call_ref_text(p->call, sr));
}

static int
make_send(struct plan *p)
{
	return send_sr(p, "sr_create");
}

static int
unmake_apply(struct plan *p, struct tx *t)
{
	(void)tx_destroy(t, CLASS_PBD, plan_arg_ref(p, "pbd"));
	(void)tx_destroy(t, CLASS_SR, sr_of(p));
	return 0;
}

static int
attach_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_SR, sr_of(p));
	const struct sr *sr = (const struct sr *)r;

	return sr ? storage_send(p, storage_note, sr_of(p), "sr_attach",
			"#known", (int64_t)sr->VDIs.n, NULL)
		  : -1;
}

static int
detach_send(struct plan *p)
{
	return send_sr(p, "sr_detach");
}

static int
attach_apply(struct plan *p, struct tx *t)
{
	TX_SET(t, PBD, pbd, plan_arg_ref(p, "pbd"), currently_attached, true);
	return storage_set_sizes(p, t, sr_of(p));
}

static const struct step create_steps[] = {
	{ "make", make_send, NULL, NULL, unmake_apply },
	{ "attach", attach_send, attach_apply, detach_send, NULL },
	{ 0 },
};

static const struct plan_kind create_kind = {
	.name = "SR.create",
	.cls = CLASS_host,
	.operation = "sr_create",
	.steps = create_steps,
	.check = create_check,
	.finish = finish,
};

int
sr_create(struct call *c, const struct sr_create_args *a, struct ref *result_r)
{
	(void)result_r;
	return plan_start(c, &create_kind, a->host, NULL);
}

/* ---- destroy ---- */

static int
destroy_check(struct plan *p, struct tx *t)
{
	const struct sr *sr = TX_GET(t, SR, sr, p->object);
	const char *name = call_ref_text(p->call, p->object);

	if (!sr)
		return fail_handle_invalid(p->call, "SR", name);
	if (edit_map_true(&sr->other_config, "indestructible"))
		return fail_sr_indestructible(p->call, name);
	return sr_operation_check(p->call, t, sr, STORAGE_OPERATIONS_DESTROY);
}

static int
destroy_send(struct plan *p)
{
	return storage_send(p, NULL, p->object, "sr_destroy", NULL);
}

static int
destroy_apply(struct plan *p, struct tx *t)
{
	const struct sr *sr;

	while ((sr = TX_GET(t, SR, sr, p->object)) && sr->VDIs.n)
		if (vdi_forget_row(p->call, t,
			*(const struct ref *)sr->VDIs.items) < 0)
			return -1;
	while ((sr = TX_GET(t, SR, sr, p->object)) && sr->PBDs.n)
		if (tx_destroy(t, CLASS_PBD,
			*(const struct ref *)sr->PBDs.items) < 0)
			return -1;
	return tx_destroy(t, CLASS_SR, p->object);
}

static const struct step destroy_steps[] = {
	{ "destroy", destroy_send, destroy_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind destroy_kind = {
	.name = "SR.destroy",
	.cls = CLASS_SR,
	.operation = "destroy",
	.steps = destroy_steps,
	.check = destroy_check,
	.finish = finish,
};

int
sr_destroy(struct call *c, const struct sr_destroy_args *a)
{
	return plan_start(c, &destroy_kind, a->sr, NULL);
}

/* ---- PBD ---- */

static struct ref
pbd_queue(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PBD, p->object);

	return r ? ((const struct pbd *)r)->SR : REF_NULL;
}

static int
note_parts(struct plan *p, const struct pbd *pbd)
{
	if (plan_note(p, "sr", call_ref_text(p->call, pbd->SR)) < 0)
		return -1;
	return plan_note(p, "pbd", call_ref_text(p->call, p->object));
}

static int
plug_check(struct plan *p, struct tx *t)
{
	const struct pbd *pbd = TX_GET(t, PBD, pbd, p->object);
	const struct sr *sr = pbd ? TX_GET(t, SR, sr, pbd->SR) : NULL;
	const struct ref *refs = sr ? sr->PBDs.items : NULL;

	if (!sr)
		return fail_handle_invalid(p->call, "PBD",
		    call_ref_text(p->call, p->object));
	for (uint32_t i = 0; !sr->shared && i < sr->PBDs.n; i++) {
		const struct pbd *other = TX_GET(t, PBD, pbd, refs[i]);

		if (other && other->currently_attached &&
		    !ref_equal(refs[i], p->object))
			return fail_sr_not_sharable(p->call,
			    call_ref_text(p->call, pbd->SR),
			    call_ref_text(p->call, other->host));
	}
	return note_parts(p, pbd);
}

static int
unplug_check(struct plan *p, struct tx *t)
{
	const struct pbd *pbd = TX_GET(t, PBD, pbd, p->object);
	const struct sr *sr = pbd ? TX_GET(t, SR, sr, pbd->SR) : NULL;
	const struct ref *vdis = sr ? sr->VDIs.items : NULL;

	if (!sr)
		return fail_handle_invalid(p->call, "PBD",
		    call_ref_text(p->call, p->object));
	for (uint32_t i = 0; i < sr->VDIs.n; i++) {
		const struct vdi *vdi = TX_GET(t, VDI, vdi, vdis[i]);
		const struct ref *vbds = vdi ? vdi->VBDs.items : NULL;

		for (uint32_t k = 0; vdi && k < vdi->VBDs.n; k++) {
			const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[k]);

			if (vbd &&
			    (vbd->currently_attached || vbd->reserved ||
				vbd->current_operations.n))
				return fail_vdi_in_use(p->call,
				    call_ref_text(p->call, vdis[i]),
				    "PBD.unplug");
		}
	}
	return note_parts(p, pbd);
}

static int
unplug_apply(struct plan *p, struct tx *t)
{
	return TX_SET(t, PBD, pbd, p->object, currently_attached, false);
}

static const struct step plug_steps[] = {
	{ "attach", attach_send, attach_apply, NULL, NULL },
	{ 0 },
};

static const struct step unplug_steps[] = {
	{ "detach", detach_send, unplug_apply, NULL, NULL },
	{ 0 },
};

const struct plan_kind pbd_plug_kind = {
	.name = "PBD.plug",
	.cls = CLASS_PBD,
	.operation = "plug",
	.steps = plug_steps,
	.check = plug_check,
	.finish = finish,
	.queue = pbd_queue,
};

static const struct plan_kind unplug_kind = {
	.name = "PBD.unplug",
	.cls = CLASS_PBD,
	.operation = "unplug",
	.steps = unplug_steps,
	.check = unplug_check,
	.finish = finish,
	.queue = pbd_queue,
};

int
pbd_plug(struct call *c, const struct pbd_plug_args *a)
{
	return plan_start(c, &pbd_plug_kind, a->self, NULL);
}

int
pbd_unplug(struct call *c, const struct pbd_unplug_args *a)
{
	return plan_start(c, &unplug_kind, a->self, NULL);
}

/* What plug does on storage that is new: the folder of the host's own SR. */
static const struct step plug_first_steps[] = {
	{ "make", make_send, NULL, NULL, NULL },
	{ "attach", attach_send, attach_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind plug_first_kind = {
	.name = "PBD.plug at start",
	.cls = CLASS_PBD,
	.operation = "plug",
	.steps = plug_first_steps,
	.check = plug_check,
	.finish = finish,
	.queue = pbd_queue,
};

int
sr_plug_all(struct core *core)
{
	const struct record **all;
	uint32_t n;
	int rc = 0;

	if (db_get_all(core->db, CLASS_PBD, &all, &n) < 0)
		return -1;
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		const struct pbd *pbd = (const struct pbd *)all[i];

		if (ref_equal(pbd->host, core->host))
			rc = plan_start_own(core,
			    core->new_pool ? &plug_first_kind : &pbd_plug_kind,
			    pbd->r.self, NULL);
	}
	db_release_all(all, n);
	return rc;
}

const struct plan_kind *const sr_kinds[] = { &create_kind, &sr_probe_kind,
	&sr_probe_ext_kind, &sr_scan_kind, &sr_update_kind, &destroy_kind,
	&pbd_plug_kind, &plug_first_kind, &unplug_kind, NULL };

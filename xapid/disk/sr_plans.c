/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Repositories: made, attached to their host, scanned, destroyed. Plans about
 * an SR that does not exist yet stand in the line of its host.
 * (source of checks and errors: lifecycle.json object_rules) */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "call/edit.h"
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
	for (uint32_t i = 0; i < n; i++)
		vdi_operations_refresh(t, refs[i]);
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

/* ---- what an answer says of the whole SR ---- */

static int
set_sizes(struct plan *p, struct tx *t, struct ref ref)
{
	int64_t size = storage_noted(p, "size", -1);
	int64_t used = storage_noted(p, "used", -1);

	if (size >= 0)
		TX_SET(t, SR, sr, ref, physical_size, size);
	if (used >= 0)
		TX_SET(t, SR, sr, ref, physical_utilisation, used);
	return 0;
}

static int
send_sr(struct plan *p, const char *op)
{
	return storage_send(p, storage_note, sr_of(p), op, NULL);
}

/* ---- create ---- */

static int
serves_type(const struct record *r, void *type)
{
	return strcmp(((const struct sm *)r)->type, type) == 0;
}

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
	char *type = arena_strdup(p->call->arena, a->type);
	struct ref sr;

	if (!type)
		return call_fail_nomem(p->call);
	for (char *q = type; *q; q++)
		*q = (char)tolower((unsigned char)*q);
	if (tx_each(t, CLASS_SM, serves_type, type) != 1)
		return fail_sr_unknown_driver(p->call, a->type);
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
	return send_sr(p, "sr_attach");
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
	return set_sizes(p, t, sr_of(p));
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

/* ---- scan ---- */

/* What of a scan must last until it is written: one note a volume, its fields
 * after each other, a line each. */
static int
note_volumes(struct plan *p, const struct value *answer)
{
	const struct value *all = value_member(answer, "volumes");
	struct arena *a = p->call->arena;

	if (!all || all->kind != VALUE_ARRAY)
		return 0;
	if (plan_note(p, "scanned", arena_printf(a, "%u", (unsigned)all->n)) <
	    0)
		return -1;
	for (uint32_t i = 0; i < all->n; i++) {
		const struct value *v = &all->items[i];
		const struct value *vdi = value_member(v, "vdi");
		const struct value *location = value_member(v, "location");
		const struct value *size = value_member(v, "size");
		const struct value *used = value_member(v, "used");
		const struct value *ro = value_member(v, "read_only");
		const char *name = arena_printf(a, "volume:%u", (unsigned)i);
		const char *line;

		if (!location || location->kind != VALUE_STRING || !size ||
		    size->kind != VALUE_INT || strchr(location->s, '\n'))
			continue;
		line = arena_printf(a, "%lld %lld %d %s\n%s",
		    (long long)size->i,
		    used && used->kind == VALUE_INT ? (long long)used->i : 0LL,
		    ro && ro->kind == VALUE_BOOL && ro->b,
		    vdi && vdi->kind == VALUE_STRING ? vdi->s : "-",
		    location->s);
		if (!name || !line || plan_note(p, name, line) < 0)
			return call_fail_nomem(p->call);
	}
	return 0;
}

struct volume {
	long long size, used;
	int read_only;
	char uuid[UUID_CHARS + 1];
	const char *location;
};

static bool
read_volume(const struct plan *p, unsigned i, struct volume *v)
{
	const char *line, *end;
	char name[32];
	int at = 0;

	snprintf(name, sizeof(name), "volume:%u", i);
	line = plan_arg(p, name);
	end = strchr(line, '\n');
	v->uuid[0] = '\0';
	if (!end ||
	    sscanf(line, "%lld %lld %d %36s%n", &v->size, &v->used,
		&v->read_only, v->uuid, &at) != 4)
		return false;
	v->location = end + 1;
	return true;
}

static const struct vdi *
find_volume(struct tx *t, const struct sr *sr, const struct volume *v)
{
	const struct ref *refs = sr->VDIs.items;

	for (uint32_t i = 0; i < sr->VDIs.n; i++) {
		const struct vdi *vdi = TX_GET(t, VDI, vdi, refs[i]);

		if (vdi &&
		    (strcmp(vdi->location, v->location) == 0 ||
			strcmp(vdi->uuid, v->uuid) == 0))
			return vdi;
	}
	return NULL;
}

static int
add_volume(struct plan *p, struct tx *t, const struct volume *v)
{
	struct vdi vdi;
	struct ref ref;

	builder_defaults(CLASS_VDI, &vdi.r);
	vdi.uuid = v->uuid[0] == '-' ? "" : v->uuid;
	vdi.name_label = v->location;
	vdi.SR = p->object;
	vdi.type = VDI_TYPE_USER;
	vdi.location = v->location;
	vdi.managed = true;
	vdi.read_only = v->read_only;
	vdi.virtual_size = v->size;
	vdi.physical_utilisation = v->used;
	if (tx_insert(t, &vdi.r, &ref) < 0)
		return -1;
	vdi_operations_refresh(t, ref);
	return 0;
}

/* Disks that are not in the storage any more: rows go, unless a VM has them;
 * those are marked as missing. */
static int
drop_missing(struct plan *p, struct tx *t, const bool *seen, uint32_t n,
    const struct ref *refs)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct vdi *vdi = TX_GET(t, VDI, vdi, refs[i]);

		if (!vdi || seen[i] || !vdi->location[0])
			continue;
		if (vdi->VBDs.n)
			TX_SET(t, VDI, vdi, refs[i], missing, true);
		else if (vdi_forget_row(p->call, t, refs[i]) < 0)
			return -1;
	}
	return 0;
}

static int
scan_apply(struct plan *p, struct tx *t)
{
	unsigned count = (unsigned)storage_noted(p, "scanned", 0);
	const struct sr *sr = TX_GET(t, SR, sr, p->object);
	struct ref *refs;
	uint32_t n;
	bool *seen;

	if (!sr || !*plan_arg(p, "scanned"))
		return 0; /* what is known already */
	n = sr->VDIs.n;
	refs = arena_array(p->call->arena, n + 1, sizeof(*refs));
	seen = arena_array(p->call->arena, n + 1, sizeof(*seen));
	if (!refs || !seen)
		return call_fail_nomem(p->call);
	for (uint32_t i = 0; i < n; i++) {
		refs[i] = ((const struct ref *)sr->VDIs.items)[i];
		seen[i] = false;
	}
	for (unsigned i = 0; i < count; i++) {
		const struct vdi *vdi;
		struct volume v;

		if (!read_volume(p, i, &v))
			continue;
		sr = TX_GET(t, SR, sr, p->object);
		vdi = find_volume(t, sr, &v);
		if (!vdi) {
			if (add_volume(p, t, &v) < 0)
				return -1;
			continue;
		}
		for (uint32_t k = 0; k < n; k++)
			seen[k] |= ref_equal(refs[k], vdi->r.self);
		TX_SET(t, VDI, vdi, vdi->r.self, physical_utilisation, v.used);
	}
	return drop_missing(p, t, seen, n, refs);
}

static int
scan_check(struct plan *p, struct tx *t)
{
	return storage_check(p->call, t, p->object, NULL);
}

static int
scan_send(struct plan *p)
{
	return storage_send(p, note_volumes, p->object, "sr_scan", NULL);
}

static int
stat_send(struct plan *p)
{
	return send_sr(p, "sr_stat");
}

static int
stat_apply(struct plan *p, struct tx *t)
{
	return set_sizes(p, t, p->object);
}

static const struct step scan_steps[] = {
	{ "scan", scan_send, scan_apply, NULL, NULL },
	{ "stat", stat_send, stat_apply, NULL, NULL },
	{ 0 },
};

static const struct step update_steps[] = {
	{ "stat", stat_send, stat_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind scan_kind = {
	.name = "SR.scan",
	.cls = CLASS_SR,
	.operation = "scan",
	.steps = scan_steps,
	.check = scan_check,
	.finish = finish,
};

static const struct plan_kind update_kind = {
	.name = "SR.update",
	.cls = CLASS_SR,
	.operation = "update",
	.steps = update_steps,
	.check = scan_check,
	.finish = finish,
};

int
sr_scan(struct call *c, const struct sr_scan_args *a)
{
	return plan_start(c, &scan_kind, a->sr, NULL);
}

int
sr_update(struct call *c, const struct sr_update_args *a)
{
	return plan_start(c, &update_kind, a->sr, NULL);
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

			if (vbd && vbd->currently_attached)
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

static const struct plan_kind plug_kind = {
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
	return plan_start(c, &plug_kind, a->self, NULL);
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
			    core->new_pool ? &plug_first_kind : &plug_kind,
			    pbd->r.self, NULL);
	}
	db_release_all(all, n);
	return rc;
}

const struct plan_kind *const sr_kinds[] = { &create_kind, &scan_kind,
	&update_kind, &destroy_kind, &plug_kind, &plug_first_kind, &unplug_kind,
	NULL };

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks as records: what storage drivers write themselves, and what needs no
 * storage. (source of rules and errors: lifecycle.json object_rules) */
#include "vdi.h"

#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "vm_devices.h"

/* ---- introduce ---- */

/* The row of a disk that is there already, from the call's parameters. */
static int
introduce(struct call *c, const void *args, struct ref *result_r)
{
	struct vdi vdi;
	struct tx *t;

	builder_defaults(CLASS_VDI, &vdi.r);
	edit_from_args(c, args, &vdi.r);
	t = call_begin(c);
	if (!t)
		return -1;
	(void)tx_insert(t, &vdi.r, result_r);
	return call_commit(c, t);
}

int
vdi_db_introduce(struct call *c, const struct vdi_db_introduce_args *a,
    struct ref *result_r)
{
	return introduce(c, a, result_r);
}

int
vdi_pool_introduce(struct call *c, const struct vdi_pool_introduce_args *a,
    struct ref *result_r)
{
	return introduce(c, a, result_r);
}

/* ---- forget ---- */

int
vdi_forget_row(struct call *c, struct tx *t, struct ref ref)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, ref);
	uint32_t n = vdi ? vdi->VBDs.n : 0;
	struct ref *vbds = arena_array(c->arena, n ? n : 1, sizeof(*vbds));

	if (!vbds)
		return call_fail_nomem(c);
	if (n)
		memcpy(vbds, vdi->VBDs.items, n * sizeof(*vbds));
	for (uint32_t i = 0; i < n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		if (vbd && vbd->type != VBD_TYPE_CD) {
			(void)vbd_destroy_row(t, vbds[i]);
			continue;
		}
		TX_SET(t, VBD, vbd, vbds[i], VDI, REF_NULL);
		TX_SET(t, VBD, vbd, vbds[i], empty, true);
	}
	return tx_destroy(t, CLASS_VDI, ref) < 0 && !tx_error(t) ? -1 : 0;
}

int
vdi_db_forget(struct call *c, const struct vdi_db_forget_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t || vdi_forget_row(c, t, a->vdi) < 0)
		return -1;
	return call_commit(c, STEAL(t));
}

static bool
is_attached(struct tx *t, const struct vdi *vdi)
{
	const struct ref *vbds = vdi->VBDs.items;

	for (uint32_t i = 0; i < vdi->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		if (vbd && (vbd->currently_attached || vbd->reserved))
			return true;
	}
	return false;
}

static int
check_forget(struct call *c, struct tx *t, const struct vdi *vdi)
{
	const struct pool *p = TX_GET(t, pool, pool, c->core->pool);
	const char *ref = call_ref_text(c, vdi->r.self);

	if (is_attached(t, vdi))
		return fail_vdi_in_use(c, ref, "forget");
	if (p && p->ha_enabled &&
	    (vdi->type == VDI_TYPE_HA_STATEFILE ||
		vdi->type == VDI_TYPE_REDO_LOG))
		return fail_ha_is_enabled(c);
	return vdi->type == VDI_TYPE_RRD ? fail_vdi_has_rrds(c, ref) : 0;
}

int
vdi_forget(struct call *c, const struct vdi_forget_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vdi *vdi;

	if (!t || !(vdi = EDIT_HEAD(c, t, VDI, vdi, a->vdi)) ||
	    check_forget(c, t, vdi) < 0 || vdi_forget_row(c, t, a->vdi) < 0)
		return -1;
	return call_commit(c, STEAL(t));
}

/* ---- settings ---- */

int
vdi_set_allow_caching(struct call *c,
    const struct vdi_set_allow_caching_args *a)
{
	return edit_field(c, CLASS_VDI, a->self, FIELD_VDI_allow_caching,
	    &a->value);
}

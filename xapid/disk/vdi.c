/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks as records: what storage drivers write themselves, and what needs no
 * storage. (source of rules and errors: lifecycle.json object_rules) */
#include "disk/vdi.h"

#include <string.h>

#include "call/edit.h"
#include "disk/storage.h"
#include "disk/storage_operations.h"
#include "model/builder.h"
#include "vm/vm_devices.h"
#include "vm/vm_operations.h"

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
	vdi_operations_refresh(t, *result_r);
	sr_operations_refresh(t, vdi.SR);
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

static bool
has_location(struct tx *t, const struct sr *sr, const char *location)
{
	const struct ref *refs = sr->VDIs.items;

	for (uint32_t i = 0; i < sr->VDIs.n; i++) {
		const struct vdi *vdi = TX_GET(t, VDI, vdi, refs[i]);

		if (vdi && strcmp(vdi->location, location) == 0)
			return true;
	}
	return false;
}

/* Drivers that can introduce are those that need not be asked. */
int
vdi_introduce(struct call *c, const struct vdi_introduce_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct sr *sr;
	struct vdi vdi;

	if (!t || storage_check(c, t, a->SR, "VDI_INTRODUCE") < 0)
		return -1;
	sr = TX_GET(t, SR, sr, a->SR);
	if (has_location(t, sr, a->location))
		return fail_location_not_unique(c, call_ref_text(c, a->SR),
		    a->location);
	builder_defaults(CLASS_VDI, &vdi.r);
	edit_from_args(c, a, &vdi.r);
	(void)tx_insert(t, &vdi.r, result_r);
	vdi_operations_refresh(t, *result_r);
	sr_operations_refresh(t, a->SR);
	return call_commit(c, STEAL(t));
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

int
vdi_forget(struct call *c, const struct vdi_forget_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vdi *vdi;
	struct ref sr;

	if (!t || !(vdi = EDIT_HEAD(c, t, VDI, vdi, a->vdi)) ||
	    vdi_operation_check(c, t, vdi, VDI_OPERATIONS_FORGET) < 0)
		return -1;
	sr = vdi->SR;
	if (vdi_forget_row(c, t, a->vdi) < 0)
		return -1;
	sr_operations_refresh(t, sr);
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

/* A map without a key, or with it and that value. */
static struct map
with_key(struct call *c, const struct map *m, const char *key,
    const char *value)
{
	struct builder b = { .arena = c->arena };
	struct builder_pairs pairs = { .b = &b };

	builder_put_map(&pairs, m, key);
	if (value)
		builder_put(&pairs, key, value);
	return b.failed ? *m : builder_pairs_map(&pairs);
}

/* Its effect is at the next start (vdi_attach.c); what VMs are checked for
 * stands in sm_config. */
/* What may be done with the VMs that have the disk depends on it, too. */
static void
refresh_vms(struct call *c, struct tx *t, struct ref ref)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, ref);
	uint32_t n = vdi ? vdi->VBDs.n : 0;
	struct ref *vbds = arena_array(c->arena, n + 1, sizeof(*vbds));

	if (vbds && n)
		memcpy(vbds, vdi->VBDs.items, n * sizeof(*vbds));
	for (uint32_t i = 0; vbds && i < n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		if (vbd)
			(void)vm_operations_refresh(t, vbd->VM);
	}
}

int
vdi_set_on_boot(struct call *c, const struct vdi_set_on_boot_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vdi *vdi;
	struct map config;

	if (!t || !(vdi = EDIT_HEAD(c, t, VDI, vdi, a->self)) ||
	    vdi_operation_check(c, t, vdi, VDI_OPERATIONS_SET_ON_BOOT) < 0)
		return -1;
	config = with_key(c, &vdi->sm_config, "on_boot",
	    a->value == ON_BOOT_RESET ? "reset" : NULL);
	TX_SET(t, VDI, vdi, a->self, sm_config, config);
	TX_SET(t, VDI, vdi, a->self, on_boot, a->value);
	vdi_operations_refresh(t, a->self);
	refresh_vms(c, t, a->self);
	return call_commit(c, STEAL(t));
}

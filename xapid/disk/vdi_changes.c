/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changed blocks and what rests on them. No driver here keeps track of them:
 * each call says so, after what is wrong with the disk itself. (source of
 * errors: lifecycle.json object_rules) */
#include "call/edit.h"
#include "disk/storage.h"

/* -1: raised. */
static int
check(struct call *c, struct ref ref, const char *feature, bool snapshot)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vdi *vdi;

	if (!t || !(vdi = EDIT_HEAD(c, t, VDI, vdi, ref)))
		return -1;
	if (snapshot && !vdi->is_a_snapshot)
		return call_fail(c, "REVERT_ONLY_ALLOWED_ON_SNAPSHOT", NULL, 0);
	if (storage_check(c, t, vdi->SR, feature) < 0)
		return -1;
	return fail_not_implemented(c, feature);
}

int
vdi_enable_cbt(struct call *c, const struct vdi_enable_cbt_args *a)
{
	return check(c, a->self, "VDI_CONFIG_CBT", false);
}

int
vdi_disable_cbt(struct call *c, const struct vdi_disable_cbt_args *a)
{
	return check(c, a->self, "VDI_CONFIG_CBT", false);
}

int
vdi_data_destroy(struct call *c, const struct vdi_data_destroy_args *a)
{
	return check(c, a->self, "VDI_CONFIG_CBT", false);
}

int
vdi_list_changed_blocks(struct call *c,
    const struct vdi_list_changed_blocks_args *a, const char **result_r)
{
	(void)result_r;
	return check(c, a->vdi_from, "VDI_CONFIG_CBT", false);
}

int
vdi_revert(struct call *c, const struct vdi_revert_args *a)
{
	return check(c, a->snapshot, "VDI_REVERT", true);
}

/* No host serves disks by NBD to others. */
int
vdi_get_nbd_info(struct call *c, const struct vdi_get_nbd_info_args *a,
    struct set *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VDI, a->self);

	if (!r)
		return -1;
	if (((const struct vdi *)r)->type == VDI_TYPE_CBT_METADATA)
		return fail_vdi_incompatible_type(c, call_ref_text(c, a->self),
		    "cbt_metadata");
	*result_r = (struct set){ .n = 0 };
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Behind a disk that went and behind a scan: what its images rest on may be
 * more than is needed. Nobody waits for it, not even plans of the repository,
 * so it stands in a line of its own: that of the PBD. */
#include <string.h>

#include "call/edit.h"
#include "disk/storage.h"
#include "disk/vdi_plan.h"
#include "model/builder.h"

static struct ref
line_of(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_SR, p->object);
	const struct sr *sr = (const struct sr *)r;

	return sr && sr->PBDs.n ? *(const struct ref *)sr->PBDs.items
				: REF_NULL;
}

static int
merge_check(struct plan *p, struct tx *t)
{
	return storage_check(p->call, t, p->object, NULL);
}

static int
merge_send(struct plan *p)
{
	plan_set_deadline(p, VDI_COPY_DEADLINE_MS);
	return storage_send(p, NULL, p->object, "sr_merge", NULL);
}

static const struct step merge_steps[] = {
	{ "merge", merge_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct plan_kind merge_kind = {
	.name = "SR.merge",
	.cls = CLASS_SR,
	.steps = merge_steps,
	.queue = line_of,
	.check = merge_check,
};

const struct plan_kind *const sr_merge_kinds[] = { &merge_kind, NULL };

bool
sr_is_image(const struct vdi *vdi)
{
	const char *format = builder_find(&vdi->sm_config, "image-format");

	return format && strcmp(format, "qcow2") == 0;
}

static bool
has_images(struct tx *t, const struct sr *sr)
{
	const struct ref *refs = sr->VDIs.items;

	for (uint32_t i = 0; i < sr->VDIs.n; i++) {
		const struct vdi *vdi = TX_GET(t, VDI, vdi, refs[i]);

		if (vdi && sr_is_image(vdi))
			return true;
	}
	return false;
}

int
sr_merge_then(struct plan *p, struct tx *t, struct ref ref)
{
	const struct sr *sr = TX_GET(t, SR, sr, ref);

	return sr && sr->PBDs.n && has_images(t, sr)
	    ? plan_then(p, t, &merge_kind, ref, NULL)
	    : 0;
}

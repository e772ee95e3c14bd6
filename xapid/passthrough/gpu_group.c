/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups of like GPUs. */
#include "call/edit.h"
#include "model/builder.h"

int
gpu_group_create(struct call *c, const struct gpu_group_create_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct gpu_group g;

	if (!t)
		return -1;
	builder_defaults(CLASS_GPU_group, &g.r);
	edit_from_args(c, a, &g.r);
	(void)tx_insert(t, &g.r, result_r);
	return call_commit(c, STEAL(t));
}

int
gpu_group_destroy(struct call *c, const struct gpu_group_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct gpu_group *g;

	if (!t || !(g = EDIT_HEAD(c, t, GPU_group, gpu_group, a->self)))
		return -1;
	if (g->PGPUs.n)
		return edit_fail_refs(c, "GPU_GROUP_CONTAINS_PGPU",
		    g->PGPUs.items, g->PGPUs.n);
	if (g->VGPUs.n)
		return edit_fail_refs(c, "GPU_GROUP_CONTAINS_VGPU",
		    g->VGPUs.items, g->VGPUs.n);
	(void)tx_destroy(t, CLASS_GPU_group, a->self);
	return call_commit(c, STEAL(t));
}

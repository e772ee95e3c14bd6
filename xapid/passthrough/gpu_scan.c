/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of the GPUs of a real host: whole ones, for guests with an IOMMU. */
#include <string.h>

#include "call/edit.h"
#include "passthrough/vgpu.h"

static int
is_whole(const struct record *r, void *arg)
{
	const struct vgpu_type *type = (const struct vgpu_type *)r;

	if (type->implementation != VGPU_TYPE_IMPLEMENTATION_PASSTHROUGH)
		return 0;
	*(struct ref *)arg = r->self;
	return 1;
}

/* As large as any GPU, so it takes all of one. */
struct ref
vgpu_passthrough(struct tx *t)
{
	struct vgpu_type type;
	struct pgpu any;
	struct ref ref = REF_NULL;

	if (tx_each(t, CLASS_VGPU_type, is_whole, &ref) == 1)
		return ref;
	builder_defaults(CLASS_PGPU, &any.r);
	builder_defaults(CLASS_VGPU_type, &type.r);
	type.model_name = "passthrough";
	type.size = any.size;
	type.implementation = VGPU_TYPE_IMPLEMENTATION_PASSTHROUGH;
	type.identifier = "0001:passthrough";
	return tx_insert(t, &type.r, &ref) == 0 ? ref : REF_NULL;
}

/* ---- finding ---- */

struct search {
	struct ref pci, host, found;
	const char *kind; /* "10de/1eb8" */
};

static int
has_pci(const struct record *r, void *arg)
{
	struct search *s = arg;

	if (!ref_equal(((const struct pgpu *)r)->PCI, s->pci))
		return 0;
	s->found = r->self;
	return 1;
}

static int
is_of_kind(const struct record *r, void *arg)
{
	const struct gpu_group *g = (const struct gpu_group *)r;
	const char *const *kinds = g->GPU_types.items;
	struct search *s = arg;

	for (uint32_t i = 0; i < g->GPU_types.n; i++)
		if (strcmp(kinds[i], s->kind) == 0) {
			s->found = r->self;
			return 1;
		}
	return 0;
}

static struct ref
find(struct tx *t, int cls, int (*fn)(const struct record *r, void *arg),
    struct search *s)
{
	s->found = REF_NULL;
	(void)tx_each(t, cls, fn, s);
	return s->found;
}

/* ---- making ---- */

static struct ref
make_group(struct tx *t, struct builder *b, const struct pci *p,
    const char *kind)
{
	struct gpu_group g;
	struct ref ref;

	builder_defaults(CLASS_GPU_group, &g.r);
	g.name_label = builder_text(b, "Group of %s %s GPUs", p->vendor_name,
	    p->device_name);
	g.GPU_types = (struct set){ .n = 1, .items = &kind };
	return tx_insert(t, &g.r, &ref) == 0 ? ref : REF_NULL;
}

static void
make(struct tx *t, struct builder *b, const struct pci *p, bool primary)
{
	const char *kind = builder_text(b, "%s/%s", p->vendor_id, p->device_id);
	struct search s = { .kind = kind };
	const int64_t one = 1;
	struct ref whole = vgpu_passthrough(t), group, ref;
	struct pgpu g;

	group = find(t, CLASS_GPU_group, is_of_kind, &s);
	if (ref_is_null(group))
		group = make_group(t, b, p, kind);
	builder_defaults(CLASS_PGPU, &g.r);
	g.PCI = p->r.self;
	g.host = p->host;
	g.GPU_group = group;
	g.is_system_display_device = primary;
	if (!primary) {
		g.supported_VGPU_types =
		    (struct set){ .n = 1, .items = &whole };
		g.enabled_VGPU_types = g.supported_VGPU_types;
		g.supported_VGPU_max_capacities =
		    (struct map){ .n = 1, .keys = &whole, .values = &one };
	}
	(void)tx_insert(t, &g.r, &ref);
	gpu_group_refresh(t, group);
}

void
pgpu_scan(struct tx *t, struct builder *b, struct ref pci, bool primary)
{
	const struct pci *p = TX_GET(t, PCI, pci, pci);
	struct search s = { .pci = pci };

	if (p && strncmp(p->class_id, "03", 2) == 0 &&
	    ref_is_null(find(t, CLASS_PGPU, has_pci, &s)))
		make(t, b, p, primary);
}

static int
has_lost_pci(const struct record *r, void *arg)
{
	const struct pgpu *g = (const struct pgpu *)r;
	struct search *s = arg;

	if (!ref_equal(g->host, s->host) || !ref_is_null(g->PCI))
		return 0;
	s->found = r->self;
	return 1;
}

void
pgpu_sweep(struct tx *t, struct ref host)
{
	struct search s = { .host = host };
	struct ref ref;

	while (!ref_is_null(ref = find(t, CLASS_PGPU, has_lost_pci, &s))) {
		const struct pgpu *g = TX_GET(t, PGPU, pgpu, ref);
		struct ref group = g ? g->GPU_group : REF_NULL;

		if (tx_destroy(t, CLASS_PGPU, ref) < 0)
			return;
		gpu_group_refresh(t, group);
	}
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GPUs of hosts: which types of VGPU they may provide, how much of them is
 * left, and the records of those that a real host has. */
#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "passthrough/vgpu.h"

/* ---- what is left ---- */

struct sum {
	struct tx *t;
	struct ref pgpu;
	int64_t size;
};

static int
add_scheduled(const struct record *r, void *arg)
{
	const struct vgpu *v = (const struct vgpu *)r;
	struct sum *s = arg;
	const struct vgpu_type *type =
	    ref_equal(v->scheduled_to_be_resident_on, s->pgpu)
	    ? TX_GET(s->t, VGPU_type, vgpu_type, v->type)
	    : NULL;

	s->size += type ? type->size : 0;
	return 0;
}

int64_t
pgpu_room(struct tx *t, const struct pgpu *pgpu)
{
	struct sum s = { .t = t, .pgpu = pgpu->r.self };
	const struct ref *refs = pgpu->resident_VGPUs.items;

	for (uint32_t i = 0; i < pgpu->resident_VGPUs.n; i++) {
		const struct vgpu *v = TX_GET(t, VGPU, vgpu, refs[i]);
		const struct vgpu_type *type =
		    v ? TX_GET(t, VGPU_type, vgpu_type, v->type) : NULL;

		s.size += type ? type->size : 0;
	}
	(void)tx_each(t, CLASS_VGPU, add_scheduled, &s);
	return pgpu->size - s.size;
}

static bool
holds(const struct set *s, struct ref ref)
{
	const struct ref *refs = s->items;

	for (uint32_t i = 0; i < s->n; i++)
		if (ref_equal(refs[i], ref))
			return true;
	return false;
}

int
pgpu_check_type(struct call *c, struct tx *t, const struct pgpu *pgpu,
    struct ref type)
{
	const struct vgpu_type *row = TX_GET(t, VGPU_type, vgpu_type, type);
	const struct ref *refs = pgpu->resident_VGPUs.items;

	if (!holds(&pgpu->supported_VGPU_types, type))
		return c
		    ? fail_vgpu_type_not_supported(c, call_ref_text(c, type),
			  edit_ref_names(c, &pgpu->supported_VGPU_types))
		    : -1;
	if (!holds(&pgpu->enabled_VGPU_types, type))
		return c ? fail_vgpu_type_not_enabled(c, call_ref_text(c, type),
			       edit_ref_names(c, &pgpu->enabled_VGPU_types))
			 : -1;
	for (uint32_t i = 0; row && i < pgpu->resident_VGPUs.n; i++) {
		const struct vgpu *v = TX_GET(t, VGPU, vgpu, refs[i]);

		if (!v || ref_equal(v->type, type) ||
		    holds(&row->compatible_types_on_pgpu, v->type))
			continue;
		return c
		    ? fail_vgpu_type_not_compatible_with_running_type(c,
			  call_ref_text(c, pgpu->r.self),
			  call_ref_text(c, type), call_ref_text(c, v->type))
		    : -1;
	}
	return row ? 0 : -1;
}

static int64_t
capacity(struct tx *t, const struct pgpu *pgpu, struct ref type)
{
	const struct vgpu_type *row = TX_GET(t, VGPU_type, vgpu_type, type);
	int64_t room;

	if (!row || row->size <= 0 || pgpu_check_type(NULL, t, pgpu, type) < 0)
		return 0;
	room = pgpu_room(t, pgpu);
	return room > 0 ? room / row->size : 0;
}

int
pgpu_get_remaining_capacity(struct call *c,
    const struct pgpu_get_remaining_capacity_args *a, int64_t *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pgpu *pgpu;

	if (!t || !EDIT_HEAD(c, t, VGPU_type, vgpu_type, a->vgpu_type) ||
	    !(pgpu = EDIT_HEAD(c, t, PGPU, pgpu, a->self)))
		return -1;
	*result_r = capacity(t, pgpu, a->vgpu_type);
	return 0;
}

int
gpu_group_get_remaining_capacity(struct call *c,
    const struct gpu_group_get_remaining_capacity_args *a, int64_t *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct gpu_group *g;
	const struct ref *refs;

	if (!t || !EDIT_HEAD(c, t, VGPU_type, vgpu_type, a->vgpu_type) ||
	    !(g = EDIT_HEAD(c, t, GPU_group, gpu_group, a->self)))
		return -1;
	refs = g->PGPUs.items;
	*result_r = 0;
	for (uint32_t i = 0; i < g->PGPUs.n; i++) {
		const struct pgpu *pgpu = TX_GET(t, PGPU, pgpu, refs[i]);

		*result_r += pgpu ? capacity(t, pgpu, a->vgpu_type) : 0;
	}
	return 0;
}

/* ---- groups ---- */

static void
unite(struct tx *t, struct set *into, const struct set *from)
{
	const struct ref *refs = from->items;
	struct ref *all =
	    arena_array(tx_arena(t), into->n + from->n + 1, sizeof(*all));

	if (!all)
		return;
	if (into->n)
		memcpy(all, into->items, into->n * sizeof(*all));
	into->items = all;
	for (uint32_t i = 0; i < from->n; i++)
		if (!holds(into, refs[i]))
			all[into->n++] = refs[i];
}

void
gpu_group_refresh(struct tx *t, struct ref ref)
{
	const struct gpu_group *g = TX_GET(t, GPU_group, gpu_group, ref);
	const struct ref *refs = g ? g->PGPUs.items : NULL;
	struct set supported = { .n = 0 }, enabled = { .n = 0 };

	for (uint32_t i = 0; g && i < g->PGPUs.n; i++) {
		const struct pgpu *pgpu = TX_GET(t, PGPU, pgpu, refs[i]);

		if (!pgpu)
			continue;
		unite(t, &supported, &pgpu->supported_VGPU_types);
		unite(t, &enabled, &pgpu->enabled_VGPU_types);
	}
	if (!g)
		return;
	TX_SET(t, GPU_group, gpu_group, ref, supported_VGPU_types, supported);
	TX_SET(t, GPU_group, gpu_group, ref, enabled_VGPU_types, enabled);
}

static int
refresh(struct call *c, struct ref group)
{
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t || !EDIT_HEAD(c, t, GPU_group, gpu_group, group))
		return -1;
	gpu_group_refresh(t, group);
	return call_commit(c, STEAL(t));
}

int
gpu_group_update_enabled_VGPU_types(struct call *c,
    const struct gpu_group_update_enabled_VGPU_types_args *a)
{
	return refresh(c, a->self);
}

int
gpu_group_update_supported_VGPU_types(struct call *c,
    const struct gpu_group_update_supported_VGPU_types_args *a)
{
	return refresh(c, a->self);
}

/* ---- settings ---- */

static int
fail_in_use(struct call *c, struct tx *t, const struct ref *vgpus, uint32_t n)
{
	struct ref *vms = arena_array(c->arena, n + 1, sizeof(*vms));
	uint32_t count = 0;

	if (!vms)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < n; i++) {
		const struct vgpu *v = TX_GET(t, VGPU, vgpu, vgpus[i]);

		if (v)
			vms[count++] = v->VM;
	}
	return edit_fail_refs(c, "PGPU_IN_USE_BY_VM", vms, count);
}

/* What runs goes on with a type that is allowed. */
static int
check_running(struct call *c, struct tx *t, const struct pgpu *pgpu,
    const struct set *types)
{
	const struct ref *refs = pgpu->resident_VGPUs.items;

	for (uint32_t i = 0; i < pgpu->resident_VGPUs.n; i++) {
		const struct vgpu *v = TX_GET(t, VGPU, vgpu, refs[i]);

		if (v && !holds(types, v->type))
			return fail_in_use(c, t, &refs[i], 1);
	}
	return 0;
}

static int
set_enabled(struct call *c, struct tx *t, struct ref self,
    const struct set *types)
{
	const struct pgpu *pgpu = EDIT_HEAD(c, t, PGPU, pgpu, self);
	const struct ref *refs = types->items;
	struct ref group;

	if (!pgpu)
		return -1;
	group = pgpu->GPU_group;
	for (uint32_t i = 0; i < types->n; i++)
		if (!EDIT_HEAD(c, t, VGPU_type, vgpu_type, refs[i]))
			return -1;
		else if (!holds(&pgpu->supported_VGPU_types, refs[i]))
			return fail_vgpu_type_not_supported(c,
			    call_ref_text(c, refs[i]),
			    edit_ref_names(c, &pgpu->supported_VGPU_types));
	if (check_running(c, t, pgpu, types) < 0)
		return -1;
	TX_SET(t, PGPU, pgpu, self, enabled_VGPU_types, *types);
	gpu_group_refresh(t, group);
	return 0;
}

int
pgpu_set_enabled_VGPU_types(struct call *c,
    const struct pgpu_set_enabled_VGPU_types_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct set types = { .n = 0 };

	if (!t)
		return -1;
	unite(t, &types, &a->value);
	return set_enabled(c, t, a->self, &types) < 0
	    ? -1
	    : call_commit(c, STEAL(t));
}

/* One more, or one less. */
static int
change_enabled(struct call *c, struct ref self, struct ref type, bool add)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pgpu *pgpu;
	const struct ref *refs;
	struct ref *all;
	struct set types = { .n = 0 };

	if (!t || !(pgpu = EDIT_HEAD(c, t, PGPU, pgpu, self)) ||
	    !EDIT_HEAD(c, t, VGPU_type, vgpu_type, type))
		return -1;
	refs = pgpu->enabled_VGPU_types.items;
	all = arena_array(tx_arena(t), pgpu->enabled_VGPU_types.n + 1,
	    sizeof(*all));
	if (!all)
		return call_fail_nomem(c);
	types.items = all;
	for (uint32_t i = 0; i < pgpu->enabled_VGPU_types.n; i++)
		if (!ref_equal(refs[i], type))
			all[types.n++] = refs[i];
	if (add)
		all[types.n++] = type;
	return set_enabled(c, t, self, &types) < 0 ? -1
						   : call_commit(c, STEAL(t));
}

int
pgpu_add_enabled_VGPU_types(struct call *c,
    const struct pgpu_add_enabled_VGPU_types_args *a)
{
	return change_enabled(c, a->self, a->value, true);
}

int
pgpu_remove_enabled_VGPU_types(struct call *c,
    const struct pgpu_remove_enabled_VGPU_types_args *a)
{
	return change_enabled(c, a->self, a->value, false);
}

/* "10de/1eb8" */
static const char *
kind_of(struct tx *t, const struct pgpu *pgpu)
{
	const struct pci *pci = TX_GET(t, PCI, pci, pgpu->PCI);

	return pci
	    ? arena_printf(tx_arena(t), "%s/%s", pci->vendor_id, pci->device_id)
	    : "";
}

static int
check_kind(struct call *c, const struct gpu_group *g, const char *kind)
{
	const char *const *kinds = g->GPU_types.items;
	const char *all = "";

	for (uint32_t i = 0; i < g->GPU_types.n; i++) {
		if (strcmp(kinds[i], kind) == 0)
			return 0;
		all = arena_printf(c->arena, "%s%s%s", all, i ? "; " : "",
		    kinds[i]);
		if (!all)
			return call_fail_nomem(c);
	}
	return g->PGPUs.n && g->GPU_types.n
	    ? fail_pgpu_not_compatible_with_gpu_group(c, kind,
		  arena_printf(c->arena, "[%s]", all))
	    : 0;
}

int
pgpu_set_GPU_group(struct call *c, const struct pgpu_set_GPU_group_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct gpu_group *g;
	const struct pgpu *pgpu;
	const char *kind;
	struct ref old;

	if (!t || !(pgpu = EDIT_HEAD(c, t, PGPU, pgpu, a->self)) ||
	    !(g = EDIT_HEAD(c, t, GPU_group, gpu_group, a->value)))
		return -1;
	if (pgpu->resident_VGPUs.n)
		return fail_in_use(c, t, pgpu->resident_VGPUs.items,
		    pgpu->resident_VGPUs.n);
	kind = kind_of(t, pgpu);
	if (!kind)
		return call_fail_nomem(c);
	if (check_kind(c, g, kind) < 0)
		return -1;
	old = pgpu->GPU_group;
	if (!g->PGPUs.n)
		TX_SET(t, GPU_group, gpu_group, a->value, GPU_types,
		    (struct set){ .n = 1, .items = &kind });
	TX_SET(t, PGPU, pgpu, a->self, GPU_group, a->value);
	gpu_group_refresh(t, old);
	gpu_group_refresh(t, a->value);
	return call_commit(c, STEAL(t));
}

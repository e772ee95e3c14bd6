/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/vm_parts.h"

#include <string.h>

#include "pool/blob.h"
#include "vm/vm_devices.h"

/* Calls destroy for every member of a derived set, which shrinks meanwhile. */
static int
destroy_each(struct call *c, struct tx *t, const struct set *refs,
    int (*destroy)(struct tx *t, struct ref ref))
{
	uint32_t n = refs->n;
	struct ref *copy = arena_array(c->arena, n ? n : 1, sizeof(*copy));

	if (!copy)
		return call_fail_nomem(c);
	if (n)
		memcpy(copy, refs->items, n * sizeof(*copy));
	for (uint32_t i = 0; i < n; i++)
		(void)destroy(t, copy[i]);
	return 0;
}

#define DESTROYER(name, CLASS)                                                 \
	static int name(struct tx *t, struct ref ref)                          \
	{                                                                      \
		return tx_destroy(t, CLASS_##CLASS, ref);                      \
	}
DESTROYER(destroy_vusb, VUSB)
DESTROYER(destroy_vgpu, VGPU)
DESTROYER(destroy_console, console)
DESTROYER(destroy_crashdump, crashdump)

static void
destroy_one(struct tx *t, int cls, struct ref ref)
{
	if (!ref_is_null(ref) && tx_get(t, cls, ref))
		(void)tx_destroy(t, cls, ref);
}

static int
destroy_vtpm(struct tx *t, struct ref ref)
{
	const struct vtpm *vtpm = TX_GET(t, VTPM, vtpm, ref);
	struct ref contents = vtpm ? vtpm->contents : REF_NULL;

	destroy_one(t, CLASS_secret, contents);
	return tx_destroy(t, CLASS_VTPM, ref);
}

static int
destroy_blob(struct tx *t, struct ref ref)
{
	blob_destroy_row(t, ref);
	return 0;
}

/* Children of the VM in the tree of snapshots move up. */
static int
rebase_children(struct call *c, struct tx *t, const struct vm *vm)
{
	struct ref parent = vm->parent;
	uint32_t n = vm->children.n;
	struct ref *children =
	    arena_array(c->arena, n ? n : 1, sizeof(*children));

	if (!children)
		return call_fail_nomem(c);
	if (n)
		memcpy(children, vm->children.items, n * sizeof(*children));
	for (uint32_t i = 0; i < n; i++)
		TX_SET(t, VM, vm, children[i], parent, parent);
	return 0;
}

int
vm_destroy_vusbs(struct call *c, struct tx *t, const struct vm *vm)
{
	return destroy_each(c, t, &vm->VUSBs, destroy_vusb);
}

/* Each destruction changes the VM, and may end the record that was looked at:
 * sets are taken from the one that counts now. */
#define DESTROY_EACH(c, t, ref, field, destroy)                                \
	({                                                                     \
		const struct vm *now_ = TX_GET(t, VM, vm, ref);                \
		now_ ? destroy_each(c, t, &now_->field, destroy) : 0;          \
	})

int
vm_destroy_devices(struct call *c, struct tx *t, const struct vm *vm)
{
	struct ref self = vm->r.self;

	if (DESTROY_EACH(c, t, self, VBDs, vbd_destroy_row) < 0 ||
	    DESTROY_EACH(c, t, self, VIFs, vif_destroy_row) < 0 ||
	    DESTROY_EACH(c, t, self, VUSBs, destroy_vusb) < 0 ||
	    DESTROY_EACH(c, t, self, VGPUs, destroy_vgpu) < 0)
		return -1;
	return DESTROY_EACH(c, t, self, VTPMs, destroy_vtpm);
}

void
vm_destroy_metrics(struct tx *t, struct ref metrics, struct ref guest_metrics)
{
	destroy_one(t, CLASS_VM_metrics, metrics);
	destroy_one(t, CLASS_VM_guest_metrics, guest_metrics);
}

int
vm_destroy_parts(struct call *c, struct tx *t, const struct vm *vm)
{
	struct ref self = vm->r.self, metrics = vm->metrics;
	struct ref guest_metrics = vm->guest_metrics;
	const struct set blobs = { .items = vm->blobs.values,
		.n = vm->blobs.n };

	if (destroy_each(c, t, &blobs, destroy_blob) < 0 ||
	    rebase_children(c, t, TX_GET(t, VM, vm, self)) < 0 ||
	    vm_destroy_devices(c, t, TX_GET(t, VM, vm, self)) < 0 ||
	    DESTROY_EACH(c, t, self, crash_dumps, destroy_crashdump) < 0 ||
	    DESTROY_EACH(c, t, self, consoles, destroy_console) < 0)
		return -1;
	vm_destroy_metrics(t, metrics, guest_metrics);
	return 0;
}

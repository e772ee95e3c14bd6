/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Suspending: a disk for the image is made, the guest's memory is written into
 * it and the domain ends. From there on nothing is taken back: the image is
 * all that is left of the guest. (source: lifecycle.json call_effects) */
#include "vm/vm_suspend.h"

#include <stdlib.h>
#include <string.h>

#include "disk/storage.h"
#include "disk/vdi.h"
#include "host/message.h"
#include "lib/threads.h"
#include "model/builder.h"
#include "vm/memory_plan.h"
#include "vm/placement.h"
#include "vm/vm_halt.h"
#include "vm/vm_power.h"

#define MIB (INT64_C(1) << 20)
#define SAVE_DEADLINE_MS (1800 * 1000)

static struct ref
image_of(const struct plan *p)
{
	return plan_arg_ref(p, "image");
}

/* ---- where the image goes ---- */

static struct ref
choose_sr(struct plan *p, struct tx *t, const struct vm *vm)
{
	const struct host *host = TX_GET(t, host, host, vm->resident_on);
	const struct pool *pool = TX_GET(t, pool, pool, p->core->pool);
	const struct ref candidates[] = {
		vm->suspend_SR,
		host ? host->suspend_image_sr : REF_NULL,
		pool ? pool->suspend_image_SR : REF_NULL,
		pool ? pool->default_SR : REF_NULL,
	};

	for (size_t i = 0; i < sizeof(candidates) / sizeof(*candidates); i++)
		if (TX_GET(t, SR, sr, candidates[i]))
			return candidates[i];
	return REF_NULL;
}

static int
check(struct plan *p, struct tx *t)
{
	const struct vm *vm;
	struct vdi vdi;
	struct ref sr, ref;

	if (vm_plan_check(p, t) < 0)
		return -1;
	vm = TX_GET(t, VM, vm, p->object);
	sr = choose_sr(p, t, vm);
	if (ref_is_null(sr))
		return fail_vm_no_suspend_sr(p->call,
		    call_ref_text(p->call, p->object));
	if (storage_check(p->call, t, sr, "VDI_CREATE") < 0)
		return -1;
	builder_defaults(CLASS_VDI, &vdi.r);
	vdi.name_label = "Suspend image";
	vdi.SR = sr;
	vdi.type = VDI_TYPE_SUSPEND;
	vdi.managed = true;
	vdi.virtual_size = vm->memory_static_max / 100 * 126 + 100 * MIB;
	if (tx_insert(t, &vdi.r, &ref) < 0)
		return -1;
	return plan_note(p, "image", call_ref_text(p->call, ref));
}

/* ---- the image's volume ---- */

static int
volume(struct plan *p, struct ref ref, plan_reply_fn *reply, const char *op)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_VDI, ref);
	const struct vdi *vdi = (const struct vdi *)r;

	if (!vdi)
		return reply ? fail_vm_has_no_suspend_vdi(p->call,
				   call_ref_text(p->call, p->object))
			     : 0;
	return storage_send(p, reply, vdi->SR, op, "vdi", vdi->uuid, "location",
	    vdi->location, "#size", vdi->virtual_size, "mode", "RW", NULL);
}

static int
make_send(struct plan *p)
{
	return volume(p, image_of(p), storage_note, "vdi_create");
}

static int
make_apply(struct plan *p, struct tx *t)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, image_of(p));
	int64_t size = storage_noted(p, "size", 0);

	if (vdi)
		storage_account(t, vdi->SR, size, 0);
	TX_SET(t, VDI, vdi, image_of(p), location, plan_arg(p, "location"));
	return TX_SET(t, VDI, vdi, image_of(p), virtual_size, size);
}

static int
unmake_send(struct plan *p)
{
	return volume(p, image_of(p), NULL, "vdi_destroy");
}

static int
unmake_apply(struct plan *p, struct tx *t)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, image_of(p));

	if (!vdi)
		return 0;
	/* Without a location it was never counted. */
	return vdi->location[0] ? vdi_take_out(p, t, image_of(p))
				: vdi_forget_row(p->call, t, image_of(p));
}

static int
open_send(struct plan *p)
{
	return volume(p, image_of(p), storage_note, "vdi_attach");
}

/* ---- the memory ---- */

static int
save_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);

	if (!r)
		return -1;
	plan_set_deadline(p, SAVE_DEADLINE_MS);
	return plan_send(p, NULL, "suspend", ((const struct vm *)r)->uuid,
	    "path", plan_arg(p, "path"), NULL);
}

/* Devices stay as they were: they are the guest's when it comes back. */
static int
save_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	struct ref host = vm ? vm->resident_on : REF_NULL;

	if (!vm || vm_leave_host(t, p->object) < 0)
		return -1;
	TX_SET(t, VM, vm, p->object, suspend_VDI, image_of(p));
	TX_SET(t, VM, vm, p->object, ha_always_run, false);
	TX_SET(t, VM, vm, p->object, power_state, VM_POWER_STATE_SUSPENDED);
	return memory_plan_grow(p, t, host);
}

static int
finish(struct plan *p, struct tx *t, bool ok)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	const char *text = ok && vm
	    ? arena_printf(p->call->arena, "VM '%s' has been suspended",
		  vm->name_label)
	    : NULL;

	if (text)
		(void)message_add(t, p->core, "VM_SUSPENDED", 5, CLS_VM,
		    vm->uuid, text, NULL);
	return vm_plan_refresh(p, t, ok);
}

static const struct step suspend_steps[] = {
	{ "image", make_send, make_apply, unmake_send, unmake_apply },
	{ "open", open_send, NULL, NULL, NULL },
	{ "save", save_send, save_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind suspend_kind = {
	.name = "VM.suspend",
	.cls = CLASS_VM,
	.operation = "suspend",
	.steps = suspend_steps,
	.check = check,
	.finish = finish,
};

const struct plan_kind *const vm_suspend_kinds[] = { &suspend_kind, NULL };

int
vm_suspend(struct call *c, const struct vm_suspend_args *a)
{
	return plan_start(c, &suspend_kind, a->vm, NULL);
}

/* ---- for plans that resume or give up ---- */

int
vm_image_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);

	return r ? volume(p, ((const struct vm *)r)->suspend_VDI, storage_note,
		       "vdi_attach")
		 : -1;
}

int
vm_image_path(struct plan *p, struct value *body)
{
	const char *path = plan_arg(p, "path");
	struct value_member *m =
	    arena_array(p->call->arena, body->n + 1, sizeof(*m));

	if (!m)
		return call_fail_nomem(p->call);
	memcpy(m, body->members, body->n * sizeof(*m));
	m[body->n] = (struct value_member){
		"path",
		{ .kind = VALUE_STRING, .n = (uint32_t)strlen(path), .s = path }
	};
	body->members = m;
	body->n++;
	return 0;
}

int
vm_image_let_go(struct plan *p, struct tx *t)
{
	const struct vm *vm = TX_GET(t, VM, vm, p->object);

	if (!vm || ref_is_null(vm->suspend_VDI))
		return 0;
	if (plan_note(p, "old-image", call_ref_text(p->call, vm->suspend_VDI)) <
	    0)
		return -1;
	return TX_SET(t, VM, vm, p->object, suspend_VDI, REF_NULL);
}

struct dropping {
	struct core *core;
	struct ref image;
};

static void
drop(void *arg)
{
	struct dropping *d = arg;

	(void)plan_start_own(d->core, vdi_kind("VDI.destroy"), d->image, NULL);
	free(d);
}

void
vm_image_drop(struct plan *p)
{
	struct ref image = plan_arg_ref(p, "old-image");
	struct dropping *d = ref_is_null(image) ? NULL : malloc(sizeof(*d));

	if (!d)
		return;
	*d = (struct dropping){ p->core, image };
	if (threads_run(p->core->threads, drop, d) < 0)
		free(d);
}

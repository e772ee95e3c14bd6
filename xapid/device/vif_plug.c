/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces that come and go while the VM runs. */
#include <string.h>

#include "device/device_plan.h"
#include "device/device_plug.h"
#include "device/vif_attach.h"
#include "vm/start/vm_domain_args.h"

static bool
is_forced(const struct plan *p)
{
	return strcmp(plan_arg(p, "force"), "true") == 0;
}

/* ---- plug ---- */

static int
note_interface(struct plan *p, const struct value *answer)
{
	const struct value *name = value_member(answer, "interface");

	return name && name->kind == VALUE_STRING
	    ? plan_note(p, "interface", name->s)
	    : 0;
}

static int
plug_send(struct plan *p)
{
	DEVICE_PAIR pair = device_pair_get(p);
	struct value body;

	if (!pair.vm)
		return -1;
	if (vif_domain_args(p->call->arena, p->core->db, pair.vm, pair.vif,
		"plug", &body) < 0)
		return call_fail_nomem(p->call);
	return plan_send_to(p, PLAN_DOMAIN, note_interface, &body);
}

static int
with_interface(struct plan *p,
    int (*send)(struct plan *, const struct vif *, const char *))
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VIF, p->object);
	const char *interface = plan_arg(p, "interface");

	if (!r)
		return -1;
	return *interface ? send(p, (const struct vif *)r, interface) : 0;
}

static int
join_send(struct plan *p)
{
	return with_interface(p, vif_join_one);
}

static int
join_undo(struct plan *p)
{
	return with_interface(p, vif_leave_one);
}

static int
connect_send(struct plan *p)
{
	return device_send(p, "connect", false);
}

static int
attached(struct plan *p, struct tx *t)
{
	(void)vif_note_joined(t, p->object);
	return TX_SET(t, VIF, vif, p->object, currently_attached, true);
}

/* ---- unplug ---- */

static int
unplug_send(struct plan *p)
{
	return device_send(p, "unplug", is_forced(p));
}

static int
unplug_by_force(struct plan *p)
{
	return device_send(p, "unplug", true);
}

static int
leave_send(struct plan *p)
{
	DEVICE_PAIR pair = device_pair_get(p);

	return pair.vm
	    ? vif_leave_one(p, pair.vif,
		  vif_interface_name(p->call->arena, pair.vm, pair.vif))
	    : -1;
}

static int
detached(struct plan *p, struct tx *t)
{
	return TX_SET(t, VIF, vif, p->object, currently_attached, false);
}

/* ---- the plans ---- */

static const struct step plug_steps[] = {
	{ "plug", plug_send, NULL, unplug_by_force, detached },
	{ "join", join_send, NULL, join_undo, NULL },
	{ "connect", connect_send, attached, NULL, NULL },
	{ 0 },
};

static const struct step unplug_steps[] = {
	{ "unplug", unplug_send, detached, NULL, NULL },
	{ "leave", leave_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct plan_kind plug_kind = {
	.name = "VIF.plug",
	.cls = CLASS_VIF,
	.operation = "plug",
	.steps = plug_steps,
	.queue = device_queue,
	.check = device_check,
	.finish = device_finish,
};

static const struct plan_kind unplug_kind = {
	.name = "VIF.unplug",
	.cls = CLASS_VIF,
	.operation = "unplug",
	.steps = unplug_steps,
	.queue = device_queue,
	.check = device_check,
	.finish = device_finish,
};

const struct plan_kind *const vif_kinds[] = { &plug_kind, &unplug_kind, NULL };

int
vif_plug(struct call *c, const struct vif_plug_args *a)
{
	return plan_start(c, &plug_kind, a->self, NULL);
}

int
vif_unplug(struct call *c, const struct vif_unplug_args *a)
{
	return plan_start(c, &unplug_kind, a->self, NULL);
}

int
vif_unplug_force(struct call *c, const struct vif_unplug_force_args *a)
{
	return plan_start(c, &unplug_kind, a->self, "force", "true", NULL);
}

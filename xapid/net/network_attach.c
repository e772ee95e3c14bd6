/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks that come up on a host before anything needs them: the way out that
 * the host has to it, or a bridge with nothing on it, which goes again with the
 * last that leaves it. */
#include "call/edit.h"
#include "net/net_plan.h"
#include "net/pif.h"

/* ---- one network ---- */

static int
attach_check(struct plan *p, struct tx *t)
{
	const struct network *net = TX_GET(t, network, network, p->object);
	const struct pif *pif =
	    net ? pif_on_network(t, net, plan_arg_ref(p, "host")) : NULL;

	if (!net)
		return fail_handle_invalid(p->call, "network",
		    call_ref_text(p->call, p->object));
	if (pif && !ref_is_null(pif->bond_slave_of))
		return fail_cannot_plug_bond_slave(p->call,
		    call_ref_text(p->call, pif->r.self));
	return plan_note(p, "pif", pif ? "true" : "");
}

static int
attach_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_network, p->object);

	if (!r)
		return -1;
	return *plan_arg(p, "pif")
	    ? pif_send_needed(p, p->object, plan_arg_ref(p, "host"))
	    : net_send(p, NULL, (const struct network *)r, "bridge_create",
		  NULL);
}

static int
attach_apply(struct plan *p, struct tx *t)
{
	return pif_note_needed(t, p->object, plan_arg_ref(p, "host"));
}

static const struct step attach_steps[] = {
	{ "up", attach_send, attach_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind attach_kind = {
	.name = "network.attach",
	.cls = CLASS_network,
	.steps = attach_steps,
	.check = attach_check,
};

int
network_attach(struct call *c, const struct network_attach_args *a)
{
	return plan_start(c, &attach_kind, a->network, "host",
	    call_ref_text(c, a->host), NULL);
}

/* ---- those of a VM ---- */

/* fn for each network that the VM is on, once. */
static int
each_network(struct plan *p, int (*fn)(struct plan *p, struct ref network))
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, plan_arg_ref(p, "vm"));
	const struct vm *vm = (const struct vm *)r;
	const struct ref *vifs = vm ? vm->VIFs.items : NULL;
	uint32_t n = vm ? vm->VIFs.n : 0, done = 0;
	struct ref *seen = arena_array(p->call->arena, n + 1, sizeof(*seen));
	int rc = vm ? 0 : -1;

	if (!seen)
		return call_fail_nomem(p->call);
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		RECORD_UNREF const struct record *v =
		    db_get(p->core->db, CLASS_VIF, vifs[i]);
		uint32_t k = 0;

		if (!v)
			continue;
		seen[done] = ((const struct vif *)v)->network;
		while (!ref_equal(seen[k], seen[done]))
			k++;
		if (k == done)
			rc = fn(p, seen[done++]);
	}
	return rc;
}

static int
attach_one(struct plan *p, struct ref network)
{
	return plan_child(p, &attach_kind, network, "host",
	    call_ref_text(p->call, p->object), NULL);
}

static int
attach_all(struct plan *p)
{
	return each_network(p, attach_one);
}

/* A bridge that something is still on stays. */
static int
detach_one(struct plan *p, struct ref network)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_network, network);
	const struct network *net = (const struct network *)r;

	return net && *net->bridge && net->PIFs.n == 0
	    ? net_send(p, NULL, net, "leave", NULL)
	    : 0;
}

static int
detach_all(struct plan *p)
{
	return each_network(p, detach_one);
}

static const struct step for_vm_steps[] = {
	{ "networks", attach_all, NULL, NULL, NULL },
	{ 0 },
};

static const struct step detach_steps[] = {
	{ "networks", detach_all, NULL, NULL, NULL },
	{ 0 },
};

static const struct plan_kind for_vm_kind = {
	.name = "network.attach_for_vm",
	.cls = CLASS_host,
	.steps = for_vm_steps,
};

static const struct plan_kind detach_kind = {
	.name = "network.detach_for_vm",
	.cls = CLASS_host,
	.steps = detach_steps,
};

int
network_attach_for_vm(struct call *c,
    const struct network_attach_for_vm_args *a)
{
	return plan_start(c, &for_vm_kind, a->host, "vm",
	    call_ref_text(c, a->vm), NULL);
}

int
network_detach_for_vm(struct call *c,
    const struct network_detach_for_vm_args *a)
{
	return plan_start(c, &detach_kind, a->host, "vm",
	    call_ref_text(c, a->vm), NULL);
}

const struct plan_kind *const network_attach_kinds[] = { &attach_kind,
	&for_vm_kind, &detach_kind, NULL };

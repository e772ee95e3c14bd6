/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces that come and go while the VM runs, and what their guests are told
 * of addresses. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "device/device_operations.h"
#include "device/device_plug.h"
#include "device/vif_attach.h"
#include "model/builder.h"
#include "plan/plan.h"
#include "vm/vm_domain_args.h"

/* ---- what the steps share ---- */

struct pair {
	const struct vif *vif;
	const struct vm *vm;
};

static void
pair_free(struct pair *p)
{
	record_unref(p->vif ? &p->vif->r : NULL);
	record_unref(p->vm ? &p->vm->r : NULL);
}

static struct pair
pair_get(struct plan *p)
{
	struct pair pair = { .vif = CALL_GET(p->call, VIF, vif, p->object) };

	if (pair.vif)
		pair.vm = CALL_GET(p->call, VM, vm, pair.vif->VM);
	return pair;
}

static struct ref
queue(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_VIF, p->object);

	return r ? ((const struct vif *)r)->VM : REF_NULL;
}

static bool
is_forced(const struct plan *p)
{
	return strcmp(plan_arg(p, "force"), "true") == 0;
}

static int
check(struct plan *p, struct tx *t)
{
	const struct vif *vif = TX_GET(t, VIF, vif, p->object);
	int op = enum_find(&enum_info_vif_operations, p->kind->operation);

	if (!vif)
		return fail_handle_invalid(p->call, "VIF",
		    call_ref_text(p->call, p->object));
	return vif_operation_check(p->call, t, vif, (enum vif_operations)op,
	    is_forced(p));
}

static int
finish(struct plan *p, struct tx *t, bool ok)
{
	(void)ok;
	vif_operations_refresh(t, p->object);
	return 0;
}

/* ---- plug and unplug ---- */

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
	struct pair pair = pair_get(p);
	struct value body;
	int rc = -1;

	if (pair.vm &&
	    vif_domain_args(p->call->arena, p->core->db, pair.vm, pair.vif,
		"plug", &body) < 0)
		rc = call_fail_nomem(p->call);
	else if (pair.vm)
		rc = plan_send_to(p, PLAN_DOMAIN, note_interface, &body);
	pair_free(&pair);
	return rc;
}

static int
simple(struct plan *p, const char *op, int64_t force)
{
	struct pair pair = pair_get(p);
	int rc = -1;

	if (pair.vm)
		rc = plan_send(p, NULL, op, pair.vm->uuid, "device",
		    vif_device_name(p->call->arena, pair.vif), "#force", force,
		    NULL);
	pair_free(&pair);
	return rc;
}

static int
connect_send(struct plan *p)
{
	return simple(p, "connect", 0);
}

static int
unplug_send(struct plan *p)
{
	return simple(p, "unplug", is_forced(p));
}

static int
unplug_by_force(struct plan *p)
{
	return simple(p, "unplug", 1);
}

static int
attached(struct plan *p, struct tx *t)
{
	return TX_SET(t, VIF, vif, p->object, currently_attached, true);
}

static int
detached(struct plan *p, struct tx *t)
{
	return TX_SET(t, VIF, vif, p->object, currently_attached, false);
}

static int
join_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VIF, p->object);
	const char *interface = plan_arg(p, "interface");

	if (!r)
		return -1;
	return *interface ? vif_join_one(p, (const struct vif *)r, interface)
			  : 0;
}

static const struct step plug_steps[] = {
	{ "plug", plug_send, NULL, unplug_by_force, detached },
	{ "join", join_send, NULL, NULL, NULL },
	{ "connect", connect_send, attached, NULL, NULL },
	{ 0 },
};

static const struct step unplug_steps[] = {
	{ "unplug", unplug_send, detached, NULL, NULL },
	{ 0 },
};

static const struct plan_kind plug_kind = {
	.name = "VIF.plug",
	.cls = CLASS_VIF,
	.operation = "plug",
	.steps = plug_steps,
	.queue = queue,
	.check = check,
	.finish = finish,
};

static const struct plan_kind unplug_kind = {
	.name = "VIF.unplug",
	.cls = CLASS_VIF,
	.operation = "unplug",
	.steps = unplug_steps,
	.queue = queue,
	.check = check,
	.finish = finish,
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

/* ---- addresses that the guest is to use ---- */

/* "192.0.2.1/24": an address of the family and the bits of its network. */
static bool
is_cidr(int family, const char *s)
{
	const char *slash = strchr(s, '/');
	char address[INET6_ADDRSTRLEN];
	unsigned char buf[sizeof(struct in6_addr)];
	char *end;
	long bits;

	if (!slash || (size_t)(slash - s) >= sizeof(address) || !slash[1])
		return false;
	memcpy(address, s, (size_t)(slash - s));
	address[slash - s] = '\0';
	bits = strtol(slash + 1, &end, 10);
	return !*end && slash[1] >= '0' && slash[1] <= '9' && bits >= 0 &&
	    bits <= (family == AF_INET ? 32 : 128) &&
	    inet_pton(family, address, buf) == 1;
}

struct wish {
	int family;
	bool is_static;
	const char *address, *gateway;
};

static int
check_wish(struct call *c, const struct wish *w)
{
	unsigned char buf[sizeof(struct in6_addr)];

	if (!w->is_static)
		return 0;
	if (!is_cidr(w->family, w->address))
		return fail_invalid_cidr_address_specified(c, "address");
	if (w->gateway[0] && inet_pton(w->family, w->gateway, buf) != 1)
		return fail_invalid_ip_address_specified(c, "gateway");
	return 0;
}

/* A running guest is told by xenstore, if its agent listens there. */
static int
check_guest(struct call *c, struct tx *t, const struct vif *vif)
{
	const struct vm *vm = TX_GET(t, VM, vm, vif->VM);
	const struct vm_guest_metrics *g;
	const char *feature;

	if (!vm || vm->power_state != VM_POWER_STATE_RUNNING)
		return 0;
	g = TX_GET(t, VM_guest_metrics, vm_guest_metrics, vm->guest_metrics);
	feature =
	    g ? builder_find(&g->other, "feature-static-ip-setting") : NULL;
	if (!feature || strcmp(feature, "1") != 0)
		return fail_vm_lacks_feature(c, call_ref_text(c, vif->VM));
	return edit_simulated_only(c);
}

static const struct vif *
check_configure(struct call *c, struct tx *t, struct ref self,
    const struct wish *w)
{
	const struct vif *vif = t ? EDIT_HEAD(c, t, VIF, vif, self) : NULL;

	return vif && check_wish(c, w) == 0 && check_guest(c, t, vif) == 0
	    ? vif
	    : NULL;
}

int
vif_configure_ipv4(struct call *c, const struct vif_configure_ipv4_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct wish w = { AF_INET,
		a->mode == VIF_IPV4_CONFIGURATION_MODE_STATIC, a->address,
		a->gateway };
	const char *const list[] = { a->address };
	struct set addresses = { .items = list, .n = w.is_static };

	if (!check_configure(c, t, a->self, &w))
		return -1;
	TX_SET(t, VIF, vif, a->self, ipv4_configuration_mode, a->mode);
	TX_SET(t, VIF, vif, a->self, ipv4_addresses, addresses);
	TX_SET(t, VIF, vif, a->self, ipv4_gateway,
	    w.is_static ? a->gateway : "");
	return call_commit(c, STEAL(t));
}

int
vif_configure_ipv6(struct call *c, const struct vif_configure_ipv6_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct wish w = { AF_INET6,
		a->mode == VIF_IPV6_CONFIGURATION_MODE_STATIC, a->address,
		a->gateway };
	const char *const list[] = { a->address };
	struct set addresses = { .items = list, .n = w.is_static };

	if (!check_configure(c, t, a->self, &w))
		return -1;
	TX_SET(t, VIF, vif, a->self, ipv6_configuration_mode, a->mode);
	TX_SET(t, VIF, vif, a->self, ipv6_addresses, addresses);
	TX_SET(t, VIF, vif, a->self, ipv6_gateway,
	    w.is_static ? a->gateway : "");
	return call_commit(c, STEAL(t));
}

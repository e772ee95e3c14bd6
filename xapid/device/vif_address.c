/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What guests are told of the addresses that they are to use: by xenstore, to
 * an agent that listens there. A guest that does not run is told when it
 * starts. (source: lifecycle.json object_rules) */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "device/device_plan.h"
#include "device/device_plug.h"
#include "model/builder.h"
#include "vm/start/vm_domain_args.h"

/* ---- what is asked for ---- */

struct wish {
	bool v6, is_static;
	const char *mode, *address, *gateway;
};

static struct wish
wish_of(const struct plan *p)
{
	return (struct wish){
		.v6 = strcmp(plan_arg(p, "family"), "ipv6") == 0,
		.is_static = strcmp(plan_arg(p, "mode"), "Static") == 0,
		.mode = plan_arg(p, "mode"),
		.address = plan_arg(p, "address"),
		.gateway = plan_arg(p, "gateway"),
	};
}

/* "192.0.2.1/24": an address of the family and the bits of its network. The
 * address alone, in the arena, or NULL. */
static const char *
cidr_address(struct arena *a, int family, const char *s)
{
	const char *slash = strchr(s, '/');
	unsigned char buf[sizeof(struct in6_addr)];
	const char *address;
	char *end;
	long bits;

	if (!slash || slash - s >= INET6_ADDRSTRLEN || slash[1] < '0' ||
	    slash[1] > '9')
		return NULL;
	address = arena_strndup(a, s, (size_t)(slash - s));
	bits = strtol(slash + 1, &end, 10);
	return address && !*end && bits <= (family == AF_INET ? 32 : 128) &&
		inet_pton(family, address, buf) == 1
	    ? address
	    : NULL;
}

static bool
is_in(const struct set *s, int family, const char *address)
{
	unsigned char one[sizeof(struct in6_addr)], other[sizeof(one)];
	size_t len = family == AF_INET ? 4 : sizeof(one);
	const char *const *texts = s->items;

	(void)inet_pton(family, address, one);
	for (uint32_t i = 0; i < s->n; i++)
		if (inet_pton(family, texts[i], other) == 1 &&
		    memcmp(one, other, len) == 0)
			return true;
	return false;
}

static int
check_wish(struct call *c, struct tx *t, const struct vif *vif,
    const struct wish *w)
{
	const struct network *net = TX_GET(t, network, network, vif->network);
	int family = w->v6 ? AF_INET6 : AF_INET;
	unsigned char buf[sizeof(struct in6_addr)];
	const char *address;

	if (!w->is_static)
		return 0;
	address = cidr_address(c->arena, family, w->address);
	if (!address)
		return fail_invalid_cidr_address_specified(c, "address");
	if (*w->gateway && inet_pton(family, w->gateway, buf) != 1)
		return fail_invalid_ip_address_specified(c, "gateway");
	if (vif_effective_locking(vif, net) == VIF_LOCKING_MODE_LOCKED &&
	    !is_in(w->v6 ? &vif->ipv6_allowed : &vif->ipv4_allowed, family,
		address))
		return fail_address_violates_locking_constraint(c, address);
	return 0;
}

/* Whether the agent of a running guest listens. */
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
	return feature && strcmp(feature, "1") == 0
	    ? 0
	    : fail_vm_lacks_feature(c, call_ref_text(c, vif->VM));
}

/* ---- the plan ---- */

static int
set_v4(struct tx *t, struct ref self, const struct wish *w)
{
	const struct set addresses = { .items = &w->address,
		.n = w->is_static };
	int mode = enum_find(&enum_info_vif_ipv4_configuration_mode, w->mode);

	TX_SET(t, VIF, vif, self, ipv4_configuration_mode, mode);
	TX_SET(t, VIF, vif, self, ipv4_addresses, addresses);
	return TX_SET(t, VIF, vif, self, ipv4_gateway,
	    w->is_static ? w->gateway : "");
}

static int
set_v6(struct tx *t, struct ref self, const struct wish *w)
{
	const struct set addresses = { .items = &w->address,
		.n = w->is_static };
	int mode = enum_find(&enum_info_vif_ipv6_configuration_mode, w->mode);

	TX_SET(t, VIF, vif, self, ipv6_configuration_mode, mode);
	TX_SET(t, VIF, vif, self, ipv6_addresses, addresses);
	return TX_SET(t, VIF, vif, self, ipv6_gateway,
	    w->is_static ? w->gateway : "");
}

static int
check(struct plan *p, struct tx *t)
{
	const struct vif *vif = TX_GET(t, VIF, vif, p->object);
	struct wish w = wish_of(p);

	if (!vif)
		return fail_handle_invalid(p->call, "VIF",
		    call_ref_text(p->call, p->object));
	return check_wish(p->call, t, vif, &w) < 0
	    ? -1
	    : check_guest(p->call, t, vif);
}

static int
record_apply(struct plan *p, struct tx *t)
{
	struct wish w = wish_of(p);

	return w.v6 ? set_v6(t, p->object, &w) : set_v4(t, p->object, &w);
}

/* The record is the wish: who was not told now is told at the next start. */
static int
tell_send(struct plan *p)
{
	DEVICE_PAIR pair = device_pair_get(p);
	struct value body;

	if (!pair.vm)
		return -1;
	if (!device_vm_lives(pair.vm) || !pair.vif->currently_attached)
		return 0;
	if (vif_domain_args(p->call->arena, p->core->db, pair.vm, pair.vif,
		"addresses", &body) < 0)
		return call_fail_nomem(p->call);
	return plan_send_to(p, PLAN_DOMAIN, NULL, &body);
}

static const struct step steps[] = {
	{ "record", NULL, record_apply, NULL, NULL },
	{ "tell", tell_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct plan_kind address_kind = {
	.name = "VIF.configure",
	.cls = CLASS_VIF,
	.steps = steps,
	.queue = device_queue,
	.check = check,
};

const struct plan_kind *const vif_address_kinds[] = { &address_kind, NULL };

int
vif_configure_ipv4(struct call *c, const struct vif_configure_ipv4_args *a)
{
	return plan_start(c, &address_kind, a->self, "family", "ipv4", "mode",
	    enum_info_vif_ipv4_configuration_mode.values[a->mode], "address",
	    a->address, "gateway", a->gateway, NULL);
}

int
vif_configure_ipv6(struct call *c, const struct vif_configure_ipv6_args *a)
{
	return plan_start(c, &address_kind, a->self, "family", "ipv6", "mode",
	    enum_info_vif_ipv6_configuration_mode.values[a->mode], "address",
	    a->address, "gateway", a->gateway, NULL);
}

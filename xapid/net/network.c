/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks. Their bridges come up with the first interface on a host, and go
 * with the last, or with the network. (source of rules and errors: lifecycle.json object_rules,
 * network.json) */
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "net/net_plan.h"
#include "net/pif.h"
#include "vm/vm_devices.h"

#define DEFAULT_MTU 1500
#define BRIDGE_MAX_CHARS 15 /* what a device name may have */

/* ---- bridges ---- */

struct bridge_search {
	const char *bridge;
	struct ref found;
};

static int
has_bridge(const struct record *r, void *arg)
{
	struct bridge_search *s = arg;

	if (strcmp(((const struct network *)r)->bridge, s->bridge) != 0)
		return 0;
	s->found = r->self;
	return 1;
}

struct ref
network_on_bridge(struct tx *t, const char *bridge)
{
	struct bridge_search s = { bridge, REF_NULL };

	(void)tx_each(t, CLASS_network, has_bridge, &s);
	return s.found;
}

static bool
is_used(struct tx *t, const char *name)
{
	return !ref_is_null(network_on_bridge(t, name));
}

/* Names that the toolstack gives by itself. */
static bool
is_reserved(const char *name)
{
	static const char *const prefixes[] = { "xen", "xapi", "vif", "tap",
		"eth" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static bool
is_device_name(const char *name)
{
	size_t len = strlen(name);

	return len && len <= BRIDGE_MAX_CHARS &&
	    strspn(name,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-") == len &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* The name given, or the next of the toolstack's own: a number that was used
 * does not come again while the daemon runs. NULL: refused. */
static const char *
choose_bridge(struct call *c, struct tx *t, const char *want)
{
	static unsigned next; /* writer lock of the database */
	const char *name;

	if (!*want) {
		do {
			name = arena_printf(c->arena, "xapi%u", next++);
			if (!name) {
				call_fail_nomem(c);
				return NULL;
			}
		} while (is_used(t, name));
		return name;
	}
	if (!c->caller.pool && (!is_device_name(want) || is_reserved(want))) {
		fail_invalid_value(c, "bridge", want);
		return NULL;
	}
	if (is_used(t, want)) {
		fail_bridge_name_exists(c, want);
		return NULL;
	}
	return want;
}

static int
create(struct call *c, const struct network *want, struct ref *result_r)
{
	struct network net = *want;
	TX_SCOPE struct tx *t = NULL;

	if (implicit_check_create(c, &want->r) < 0)
		return -1;
	t = call_begin(c);
	if (!t || !(net.bridge = choose_bridge(c, t, want->bridge)))
		return -1;
	if (net.MTU <= 0)
		net.MTU = DEFAULT_MTU;
	(void)tx_insert(t, &net.r, result_r);
	return call_commit(c, STEAL(t));
}

int
network_create(struct call *c, const struct network_create_args *a,
    struct ref *result_r)
{
	return create(c, a->args, result_r);
}

int
network_pool_introduce(struct call *c,
    const struct network_pool_introduce_args *a, struct ref *result_r)
{
	struct network net = { 0 };

	builder_defaults(CLASS_network, &net.r);
	edit_from_args(c, a, &net.r);
	return create(c, &net, result_r);
}

/* ---- destroy ---- */

/* VIFs that are in use keep the network; the others go with it. */
static int
check_vifs(struct call *c, struct tx *t, const struct network *net)
{
	uint32_t n = net->VIFs.n, used = 0;
	const struct ref *vifs = net->VIFs.items;
	struct ref *in_use = arena_array(c->arena, n ? n : 1, sizeof(*vifs));

	if (!in_use)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < n; i++) {
		const struct vif *vif = TX_GET(t, VIF, vif, vifs[i]);

		if (vif &&
		    (vif->currently_attached || vif->reserved ||
			vif->current_operations.n))
			in_use[used++] = vifs[i];
	}
	if (used)
		return edit_fail_refs(c, "NETWORK_CONTAINS_VIF", in_use, used);
	if (net->PIFs.n)
		return edit_fail_refs(c, "NETWORK_CONTAINS_PIF",
		    net->PIFs.items, net->PIFs.n);
	return 0;
}

/* Twice: before anything is removed, and before the records go, when an
 * interface may have been plugged in between. */
static int
check_unused(struct plan *p, struct tx *t)
{
	const struct network *net = TX_GET(t, network, network, p->object);
	const char *self = call_ref_text(p->call, p->object);

	if (!net)
		return fail_handle_invalid(p->call, "network", self);
	if (check_vifs(p->call, t, net) < 0)
		return -1;
	if (edit_map_true(&net->other_config,
		"is_host_internal_management_network"))
		return fail_cannot_destroy_system_network(p->call, self);
	return 0;
}

/* A network that no host has used has no bridge; neither has its answer. */
static int
bridge_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_network, p->object);
	const struct network *net = (const struct network *)r;

	if (!net)
		return -1;
	return net->managed && *net->bridge
	    ? net_send(p, NULL, net, "bridge_destroy", NULL)
	    : 0;
}

static int
destroy_apply(struct plan *p, struct tx *t)
{
	const struct network *net;

	if (check_unused(p, t) < 0)
		return -1;
	while ((net = TX_GET(t, network, network, p->object)) && net->VIFs.n) {
		const struct ref *vifs = net->VIFs.items;

		if (vif_destroy_row(t, vifs[0]) < 0)
			return -1;
	}
	return tx_destroy(t, CLASS_network, p->object);
}

static const struct step destroy_steps[] = {
	{ "bridge", bridge_send, destroy_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind destroy_kind = {
	.name = "network.destroy",
	.cls = CLASS_network,
	.steps = destroy_steps,
	.check = check_unused,
};

int
network_destroy(struct call *c, const struct network_destroy_args *a)
{
	return plan_start(c, &destroy_kind, a->self, NULL);
}

/* ---- settings ---- */

int
network_set_default_locking_mode(struct call *c,
    const struct network_set_default_locking_mode_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct network *net;
	const struct ref *vifs;

	if (!t || !(net = EDIT_HEAD(c, t, network, network, a->network)))
		return -1;
	vifs = net->VIFs.items;
	for (uint32_t i = 0; i < net->VIFs.n; i++) {
		const struct vif *vif = TX_GET(t, VIF, vif, vifs[i]);

		if (vif && vif->currently_attached &&
		    vif->locking_mode == VIF_LOCKING_MODE_NETWORK_DEFAULT)
			return fail_vif_in_use(c, call_ref_text(c, a->network),
			    call_ref_text(c, vifs[i]));
	}
	TX_SET(t, network, network, a->network, default_locking_mode, a->value);
	return call_commit(c, STEAL(t));
}

/* Purposes exclude each other. */
static int
check_purpose(struct call *c, const struct network *net,
    enum network_purpose value)
{
	const enum network_purpose *has = net->purpose.items;
	const char *const *names = enum_info_network_purpose.values;

	if (!net->managed)
		return fail_network_unmanaged(c, call_ref_text(c, net->r.self));
	for (uint32_t i = 0; i < net->purpose.n; i++)
		if (has[i] != value)
			return fail_network_incompatible_purposes(c,
			    names[value], names[has[i]]);
	return 0;
}

int
network_add_purpose(struct call *c, const struct network_add_purpose_args *a)
{
	const struct type *type =
	    class_table[CLASS_network].fields[FIELD_network_purpose].type;
	TX_SCOPE struct tx *t = call_begin(c);
	const struct network *net;
	struct set purposes;

	if (!t || !(net = EDIT_HEAD(c, t, network, network, a->self)) ||
	    check_purpose(c, net, a->value) < 0)
		return -1;
	if (edit_set_add(t, &net->purpose, type->elem, &a->value, &purposes) ==
	    0)
		TX_SET(t, network, network, a->self, purpose, purposes);
	return call_commit(c, STEAL(t));
}

int
network_remove_purpose(struct call *c,
    const struct network_remove_purpose_args *a)
{
	const struct type *type =
	    class_table[CLASS_network].fields[FIELD_network_purpose].type;
	TX_SCOPE struct tx *t = call_begin(c);
	const struct network *net;
	struct set purposes;

	if (!t || !(net = EDIT_HEAD(c, t, network, network, a->self)))
		return -1;
	if (edit_set_remove(t, &net->purpose, type->elem, &a->value,
		&purposes) == 0)
		TX_SET(t, network, network, a->self, purpose, purposes);
	return call_commit(c, STEAL(t));
}

/* ---- MTU: of the bridge, and of what is on it beside guests ---- */

#define MIN_MTU 68
#define MAX_MTU 65535

static int
mtu_check(struct plan *p, struct tx *t)
{
	const struct network *net = TX_GET(t, network, network, p->object);

	if (!net)
		return fail_handle_invalid(p->call, "network",
		    call_ref_text(p->call, p->object));
	return plan_note(p, "old",
	    arena_printf(p->call->arena, "%lld", (long long)net->MTU));
}

static int
mtu_send_as(struct plan *p, const char *note)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_network, p->object);
	const struct network *net = (const struct network *)r;

	return net && net->managed && *net->bridge
	    ? net_send(p, NULL, net, "bridge_mtu", "#mtu",
		  plan_arg_int(p, note, 0), NULL)
	    : 0;
}

static int
mtu_send(struct plan *p)
{
	return mtu_send_as(p, "new");
}

static int
mtu_undo(struct plan *p)
{
	return mtu_send_as(p, "old");
}

static int
mtu_apply(struct plan *p, struct tx *t)
{
	int64_t mtu = plan_arg_int(p, "new", 0);
	const struct network *net = TX_GET(t, network, network, p->object);
	const struct ref *pifs = net ? net->PIFs.items : NULL;

	for (uint32_t i = 0; net && i < net->PIFs.n; i++)
		TX_SET(t, PIF, pif, pifs[i], MTU, mtu);
	return TX_SET(t, network, network, p->object, MTU, mtu);
}

static const struct step mtu_steps[] = {
	{ "mtu", mtu_send, mtu_apply, mtu_undo, NULL },
	{ 0 },
};

static const struct plan_kind mtu_kind = {
	.name = "network.set_MTU",
	.cls = CLASS_network,
	.steps = mtu_steps,
	.check = mtu_check,
};

int
network_set_MTU(struct call *c, const struct network_set_MTU_args *a)
{
	const char *text = arena_printf(c->arena, "%lld", (long long)a->value);

	if (!text)
		return call_fail_nomem(c);
	if (a->value < MIN_MTU || a->value > MAX_MTU)
		return fail_invalid_value(c, "MTU", text);
	return plan_start(c, &mtu_kind, a->self, "new", text, NULL);
}

const struct plan_kind *const net_kinds[] = { &destroy_kind, &mtu_kind, NULL };

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which interface a host is managed by. That of a real host is its way out: when
 * it changes, so does the default route, if the new one has a gateway of its
 * own.
 * (source of rules and errors: network.json management) */
#include <string.h>

#include "call/edit.h"
#include "net/pif.h"

static int
check_protection(struct call *c, struct tx *t)
{
	const struct pool *pool = TX_GET(t, pool, pool, c->core->pool);

	return pool && pool->ha_enabled ? fail_ha_is_enabled(c) : 0;
}

static int
check_pif(struct call *c, const struct pif *pif)
{
	const char *self = call_ref_text(c, pif->r.self);
	bool v6 = pif->primary_address_type == PRIMARY_ADDRESS_TYPE_IPV6;

	if (!pif->managed)
		return 0; /* somebody else knows what it is for */
	if (!ref_is_null(pif->bond_slave_of))
		return fail_cannot_plug_bond_slave(c, self);
	if (!v6 && pif->ip_configuration_mode == IP_CONFIGURATION_MODE_NONE)
		return fail_pif_has_no_network_configuration(c, self);
	if (v6 && pif->ipv6_configuration_mode == IPV6_CONFIGURATION_MODE_NONE)
		return fail_pif_has_no_v6_network_configuration(c, self);
	return 0;
}

/* pif: of the head. */
static int
move(struct call *c, struct tx *t, const struct pif *pif)
{
	struct ref self = pif->r.self, host = pif->host;
	const struct host *row = TX_GET(t, host, host, host);
	const struct ref *pifs = row ? row->PIFs.items : NULL;

	if (check_pif(c, pif) < 0)
		return -1;
	if (pif->management)
		return 0;
	for (uint32_t i = 0; row && i < row->PIFs.n; i++)
		TX_SET(t, PIF, pif, pifs[i], management,
		    ref_equal(pifs[i], self));
	return 0;
}

/* ---- none ---- */

/* In host.other_config, so that it holds behind a restart. */
#define OFF "xapid_management_off"

bool
management_off_in(struct tx *t, struct ref host)
{
	const struct host *h = TX_GET(t, host, host, host);

	return h && edit_map_true(&h->other_config, OFF);
}

bool
management_is_off(const struct core *core)
{
	RECORD_UNREF const struct record *r =
	    db_get(core->db, CLASS_host, core->host);

	return r && edit_map_true(&((const struct host *)r)->other_config, OFF);
}

/* In the writer's turn, as move_finish: the wire says what the last of all
 * changes said. */
void
management_apply(struct core *core)
{
	TX_SCOPE struct tx *t = tx_begin(core->db);

	if (t && core->set_local_only)
		core->set_local_only(core, management_off_in(t, core->host));
}

/* When it is durable: nobody is shut out by what a crash forgets. */
int
host_management_disable(struct call *c,
    const struct host_management_disable_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct ref self = c->core->host;
	const struct host *host;
	const struct ref *pifs;

	(void)a;
	if (!t || !(host = EDIT_HEAD(c, t, host, host, self)) ||
	    check_protection(c, t) < 0)
		return -1;
	pifs = host->PIFs.items;
	for (uint32_t i = 0; i < host->PIFs.n; i++)
		TX_SET(t, PIF, pif, pifs[i], management, false);
	if (tx_map_put(t, CLASS_host, self, FIELD_host_other_config, OFF,
		"true") < 0 ||
	    call_commit_wait(c, STEAL(t)) < 0)
		return -1;
	management_apply(c->core);
	return 0;
}

/* ---- one host ---- */

static bool
is_simulated(const struct core *core)
{
	return strcmp(core->config->backend, "simulator") == 0;
}

static int
move_check(struct plan *p, struct tx *t)
{
	const struct pif *pif = TX_GET(t, PIF, pif, p->object);

	if (!pif)
		return fail_handle_invalid(p->call, "PIF",
		    call_ref_text(p->call, p->object));
	if (check_protection(p->call, t) < 0 || check_pif(p->call, pif) < 0)
		return -1;
	return pif->management ? plan_note(p, "same", "true") : 0;
}

/* The PIF that is the way out so far; null: none. */
static struct ref
old_way_out(struct plan *p, const struct pif *pif)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_host, pif->host);
	const struct host *host = (const struct host *)r;
	const struct ref *pifs = host ? host->PIFs.items : NULL;

	for (uint32_t i = 0; host && i < host->PIFs.n; i++) {
		RECORD_UNREF const struct record *one =
		    db_get(p->core->db, CLASS_PIF, pifs[i]);

		if (one && ((const struct pif *)one)->management)
			return pifs[i];
	}
	return REF_NULL;
}

static bool
has_gateway(const struct pif *pif)
{
	return *pif->gateway || *pif->ipv6_gateway ||
	    (pif->keep_up &&
		pif->ip_configuration_mode == IP_CONFIGURATION_MODE_DHCP);
}

/* The old one first gives it up. */
static int
route_send_as(struct plan *p, bool forward)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_PIF, p->object);
	const struct pif *pif = (const struct pif *)r;
	struct ref ref = pif ? old_way_out(p, pif) : REF_NULL;
	RECORD_UNREF const struct record *o =
	    db_get(p->core->db, CLASS_PIF, ref);
	const struct pif *old = (const struct pif *)o;

	if (!pif)
		return -1;
	if (*plan_arg(p, "same") || is_simulated(p->core) || !has_gateway(pif))
		return 0;
	if (old && pif_send_way_out(p, old, !forward) < 0)
		return -1;
	return pif_send_way_out(p, pif, forward);
}

static int
route_send(struct plan *p)
{
	return route_send_as(p, true);
}

static int
route_undo(struct plan *p)
{
	return route_send_as(p, false);
}

/* From now on we say which of them is the way out, also at start. */
static void
keep_both(struct tx *t, struct ref host)
{
	const struct host *h = TX_GET(t, host, host, host);
	const struct ref *pifs = h ? h->PIFs.items : NULL;

	for (uint32_t i = 0; h && i < h->PIFs.n; i++) {
		const struct pif *pif = TX_GET(t, PIF, pif, pifs[i]);

		if (pif && has_gateway(pif) &&
		    pif->ip_configuration_mode == IP_CONFIGURATION_MODE_STATIC)
			TX_SET(t, PIF, pif, pifs[i], keep_up, true);
	}
}

static int
route_apply(struct plan *p, struct tx *t)
{
	const struct pif *pif = TX_GET(t, PIF, pif, p->object);

	if (!pif || *plan_arg(p, "same"))
		return 0;
	if (move(p->call, t, pif) < 0)
		return -1;
	pif = TX_GET(t, PIF, pif, p->object);
	if (is_simulated(p->core))
		return TX_SET(t, PIF, pif, p->object, currently_attached, true);
	if (pif && has_gateway(pif))
		keep_both(t, pif->host);
	pif = TX_GET(t, PIF, pif, p->object);
	return pif ? pif_note_address(t, pif) : 0;
}

/* It was off: who is elsewhere is answered again. */
static int
move_finish(struct plan *p, struct tx *t, bool ok)
{
	const struct pif *pif = TX_GET(t, PIF, pif, p->object);
	struct ref host = pif ? pif->host : REF_NULL;

	if (!ok || !management_off_in(t, host))
		return 0;
	if (tx_map_remove(t, CLASS_host, host, FIELD_host_other_config, OFF) <
	    0)
		return -1;
	if (ref_equal(host, p->core->host) && p->core->set_local_only)
		p->core->set_local_only(p->core, false);
	return 0;
}

static const struct step move_steps[] = {
	{ "route", route_send, route_apply, route_undo, NULL },
	{ 0 },
};

static const struct plan_kind move_kind = {
	.name = "host.management_reconfigure",
	.cls = CLASS_PIF,
	.steps = move_steps,
	.check = move_check,
	.finish = move_finish,
};

int
host_management_reconfigure(struct call *c,
    const struct host_management_reconfigure_args *a)
{
	return plan_start(c, &move_kind, a->pif, NULL);
}

int
host_local_management_reconfigure(struct call *c,
    const struct host_local_management_reconfigure_args *a)
{
	(void)a;
	return fail_not_in_emergency_mode(c);
}

/* ---- of all hosts ---- */

struct everywhere {
	struct call *c;
	struct tx *t;
	const struct network *net;
	enum primary_address_type type; /* of the first */
	bool known;
};

static int
on_host(const struct record *r, void *arg)
{
	struct everywhere *e = arg;
	const struct pif *pif = pif_on_network(e->t, e->net, r->self);

	if (!pif)
		return fail_pif_not_present(e->c, call_ref_text(e->c, r->self),
		    call_ref_text(e->c, e->net->r.self));
	if (e->known && pif->primary_address_type != e->type)
		return fail_pif_incompatible_primary_address_type(e->c,
		    call_ref_text(e->c, pif->r.self));
	e->known = true;
	e->type = pif->primary_address_type;
	return check_pif(e->c, pif);
}

/* A part for each host. */
static int
parts_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_network, plan_arg_ref(p, "network"));
	const struct network *net = (const struct network *)r;
	const struct ref *pifs = net ? net->PIFs.items : NULL;
	int rc = net ? 0 : -1;

	for (uint32_t i = 0; rc == 0 && i < net->PIFs.n; i++)
		rc = plan_child(p, &move_kind, pifs[i], NULL);
	return rc;
}

static int
everywhere_check(struct plan *p, struct tx *t)
{
	struct everywhere e = { .c = p->call, .t = t };
	struct ref ref = plan_arg_ref(p, "network");

	e.net = TX_GET(t, network, network, ref);
	if (!e.net)
		return fail_handle_invalid(p->call, "network",
		    call_ref_text(p->call, ref));
	if (check_protection(p->call, t) < 0)
		return -1;
	return tx_each(t, CLASS_host, on_host, &e) < 0 ? -1 : 0;
}

static const struct step everywhere_steps[] = {
	{ "hosts", parts_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct plan_kind everywhere_kind = {
	.name = "pool.management_reconfigure",
	.cls = CLASS_pool,
	.steps = everywhere_steps,
	.check = everywhere_check,
};

int
pool_management_reconfigure(struct call *c,
    const struct pool_management_reconfigure_args *a)
{
	return plan_start(c, &everywhere_kind, c->core->pool, "network",
	    call_ref_text(c, a->network), NULL);
}

const struct plan_kind *const management_kinds[] = { &move_kind,
	&everywhere_kind, NULL };

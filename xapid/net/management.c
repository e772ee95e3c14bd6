/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which interface a host is managed by. That of a real host is its way out, as
 * its own configuration has it; that of a simulated one is a record.
 * (source of rules and errors: network.json management) */
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
	if (edit_simulated_only(c) < 0)
		return -1;
	for (uint32_t i = 0; row && i < row->PIFs.n; i++)
		TX_SET(t, PIF, pif, pifs[i], management,
		    ref_equal(pifs[i], self));
	return TX_SET(t, PIF, pif, self, currently_attached, true);
}

int
host_management_reconfigure(struct call *c,
    const struct host_management_reconfigure_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pif *pif;

	if (!t || !(pif = EDIT_HEAD(c, t, PIF, pif, a->pif)) ||
	    check_protection(c, t) < 0)
		return -1;
	(void)move(c, t, pif);
	return c->nerror ? -1 : call_commit(c, STEAL(t));
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
	bool known, change;
};

static int
on_host(const struct record *r, void *arg)
{
	struct everywhere *e = arg;
	const struct pif *pif = pif_on_network(e->t, e->net, r->self);

	if (!pif)
		return fail_pif_not_present(e->c, call_ref_text(e->c, r->self),
		    call_ref_text(e->c, e->net->r.self));
	if (e->change)
		return move(e->c, e->t, pif);
	if (e->known && pif->primary_address_type != e->type)
		return fail_pif_incompatible_primary_address_type(e->c,
		    call_ref_text(e->c, pif->r.self));
	e->known = true;
	e->type = pif->primary_address_type;
	return check_pif(e->c, pif);
}

int
pool_management_reconfigure(struct call *c,
    const struct pool_management_reconfigure_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct everywhere e = { .c = c, .t = t };

	if (!t || !(e.net = EDIT_HEAD(c, t, network, network, a->network)) ||
	    check_protection(c, t) < 0 ||
	    tx_each(t, CLASS_host, on_host, &e) < 0)
		return -1;
	e.change = true;
	if (tx_each(t, CLASS_host, on_host, &e) < 0)
		return -1;
	return call_commit(c, STEAL(t));
}

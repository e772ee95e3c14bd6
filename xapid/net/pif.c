/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces of hosts as records. What a card's driver does is the business of
 * the host's own configuration: told, not changed. (source of rules and errors: lifecycle.json object_rules,
 * network.json) */
#include "net/pif.h"

#include <string.h>

#include "call/edit.h"
#include "model/builder.h"

const struct pif *
pif_on_network(struct tx *t, const struct network *net, struct ref host)
{
	const struct ref *pifs = net->PIFs.items;

	for (uint32_t i = 0; i < net->PIFs.n; i++) {
		const struct pif *pif = TX_GET(t, PIF, pif, pifs[i]);

		if (pif && ref_equal(pif->host, host))
			return pif;
	}
	return NULL;
}

int
pif_check_joins(struct call *c, struct tx *t, const struct network *net,
    struct ref host)
{
	const struct pif *there = pif_on_network(t, net, host);

	if (!net->managed)
		return fail_network_unmanaged(c, call_ref_text(c, net->r.self));
	return there ? fail_network_already_connected(c, call_ref_text(c, host),
			   call_ref_text(c, there->r.self))
		     : 0;
}

struct user_search {
	struct ref metrics, except;
};

static int
is_other_user(const struct record *r, void *arg)
{
	const struct user_search *s = arg;

	return ref_equal(((const struct pif *)r)->metrics, s->metrics) &&
	    !ref_equal(r->self, s->except);
}

int
pif_destroy_row(struct tx *t, struct ref ref)
{
	const struct pif *pif = TX_GET(t, PIF, pif, ref);
	struct user_search s = { pif ? pif->metrics : REF_NULL, ref };

	if (tx_destroy(t, CLASS_PIF, ref) < 0)
		return -1;
	if (!TX_GET(t, PIF_metrics, pif_metrics, s.metrics) ||
	    tx_each(t, CLASS_PIF, is_other_user, &s) == 1)
		return 0;
	return tx_destroy(t, CLASS_PIF_metrics, s.metrics);
}

/* ---- rows that others made: of hosts that join, of recoveries ---- */

static int
introduce(struct call *c, const void *args, struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct pif_metrics pm;
	struct pif pif;

	if (!t)
		return -1;
	builder_defaults(CLASS_PIF_metrics, &pm.r);
	builder_defaults(CLASS_PIF, &pif.r);
	edit_from_args(c, args, &pif.r);
	if (!EDIT_HEAD(c, t, network, network, pif.network) ||
	    !EDIT_HEAD(c, t, host, host, pif.host))
		return -1;
	pif.device_name = pif.device;
	pif.currently_attached = false;
	if (tx_insert(t, &pm.r, &pif.metrics) == 0)
		(void)tx_insert(t, &pif.r, result_r);
	return call_commit(c, STEAL(t));
}

int
pif_pool_introduce(struct call *c, const struct pif_pool_introduce_args *a,
    struct ref *result_r)
{
	return introduce(c, a, result_r);
}

int
pif_db_introduce(struct call *c, const struct pif_db_introduce_args *a,
    struct ref *result_r)
{
	return introduce(c, a, result_r);
}

int
pif_db_forget(struct call *c, const struct pif_db_forget_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pif *pif;
	struct ref vlan;

	if (!t || !(pif = EDIT_HEAD(c, t, PIF, pif, a->self)))
		return -1;
	if (pif->VLAN_slave_of.n)
		return fail_pif_vlan_still_exists(c, call_ref_text(c, a->self));
	vlan = pif->VLAN_master_of;
	if (tx_get(t, CLASS_VLAN, vlan)) /* it is nothing without this one */
		(void)tx_destroy(t, CLASS_VLAN, vlan);
	(void)pif_destroy_row(t, a->self);
	return call_commit(c, STEAL(t));
}

int
vlan_pool_introduce(struct call *c, const struct vlan_pool_introduce_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct vlan vlan;

	if (!t)
		return -1;
	builder_defaults(CLASS_VLAN, &vlan.r);
	edit_from_args(c, a, &vlan.r);
	(void)tx_insert(t, &vlan.r, result_r);
	return call_commit(c, STEAL(t));
}

/* ---- settings ---- */

int
pif_set_disallow_unplug(struct call *c,
    const struct pif_set_disallow_unplug_args *a)
{
	return EDIT_FIELD(c, PIF, pif, a->self, disallow_unplug, a->value);
}

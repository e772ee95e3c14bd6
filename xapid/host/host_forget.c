/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts that are gone for good: host.declare_dead and host.destroy. Everything
 * that stood in such a host goes with its record; storage that it had alone
 * stays known, without a host that reaches it. */
#include "call/edit.h"
#include "net/pif.h"
#include "vm/vm_parts.h"

/* The head record of a host that nobody hears from any more, and that is not
 * the one which answers. */
static const struct host *
dead_host(struct call *c, struct tx *t, struct ref ref)
{
	const struct host *h = EDIT_HEAD(c, t, host, host, ref);
	const struct host_metrics *m =
	    h ? TX_GET(t, host_metrics, host_metrics, h->metrics) : NULL;

	if (!h)
		return NULL;
	if (ref_equal(ref, c->core->host)) {
		fail_host_cannot_destroy_self(c, call_ref_text(c, ref));
		return NULL;
	}
	if (m && m->live) {
		fail_host_is_live(c, call_ref_text(c, ref));
		return NULL;
	}
	return h;
}

/* Its guests were shut down before it was: nothing is left to be reset. */
int
host_declare_dead(struct call *c, const struct host_declare_dead_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);

	return t && dead_host(c, t, a->host) ? 0 : -1;
}

/* ---- destroy ---- */

/* Rows of one class whose field names the host: destroyed one after another,
 * since destroying changes what is walked. */
struct owned {
	struct tx *t;
	struct ref host, found[64];
	int cls;
	const struct field *field;
	unsigned n;
};

static int
find_owned(const struct record *r, void *arg)
{
	struct owned *o = arg;
	const struct ref *host =
	    (const struct ref *)((const char *)r + o->field->offset);

	if (ref_equal(*host, o->host))
		o->found[o->n++] = r->self;
	return o->n == sizeof(o->found) / sizeof(*o->found);
}

static int
destroy_owned(struct tx *t, struct ref host, int cls)
{
	struct owned o = { .t = t, .host = host, .cls = cls };

	o.field = field_find(&class_table[cls], "host");
	do {
		o.n = 0;
		(void)tx_each(t, cls, find_owned, &o);
		for (unsigned i = 0; i < o.n; i++)
			if (tx_destroy(t, cls, o.found[i]) < 0)
				return -1;
	} while (o.n);
	return 0;
}

/* Of what a PIF can have one of. */
static void
destroy_first(struct tx *t, int cls, const struct set *refs)
{
	const struct ref *first = refs->items;

	if (refs->n && tx_get(t, cls, *first))
		(void)tx_destroy(t, cls, *first);
}

/* With what is made of it. */
static int
destroy_pif(struct tx *t, struct ref ref)
{
	const struct pif *pif = TX_GET(t, PIF, pif, ref);

	if (pif)
		destroy_first(t, CLASS_Bond, &pif->bond_master_of);
	pif = TX_GET(t, PIF, pif, ref);
	if (pif && !ref_is_null(pif->VLAN_master_of))
		(void)tx_destroy(t, CLASS_VLAN, pif->VLAN_master_of);
	pif = TX_GET(t, PIF, pif, ref);
	if (pif)
		destroy_first(t, CLASS_tunnel, &pif->tunnel_access_PIF_of);
	pif = TX_GET(t, PIF, pif, ref);
	if (pif)
		destroy_first(t, CLASS_network_sriov,
		    &pif->sriov_logical_PIF_of);
	return pif_destroy_row(t, ref);
}

static int
destroy_pifs(struct tx *t, struct ref ref)
{
	const struct host *h;

	while ((h = TX_GET(t, host, host, ref)) && h->PIFs.n)
		if (destroy_pif(t, *(const struct ref *)h->PIFs.items) < 0)
			return -1;
	return 0;
}

static int
destroy_control_domain(struct call *c, struct tx *t, struct ref ref)
{
	const struct vm *vm = TX_GET(t, VM, vm, ref);

	if (!vm)
		return 0;
	if (vm_destroy_parts(c, t, vm) < 0)
		return -1;
	return tx_destroy(t, CLASS_VM, ref);
}

static bool
has_guests(struct tx *t, const struct host *h)
{
	const struct ref *vms = h->resident_VMs.items;

	for (uint32_t i = 0; i < h->resident_VMs.n; i++) {
		const struct vm *vm = TX_GET(t, VM, vm, vms[i]);

		if (vm && !vm->is_control_domain)
			return true;
	}
	return false;
}

int
host_destroy(struct call *c, const struct host_destroy_args *a)
{
	static const int classes[] = { CLASS_PBD, CLASS_PCI, CLASS_PGPU,
		CLASS_PUSB, CLASS_Certificate, CLASS_host_cpu,
		CLASS_host_crashdump, CLASS_Host_driver,
		CLASS_PVS_cache_storage, CLASS_Feature };
	TX_SCOPE struct tx *t = call_begin(c);
	const struct host *h = t ? dead_host(c, t, a->self) : NULL;
	struct ref metrics, domain;

	if (!h)
		return -1;
	if (has_guests(t, h))
		return fail_host_has_resident_vms(c, call_ref_text(c, a->self));
	metrics = h->metrics;
	domain = h->control_domain;
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (destroy_owned(t, a->self, classes[i]) < 0)
			return -1;
	if (destroy_pifs(t, a->self) < 0 ||
	    destroy_control_domain(c, t, domain) < 0)
		return -1;
	if (TX_GET(t, host_metrics, host_metrics, metrics))
		(void)tx_destroy(t, CLASS_host_metrics, metrics);
	(void)tx_destroy(t, CLASS_host, a->self);
	return call_commit(c, STEAL(t));
}

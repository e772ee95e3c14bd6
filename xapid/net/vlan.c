/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VLANs: a PIF without a tag on a network of its own, whose frames travel with
 * a tag over the PIF below. The rows are made in the transaction that begins
 * the plan and go again when the kernel refuses.
 * (source of rules and errors: lifecycle.json object_rules, network.json) */
#include <stdio.h>
#include <string.h>

#include "model/builder.h"
#include "net/pif.h"

#define MAX_TAG 4094

/* ---- create: a plan of the PIF below ---- */

static int64_t
tag_of(const struct plan *p)
{
	return plan_arg_int(p, "tag", 0);
}

static int
check_network(struct call *c, struct tx *t, const struct network *net,
    const struct pif *below)
{
	const char *self = call_ref_text(c, net->r.self);
	const struct ref *refs = net->PIFs.items;

	if (pif_check_joins(c, t, net, below->host) < 0)
		return -1;
	for (uint32_t i = 0; i < net->PIFs.n; i++) {
		const struct pif *pif = TX_GET(t, PIF, pif, refs[i]);

		if (pif && pif->sriov_logical_PIF_of.n)
			return fail_network_incompatible_with_vlan_on_bridge(c,
			    self);
	}
	refs = net->VIFs.items;
	for (uint32_t i = 0; i < net->VIFs.n; i++) {
		const struct vif *vif = TX_GET(t, VIF, vif, refs[i]);

		if (vif && vif->trunks.n)
			return fail_network_incompatible_with_trunks(c, self);
	}
	return 0;
}

static int
check_below(struct call *c, struct tx *t, const struct pif *below, int64_t tag)
{
	const char *self = call_ref_text(c, below->r.self);
	const struct ref *vlans = below->VLAN_slave_of.items;

	if (!below->managed)
		return fail_pif_unmanaged(c, self);
	if (!ref_is_null(below->bond_slave_of))
		return fail_cannot_add_vlan_to_bond_slave(c, self);
	if (!ref_is_null(below->VLAN_master_of))
		return fail_pif_is_vlan(c, self);
	if (below->tunnel_access_PIF_of.n)
		return fail_is_tunnel_access_pif(c, self);
	if (tag < 0 || tag > MAX_TAG)
		return fail_vlan_tag_invalid(c,
		    arena_printf(c->arena, "%lld", (long long)tag));
	for (uint32_t i = 0; i < below->VLAN_slave_of.n; i++) {
		const struct vlan *vlan = TX_GET(t, VLAN, vlan, vlans[i]);

		if (vlan && vlan->tag == tag)
			return fail_pif_vlan_exists(c, below->device);
	}
	return 0;
}

/* below: borrowed, of the head. */
static int
insert(struct plan *p, struct tx *t, const struct pif *below,
    struct ref network)
{
	struct pif pif;
	struct vlan vlan;
	struct ref upper, ref;

	builder_defaults(CLASS_PIF, &pif.r);
	pif.device = pif.device_name = below->device;
	pif.host = below->host;
	pif.network = network;
	pif.MAC = PIF_VIRTUAL_MAC;
	pif.MTU = below->MTU;
	pif.metrics = below->metrics;
	pif.VLAN = tag_of(p);
	pif.currently_attached = false;
	builder_defaults(CLASS_VLAN, &vlan.r);
	vlan.tagged_PIF = p->object;
	vlan.tag = pif.VLAN;
	if (tx_insert(t, &pif.r, &upper) < 0)
		return -1;
	vlan.untagged_PIF = upper;
	if (tx_insert(t, &vlan.r, &ref) < 0)
		return -1;
	TX_SET(t, PIF, pif, upper, VLAN_master_of, ref);
	if (plan_note(p, "upper", call_ref_text(p->call, upper)) < 0)
		return -1;
	return plan_note(p, "vlan", call_ref_text(p->call, ref));
}

static int
create_check(struct plan *p, struct tx *t)
{
	const struct pif *below = TX_GET(t, PIF, pif, p->object);
	struct ref network = plan_arg_ref(p, "network");
	const struct network *net = TX_GET(t, network, network, network);
	struct call *c = p->call;

	if (!below)
		return fail_handle_invalid(c, "PIF",
		    call_ref_text(c, p->object));
	if (!net)
		return fail_handle_invalid(c, "network",
		    call_ref_text(c, network));
	if (check_network(c, t, net, below) < 0 ||
	    check_below(c, t, below, tag_of(p)) < 0)
		return -1;
	if (insert(p, t, below, network) < 0)
		return -1;
	if (c->result && *plan_arg(p, "answer"))
		*(struct ref *)c->result =
		    plan_arg_ref(p, plan_arg(p, "answer"));
	return 0;
}

static int
send_pif(struct plan *p, struct ref ref, const char *op)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PIF, ref);
	const struct pif *pif = (const struct pif *)r;

	return pif ? pif_send(p, pif, op, false) : 0;
}

static int
up_send(struct plan *p)
{
	return send_pif(p, plan_arg_ref(p, "upper"), "uplink");
}

static int
up_undo(struct plan *p)
{
	return send_pif(p, plan_arg_ref(p, "upper"), "downlink");
}

static int
up_apply(struct plan *p, struct tx *t)
{
	struct ref upper = plan_arg_ref(p, "upper");

	(void)plan_tell_parent(p,
	    arena_printf(p->call->arena, "made:%s",
		call_ref_text(p->call, p->object)),
	    call_ref_text(p->call, upper));
	return TX_SET(t, PIF, pif, upper, currently_attached, true);
}

static int
destroy_rows(struct tx *t, struct ref vlan, struct ref upper)
{
	if (TX_GET(t, VLAN, vlan, vlan) && tx_destroy(t, CLASS_VLAN, vlan) < 0)
		return -1;
	return TX_GET(t, PIF, pif, upper) ? pif_destroy_row(t, upper) : 0;
}

static int
unmake_apply(struct plan *p, struct tx *t)
{
	return destroy_rows(t, plan_arg_ref(p, "vlan"),
	    plan_arg_ref(p, "upper"));
}

static const struct step create_steps[] = {
	{ "rows", NULL, NULL, NULL, unmake_apply },
	{ "up", up_send, up_apply, up_undo, NULL },
	{ 0 },
};

const struct plan_kind vlan_create_kind = {
	.name = "VLAN.create",
	.cls = CLASS_PIF,
	.steps = create_steps,
	.check = create_check,
};

/* answer: which of the two the call tells. */
static int
start_create(struct call *c, struct ref below, int64_t tag, struct ref network,
    const char *answer)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)tag);
	return plan_start(c, &vlan_create_kind, below, "tag", text, "network",
	    call_ref_text(c, network), "answer", answer, NULL);
}

int
vlan_create(struct call *c, const struct vlan_create_args *a,
    struct ref *result_r)
{
	(void)result_r;
	return start_create(c, a->tagged_PIF, a->tag, a->network, "vlan");
}

/* ---- destroy ---- */

static int
destroy_check(struct plan *p, struct tx *t)
{
	const struct vlan *vlan = TX_GET(t, VLAN, vlan, p->object);
	const struct pif *pif =
	    vlan ? TX_GET(t, PIF, pif, vlan->untagged_PIF) : NULL;

	if (!vlan)
		return fail_handle_invalid(p->call, "VLAN",
		    call_ref_text(p->call, p->object));
	if (!pif)
		return 0;
	if (!ref_is_null(pif->bond_slave_of))
		return fail_pif_already_bonded(p->call,
		    call_ref_text(p->call, pif->r.self));
	if (pif_check_unplug(p->call, t, pif) < 0)
		return -1;
	return plan_note(p, "upper", call_ref_text(p->call, pif->r.self));
}

static int
down_send(struct plan *p)
{
	return send_pif(p, plan_arg_ref(p, "upper"), "downlink");
}

static int
destroy_apply(struct plan *p, struct tx *t)
{
	return destroy_rows(t, p->object, plan_arg_ref(p, "upper"));
}

static const struct step destroy_steps[] = {
	{ "down", down_send, destroy_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind destroy_kind = {
	.name = "VLAN.destroy",
	.cls = CLASS_VLAN,
	.steps = destroy_steps,
	.check = destroy_check,
};

int
vlan_destroy(struct call *c, const struct vlan_destroy_args *a)
{
	return plan_start(c, &destroy_kind, a->self, NULL);
}

/* ---- the older calls, by the PIF ---- */

int
pif_create_VLAN(struct call *c, const struct pif_create_VLAN_args *a,
    struct ref *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->host);
	const struct host *host = (const struct host *)r;
	const struct ref *pifs = host ? host->PIFs.items : NULL;

	(void)result_r;
	if (!host)
		return -1;
	for (uint32_t i = 0; i < host->PIFs.n; i++) {
		RECORD_UNREF const struct record *one =
		    db_get(c->db, CLASS_PIF, pifs[i]);
		const struct pif *pif = (const struct pif *)one;

		if (pif && pif->VLAN < 0 && !pif->sriov_logical_PIF_of.n &&
		    strcmp(pif->device, a->device) == 0)
			return start_create(c, pifs[i], a->VLAN, a->network,
			    "upper");
	}
	return fail_invalid_value(c, "device", a->device);
}

int
pif_destroy(struct call *c, const struct pif_destroy_args *a)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_PIF, a->self);
	const struct pif *pif = (const struct pif *)r;

	if (!pif)
		return -1;
	if (ref_is_null(pif->VLAN_master_of))
		return fail_pif_is_physical(c, call_ref_text(c, a->self));
	return plan_start(c, &destroy_kind, pif->VLAN_master_of, NULL);
}

/* ---- on every host of the pool ---- */

/* One plan with a part for each PIF of this device that a VLAN can stand on.
 * They are named by a note, a line each. */

static int
each_line(struct plan *p,
    int (*fn)(struct plan *p, struct ref below, void *arg), void *arg)
{
	const char *line = plan_arg(p, "pifs");
	int rc = 0;

	for (; rc == 0 && *line; line += *line == '\n') {
		size_t len = strcspn(line, "\n");
		const char *text = arena_strndup(p->call->arena, line, len);
		struct ref below;

		if (!text)
			return call_fail_nomem(p->call);
		if (ref_parse(text, &below))
			rc = fn(p, below, arg);
		line += len;
	}
	return rc;
}

static int
create_part(struct plan *p, struct ref below, void *arg)
{
	(void)arg;
	return plan_child(p, &vlan_create_kind, below, "tag",
	    plan_arg(p, "tag"), "network", plan_arg(p, "network"), NULL);
}

static int
parts_send(struct plan *p)
{
	return each_line(p, create_part, NULL);
}

struct gathered {
	struct ref *refs;
	uint32_t n;
};

static int
gather(struct plan *p, struct ref below, void *arg)
{
	struct gathered *g = arg;
	const char *name = arena_printf(p->call->arena, "made:%s",
	    call_ref_text(p->call, below));
	struct ref upper = name ? plan_arg_ref(p, name) : REF_NULL;

	if (!ref_is_null(upper))
		g->refs[g->n++] = upper;
	return 0;
}

static int
parts_apply(struct plan *p, struct tx *t)
{
	size_t most = strlen(plan_arg(p, "pifs")) / REF_CHARS + 1;
	struct gathered g = { .refs = arena_array(p->call->arena, most,
				  sizeof(*g.refs)) };

	(void)t;
	if (!g.refs)
		return call_fail_nomem(p->call);
	if (each_line(p, gather, &g) < 0)
		return -1;
	if (p->call->result)
		*(struct set *)p->call->result =
		    (struct set){ .items = g.refs, .n = g.n };
	return 0;
}

/* What was made when one of the hosts refused. */
static int
undo_part(struct plan *p, struct ref below, void *arg)
{
	struct gathered g = { .refs = &(struct ref){ 0 } };

	(void)arg;
	(void)gather(p, below, &g);
	return g.n ? send_pif(p, g.refs[0], "downlink") : 0;
}

static int
parts_undo(struct plan *p)
{
	return each_line(p, undo_part, NULL);
}

static int
undo_rows(struct plan *p, struct ref below, void *arg)
{
	struct gathered g = { .refs = &(struct ref){ 0 } };
	struct tx *t = arg;
	const struct pif *pif;

	(void)gather(p, below, &g);
	pif = g.n ? TX_GET(t, PIF, pif, g.refs[0]) : NULL;
	return pif ? destroy_rows(t, pif->VLAN_master_of, g.refs[0]) : 0;
}

static int
parts_undo_apply(struct plan *p, struct tx *t)
{
	return each_line(p, undo_rows, t);
}

static const struct step everywhere_steps[] = {
	{ "hosts", parts_send, parts_apply, parts_undo, parts_undo_apply },
	{ 0 },
};

static const struct plan_kind everywhere_kind = {
	.name = "pool.create_VLAN",
	.cls = CLASS_pool,
	.steps = everywhere_steps,
};

static int
list_pifs(struct call *c, const char *device, struct bytes *out)
{
	const struct record **records;
	uint32_t n;

	if (db_get_all(c->db, CLASS_PIF, &records, &n) < 0)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < n; i++) {
		const struct pif *pif = (const struct pif *)records[i];

		if (pif->VLAN < 0 && !pif->sriov_logical_PIF_of.n &&
		    strcmp(pif->device, device) == 0)
			bytes_printf(out, "%s\n",
			    call_ref_text(c, pif->r.self));
	}
	db_release_all(records, n);
	if (!out->len && !out->failed)
		return fail_invalid_value(c, "device", device);
	return bytes_cstr(out) ? 0 : call_fail_nomem(c);
}

static int
start_everywhere(struct call *c, const char *device, struct ref network,
    int64_t tag)
{
	CLEANUP_BYTES struct bytes pifs = { 0 };
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)tag);
	if (list_pifs(c, device, &pifs) < 0)
		return -1;
	return plan_start(c, &everywhere_kind, c->core->pool, "tag", text,
	    "network", call_ref_text(c, network), "pifs", bytes_cstr(&pifs),
	    NULL);
}

int
pool_create_VLAN(struct call *c, const struct pool_create_VLAN_args *a,
    struct set *result_r)
{
	(void)result_r;
	return start_everywhere(c, a->device, a->network, a->VLAN);
}

int
pool_create_VLAN_from_PIF(struct call *c,
    const struct pool_create_VLAN_from_PIF_args *a, struct set *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_PIF, a->pif);

	(void)result_r;
	return r ? start_everywhere(c, ((const struct pif *)r)->device,
		       a->network, a->VLAN)
		 : -1;
}

const struct plan_kind *const vlan_kinds[] = { &vlan_create_kind, &destroy_kind,
	&everywhere_kind, NULL };

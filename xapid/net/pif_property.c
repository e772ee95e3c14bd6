/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of a card or a bond: whether it merges packets that belong
 * together (gro). */
#include <string.h>

#include "net/net_plan.h"
#include "net/pif.h"

static int
check(struct plan *p, struct tx *t)
{
	const struct pif *pif = TX_GET(t, PIF, pif, p->object);
	const char *self = call_ref_text(p->call, p->object);

	if (!pif)
		return fail_handle_invalid(p->call, "PIF", self);
	if ((!pif->physical && !pif->bond_master_of.n) ||
	    !ref_is_null(pif->bond_slave_of))
		return fail_cannot_change_pif_properties(p->call, self);
	return 0;
}

static int
set_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_PIF, p->object);
	const struct pif *pif = (const struct pif *)r;
	RECORD_UNREF const struct record *n =
	    pif ? call_get(p->call, CLASS_network, pif->network) : NULL;

	return n ? net_send(p, NULL, (const struct network *)n, "property",
		       "device", pif->device, "name", plan_arg(p, "name"),
		       "value", plan_arg(p, "value"), NULL)
		 : -1;
}

static int
set_apply(struct plan *p, struct tx *t)
{
	if (!TX_GET(t, PIF, pif, p->object))
		return 0;
	return tx_map_put(t, CLASS_PIF, p->object, FIELD_PIF_properties,
	    plan_arg(p, "name"), plan_arg(p, "value"));
}

static const struct step steps[] = {
	{ "set", set_send, set_apply, NULL, NULL },
	{ 0 },
};

const struct plan_kind pif_property_kind = {
	.name = "PIF.set_property",
	.cls = CLASS_PIF,
	.steps = steps,
	.check = check,
};

int
pif_set_property(struct call *c, const struct pif_set_property_args *a)
{
	if (strcmp(a->name, "gro") != 0 ||
	    (strcmp(a->value, "on") != 0 && strcmp(a->value, "off") != 0))
		return fail_invalid_value(c, "properties",
		    arena_printf(c->arena, "%s = %s", a->name, a->value));
	return plan_start(c, &pif_property_kind, a->self, "name", a->name,
	    "value", a->value, NULL);
}

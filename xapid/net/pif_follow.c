/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses of this host that others give: by DHCP, by routers, or by whoever
 * configures it. When the kernel's change, the records follow; those that the
 * API has said stay as they are. */
#include <string.h>

#include "lib/log.h"
#include "net/net_plan.h"
#include "net/pif.h"

/* As network/nics.c names them. */
static const char *const told[] = { "ip", "netmask", "mode", "gateway", "dns",
	"ipv6", "ipv6_mode", "ipv6_gateway" };
#define TOLD (sizeof(told) / sizeof(*told))

static const char *
note_name(const struct plan *p, const char *name)
{
	const char *s = arena_printf(p->call->arena, "now:%s", name);

	return s ? s : "";
}

static int
note(struct plan *p, const struct value *answer)
{
	for (size_t i = 0; i < TOLD; i++) {
		const struct value *v = value_member(answer, told[i]);

		if (v && v->kind == VALUE_STRING &&
		    plan_note(p, note_name(p, told[i]), v->s) < 0)
			return -1;
	}
	return 0;
}

int
pif_ask_addresses(struct plan *p, const struct pif *pif)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_network, pif->network);

	return r ? net_send(p, note, (const struct network *)r, "addresses",
		       "device", pif->device, "#vlan", pif->VLAN, "pif",
		       call_ref_text(p->call, pif->r.self), NULL)
		 : -1;
}

void
pif_take_addresses(struct plan *p, struct tx *t, struct ref pif)
{
	struct value_member m[TOLD];
	struct value v = { .kind = VALUE_STRUCT, .members = m };

	for (size_t i = 0; i < TOLD; i++) {
		const char *s = plan_arg(p, note_name(p, told[i]));

		m[v.n++] = (struct value_member){ told[i],
			{ .kind = VALUE_STRING,
			    .n = (uint32_t)strlen(s),
			    .s = s } };
	}
	if (*plan_arg(p, "now:mode"))
		pif_set_told(t, pif, &v);
}

int
pif_note_address(struct tx *t, const struct pif *pif)
{
	const char *const *v6 = pif->IPv6.items;
	bool six = pif->primary_address_type == PRIMARY_ADDRESS_TYPE_IPV6;
	const char *text = six ? (pif->IPv6.n ? v6[0] : "") : pif->IP;

	text = arena_strndup(tx_arena(t), text, strcspn(text, "/"));
	if (!text)
		return -1;
	return pif->management && *text
	    ? TX_SET(t, host, host, pif->host, address, text)
	    : 0;
}

/* ---- what changes by itself ---- */

static int
follow_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PIF, p->object);
	const struct pif *pif = (const struct pif *)r;

	return pif && (pif->currently_attached || pif->physical)
	    ? pif_ask_addresses(p, pif)
	    : 0;
}

static int
follow_apply(struct plan *p, struct tx *t)
{
	const struct pif *pif = TX_GET(t, PIF, pif, p->object);

	if (!pif)
		return 0;
	pif_take_addresses(p, t, p->object);
	pif = TX_GET(t, PIF, pif, p->object);
	return pif_note_address(t, pif);
}

static const struct step follow_steps[] = {
	{ "addresses", follow_send, follow_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind follow_kind = {
	.name = "PIF.follow",
	.cls = CLASS_PIF,
	.steps = follow_steps,
};

const struct plan_kind *const pif_follow_kinds[] = { &follow_kind, NULL };

/* A card of this host, or what has addresses of ours. */
static void
follow(struct core *core, struct ref ref)
{
	RECORD_UNREF const struct record *r = db_get(core->db, CLASS_PIF, ref);
	const struct pif *pif = (const struct pif *)r;

	if (!pif || (!pif->physical && !pif->keep_up) ||
	    plans_in_line(core, ref, pif_follow_kinds) > 0)
		return;
	if (plan_start_own(core, &follow_kind, ref, NULL) < 0)
		log_err("addresses of %s are not followed: no memory",
		    pif->device);
}

void
pif_follow_all(struct core *core)
{
	RECORD_UNREF const struct record *r =
	    db_get(core->db, CLASS_host, core->host);
	const struct host *host = (const struct host *)r;

	for (uint32_t i = 0; host && i < host->PIFs.n; i++)
		follow(core, ((const struct ref *)host->PIFs.items)[i]);
}

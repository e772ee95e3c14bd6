/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cards of a real host as records. A card's addresses are the business of
 * the host's own configuration and told as they are, but for those that the API
 * gave it (keep_up), which are put there again at start; a PIF is attached when its
 * card is on the bridge of its network, and nothing is put there by looking.
 * (source: network.json pif_scan, bridge_names) */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "call/edit.h"
#include "lib/log.h"
#include "net/pif.h"
#include "net/pif_scan.h"
#include "world/mac.h"

#define MAX_KEPT 256

static int
ask(struct core *core, struct arena *a, struct value *answer_r)
{
	const struct value_member m[] = {
		{ "op", { .kind = VALUE_STRING, .n = 4, .s = "nics" } },
		{ "uuid", { .kind = VALUE_STRING, .n = 0, .s = "" } },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = 2,
		.members = m };
	char err[256];

	if (switch_ask(core->switchboard, PLAN_NETWORK, a, &body, answer_r, err,
		sizeof(err)) == 0)
		return 0;
	log_err("network worker: %s", err);
	return -1;
}

/* ---- all of them ---- */

/* The PIF of a card: by its address, whatever its name is now; else by its
 * name, when the card was changed. */
static struct ref
find(struct scan *s, const struct value *nic)
{
	const struct host *host = TX_GET(s->t, host, host, s->host);
	const struct ref *pifs = host ? host->PIFs.items : NULL;
	struct ref by_name = REF_NULL;

	for (uint32_t i = 0; host && i < host->PIFs.n; i++) {
		const struct pif *pif = TX_GET(s->t, PIF, pif, pifs[i]);

		if (!pif || !pif->physical)
			continue;
		if (strcasecmp(pif->MAC, value_text(nic, "mac", "")) == 0)
			return pifs[i];
		if (strcmp(pif->device, value_text(nic, "device", "")) == 0)
			by_name = pifs[i];
	}
	return by_name;
}

static const struct value *
nic_of(struct scan *s, const struct pif *pif)
{
	const struct value *nics = value_list(s->answer, "nics");

	for (uint32_t i = 0; i < nics->n; i++)
		if (strcasecmp(pif->MAC,
			value_text(&nics->items[i], "mac", "")) == 0)
			return &nics->items[i];
	return NULL;
}

static bool
vlan_is_up(struct scan *s, const struct pif *pif)
{
	const struct network *net =
	    TX_GET(s->t, network, network, pif->network);
	const struct value *vlans = value_list(s->answer, "vlans");

	for (uint32_t i = 0; net && i < vlans->n; i++) {
		const struct value *v = &vlans->items[i];

		if (value_int(v, "tag", 0) == pif->VLAN &&
		    strcmp(value_text(v, "device", ""), pif->device) == 0 &&
		    strcmp(value_text(v, "bridge", ""), net->bridge) == 0)
			return true;
	}
	return false;
}

/* The management interface that was chosen, as long as it has an address. One that
 * we keep up may have none yet: a lease takes its time after a start. */
static bool
is_managed_by(struct scan *s, const struct value *nic)
{
	const struct host *host = TX_GET(s->t, host, host, s->host);
	const struct ref *pifs = host ? host->PIFs.items : NULL;

	for (uint32_t i = 0; host && i < host->PIFs.n; i++) {
		const struct pif *pif = TX_GET(s->t, PIF, pif, pifs[i]);

		if (pif && pif->management && nic_of(s, pif) == nic)
			return *pif->IP || pif->IPv6.n || pif->keep_up;
	}
	return false;
}

/* Else the host's way out is its management interface; NULL: it has none. */
static const struct value *
way_out(struct scan *s)
{
	static const char *const signs[] = { "gateway", "ipv6_gateway", "ip" };
	const struct value *nics = value_list(s->answer, "nics");

	if (management_off_in(s->t, s->host))
		return NULL;
	for (uint32_t i = 0; i < nics->n; i++)
		if (is_managed_by(s, &nics->items[i]))
			return &nics->items[i];
	for (size_t sign = 0; sign < sizeof(signs) / sizeof(*signs); sign++)
		for (uint32_t i = 0; i < nics->n; i++)
			if (*value_text(&nics->items[i], signs[sign], ""))
				return &nics->items[i];
	return NULL;
}

/* One that somebody else made is none of ours to tell. */
static void
correct_bond(struct scan *s, const struct pif *pif)
{
	const struct network *net =
	    TX_GET(s->t, network, network, pif->network);
	const struct value *bonds = value_list(s->answer, "bonds");
	struct ref self = pif->r.self, metrics = pif->metrics;
	bool up = false, carrier = false;

	if (!value_member(s->answer, "bonds"))
		return; /* simulated */
	for (uint32_t i = 0; net && i < bonds->n; i++) {
		const struct value *b = &bonds->items[i];

		if (strcmp(value_text(b, "device", ""), pif->device) != 0)
			continue;
		up = strcmp(value_text(b, "bridge", ""), net->bridge) == 0;
		carrier = value_bool(b, "carrier", false);
	}
	TX_SET(s->t, PIF, pif, self, currently_attached, up);
	TX_SET(s->t, PIF_metrics, pif_metrics, metrics, carrier, carrier);
}

/* What a PIF that is there says no longer, or not of a card. */
static void
correct(struct scan *s, struct ref ref)
{
	const struct pif *pif = TX_GET(s->t, PIF, pif, ref);
	const struct value *nic = pif ? nic_of(s, pif) : NULL;
	struct tx *t = s->t;

	if (!pif)
		return;
	if (pif->bond_master_of.n) {
		correct_bond(s, pif);
	} else if (pif->VLAN >= 0) {
		TX_SET(t, PIF, pif, ref, currently_attached,
		    vlan_is_up(s, pif));
	} else if (pif->physical && nic) {
		if (s->way_out)
			TX_SET(t, PIF, pif, ref, management, nic == s->way_out);
		pif = TX_GET(t, PIF, pif, ref);
		(void)pif_note_address(t, pif);
	} else if (pif->physical) {
		TX_SET(t, PIF_metrics, pif_metrics, pif->metrics, carrier,
		    false);
		TX_SET(t, PIF, pif, ref, currently_attached, false);
	}
}

/* introduce NULL: all that are new. */
static void
scan_all(struct scan *s)
{
	const struct value *nics = value_list(s->answer, "nics");
	const struct host *host;

	for (uint32_t i = 0; i < nics->n; i++) {
		struct ref ref = find(s, &nics->items[i]);

		if (ref_is_null(ref))
			(void)pif_card_make(s, &nics->items[i], true);
		else
			pif_card_refresh(s, ref, &nics->items[i]);
	}
	s->way_out = way_out(s);
	host = TX_GET(s->t, host, host, s->host);
	for (uint32_t i = 0; host && i < host->PIFs.n; i++) {
		correct(s, ((const struct ref *)host->PIFs.items)[i]);
		host = TX_GET(s->t, host, host, s->host);
	}
}

/* What is ours to keep, and whether it was up when we looked last. */
static struct {
	struct ref pifs[MAX_KEPT];
	bool up[MAX_KEPT];
	unsigned n;
} kept;

static void
note_kept(struct scan *s)
{
	const struct host *host = TX_GET(s->t, host, host, s->host);
	const struct ref *pifs = host ? host->PIFs.items : NULL;

	for (uint32_t i = 0; host && i < host->PIFs.n; i++) {
		const struct pif *pif = TX_GET(s->t, PIF, pif, pifs[i]);

		if (!pif || !pif->keep_up || kept.n == MAX_KEPT)
			continue;
		kept.up[kept.n] = pif->currently_attached;
		kept.pifs[kept.n++] = pifs[i];
	}
}

void
pif_bring_up_all(struct core *core)
{
	for (unsigned i = 0; i < kept.n; i++)
		if (pif_bring_up(core, kept.pifs[i], kept.up[i]) < 0)
			log_err("an interface stays as it is: no memory");
	kept.n = 0;
}

int
pif_scan_at_start(struct core *core)
{
	CLEANUP(arena_free) struct arena *arena = arena_new(0);
	struct scan s = { .host = core->host };
	struct value answer;

	if (!arena || ask(core, arena, &answer) < 0)
		return 0;
	s.t = tx_begin(core->db);
	if (!s.t)
		return -1;
	s.answer = &answer;
	s.b.arena = tx_arena(s.t);
	note_kept(&s);
	scan_all(&s);
	if (s.b.failed) {
		tx_abort(s.t);
		return -1;
	}
	if (tx_commit_wait(s.t, NULL) < 0)
		return -1;
	if (s.made)
		log_info("network cards: %u new", s.made);
	return 0;
}

/* ---- the calls ---- */

/* Asked before the transaction: nobody waits for a worker inside one. Cards of
 * this host only; simulated hosts have those that they began with. */
static int
begin(struct call *c, struct ref host, struct scan *s, struct value *answer)
{
	if (ask(c->core, c->arena, answer) < 0)
		return fail_internal_error(c,
		    "The network worker does not answer");
	s->answer = answer;
	s->host = host;
	s->t = call_begin(c);
	s->b.arena = c->arena;
	if (!s->t)
		return -1;
	s->way_out = way_out(s);
	return 0;
}

int
pif_scan(struct call *c, const struct pif_scan_args *a)
{
	struct value answer;
	struct scan s = { 0 };
	TX_SCOPE struct tx *t = NULL;

	if (begin(c, a->host, &s, &answer) < 0)
		return -1;
	t = s.t;
	if (!EDIT_HEAD(c, t, host, host, a->host))
		return -1;
	scan_all(&s);
	if (s.b.failed)
		return call_fail_nomem(c);
	return call_commit(c, STEAL(t));
}

/* Whether the text is an address, in lower case in the arena; "" is fine. */
static const char *
check_mac(struct call *c, const char *text)
{
	char *mac = arena_strdup(c->arena, text);

	if (!mac) {
		call_fail_nomem(c);
		return NULL;
	}
	if (*mac && !mac_is_valid(mac)) {
		fail_mac_invalid(c, text);
		return NULL;
	}
	for (char *p = mac; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return mac;
}

static bool
has_device(struct tx *t, const struct host *host, const char *device)
{
	const struct ref *pifs = host->PIFs.items;

	for (uint32_t i = 0; i < host->PIFs.n; i++) {
		const struct pif *pif = TX_GET(t, PIF, pif, pifs[i]);

		if (pif && pif->VLAN < 0 && strcmp(pif->device, device) == 0)
			return true;
	}
	return false;
}

static const struct value *
find_card(struct scan *s, const char *device, const char *mac)
{
	const struct value *nics = value_list(s->answer, "nics");

	for (uint32_t i = 0; i < nics->n; i++) {
		const struct value *nic = &nics->items[i];

		if (strcmp(value_text(nic, "device", ""), device) == 0 &&
		    (!*mac || strcmp(value_text(nic, "mac", ""), mac) == 0))
			return nic;
	}
	return NULL;
}

int
pif_introduce(struct call *c, const struct pif_introduce_args *a,
    struct ref *result_r)
{
	const char *mac = check_mac(c, a->MAC);
	struct value answer;
	struct scan s = { 0 };
	TX_SCOPE struct tx *t = NULL;
	const struct value *card;
	const struct host *host;

	if (!mac || begin(c, a->host, &s, &answer) < 0)
		return -1;
	t = s.t;
	if (!(host = EDIT_HEAD(c, t, host, host, a->host)))
		return -1;
	if (has_device(t, host, a->device))
		return fail_duplicate_pif_device_name(c, a->device);
	card = find_card(&s, a->device, mac);
	if (!card)
		return fail_could_not_find_network_interface_with_specified_device_name_and_mac_address(
		    c, a->device, mac);
	*result_r = pif_card_make(&s, card, a->managed);
	if (!ref_is_null(*result_r))
		correct(&s, *result_r);
	return s.b.failed ? call_fail_nomem(c) : call_commit(c, STEAL(t));
}

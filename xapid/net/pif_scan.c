/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cards of a real host as records. A card's addresses are the business of
 * the host's own configuration and told as they are, but for those that the API
 * gave it (keep_up), which are put there again at start; a PIF is attached when its
 * card is on the bridge of its network, and nothing is put there by looking.
 * (source: network.json pif_scan, bridge_names) */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "call/edit.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "model/builder.h"
#include "net/pif.h"
#include "world/mac.h"

#define MAX_POSITIONS 1024
#define MAX_KEPT 256

struct scan {
	struct tx *t;
	struct ref host;
	const struct value *answer; /* of the worker: nics, vlans */
	const struct value *way_out;
	struct builder b;
	unsigned made;
};

/* ---- what the worker says ---- */

static const char *
text_of(const struct value *v, const char *name)
{
	const struct value *m = value_member(v, name);

	return m && m->kind == VALUE_STRING ? m->s : "";
}

static int64_t
int_of(const struct value *v, const char *name)
{
	const struct value *m = value_member(v, name);

	return m && m->kind == VALUE_INT ? m->i : 0;
}

static bool
bool_of(const struct value *v, const char *name)
{
	const struct value *m = value_member(v, name);

	return m && m->kind == VALUE_BOOL && m->b;
}

static const struct value *
list_of(const struct value *v, const char *name)
{
	static const struct value none = { .kind = VALUE_ARRAY };
	const struct value *m = value_member(v, name);

	return m && m->kind == VALUE_ARRAY ? m : &none;
}

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

/* ---- records of one card ---- */

struct network_search {
	const char *bridge;
	struct ref found;
};

static int
has_bridge(const struct record *r, void *arg)
{
	struct network_search *s = arg;

	if (strcmp(((const struct network *)r)->bridge, s->bridge) != 0)
		return 0;
	s->found = r->self;
	return 1;
}

/* A network with this bridge which the host is not on yet; null: there is
 * none. */
static bool
find_network(struct scan *s, const char *bridge, struct ref *out)
{
	struct network_search search = { .bridge = bridge };
	const struct network *net;

	*out = REF_NULL;
	if (tx_each(s->t, CLASS_network, has_bridge, &search) != 1)
		return true;
	net = TX_GET(s->t, network, network, search.found);
	*out = search.found;
	return net && !pif_on_network(s->t, net, s->host);
}

static struct ref
make_network(struct scan *s, const struct value *nic, const char *bridge,
    int position)
{
	struct network n;
	struct ref ref;

	builder_defaults(CLASS_network, &n.r);
	n.name_label = position < 0
	    ? builder_text(&s->b, "Pool-wide network associated with %s",
		  text_of(nic, "device"))
	    : builder_text(&s->b, "Pool-wide network %d", position);
	n.bridge = bridge;
	n.MTU = int_of(nic, "mtu");
	n.managed = position >= 0 || bool_of(nic, "ours");
	return tx_insert(s->t, &n.r, &ref) == 0 ? ref : REF_NULL;
}

/* The network of the bridge that the card is on, or else of the next bridge
 * that this host has not. */
static struct ref
need_network(struct scan *s, const struct value *nic, bool managed)
{
	const char *bridge = text_of(nic, "bridge");
	struct ref found = REF_NULL;

	if (!managed)
		return make_network(s, nic, "", -1);
	if (*bridge && find_network(s, bridge, &found))
		return ref_is_null(found) ? make_network(s, nic, bridge, -1)
					  : found;
	for (int i = 0; i < MAX_POSITIONS; i++) {
		bridge = builder_text(&s->b, "xenbr%d", i);
		if (find_network(s, bridge, &found))
			return ref_is_null(found)
			    ? make_network(s, nic, bridge, i)
			    : found;
	}
	return REF_NULL;
}

static void
set_metrics(struct scan *s, struct ref ref, const struct value *nic)
{
	struct tx *t = s->t;

	TX_SET(t, PIF_metrics, pif_metrics, ref, carrier,
	    bool_of(nic, "carrier"));
	TX_SET(t, PIF_metrics, pif_metrics, ref, speed, int_of(nic, "speed"));
	TX_SET(t, PIF_metrics, pif_metrics, ref, duplex,
	    bool_of(nic, "duplex"));
	TX_SET(t, PIF_metrics, pif_metrics, ref, vendor_id,
	    text_of(nic, "vendor_id"));
	TX_SET(t, PIF_metrics, pif_metrics, ref, device_id,
	    text_of(nic, "device_id"));
	TX_SET(t, PIF_metrics, pif_metrics, ref, pci_bus_path,
	    text_of(nic, "pci"));
	TX_SET(t, PIF_metrics, pif_metrics, ref, last_updated,
	    clock_wall_sec());
}

/* "a,b" as a set. */
static struct set
split(struct builder *b, const char *list)
{
	const char *items[17] = { NULL };
	size_t n = 0;

	for (; *list && n < 16; list += *list == ',') {
		size_t len = strcspn(list, ",");

		items[n++] = builder_text(b, "%.*s", (int)len, list);
		list += len;
	}
	return builder_strings(b, items);
}

static void
set_v4(struct tx *t, struct ref ref, const struct value *nic, int mode)
{
	TX_SET(t, PIF, pif, ref, ip_configuration_mode, mode);
	TX_SET(t, PIF, pif, ref, IP, text_of(nic, "ip"));
	TX_SET(t, PIF, pif, ref, netmask, text_of(nic, "netmask"));
	TX_SET(t, PIF, pif, ref, gateway, text_of(nic, "gateway"));
	TX_SET(t, PIF, pif, ref, DNS, text_of(nic, "dns"));
}

static void
set_v6(struct tx *t, struct ref ref, const struct value *nic, int mode)
{
	struct builder b = { .arena = tx_arena(t) };
	struct set all = split(&b, text_of(nic, "ipv6"));

	if (b.failed)
		return;
	TX_SET(t, PIF, pif, ref, ipv6_configuration_mode, mode);
	TX_SET(t, PIF, pif, ref, IPv6, all);
	TX_SET(t, PIF, pif, ref, ipv6_gateway, text_of(nic, "ipv6_gateway"));
}

/* Ours to keep: what was said stays, and who gives the address stays also
 * while there is none. */
void
pif_set_told(struct tx *t, struct ref ref, const struct value *told)
{
	const struct pif *pif = TX_GET(t, PIF, pif, ref);
	int mode =
	    enum_find(&enum_info_ip_configuration_mode, text_of(told, "mode"));
	int mode6 = enum_find(&enum_info_ipv6_configuration_mode,
	    text_of(told, "ipv6_mode"));
	bool ours = pif && pif->keep_up;

	if (ours && pif->ip_configuration_mode == IP_CONFIGURATION_MODE_DHCP)
		mode = IP_CONFIGURATION_MODE_DHCP;
	if (!ours || pif->ip_configuration_mode != IP_CONFIGURATION_MODE_STATIC)
		set_v4(t, ref, told, mode < 0 ? 0 : mode);
	pif = TX_GET(t, PIF, pif, ref);
	if (ours &&
	    pif->ipv6_configuration_mode == IPV6_CONFIGURATION_MODE_STATIC)
		return;
	if (ours &&
	    pif->ipv6_configuration_mode == IPV6_CONFIGURATION_MODE_AUTOCONF)
		mode6 = IPV6_CONFIGURATION_MODE_AUTOCONF;
	set_v6(t, ref, told, mode6 < 0 ? 0 : mode6);
}

static void
refresh(struct scan *s, struct ref ref, const struct value *nic)
{
	const struct pif *pif = TX_GET(s->t, PIF, pif, ref);
	const struct network *net =
	    pif ? TX_GET(s->t, network, network, pif->network) : NULL;
	const char *bridge = text_of(nic, "bridge");
	bool attached = net && *bridge && strcmp(net->bridge, bridge) == 0;
	struct tx *t = s->t;

	if (!pif)
		return;
	set_metrics(s, pif->metrics, nic);
	TX_SET(t, PIF, pif, ref, currently_attached, attached);
	TX_SET(t, PIF, pif, ref, device, text_of(nic, "device"));
	TX_SET(t, PIF, pif, ref, device_name, text_of(nic, "device"));
	TX_SET(t, PIF, pif, ref, MAC, text_of(nic, "mac"));
	TX_SET(t, PIF, pif, ref, MTU, int_of(nic, "mtu"));
	pif_set_told(t, ref, nic);
}

static struct ref
make(struct scan *s, const struct value *nic, bool managed)
{
	struct pif_metrics pm;
	struct pif p;
	struct ref ref;

	managed = managed && !bool_of(nic, "taken");
	builder_defaults(CLASS_PIF_metrics, &pm.r);
	builder_defaults(CLASS_PIF, &p.r);
	p.network = need_network(s, nic, managed);
	if (ref_is_null(p.network) || tx_insert(s->t, &pm.r, &p.metrics) < 0)
		return REF_NULL;
	p.host = s->host;
	p.device = p.device_name = text_of(nic, "device");
	p.MAC = text_of(nic, "mac");
	p.VLAN = -1;
	p.physical = true;
	p.managed = managed;
	/* Out of a bridge of the host's own only the host takes it. */
	p.disallow_unplug = !bool_of(nic, "ours");
	p.properties = BUILDER_MAP(&s->b, "gro", "on");
	if (tx_insert(s->t, &p.r, &ref) < 0)
		return REF_NULL;
	s->made++;
	refresh(s, ref, nic);
	return ref;
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
		if (strcasecmp(pif->MAC, text_of(nic, "mac")) == 0)
			return pifs[i];
		if (strcmp(pif->device, text_of(nic, "device")) == 0)
			by_name = pifs[i];
	}
	return by_name;
}

static const struct value *
nic_of(struct scan *s, const struct pif *pif)
{
	const struct value *nics = list_of(s->answer, "nics");

	for (uint32_t i = 0; i < nics->n; i++)
		if (strcasecmp(pif->MAC, text_of(&nics->items[i], "mac")) == 0)
			return &nics->items[i];
	return NULL;
}

static bool
vlan_is_up(struct scan *s, const struct pif *pif)
{
	const struct network *net =
	    TX_GET(s->t, network, network, pif->network);
	const struct value *vlans = list_of(s->answer, "vlans");

	for (uint32_t i = 0; net && i < vlans->n; i++) {
		const struct value *v = &vlans->items[i];

		if (int_of(v, "tag") == pif->VLAN &&
		    strcmp(text_of(v, "device"), pif->device) == 0 &&
		    strcmp(text_of(v, "bridge"), net->bridge) == 0)
			return true;
	}
	return false;
}

/* The management interface that was chosen, as long as it has an address. */
static bool
is_managed_by(struct scan *s, const struct value *nic)
{
	const struct host *host = TX_GET(s->t, host, host, s->host);
	const struct ref *pifs = host ? host->PIFs.items : NULL;

	for (uint32_t i = 0; host && i < host->PIFs.n; i++) {
		const struct pif *pif = TX_GET(s->t, PIF, pif, pifs[i]);

		if (pif && pif->management && nic_of(s, pif) == nic)
			return *pif->IP || pif->IPv6.n;
	}
	return false;
}

/* Else the host's way out is its management interface; NULL: it has none. */
static const struct value *
way_out(struct scan *s)
{
	static const char *const signs[] = { "gateway", "ipv6_gateway", "ip" };
	const struct value *nics = list_of(s->answer, "nics");

	if (management_off_in(s->t, s->host))
		return NULL;
	for (uint32_t i = 0; i < nics->n; i++)
		if (is_managed_by(s, &nics->items[i]))
			return &nics->items[i];
	for (size_t sign = 0; sign < sizeof(signs) / sizeof(*signs); sign++)
		for (uint32_t i = 0; i < nics->n; i++)
			if (*text_of(&nics->items[i], signs[sign]))
				return &nics->items[i];
	return NULL;
}

/* One that somebody else made is none of ours to tell. */
static void
correct_bond(struct scan *s, const struct pif *pif)
{
	const struct network *net =
	    TX_GET(s->t, network, network, pif->network);
	const struct value *bonds = list_of(s->answer, "bonds");
	struct ref self = pif->r.self, metrics = pif->metrics;
	bool up = false, carrier = false;

	if (!value_member(s->answer, "bonds"))
		return; /* simulated */
	for (uint32_t i = 0; net && i < bonds->n; i++) {
		const struct value *b = &bonds->items[i];

		if (strcmp(text_of(b, "device"), pif->device) != 0)
			continue;
		up = strcmp(text_of(b, "bridge"), net->bridge) == 0;
		carrier = bool_of(b, "carrier");
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
	const struct value *nics = list_of(s->answer, "nics");
	const struct host *host;

	for (uint32_t i = 0; i < nics->n; i++) {
		struct ref ref = find(s, &nics->items[i]);

		if (ref_is_null(ref))
			(void)make(s, &nics->items[i], true);
		else
			refresh(s, ref, &nics->items[i]);
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
	const struct value *nics = list_of(s->answer, "nics");

	for (uint32_t i = 0; i < nics->n; i++) {
		const struct value *nic = &nics->items[i];

		if (strcmp(text_of(nic, "device"), device) == 0 &&
		    (!*mac || strcmp(text_of(nic, "mac"), mac) == 0))
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
	*result_r = make(&s, card, a->managed);
	if (!ref_is_null(*result_r))
		correct(&s, *result_r);
	return s.b.failed ? call_fail_nomem(c) : call_commit(c, STEAL(t));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "network/filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "lib/netlink.h"

#define TABLE "xapid"
#define NEIGHBOUR_SOLICITATION 135
#define NEIGHBOUR_ADVERTISEMENT 136
#define DHCP_SERVER 67

/* Offsets of what is looked at, from the beginning of each header. */
enum {
	ETHER_SOURCE = 6,
	ETHER_TYPE = 12,
	ARP_SENDER_MAC = 8,
	ARP_SENDER_IP = 14,
	IPV4_SOURCE = 12,
	IPV6_SOURCE = 8,
	UDP_TO = 2,
	ND_TARGET = 8,
};

/* ---- messages of nf_tables: numbers travel in network order ---- */

static void
begin(struct nl *n, int type, uint16_t flags)
{
	const struct nfgenmsg head = { .nfgen_family = NFPROTO_NETDEV,
		.version = NFNETLINK_V0 };

	nl_begin(n, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, &head,
	    sizeof(head));
}

static void
batch(struct nl *n, uint16_t type)
{
	const struct nfgenmsg head = { .nfgen_family = AF_UNSPEC,
		.version = NFNETLINK_V0,
		.res_id = htons(NFNL_SUBSYS_NFTABLES) };

	nl_begin(n, type, 0, &head, sizeof(head));
}

static void
put_number(struct nl *n, uint16_t type, uint32_t value)
{
	nl_put_u32(n, type, htonl(value));
}

static size_t
nest(struct nl *n, uint16_t type)
{
	return nl_nest(n, (uint16_t)(type | NLA_F_NESTED));
}

/* ---- expressions of a rule ---- */

struct rule {
	struct nl *n;
	size_t expressions;
};

static struct rule
rule_begin(struct nl *n, const char *chain)
{
	begin(n, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	nl_put_text(n, NFTA_RULE_TABLE, TABLE);
	nl_put_text(n, NFTA_RULE_CHAIN, chain);
	return (struct rule){ n, nest(n, NFTA_RULE_EXPRESSIONS) };
}

struct expression {
	size_t element, data;
};

static struct expression
expression(struct nl *n, const char *name)
{
	struct expression e = { .element = nest(n, NFTA_LIST_ELEM) };

	nl_put_text(n, NFTA_EXPR_NAME, name);
	e.data = nest(n, NFTA_EXPR_DATA);
	return e;
}

static void
expression_end(struct nl *n, struct expression e)
{
	nl_nest_end(n, e.data);
	nl_nest_end(n, e.element);
}

static void
compare(struct nl *n, const void *data, size_t len)
{
	struct expression e = expression(n, "cmp");
	size_t value;

	put_number(n, NFTA_CMP_SREG, NFT_REG_1);
	put_number(n, NFTA_CMP_OP, NFT_CMP_EQ);
	value = nest(n, NFTA_CMP_DATA);
	nl_put(n, NFTA_DATA_VALUE, data, len);
	nl_nest_end(n, value);
	expression_end(n, e);
}

/* The bytes there are these. */
static void
has(struct rule r, enum nft_payload_bases base, uint32_t offset,
    const void *data, uint32_t len)
{
	struct expression e = expression(r.n, "payload");

	put_number(r.n, NFTA_PAYLOAD_DREG, NFT_REG_1);
	put_number(r.n, NFTA_PAYLOAD_BASE, (uint32_t)base);
	put_number(r.n, NFTA_PAYLOAD_OFFSET, offset);
	put_number(r.n, NFTA_PAYLOAD_LEN, len);
	expression_end(r.n, e);
	compare(r.n, data, len);
}

static void
carries(struct rule r, uint8_t protocol)
{
	struct expression e = expression(r.n, "meta");

	put_number(r.n, NFTA_META_DREG, NFT_REG_1);
	put_number(r.n, NFTA_META_KEY, NFT_META_L4PROTO);
	expression_end(r.n, e);
	compare(r.n, &protocol, sizeof(protocol));
}

static void
rule_end(struct rule r, uint32_t verdict)
{
	struct expression e = expression(r.n, "immediate");
	size_t data, code;

	put_number(r.n, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = nest(r.n, NFTA_IMMEDIATE_DATA);
	code = nest(r.n, NFTA_DATA_VERDICT);
	put_number(r.n, NFTA_VERDICT_CODE, verdict);
	nl_nest_end(r.n, code);
	nl_nest_end(r.n, data);
	expression_end(r.n, e);
	nl_nest_end(r.n, r.expressions);
}

/* ---- the rules: what none of them accepts is dropped ---- */

struct rules {
	struct nl *n;
	const char *chain;
	const struct filter *f;
};

/* From its own address, and of this kind: a frame with a VLAN tag is of
 * another. */
static struct rule
own(const struct rules *s, uint16_t type)
{
	const uint16_t order = htons(type);
	struct rule r = rule_begin(s->n, s->chain);

	has(r, NFT_PAYLOAD_LL_HEADER, ETHER_SOURCE, s->f->mac, LINK_MAC);
	has(r, NFT_PAYLOAD_LL_HEADER, ETHER_TYPE, &order, sizeof(order));
	return r;
}

static void
allow_arp(const struct rules *s, struct in_addr sender)
{
	struct rule r = own(s, ETH_P_ARP);

	has(r, NFT_PAYLOAD_NETWORK_HEADER, ARP_SENDER_MAC, s->f->mac, LINK_MAC);
	has(r, NFT_PAYLOAD_NETWORK_HEADER, ARP_SENDER_IP, &sender,
	    sizeof(sender));
	rule_end(r, NF_ACCEPT);
}

static void
allow_v4(const struct rules *s, struct in_addr source)
{
	struct rule r = own(s, ETH_P_IP);

	has(r, NFT_PAYLOAD_NETWORK_HEADER, IPV4_SOURCE, &source,
	    sizeof(source));
	rule_end(r, NF_ACCEPT);
}

/* Who has no address yet asks for one. */
static void
allow_dhcp(const struct rules *s)
{
	const uint16_t port = htons(DHCP_SERVER);
	const struct in_addr none = { 0 };
	struct rule r = own(s, ETH_P_IP);

	has(r, NFT_PAYLOAD_NETWORK_HEADER, IPV4_SOURCE, &none, sizeof(none));
	carries(r, IPPROTO_UDP);
	has(r, NFT_PAYLOAD_TRANSPORT_HEADER, UDP_TO, &port, sizeof(port));
	rule_end(r, NF_ACCEPT);
}

static struct rule
icmp6(const struct rules *s, uint8_t type)
{
	struct rule r = own(s, ETH_P_IPV6);

	carries(r, IPPROTO_ICMPV6);
	has(r, NFT_PAYLOAD_TRANSPORT_HEADER, 0, &type, sizeof(type));
	return r;
}

static void
from_v6(struct rule r, const struct in6_addr *source)
{
	has(r, NFT_PAYLOAD_NETWORK_HEADER, IPV6_SOURCE, source,
	    sizeof(*source));
}

/* Neighbours are told of its own addresses only, and nobody of routers. */
static void
allow_neighbours(const struct rules *s)
{
	static const uint8_t never[] = { 134, 137, 146, 147, 151, 152, 153,
		NEIGHBOUR_ADVERTISEMENT };
	static const uint8_t both[] = { NEIGHBOUR_ADVERTISEMENT,
		NEIGHBOUR_SOLICITATION };

	for (uint32_t i = 0; i < s->f->n6; i++)
		for (size_t k = 0; k < sizeof(both); k++) {
			/* An advertisement, or a look whether it is free. */
			struct rule r = icmp6(s, both[k]);

			if (both[k] == NEIGHBOUR_SOLICITATION)
				from_v6(r, &in6addr_any);
			has(r, NFT_PAYLOAD_TRANSPORT_HEADER, ND_TARGET,
			    &s->f->v6[i], sizeof(s->f->v6[i]));
			rule_end(r, NF_ACCEPT);
		}
	for (size_t i = 0; i < sizeof(never); i++)
		rule_end(icmp6(s, never[i]), NF_DROP);
}

static void
allow_v6(const struct rules *s, const struct in6_addr *source)
{
	struct rule r = own(s, ETH_P_IPV6);

	from_v6(r, source);
	rule_end(r, NF_ACCEPT);
}

static void
put_rules(const struct rules *s)
{
	allow_dhcp(s);
	allow_arp(s, (struct in_addr){ 0 });
	for (uint32_t i = 0; i < s->f->n4; i++) {
		allow_arp(s, s->f->v4[i]);
		allow_v4(s, s->f->v4[i]);
	}
	if (s->f->n6)
		allow_neighbours(s);
	for (uint32_t i = 0; i < s->f->n6; i++)
		allow_v6(s, &s->f->v6[i]);
}

/* ---- chains, one an interface ---- */

static void
put_chain(struct nl *n, const char *interface)
{
	size_t hook;

	begin(n, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	nl_put_text(n, NFTA_TABLE_NAME, TABLE);
	begin(n, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	nl_put_text(n, NFTA_CHAIN_TABLE, TABLE);
	nl_put_text(n, NFTA_CHAIN_NAME, interface);
	hook = nest(n, NFTA_CHAIN_HOOK);
	put_number(n, NFTA_HOOK_HOOKNUM, NF_NETDEV_INGRESS);
	put_number(n, NFTA_HOOK_PRIORITY, 0);
	nl_put_text(n, NFTA_HOOK_DEV, interface);
	nl_nest_end(n, hook);
	put_number(n, NFTA_CHAIN_POLICY, NF_DROP);
	nl_put_text(n, NFTA_CHAIN_TYPE, "filter");
	/* Its earlier rules. */
	begin(n, NFT_MSG_DELRULE, NLM_F_ACK);
	nl_put_text(n, NFTA_RULE_TABLE, TABLE);
	nl_put_text(n, NFTA_RULE_CHAIN, interface);
}

int
filter_set(const char *interface, const struct filter *f)
{
	CLEANUP_NL struct nl n = { 0 };
	const struct rules s = { &n, interface, f };

	batch(&n, NFNL_MSG_BATCH_BEGIN);
	put_chain(&n, interface);
	put_rules(&s);
	batch(&n, NFNL_MSG_BATCH_END);
	return nl_send(NETLINK_NETFILTER, &n);
}

int
filter_remove(const char *interface)
{
	CLEANUP_NL struct nl n = { 0 };

	batch(&n, NFNL_MSG_BATCH_BEGIN);
	begin(&n, NFT_MSG_DELCHAIN, NLM_F_ACK);
	nl_put_text(&n, NFTA_CHAIN_TABLE, TABLE);
	nl_put_text(&n, NFTA_CHAIN_NAME, interface);
	batch(&n, NFNL_MSG_BATCH_END);
	if (nl_send(NETLINK_NETFILTER, &n) == 0)
		return 0;
	/* None, or no kernel to have one. */
	return errno == ENOENT || errno == EOPNOTSUPP ||
		errno == EPROTONOSUPPORT || errno == EINVAL
	    ? 0
	    : -1;
}

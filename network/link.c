/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "network/link.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_bonding.h>
#include <linux/if_link.h>
#include <string.h>

#include "lib/netlink.h"

/* ---- asking ---- */

static void
read_kind(const struct rtattr *info, struct link *l)
{
	const struct rtattr *data = nl_find_in(info, IFLA_INFO_DATA, 0);
	uint16_t tag;

	nl_text(nl_find_in(info, IFLA_INFO_KIND, 1), l->kind, sizeof(l->kind));
	if (strcmp(l->kind, "bond") == 0) {
		data = nl_find_in(data, IFLA_BOND_MODE, 1);
		l->lacp = data &&
		    *(const uint8_t *)RTA_DATA(data) == BOND_MODE_8023AD;
	}
	if (strcmp(l->kind, "vlan") != 0)
		return;
	data = nl_find_in(data, IFLA_VLAN_ID, sizeof(tag));
	if (data) {
		memcpy(&tag, RTA_DATA(data), sizeof(tag));
		l->vlan = tag;
	}
}

static int
read_link(const struct nlmsghdr *h, struct link *l)
{
	const struct ifinfomsg *about = NLMSG_DATA(h);
	const size_t fixed = sizeof(*about);
	const struct rtattr *a;

	if (h->nlmsg_type != RTM_NEWLINK || h->nlmsg_len < NLMSG_LENGTH(fixed))
		return -1;
	*l = (struct link){
		.index = (unsigned)about->ifi_index,
		.up = about->ifi_flags & IFF_UP,
		.carrier = about->ifi_flags & IFF_RUNNING,
		.ethernet = about->ifi_type == ARPHRD_ETHER,
		.vlan = -1,
	};
	nl_text(nl_find(h, fixed, IFLA_IFNAME, 1), l->name, sizeof(l->name));
	l->master = nl_u32(nl_find(h, fixed, IFLA_MASTER, 4), 0);
	l->parent = nl_u32(nl_find(h, fixed, IFLA_LINK, 4), 0);
	l->mtu = nl_u32(nl_find(h, fixed, IFLA_MTU, 4), 0);
	l->group = nl_u32(nl_find(h, fixed, IFLA_GROUP, 4), 0);
	a = nl_find(h, fixed, IFLA_ADDRESS, LINK_MAC);
	if (a)
		memcpy(l->mac, RTA_DATA(a), LINK_MAC);
	a = nl_find(h, fixed, IFLA_PERM_ADDRESS, LINK_MAC);
	memcpy(l->own_mac, a ? RTA_DATA(a) : l->mac, LINK_MAC);
	read_kind(nl_find(h, fixed, IFLA_LINKINFO, 0), l);
	return 0;
}

struct asked {
	link_fn *fn;
	void *arg;
	int result;
};

static int
answer(void *arg, const struct nlmsghdr *h)
{
	struct asked *a = arg;
	struct link l;

	if (!a->result && read_link(h, &l) == 0)
		a->result = a->fn(a->arg, &l);
	return 0;
}

int
link_each(link_fn *fn, void *arg)
{
	const struct ifinfomsg all = { .ifi_family = AF_UNSPEC };
	struct asked a = { fn, arg, 0 };
	CLEANUP_NL struct nl n = { 0 };

	nl_begin(&n, RTM_GETLINK, NLM_F_DUMP, &all, sizeof(all));
	return nl_ask(NETLINK_ROUTE, &n, answer, &a) < 0 ? -1 : a.result;
}

static int
keep(void *arg, const struct link *l)
{
	*(struct link *)arg = *l;
	return 1;
}

int
link_get(const char *name, struct link *out)
{
	const struct ifinfomsg any = { .ifi_family = AF_UNSPEC };
	struct asked a = { keep, out, 0 };
	CLEANUP_NL struct nl n = { 0 };

	nl_begin(&n, RTM_GETLINK, NLM_F_ACK, &any, sizeof(any));
	nl_put_text(&n, IFLA_IFNAME, name);
	if (nl_ask(NETLINK_ROUTE, &n, answer, &a) < 0)
		return -1;
	if (a.result == 1)
		return 0;
	errno = ENODEV;
	return -1;
}

/* ---- making ---- */

static void
begin_new(struct nl *n, const char *name)
{
	const struct ifinfomsg about = { .ifi_family = AF_UNSPEC };

	nl_begin(n, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &about,
	    sizeof(about));
	nl_put_text(n, IFLA_IFNAME, name);
	nl_put_u32(n, IFLA_GROUP, LINK_GROUP_OURS);
}

int
link_make_bridge(const char *name, const unsigned char *mac)
{
	CLEANUP_NL struct nl n = { 0 };
	size_t info, data;

	begin_new(&n, name);
	if (mac)
		nl_put(&n, IFLA_ADDRESS, mac, LINK_MAC);
	info = nl_nest(&n, IFLA_LINKINFO);
	nl_put_text(&n, IFLA_INFO_KIND, "bridge");
	data = nl_nest(&n, IFLA_INFO_DATA);
	nl_put_u32(&n, IFLA_BR_FORWARD_DELAY, 0);
	nl_put_u32(&n, IFLA_BR_STP_STATE, 0);
	nl_put_u8(&n, IFLA_BR_MCAST_SNOOPING, 0);
	nl_nest_end(&n, data);
	nl_nest_end(&n, info);
	return nl_send(NETLINK_ROUTE, &n);
}

int
link_make_vlan(const char *name, unsigned parent, int tag)
{
	const uint16_t id = (uint16_t)tag;
	CLEANUP_NL struct nl n = { 0 };
	size_t info, data;

	begin_new(&n, name);
	nl_put_u32(&n, IFLA_LINK, parent);
	info = nl_nest(&n, IFLA_LINKINFO);
	nl_put_text(&n, IFLA_INFO_KIND, "vlan");
	data = nl_nest(&n, IFLA_INFO_DATA);
	nl_put(&n, IFLA_VLAN_ID, &id, sizeof(id));
	nl_nest_end(&n, data);
	nl_nest_end(&n, info);
	return nl_send(NETLINK_ROUTE, &n);
}

/* (source of the times: network.json, sent_to_backend) */
static void
put_bond(struct nl *n, const struct link_bond *b)
{
	size_t info = nl_nest(n, IFLA_LINKINFO), data;

	nl_put_text(n, IFLA_INFO_KIND, "bond");
	data = nl_nest(n, IFLA_INFO_DATA);
	nl_put_u8(n, IFLA_BOND_MODE,
	    b->lacp ? BOND_MODE_8023AD : BOND_MODE_ACTIVEBACKUP);
	nl_put_u32(n, IFLA_BOND_MIIMON, 100);
	nl_put_u32(n, IFLA_BOND_UPDELAY, 31000);
	nl_put_u32(n, IFLA_BOND_DOWNDELAY, 200);
	if (b->lacp) {
		nl_put_u8(n, IFLA_BOND_XMIT_HASH_POLICY,
		    b->source_mac ? BOND_XMIT_POLICY_VLAN_SRCMAC
				  : BOND_XMIT_POLICY_LAYER34);
		nl_put_u8(n, IFLA_BOND_AD_LACP_RATE, b->fast);
		if (b->key)
			nl_put(n, IFLA_BOND_AD_USER_PORT_KEY, &b->key,
			    sizeof(b->key));
	}
	nl_nest_end(n, data);
	nl_nest_end(n, info);
}

int
link_make_bond(const char *name, const struct link_bond *b,
    const unsigned char *mac)
{
	CLEANUP_NL struct nl n = { 0 };

	begin_new(&n, name);
	if (mac)
		nl_put(&n, IFLA_ADDRESS, mac, LINK_MAC);
	put_bond(&n, b);
	return nl_send(NETLINK_ROUTE, &n);
}

int
link_change_bond(unsigned index, const struct link_bond *b)
{
	const struct ifinfomsg about = { .ifi_index = (int)index };
	CLEANUP_NL struct nl n = { 0 };

	nl_begin(&n, RTM_NEWLINK, NLM_F_ACK, &about, sizeof(about));
	put_bond(&n, b);
	return nl_send(NETLINK_ROUTE, &n);
}

int
link_remove(unsigned index)
{
	const struct ifinfomsg about = { .ifi_index = (int)index };
	CLEANUP_NL struct nl n = { 0 };

	nl_begin(&n, RTM_DELLINK, NLM_F_ACK, &about, sizeof(about));
	return nl_send(NETLINK_ROUTE, &n);
}

/* ---- changing ---- */

static int
set_attribute(unsigned index, uint16_t type, const void *data, size_t len)
{
	const struct ifinfomsg about = { .ifi_index = (int)index };
	CLEANUP_NL struct nl n = { 0 };

	nl_begin(&n, RTM_NEWLINK, NLM_F_ACK, &about, sizeof(about));
	nl_put(&n, type, data, len);
	return nl_send(NETLINK_ROUTE, &n);
}

static int
set_flag(unsigned index, unsigned flag, bool on)
{
	const struct ifinfomsg about = {
		.ifi_index = (int)index,
		.ifi_flags = on ? flag : 0,
		.ifi_change = flag,
	};
	CLEANUP_NL struct nl n = { 0 };

	nl_begin(&n, RTM_NEWLINK, NLM_F_ACK, &about, sizeof(about));
	return nl_send(NETLINK_ROUTE, &n);
}

int
link_set_master(unsigned index, unsigned master)
{
	const uint32_t value = master;

	return set_attribute(index, IFLA_MASTER, &value, sizeof(value));
}

int
link_set_mtu(unsigned index, uint32_t mtu)
{
	return set_attribute(index, IFLA_MTU, &mtu, sizeof(mtu));
}

int
link_set_mac(unsigned index, const unsigned char *mac)
{
	return set_attribute(index, IFLA_ADDRESS, mac, LINK_MAC);
}

int
link_set_up(unsigned index, bool up)
{
	return set_flag(index, IFF_UP, up);
}

int
link_set_promiscuous(unsigned index, bool on)
{
	return set_flag(index, IFF_PROMISC, on);
}

int
link_no_addresses(unsigned index)
{
	const struct ifinfomsg about = { .ifi_index = (int)index };
	CLEANUP_NL struct nl n = { 0 };
	size_t families, ipv6;

	nl_begin(&n, RTM_NEWLINK, NLM_F_ACK, &about, sizeof(about));
	families = nl_nest(&n, IFLA_AF_SPEC);
	ipv6 = nl_nest(&n, AF_INET6);
	nl_put_u8(&n, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	nl_nest_end(&n, ipv6);
	nl_nest_end(&n, families);
	return nl_send(NETLINK_ROUTE, &n);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "network/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>

#include "lib/netlink.h"

#define DHCP_ROUTE 16 /* RTPROT_DHCP */

/* ---- what the kernel has ---- */

struct wanted {
	unsigned index;
	struct bytes *out; /* whole messages */
};

static int
keep_address(void *arg, const struct nlmsghdr *h)
{
	const struct wanted *w = arg;
	const struct ifaddrmsg *m = NLMSG_DATA(h);

	if (h->nlmsg_type == RTM_NEWADDR &&
	    h->nlmsg_len >= NLMSG_LENGTH(sizeof(*m)) &&
	    m->ifa_index == w->index)
		bytes_put(w->out, h, NLMSG_ALIGN(h->nlmsg_len));
	return 0;
}

/* Routes that people and programs made: those of an address come with it. */
static int
keep_route(void *arg, const struct nlmsghdr *h)
{
	const struct wanted *w = arg;
	const struct rtmsg *m = NLMSG_DATA(h);

	if (h->nlmsg_type == RTM_NEWROUTE &&
	    h->nlmsg_len >= NLMSG_LENGTH(sizeof(*m)) &&
	    m->rtm_table == RT_TABLE_MAIN && m->rtm_protocol != RTPROT_KERNEL &&
	    nl_u32(nl_find(h, sizeof(*m), RTA_OIF, 4), 0) == w->index)
		bytes_put(w->out, h, NLMSG_ALIGN(h->nlmsg_len));
	return 0;
}

static int
collect(uint16_t type, nl_answer_fn *keep, unsigned index, struct bytes *out)
{
	const struct rtmsg all = { .rtm_family = AF_UNSPEC };
	struct wanted w = { index, out };
	CLEANUP_NL struct nl n = { 0 };

	nl_begin(&n, type, NLM_F_DUMP, &all, sizeof(all));
	if (nl_ask(NETLINK_ROUTE, &n, keep, &w) < 0)
		return -1;
	errno = ENOMEM;
	return out->failed ? -1 : 0;
}

/* Each message that was collected: fn, until it answers below 0. */
static int
each(const struct bytes *all, nl_answer_fn *fn, void *arg)
{
	int left = (int)all->len, rc = 0;

	for (const struct nlmsghdr *h = (const void *)all->p;
	     rc == 0 && left > 0 && NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
		rc = fn(arg, h);
	return rc;
}

/* ---- reading ---- */

/* IPv4 has its own address in IFA_LOCAL; IPv6 in IFA_ADDRESS. */
static const struct rtattr *
own_address(const struct nlmsghdr *h)
{
	const struct ifaddrmsg *m = NLMSG_DATA(h);
	size_t len = m->ifa_family == AF_INET ? 4 : 16;
	const struct rtattr *a = nl_find(h, sizeof(*m), IFA_LOCAL, len);

	return a ? a : nl_find(h, sizeof(*m), IFA_ADDRESS, len);
}

static int
read_address(void *arg, const struct nlmsghdr *h)
{
	struct addresses *out = arg;
	const struct ifaddrmsg *m = NLMSG_DATA(h);
	const struct rtattr *a = own_address(h);
	bool v4 = m->ifa_family == AF_INET;
	unsigned *n = v4 ? &out->n4 : &out->n6;
	struct address *to = v4 ? out->v4 : out->v6;

	if (!a || *n == ADDRESS_MAX || (!v4 && m->ifa_family != AF_INET6) ||
	    m->ifa_scope >= RT_SCOPE_LINK)
		return 0;
	to += (*n)++;
	(void)inet_ntop(m->ifa_family, RTA_DATA(a), to->text, sizeof(to->text));
	to->prefix = m->ifa_prefixlen;
	to->dynamic =
	    !(nl_u32(nl_find(h, sizeof(*m), IFA_FLAGS, 4), m->ifa_flags) &
		IFA_F_PERMANENT);
	return 0;
}

static int
read_route(void *arg, const struct nlmsghdr *h)
{
	struct addresses *out = arg;
	const struct rtmsg *m = NLMSG_DATA(h);
	bool v4 = m->rtm_family == AF_INET;
	char *text = v4 ? out->gateway4 : out->gateway6;
	const struct rtattr *a =
	    nl_find(h, sizeof(*m), RTA_GATEWAY, v4 ? 4 : 16);

	if (m->rtm_dst_len || !a || *text || (!v4 && m->rtm_family != AF_INET6))
		return 0;
	(void)inet_ntop(m->rtm_family, RTA_DATA(a), text,
	    v4 ? sizeof(out->gateway4) : sizeof(out->gateway6));
	out->leased = out->leased || (v4 && m->rtm_protocol == DHCP_ROUTE);
	return 0;
}

int
address_read(unsigned index, struct addresses *out)
{
	CLEANUP_BYTES struct bytes addresses = { 0 };
	CLEANUP_BYTES struct bytes routes = { 0 };

	*out = (struct addresses){ .n4 = 0 };
	if (collect(RTM_GETADDR, keep_address, index, &addresses) < 0 ||
	    collect(RTM_GETROUTE, keep_route, index, &routes) < 0)
		return -1;
	(void)each(&addresses, read_address, out);
	(void)each(&routes, read_route, out);
	return 0;
}

/* ---- moving ---- */

/* The attributes of a message again, but for one. */
static void
copy_attributes(struct nl *n, const struct nlmsghdr *h, size_t fixed,
    const uint16_t *without)
{
	const char *begin = (const char *)h + NLMSG_SPACE(fixed);
	int left = (int)(h->nlmsg_len - NLMSG_SPACE(fixed));

	for (const struct rtattr *a = (const void *)begin; RTA_OK(a, left);
	     a = RTA_NEXT(a, left)) {
		const uint16_t *w = without;

		while (*w && *w != (a->rta_type & NLA_TYPE_MASK))
			w++;
		if (!*w)
			nl_put(n, a->rta_type, RTA_DATA(a), RTA_PAYLOAD(a));
	}
}

static int
add_address(void *arg, const struct nlmsghdr *h)
{
	static const uint16_t without[] = { IFA_LABEL, IFA_CACHEINFO, IFA_FLAGS,
		0 };
	struct ifaddrmsg m = *(const struct ifaddrmsg *)NLMSG_DATA(h);
	CLEANUP_NL struct nl n = { 0 };

	m.ifa_index = *(const unsigned *)arg;
	m.ifa_flags = IFA_F_PERMANENT;
	nl_begin(&n, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &m,
	    sizeof(m));
	copy_attributes(&n, h, sizeof(m), without);
	if (m.ifa_family == AF_INET6) /* it was tried before */
		nl_put_u32(&n, IFA_FLAGS, IFA_F_PERMANENT | IFA_F_NODAD);
	return nl_send(NETLINK_ROUTE, &n);
}

static int
remove_address(void *arg, const struct nlmsghdr *h)
{
	static const uint16_t without[] = { IFA_CACHEINFO, IFA_FLAGS, 0 };
	const struct ifaddrmsg *m = NLMSG_DATA(h);
	CLEANUP_NL struct nl n = { 0 };

	(void)arg;
	nl_begin(&n, RTM_DELADDR, NLM_F_ACK, m, sizeof(*m));
	copy_attributes(&n, h, sizeof(*m), without);
	if (nl_send(NETLINK_ROUTE, &n) < 0 && errno != EADDRNOTAVAIL)
		return -1;
	return 0;
}

static int
add_route(void *arg, const struct nlmsghdr *h)
{
	static const uint16_t without[] = { RTA_OIF, RTA_CACHEINFO, 0 };
	const struct rtmsg *m = NLMSG_DATA(h);
	CLEANUP_NL struct nl n = { 0 };

	nl_begin(&n, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, m,
	    sizeof(*m));
	copy_attributes(&n, h, sizeof(*m), without);
	nl_put_u32(&n, RTA_OIF, *(const unsigned *)arg);
	return nl_send(NETLINK_ROUTE, &n);
}

int
address_move(unsigned from, unsigned to)
{
	CLEANUP_BYTES struct bytes addresses = { 0 };
	CLEANUP_BYTES struct bytes routes = { 0 };

	if (collect(RTM_GETADDR, keep_address, from, &addresses) < 0 ||
	    collect(RTM_GETROUTE, keep_route, from, &routes) < 0)
		return -1;
	/* First there, then no longer here: nobody is without in between. */
	if (each(&addresses, add_address, &to) < 0 ||
	    each(&routes, add_route, &to) < 0)
		return -1;
	return each(&addresses, remove_address, NULL);
}

/* ---- setting ---- */

/* Those of one family out of what a link has. */
struct setting {
	unsigned index;
	const struct address_wish *w;
	unsigned char bytes[16], gateway[16];
	size_t len;
	bool there; /* the address */
};

static bool
is_own_family(const struct setting *s, const struct nlmsghdr *h)
{
	return *(const unsigned char *)NLMSG_DATA(h) == s->w->family;
}

/* The address that is wanted, for as long. */
static bool
is_wanted(const struct setting *s, const struct nlmsghdr *h)
{
	const struct ifaddrmsg *m = NLMSG_DATA(h);
	const struct rtattr *a = own_address(h);

	return s->w->text && a && m->ifa_prefixlen == s->w->prefix &&
	    memcmp(RTA_DATA(a), s->bytes, s->len) == 0 &&
	    (s->w->seconds ||
		nl_u32(nl_find(h, sizeof(*m), IFA_FLAGS, 4), m->ifa_flags) &
		    IFA_F_PERMANENT);
}

static int
remove_other(void *arg, const struct nlmsghdr *h)
{
	struct setting *s = arg;
	const struct ifaddrmsg *m = NLMSG_DATA(h);

	if (!is_own_family(s, h) || m->ifa_scope >= RT_SCOPE_LINK)
		return 0;
	if (is_wanted(s, h)) {
		s->there = s->w->seconds == 0;
		return 0;
	}
	return remove_address(NULL, h);
}

static int
add_wanted(const struct setting *s)
{
	const struct ifaddrmsg m = {
		.ifa_family = (unsigned char)s->w->family,
		.ifa_prefixlen = (unsigned char)s->w->prefix,
		.ifa_flags = s->w->seconds ? 0 : IFA_F_PERMANENT,
		.ifa_index = s->index,
	};
	const struct ifa_cacheinfo life = { .ifa_prefered = s->w->seconds,
		.ifa_valid = s->w->seconds };
	CLEANUP_NL struct nl n = { 0 };

	nl_begin(&n, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &m,
	    sizeof(m));
	nl_put(&n, IFA_LOCAL, s->bytes, s->len);
	nl_put(&n, IFA_ADDRESS, s->bytes, s->len);
	if (s->w->seconds)
		nl_put(&n, IFA_CACHEINFO, &life, sizeof(life));
	if (s->w->family == AF_INET && s->w->prefix < 31) {
		uint32_t ip,
		    hosts =
			s->w->prefix ? (1u << (32 - s->w->prefix)) - 1 : ~0u;

		memcpy(&ip, s->bytes, sizeof(ip));
		ip |= htonl(hosts);
		nl_put(&n, IFA_BROADCAST, &ip, sizeof(ip));
	}
	return nl_send(NETLINK_ROUTE, &n);
}

static bool
is_default(const struct setting *s, const struct nlmsghdr *h)
{
	const struct rtmsg *m = NLMSG_DATA(h);

	return is_own_family(s, h) && m->rtm_dst_len == 0;
}

static int
remove_default(void *arg, const struct nlmsghdr *h)
{
	const struct setting *s = arg;
	static const uint16_t without[] = { RTA_CACHEINFO, 0 };
	const struct rtmsg *m = NLMSG_DATA(h);
	CLEANUP_NL struct nl n = { 0 };

	if (!is_default(s, h))
		return 0;
	nl_begin(&n, RTM_DELROUTE, NLM_F_ACK, m, sizeof(*m));
	copy_attributes(&n, h, sizeof(*m), without);
	/* It may have gone with the address. */
	return nl_send(NETLINK_ROUTE, &n) < 0 && errno != ESRCH ? -1 : 0;
}

static int
add_default(const struct setting *s)
{
	const struct rtmsg m = {
		.rtm_family = (unsigned char)s->w->family,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = s->w->route_of ? s->w->route_of : RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	CLEANUP_NL struct nl n = { 0 };

	nl_begin(&n, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &m,
	    sizeof(m));
	nl_put(&n, RTA_GATEWAY, s->gateway, s->len);
	nl_put_u32(&n, RTA_OIF, s->index);
	return nl_send(NETLINK_ROUTE, &n);
}

static int
set_all(struct setting *s, const struct bytes *addresses,
    const struct bytes *routes, const char **refused_r)
{
	*refused_r = NULL;
	if (each(addresses, remove_other, s) < 0 ||
	    each(routes, remove_default, s) < 0)
		return -1;
	*refused_r = "IP";
	if (s->w->text && !s->there && add_wanted(s) < 0)
		return -1;
	*refused_r = "gateway";
	return s->w->text && *s->w->gateway ? add_default(s) : 0;
}

static int
put_back_address(void *arg, const struct nlmsghdr *h)
{
	const struct setting *s = arg;
	unsigned index = s->index;

	return is_own_family(s, h) ? add_address(&index, h) : 0;
}

static int
put_back_route(void *arg, const struct nlmsghdr *h)
{
	const struct setting *s = arg;
	unsigned index = s->index;

	return is_own_family(s, h) ? add_route(&index, h) : 0;
}

/* Without the new ones, as far as that goes. */
static void
put_back(const struct setting *was, const struct bytes *addresses,
    const struct bytes *routes)
{
	const struct address_wish none = { .family = was->w->family };
	struct setting s = *was;
	CLEANUP_BYTES struct bytes now = { 0 };

	s.w = &none;
	if (collect(RTM_GETADDR, keep_address, s.index, &now) == 0)
		(void)each(&now, remove_other, &s);
	(void)each(addresses, put_back_address, &s);
	(void)each(routes, put_back_route, &s);
}

static bool
read_wish(struct setting *s)
{
	const struct address_wish *w = s->w;

	s->len = w->family == AF_INET ? 4 : 16;
	if (!w->text)
		return true;
	return w->prefix <= s->len * 8 &&
	    inet_pton(w->family, w->text, s->bytes) == 1 &&
	    (!*w->gateway || inet_pton(w->family, w->gateway, s->gateway) == 1);
}

int
address_set(unsigned index, const struct address_wish *w,
    const char **refused_r)
{
	struct setting s = { .index = index, .w = w };
	CLEANUP_BYTES struct bytes addresses = { 0 };
	CLEANUP_BYTES struct bytes routes = { 0 };
	int error;

	*refused_r = NULL;
	if (!read_wish(&s)) {
		errno = EINVAL;
		*refused_r = "IP";
		return -1;
	}
	if (collect(RTM_GETADDR, keep_address, index, &addresses) < 0 ||
	    collect(RTM_GETROUTE, keep_route, index, &routes) < 0)
		return -1;
	if (set_all(&s, &addresses, &routes, refused_r) == 0)
		return 0;
	error = errno;
	put_back(&s, &addresses, &routes);
	errno = error;
	return -1;
}

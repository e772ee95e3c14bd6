/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The network worker's operations on the links of this kernel, in a network
 * namespace of the test's own. Ends of veth pairs stand for interfaces of
 * guests. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/netlink.h"
#include "network/address.h"
#include "network/names.h"
#include "network/network.h"
#include "tests/lib/unit.h"

#define BRIDGE "xapi7"
#define VIF "vif1.0"
#define OTHER "vif2.0"

/* ---- the namespace ---- */

static int
make_pair(const char *name, const char *peer)
{
	const struct ifinfomsg about = { 0 };
	CLEANUP_NL struct nl n = { 0 };
	size_t info, data, other;

	nl_begin(&n, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &about,
	    sizeof(about));
	nl_put_text(&n, IFLA_IFNAME, name);
	info = nl_nest(&n, IFLA_LINKINFO);
	nl_put_text(&n, IFLA_INFO_KIND, "veth");
	data = nl_nest(&n, IFLA_INFO_DATA);
	other = nl_nest(&n, 1 /* VETH_INFO_PEER */);
	bytes_put(&n.b, &about, sizeof(about));
	nl_put_text(&n, IFLA_IFNAME, peer);
	nl_nest_end(&n, other);
	nl_nest_end(&n, data);
	nl_nest_end(&n, info);
	return nl_send(NETLINK_ROUTE, &n);
}

static bool
is_there(const char *name)
{
	struct link l = { 0 };

	return link_get(name, &l) == 0;
}

static void
remove_link(const char *name)
{
	struct link l = { 0 };

	if (link_get(name, &l) == 0)
		(void)link_remove(l.index);
}

/* A new namespace for each test. True: there is none, the test is skipped. */
static bool
no_namespace(void)
{
	static bool own_users;
	int flags = CLONE_NEWNET;

	if (geteuid() != 0 && !own_users)
		flags |= CLONE_NEWUSER;
	if (unshare(flags) < 0) {
		unit_skip("no network namespace can be made here");
		return true;
	}
	own_users = own_users || (flags & CLONE_NEWUSER);
	if (make_pair(VIF, "guest1") < 0 || make_pair(OTHER, "guest2") < 0 ||
	    link_make_bridge("probe", NULL) < 0) {
		unit_skip("this kernel has no veth pairs or no bridges");
		return true;
	}
	remove_link("probe");
	return false;
}

/* ---- one request ---- */

struct fixture {
	struct arena *arena;
	struct op op;
};

static void
fixture_free(struct fixture *f)
{
	arena_free(f->arena);
}
#define SCOPE __attribute__((cleanup(fixture_free)))

static int
run(struct fixture *f, op_fn *fn, const struct value_member *members,
    uint32_t n)
{
	struct value *args = arena_array(f->arena, 1, sizeof(*args));

	CU_ASSERT_FATAL(args != NULL);
	*args =
	    (struct value){ .kind = VALUE_STRUCT, .n = n, .members = members };
	f->op = (struct op){ .arena = f->arena,
		.uuid = "",
		.name = "",
		.args = args };
	return fn(NULL, &f->op);
}
#define RUN(f, fn, ...)                                                        \
	run((f), network_bridge.fn,                                            \
	    (const struct value_member[]){ __VA_ARGS__ },                      \
	    sizeof((const struct value_member[]){ __VA_ARGS__ }) /             \
		sizeof(struct value_member))
#define TEXT(name, text)                                                       \
	{                                                                      \
		name, value_of_text(text)                                      \
	}
#define INT(name, i)                                                           \
	{                                                                      \
		name, value_of_int(i)                                          \
	}
#define BOOL(name, b)                                                          \
	{                                                                      \
		name, value_of_bool(b)                                         \
	}

static struct link
get(const char *name)
{
	struct link l = { 0 };

	CU_ASSERT_FATAL(link_get(name, &l) == 0);
	return l;
}

static unsigned
index_of(const char *name)
{
	return get(name).index;
}

/* ---- the tests ---- */

static void
test_join_makes_the_bridge(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	for (int again = 0; again < 2; again++)
		CU_ASSERT(RUN(&f, join, TEXT("interface", VIF),
			      TEXT("bridge", BRIDGE), INT("bridge_mtu", 1400),
			      INT("mtu", 1300)) == 0);
	CU_ASSERT_STRING_EQUAL(get(BRIDGE).kind, "bridge");
	CU_ASSERT(get(BRIDGE).group == LINK_GROUP_OURS);
	CU_ASSERT(get(BRIDGE).mtu == 1400);
	CU_ASSERT(get(BRIDGE).up);
	CU_ASSERT(get(VIF).master == index_of(BRIDGE));
	CU_ASSERT(get(VIF).mtu == 1300);
	CU_ASSERT(get(VIF).up);
}

static void
test_the_last_takes_the_bridge_along(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	CU_ASSERT(
	    RUN(&f, join, TEXT("interface", VIF), TEXT("bridge", BRIDGE)) == 0);
	CU_ASSERT(RUN(&f, join, TEXT("interface", OTHER),
		      TEXT("bridge", BRIDGE)) == 0);
	CU_ASSERT(RUN(&f, leave, TEXT("interface", VIF),
		      TEXT("bridge", BRIDGE)) == 0);
	CU_ASSERT(get(VIF).master == 0);
	CU_ASSERT(!get(VIF).up);
	CU_ASSERT(is_there(BRIDGE));
	remove_link(OTHER); /* the guest ended by itself */
	CU_ASSERT(RUN(&f, leave, TEXT("interface", OTHER),
		      TEXT("bridge", BRIDGE)) == 0);
	CU_ASSERT(!is_there(BRIDGE));
	CU_ASSERT(RUN(&f, leave, TEXT("interface", OTHER),
		      TEXT("bridge", BRIDGE)) == 0);
}

static void
test_a_bridge_in_use_is_not_destroyed(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	CU_ASSERT(
	    RUN(&f, join, TEXT("interface", VIF), TEXT("bridge", BRIDGE)) == 0);
	CU_ASSERT(RUN(&f, bridge_destroy, TEXT("bridge", BRIDGE)) == -1);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "OPERATION_NOT_ALLOWED");
	CU_ASSERT(RUN(&f, leave, TEXT("interface", VIF), TEXT("bridge", BRIDGE),
		      BOOL("keep", true)) == 0);
	CU_ASSERT(is_there(BRIDGE));
	for (int again = 0; again < 2; again++)
		CU_ASSERT(RUN(&f, bridge_destroy, TEXT("bridge", BRIDGE)) == 0);
	CU_ASSERT(!is_there(BRIDGE));
}

static void
test_the_host_keeps_its_own(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };
	const uint32_t none = 0;
	struct ifinfomsg about = { 0 };
	CLEANUP_NL struct nl n = { 0 };

	if (no_namespace())
		return;
	CU_ASSERT(RUN(&f, join, TEXT("interface", VIF), TEXT("bridge", "br0"),
		      BOOL("managed", false)) == -1);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "BRIDGE_NOT_AVAILABLE");
	CU_ASSERT(link_make_bridge("br0", NULL) == 0);
	about.ifi_index = (int)index_of("br0");
	nl_begin(&n, RTM_NEWLINK, NLM_F_ACK, &about, sizeof(about));
	nl_put_u32(&n, IFLA_GROUP, none);
	CU_ASSERT(nl_send(NETLINK_ROUTE, &n) == 0);
	CU_ASSERT(RUN(&f, join, TEXT("interface", VIF), TEXT("bridge", "br0"),
		      BOOL("managed", false)) == 0);
	CU_ASSERT(
	    RUN(&f, leave, TEXT("interface", VIF), TEXT("bridge", "br0")) == 0);
	CU_ASSERT(RUN(&f, bridge_destroy, TEXT("bridge", "br0")) == 0);
	CU_ASSERT(is_there("br0"));
	CU_ASSERT(
	    RUN(&f, join, TEXT("interface", VIF), TEXT("bridge", OTHER)) == -1);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "BRIDGE_NOT_AVAILABLE");
}

static void
test_a_disabled_interface_is_cut_off(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	CU_ASSERT(
	    RUN(&f, join, TEXT("interface", VIF), TEXT("bridge", BRIDGE)) == 0);
	CU_ASSERT(RUN(&f, join, TEXT("interface", VIF), TEXT("bridge", BRIDGE),
		      TEXT("mode", "disabled")) == 0);
	CU_ASSERT(get(VIF).master == 0);
	CU_ASSERT(!get(VIF).up);
	CU_ASSERT(RUN(&f, join, TEXT("interface", VIF), TEXT("bridge", BRIDGE),
		      TEXT("mode", "unlocked")) == 0);
	CU_ASSERT(get(VIF).master == index_of(BRIDGE));
}

static void
test_a_bridge_changes_its_mtu(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	CU_ASSERT(
	    RUN(&f, bridge_mtu, TEXT("bridge", BRIDGE), INT("mtu", 9000)) == 0);
	CU_ASSERT(!is_there(BRIDGE));
	CU_ASSERT(
	    RUN(&f, join, TEXT("interface", VIF), TEXT("bridge", BRIDGE)) == 0);
	CU_ASSERT(
	    RUN(&f, bridge_mtu, TEXT("bridge", BRIDGE), INT("mtu", 9000)) == 0);
	CU_ASSERT(get(BRIDGE).mtu == 9000);
}

/* ---- locked interfaces: what arrives behind the bridge ---- */

#define GUEST "guest1" /* the other end of VIF */
#define MAC "\x02\x00\x00\x00\x00\x01"
#define OTHER_MAC "\x02\x00\x00\x00\x00\x02"
#define IP4(last) "\xc0\x00\x02" last
#define LL "\xff\xff\xff\xff\xff\xff"
#define V4_HEAD(proto, ip)                                                     \
	"\x45\x00\x00\x20\x00\x00\x00\x00\x40" proto "\x00\x00" ip             \
	"\xc0\x00\x02\x09"
#define UDP(to) "\x00\x44\x00" to "\x00\x0c\x00\x00\x00\x00\x00\x00"
#define ARP_HEAD "\x00\x01\x08\x00\x06\x04\x00\x01"
#define V6(last) "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0" last
#define V6_NONE "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define V6_HEAD(proto, ip) "\x60\0\0\0\0\x18" proto "\x40" ip V6("\x09")
#define ND(type, ip) type "\0\0\0\0\0\0\0" ip

/* Frames that a guest may make up, and whether they may pass when it is locked
 * to 02:00:00:00:00:01, 192.0.2.5 and fd00::5. */
static const struct frame {
	const char *bytes;
	size_t len;
	bool passes;
} frames[] = {
#define FRAME(passes, ...)                                                     \
	{                                                                      \
		__VA_ARGS__, sizeof(__VA_ARGS__) - 1, passes                   \
	}
	FRAME(true, LL MAC "\x08\x00" V4_HEAD("\x11", IP4("\x05")) UDP("\x35")),
	FRAME(false,
	    LL OTHER_MAC "\x08\x00" V4_HEAD("\x11", IP4("\x05")) UDP("\x35")),
	FRAME(false,
	    LL MAC "\x08\x00" V4_HEAD("\x11", IP4("\x06")) UDP("\x35")),
	/* a question for an address, and one that is none */
	FRAME(true, LL MAC "\x08\x00" V4_HEAD("\x11", "\0\0\0\0") UDP("\x43")),
	FRAME(false, LL MAC "\x08\x00" V4_HEAD("\x11", "\0\0\0\0") UDP("\x35")),
	/* who has: by its own address, another's, from another's MAC */
	FRAME(true,
	    LL MAC
	    "\x08\x06" ARP_HEAD MAC IP4("\x05") "\0\0\0\0\0\0" IP4("\x09")),
	FRAME(false,
	    LL MAC
	    "\x08\x06" ARP_HEAD MAC IP4("\x06") "\0\0\0\0\0\0" IP4("\x09")),
	FRAME(false,
	    LL MAC "\x08\x06" ARP_HEAD OTHER_MAC IP4("\x05") "\0\0\0\0\0\0" IP4(
		"\x09")),
	/* behind a tag; and what is no IP */
	FRAME(false,
	    LL MAC "\x81\x00\x00\x05\x08\x00" V4_HEAD("\x11", IP4("\x05"))
		UDP("\x35")),
	FRAME(false,
	    LL MAC "\x88\xb5"
		   "anything at all, of any protocol"),
	/* IPv6: echo, an advertisement of its own and of another's address, a
	 * router's */
	FRAME(true,
	    LL MAC "\x86\xdd" V6_HEAD("\x3a", V6("\x05"))
		ND("\x80", V6("\x09"))),
	FRAME(false,
	    LL MAC "\x86\xdd" V6_HEAD("\x3a", V6("\x06"))
		ND("\x80", V6("\x09"))),
	FRAME(true,
	    LL MAC "\x86\xdd" V6_HEAD("\x3a", V6("\x05"))
		ND("\x88", V6("\x05"))),
	FRAME(false,
	    LL MAC "\x86\xdd" V6_HEAD("\x3a", V6("\x05"))
		ND("\x88", V6("\x06"))),
	FRAME(true,
	    LL MAC "\x86\xdd" V6_HEAD("\x3a", V6_NONE) ND("\x87", V6("\x05"))),
	FRAME(false,
	    LL MAC "\x86\xdd" V6_HEAD("\x3a", V6_NONE) ND("\x87", V6("\x06"))),
	FRAME(false,
	    LL MAC "\x86\xdd" V6_HEAD("\x3a", V6("\x05"))
		ND("\x86", V6("\x05"))),
};

/* A socket that sees every frame of a link. */
static int
tap(const char *link)
{
	const struct sockaddr_ll at = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)index_of(link) };
	const struct timeval patience = { .tv_usec = 200000 };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_FATAL(
	    bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	return fd;
}

/* Of the IPv4 header that begins there: kernels look at it on bridges, too. */
static void
fill_checksum(unsigned char *head)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(head[i] << 8 | head[i + 1]);
	sum = ~((sum & 0xffff) + (sum >> 16));
	head[10] = (unsigned char)(sum >> 8);
	head[11] = (unsigned char)sum;
}

static void
fill_frame(const struct frame *f, unsigned char *out)
{
	memcpy(out, f->bytes, f->len);
	if (memcmp(out + 12, "\x08\x00", 2) == 0)
		fill_checksum(out + 14);
	if (memcmp(out + 12, "\x81\x00", 2) == 0)
		fill_checksum(out + 18);
}

#define END 20

/* Whether a frame from the guest comes out at the other port. */
static bool
arrives(int guest, int behind, const struct frame *f)
{
	unsigned char frame[128];
	char buf[256];
	ssize_t n;

	CU_ASSERT_FATAL(f->len <= sizeof(frame));
	fill_frame(f, frame);
	while (recv(behind, buf, sizeof(buf), MSG_DONTWAIT) >= 0)
		;
	CU_ASSERT_FATAL(send(guest, frame, f->len, 0) == (ssize_t)f->len);
	/* By its end: a tag is told beside the frame. */
	while ((n = recv(behind, buf, sizeof(buf), 0)) >= 0)
		if (n >= END &&
		    memcmp(buf + n - END, frame + f->len - END, END) == 0)
			return true;
	return false;
}

static int
lock(struct fixture *f, const char *mode)
{
	const struct value v4 = value_of_text("192.0.2.5");
	const struct value v6 = value_of_text("fd00::5");

	return RUN(f, join, TEXT("interface", VIF), TEXT("bridge", BRIDGE),
	    TEXT("mode", mode), TEXT("mac", "02:00:00:00:00:01"),
	    { "ipv4_allowed", { .kind = VALUE_ARRAY, .n = 1, .items = &v4 } },
	    { "ipv6_allowed", { .kind = VALUE_ARRAY, .n = 1, .items = &v6 } });
}

static void
test_a_locked_interface_sends_as_itself_only(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };
	CLEANUP_FD int guest = -1, behind = -1;

	if (no_namespace())
		return;
	CU_ASSERT(lock(&f, "unlocked") == 0);
	CU_ASSERT(RUN(&f, join, TEXT("interface", OTHER),
		      TEXT("bridge", BRIDGE)) == 0);
	CU_ASSERT(link_set_up(index_of(GUEST), true) == 0);
	CU_ASSERT(link_set_up(index_of("guest2"), true) == 0);
	guest = tap(GUEST);
	behind = tap("guest2");
	for (size_t i = 0; i < UNIT_COUNT(frames); i++)
		CU_ASSERT(arrives(guest, behind, &frames[i]));
	if (lock(&f, "locked") < 0 &&
	    strcmp(f.op.error[0], "OPERATION_NOT_ALLOWED") == 0) {
		unit_skip("this kernel has no nf_tables");
		return;
	}
	for (size_t i = 0; i < UNIT_COUNT(frames); i++)
		if (arrives(guest, behind, &frames[i]) != frames[i].passes) {
			printf("# frame %zu\n", i);
			CU_FAIL("passes or not");
		}
	CU_ASSERT(lock(&f, "unlocked") == 0);
	for (size_t i = 0; i < UNIT_COUNT(frames); i++)
		CU_ASSERT(arrives(guest, behind, &frames[i]));
}

/* ---- uplinks ---- */

#define CARD OTHER /* its other end is up: it has a carrier */
#define TAG 42

static void
give_address(const char *link, const char *address, const char *gateway)
{
	const struct ifaddrmsg a = { .ifa_family = AF_INET,
		.ifa_prefixlen = 24,
		.ifa_index = index_of(link) };
	const struct rtmsg r = { .rtm_family = AF_INET,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_type = RTN_UNICAST };
	struct in_addr ip;
	CLEANUP_NL struct nl n = { 0 };
	CLEANUP_NL struct nl m = { 0 };

	CU_ASSERT_FATAL(link_set_up(index_of("guest2"), true) == 0);
	CU_ASSERT_FATAL(link_set_up(index_of(link), true) == 0);
	CU_ASSERT_FATAL(inet_pton(AF_INET, address, &ip) == 1);
	nl_begin(&n, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, &a, sizeof(a));
	nl_put(&n, IFA_LOCAL, &ip, sizeof(ip));
	nl_put(&n, IFA_ADDRESS, &ip, sizeof(ip));
	CU_ASSERT_FATAL(nl_send(NETLINK_ROUTE, &n) == 0);
	CU_ASSERT_FATAL(inet_pton(AF_INET, gateway, &ip) == 1);
	nl_begin(&m, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE, &r, sizeof(r));
	nl_put(&m, RTA_GATEWAY, &ip, sizeof(ip));
	nl_put_u32(&m, RTA_OIF, index_of(link));
	CU_ASSERT_FATAL(nl_send(NETLINK_ROUTE, &m) == 0);
}

static void
check_has(const char *link, const char *address, const char *gateway)
{
	struct addresses a;

	CU_ASSERT_FATAL(address_read(index_of(link), &a) == 0);
	CU_ASSERT(a.n4 == (*address ? 1 : 0));
	CU_ASSERT_STRING_EQUAL(a.v4[0].text, address);
	CU_ASSERT_STRING_EQUAL(a.gateway4, gateway);
}

static void
test_the_host_is_not_cut_off(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	give_address(CARD, "192.0.2.5", "192.0.2.1");
	CU_ASSERT(RUN(&f, uplink, TEXT("bridge", BRIDGE), TEXT("device", CARD),
		      TEXT("pif", "the pif")) == -1);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "REQUIRED_PIF_IS_UNPLUGGED");
	CU_ASSERT_STRING_EQUAL(f.op.error[1], "the pif");
	CU_ASSERT(!is_there(BRIDGE));
	check_has(CARD, "192.0.2.5", "192.0.2.1");
}

/* An MTU that the kernel refuses, when the bridge is there already. */
static void
test_what_does_not_come_up_leaves_nothing(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	CU_ASSERT(RUN(&f, uplink, TEXT("bridge", BRIDGE), TEXT("device", "lo"),
		      INT("bridge_mtu", 1400)) == -1);
	CU_ASSERT(!is_there(BRIDGE));
}

static void
test_addresses_follow_their_card(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	give_address(CARD, "192.0.2.5", "192.0.2.1");
	for (int again = 0; again < 2; again++)
		CU_ASSERT(RUN(&f, uplink, TEXT("bridge", BRIDGE),
			      TEXT("device", CARD), BOOL("take", true)) == 0);
	CU_ASSERT(get(CARD).master == index_of(BRIDGE));
	CU_ASSERT(memcmp(get(CARD).mac, get(BRIDGE).mac, LINK_MAC) == 0);
	check_has(CARD, "", "");
	check_has(BRIDGE, "192.0.2.5", "192.0.2.1");
	CU_ASSERT(RUN(&f, leave, TEXT("interface", VIF),
		      TEXT("bridge", BRIDGE)) == 0);
	CU_ASSERT(is_there(BRIDGE));
	for (int again = 0; again < 2; again++)
		CU_ASSERT(RUN(&f, downlink, TEXT("bridge", BRIDGE),
			      TEXT("device", CARD)) == 0);
	check_has(CARD, "192.0.2.5", "192.0.2.1");
	CU_ASSERT(!is_there(BRIDGE));
}

static void
test_a_card_that_carries_nothing_goes_up(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	CU_ASSERT(
	    RUN(&f, uplink, TEXT("bridge", BRIDGE), TEXT("device", CARD)) == 0);
	CU_ASSERT(RUN(&f, uplink, TEXT("bridge", "other"), TEXT("device", CARD),
		      TEXT("pif", "the pif")) == -1);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "PIF_UNMANAGED");
	CU_ASSERT(get(CARD).master == index_of(BRIDGE));
	CU_ASSERT(!is_there("other"));
	CU_ASSERT(RUN(&f, uplink, TEXT("bridge", "other"),
		      TEXT("device", "none0"), TEXT("pif", "the pif")) == -1);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "REQUIRED_PIF_IS_UNPLUGGED");
}

static void
test_a_vlan_takes_nothing_from_its_card(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	if (link_make_vlan("probe", index_of(CARD), 1) < 0) {
		unit_skip("this kernel has no VLANs");
		return;
	}
	give_address(CARD, "192.0.2.5", "192.0.2.1");
	for (int again = 0; again < 2; again++)
		CU_ASSERT(RUN(&f, uplink, TEXT("bridge", BRIDGE),
			      TEXT("device", CARD), INT("vlan", TAG)) == 0);
	CU_ASSERT(get(CARD ".42").vlan == TAG);
	CU_ASSERT(get(CARD ".42").master == index_of(BRIDGE));
	check_has(CARD, "192.0.2.5", "192.0.2.1");
	CU_ASSERT(RUN(&f, uplink, TEXT("bridge", "other"), TEXT("device", CARD),
		      INT("vlan", TAG)) == -1);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "VLAN_IN_USE");
	CU_ASSERT(!is_there("other"));
	CU_ASSERT(RUN(&f, downlink, TEXT("bridge", BRIDGE),
		      TEXT("device", CARD), INT("vlan", TAG)) == 0);
	CU_ASSERT(!is_there(CARD ".42"));
	CU_ASSERT(!is_there(BRIDGE));
}

static int
set_address(struct fixture *f, const char *ip, const char *gateway)
{
	return RUN(f, address, TEXT("bridge", BRIDGE), TEXT("device", CARD),
	    INT("family", 4), TEXT("ip", ip), INT("prefix", 24),
	    TEXT("gateway", gateway));
}

static void
test_a_card_gets_the_address_that_is_wanted(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	give_address(CARD, "192.0.2.5", "192.0.2.1");
	for (int again = 0; again < 2; again++) {
		CU_ASSERT(set_address(&f, "192.0.2.6", "192.0.2.2") == 0);
		check_has(CARD, "192.0.2.6", "192.0.2.2");
	}
	CU_ASSERT(set_address(&f, "198.51.100.6", "") == 0);
	check_has(CARD, "198.51.100.6", "");
	CU_ASSERT(set_address(&f, "", "") == 0);
	check_has(CARD, "", "");
}

static void
test_an_address_stands_on_the_bridge_of_its_card(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	give_address(CARD, "192.0.2.5", "192.0.2.1");
	CU_ASSERT(RUN(&f, uplink, TEXT("bridge", BRIDGE), TEXT("device", CARD),
		      BOOL("take", true)) == 0);
	CU_ASSERT(set_address(&f, "192.0.2.7", "192.0.2.1") == 0);
	check_has(CARD, "", "");
	check_has(BRIDGE, "192.0.2.7", "192.0.2.1");
}

/* What the kernel refuses leaves the host as it was. */
static void
test_an_address_that_cannot_be_changes_nothing(void)
{
	static const struct {
		const char *ip, *gateway, *refused;
	} rows[] = {
		{ "192.0.2.7", "203.0.113.1", "gateway" }, /* not reachable */
		{ "1.2.3", "", "IP" },
	};
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	give_address(CARD, "192.0.2.5", "192.0.2.1");
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		CU_ASSERT(set_address(&f, rows[i].ip, rows[i].gateway) == -1);
		CU_ASSERT_STRING_EQUAL(f.op.error[0],
		    "INVALID_IP_ADDRESS_SPECIFIED");
		CU_ASSERT_STRING_EQUAL(f.op.error[1], rows[i].refused);
		check_has(CARD, "192.0.2.5", "192.0.2.1");
	}
}

static void
test_IPv6_is_set_beside_IPv4(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };
	struct addresses a;

	if (no_namespace())
		return;
	give_address(CARD, "192.0.2.5", "192.0.2.1");
	if (RUN(&f, address, TEXT("bridge", BRIDGE), TEXT("device", CARD),
		INT("family", 6), TEXT("ip", "fd00::5"), INT("prefix", 64),
		TEXT("gateway", "fd00::1")) < 0) {
		unit_skip("this kernel has no IPv6");
		return;
	}
	check_has(CARD, "192.0.2.5", "192.0.2.1");
	CU_ASSERT_FATAL(address_read(index_of(CARD), &a) == 0);
	CU_ASSERT(a.n6 == 1);
	CU_ASSERT_STRING_EQUAL(a.v6[0].text, "fd00::5");
	CU_ASSERT_STRING_EQUAL(a.gateway6, "fd00::1");
}

static void
test_what_is_not_there_gets_no_address(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	CU_ASSERT(RUN(&f, address, TEXT("bridge", BRIDGE),
		      TEXT("device", "none0"), TEXT("pif", "the pif"),
		      TEXT("ip", "192.0.2.5"), INT("prefix", 24)) == -1);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "REQUIRED_PIF_IS_UNPLUGGED");
	CU_ASSERT(RUN(&f, address, TEXT("bridge", BRIDGE), TEXT("device", CARD),
		      INT("vlan", TAG), TEXT("pif", "the pif"),
		      TEXT("ip", "192.0.2.5"), INT("prefix", 24)) == -1);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "REQUIRED_PIF_IS_UNPLUGGED");
	CU_ASSERT(RUN(&f, address, TEXT("bridge", BRIDGE), TEXT("device", CARD),
		      TEXT("ip", "192.0.2.5"), INT("prefix", 999)) == -1);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "INVALID_IP_ADDRESS_SPECIFIED");
}

/* As a DHCP client's program does it. */
static void
test_an_address_of_a_lease_ends_with_it(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };
	const struct address_wish lease = { .family = AF_INET,
		.text = "192.0.2.7",
		.prefix = 24,
		.gateway = "192.0.2.1",
		.seconds = 600,
		.route_of = 16 };
	struct addresses a;
	const char *refused;

	if (no_namespace())
		return;
	CU_ASSERT(RUN(&f, address, TEXT("bridge", BRIDGE), TEXT("device", CARD),
		      TEXT("ip", "192.0.2.5"), INT("prefix", 24)) == 0);
	for (int i = 0; i < 2; i++) { /* and when it is renewed */
		CU_ASSERT(
		    address_set(if_nametoindex(CARD), &lease, &refused) == 0);
		CU_ASSERT(address_read(if_nametoindex(CARD), &a) == 0);
		CU_ASSERT(a.n4 == 1 && a.v4[0].dynamic && a.leased);
		CU_ASSERT_STRING_EQUAL(a.v4[0].text, "192.0.2.7");
		CU_ASSERT_STRING_EQUAL(a.gateway4, "192.0.2.1");
	}
	CU_ASSERT(RUN(&f, addresses, TEXT("bridge", BRIDGE),
		      TEXT("device", CARD)) == 0);
	CU_ASSERT_STRING_EQUAL(value_text(&f.op.result, "mode", ""), "DHCP");
	CU_ASSERT_STRING_EQUAL(value_text(&f.op.result, "gateway", ""),
	    "192.0.2.1");
	/* The same one, said by somebody, is for ever. */
	CU_ASSERT(RUN(&f, address, TEXT("bridge", BRIDGE), TEXT("device", CARD),
		      TEXT("mode", "Static"), TEXT("ip", "192.0.2.7"),
		      INT("prefix", 24)) == 0);
	CU_ASSERT(address_read(if_nametoindex(CARD), &a) == 0);
	CU_ASSERT(a.n4 == 1 && !a.v4[0].dynamic && !*a.gateway4);
}

static void
test_a_client_needs_rights_that_the_worker_has_not(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	CU_ASSERT(RUN(&f, address, TEXT("bridge", BRIDGE), TEXT("device", CARD),
		      TEXT("mode", "DHCP")) == -1);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "INTERNAL_ERROR");
}

static void
test_name_servers_take_the_place_of_others(void)
{
	static const struct {
		const char *was, *servers, *is;
	} rows[] = {
		{ "search x\nnameserver 1.1.1.1\n", "9.9.9.9,fd00::1",
		    "nameserver 9.9.9.9\nnameserver fd00::1\nsearch x\n" },
		{ "", "9.9.9.9 8.8.8.8",
		    "nameserver 9.9.9.9\nnameserver 8.8.8.8\n" },
		{ "search x\n", "", "search x\n" },
		{ "search x\n", "evil\nnameserver,;rm", "search x\n" },
		{ "options a", "9.9.9.9", "nameserver 9.9.9.9\noptions a\n" },
	};
	const char *path = unit_path("resolv.conf");

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		CLEANUP_BYTES struct bytes b = { 0 };

		CU_ASSERT(file_write_atomic(path, rows[i].was,
			      strlen(rows[i].was), 0644) == 0);
		CU_ASSERT(names_write(path, rows[i].servers) == 0);
		CU_ASSERT(file_read(path, 4096, &b) == 0);
		CU_ASSERT_STRING_EQUAL(bytes_cstr(&b), rows[i].is);
	}
}

static void
test_links_without_hardware_are_no_cards(void)
{
	SCOPE struct fixture f = { .arena = arena_new(0) };

	if (no_namespace())
		return;
	CU_ASSERT(RUN(&f, nics, TEXT("unused", "")) == 0);
	CU_ASSERT(value_member(&f.op.result, "nics")->n == 0);
	CU_ASSERT(value_member(&f.op.result, "vlans")->n == 0);
}

static void
test_names_are_harmless(void)
{
	static const char *const bad[] = { "", ".", "..", "a/b", "a b", "-a",
		"sixteencharacter", "a\n" };
	SCOPE struct fixture f = { .arena = arena_new(0) };

	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		CU_ASSERT(
		    RUN(&f, bridge_destroy, TEXT("bridge", bad[i])) == -1);
		CU_ASSERT_STRING_EQUAL(f.op.error[0], "INVALID_VALUE");
	}
}

UNIT_MAIN("network",
    { "an interface that joins makes the bridge, once",
	test_join_makes_the_bridge },
    { "the last interface takes the bridge along",
	test_the_last_takes_the_bridge_along },
    { "a bridge that something is on is not destroyed",
	test_a_bridge_in_use_is_not_destroyed },
    { "bridges and links of the host are neither made nor removed",
	test_the_host_keeps_its_own },
    { "an interface that is disabled is on no bridge",
	test_a_disabled_interface_is_cut_off },
    { "a bridge changes its MTU while it is used",
	test_a_bridge_changes_its_mtu },
    { "a locked interface sends as itself only",
	test_a_locked_interface_sends_as_itself_only },
    { "a card with the host's addresses stays as it is unless asked for",
	test_the_host_is_not_cut_off },
    { "what does not come up leaves nothing behind",
	test_what_does_not_come_up_leaves_nothing },
    { "addresses and routes follow their card to its bridge and back",
	test_addresses_follow_their_card },
    { "a card that carries nothing goes on the bridge of its network",
	test_a_card_that_carries_nothing_goes_up },
    { "a VLAN takes nothing from its card",
	test_a_vlan_takes_nothing_from_its_card },
    { "a card gets the address that is wanted, and no other",
	test_a_card_gets_the_address_that_is_wanted },
    { "an address stands on the bridge of its card",
	test_an_address_stands_on_the_bridge_of_its_card },
    { "an address that cannot be changes nothing",
	test_an_address_that_cannot_be_changes_nothing },
    { "IPv6 is set beside IPv4", test_IPv6_is_set_beside_IPv4 },
    { "what is not there gets no address",
	test_what_is_not_there_gets_no_address },
    { "an address of a lease ends with it",
	test_an_address_of_a_lease_ends_with_it },
    { "a DHCP client needs rights that the worker has not",
	test_a_client_needs_rights_that_the_worker_has_not },
    { "name servers take the place of others",
	test_name_servers_take_the_place_of_others },
    { "links without hardware are no cards",
	test_links_without_hardware_are_no_cards },
    { "names that are no device names are refused", test_names_are_harmless })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Links by rtnetlink: one request, one acknowledgement.
 * (source: rtnetlink(7), linux/if_link.h) */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "network/network.h"

#define ANSWER_SECONDS 5

struct request {
	struct nlmsghdr head;
	struct ifinfomsg link;
	char attributes[256];
};

static void
begin(struct request *r, uint16_t type, uint16_t flags, unsigned index)
{
	memset(r, 0, sizeof(*r));
	r->head.nlmsg_len = NLMSG_LENGTH(sizeof(r->link));
	r->head.nlmsg_type = type;
	r->head.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	r->link.ifi_family = AF_UNSPEC;
	r->link.ifi_index = (int)index;
}

/* Names are at most IFNAMSIZ: what is put always has room. */
static struct rtattr *
put(struct request *r, uint16_t type, const void *data, size_t len)
{
	struct rtattr *a = (void *)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (uint16_t)RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), data, len);
	r->head.nlmsg_len =
	    NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len);
	return a;
}

static int
talk(struct request *r)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct timeval patience = { .tv_sec = ANSWER_SECONDS };
	CLEANUP_FD int fd =
	    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[512];
	} answer;
	ssize_t n;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) < 0 ||
	    sendto(fd, r, r->head.nlmsg_len, 0,
		(const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -1;
	n = recv(fd, &answer, sizeof(answer), 0);
	if (n < 0)
		return -1;
	if ((size_t)n < sizeof(answer.head) + sizeof(answer.error.error) ||
	    answer.head.nlmsg_type != NLMSG_ERROR) {
		errno = EBADMSG;
		return -1;
	}
	errno = -answer.error.error;
	return answer.error.error ? -1 : 0;
}

int
link_make_bridge(const char *name)
{
	struct rtattr *info;
	struct request r;

	begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	(void)put(&r, IFLA_IFNAME, name, strlen(name) + 1);
	info = put(&r, IFLA_LINKINFO, NULL, 0);
	(void)put(&r, IFLA_INFO_KIND, "bridge", sizeof("bridge"));
	info->rta_len =
	    (uint16_t)((char *)&r + r.head.nlmsg_len - (char *)info);
	return talk(&r);
}

int
link_remove(unsigned index)
{
	struct request r;

	begin(&r, RTM_DELLINK, 0, index);
	return talk(&r);
}

int
link_set_master(unsigned index, unsigned master)
{
	uint32_t value = master;
	struct request r;

	begin(&r, RTM_NEWLINK, 0, index);
	(void)put(&r, IFLA_MASTER, &value, sizeof(value));
	return talk(&r);
}

int
link_set_mtu(unsigned index, uint32_t mtu)
{
	struct request r;

	begin(&r, RTM_NEWLINK, 0, index);
	(void)put(&r, IFLA_MTU, &mtu, sizeof(mtu));
	return talk(&r);
}

int
link_set_up(unsigned index)
{
	struct request r;

	begin(&r, RTM_NEWLINK, 0, index);
	r.link.ifi_flags = IFF_UP;
	r.link.ifi_change = IFF_UP;
	return talk(&r);
}

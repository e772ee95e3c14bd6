/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* (source of numbers and their order: the protocol's description, and the
 * kernel's nbd-netlink.h) */
#include "storage/nbd.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/nbd-netlink.h>
#include <linux/nbd.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"

/* ---- the greeting ---- */

#define MAGIC UINT64_C(0x4e42444d41474943)  /* NBDMAGIC */
#define OPTION UINT64_C(0x49484156454f5054) /* IHAVEOPT */
#define ANSWER UINT64_C(0x0003e889045565a9)
#define GREET_FLAGS 3u /* fixed new style, no zeroes */
#define OPT_GO 7u
#define REP_ACK 1u
#define REP_INFO 3u
#define INFO_EXPORT 0u
#define MAX_ANSWER 4096u
#define MAX_ANSWERS 16

struct greeting {
	uint64_t magic, option;
	uint16_t flags;
} __attribute__((packed));

struct request {
	uint32_t flags;
	uint64_t option;
	uint32_t go, len;
	uint32_t name; /* its length: 0 */
	uint16_t infos;
} __attribute__((packed));

struct answer {
	uint64_t magic;
	uint32_t option, type, len;
} __attribute__((packed));

struct export_info {
	uint16_t type;
	uint64_t size;
	uint16_t flags;
} __attribute__((packed));

static int
fail(int error)
{
	errno = error;
	return -1;
}

static int
read_all(int fd, void *p, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = recv(fd, (char *)p + got, len - got, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -1 : fail(ECONNRESET);
		got += (size_t)n;
	}
	return 0;
}

/* 1: that was the last answer. */
static int
read_answer(int sock, struct nbd_export *out_r, bool *told)
{
	char body[MAX_ANSWER];
	struct export_info info;
	struct answer a;
	uint32_t len;

	if (read_all(sock, &a, sizeof(a)) < 0)
		return -1;
	len = be32toh(a.len);
	if (be64toh(a.magic) != ANSWER || be32toh(a.option) != OPT_GO ||
	    len > sizeof(body))
		return fail(EPROTO);
	if (read_all(sock, body, len) < 0)
		return -1;
	if (be32toh(a.type) == REP_ACK)
		return *told ? 1 : fail(EPROTO);
	if (be32toh(a.type) != REP_INFO)
		return fail(EPROTO);
	if (len < sizeof(info))
		return 0;
	memcpy(&info, body, sizeof(info));
	if (be16toh(info.type) != INFO_EXPORT)
		return 0;
	*told = true;
	out_r->size = be64toh(info.size);
	out_r->flags = be16toh(info.flags);
	return 0;
}

int
nbd_greet(int sock, struct nbd_export *out_r)
{
	struct request go = {
		.flags = htobe32(GREET_FLAGS),
		.option = htobe64(OPTION),
		.go = htobe32(OPT_GO),
		.len = htobe32(6),
	};
	struct greeting g;
	bool told = false;
	int r = 0;

	if (read_all(sock, &g, sizeof(g)) < 0)
		return -1;
	if (be64toh(g.magic) != MAGIC || be64toh(g.option) != OPTION ||
	    !(be16toh(g.flags) & 1))
		return fail(EPROTO);
	if (file_write_full(sock, &go, sizeof(go)) < 0)
		return -1;
	for (int i = 0; r == 0 && i < MAX_ANSWERS; i++)
		r = read_answer(sock, out_r, &told);
	return r == 1 ? 0 : r < 0 ? -1 : fail(EPROTO);
}

/* ---- netlink ---- */

#define BLOCK UINT64_C(512)

/* One message, which grows by attributes. */
struct message {
	union {
		struct nlmsghdr head;
		char bytes[1024];
	};
};

static void
begin(struct message *m, uint16_t family, uint8_t command, uint16_t flags)
{
	struct genlmsghdr *g = NLMSG_DATA(&m->head);

	memset(m, 0, sizeof(*m));
	m->head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->head.nlmsg_type = family;
	m->head.nlmsg_flags = NLM_F_REQUEST | flags;
	g->cmd = command;
	g->version = 1;
}

static struct nlattr *
put(struct message *m, uint16_t type, const void *p, size_t len)
{
	struct nlattr *a = (struct nlattr *)(m->bytes + m->head.nlmsg_len);

	if (m->head.nlmsg_len + NLA_HDRLEN + NLA_ALIGN(len) > sizeof(*m))
		return NULL;
	a->nla_type = type;
	a->nla_len = (uint16_t)(NLA_HDRLEN + len);
	if (len)
		memcpy((char *)a + NLA_HDRLEN, p, len);
	m->head.nlmsg_len += (uint32_t)(NLA_HDRLEN + NLA_ALIGN(len));
	return a;
}

static void
put64(struct message *m, uint16_t type, uint64_t v)
{
	(void)put(m, type, &v, sizeof(v));
}

/* The value of an attribute of an answer; NULL when it has none. */
static const void *
find(const struct message *m, size_t len, uint16_t type, size_t want)
{
	size_t at = NLMSG_LENGTH(GENL_HDRLEN);

	while (at + NLA_HDRLEN <= len) {
		const struct nlattr *a = (const void *)(m->bytes + at);

		if (a->nla_len < NLA_HDRLEN || at + a->nla_len > len)
			return NULL;
		if ((a->nla_type & NLA_TYPE_MASK) == type &&
		    a->nla_len >= NLA_HDRLEN + want)
			return (const char *)a + NLA_HDRLEN;
		at += NLA_ALIGN((size_t)a->nla_len);
	}
	return NULL;
}

/* Sends, and reads the answer over it, or the kernel's word that it is done.
 * The length, 0: no more than that; -1 and errno. */
static ssize_t
ask(int sock, struct message *m)
{
	const struct nlmsgerr *e;
	ssize_t n;

	if (send(sock, m, m->head.nlmsg_len, 0) < 0)
		return -1;
	n = recv(sock, m, sizeof(*m), 0);
	if (n < (ssize_t)sizeof(m->head) || m->head.nlmsg_len > (size_t)n)
		return n < 0 ? -1 : fail(EPROTO);
	if (m->head.nlmsg_type != NLMSG_ERROR)
		return (ssize_t)m->head.nlmsg_len;
	e = NLMSG_DATA(&m->head);
	return e->error ? fail(-e->error) : 0;
}

/* A socket to the kernel, and the number that it calls nbd by. */
static int
open_family(uint16_t *family_r)
{
	static const struct timeval limit = { .tv_sec = 30 };
	CLEANUP_FD int sock =
	    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	struct message m;
	const void *id;
	ssize_t n;

	if (sock < 0)
		return -1;
	(void)setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	begin(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	(void)put(&m, CTRL_ATTR_FAMILY_NAME, NBD_GENL_FAMILY_NAME,
	    sizeof(NBD_GENL_FAMILY_NAME));
	n = ask(sock, &m);
	if (n < 0)
		return -1;
	id = find(&m, (size_t)n, CTRL_ATTR_FAMILY_ID, sizeof(*family_r));
	if (!id)
		return fail(EPROTO);
	memcpy(family_r, id, sizeof(*family_r));
	return STEAL_FD(sock);
}

static void
put_socket(struct message *m, int sock)
{
	uint32_t fd = (uint32_t)sock;
	struct nlattr *list = put(m, NBD_ATTR_SOCKETS | NLA_F_NESTED, NULL, 0);
	struct nlattr *item = put(m, NBD_SOCK_ITEM | NLA_F_NESTED, NULL, 0);

	(void)put(m, NBD_SOCK_FD, &fd, sizeof(fd));
	item->nla_len = (uint16_t)(m->bytes + m->head.nlmsg_len - (char *)item);
	list->nla_len = (uint16_t)(m->bytes + m->head.nlmsg_len - (char *)list);
}

int
nbd_connect(int sock, const struct nbd_export *e, const char *name)
{
	uint16_t family;
	CLEANUP_FD int kernel = open_family(&family);
	const void *index;
	struct message m;
	uint32_t device;
	ssize_t n;

	if (kernel < 0)
		return -1;
	begin(&m, family, NBD_CMD_CONNECT, 0);
	put64(&m, NBD_ATTR_SIZE_BYTES, e->size);
	put64(&m, NBD_ATTR_BLOCK_SIZE_BYTES, BLOCK);
	put64(&m, NBD_ATTR_SERVER_FLAGS, e->flags);
	put64(&m, NBD_ATTR_CLIENT_FLAGS, NBD_CFLAG_DESTROY_ON_DISCONNECT);
	(void)put(&m, NBD_ATTR_BACKEND_IDENTIFIER, name, strlen(name) + 1);
	put_socket(&m, sock);
	n = ask(kernel, &m);
	if (n < 0)
		return -1;
	index = find(&m, (size_t)n, NBD_ATTR_INDEX, sizeof(device));
	if (!index)
		return fail(EPROTO);
	memcpy(&device, index, sizeof(device));
	return (int)device;
}

int
nbd_disconnect(int device)
{
	uint16_t family;
	CLEANUP_FD int kernel = open_family(&family);
	uint32_t index = (uint32_t)device;
	struct message m;

	if (kernel < 0)
		return -1;
	begin(&m, family, NBD_CMD_DISCONNECT, NLM_F_ACK);
	(void)put(&m, NBD_ATTR_INDEX, &index, sizeof(index));
	return ask(kernel, &m) < 0 ? -1 : 0;
}

/* ---- what the kernel shows ---- */

/* A short text without its newline. */
static bool
read_text(const char *path, char *out, size_t size)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	if (n < 0)
		return false;
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return true;
}

int
nbd_find(const char *name)
{
	DIR *dir = opendir("/sys/block");
	struct dirent *e;
	int found = -1;

	while (dir && found < 0 && (e = readdir(dir))) {
		char path[300], text[128];
		int device;

		if (sscanf(e->d_name, "nbd%d", &device) != 1)
			continue;
		snprintf(path, sizeof(path), "/sys/block/%s/backend",
		    e->d_name);
		if (read_text(path, text, sizeof(text)) &&
		    strcmp(text, name) == 0)
			found = device;
	}
	if (dir)
		closedir(dir);
	return found;
}

bool
nbd_is_read_only(int device)
{
	char path[64], text[8] = "";

	snprintf(path, sizeof(path), "/sys/block/nbd%d/ro", device);
	return read_text(path, text, sizeof(text)) && strcmp(text, "1") == 0;
}

/* "major:minor" in hexadecimal, as backends write it. */
static bool
read_number(int device, char out[32])
{
	unsigned major, minor;
	char path[64], text[32];

	snprintf(path, sizeof(path), "/sys/block/nbd%d/dev", device);
	if (!read_text(path, text, sizeof(text)) ||
	    sscanf(text, "%u:%u", &major, &minor) != 2)
		return false;
	snprintf(out, 32, "%x:%x", major, minor);
	return true;
}

bool
nbd_is_used(int device)
{
	static const char place[] = "/sys/bus/xen-backend/devices";
	DIR *dir = opendir(place);
	struct dirent *e;
	char number[32];
	bool used = false, known = read_number(device, number);

	while (dir && known && !used && (e = readdir(dir))) {
		char path[400], text[64];

		snprintf(path, sizeof(path), "%s/%s/physical_device", place,
		    e->d_name);
		used = read_text(path, text, sizeof(text)) &&
		    strcmp(text, number) == 0;
	}
	if (dir)
		closedir(dir);
	return used;
}

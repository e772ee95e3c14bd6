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
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/netlink.h"

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

/* A number that an answer holds. */
struct wanted {
	uint16_t type;
	size_t size;
	uint32_t value;
	bool found;
};

static int
note(void *arg, const struct nlmsghdr *answer)
{
	struct wanted *w = arg;
	const struct rtattr *a = nl_find(answer, GENL_HDRLEN, w->type, w->size);

	if (a)
		memcpy(&w->value, RTA_DATA(a), w->size);
	w->found = w->found || a;
	return 0;
}

static void
begin(struct nl *n, uint16_t family, uint8_t command)
{
	const struct genlmsghdr g = { .cmd = command, .version = 1 };

	nl_begin(n, family, NLM_F_ACK, &g, sizeof(g));
}

static void
put64(struct nl *n, uint16_t type, uint64_t v)
{
	nl_put(n, type, &v, sizeof(v));
}

/* The number that the kernel calls nbd by; -1 and errno. */
static int
find_family(void)
{
	/* Of two bytes, wherever those of a number stand. */
	struct wanted w = { .type = CTRL_ATTR_FAMILY_ID,
		.size = sizeof(uint16_t) };
	CLEANUP_NL struct nl n = { 0 };
	uint16_t family;

	begin(&n, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	nl_put_text(&n, CTRL_ATTR_FAMILY_NAME, NBD_GENL_FAMILY_NAME);
	if (nl_ask(NETLINK_GENERIC, &n, note, &w) < 0)
		return -1;
	if (!w.found)
		return fail(EPROTO);
	memcpy(&family, &w.value, sizeof(family));
	return family;
}

static void
put_socket(struct nl *n, int sock)
{
	size_t list = nl_nest(n, NBD_ATTR_SOCKETS | NLA_F_NESTED);
	size_t item = nl_nest(n, NBD_SOCK_ITEM | NLA_F_NESTED);

	nl_put_u32(n, NBD_SOCK_FD, (uint32_t)sock);
	nl_nest_end(n, item);
	nl_nest_end(n, list);
}

int
nbd_connect(int sock, const struct nbd_export *e, const char *name,
    unsigned patience_sec)
{
	struct wanted w = { .type = NBD_ATTR_INDEX, .size = sizeof(w.value) };
	CLEANUP_NL struct nl n = { 0 };
	int family = find_family();

	if (family < 0)
		return -1;
	begin(&n, (uint16_t)family, NBD_CMD_CONNECT);
	put64(&n, NBD_ATTR_SIZE_BYTES, e->size);
	put64(&n, NBD_ATTR_BLOCK_SIZE_BYTES, BLOCK);
	put64(&n, NBD_ATTR_SERVER_FLAGS, e->flags);
	put64(&n, NBD_ATTR_CLIENT_FLAGS, NBD_CFLAG_DESTROY_ON_DISCONNECT);
	if (patience_sec)
		put64(&n, NBD_ATTR_DEAD_CONN_TIMEOUT, patience_sec);
	nl_put_text(&n, NBD_ATTR_BACKEND_IDENTIFIER, name);
	put_socket(&n, sock);
	if (nl_ask(NETLINK_GENERIC, &n, note, &w) < 0)
		return -1;
	return w.found ? (int)w.value : fail(EPROTO);
}

int
nbd_reconnect(int device, int sock, const char *name)
{
	CLEANUP_NL struct nl n = { 0 };
	int family = find_family();

	if (family < 0)
		return -1;
	begin(&n, (uint16_t)family, NBD_CMD_RECONFIGURE);
	nl_put_u32(&n, NBD_ATTR_INDEX, (uint32_t)device);
	nl_put_text(&n, NBD_ATTR_BACKEND_IDENTIFIER, name);
	put_socket(&n, sock);
	return nl_send(NETLINK_GENERIC, &n);
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

bool
nbd_is_name(const char *name)
{
	return strncmp(name, NBD_PREFIX, sizeof(NBD_PREFIX) - 1) == 0;
}

static bool
has_name(int device, const char *name)
{
	char path[64], text[128];

	snprintf(path, sizeof(path), "/sys/block/nbd%d/backend", device);
	return read_text(path, text, sizeof(text)) && strcmp(text, name) == 0;
}

/* As long as it is open its number is not given to another one. */
int
nbd_disconnect(int device, const char *name)
{
	CLEANUP_NL struct nl n = { 0 };
	CLEANUP_FD int fd = -1;
	int family = find_family();
	char path[32];

	if (family < 0)
		return -1;
	snprintf(path, sizeof(path), "/dev/nbd%d", device);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (!has_name(device, name))
		return fail(ENODEV);
	begin(&n, (uint16_t)family, NBD_CMD_DISCONNECT);
	nl_put_u32(&n, NBD_ATTR_INDEX, (uint32_t)device);
	return nl_send(NETLINK_GENERIC, &n);
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

bool
nbd_is_idle(int device)
{
	unsigned reads, writes;
	char path[64], text[64];

	snprintf(path, sizeof(path), "/sys/block/nbd%d/inflight", device);
	return read_text(path, text, sizeof(text)) &&
	    sscanf(text, "%u %u", &reads, &writes) == 2 && !reads && !writes;
}

/* In this order one that ends meanwhile is counted twice, not missed. A flush is
 * counted among the writes, but has no sectors. (source: the kernel's
 * Documentation/block/stat.rst) */
int
nbd_count_writes(int device, uint64_t *count_r)
{
	unsigned long long sectors, discarded;
	unsigned reading, writing;
	char path[64], text[256];

	snprintf(path, sizeof(path), "/sys/block/nbd%d/inflight", device);
	if (!read_text(path, text, sizeof(text)) ||
	    sscanf(text, "%u %u", &reading, &writing) != 2)
		return -1;
	snprintf(path, sizeof(path), "/sys/block/nbd%d/stat", device);
	if (!read_text(path, text, sizeof(text)) ||
	    sscanf(text,
		"%*u %*u %*u %*u %*u %*u %llu %*u %*u %*u %*u %*u %*u %llu",
		&sectors, &discarded) != 2)
		return -1;
	*count_r = sectors + discarded + writing;
	return 0;
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cards of the host as they are: what the kernel says of them, and the
 * addresses that the host has on them or on the bridges above. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "network/address.h"
#include "network/network.h"

#define SYS "/sys/class/net/"
#define MAX_NICS 64
#define MAX_LINKS 4096
#define RESOLV_BYTES 65536
#define PCI_CHARS 12 /* 0000:00:00.0 */

/* ---- /sys ---- */

/* A word of a file below the link's folder; "" unknown. */
static const char *
attribute(struct op *op, const char *link, const char *name)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	char path[PATH_MAX];
	const char *text;

	snprintf(path, sizeof(path), SYS "%s/%s", link, name);
	if (file_read(path, 4096, &b) < 0 || !(text = bytes_cstr(&b)))
		return "";
	text = arena_printf(op->arena, "%.*s", (int)strcspn(text, " \n"), text);
	return text ? text : "";
}

static int64_t
number(struct op *op, const char *link, const char *name)
{
	long long n = strtoll(attribute(op, link, name), NULL, 10);

	return n > 0 ? n : 0;
}

/* Where the link's device is in /sys; false: it has none. */
static bool
device_path(const char *link, const char *below, char out[PATH_MAX])
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), SYS "%s/device%s", link, below);
	return realpath(path, out) != NULL;
}

static bool
is_pci(const char *s, size_t len)
{
	static const char form[] = "xxxx:xx:xx.x";

	if (len != PCI_CHARS)
		return false;
	for (size_t i = 0; i < len; i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)s[i])
				   : s[i] != form[i])
			return false;
	return true;
}

/* The last PCI device on the way to it: those of virtio are one below. */
static const char *
pci_of(struct op *op, const char *link)
{
	char path[PATH_MAX];
	const char *found = "N/A";

	if (!device_path(link, "", path))
		return found;
	for (const char *s = path; *s;) {
		size_t len = strcspn(s, "/");

		if (is_pci(s, len))
			found = arena_printf(op->arena, "%.*s", (int)len, s);
		s += len + (s[len] == '/');
	}
	return found ? found : "";
}

/* A number of its PCI device as four digits: "8086". */
static const char *
pci_number(struct op *op, const char *pci, const char *name)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	char path[PATH_MAX];
	const char *text;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", pci, name);
	if (file_read(path, 4096, &b) < 0 || !(text = bytes_cstr(&b)))
		return "";
	text = arena_printf(op->arena, "%.4s",
	    strncmp(text, "0x", 2) == 0 ? text + 2 : text);
	return text ? text : "";
}

bool
network_is_card(const struct link *l)
{
	char path[PATH_MAX];
	const char *bus;

	if (!l->ethernet || *l->kind || !device_path(l->name, "", path) ||
	    device_path(l->name, "/physfn", path))
		return false;
	if (!device_path(l->name, "/subsystem", path))
		return true;
	bus = strrchr(path, '/');
	return !bus || strcmp(bus + 1, "xen-backend") != 0;
}

/* ---- all links at once ---- */

struct links {
	struct link *all;
	uint32_t n;
};

static int
keep(void *arg, const struct link *l)
{
	struct links *to = arg;

	if (to->n < MAX_LINKS)
		to->all[to->n++] = *l;
	return 0;
}

static const struct link *
by_index(const struct links *in, unsigned index)
{
	for (uint32_t i = 0; index && i < in->n; i++)
		if (in->all[i].index == index)
			return &in->all[i];
	return NULL;
}

/* ---- telling ---- */

static const char *
mask_text(struct op *op, unsigned prefix)
{
	uint32_t m = prefix ? ~UINT32_C(0) << (32 - prefix) : 0;
	const char *text = arena_printf(op->arena, "%u.%u.%u.%u", m >> 24,
	    m >> 16 & 255, m >> 8 & 255, m & 255);

	return text ? text : "";
}

/* "fd00::1/64,…" */
static const char *
list_v6(struct op *op, const struct addresses *a)
{
	const char *text = "";

	for (unsigned i = 0; text && i < a->n6; i++)
		text = arena_printf(op->arena, "%s%s%s/%u", text, i ? "," : "",
		    a->v6[i].text, a->v6[i].prefix);
	return text ? text : "";
}

/* Of /etc/resolv.conf, in order, with commas. */
static const char *
name_servers(struct op *op)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	const char *line, *all = "";

	if (file_read("/etc/resolv.conf", RESOLV_BYTES, &b) < 0 ||
	    !(line = bytes_cstr(&b)))
		return "";
	for (; all && *line; line += *line == '\n') {
		char server[INET6_ADDRSTRLEN];

		if (sscanf(line, "nameserver %45[0-9a-fA-F.:]", server) == 1)
			all = arena_printf(op->arena, "%s%s%s", all,
			    *all ? "," : "", server);
		line += strcspn(line, "\n");
	}
	return all ? all : "";
}

int
network_tell_addresses(struct op *op, const struct link *l,
    struct value_member *m, uint32_t *n)
{
	struct addresses *a = arena_array(op->arena, 1, sizeof(*a));
	const struct address *first;

	if (!a)
		return op_fail_nomem(op);
	if (address_read(l->index, a) < 0)
		return network_fail(op, l->name);
	first = &a->v4[0];
	m[(*n)++] = (struct value_member){ "ip",
		value_of_text(a->n4 ? first->text : "") };
	m[(*n)++] = (struct value_member){ "netmask",
		value_of_text(a->n4 ? mask_text(op, first->prefix) : "") };
	m[(*n)++] = (struct value_member){ "mode",
		value_of_text(!a->n4                  ? "None"
			: first->dynamic || a->leased ? "DHCP"
						      : "Static") };
	m[(*n)++] =
	    (struct value_member){ "gateway", value_of_text(a->gateway4) };
	m[(*n)++] = (struct value_member){ "dns",
		value_of_text(
		    *a->gateway4 || *a->gateway6 ? name_servers(op) : "") };
	m[(*n)++] =
	    (struct value_member){ "ipv6", value_of_text(list_v6(op, a)) };
	m[(*n)++] = (struct value_member){ "ipv6_mode",
		value_of_text(!a->n6       ? "None"
			: a->v6[0].dynamic ? "Autoconf"
					   : "Static") };
	m[(*n)++] =
	    (struct value_member){ "ipv6_gateway", value_of_text(a->gateway6) };
	return 0;
}

static const char *
mac_text(struct op *op, const unsigned char *m)
{
	const char *text =
	    arena_printf(op->arena, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1],
		m[2], m[3], m[4], m[5]);

	return text ? text : "";
}

static int
tell_card(struct op *op, const struct links *in, const struct link *l,
    struct value *out)
{
	const struct link *above = by_index(in, l->master);
	bool bridged = above && strcmp(above->kind, "bridge") == 0;
	const char *pci = pci_of(op, l->name);
	struct value_member m[24] = {
		{ "device", value_of_text(l->name) },
		{ "mac", value_of_text(mac_text(op, l->own_mac)) },
		{ "mtu", value_of_int(l->mtu) },
		{ "carrier", value_of_bool(l->carrier) },
		{ "speed", value_of_int(number(op, l->name, "speed")) },
		{ "duplex",
		    value_of_bool(strcmp(attribute(op, l->name, "duplex"),
				      "full") == 0) },
		{ "pci", value_of_text(pci) },
		{ "vendor_id", value_of_text(pci_number(op, pci, "vendor")) },
		{ "device_id", value_of_text(pci_number(op, pci, "device")) },
		{ "bridge", value_of_text(bridged ? above->name : "") },
		{ "ours",
		    value_of_bool(!above || above->group == LINK_GROUP_OURS) },
		{ "taken", value_of_bool(l->master && !bridged) },
		{ "gro", value_of_bool(network_merges(l->name)) },
	};
	struct value_member *copy = arena_array(op->arena, 24, sizeof(*copy));
	uint32_t n = 13;

	if (!copy)
		return op_fail_nomem(op);
	if (network_tell_addresses(op, bridged ? above : l, m, &n) < 0)
		return -1;
	memcpy(copy, m, n * sizeof(*m));
	*out = (struct value){ .kind = VALUE_STRUCT, .n = n, .members = copy };
	return 0;
}

static int
tell_vlan(struct op *op, const struct links *in, const struct link *l,
    struct value *out)
{
	const struct link *parent = by_index(in, l->parent);
	const struct link *above = by_index(in, l->master);
	struct value_member *m = arena_array(op->arena, 3, sizeof(*m));

	if (!m)
		return op_fail_nomem(op);
	m[0] = (struct value_member){ "device",
		value_of_text(parent ? parent->name : "") };
	m[1] = (struct value_member){ "tag", value_of_int(l->vlan) };
	m[2] = (struct value_member){ "bridge",
		value_of_text(above ? above->name : "") };
	*out = (struct value){ .kind = VALUE_STRUCT, .n = 3, .members = m };
	return 0;
}

static int
tell_bond(struct op *op, const struct links *in, const struct link *l,
    struct value *out)
{
	const struct link *above = by_index(in, l->master);
	struct value_member *m = arena_array(op->arena, 3, sizeof(*m));

	if (!m)
		return op_fail_nomem(op);
	m[0] = (struct value_member){ "device", value_of_text(l->name) };
	m[1] = (struct value_member){ "carrier", value_of_bool(l->carrier) };
	m[2] = (struct value_member){ "bridge",
		value_of_text(above ? above->name : "") };
	*out = (struct value){ .kind = VALUE_STRUCT, .n = 3, .members = m };
	return 0;
}

int
network_nics(void *context, struct op *op)
{
	struct links in = { .all = arena_array(op->arena, MAX_LINKS,
				sizeof(*in.all)) };
	struct value *cards = arena_array(op->arena, MAX_NICS, sizeof(*cards));
	struct value *vlans = arena_array(op->arena, MAX_LINKS, sizeof(*vlans));
	struct value *bonds = arena_array(op->arena, MAX_NICS, sizeof(*bonds));
	uint32_t n = 0, nv = 0, nb = 0;

	(void)context;
	if (!in.all || !cards || !vlans || !bonds)
		return op_fail_nomem(op);
	if (link_each(keep, &in) < 0)
		return network_fail(op, "links");
	for (uint32_t i = 0; i < in.n; i++) {
		const struct link *l = &in.all[i];

		if (l->vlan >= 0 && tell_vlan(op, &in, l, &vlans[nv++]) < 0)
			return -1;
		if (nb < MAX_NICS && strcmp(l->kind, "bond") == 0 &&
		    tell_bond(op, &in, l, &bonds[nb++]) < 0)
			return -1;
		if (n < MAX_NICS && network_is_card(l) &&
		    tell_card(op, &in, l, &cards[n++]) < 0)
			return -1;
	}
	const struct value_member m[] = {
		{ "nics", { .kind = VALUE_ARRAY, .n = n, .items = cards } },
		{ "vlans", { .kind = VALUE_ARRAY, .n = nv, .items = vlans } },
		{ "bonds", { .kind = VALUE_ARRAY, .n = nb, .items = bonds } },
	};
	return op_answer(op, m, 3);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "model/builder.h"
#include "vm/guest/guest_agent.h"

/* ---- what came, made harmless ---- */

struct entry {
	const char *path, *text;
};

struct reading {
	struct builder b;
	struct entry entries[GUEST_KEYS];
	unsigned n;
	struct builder_pairs os, net, drivers, networks, other, services, data;
};

/* Bytes of the character that begins there, 0: none does. */
static size_t
character(const char *s, size_t len)
{
	static const struct {
		unsigned char mask, lead;
		size_t len;
	} forms[] = { { 0x80, 0x00, 1 }, { 0xe0, 0xc0, 2 }, { 0xf0, 0xe0, 3 },
		{ 0xf8, 0xf0, 4 } };

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (((unsigned char)*s & forms[i].mask) == forms[i].lead)
			return forms[i].len <= len &&
				text_is_clean(s, forms[i].len)
			    ? forms[i].len
			    : 0;
	return 0;
}

/* At most GUEST_VALUE_BYTES of clean UTF-8; what is none becomes U+FFFD. */
static const char *
clean(struct arena *a, const char *s, size_t len)
{
	static const char bad[] = "\xef\xbf\xbd";
	char *out = arena_alloc(a, GUEST_VALUE_BYTES + 1), *small;
	size_t n = 0;

	for (size_t i = 0; out && i < len;) {
		size_t step = character(s + i, len - i);
		size_t room = step ? step : sizeof(bad) - 1;

		if (n + room > GUEST_VALUE_BYTES)
			break;
		memcpy(out + n, step ? s + i : bad, room);
		n += room;
		i += step ? step : 1;
	}
	small = out ? arena_strndup(a, out, n) : NULL;
	return small;
}

static bool
is_path(const char *path)
{
	size_t len = strlen(path);

	return len && len <= GUEST_KEY_BYTES && text_is_clean(path, len);
}

static int
gather(struct reading *r, const struct value *values)
{
	size_t bytes = 0;

	for (uint32_t i = 0; values->kind == VALUE_STRUCT && i < values->n;
	     i++) {
		const struct value_member *m = &values->members[i];
		bool text = m->value.kind == VALUE_STRING;
		struct entry *e = &r->entries[r->n];

		if (r->n == GUEST_KEYS || bytes > GUEST_BYTES)
			break; /* it has had its share */
		if ((!text && m->value.kind != VALUE_BINARY) ||
		    !is_path(m->name))
			continue;
		e->path = m->name;
		e->text = clean(r->b.arena,
		    text ? m->value.s : (const char *)m->value.bytes,
		    m->value.n);
		if (!e->text)
			return -1;
		bytes += strlen(e->path) + strlen(e->text);
		r->n++;
	}
	return 0;
}

/* ---- paths with one place each ---- */

enum place { OS, NAME, DRIVERS, OTHER };

static const struct {
	const char *path;
	enum place place;
	const char *key;
} fixed[] = {
	{ "attr/PVAddons/MajorVersion", DRIVERS, "major" },
	{ "attr/PVAddons/MinorVersion", DRIVERS, "minor" },
	{ "attr/PVAddons/MicroVersion", DRIVERS, "micro" },
	{ "attr/PVAddons/BuildVersion", DRIVERS, "build" },
	{ "attr/PVAddons/Application", DRIVERS, "application" },
	{ "data/os_name", OS, "name" },
	{ "data/os_uname", OS, "uname" },
	{ "data/os_distro", OS, "distro" },
	{ "data/os_majorver", OS, "major" },
	{ "data/os_minorver", OS, "minor" },
	{ "attr/os/spmajor", OS, "spmajor" },
	{ "attr/os/spminor", OS, "spminor" },
	{ "data/host_name_dns", NAME, "host_name" },
	{ "data/ts", OTHER, "data-ts" },
	{ "data/cant_suspend_reason", OTHER, "data-cant-suspend-reason" },
};

static const char *
find(const struct reading *r, const char *path)
{
	for (unsigned i = 0; i < r->n; i++)
		if (strcmp(r->entries[i].path, path) == 0)
			return r->entries[i].text;
	return NULL;
}

static void
read_fixed(struct reading *r)
{
	struct builder_pairs *const places[] = { [OS] = &r->os,
		[NAME] = &r->net,
		[DRIVERS] = &r->drivers,
		[OTHER] = &r->other };

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		const char *text = find(r, fixed[i].path);

		if (text)
			builder_put(places[fixed[i].place], fixed[i].key, text);
	}
}

/* The machine's name with its domain behind it. */
static void
read_name(struct reading *r)
{
	const char *name = find(r, "data/host_name_dns");
	const char *domain = find(r, "data/domain");

	if (name && domain && *domain)
		builder_put(&r->net, "host_name",
		    builder_text(&r->b, "%s.%s", name, domain));
}

/* ---- paths with a part that varies ---- */

/* The rest of the path behind a prefix, or NULL. */
static const char *
below(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(path, prefix, n) == 0 && path[n] ? path + n : NULL;
}

static bool
is_number(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return len > 0 && len <= 4;
}

/* "<id>/ipv4/<n>" and "<id>/ipv6/<n>" with numbers in their places. */
static bool
is_address_key(const char *key)
{
	const char *slash = strchr(key, '/');

	return slash && is_number(key, (size_t)(slash - key)) &&
	    (strncmp(slash, "/ipv4/", 6) == 0 ||
		strncmp(slash, "/ipv6/", 6) == 0) &&
	    is_number(slash + 6, strlen(slash + 6));
}

static void
put_address(struct reading *r, const char *key, const char *address)
{
	builder_put(&r->networks, builder_text(&r->b, "%s", key), address);
}

static void
read_vif(struct reading *r, const struct entry *e)
{
	const char *key = below(e->path, "attr/vif/");

	if (!key)
		key = below(e->path, "xenserver/attr/net-sriov-vf/");
	if (key && is_address_key(key) && e->text[0])
		put_address(r, key, e->text);
}

/* The older protocol: attr/eth0/ip, attr/eth0/ipv6/0/addr. */
static void
read_old_vif(struct reading *r, const struct entry *e)
{
	static const char *const names[] = { "eth", "xenbr", "eno", "ens",
		"emp", "enx" };
	const char *rest = below(e->path, "attr/"), *slash;
	int id, n, end = 0;

	for (size_t i = 0; rest && i < sizeof(names) / sizeof(*names); i++) {
		const char *number = below(rest, names[i]);

		slash = number ? strchr(number, '/') : NULL;
		if (!slash || !is_number(number, (size_t)(slash - number)))
			continue;
		id = atoi(number);
		if (strcmp(slash, "/ip") == 0)
			builder_put(&r->networks,
			    builder_text(&r->b, "%d/ipv4/0", id), e->text);
		else if (sscanf(slash, "/ipv6/%4d/addr%n", &n, &end) == 1 &&
		    end && !slash[end] && n >= 0)
			builder_put(&r->networks,
			    builder_text(&r->b, "%d/ipv6/%d", id, n), e->text);
	}
}

/* The first IPv4 address of an interface is its "ip", too. */
static void
add_first_addresses(struct reading *r)
{
	uint32_t n = r->networks.n;

	for (uint32_t i = 0; i < n; i++) {
		const char *key = r->networks.keys[i];
		int id, number, lowest = -1;
		const char *first = NULL;

		if (sscanf(key, "%d/ipv4/%d", &id, &number) != 2)
			continue;
		for (uint32_t j = 0; j < n; j++) {
			int other, at;

			if (sscanf(r->networks.keys[j], "%d/ipv4/%d", &other,
				&at) == 2 &&
			    other == id && (lowest < 0 || at < lowest)) {
				lowest = at;
				first = r->networks.values[j];
			}
		}
		if (number == lowest)
			builder_put(&r->networks,
			    builder_text(&r->b, "%d/ip", id), first);
	}
}

/* drivers/<n>: "<vendor> <DRIVER> <version> <attributes>". */
static void
read_driver(struct reading *r, const struct entry *e)
{
	const char *number = below(e->path, "drivers/");
	char vendor[64], name[64], *p;
	int end = 0;

	if (!number || !is_number(number, strlen(number)) ||
	    sscanf(e->text, "%63s %63s %n", vendor, name, &end) != 2)
		return;
	for (p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	builder_put(&r->drivers, builder_text(&r->b, "%s", name),
	    builder_text(&r->b, "%s %s", vendor, e->text + end));
}

static void
read_varying(struct reading *r, const struct entry *e)
{
	const char *rest;

	read_vif(r, e);
	read_driver(r, e);
	/* Empty ones were made for it, and it has not written them. */
	if ((rest = below(e->path, "control/")) && *e->text)
		builder_put(&r->other, rest, e->text);
	if ((rest = below(e->path, "data/service/")) && strchr(rest, '/'))
		builder_put(&r->services, rest, e->text);
	if (below(e->path, "data/pvs_target/"))
		builder_put(&r->services, e->path + strlen("data/"), e->text);
	if (below(e->path, "vm-data/") || below(e->path, "FIST/"))
		builder_put(&r->data, e->path, e->text);
}

/* ---- conclusions ---- */

static bool
has_version(struct reading *r)
{
	const struct map m = builder_pairs_map(&r->drivers);
	const char *major = builder_find(&m, "major");
	const char *minor = builder_find(&m, "minor");
	long long value;

	return major && minor && text_parse_int(major, &value) &&
	    text_parse_int(minor, &value);
}

static enum tristate_type
tristate(const char *text)
{
	if (text && strcmp(text, "1") == 0)
		return TRISTATE_TYPE_YES;
	return text && strcmp(text, "0") == 0 ? TRISTATE_TYPE_NO
					      : TRISTATE_TYPE_UNSPECIFIED;
}

static const char *
hex_number(const char *text)
{
	size_t len = text ? strlen(text) : 0;

	return len && len <= 4 && strspn(text, "0123456789abcdefABCDEF") == len
	    ? text
	    : NULL;
}

/* A reason why it cannot suspend outweighs that it could. */
static struct map
without_suspend(struct reading *r)
{
	struct builder_pairs left = { .b = &r->b };
	struct map all = builder_pairs_map(&r->other);

	if (!builder_find(&all, "data-cant-suspend-reason"))
		return all;
	for (uint32_t i = 0; i < r->other.n; i++)
		if (strcmp(r->other.keys[i], "feature-suspend") != 0)
			builder_put(&left, r->other.keys[i],
			    r->other.values[i]);
	return builder_pairs_map(&left);
}

static void
conclude(struct reading *r, struct guest_report *out)
{
	if (r->drivers.n && !find(r, "attr/PVAddons/MicroVersion"))
		builder_put(&r->drivers, "micro", "-1");
	out->has_drivers = has_version(r);
	out->os_version = builder_pairs_map(&r->os);
	out->netbios_name = builder_pairs_map(&r->net);
	out->PV_drivers_version = builder_pairs_map(&r->drivers);
	out->networks = builder_pairs_map(&r->networks);
	out->other = without_suspend(r);
	out->services = builder_pairs_map(&r->services);
	out->vm_data = builder_pairs_map(&r->data);
	out->device_id = hex_number(find(r, "data/device_id"));
	out->can_use_hotplug_vbd = tristate(find(r, "feature/hotplug/vbd"));
	out->can_use_hotplug_vif = tristate(find(r, "feature/hotplug/vif"));
}

int
guest_agent_read(struct arena *a, const struct value *values,
    struct guest_report *out)
{
	struct reading *r = arena_alloc(a, sizeof(*r));

	*out = (struct guest_report){ .device_id = NULL };
	if (!r)
		return -1;
	r->b.arena = a;
	r->os.b = r->net.b = r->drivers.b = r->networks.b = &r->b;
	r->other.b = r->services.b = r->data.b = &r->b;
	if (gather(r, values) < 0)
		return -1;
	read_fixed(r);
	read_name(r);
	for (unsigned i = 0; i < r->n; i++)
		read_varying(r, &r->entries[i]);
	if (!r->networks.n)
		for (unsigned i = 0; i < r->n; i++)
			read_old_vif(r, &r->entries[i]);
	add_first_addresses(r);
	conclude(r, out);
	return r->b.failed ? -1 : 0;
}

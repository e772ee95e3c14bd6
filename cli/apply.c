/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/apply.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/apply_private.h"
#include "cli/run.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "model/cli_words.h"

#define FILE_BYTES_MAX (16u << 20)

/* ---- what stands in the file ---- */

struct key {
	const char *name;
	json_type type; /* JSON_TRUE: a bool; JSON_NULL: text or a number */
	bool required;
};

static const struct key top_keys[] = { { "networks", JSON_ARRAY, false },
	{ "srs", JSON_ARRAY, false }, { "vms", JSON_ARRAY, false }, { 0 } };
static const struct key network_keys[] = { { "name", JSON_STRING, true },
	{ "description", JSON_STRING, false }, { "mtu", JSON_INTEGER, false },
	{ "tags", JSON_ARRAY, false }, { "other-config", JSON_OBJECT, false },
	{ 0 } };
static const struct key sr_keys[] = { { "name", JSON_STRING, true },
	{ "description", JSON_STRING, false }, { "type", JSON_STRING, true },
	{ "content-type", JSON_STRING, false }, { "host", JSON_STRING, false },
	{ "shared", JSON_TRUE, false }, { "device-config", JSON_OBJECT, false },
	{ "tags", JSON_ARRAY, false }, { "other-config", JSON_OBJECT, false },
	{ 0 } };
static const struct key vm_keys[] = { { "name", JSON_STRING, true },
	{ "template", JSON_STRING, false },
	{ "description", JSON_STRING, false }, { "memory", JSON_NULL, false },
	{ "vcpus", JSON_INTEGER, false }, { "power", JSON_STRING, false },
	{ "tags", JSON_ARRAY, false }, { "other-config", JSON_OBJECT, false },
	{ "disks", JSON_ARRAY, false }, { "interfaces", JSON_ARRAY, false },
	{ 0 } };
static const struct key disk_keys[] = { { "device", JSON_INTEGER, true },
	{ "size", JSON_NULL, true }, { "sr", JSON_STRING, false }, { 0 } };
static const struct key interface_keys[] = { { "device", JSON_INTEGER, true },
	{ "network", JSON_STRING, true }, { "mac", JSON_STRING, false },
	{ 0 } };

static bool
is_of_type(const json_t *v, json_type type)
{
	if (type == JSON_TRUE)
		return json_is_boolean(v);
	if (type == JSON_NULL)
		return json_is_string(v) || json_is_integer(v);
	return json_typeof(v) == type;
}

/* A line break would be the end of an argument. */
static bool
is_one_line(const json_t *v)
{
	return !json_is_string(v) || !strpbrk(json_string_value(v), "\r\n");
}

static const struct key *
find_key(const struct key *keys, const char *name, const char *where)
{
	const char *names[16], *near[1];
	unsigned n = 0;

	for (; keys->name; keys++) {
		if (strcmp(keys->name, name) == 0)
			return keys;
		names[n++] = keys->name;
	}
	n = cli_near(name, names, n, near, 1);
	complain("%s: unknown key \"%s\"%s%s%s", where, name,
	    n ? "; is it \"" : "", n ? near[0] : "", n ? "\"?" : "");
	return NULL;
}

static int
check_keys(const json_t *object, const struct key *keys, const char *where)
{
	const char *name;
	const json_t *v;

	if (!json_is_object(object)) {
		complain("%s: an object is wanted", where);
		return -1;
	}
	json_object_foreach((json_t *)(uintptr_t)object, name, v)
	{
		const struct key *k = find_key(keys, name, where);

		if (!k)
			return -1;
		if (!is_of_type(v, k->type) || !is_one_line(v)) {
			complain("%s: \"%s\" is of the wrong kind", where,
			    name);
			return -1;
		}
	}
	for (; keys->name; keys++)
		if (keys->required && !json_object_get(object, keys->name)) {
			complain("%s: \"%s\" is missing", where, keys->name);
			return -1;
		}
	return 0;
}

const char *
apply_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int
check_list(const json_t *list, const struct key *keys, const char *what)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
	{
		char where[128];

		snprintf(where, sizeof(where), "%s %s", what,
		    json_is_object(v) && apply_text(v, "name")
			? apply_text(v, "name")
			: "");
		if (check_keys(v, keys, where) < 0)
			return -1;
		if (keys == vm_keys &&
		    (check_list(json_object_get(v, "disks"), disk_keys,
			 "disk") < 0 ||
			check_list(json_object_get(v, "interfaces"),
			    interface_keys, "interface") < 0))
			return -1;
	}
	return 0;
}

static int
check_file(const json_t *file)
{
	if (check_keys(file, top_keys, "the file") < 0 ||
	    check_list(json_object_get(file, "networks"), network_keys,
		"network") < 0 ||
	    check_list(json_object_get(file, "srs"), sr_keys, "SR") < 0 ||
	    check_list(json_object_get(file, "vms"), vm_keys, "VM") < 0)
		return -1;
	return 0;
}

/* "2GiB", or a number of bytes; -1: said. */
int64_t
apply_size(const json_t *v, const char *where)
{
	static const char units[] = "KMGT";
	const char *text = json_string_value(v), *unit;
	char *end;
	int64_t n = text ? strtoll(text, &end, 10) : json_integer_value(v);
	int shift = 0;

	if (text) {
		unit = end + strspn(end, " ");
		if (*unit && strchr(units, *unit) &&
		    (!unit[1] || strcmp(unit + 1, "iB") == 0))
			shift = 10 * (int)(strchr(units, *unit) - units + 1);
		else if (*unit && strcmp(unit, "B") != 0)
			n = -1;
		if (end == text)
			n = -1;
	}
	if (n <= 0 || n > INT64_MAX >> shift) {
		complain("%s: a size is written as 512MiB or 10GiB", where);
		return -1;
	}
	return n << shift;
}

const char *
apply_number(int64_t n, char buf[24])
{
	snprintf(buf, 24, "%" PRId64, n);
	return buf;
}

/* For people: as large a unit as fits. */
const char *
apply_human(int64_t n, char buf[32])
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB",
		"TiB" };
	int u = 0;

	while (u < 4 && n % 1024 == 0 && n >= 1024) {
		n /= 1024;
		u++;
	}
	snprintf(buf, 32, "%" PRId64 " %s", n, units[u]);
	return buf;
}

/* ---- fields ---- */

static const char *
command_of(const char *cls, const char *verb)
{
	static const struct {
		const char *cls, *set, *add;
	} all[] = {
		{ "network", "network-param-set", "network-param-add" },
		{ "sr", "sr-param-set", "sr-param-add" },
		{ "vm", "vm-param-set", "vm-param-add" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].cls, cls) == 0)
			return strcmp(verb, "set") == 0 ? all[i].set
							: all[i].add;
	return NULL;
}

/* A step that sets a field, unless it has the value. */
static int
want(struct apply *a, const struct thing *t, const char *field,
    const char *value)
{
	CLEANUP_FREE char *now = NULL;
	struct step *s;

	if (*t->uuid) {
		now = plan_get(a, t->cls, t->uuid, field);
		if (!now)
			return -1;
		if (strcmp(now, value) == 0)
			return 0;
	}
	s = plan_step(a, command_of(t->cls, "set"), "~ %s %s: %s %s%s%s",
	    t->word, t->name, field, now ? now : "", now ? " -> " : "", value);
	plan_ref(s, "uuid", t->cls, t->name);
	plan_arg(s, field, value);
	return 0;
}

/* Whether "a; b" or "a, b" has a part. */
static bool
has_part(const char *all, const char *part)
{
	size_t n = strlen(part);

	while (*all) {
		size_t len = strcspn(all, ",;");

		if (len == n && strncmp(all, part, n) == 0)
			return true;
		all += len;
		all += strspn(all, ",; ");
	}
	return false;
}

static int
want_tags(struct apply *a, const struct thing *t, const json_t *tags)
{
	CLEANUP_FREE char *now =
	    *t->uuid ? plan_get(a, t->cls, t->uuid, "tags") : strdup("");
	const json_t *v;
	size_t i;

	if (!now)
		return -1;
	json_array_foreach(tags, i, v)
	{
		const char *tag = json_string_value(v);
		struct step *s;

		if (!tag || !*tag || !is_one_line(v)) {
			complain("%s %s: a tag is a text", t->word, t->name);
			return -1;
		}
		if (has_part(now, tag))
			continue;
		s = plan_step(a, command_of(t->cls, "add"), "~ %s %s: tag %s",
		    t->word, t->name, tag);
		plan_ref(s, "uuid", t->cls, t->name);
		plan_arg(s, "param-name", "tags");
		plan_arg(s, "param-key", tag);
	}
	return 0;
}

/* The value of a key; NULL: failed, "" also where there is none. */
static char *
key_now(const struct apply *a, const struct thing *t, const char *key)
{
	CLEANUP_FREE char *self = NULL, *condition = NULL;
	const char *args[] = { NULL, NULL, "params=uuid", "--minimal", NULL };
	char command[64];

	/* A list finds it without an error where the key is not there. */
	if (!*t->uuid)
		return strdup("");
	if (asprintf(&self, "uuid=%s", t->uuid) < 0 ||
	    asprintf(&condition, "other-config:%s", key) < 0)
		return NULL;
	args[0] = self;
	args[1] = condition;
	snprintf(command, sizeof(command), "%s-list", t->cls);
	return plan_ask(a, command, args);
}

static int
want_keys(struct apply *a, const struct thing *t, const json_t *map)
{
	const char *key;
	const json_t *v;

	json_object_foreach((json_t *)(uintptr_t)map, key, v)
	{
		CLEANUP_FREE char *pair = NULL, *field = NULL, *now = NULL;
		struct step *s;

		if (!json_is_string(v) || !is_one_line(v) ||
		    strpbrk(key, "=\r\n")) {
			complain("%s %s: other-config has texts", t->word,
			    t->name);
			return -1;
		}
		if (asprintf(&pair, "%s=%s", key, json_string_value(v)) < 0 ||
		    asprintf(&field, "other-config:%s", key) < 0)
			return -1;
		now = key_now(a, t, pair);
		if (!now)
			return -1;
		if (*now)
			continue;
		s = plan_step(a, command_of(t->cls, "set"), "~ %s %s: %s %s",
		    t->word, t->name, field, json_string_value(v));
		plan_ref(s, "uuid", t->cls, t->name);
		plan_arg(s, field, json_string_value(v));
	}
	return 0;
}

/* What all classes have. */
int
apply_common(struct apply *a, const struct thing *t, const json_t *v)
{
	const char *about = apply_text(v, "description");

	if (about && want(a, t, "name-description", about) < 0)
		return -1;
	if (want_tags(a, t, json_object_get(v, "tags")) < 0)
		return -1;
	return want_keys(a, t, json_object_get(v, "other-config"));
}

/* ---- networks and storage ---- */

static int
plan_network(struct apply *a, const json_t *v)
{
	struct thing t = { "network", "network", apply_text(v, "name"), NULL };
	CLEANUP_FREE char *uuid = plan_find(a, t.cls, t.name);
	const json_t *mtu = json_object_get(v, "mtu");
	char buf[24];

	if (!uuid)
		return -1;
	t.uuid = uuid;
	if (!*uuid) {
		struct step *s =
		    plan_step(a, "network-create", "+ network %s", t.name);

		plan_arg(s, "name-label", t.name);
	}
	if (mtu &&
	    want(a, &t, "MTU", apply_number(json_integer_value(mtu), buf)) < 0)
		return -1;
	return apply_common(a, &t, v);
}

static void
create_sr(struct apply *a, const json_t *v)
{
	const char *name = apply_text(v, "name"), *type = apply_text(v, "type");
	struct step *s =
	    plan_step(a, "sr-create", "+ SR %s, of type %s", name, type);
	const char *key;
	const json_t *item;

	plan_arg(s, "name-label", name);
	plan_arg(s, "type", type);
	if (apply_text(v, "content-type"))
		plan_arg(s, "content-type", apply_text(v, "content-type"));
	if (apply_text(v, "host"))
		plan_ref(s, "host-uuid", "host", apply_text(v, "host"));
	plan_arg(s, "shared",
	    json_is_true(json_object_get(v, "shared")) ? "true" : "false");
	json_object_foreach(json_object_get(v, "device-config"), key, item)
	{
		char field[128];

		snprintf(field, sizeof(field), "device-config:%s", key);
		if (json_is_string(item) && is_one_line(item))
			plan_arg(s, field, json_string_value(item));
	}
}

static int
plan_sr(struct apply *a, const json_t *v)
{
	struct thing t = { "sr", "SR", apply_text(v, "name"), NULL };
	CLEANUP_FREE char *uuid = plan_find(a, t.cls, t.name);
	CLEANUP_FREE char *type = NULL;

	if (!uuid)
		return -1;
	t.uuid = uuid;
	if (!*uuid) {
		create_sr(a, v);
	} else {
		type = plan_get(a, "sr", uuid, "type");
		if (!type)
			return -1;
		if (strcmp(type, apply_text(v, "type")) != 0) {
			complain("SR %s is of type %s, which cannot be changed",
			    t.name, type);
			return -1;
		}
	}
	return apply_common(a, &t, v);
}

/* ---- all of it ---- */

static int
plan_all(struct apply *a)
{
	static const struct {
		const char *list;
		int (*plan)(struct apply *a, const json_t *v);
	} parts[] = {
		{ "networks", plan_network },
		{ "srs", plan_sr },
		{ "vms", apply_vm },
	};
	const json_t *v;
	size_t i;

	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++)
		json_array_foreach(json_object_get(a->file, parts[p].list), i,
		    v) if (parts[p].plan(a, v) < 0) return -1;
	return 0;
}

static json_t *
read_description(const char *path)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	json_error_t e;
	json_t *file;

	if (strcmp(path, "-") == 0)
		file = json_loadf(stdin, JSON_REJECT_DUPLICATES, &e);
	else if (file_read(path, FILE_BYTES_MAX, &text) < 0) {
		complain("%s: %s", path, strerror(errno));
		return NULL;
	} else
		file = json_loadb(text.p ? text.p : "", text.len,
		    JSON_REJECT_DUPLICATES, &e);
	if (!file)
		complain("%s:%d: %s", path, e.line, e.text);
	return file;
}

static const char *
file_name(const struct options *o)
{
	const char *named = options_param(o, "filename");

	for (size_t i = 1; i + 1 < o->nargs && !named; i++)
		if (o->args[i] && strcmp(o->args[i], "-f") == 0)
			named = o->args[i + 1];
	if (!named)
		complain("usage: xe apply -f FILE [--dry-run]");
	return named;
}

static int
apply(struct apply *a)
{
	if (check_file(a->file) < 0 || plan_all(a) < 0)
		return 1;
	if (a->nsteps == 0) {
		puts("Nothing to do.");
		return 0;
	}
	plan_print(a);
	if (a->o->dry_run)
		return 0;
	if (plan_run(a, 0) < 0)
		return 1;
	printf("Done: %u step%s.\n", a->nsteps, a->nsteps == 1 ? "" : "s");
	return 0;
}

int
apply_run(const struct options *o)
{
	const char *path = file_name(o);
	struct apply a = { .o = o };
	json_t *file;
	int status;

	file = path ? read_description(path) : NULL;
	if (!file)
		return 1;
	a.file = file;
	status = apply(&a);
	plan_free(&a);
	json_decref(file);
	return status;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a VM of the file needs: itself, its memory and processors, its disks and
 * interfaces, its power. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/apply_private.h"
#include "lib/cleanup.h"

/* Named in the file, or there already. */
static int
check_there(const struct apply *a, const char *list, const char *cls,
    const char *name)
{
	CLEANUP_FREE char *uuid = NULL;
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(a->file, list), i,
	    v) if (strcmp(apply_text(v, "name"), name) == 0) return 0;
	uuid = plan_find(a, cls, name);
	if (uuid && !*uuid)
		complain("there is no %s %s", cls, name);
	return uuid && *uuid ? 0 : -1;
}

int
apply_disk(struct apply *a, const char *vm, const char *uuid,
    const json_t *disk)
{
	const char *sr = apply_text(disk, "sr");
	int64_t device = json_integer_value(json_object_get(disk, "device"));
	int64_t size = apply_size(json_object_get(disk, "size"), vm), now;
	CLEANUP_FREE char *self = NULL, *which = NULL, *vdi = NULL,
			  *text = NULL;
	const char *args[] = { NULL, NULL, "params=vdi-uuid", "--minimal",
		NULL };
	char buf[24], is[32], was[32];
	struct step *s;

	if (size < 0 || asprintf(&self, "vm-uuid=%s", uuid) < 0 ||
	    asprintf(&which, "userdevice=%" PRId64, device) < 0)
		return -1;
	args[0] = self;
	args[1] = which;
	vdi = plan_ask(a, "vbd-list", args);
	if (!vdi)
		return -1;
	if (!*vdi) {
		s = plan_step(a, "vm-disk-add",
		    "+ disk %" PRId64 " of VM %s: %s%s%s", device, vm,
		    apply_human(size, is), sr ? " in " : "", sr ? sr : "");
		plan_arg(s, "uuid", uuid);
		plan_arg(s, "device", apply_number(device, buf));
		plan_arg(s, "disk-size", apply_number(size, buf));
		if (sr)
			plan_ref(s, "sr-uuid", "sr", sr);
		return 0;
	}
	text = plan_get(a, "vdi", vdi, "virtual-size");
	if (!text)
		return -1;
	now = strtoll(text, NULL, 10);
	if (now > size) {
		complain("disk %" PRId64
			 " of VM %s has %s: it cannot become smaller",
		    device, vm, apply_human(now, was));
		return -1;
	}
	if (now < size) {
		s = plan_step(a, "vdi-resize",
		    "~ disk %" PRId64 " of VM %s: %s -> %s", device, vm,
		    apply_human(now, was), apply_human(size, is));
		plan_arg(s, "uuid", vdi);
		plan_arg(s, "disk-size", apply_number(size, buf));
	}
	return 0;
}

static int
plan_disks(struct apply *a, const struct thing *t, const json_t *disks)
{
	const json_t *v;
	size_t i;

	json_array_foreach(disks, i, v)
	{
		const char *sr = apply_text(v, "sr");
		int64_t size = apply_size(json_object_get(v, "size"), t->name);
		struct step *s;
		char buf[32];

		if (size < 0 || (sr && check_there(a, "srs", "sr", sr) < 0))
			return -1;
		if (*t->uuid) {
			if (apply_disk(a, t->name, t->uuid, v) < 0)
				return -1;
			continue;
		}
		s = plan_step(a, NULL,
		    "+ disk %" JSON_INTEGER_FORMAT " of VM %s: %s%s%s",
		    json_integer_value(json_object_get(v, "device")), t->name,
		    apply_human(size, buf), sr ? " in " : "", sr ? sr : "");
		s->disk = v;
		s->vm = strdup(t->name);
	}
	return 0;
}

/* A field of the interface of a VM by its device; "": no such interface. */
static char *
interface_get(const struct apply *a, const char *vm, int64_t device,
    const char *field)
{
	CLEANUP_FREE char *self = NULL, *which = NULL, *params = NULL;
	const char *args[] = { NULL, NULL, NULL, "--minimal", NULL };

	if (asprintf(&self, "vm-uuid=%s", vm) < 0 ||
	    asprintf(&which, "device=%" PRId64, device) < 0 ||
	    asprintf(&params, "params=%s", field) < 0)
		return NULL;
	args[0] = self;
	args[1] = which;
	args[2] = params;
	return plan_ask(a, "vif-list", args);
}

static int
change_interface(struct apply *a, const struct thing *t, const json_t *v,
    const char *uuid)
{
	int64_t device = json_integer_value(json_object_get(v, "device"));
	const char *network = apply_text(v, "network"),
		   *mac = apply_text(v, "mac");
	CLEANUP_FREE char *now =
	    interface_get(a, t->uuid, device, "network-name-label");
	CLEANUP_FREE char *address = interface_get(a, t->uuid, device, "MAC");
	struct step *s;

	if (!now || !address)
		return -1;
	if (mac && strcasecmp(mac, "random") != 0 &&
	    strcasecmp(mac, address) != 0) {
		complain("interface %" PRId64
			 " of VM %s has the MAC address %s, which cannot be "
			 "changed",
		    device, t->name, address);
		return -1;
	}
	if (strcmp(now, network) == 0)
		return 0;
	s = plan_step(a, "vif-move",
	    "~ interface %" PRId64 " of VM %s: %s -> %s", device, t->name, now,
	    network);
	plan_arg(s, "uuid", uuid);
	plan_ref(s, "network-uuid", "network", network);
	return 0;
}

static int
plan_interface(struct apply *a, const struct thing *t, const json_t *v)
{
	int64_t device = json_integer_value(json_object_get(v, "device"));
	const char *network = apply_text(v, "network"),
		   *mac = apply_text(v, "mac");
	CLEANUP_FREE char *uuid =
	    *t->uuid ? interface_get(a, t->uuid, device, "uuid") : strdup("");
	struct step *s;
	char buf[24];

	if (!uuid || check_there(a, "networks", "network", network) < 0)
		return -1;
	if (*uuid)
		return change_interface(a, t, v, uuid);
	s = plan_step(a, "vif-create", "+ interface %" PRId64 " of VM %s: %s",
	    device, t->name, network);
	plan_ref(s, "vm-uuid", "vm", t->name);
	plan_ref(s, "network-uuid", "network", network);
	plan_arg(s, "device", apply_number(device, buf));
	plan_arg(s, "mac", mac ? mac : "random");
	return 0;
}

/* Memory and CPUs of a new VM are those of its template, so far. */
static int
plan_memory(struct apply *a, const struct thing *t, const char *from,
    const json_t *v)
{
	int64_t size = apply_size(v, t->name);
	CLEANUP_FREE char *now = plan_get(a, *t->uuid ? "vm" : "template", from,
	    "memory-static-max");
	char buf[24], is[32], was[32];
	struct step *s;

	if (size < 0 || !now)
		return -1;
	if (strtoll(now, NULL, 10) == size)
		return 0;
	s = plan_step(a, "vm-memory-set", "~ VM %s: memory %s -> %s", t->name,
	    apply_human(strtoll(now, NULL, 10), was), apply_human(size, is));
	plan_ref(s, "uuid", "vm", t->name);
	plan_arg(s, "memory", apply_number(size, buf));
	return 0;
}

/* At most as many at the start as there may be: the greater one is raised
 * first, or the smaller one lowered. */
static int
plan_vcpus(struct apply *a, const struct thing *t, const char *from, int64_t n)
{
	const char *cls = *t->uuid ? "vm" : "template";
	CLEANUP_FREE char *max = plan_get(a, cls, from, "VCPUs-max");
	CLEANUP_FREE char *start = plan_get(a, cls, from, "VCPUs-at-startup");
	const char *first = "VCPUs-max", *second = "VCPUs-at-startup";
	struct step *s;
	char buf[24];

	if (!max || !start)
		return -1;
	if (atoll(max) == n && atoll(start) == n)
		return 0;
	if (n < atoll(max)) {
		first = "VCPUs-at-startup";
		second = "VCPUs-max";
	}
	s = plan_step(a, "vm-param-set", "~ VM %s: vcpus %s -> %" PRId64,
	    t->name, max, n);
	plan_ref(s, "uuid", "vm", t->name);
	plan_arg(s, first, apply_number(n, buf));
	plan_arg(s, second, apply_number(n, buf));
	return 0;
}

static int
plan_power(struct apply *a, const struct thing *t, const char *power)
{
	static const struct {
		const char *want, *now, *command, *text;
	} ways[] = {
		{ "running", "halted", "vm-start", "start" },
		{ "running", "suspended", "vm-resume", "resume" },
		{ "running", "paused", "vm-unpause", "unpause" },
		{ "halted", "running", "vm-shutdown", "shut down" },
	};
	CLEANUP_FREE char *now = *t->uuid
	    ? plan_get(a, "vm", t->uuid, "power-state")
	    : strdup("halted");

	if (!now)
		return -1;
	if (strcmp(power, "running") != 0 && strcmp(power, "halted") != 0) {
		complain("VM %s: power is \"running\" or \"halted\"", t->name);
		return -1;
	}
	if (strcmp(now, power) == 0)
		return 0;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].want, power) == 0 &&
		    strcmp(ways[i].now, now) == 0) {
			plan_ref(plan_step(a, ways[i].command, "> %s VM %s",
				     ways[i].text, t->name),
			    "uuid", "vm", t->name);
			return 0;
		}
	complain("VM %s is %s, and is not made %s", t->name, now, power);
	return -1;
}

/* The uuid of the VM, or of the template that it is to be made from. */
static char *
begin_vm(struct apply *a, const json_t *v, const char *name, char **uuid_r)
{
	const char *template = apply_text(v, "template");
	struct step *s;
	char *from;

	*uuid_r = plan_find(a, "vm", name);
	if (!*uuid_r || **uuid_r)
		return *uuid_r ? strdup(*uuid_r) : NULL;
	if (!template) {
		complain("VM %s is not there, and no template is named", name);
		return NULL;
	}
	from = plan_find(a, "template", template);
	if (from && !*from) {
		complain("there is no template %s", template);
		free(from);
		return NULL;
	}
	s = plan_step(a, "vm-install", "+ VM %s from %s", name, template);
	plan_arg(s, "new-name-label", name);
	plan_arg(s, "template", template);
	return from;
}

int
apply_vm(struct apply *a, const json_t *v)
{
	struct thing t = { "vm", "VM", apply_text(v, "name"), NULL };
	const json_t *memory = json_object_get(v, "memory");
	const json_t *vcpus = json_object_get(v, "vcpus"), *item;
	const char *power = apply_text(v, "power");
	CLEANUP_FREE char *uuid = NULL;
	CLEANUP_FREE char *from = begin_vm(a, v, t.name, &uuid);
	size_t i;

	if (!from)
		return -1;
	t.uuid = uuid;
	if ((memory && plan_memory(a, &t, from, memory) < 0) ||
	    (vcpus && plan_vcpus(a, &t, from, json_integer_value(vcpus)) < 0) ||
	    apply_common(a, &t, v) < 0 ||
	    plan_disks(a, &t, json_object_get(v, "disks")) < 0)
		return -1;
	json_array_foreach(json_object_get(v, "interfaces"), i,
	    item) if (plan_interface(a, &t, item) < 0) return -1;
	return power ? plan_power(a, &t, power) : 0;
}

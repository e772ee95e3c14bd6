/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A template becomes a VM, with the disks that it describes in other_config
 * (source: lifecycle.json call_effects, templates.json disks_xml). */
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "device/device_qos.h"
#include "disk/storage.h"
#include "model/builder.h"
#include "vm/copy/vm_copy.h"
#include "vm/power/vm_power.h"
#include "vm/vm.h"
#include "vm/vm_operations.h"

#define MAX_DISKS 64
#define MAX_TEXT 65536

struct disk {
	const char *device, *size, *sr, *bootable, *type;
};

/* ---- the description ---- */

static const char *
attribute(struct call *c, xmlNode *n, const char *name)
{
	xmlChar *s = xmlGetNoNsProp(n, (const xmlChar *)name);
	const char *copy = arena_strdup(c->arena, s ? (const char *)s : "");

	xmlFree(s);
	return copy ? copy : "";
}

/* Without a type of document: entities make gigabytes of a little text. Its
 * encoding is ours, whatever it says. */
static xmlDoc *
parse(const char *text)
{
	size_t size = strlen(text);

	return size < MAX_TEXT && !strstr(text, "<!DOCTYPE")
	    ? xmlReadMemory(text, (int)size, NULL, "UTF-8",
		  XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)
	    : NULL;
}

static xmlNode *
root_of(xmlDoc *doc)
{
	xmlNode *root = xmlDocGetRootElement(doc);

	return root && xmlStrEqual(root->name, (const xmlChar *)"provision")
	    ? root
	    : NULL;
}

static int
read_disks(struct plan *p, const struct vm *vm,
    struct disk disks[MAX_DISKS + 1])
{
	const char *text = builder_find(&vm->other_config, "disks");
	xmlDoc *doc = text && *text ? parse(text) : NULL;
	xmlNode *root = doc ? root_of(doc) : NULL;
	int n = 0;

	for (xmlNode *e = root ? root->children : NULL; e && n <= MAX_DISKS;
	     e = e->next)
		if (e->type == XML_ELEMENT_NODE &&
		    xmlStrEqual(e->name, (const xmlChar *)"disk"))
			disks[n++] =
			    (struct disk){ attribute(p->call, e, "device"),
				    attribute(p->call, e, "size"),
				    attribute(p->call, e, "sr"),
				    attribute(p->call, e, "bootable"),
				    attribute(p->call, e, "type") };
	xmlFreeDoc(doc);
	if (n > MAX_DISKS)
		return fail_invalid_value(p->call, "other_config:disks",
		    "more than 64 disks");
	return text && *text && !root
	    ? fail_invalid_value(p->call, "other_config:disks",
		  "not the XML of disks")
	    : n;
}

struct search {
	const char *name;
	struct ref found;
};

static int
match_sr(const struct record *r, void *arg)
{
	const struct sr *sr = (const struct sr *)r;
	struct search *s = arg;

	if (strcmp(sr->uuid, s->name) != 0 &&
	    strcmp(sr->name_label, s->name) != 0)
		return 0;
	s->found = r->self;
	return 1;
}

/* ---- steps ---- */

static const char *
note(struct plan *p, const char *what, int i)
{
	const char *name = arena_printf(p->call->arena, "%s:%d", what, i);

	return name ? name : "";
}

static bool
is_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits && digits < 19 && !text[digits];
}

static int
provision_check(struct plan *p, struct tx *t)
{
	struct disk disks[MAX_DISKS + 1];
	const struct vm *vm;
	int n;

	if (vm_plan_check(p, t) < 0)
		return -1;
	vm = TX_GET(t, VM, vm, p->object);
	if (builder_find(&vm->other_config, "postinstall"))
		return fail_not_implemented(p->call, "postinstall scripts");
	n = read_disks(p, vm, disks);
	for (int i = 0; i < n; i++) {
		struct search s = { disks[i].sr, REF_NULL };

		if (!is_number(disks[i].size))
			return fail_invalid_value(p->call,
			    "other_config:disks:size", disks[i].size);
		(void)tx_each(t, CLASS_SR, match_sr, &s);
		if (ref_is_null(s.found))
			return fail_uuid_invalid(p->call, "SR", disks[i].sr);
		if (plan_note(p, note(p, "sr", i),
			call_ref_text(p->call, s.found)) < 0)
			return -1;
	}
	return n < 0 ? -1 : 0;
}

static int
volumes_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);
	struct disk disks[MAX_DISKS + 1];
	int n = r ? read_disks(p, (const struct vm *)r, disks) : -1;
	int rc = n < 0 ? -1 : 0;

	for (int i = 0; rc == 0 && i < n; i++)
		rc = plan_child(p, vdi_kind("VDI.create"),
		    plan_arg_ref(p, note(p, "sr", i)), "name", disks[i].device,
		    "want", disks[i].size, "type", disks[i].type, "as",
		    note(p, "made", i), NULL);
	return rc;
}

static int
volumes_undo_send(struct plan *p)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < MAX_DISKS; i++) {
		RECORD_UNREF const struct record *r = db_get(p->core->db,
		    CLASS_VDI, plan_arg_ref(p, note(p, "made", i)));
		const struct vdi *vdi = (const struct vdi *)r;

		if (vdi)
			rc = storage_send(p, NULL, vdi->SR, "vdi_destroy",
			    "vdi", vdi->uuid, "#size", vdi->virtual_size, NULL);
	}
	return rc;
}

static int
volumes_undo_apply(struct plan *p, struct tx *t)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < MAX_DISKS; i++)
		rc = vdi_take_out(p, t, plan_arg_ref(p, note(p, "made", i)));
	return rc;
}

static int
add_vbd(struct plan *p, struct tx *t, const struct disk *d, int i)
{
	struct builder b = { .arena = p->call->arena };
	struct builder_pairs pairs = { .b = &b };
	struct vbd vbd;
	struct ref ref;

	builder_defaults(CLASS_VBD, &vbd.r);
	builder_put(&pairs, "owner", "");
	vbd.VM = p->object;
	vbd.VDI = plan_arg_ref(p, note(p, "made", i));
	vbd.userdevice = d->device;
	vbd.bootable = strcmp(d->bootable, "true") == 0;
	vbd.mode = VBD_MODE_RW;
	vbd.type = VBD_TYPE_DISK;
	vbd.empty = false;
	vbd.unpluggable = strcmp(d->type, "system") != 0;
	vbd.other_config = builder_pairs_map(&pairs);
	vbd.qos_supported_algorithms = vbd_qos_supported(&vbd);
	return tx_insert(t, &vbd.r, &ref);
}

static int
volumes_apply(struct plan *p, struct tx *t)
{
	const struct vm *vm = EDIT_HEAD(p->call, t, VM, vm, p->object);
	struct disk disks[MAX_DISKS + 1];
	int n = vm ? read_disks(p, vm, disks) : -1;

	for (int i = 0; i < n; i++)
		if (add_vbd(p, t, &disks[i], i) < 0)
			return -1;
	if (n < 0)
		return -1;
	(void)tx_map_remove(t, CLASS_VM, p->object, FIELD_VM_other_config,
	    "disks");
	return vm_from_template(t, TX_GET(t, VM, vm, p->object));
}

static const struct step provision_steps[] = {
	{ "volumes", volumes_send, volumes_apply, volumes_undo_send,
	    volumes_undo_apply },
	{ 0 },
};

const struct plan_kind vm_provision_kind = {
	.name = "VM.provision",
	.cls = CLASS_VM,
	.operation = "provision",
	.steps = provision_steps,
	.check = provision_check,
	.finish = vm_plan_refresh,
};

int
vm_provision(struct call *c, const struct vm_provision_args *a)
{
	return plan_start(c, &vm_provision_kind, a->vm, NULL);
}

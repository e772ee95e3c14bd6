/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world/stranger.h"

#include <string.h>

#include "device/device_qos.h"
#include "lib/log.h"
#include "model/builder.h"
#include "net/pif.h"
#include "plan/switch.h"
#include "vm/start/placement.h"
#include "vm/vm_devices.h"
#include "vm/vm_operations.h"
#include "world/world.h"

/* One domain while it is being adopted. */
struct stranger {
	struct core *core;
	struct builder b;
	struct tx *t;
	const char *uuid;
	const struct value *about; /* its description in list */
	struct ref vm, sr;
};

/* ---- asking ---- */

static struct value
text_value(const char *s)
{
	return (struct value){ .kind = VALUE_STRING,
		.n = (uint32_t)strlen(s),
		.s = s };
}

static int
ask(struct core *core, struct arena *a, const char *op, const char *uuid,
    struct value *reply_r)
{
	const struct value_member m[] = {
		{ "op", text_value(op) },
		{ "uuid", text_value(uuid) },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = 2,
		.members = m };
	char err[256];

	if (switch_ask(core->switchboard, PLAN_DOMAIN, a, &body, reply_r, err,
		sizeof(err)) == 0)
		return 0;
	log_err("domain %s, %s: %s", uuid, op, err);
	return -1;
}

void
stranger_destroy(struct core *core, const char *uuid)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct value reply;

	if (a && ask(core, a, "destroy", uuid, &reply) == 0)
		log_info("domain %s belonged to no VM: destroyed", uuid);
}

static const char *
text_of(const struct value *v, const char *name, const char *otherwise)
{
	const char *text = value_text(v, name, "");

	return *text ? text : otherwise;
}

/* ---- the VM ---- */

static enum domain_type
type_of(const struct value *about)
{
	static const struct {
		const char *name;
		enum domain_type type;
	} table[] = {
		{ "hvm", DOMAIN_TYPE_HVM },
		{ "pv", DOMAIN_TYPE_PV },
		{ "pvh", DOMAIN_TYPE_PVH },
		{ "pv_in_pvh", DOMAIN_TYPE_PV_IN_PVH },
	};
	const char *name = text_of(about, "type", "");

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(name, table[i].name) == 0)
			return table[i].type;
	return DOMAIN_TYPE_UNSPECIFIED;
}

static struct ref
add_metrics(struct stranger *s, int64_t memory, int64_t vcpus)
{
	struct ref ref = REF_NULL;
	struct vm_metrics m;

	builder_defaults(CLASS_VM_metrics, &m.r);
	m.memory_actual = memory;
	m.VCPUs_number = vcpus;
	m.current_domain_type = type_of(s->about);
	m.hvm = m.current_domain_type == DOMAIN_TYPE_HVM;
	(void)tx_insert(s->t, &m.r, &ref);
	return ref;
}

/* What its maker had it do at its end is not known: it is left ended. */
static int
add_vm(struct stranger *s)
{
	int64_t memory = value_int(s->about, "memory", 0);
	int64_t vcpus = value_int(s->about, "vcpus", 1);
	const char *state = text_of(s->about, "state", "running");
	struct vm vm;

	builder_defaults(CLASS_VM, &vm.r);
	vm.uuid = s->uuid;
	vm.name_label = text_of(s->about, "name", s->uuid);
	vm.name_description = "Found running on its host";
	vm.user_version = 1;
	vm.domain_type = type_of(s->about);
	vm.domid = value_int(s->about, "domid", -1);
	vm.power_state = strcmp(state, "paused") == 0 ? VM_POWER_STATE_PAUSED
						      : VM_POWER_STATE_RUNNING;
	vm.resident_on = s->core->host;
	vm.memory_static_min = vm.memory_static_max = memory;
	vm.memory_dynamic_min = vm.memory_dynamic_max = memory;
	vm.memory_target = memory;
	vm.memory_overhead = world_memory_overhead(memory, vcpus,
	    vm.domain_type == DOMAIN_TYPE_HVM);
	vm.VCPUs_max = vm.VCPUs_at_startup = vcpus;
	vm.actions_after_shutdown = ON_NORMAL_EXIT_DESTROY;
	vm.actions_after_reboot = ON_NORMAL_EXIT_DESTROY;
	vm.actions_after_crash = ON_CRASH_BEHAVIOUR_DESTROY;
	vm.HVM_boot_policy =
	    vm.domain_type == DOMAIN_TYPE_HVM ? "BIOS order" : "";
	vm.other_config = BUILDER_MAP(&s->b, "xapid-adopted", "true");
	vm.metrics = add_metrics(s, memory, vcpus);
	return tx_insert(s->t, &vm.r, &s->vm);
}

/* ---- disks ---- */

#define SR_NAME "Disks of adopted guests"

static int
is_sr_of_adopted(const struct record *r, void *found)
{
	const struct sr *sr = (const struct sr *)r;

	if (strcmp(sr->name_label, SR_NAME) != 0 ||
	    strcmp(sr->type, "adopted") != 0)
		return 0;
	*(struct ref *)found = r->self;
	return 1;
}

/* Where the disks of such guests are listed; we neither make nor remove any. */
static int
need_sr(struct stranger *s)
{
	struct pbd pbd;
	struct sr sr;

	if (!ref_is_null(s->sr) ||
	    tx_each(s->t, CLASS_SR, is_sr_of_adopted, &s->sr) == 1)
		return 0;
	builder_defaults(CLASS_SR, &sr.r);
	sr.name_label = SR_NAME;
	sr.name_description = "Listed here, and otherwise left alone";
	sr.type = "adopted";
	sr.content_type = "user";
	if (tx_insert(s->t, &sr.r, &s->sr) < 0)
		return -1;
	builder_defaults(CLASS_PBD, &pbd.r);
	pbd.host = s->core->host;
	pbd.SR = s->sr;
	pbd.currently_attached = true;
	return tx_insert(s->t, &pbd.r, NULL);
}

static int
add_vdi(struct stranger *s, const struct value *device, bool read_only,
    struct ref *vdi_r)
{
	const char *path = text_of(device, "path", NULL);
	struct vdi vdi;

	*vdi_r = REF_NULL;
	if (!path)
		return 0; /* an empty drive */
	if (need_sr(s) < 0)
		return -1;
	builder_defaults(CLASS_VDI, &vdi.r);
	vdi.name_label = path;
	vdi.location = path;
	vdi.SR = s->sr;
	vdi.virtual_size = value_int(device, "size", 0);
	vdi.physical_utilisation = vdi.virtual_size;
	vdi.type = VDI_TYPE_USER;
	vdi.read_only = read_only;
	vdi.sharable = true; /* who else has it is not ours to say */
	vdi.managed = true;
	return tx_insert(s->t, &vdi.r, vdi_r);
}

/* "0" for xvda. */
static const char *
position_of(struct stranger *s, const char *virtual)
{
	struct vbd_position at;

	if (!vbd_position_parse(virtual, &at))
		return virtual;
	return builder_text(&s->b, "%u", at.disk);
}

static int
add_vbd(struct stranger *s, const struct value *device)
{
	const char *virtual = text_of(device, "virtual", "");
	const char *position = position_of(s, virtual);
	bool cd = strcmp(text_of(device, "kind", "disk"), "cdrom") == 0;
	bool read_only = cd || strcmp(text_of(device, "mode", "RW"), "RO") == 0;
	struct vbd vbd;

	builder_defaults(CLASS_VBD, &vbd.r);
	vbd.VM = s->vm;
	vbd.userdevice = position;
	vbd.device = virtual;
	vbd.mode = read_only ? VBD_MODE_RO : VBD_MODE_RW;
	vbd.type = cd ? VBD_TYPE_CD : VBD_TYPE_DISK;
	if (add_vdi(s, device, read_only, &vbd.VDI) < 0)
		return -1;
	vbd.empty = ref_is_null(vbd.VDI);
	vbd.bootable = strcmp(position, "0") == 0;
	vbd.currently_attached = true;
	vbd.qos_supported_algorithms = vbd_qos_supported(&vbd);
	return tx_insert(s->t, &vbd.r, NULL);
}

/* ---- interfaces ---- */

static int
need_network(struct stranger *s, const char *bridge, struct ref *network_r)
{
	struct network n;

	*network_r = network_on_bridge(s->t, bridge);
	if (!ref_is_null(*network_r))
		return 0;
	builder_defaults(CLASS_network, &n.r);
	n.name_label = builder_text(&s->b, "Bridge %s", bridge);
	n.bridge = bridge;
	n.MTU = 1500;
	n.managed = false;
	return tx_insert(s->t, &n.r, network_r);
}

static int
add_vif(struct stranger *s, const char *position, const struct value *device)
{
	struct vif vif;

	builder_defaults(CLASS_VIF, &vif.r);
	vif.VM = s->vm;
	vif.device = position;
	vif.MAC = text_of(device, "mac", "");
	vif.MTU = value_int(device, "mtu", 1500);
	vif.currently_attached = true;
	vif.qos_supported_algorithms = vif_qos_supported();
	if (need_network(s, text_of(device, "bridge", "xenbr0"), &vif.network) <
	    0)
		return -1;
	return tx_insert(s->t, &vif.r, NULL);
}

static int
add_devices(struct stranger *s)
{
	const struct value *all = value_member(s->about, "details");

	for (uint32_t i = 0; all && all->kind == VALUE_ARRAY && i < all->n;
	     i++) {
		const struct value *device = &all->items[i];
		const char *name = text_of(device, "device", "");
		int rc = 0;

		if (strncmp(name, "vbd/", 4) == 0)
			rc = add_vbd(s, device);
		else if (strncmp(name, "vif/", 4) == 0)
			rc = add_vif(s, name + 4, device);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* ---- all of it ---- */

static int
add_all(struct stranger *s)
{
	const struct vm *vm;

	if (add_vm(s) < 0 || add_devices(s) < 0 || s->b.failed)
		return -1;
	vm = TX_GET(s->t, VM, vm, s->vm);
	if (vm)
		(void)placement_take(s->t, s->core->host, placement_memory(vm));
	return vm_operations_refresh(s->t, s->vm);
}

static int
adopt(struct core *core, struct arena *a, const char *uuid,
    const struct value *about)
{
	struct stranger s = {
		.core = core,
		.b = { .arena = a },
		.uuid = uuid,
		.about = about,
	};

	s.t = tx_begin(core->db);
	if (!s.t)
		return -1;
	if (add_all(&s) < 0) {
		tx_abort(s.t);
		return -1;
	}
	return tx_commit_wait(s.t, NULL);
}

void
stranger_adopt(struct core *core, const char *uuid)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct value all;
	const struct value *about;

	if (!a || ask(core, a, "list", "", &all) < 0)
		return;
	about = value_member(&all, uuid);
	if (!about || strncmp(text_of(about, "state", ""), "shutdown", 8) == 0)
		return; /* gone again, or going */
	if (adopt(core, a, uuid, about) == 0)
		log_info("domain %s, found running, is VM %s",
		    text_of(about, "name", "without a name"), uuid);
	else
		log_err("domain %s cannot be adopted", uuid);
}

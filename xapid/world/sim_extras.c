/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people would have set up in the simulated pool, and what its hosts say
 * beside the usual. */
#include "world/sim_private.h"

/* ---- hosts ---- */

static void
add_feature(struct sim *s, unsigned host)
{
	struct feature f;

	builder_defaults(CLASS_Feature, &f.r);
	f.name_label = "simulator";
	f.name_description = "This host is simulated";
	f.enabled = true;
	f.experimental = true;
	f.host = s->hosts[host].host;
	(void)maker_add(s->m, &f.r);
}

static struct ref
add_variant(struct sim *s, struct ref driver, const char *name,
    const char *version, double priority, const char *status)
{
	struct driver_variant v;

	builder_defaults(CLASS_Driver_variant, &v.r);
	v.driver = driver;
	v.name = name;
	v.version = version;
	v.hardware_present = true;
	v.priority = priority;
	v.status = status;
	return maker_add(s->m, &v.r);
}

static void
add_host_driver(struct sim *s, unsigned host)
{
	struct tx *t = s->m->t;
	struct host_driver d;
	struct ref driver, variant;

	builder_defaults(CLASS_Host_driver, &d.r);
	d.host = s->hosts[host].host;
	d.name = "i40e";
	d.friendly_name = "Intel(R) Ethernet Connection XL710";
	d.type = "network";
	d.description = "Simulated driver of eth2, eth3 and eth4";
	driver = maker_add(s->m, &d.r);
	variant =
	    add_variant(s, driver, "generic", "2.22.20", 1.0, "production");
	(void)add_variant(s, driver, "next", "2.26.8", 0.5, "beta");
	if (!t)
		return;
	(void)TX_SET(t, Host_driver, host_driver, driver, active_variant,
	    variant);
	(void)TX_SET(t, Host_driver, host_driver, driver, selected_variant,
	    variant);
}

static void
add_dom0_guest_metrics(struct sim *s, unsigned host)
{
	struct builder *b = &s->m->b;
	const char *address = s->hosts[host].address;
	struct vm_guest_metrics g;
	struct ref ref;

	builder_defaults(CLASS_VM_guest_metrics, &g.r);
	g.os_version = BUILDER_MAP(b, "name", "xapid simulator", "distro",
	    "simulator", "uname", s->hosts[host].facts.linux_version);
	g.networks = BUILDER_MAP(b, "0/ip", address, "0/ipv4/0", address);
	g.last_updated = s->core->started;
	g.live = true;
	ref = maker_add(s->m, &g.r);
	if (s->m->t)
		(void)TX_SET(s->m->t, VM, vm, s->hosts[host].dom0,
		    guest_metrics, ref);
}

/* The first host fell over once, a month ago. */
static void
add_host_crashdump(struct sim *s)
{
	struct host_crashdump c;

	builder_defaults(CLASS_host_crashdump, &c.r);
	c.host = s->hosts[0].host;
	c.timestamp = s->core->started - 30 * 86400;
	c.size = 96 * WORLD_MIB;
	c.filename = "20261023-031500-UTC";
	(void)maker_add(s->m, &c.r);
}

static void
add_observer(struct sim *s)
{
	struct observer o;

	builder_defaults(CLASS_Observer, &o.r);
	o.name_label = "Traces for support";
	o.endpoints = BUILDER_STRINGS(&s->m->b, "bugtool");
	o.enabled = false;
	(void)maker_add(s->m, &o.r);
}

/* ---- VMs: those that are halted and stay so ---- */

static void
add_appliance(struct sim *s)
{
	struct vm_appliance a;
	struct ref ref;

	builder_defaults(CLASS_VM_appliance, &a.r);
	a.name_label = "Web shop";
	a.name_description = "VMs that start and stop together";
	ref = maker_add(s->m, &a.r);
	for (unsigned i = 1; s->m->t && i <= 3; i += 2)
		(void)TX_SET(s->m->t, VM, vm, s->vms[i], appliance, ref);
}

static void
add_vm_group(struct sim *s)
{
	struct vm_group g;
	struct set groups;
	struct ref ref;

	builder_defaults(CLASS_VM_group, &g.r);
	g.name_label = "Never on one host";
	g.placement = PLACEMENT_POLICY_ANTI_AFFINITY;
	ref = maker_add(s->m, &g.r);
	groups = (struct set){ .items = &ref, .n = 1 };
	for (unsigned i = 1; s->m->t && i <= 3; i += 2)
		(void)tx_set(s->m->t, CLASS_VM, s->vms[i], FIELD_VM_groups,
		    &groups);
}

static void
add_snapshot_schedule(struct sim *s)
{
	struct vmss v;
	struct ref ref;

	builder_defaults(CLASS_VMSS, &v.r);
	v.name_label = "Every night";
	v.enabled = false;
	v.type = VMSS_TYPE_SNAPSHOT;
	v.frequency = VMSS_FREQUENCY_DAILY;
	v.schedule = BUILDER_MAP(&s->m->b, "hour", "1", "min", "30");
	ref = maker_add(s->m, &v.r);
	if (s->m->t)
		(void)TX_SET(s->m->t, VM, vm, s->vms[5], snapshot_schedule,
		    ref);
}

static void
add_vtpm(struct sim *s, struct ref vm)
{
	struct secret secret;
	struct vtpm v;

	builder_defaults(CLASS_secret, &secret.r);
	builder_defaults(CLASS_VTPM, &v.r);
	v.VM = vm;
	v.contents = maker_add(s->m, &secret.r); /* never started: empty */
	(void)maker_add(s->m, &v.r);
}

static void
add_crashdump(struct sim *s, struct ref vm)
{
	struct sim_sr *sr = sim_vm_sr(s, 0);
	struct crashdump c;
	struct vdi v;

	builder_defaults(CLASS_VDI, &v.r);
	maker_identify(s->m, &v.r);
	v.name_label = "Crash dump of a guest";
	v.SR = sr->sr;
	v.location = v.uuid;
	v.type = VDI_TYPE_CRASHDUMP;
	v.virtual_size = v.physical_utilisation = 256 * WORLD_MIB;
	v.managed = true;
	sr->virtual_allocation += v.virtual_size;
	sr->used += v.physical_utilisation;
	builder_defaults(CLASS_crashdump, &c.r);
	c.VM = vm;
	c.VDI = maker_add(s->m, &v.r);
	(void)maker_add(s->m, &c.r);
}

static void
add_vgpu(struct sim *s, struct ref vm)
{
	struct vgpu v;

	builder_defaults(CLASS_VGPU, &v.r);
	v.VM = vm;
	v.GPU_group = s->gpu_group;
	v.type = s->vgpu_type;
	(void)maker_add(s->m, &v.r);
}

static void
add_vusb(struct sim *s, struct ref vm)
{
	struct vusb v;

	builder_defaults(CLASS_VUSB, &v.r);
	v.VM = vm;
	v.USB_group = s->usb_group;
	(void)maker_add(s->m, &v.r);
}

/* ---- all of it ---- */

void
sim_extras_make(struct sim *s)
{
	for (unsigned i = 0; i < s->nhosts; i++) {
		add_feature(s, i);
		add_host_driver(s, i);
		add_dom0_guest_metrics(s, i);
		maker_turn(s->m);
	}
	add_host_crashdump(s);
	add_observer(s);
	if (s->nvms < SIM_FIRST_VMS)
		return;
	add_appliance(s);
	add_vm_group(s);
	add_snapshot_schedule(s);
	add_vtpm(s, s->vms[7]);
	add_vgpu(s, s->vms[5]);
	add_vusb(s, s->vms[3]);
	add_crashdump(s, s->vms[5]);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PCI devices, GPUs and USB sticks of simulated hosts. */
#include "world/sim_private.h"

enum { NIC, STORAGE, USB, DISPLAY, GPU };

struct sim_pci {
	int kind;
	const char *pci_id, *class_id, *class_name;
	const char *vendor_id, *vendor_name, *device_id, *device_name;
	const char *driver;
};

#define INTEL "8086", "Intel Corporation"
#define I350 "1521", "I350 Gigabit Network Connection", "igb"
#define X710 "1572", "Ethernet Controller X710 for 10GbE SFP+", "i40e"

/* The network cards in the order of their names. */
static const struct sim_pci devices[] = {
	{ NIC, "0000:02:00.0", "0200", "Ethernet controller", INTEL, I350 },
	{ NIC, "0000:02:00.1", "0200", "Ethernet controller", INTEL, I350 },
	{ NIC, "0000:41:00.0", "0200", "Ethernet controller", INTEL, X710 },
	{ NIC, "0000:41:00.1", "0200", "Ethernet controller", INTEL, X710 },
	{ NIC, "0000:41:00.2", "0200", "Ethernet controller", INTEL, X710 },
	{ STORAGE, "0000:03:00.0", "0107", "Serial Attached SCSI controller",
	    "1000", "Broadcom / LSI", "0097",
	    "SAS3008 PCI-Express Fusion-MPT SAS-3", "mpt3sas" },
	{ USB, "0000:04:00.0", "0c03", "USB controller", "1022",
	    "Advanced Micro Devices, Inc. [AMD]", "148c",
	    "Starship USB 3.0 Host Controller", "xhci_hcd" },
	{ DISPLAY, "0000:01:00.0", "0300", "VGA compatible controller", "102b",
	    "Matrox Electronics Systems Ltd.", "0536",
	    "Integrated Matrox G200eW3 Graphics Controller", "mgag200" },
	{ GPU, "0000:81:00.0", "0302", "3D controller", "10de",
	    "NVIDIA Corporation", "1eb8", "TU104GL [Tesla T4]", "" },
};

#define DEVICES (sizeof(devices) / sizeof(*devices))
#define GPU_SIZE 1048576 /* PGPU.size: all of it */
#define VGPUS_PER_GPU 4

static struct ref
add_pci(struct sim *s, unsigned host, const struct sim_pci *d)
{
	struct pci p;

	builder_defaults(CLASS_PCI, &p.r);
	p.host = s->hosts[host].host;
	p.pci_id = d->pci_id;
	p.class_id = d->class_id;
	p.class_name = d->class_name;
	p.vendor_id = p.subsystem_vendor_id = d->vendor_id;
	p.vendor_name = p.subsystem_vendor_name = d->vendor_name;
	p.device_id = p.subsystem_device_id = d->device_id;
	p.device_name = p.subsystem_device_name = d->device_name;
	p.driver_name = d->driver;
	return maker_add(s->m, &p.r);
}

/* ---- GPUs ---- */

static struct ref
add_passthrough(struct sim *s)
{
	struct vgpu_type t;

	builder_defaults(CLASS_VGPU_type, &t.r);
	t.model_name = "passthrough";
	t.size = GPU_SIZE;
	t.implementation = VGPU_TYPE_IMPLEMENTATION_PASSTHROUGH;
	t.identifier = "0001:passthrough";
	return maker_add(s->m, &t.r);
}

static struct ref
add_virtual_type(struct sim *s)
{
	struct vgpu_type t;

	builder_defaults(CLASS_VGPU_type, &t.r);
	t.vendor_name = "NVIDIA Corporation";
	t.model_name = "GRID T4-4Q";
	t.framebuffer_size = 4 * WORLD_GIB;
	t.max_heads = 4;
	t.max_resolution_x = 7680;
	t.max_resolution_y = 4320;
	t.size = GPU_SIZE / VGPUS_PER_GPU;
	t.implementation = VGPU_TYPE_IMPLEMENTATION_NVIDIA;
	t.identifier = "0003:simulator,nvidia,T4-4Q";
	return maker_add(s->m, &t.r);
}

static struct ref
add_gpu_group(struct sim *s, const struct ref types[2])
{
	struct gpu_group g;

	builder_defaults(CLASS_GPU_group, &g.r);
	g.name_label = "Group of NVIDIA Corporation TU104GL [Tesla T4] GPUs";
	g.GPU_types = BUILDER_STRINGS(&s->m->b, "10de/1eb8");
	g.supported_VGPU_types = builder_refs(&s->m->b, types, 2);
	g.enabled_VGPU_types = g.supported_VGPU_types;
	return maker_add(s->m, &g.r);
}

static void
add_pgpu(struct sim *s, unsigned host, struct ref pci,
    const struct ref types[2])
{
	static const int64_t capacities[] = { 1, VGPUS_PER_GPU };
	struct pgpu g;

	builder_defaults(CLASS_PGPU, &g.r);
	g.PCI = pci;
	g.host = s->hosts[host].host;
	g.GPU_group = s->gpu_group;
	g.supported_VGPU_types = builder_refs(&s->m->b, types, 2);
	g.enabled_VGPU_types = g.supported_VGPU_types;
	g.supported_VGPU_max_capacities = (struct map){
		.keys = types,
		.values = capacities,
		.n = 2,
	};
	(void)maker_add(s->m, &g.r);
}

/* ---- USB ---- */

static void
add_usb_group(struct sim *s)
{
	struct usb_group g;

	builder_defaults(CLASS_USB_group, &g.r);
	g.name_label = "Group of 0781 5581 USBs";
	s->usb_group = maker_add(s->m, &g.r);
}

static void
add_pusb(struct sim *s, unsigned host)
{
	struct pusb u;

	builder_defaults(CLASS_PUSB, &u.r);
	u.host = s->hosts[host].host;
	u.USB_group = s->usb_group;
	u.passthrough_enabled = true;
	u.path = "1-2";
	u.vendor_id = "0781";
	u.vendor_desc = "SanDisk Corp.";
	u.product_id = "5581";
	u.product_desc = "Ultra";
	u.serial = builder_text(&s->m->b, "SIM%04u0781", host + 1);
	u.version = "3.00";
	u.description = "SanDisk Corp._Ultra";
	u.speed = 5000;
	(void)maker_add(s->m, &u.r);
}

/* ---- all of it ---- */

static void
make_host(struct sim *s, unsigned host, const struct ref types[2])
{
	unsigned nic = 0;

	for (unsigned i = 0; i < DEVICES; i++) {
		struct ref pci = add_pci(s, host, &devices[i]);

		if (devices[i].kind == NIC)
			s->nic_pci[host][nic++] = pci;
		else if (devices[i].kind == GPU)
			add_pgpu(s, host, pci, types);
	}
	add_pusb(s, host);
}

void
sim_devices_make(struct sim *s)
{
	struct ref types[2] = { add_passthrough(s), add_virtual_type(s) };

	s->vgpu_type = types[1];
	s->gpu_group = add_gpu_group(s, types);
	add_usb_group(s);
	for (unsigned i = 0; i < s->nhosts; i++) {
		make_host(s, i, types);
		maker_turn(s->m);
	}
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated pool while it is made. */
#ifndef XAPID_SIM_PRIVATE_H
#define XAPID_SIM_PRIVATE_H

#include "world/world_private.h"

#define SIM_NICS 5
#define SIM_ISOS 4
#define SIM_FIRST_VMS 8

/* A storage repository and what its disks take; written at the end. */
struct sim_sr {
	struct ref sr;
	int64_t virtual_allocation, used; /* bytes */
};

struct sim {
	struct maker *m;
	struct core *core;
	unsigned nhosts, nvms;
	struct world_host hosts[WORLD_MAX_HOSTS];

	/* sim_devices.c */
	struct ref nic_pci[WORLD_MAX_HOSTS][SIM_NICS];
	struct ref gpu_group, vgpu_type, usb_group;
	/* sim_network.c: those that VMs are on */
	struct ref vm_network, vlan_network;
	/* sim_storage.c */
	struct sim_sr local[WORLD_MAX_HOSTS], shared;
	struct ref isos[SIM_ISOS];
	/* sim_vms.c: every other one, from 1 on, is halted */
	struct ref vms[SIM_FIRST_VMS], first_vif; /* of vms[1] */
};

/* Each makes its objects; failures stay in the maker. */
void sim_devices_make(struct sim *s);
void sim_network_make(struct sim *s);
void sim_storage_make(struct sim *s);
void sim_vms_make(struct sim *s);
void sim_extras_make(struct sim *s);
void sim_pvs_make(struct sim *s);
/* Sizes that the disks of the VMs determine. */
void sim_storage_finish(struct sim *s);

/* Where the disks of a VM on this host lie. */
struct sim_sr *sim_vm_sr(struct sim *s, unsigned host);
/* A locally administered address, from the object's reference. */
const char *sim_mac(struct builder *b, struct ref of);

#endif

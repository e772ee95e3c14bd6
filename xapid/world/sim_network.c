/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks and interfaces of simulated hosts: eth0 is for management, eth1 for
 * storage, eth2 and eth3 are bonded and carry the VMs, also on a VLAN; eth4
 * has virtual functions. A tunnel makes a network of its own on eth0. */
#include "world/sim_private.h"

#define VLAN_TAG 100
#define VIRTUAL_MAC "fe:ff:ff:ff:ff:ff" /* VLANs and SR-IOV have none */

struct sim_nic {
	const char *device, *bridge;
	int64_t speed; /* Mbit/s */
	const char *device_id, *device_name;
	bool sriov;
};

static const struct sim_nic nics[SIM_NICS] = {
	{ "eth0", "xenbr0", 1000, "1521", "I350 Gigabit Network Connection",
	    false },
	{ "eth1", "xenbr1", 1000, "1521", "I350 Gigabit Network Connection",
	    false },
	{ "eth2", "xenbr2", 10000, "1572",
	    "Ethernet Controller X710 for 10GbE SFP+", false },
	{ "eth3", "xenbr3", 10000, "1572",
	    "Ethernet Controller X710 for 10GbE SFP+", false },
	{ "eth4", "xenbr4", 10000, "1572",
	    "Ethernet Controller X710 for 10GbE SFP+", true },
};

enum { MANAGEMENT, STORAGE, BOND_FIRST, BOND_SECOND, SRIOV };

/* ---- networks ---- */

static struct ref
add_network(struct sim *s, const char *name, const char *description,
    const char *bridge, struct map other_config)
{
	struct network n;

	builder_defaults(CLASS_network, &n.r);
	n.name_label = name;
	n.name_description = description;
	n.bridge = bridge;
	n.MTU = 1500;
	n.other_config = other_config;
	return maker_add(s->m, &n.r);
}

/* Named as the original names what it makes by itself. */
static void
add_nic_networks(struct sim *s, struct ref out[SIM_NICS])
{
	struct builder *b = &s->m->b;

	for (unsigned i = 0; i < SIM_NICS; i++)
		out[i] =
		    add_network(s, builder_text(b, "Pool-wide network %u", i),
			"", nics[i].bridge, (struct map){ .n = 0 });
}

/* ---- interfaces ---- */

static struct ref
add_pif_metrics(struct sim *s, const struct sim_nic *nic, const char *bus)
{
	struct pif_metrics pm;

	builder_defaults(CLASS_PIF_metrics, &pm.r);
	pm.carrier = true;
	pm.vendor_id = "8086";
	pm.vendor_name = "Intel Corporation";
	pm.device_id = nic->device_id;
	pm.device_name = nic->device_name;
	pm.speed = nic->speed;
	pm.duplex = true;
	pm.pci_bus_path = bus;
	pm.last_updated = s->core->started;
	return maker_add(s->m, &pm.r);
}

/* What all interfaces have in common. */
static void
pif_blank(struct sim *s, unsigned host, const char *device, struct ref network,
    struct pif *p)
{
	builder_defaults(CLASS_PIF, &p->r);
	p->host = s->hosts[host].host;
	p->device = p->device_name = device;
	p->network = network;
	p->MTU = 1500;
	p->VLAN = -1;
	p->currently_attached = true;
	maker_identify(s->m, &p->r);
	p->MAC = sim_mac(&s->m->b, p->r.self);
}

static void
set_address(struct pif *p, enum ip_configuration_mode mode, const char *ip,
    const char *netmask)
{
	p->ip_configuration_mode = mode;
	p->IP = ip;
	p->netmask = netmask;
	p->disallow_unplug = true;
}

static struct ref
add_nic(struct sim *s, unsigned host, unsigned i, struct ref network)
{
	static const char *const buses[SIM_NICS] = { "0000:02:00.0",
		"0000:02:00.1", "0000:41:00.0", "0000:41:00.1",
		"0000:41:00.2" };
	struct builder *b = &s->m->b;
	struct pif p;

	pif_blank(s, host, nics[i].device, network, &p);
	p.physical = true;
	p.metrics = add_pif_metrics(s, &nics[i], buses[i]);
	p.PCI = s->nic_pci[host][i];
	p.properties = BUILDER_MAP(b, "gro", "on");
	if (nics[i].sriov)
		p.capabilities = BUILDER_STRINGS(b, "sriov");
	if (i == MANAGEMENT) {
		p.management = true;
		set_address(&p, IP_CONFIGURATION_MODE_DHCP,
		    s->hosts[host].address, "255.0.0.0");
	} else if (i == STORAGE) {
		p.other_config =
		    BUILDER_MAP(b, "management_purpose", "Storage");
		set_address(&p, IP_CONFIGURATION_MODE_STATIC,
		    builder_text(b, "10.10.0.%u", host + 1), "255.255.255.0");
	}
	return maker_add(s->m, &p.r);
}

struct bonded {
	struct ref master, metrics; /* the PIF that stands for both cards */
};

static struct bonded
add_bond(struct sim *s, unsigned host, const struct ref pifs[SIM_NICS],
    struct ref network)
{
	struct maker *m = s->m;
	struct pif p;
	struct bond bond;
	struct ref ref;

	pif_blank(s, host, "bond0", network, &p);
	p.MAC = sim_mac(&m->b, pifs[BOND_FIRST]);
	p.properties = BUILDER_MAP(&m->b, "gro", "on");
	p.metrics = add_pif_metrics(s, &nics[BOND_FIRST], "N/A");
	builder_defaults(CLASS_Bond, &bond.r);
	bond.master = maker_add(m, &p.r);
	bond.primary_slave = pifs[BOND_FIRST];
	bond.links_up = 2;
	ref = maker_add(m, &bond.r);
	for (unsigned i = BOND_FIRST; m->t && i <= BOND_SECOND; i++)
		(void)TX_SET(m->t, PIF, pif, pifs[i], bond_slave_of, ref);
	return (struct bonded){ bond.master, p.metrics };
}

static void
add_vlan(struct sim *s, unsigned host, struct bonded tagged, struct ref network)
{
	struct maker *m = s->m;
	struct pif p;
	struct vlan v;
	struct ref ref;

	pif_blank(s, host, "bond0", network, &p);
	p.MAC = VIRTUAL_MAC;
	p.VLAN = VLAN_TAG;
	p.metrics = tagged.metrics;
	builder_defaults(CLASS_VLAN, &v.r);
	v.tagged_PIF = tagged.master;
	v.untagged_PIF = maker_add(m, &p.r);
	v.tag = VLAN_TAG;
	ref = maker_add(m, &v.r);
	if (m->t)
		(void)TX_SET(m->t, PIF, pif, v.untagged_PIF, VLAN_master_of,
		    ref);
}

static void
add_tunnel(struct sim *s, unsigned host, struct ref transport,
    struct ref network)
{
	struct pif p;
	struct tunnel t;

	pif_blank(s, host, "tunnel0", network, &p);
	p.MTU = -1;
	p.currently_attached = false;
	p.metrics = add_pif_metrics(s, &nics[MANAGEMENT], "N/A");
	builder_defaults(CLASS_tunnel, &t.r);
	t.access_PIF = maker_add(s->m, &p.r);
	t.transport_PIF = transport;
	t.protocol = TUNNEL_PROTOCOL_GRE;
	(void)maker_add(s->m, &t.r);
}

static void
add_sriov(struct sim *s, unsigned host, struct ref physical, struct ref network)
{
	struct pif p;
	struct network_sriov n;

	pif_blank(s, host, nics[SRIOV].device, network, &p);
	p.MAC = VIRTUAL_MAC;
	p.metrics = add_pif_metrics(s, &nics[SRIOV], "N/A");
	builder_defaults(CLASS_network_sriov, &n.r);
	n.physical_PIF = physical;
	n.logical_PIF = maker_add(s->m, &p.r);
	n.configuration_mode = SRIOV_CONFIGURATION_MODE_SYSFS;
	(void)maker_add(s->m, &n.r);
}

/* ---- all of it ---- */

void
sim_network_make(struct sim *s)
{
	const struct map none = { .n = 0 };
	struct ref physical[SIM_NICS], pifs[SIM_NICS], tunnel, sriov;
	struct bonded bond;
	struct maker *m = s->m;

	world_add_internal_network(m);
	add_nic_networks(s, physical);
	s->vm_network = add_network(s, "Bond of eth2 and eth3",
	    "Two cards that carry the VMs", "xapi0",
	    BUILDER_MAP(&m->b, "automatic", "true"));
	s->vlan_network =
	    add_network(s, "VLAN 100", "VMs behind a tag", "xapi1", none);
	tunnel = add_network(s, "Private network",
	    "VMs of this pool among themselves", "xapi2", none);
	sriov = add_network(s, "SR-IOV network",
	    "VMs with a card's own virtual functions", "xapi3", none);
	for (unsigned h = 0; h < s->nhosts; h++) {
		for (unsigned i = 0; i < SIM_NICS; i++)
			pifs[i] = add_nic(s, h, i, physical[i]);
		bond = add_bond(s, h, pifs, s->vm_network);
		add_vlan(s, h, bond, s->vlan_network);
		add_tunnel(s, h, pifs[MANAGEMENT], tunnel);
		add_sriov(s, h, pifs[SRIOV], sriov);
		maker_turn(m);
	}
}

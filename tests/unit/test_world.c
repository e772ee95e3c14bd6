/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a simulated pool consists of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "model/builder.h"
#include "tests/lib/unit.h"
#include "tests/lib/world_box.h"
#include "world/template.h"

static bool
is_guest(const struct vm *vm)
{
	return !vm->is_a_template && !vm->is_control_domain;
}

/* ---- the pool ---- */

static void
test_pool_and_host(void)
{
	struct box b;
	const struct pool *p;
	const struct host *h;

	box_open(&b, 0, 0, 0);
	CU_ASSERT_EQUAL(count(&b, CLASS_pool), 1);
	CU_ASSERT_EQUAL(count(&b, CLASS_host), 1);
	p = GET(&b, pool, pool, b.core.pool);
	h = GET(&b, host, host, b.core.host);
	CU_ASSERT_TRUE(ref_equal(p->master, b.core.host));
	CU_ASSERT_PTR_NULL(builder_find(&p->other_config, "xapid_incomplete"));
	CU_ASSERT_FALSE(ref_is_null(p->default_SR));
	CU_ASSERT_TRUE(h->enabled);
	CU_ASSERT_STRING_EQUAL(h->address, "127.0.0.1");
	CU_ASSERT_EQUAL(h->host_CPUs.n, 32);
	CU_ASSERT_EQUAL(h->resident_VMs.n, 1);
	CU_ASSERT_TRUE(GET(&b, VM, vm, h->control_domain)->is_control_domain);
	box_close(&b);
}

static void
test_hosts_share_networks(void)
{
	struct box b;

	box_open(&b, 3, 0, 0);
	CU_ASSERT_EQUAL(count(&b, CLASS_host), 3);
	CU_ASSERT_EQUAL(count(&b, CLASS_host_metrics), 3);
	CU_ASSERT_EQUAL(count(&b, CLASS_host_cpu), 96);
	{
		LIST hosts = list_of(&b, CLASS_host);
		LIST networks = list_of(&b, CLASS_network);
		LIST pifs = list_of(&b, CLASS_PIF);
		unsigned management = 0;

		for (uint32_t i = 0; i < hosts.n; i++)
			CU_ASSERT_EQUAL(((struct host *)hosts.r[i])->PIFs.n, 9);
		for (uint32_t i = 0; i < networks.n; i++) {
			const struct network *n =
			    (const struct network *)networks.r[i];

			CU_ASSERT_EQUAL(n->PIFs.n,
			    strcmp(n->bridge, "xenapi") == 0 ? 0 : 3);
		}
		for (uint32_t i = 0; i < pifs.n; i++) {
			const struct pif *p = (const struct pif *)pifs.r[i];

			if (!p->management)
				continue;
			management++;
			CU_ASSERT_STRING_EQUAL(p->IP,
			    GET(&b, host, host, p->host)->address);
		}
		CU_ASSERT_EQUAL(management, 3);
	}
	box_close(&b);
}

static void
test_relations_of_interfaces(void)
{
	struct box b;

	box_open(&b, 2, 0, 0);
	{
		LIST bonds = list_of(&b, CLASS_Bond);
		LIST vlans = list_of(&b, CLASS_VLAN);

		CU_ASSERT_EQUAL(bonds.n, 2);
		for (uint32_t i = 0; i < bonds.n; i++) {
			const struct bond *bond =
			    (const struct bond *)bonds.r[i];

			CU_ASSERT_EQUAL(bond->slaves.n, 2);
			CU_ASSERT_EQUAL(GET(&b, PIF, pif, bond->master)
					    ->bond_master_of.n,
			    1);
		}
		CU_ASSERT_EQUAL(vlans.n, 2);
		for (uint32_t i = 0; i < vlans.n; i++) {
			const struct vlan *v = (const struct vlan *)vlans.r[i];
			const struct pif *p =
			    GET(&b, PIF, pif, v->untagged_PIF);

			CU_ASSERT_EQUAL(p->VLAN, v->tag);
			CU_ASSERT_TRUE(ref_equal(p->VLAN_master_of, v->r.self));
			CU_ASSERT_TRUE(ref_equal(p->host,
			    GET(&b, PIF, pif, v->tagged_PIF)->host));
		}
	}
	box_close(&b);
}

static void
test_storage_is_plugged(void)
{
	struct box b;

	box_open(&b, 4, 0, 0);
	{
		LIST srs = list_of(&b, CLASS_SR);

		/* three on each host; NFS, images and tools for all */
		CU_ASSERT_EQUAL(srs.n, 4 * 3 + 3);
		for (uint32_t i = 0; i < srs.n; i++) {
			const struct sr *sr = (const struct sr *)srs.r[i];

			CU_ASSERT_EQUAL(sr->PBDs.n, sr->shared ? 4 : 1);
			CU_ASSERT_EQUAL(sr->is_tools_sr,
			    strcmp(sr->name_label, "XenServer Tools") == 0);
		}
		CU_ASSERT_TRUE(GET(&b, SR, sr,
		    GET(&b, pool, pool, b.core.pool)->default_SR)
				   ->shared);
	}
	CU_ASSERT_EQUAL(count(&b, CLASS_PBD), 4 * 3 + 3 * 4);
	box_close(&b);
}

static void
test_every_type_of_storage_has_a_driver(void)
{
	struct box b;

	box_open(&b, 2, 0, 0);
	{
		LIST srs = list_of(&b, CLASS_SR);
		LIST sms = list_of(&b, CLASS_SM);

		for (uint32_t i = 0; i < srs.n; i++) {
			const char *type = ((struct sr *)srs.r[i])->type;
			unsigned found = 0;

			for (uint32_t j = 0; j < sms.n; j++)
				found += strcmp(((struct sm *)sms.r[j])->type,
					     type) == 0;
			CU_ASSERT_EQUAL(found, 1);
		}
	}
	box_close(&b);
}

/* ---- VMs ---- */

static void
check_guest(struct box *b, const struct vm *vm)
{
	bool running = vm->power_state == VM_POWER_STATE_RUNNING;

	CU_ASSERT_EQUAL(vm->VBDs.n, 2);
	CU_ASSERT_EQUAL(vm->VIFs.n, 1);
	CU_ASSERT_EQUAL(vm->consoles.n, running ? 2 : 0);
	CU_ASSERT_EQUAL(ref_is_null(vm->resident_on), !running);
	CU_ASSERT_EQUAL(ref_is_null(vm->guest_metrics), !running);
	CU_ASSERT_EQUAL(vm->domid > 0, running);
	CU_ASSERT_EQUAL(GET(b, VM_metrics, vm_metrics, vm->metrics)
			    ->memory_actual,
	    running ? vm->memory_static_max : 0);
	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *d =
		    GET(b, VBD, vbd, ((struct ref *)vm->VBDs.items)[i]);

		CU_ASSERT_EQUAL(d->currently_attached, running);
		CU_ASSERT_EQUAL(d->empty, ref_is_null(d->VDI));
		CU_ASSERT_TRUE(d->type == VBD_TYPE_CD || !d->empty);
	}
}

static void
test_vms_have_devices(void)
{
	struct box b;
	unsigned guests = 0, running = 0;

	box_open(&b, 2, 40, 0);
	{
		LIST vms = list_of(&b, CLASS_VM);

		for (uint32_t i = 0; i < vms.n; i++) {
			const struct vm *vm = (const struct vm *)vms.r[i];

			if (!is_guest(vm))
				continue;
			guests++;
			running += vm->power_state == VM_POWER_STATE_RUNNING;
			check_guest(&b, vm);
		}
	}
	CU_ASSERT_EQUAL(guests, 40);
	CU_ASSERT_EQUAL(running, 20);
	CU_ASSERT_EQUAL(count(&b, CLASS_VIF), 40);
	CU_ASSERT_EQUAL(count(&b, CLASS_VBD), 80);
	box_close(&b);
}

/* What runs on a host, as its memory. */
static int64_t
used_on(struct box *b, const struct host *h)
{
	int64_t used = h->memory_overhead;

	for (uint32_t i = 0; i < h->resident_VMs.n; i++) {
		const struct vm *vm =
		    GET(b, VM, vm, ((struct ref *)h->resident_VMs.items)[i]);

		used += vm->memory_target + vm->memory_overhead;
	}
	return used;
}

static void
test_memory_adds_up(void)
{
	struct box b;

	box_open(&b, 2, 2000, 0);
	{
		LIST hosts = list_of(&b, CLASS_host);

		for (uint32_t i = 0; i < hosts.n; i++) {
			const struct host *h = (const struct host *)hosts.r[i];
			const struct host_metrics *hm =
			    GET(&b, host_metrics, host_metrics, h->metrics);

			CU_ASSERT_EQUAL(hm->memory_free,
			    hm->memory_total - used_on(&b, h));
			CU_ASSERT_TRUE(hm->memory_free >= 0);
			CU_ASSERT_TRUE(h->resident_VMs.n > 100);
		}
	}
	box_close(&b);
}

static void
test_storage_adds_up(void)
{
	struct box b;

	box_open(&b, 1, 100, 0);
	{
		LIST srs = list_of(&b, CLASS_SR);

		for (uint32_t i = 0; i < srs.n; i++) {
			const struct sr *sr = (const struct sr *)srs.r[i];
			int64_t virtual = 0, used = 0;

			for (uint32_t j = 0; j < sr->VDIs.n; j++) {
				const struct vdi *d = GET(&b, VDI, vdi,
				    ((struct ref *)sr->VDIs.items)[j]);

				virtual += d->virtual_size;
				used += d->physical_utilisation;
			}
			CU_ASSERT_EQUAL(sr->virtual_allocation, virtual);
			CU_ASSERT_EQUAL(sr->physical_utilisation, used);
			CU_ASSERT_TRUE(sr->physical_size >= used);
		}
	}
	box_close(&b);
}

/* Devices that a start would need lie in VMs that do not run. */
static void
test_extras_are_with_halted_vms(void)
{
	static const int classes[] = { CLASS_VTPM, CLASS_VGPU, CLASS_VUSB };
	struct box b;

	box_open(&b, 2, 20, 0);
	for (size_t i = 0; i < UNIT_COUNT(classes); i++) {
		const struct class_info *cls = &class_table[classes[i]];
		LIST l = list_of(&b, classes[i]);
		struct ref vm;

		CU_ASSERT_EQUAL_FATAL(l.n, 1);
		vm = *(const struct ref *)record_field(l.r[0],
		    field_find(cls, "VM"));
		CU_ASSERT_EQUAL(GET(&b, VM, vm, vm)->power_state,
		    VM_POWER_STATE_HALTED);
	}
	{
		LIST groups = list_of(&b, CLASS_VM_group);
		LIST appliances = list_of(&b, CLASS_VM_appliance);

		CU_ASSERT_EQUAL(((struct vm_group *)groups.r[0])->VMs.n, 2);
		CU_ASSERT_EQUAL(((struct vm_appliance *)appliances.r[0])->VMs.n,
		    2);
	}
	CU_ASSERT_EQUAL(count(&b, CLASS_PVS_proxy), 1);
	CU_ASSERT_EQUAL(count(&b, CLASS_crashdump), 1);
	CU_ASSERT_EQUAL(count(&b, CLASS_Feature), 2);
	CU_ASSERT_EQUAL(count(&b, CLASS_Driver_variant), 4);
	box_close(&b);
}

static void
test_what_is_measured_comes_back(void)
{
	struct box b;
	struct tx *t;

	box_open(&b, 1, 10, 0);
	t = tx_begin(b.core.db);
	{
		LIST metrics = list_of(&b, CLASS_VM_metrics);

		/* as after a restart */
		for (uint32_t i = 0; i < metrics.n; i++)
			(void)TX_SET(t, VM_metrics, vm_metrics,
			    metrics.r[i]->self, memory_actual, 0);
	}
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(world_create(&b.core, &b.options), 0);
	{
		LIST vms = list_of(&b, CLASS_VM);

		for (uint32_t i = 0; i < vms.n; i++)
			if (is_guest((const struct vm *)vms.r[i]))
				check_guest(&b, (const struct vm *)vms.r[i]);
	}
	box_close(&b);
}

/* ---- templates ---- */

static void
test_templates(void)
{
	const struct template_info *debian = template_find("debian-12");
	struct box b;
	unsigned n = 0;

	CU_ASSERT_PTR_NULL(template_find("debian"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(debian);
	box_open(&b, 1, 0, 0);
	{
		RECORD_UNREF const struct record *r =
		    db_get_by_uuid(b.core.db, CLASS_VM, debian->uuid);
		LIST vms = list_of(&b, CLASS_VM);
		const struct vm *vm = (const struct vm *)r;

		for (uint32_t i = 0; i < vms.n; i++)
			n += ((struct vm *)vms.r[i])->is_default_template;
		CU_ASSERT_EQUAL(n, template_count);
		CU_ASSERT_EQUAL(n, 56);
		CU_ASSERT_PTR_NOT_NULL_FATAL(vm);
		CU_ASSERT_TRUE(vm->is_a_template);
		CU_ASSERT_STRING_EQUAL(vm->name_label, "Debian Bookworm 12");
		CU_ASSERT_EQUAL(vm->memory_static_max, INT64_C(2) << 30);
		CU_ASSERT_STRING_EQUAL(builder_find(&vm->HVM_boot_params,
					   "firmware"),
		    "uefi");
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(builder_find(&vm->other_config, "disks"),
			"<provision>"));
		CU_ASSERT_PTR_NOT_NULL(
		    builder_find(&vm->other_config, "mac_seed"));
	}
	box_close(&b);
}

/* ---- identity ---- */

static void
test_identity_is_what_clients_read(void)
{
	struct box b;
	const struct host *h;

	box_open(&b, 1, 0, 0);
	h = GET(&b, host, host, b.core.host);
	CU_ASSERT_EQUAL(h->API_version_major, 2);
	CU_ASSERT_EQUAL(h->API_version_minor, 23);
	CU_ASSERT_STRING_EQUAL(version_of(&b, "product_brand"), "XCP");
	CU_ASSERT_STRING_EQUAL(version_of(&b, "product_version"), "8.4.0");
	CU_ASSERT_STRING_EQUAL(version_of(&b, "product_version_text_short"),
	    "8.4");
	CU_ASSERT_STRING_EQUAL(version_of(&b, "platform_version"), "3.4.0");
	CU_ASSERT_STRING_EQUAL(version_of(&b, "xencenter_min"), "2.23");
	CU_ASSERT_STRING_EQUAL(version_of(&b, "backend"), "simulator");
	CU_ASSERT_STRING_NOT_EQUAL(version_of(&b, "xapid"), "(none)");
	CU_ASSERT_STRING_NOT_EQUAL(version_of(&b, "xen"), "(none)");
	CU_ASSERT_STRING_NOT_EQUAL(version_of(&b, "linux"), "(none)");
	CU_ASSERT_STRING_EQUAL(builder_find(&h->license_params,
				   "restrict_vtpm"),
	    "false");
	CU_ASSERT_STRING_EQUAL(builder_find(&h->license_params, "enable_xha"),
	    "true");
	CU_ASSERT_STRING_EQUAL(builder_find(&h->cpu_info, "cpu_count"), "32");
	CU_ASSERT_STRING_EQUAL(builder_find(&h->other_config,
				   "agent_start_time"),
	    "1795337705.");
	box_close(&b);
}

static void
test_identity_is_new_at_every_start(void)
{
	struct box b;
	const struct host *h;
	struct tx *t;
	uint64_t objects;

	box_open(&b, 2, 0, 0);
	objects = count(&b, CLASS_VM);
	t = tx_begin(b.core.db);
	CU_ASSERT_EQUAL(tx_map_put(t, CLASS_host, b.core.host,
			    FIELD_host_other_config, "mine", "stays"),
	    0);
	CU_ASSERT_EQUAL(TX_SET(t, host, host, b.core.host, name_label,
			    "renamed"),
	    0);
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);

	b.config.product_brand = "XCP-ng";
	b.config.product_version = "9.0.1";
	b.core.started += 100;
	b.core.pool = b.core.host = REF_NULL;
	CU_ASSERT_EQUAL_FATAL(world_create(&b.core, &b.options), 0);
	CU_ASSERT_EQUAL(count(&b, CLASS_VM), objects);
	CU_ASSERT_EQUAL(count(&b, CLASS_pool), 1);
	CU_ASSERT_STRING_EQUAL(version_of(&b, "product_brand"), "XCP-ng");
	CU_ASSERT_STRING_EQUAL(version_of(&b, "product_version_text"), "9.0");
	h = GET(&b, host, host, b.core.host);
	CU_ASSERT_STRING_EQUAL(h->name_label, "renamed");
	CU_ASSERT_STRING_EQUAL(builder_find(&h->other_config, "mine"), "stays");
	CU_ASSERT_STRING_EQUAL(builder_find(&h->other_config,
				   "agent_start_time"),
	    "1795337805.");
	CU_ASSERT_STRING_EQUAL(builder_find(&h->other_config, "boot_time"),
	    "1794560105."); /* simulated hosts do not reboot with us */
	box_close(&b);
}

UNIT_MAIN("world",
    { "an empty database becomes a pool with one host", test_pool_and_host },
    { "the hosts of a pool share its networks", test_hosts_share_networks },
    { "bonds and VLANs know their interfaces, and are known by them",
	test_relations_of_interfaces },
    { "every host is plugged into the storage it sees",
	test_storage_is_plugged },
    { "every type of storage has one driver",
	test_every_type_of_storage_has_a_driver },
    { "a VM has a disk, a CD drive and an interface; a running one consoles",
	test_vms_have_devices },
    { "the free memory of a host is what its VMs leave", test_memory_adds_up },
    { "an SR is filled by its disks", test_storage_adds_up },
    { "GPUs, USB and TPMs are given to VMs that do not run",
	test_extras_are_with_halted_vms },
    { "after a restart running VMs have their memory again",
	test_what_is_measured_comes_back },
    { "a new pool has the product's templates", test_templates },
    { "a host says of itself what clients read",
	test_identity_is_what_clients_read },
    { "versions are new at every start, what people set stays",
	test_identity_is_new_at_every_start })

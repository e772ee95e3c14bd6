/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/core.h"
#include "db/db_engine.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/text.h"
#include "model/builder.h"
#include "tests/lib/unit.h"
#include "world/template.h"
#include "world/world.h"

#define STARTED INT64_C(1795337705)

/* ---- a world of one's own, in memory ---- */

struct box {
	struct core_config config;
	struct core core;
	struct world_options options;
};

static void
box_open_on(struct box *b, struct db_engine *engine, unsigned hosts,
    unsigned vms, uint64_t seed)
{
	char err[200];

	*b = (struct box){
		.config = { .backend = "simulator" },
		.options = { .sim_hosts = hosts, .sim_vms = vms, .seed = seed },
	};
	b->core.config = &b->config;
	b->core.started = STARTED;
	b->core.db = db_open(engine, err, sizeof(err));
	CU_ASSERT_PTR_NOT_NULL_FATAL(b->core.db);
	CU_ASSERT_EQUAL_FATAL(world_create(&b->core, &b->options), 0);
}

static void
box_open(struct box *b, unsigned hosts, unsigned vms, uint64_t seed)
{
	box_open_on(b, NULL, hosts, vms, seed);
}

static void
box_close(struct box *b)
{
	db_close(b->core.db);
}

/* All records of a class; freed by list_free. */
struct list {
	const struct record **r;
	uint32_t n;
};

static struct list
list_of(struct box *b, int cls)
{
	struct list l;

	CU_ASSERT_EQUAL_FATAL(db_get_all(b->core.db, cls, &l.r, &l.n), 0);
	return l;
}

static void
list_free(struct list *l)
{
	db_release_all(l->r, l->n);
}
#define LIST __attribute__((cleanup(list_free))) struct list

/* The database keeps its records while nobody writes. */
static const struct record *
look(struct box *b, int cls, struct ref ref)
{
	RECORD_UNREF const struct record *r = db_get(b->core.db, cls, ref);

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	return r;
}
#define GET(b, CLASS, type, ref)                                               \
	((const struct type *)look((b), CLASS_##CLASS, (ref)))

static uint64_t
count(struct box *b, int cls)
{
	return db_count(b->core.db, cls);
}

static const char *
version_of(struct box *b, const char *key)
{
	const struct host *h = GET(b, host, host, b->core.host);
	const char *value = builder_find(&h->software_version, key);

	return value ? value : "(none)";
}

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

/* ---- making it ---- */

/* Whether both have the same objects, by reference and uuid; how many are the
 * same in *same_r. */
static bool
same_world(struct box *a, struct box *b, uint64_t *same_r)
{
	bool same = true;

	*same_r = 0;
	for (int cls = 0; cls < CLASS_COUNT; cls++) {
		LIST la = list_of(a, cls);
		int uuid = class_table[cls].uuid_field;

		same = same && la.n == count(b, cls);
		for (uint32_t i = 0; i < la.n; i++) {
			RECORD_UNREF const struct record *other =
			    db_get(b->core.db, cls, la.r[i]->self);
			const struct field *f;

			if (!other) {
				same = false;
				continue;
			}
			f = &class_table[cls].fields[uuid];
			same = same &&
			    model_equal(f->type, record_field(la.r[i], f),
				record_field(other, f));
			++*same_r;
		}
	}
	return same;
}

static void
test_the_same_seed_makes_the_same_world(void)
{
	struct box a, b, c;
	uint64_t same;

	box_open(&a, 2, 50, 7);
	box_open(&b, 2, 50, 7);
	box_open(&c, 2, 50, 8);
	CU_ASSERT_TRUE(same_world(&a, &b, &same));
	CU_ASSERT_TRUE(same > 500);
	CU_ASSERT_FALSE(same_world(&a, &c, &same));
	CU_ASSERT_EQUAL(same, 0);
	box_close(&a);
	box_close(&b);
	box_close(&c);
}

static void
test_an_interrupted_world_is_made_anew(void)
{
	struct box b, whole;
	uint64_t same;
	struct tx *t;

	box_open(&b, 2, 20, 0);
	box_open(&whole, 2, 20, 0);
	log_set_level(LOG_L_ERR);
	t = tx_begin(b.core.db);
	(void)tx_map_put(t, CLASS_pool, b.core.pool, FIELD_pool_other_config,
	    "xapid_incomplete", "true");
	{
		LIST vms = list_of(&b, CLASS_VM);

		for (uint32_t i = 0; i < 30; i++)
			(void)tx_destroy(t, CLASS_VM, vms.r[i]->self);
	}
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
	CU_ASSERT_FALSE(same_world(&whole, &b, &same));
	CU_ASSERT_EQUAL_FATAL(world_create(&b.core, &b.options), 0);
	CU_ASSERT_TRUE(same_world(&whole, &b, &same));
	box_close(&b);
	box_close(&whole);
}

/* An engine that only counts what it is given. */
struct counter {
	struct db_engine engine;
	uint64_t changes, commits;
};

static int
counter_load(struct db_engine *e, const struct engine_loader *l,
    struct engine_state *state_r, char *err, size_t err_size)
{
	(void)e, (void)l, (void)err, (void)err_size;
	*state_r = (struct engine_state){ 0 };
	return 0;
}

static int
counter_begin(struct db_engine *e)
{
	(void)e;
	return 0;
}

static int
counter_change(struct db_engine *e, const struct engine_change *c)
{
	*c->rowid = 1;
	((struct counter *)e)->changes++;
	return 0;
}

static int
counter_ceiling(struct db_engine *e, uint64_t ceiling)
{
	(void)e, (void)ceiling;
	return 0;
}

static int
counter_commit(struct db_engine *e)
{
	((struct counter *)e)->commits++;
	return 0;
}

static void
counter_nothing(struct db_engine *e)
{
	(void)e;
}

/* What a world of so many VMs costs the engine. */
static uint64_t
cost_of(unsigned vms, struct counter *c)
{
	struct box b;
	uint64_t objects = 0;

	*c = (struct counter){ .engine = {
				   .name = "counter",
				   .load = counter_load,
				   .begin = counter_begin,
				   .change = counter_change,
				   .set_ceiling = counter_ceiling,
				   .forget_tombstones = counter_ceiling,
				   .commit = counter_commit,
				   .rollback = counter_nothing,
				   .close = counter_nothing,
			       } };
	box_open_on(&b, &c->engine, 8, vms, 0);
	for (int cls = 0; cls < CLASS_COUNT; cls++)
		objects += count(&b, cls);
	box_close(&b);
	return objects;
}

static void
test_cost_is_linear(void)
{
	struct counter c;
	uint64_t objects = cost_of(100, &c);

	/* a VM's objects change hosts, networks and SRs too */
	CU_ASSERT_TRUE(c.changes < objects * 3 / 2);
	CU_ASSERT_TRUE(c.commits < 10);
	objects = cost_of(4000, &c);
	CU_ASSERT_TRUE(c.changes < objects * 3 / 2);
	CU_ASSERT_TRUE(c.commits > 2);
	CU_ASSERT_TRUE(c.commits < objects / 500);
}

/* Lets allocation number n fail, for n spread over all of them. */
static void
test_no_memory(void)
{
	struct db_error e;
	unsigned failed = 0;

	log_set_level(LOG_L_ERR - 1);
	for (long n = 1; n < 100000; n += 1 + n / 8) {
		struct box b = { .config = { .backend = "simulator" },
			.options = { .sim_hosts = 1, .sim_vms = 10 } };
		char err[200];
		struct tx *t;
		int rc;

		b.core.config = &b.config;
		b.core.started = STARTED;
		b.core.db = db_open(NULL, err, sizeof(err));
		CU_ASSERT_PTR_NOT_NULL_FATAL(b.core.db);
		fault_arm(FAULT_ALLOC, n, ENOMEM, false);
		rc = world_create(&b.core, &b.options);
		failed += rc < 0;
		fault_disarm();
		/* nothing stays locked */
		t = tx_begin(b.core.db);
		CU_ASSERT_PTR_NOT_NULL_FATAL(t);
		CU_ASSERT_EQUAL(tx_commit_wait(t, &e), 0);
		if (rc < 0)
			CU_ASSERT_EQUAL(world_create(&b.core, &b.options), 0);
		CU_ASSERT_EQUAL(count(&b, CLASS_pool), 1);
		box_close(&b);
	}
	CU_ASSERT_TRUE(failed > 10);
	log_set_level(LOG_L_INFO);
}

static void
test_sizes_have_bounds(void)
{
	struct box b;

	box_open(&b, 1000, 0, 0);
	CU_ASSERT_EQUAL(count(&b, CLASS_host), WORLD_MAX_HOSTS);
	box_close(&b);
}

/* Every string of every field. */
static unsigned
dirty_texts(const struct type *type, const void *mem)
{
	unsigned n = 0;

	if (type->kind == TYPE_STRING) {
		const char *s = *(const char *const *)mem;

		return !text_is_clean(s, strlen(s));
	}
	if (type->kind == TYPE_SET) {
		const struct set *s = mem;

		for (uint32_t i = 0; i < s->n; i++)
			n += dirty_texts(type->elem,
			    (const char *)s->items + i * type->elem->size);
	} else if (type->kind == TYPE_MAP) {
		const struct map *m = mem;

		for (uint32_t i = 0; i < m->n; i++)
			n += dirty_texts(type->key,
				 (const char *)m->keys + i * type->key->size) +
			    dirty_texts(type->elem,
				(const char *)m->values + i * type->elem->size);
	}
	return n;
}

static void
test_a_real_machine_becomes_a_pool(void)
{
	struct box b = { .config = { .backend = "libxl" } };
	char err[200];
	const struct host *h;

	b.core.config = &b.config;
	b.core.started = STARTED;
	b.core.db = db_open(NULL, err, sizeof(err));
	CU_ASSERT_PTR_NOT_NULL_FATAL(b.core.db);
	CU_ASSERT_EQUAL_FATAL(world_create(&b.core, &b.options), 0);
	h = GET(&b, host, host, b.core.host);
	CU_ASSERT_STRING_EQUAL(version_of(&b, "backend"), "libxl");
	CU_ASSERT_TRUE(strlen(h->hostname) > 0);
	CU_ASSERT_TRUE(h->host_CPUs.n > 0);
	CU_ASSERT_TRUE(
	    GET(&b, host_metrics, host_metrics, h->metrics)->memory_total > 0);
	for (int cls = 0; cls < CLASS_COUNT; cls++) {
		LIST l = list_of(&b, cls);

		for (uint32_t i = 0; i < l.n; i++)
			for (unsigned j = 0; j < class_table[cls].nfields; j++)
				CU_ASSERT_EQUAL(dirty_texts(class_table[cls]
								.fields[j]
								.type,
						    record_field(l.r[i],
							&class_table[cls]
							     .fields[j])),
				    0);
	}
	box_close(&b);
}

/* The row of a driver of this host. */
static const struct sm *
find_driver(struct box *b, const char *type)
{
	LIST l = list_of(b, CLASS_SM);

	for (uint32_t i = 0; i < l.n; i++) {
		const struct sm *sm = (const struct sm *)l.r[i];

		if (strcmp(sm->type, type) == 0)
			return sm;
	}
	return NULL;
}

static void
test_drivers_of_an_older_version_learn_what_they_can(void)
{
	struct box b = { .config = { .backend = "libxl" } };
	const struct set nothing = { .n = 0 };
	const struct sm *sm;
	struct db_error e;
	struct ref ref;
	struct tx *t;
	char err[200];
	uint32_t can;

	b.core.config = &b.config;
	b.core.started = STARTED;
	b.core.db = db_open(NULL, err, sizeof(err));
	CU_ASSERT_PTR_NOT_NULL_FATAL(b.core.db);
	CU_ASSERT_EQUAL_FATAL(world_create(&b.core, &b.options), 0);
	sm = find_driver(&b, "file");
	CU_ASSERT_PTR_NOT_NULL_FATAL(sm);
	can = sm->capabilities.n;
	ref = sm->r.self;
	t = tx_begin(b.core.db);
	(void)tx_set(t, CLASS_SM, ref, FIELD_SM_capabilities, &nothing);
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, &e), 0);
	CU_ASSERT_EQUAL_FATAL(world_create(&b.core, &b.options), 0);
	sm = find_driver(&b, "file");
	CU_ASSERT_TRUE(can > 0);
	CU_ASSERT_EQUAL(sm->capabilities.n, can);
	CU_ASSERT_TRUE(ref_equal(sm->r.self, ref));
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
	test_identity_is_new_at_every_start },
    { "the same seed makes the same world, another one another",
	test_the_same_seed_makes_the_same_world },
    { "a world whose making was interrupted is made anew",
	test_an_interrupted_world_is_made_anew },
    { "an object costs one change, and now and then one more",
	test_cost_is_linear },
    { "without memory no pool is made, and the next try makes it",
	test_no_memory },
    { "no pool has more than 64 hosts", test_sizes_have_bounds },
    { "a real machine becomes a pool of clean text",
	test_a_real_machine_becomes_a_pool },
    { "drivers of an older version learn what they can",
	test_drivers_of_an_older_version_learn_what_they_can })

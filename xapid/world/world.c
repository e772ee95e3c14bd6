/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A world is made in several transactions. Its pool carries a mark until the
 * last of them; a world with the mark was interrupted, nobody has been served
 * from it, and it is made anew. */
#include "world/world.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "access/auth.h"
#include "lib/log.h"
#include "trust/host_certificate.h"
#include "world/host_identity.h"
#include "world/template.h"
#include "world/world_private.h"

#define MARK "xapid_incomplete"             /* in pool.other_config */
#define DEFAULT_SEED UINT64_C(0x7861706964) /* "xapid" */

/* ---- one host ---- */

int64_t
world_memory_overhead(int64_t memory, int64_t vcpus, bool hvm)
{
	int64_t maps = (memory / WORLD_MIB * 2 + 255) / 256;

	return (vcpus + maps + (hvm ? 3 : 2)) * WORLD_MIB;
}

static struct ref
add_host_metrics(struct maker *m, const struct core *core,
    const struct world_host *h)
{
	struct host_metrics hm;

	builder_defaults(CLASS_host_metrics, &hm.r);
	hm.memory_total = h->facts.memory_total;
	hm.memory_free = h->memory_free;
	hm.live = true;
	hm.last_updated = core->started;
	return maker_add(m, &hm.r);
}

static void
add_host_cpus(struct maker *m, const struct world_host *h)
{
	const struct cpu_facts *cpu = &h->facts.cpu;
	struct host_cpu hc;

	for (unsigned i = 0; i < cpu->count; i++) {
		builder_defaults(CLASS_host_cpu, &hc.r);
		hc.host = h->host;
		hc.number = i;
		hc.vendor = cpu->vendor;
		hc.speed = strtoll(cpu->speed, NULL, 10);
		hc.modelname = cpu->modelname;
		hc.family = strtoll(cpu->family, NULL, 10);
		hc.model = strtoll(cpu->model, NULL, 10);
		hc.stepping = cpu->stepping;
		hc.flags = cpu->flags;
		hc.features = cpu->features_hvm;
		(void)maker_add(m, &hc.r);
	}
}

struct ref
world_add_console(struct maker *m, struct ref vm,
    enum console_protocol protocol, const char *address, bool control_domain,
    int64_t port)
{
	struct console con;
	char ref[REF_CHARS + 1];
	const char *name;

	builder_defaults(CLASS_console, &con.r);
	con.VM = vm;
	con.protocol = protocol;
	con.port = port;
	maker_identify(m, &con.r);
	ref_format(con.r.self, ref);
	name = control_domain ? builder_text(&m->b, "ref=%s", ref)
			      : builder_text(&m->b, "uuid=%s", con.uuid);
	con.location =
	    builder_text(&m->b, "https://%s/console?%s", address, name);
	return maker_add(m, &con.r);
}

static struct ref
add_dom0_metrics(struct maker *m, const struct core *core,
    const struct world_host *h)
{
	struct vm_metrics vmm;

	builder_defaults(CLASS_VM_metrics, &vmm.r);
	vmm.memory_actual = h->dom0_memory;
	vmm.VCPUs_number = h->dom0_vcpus;
	vmm.start_time = h->facts.boot_time;
	vmm.install_time = h->facts.boot_time;
	vmm.last_updated = core->started;
	vmm.current_domain_type = DOMAIN_TYPE_PV;
	return maker_add(m, &vmm.r);
}

static struct ref
add_dom0(struct maker *m, const struct core *core, const struct world_host *h)
{
	struct vm vm;

	builder_defaults(CLASS_VM, &vm.r);
	vm.name_label = builder_text(&m->b, "Control domain on host: %s",
	    h->facts.hostname);
	vm.name_description = "Runs the devices and the management of its host";
	vm.user_version = 1;
	vm.is_control_domain = true;
	vm.power_state = VM_POWER_STATE_RUNNING;
	vm.domain_type = DOMAIN_TYPE_PV;
	vm.domarch = "x64";
	vm.domid = 0;
	vm.resident_on = h->host;
	vm.affinity = h->host;
	vm.memory_static_max = vm.memory_dynamic_max = h->dom0_memory;
	vm.memory_static_min = vm.memory_dynamic_min = h->dom0_memory;
	vm.memory_target = h->dom0_memory;
	vm.memory_overhead =
	    world_memory_overhead(h->dom0_memory, h->dom0_vcpus, false);
	vm.VCPUs_max = vm.VCPUs_at_startup = h->dom0_vcpus;
	vm.actions_after_shutdown = ON_NORMAL_EXIT_DESTROY;
	vm.actions_after_reboot = ON_NORMAL_EXIT_DESTROY;
	vm.actions_after_crash = ON_CRASH_BEHAVIOUR_DESTROY;
	vm.has_vendor_device = false;
	vm.generation_id = "";
	vm.metrics = add_dom0_metrics(m, core, h);
	return maker_add(m, &vm.r);
}

void
world_add_host(struct maker *m, const struct core *core, struct world_host *h)
{
	int64_t dom0 = h->dom0_memory +
	    world_memory_overhead(h->dom0_memory, h->dom0_vcpus, false);
	struct host host;

	h->memory_free =
	    h->facts.memory_total - h->facts.memory_overhead - dom0;
	h->metrics = add_host_metrics(m, core, h);
	builder_defaults(CLASS_host, &host.r);
	host_identity_fill(&m->b, core->config, core->started, &h->facts,
	    &host);
	host.name_label = h->facts.hostname;
	host.name_description = "Default install";
	host.hostname = h->facts.hostname;
	host.address = h->address;
	host.enabled = true;
	host.tls_verification_enabled = true;
	host.metrics = h->metrics;
	host.boot_free_mem = h->memory_free;
	h->host = maker_add(m, &host.r);
	add_host_cpus(m, h);
	h->dom0 = add_dom0(m, core, h);
	(void)world_add_console(m, h->dom0, CONSOLE_PROTOCOL_RFB, h->address,
	    true, 5900);
	(void)world_add_console(m, h->dom0, CONSOLE_PROTOCOL_VT100, h->address,
	    true, 9500);
	if (m->t)
		(void)TX_SET(m->t, host, host, h->host, control_domain,
		    h->dom0);
}

/* ---- the pool ---- */

/* CPUs of the hosts together, features that all of them have: hosts of one
 * world are alike. */
static struct map
pool_cpu_info(struct builder *b, const struct world_host *hosts, unsigned n)
{
	unsigned count = 0, sockets = 0;

	for (unsigned i = 0; i < n; i++) {
		count += hosts[i].facts.cpu.count;
		sockets += hosts[i].facts.cpu.sockets;
	}
	return BUILDER_MAP(b, "features_hvm_host",
	    hosts->facts.cpu.features_hvm, "features_pv_host",
	    hosts->facts.cpu.features_pv, "socket_count",
	    builder_text(b, "%u", sockets), "cpu_count",
	    builder_text(b, "%u", count), "vendor", hosts->facts.cpu.vendor);
}

/* The account that there has always been. */
static void
add_user(struct maker *m)
{
	struct user u;

	builder_defaults(CLASS_user, &u.r);
	u.short_name = "root";
	u.fullname = "superuser";
	(void)maker_add(m, &u.r);
}

/* A name by which statistics could know this pool; nothing is sent. */
static struct ref
add_telemetry_secret(struct maker *m)
{
	char text[UUID_CHARS + 1];
	struct secret s;

	uuid_format(ref_new(), text);
	builder_defaults(CLASS_secret, &s.r);
	s.value = text;
	return maker_add(m, &s.r);
}

void
world_add_pool(struct maker *m, struct core *core,
    const struct world_host *hosts, unsigned n)
{
	struct pool p;

	builder_defaults(CLASS_pool, &p.r);
	p.master = hosts->host;
	p.cpu_info = pool_cpu_info(&m->b, hosts, n);
	p.restrictions = host_identity_features(&m->b);
	p.ha_cluster_stack = "xhad";
	p.tls_verification_enabled = true;
	p.local_auth_max_threads = AUTH_WORKERS;
	p.other_config = BUILDER_MAP(&m->b, MARK, "true", "memory-ratio-hvm",
	    "0.25", "memory-ratio-pv", "0.25");
	p.telemetry_uuid = add_telemetry_secret(m);
	core->pool = maker_add(m, &p.r);
	core->host = hosts->host;
	add_user(m);
}

struct ref
world_add_internal_network(struct maker *m)
{
	struct network n;

	builder_defaults(CLASS_network, &n.r);
	n.name_label = "Host internal management network";
	n.name_description = "Link-local addresses for guests that talk to "
			     "the management of their host";
	n.bridge = "xenapi";
	n.other_config = BUILDER_MAP(&m->b, "is_guest_installer_network",
	    "true", "is_host_internal_management_network", "true", "ip_begin",
	    "169.254.0.1", "ip_end", "169.254.255.254", "netmask",
	    "255.255.0.0");
	return maker_add(m, &n.r);
}

/* ---- real machines ---- */

static void
real_world_make(struct maker *m, struct core *core,
    const struct world_options *o)
{
	struct world_host h = {
		.address = o->address ? o->address : "127.0.0.1",
	};
	struct ref sr;

	host_facts_read("", &m->b, &h.facts);
	h.dom0_memory = h.facts.memory_total;
	h.dom0_vcpus = h.facts.cpu.count;
	world_add_host(m, core, &h);
	world_add_pool(m, core, &h, 1);
	(void)world_add_internal_network(m);
	sr = real_storage_add(m, h.host);
	if (m->t) {
		(void)TX_SET(m->t, pool, pool, core->pool, default_SR, sr);
		(void)TX_SET(m->t, pool, pool, core->pool, suspend_image_SR,
		    sr);
	}
	template_add_all(m);
}

/* ---- making, unmaking and adopting ---- */

static bool
is_simulator(const struct core *core)
{
	return core->config->backend &&
	    strcmp(core->config->backend, "simulator") == 0;
}

static int
fail(const char *what, const struct db_error *e)
{
	log_err("%s: %s %s", what, e->code, e->n ? e->params[0] : "");
	return -1;
}

static int
world_make(struct core *core, const struct world_options *o)
{
	static const struct db_error nomem = { .code = "INTERNAL_ERROR" };
	uint64_t seed = o->seed ? o->seed : DEFAULT_SEED;
	struct db_error e;
	struct maker m;

	if (maker_begin(&m, core->db, is_simulator(core) ? seed : 0) < 0)
		return fail("making the pool", &nomem);
	if (is_simulator(core))
		sim_world_make(&m, core, o);
	else
		real_world_make(&m, core, o);
	if (m.t)
		(void)tx_map_remove(m.t, CLASS_pool, core->pool,
		    FIELD_pool_other_config, MARK);
	if (maker_end(&m, &e) < 0)
		return fail("making the pool", &e);
	log_info("made a pool of %" PRIu64 " hosts and %" PRIu64
		 " VMs, templates included",
	    db_count(core->db, CLASS_host), db_count(core->db, CLASS_VM));
	return 0;
}

/* Destroys all objects of a class. */
static int
clear_class(struct db *db, int cls)
{
	const struct record **records;
	struct db_error e;
	struct tx *t;
	uint32_t n;

	if (db_get_all(db, cls, &records, &n) < 0)
		return -1;
	t = n ? tx_begin(db) : NULL;
	for (uint32_t i = 0; t && i < n; i++)
		(void)tx_destroy(t, cls, records[i]->self);
	db_release_all(records, n);
	if (!n)
		return 0;
	return t && tx_commit_wait(t, &e) == 0 ? 0 : -1;
}

/* What an interrupted world left; the pool with its mark goes last. */
static int
world_clear(struct core *core)
{
	log_warn("the pool was not made to its end: it is made anew");
	for (int cls = 0; cls < CLASS_COUNT; cls++)
		if (class_table[cls].persistent && cls != CLASS_pool &&
		    cls != CLASS_role && clear_class(core->db, cls) < 0)
			return -1;
	return clear_class(core->db, CLASS_pool);
}

/* Number of a simulated host, by its name. */
static unsigned
sim_number(const struct host *h)
{
	const char *dash = strrchr(h->hostname, '-');
	unsigned long n = dash ? strtoul(dash + 1, NULL, 10) : 0;

	return n ? (unsigned)n - 1 : 0;
}

/* What refreshing needs; arg of the functions below. */
struct refresh {
	struct core *core;
	struct builder *b;
	struct tx *t;
};

static int
refresh_host(const struct record *r, void *arg)
{
	const struct host *h = (const struct host *)r;
	struct refresh *f = arg;
	struct host_facts facts;
	const char *boot;

	if (is_simulator(f->core)) {
		sim_facts(f->b, sim_number(h), f->core->started, &facts);
		boot = builder_find(&h->other_config, "boot_time");
		if (boot)
			facts.boot_time = strtoll(boot, NULL, 10);
	} else if (ref_equal(r->self, f->core->host)) {
		host_facts_read("", f->b, &facts);
	} else {
		return 0;
	}
	host_identity_refresh(f->b, f->t, r->self, f->core->config,
	    f->core->started, &facts);
	return 0;
}

static int
refresh_driver(const struct record *r, void *arg)
{
	struct refresh *f = arg;

	real_storage_refresh(f->b, f->t, (const struct sm *)r);
	return 0;
}

/* What is measured is not on disk: until a worker measures, a running
 * simulated VM has the memory that it should have. */
static int
refresh_vm(const struct record *r, void *arg)
{
	const struct vm *vm = (const struct vm *)r;
	struct refresh *f = arg;

	if (vm->power_state != VM_POWER_STATE_RUNNING ||
	    ref_is_null(vm->metrics))
		return 0;
	(void)TX_SET(f->t, VM_metrics, vm_metrics, vm->metrics, memory_actual,
	    vm->memory_target);
	(void)TX_SET(f->t, VM_metrics, vm_metrics, vm->metrics, hvm,
	    vm->domain_type == DOMAIN_TYPE_HVM);
	(void)TX_SET(f->t, VM_metrics, vm_metrics, vm->metrics, last_updated,
	    f->core->started);
	return 0;
}

/* A pool that is there: this host is its coordinator. */
static int
world_adopt(struct core *core, const struct pool *p)
{
	struct db_error e;
	struct builder b;
	struct refresh f = { core, &b, tx_begin(core->db) };

	if (!f.t)
		return -1;
	core->pool = p->r.self;
	core->host = p->master;
	b = (struct builder){ .arena = tx_arena(f.t) };
	(void)tx_each(f.t, CLASS_host, refresh_host, &f);
	if (is_simulator(core))
		(void)tx_each(f.t, CLASS_VM, refresh_vm, &f);
	else
		(void)tx_each(f.t, CLASS_SM, refresh_driver, &f);
	(void)TX_SET(f.t, pool, pool, core->pool, restrictions,
	    host_identity_features(&b));
	if (b.failed) {
		tx_abort(f.t);
		return -1;
	}
	return tx_commit_wait(f.t, &e) < 0 ? fail("starting the pool", &e) : 0;
}

int
world_create(struct core *core, const struct world_options *o)
{
	const struct record **pools;
	const struct pool *p;
	uint32_t n;
	int rc;

	if (db_get_all(core->db, CLASS_pool, &pools, &n) < 0)
		return -1;
	p = n ? (const struct pool *)pools[0] : NULL;
	if (p && !builder_find(&p->other_config, MARK))
		rc = world_adopt(core, p);
	else if (p && world_clear(core) < 0)
		rc = -1;
	else
		rc = world_make(core, o);
	core->new_pool = !p || builder_find(&p->other_config, MARK);
	db_release_all(pools, n);
	if (rc == 0)
		rc = host_certificate_refresh(core);
	return rc;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world/xen_host.h"

#include <string.h>

#include "db/db.h"
#include "lib/log.h"
#include "plan/switch.h"

static int64_t
number(const struct value *v, const char *name)
{
	const struct value *m = value_member(v, name);

	return m && m->kind == VALUE_INT && m->i > 0 ? m->i : 0;
}

static void
set_dom0(struct tx *t, struct ref ref, int64_t bytes)
{
	const struct vm *vm = TX_GET(t, VM, vm, ref);

	if (!vm || !bytes)
		return;
	TX_SET(t, VM, vm, ref, memory_target, bytes);
	TX_SET(t, VM, vm, ref, memory_static_max, bytes);
	TX_SET(t, VM, vm, ref, memory_static_min, bytes);
	TX_SET(t, VM, vm, ref, memory_dynamic_max, bytes);
	TX_SET(t, VM, vm, ref, memory_dynamic_min, bytes);
	vm = TX_GET(t, VM, vm, ref);
	if (!ref_is_null(vm->metrics))
		TX_SET(t, VM_metrics, vm_metrics, vm->metrics, memory_actual,
		    bytes);
}

static int
write_facts(struct core *core, const struct value *facts)
{
	struct tx *t = tx_begin(core->db);
	const struct host *host = t ? TX_GET(t, host, host, core->host) : NULL;
	int64_t free_memory = number(facts, "memory_free");
	const struct value *iommu = value_member(facts, "iommu");
	struct ref metrics;

	if (!host) {
		tx_abort(t);
		return -1;
	}
	metrics = host->metrics;
	set_dom0(t, host->control_domain, number(facts, "dom0_memory"));
	TX_SET(t, host_metrics, host_metrics, metrics, memory_total,
	    number(facts, "memory_total"));
	TX_SET(t, host_metrics, host_metrics, metrics, memory_free,
	    free_memory);
	/* The hypervisor's: the control domain's kernel does not see it. */
	(void)tx_map_put(t, CLASS_host, core->host, FIELD_host_chipset_info,
	    "iommu",
	    iommu && iommu->kind == VALUE_BOOL && iommu->b ? "true" : "false");
	return tx_commit_wait(t, NULL);
}

int
xen_host_read(struct core *core)
{
	static const struct value_member m[] = {
		{ "op", { .kind = VALUE_STRING, .n = 4, .s = "host" } },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = 1,
		.members = m };
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct value facts;
	char err[256];

	if (!a)
		return -1;
	if (strcmp(core->config->backend, "libxl") != 0)
		return 0;
	if (switch_ask(core->switchboard, PLAN_DOMAIN, a, &body, &facts, err,
		sizeof(err)) < 0) {
		log_err("domain worker, host: %s", err);
		return -1;
	}
	return write_facts(core, &facts);
}

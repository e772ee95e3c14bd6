/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VMs that start with their host: other_config auto_poweron, of the VM and of
 * the pool, unless high availability looks after them. In rounds, so their order
 * and delays count. (source: keys.json) */
#include "appliance/vm_autostart.h"

#include <string.h>

#include "appliance/vm_rounds.h"
#include "call/edit.h"
#include "disk/storage.h"
#include "lib/log.h"

#define KEY "auto_poweron"

static bool
is_wanted(struct tx *t, const struct core *core)
{
	const struct pool *pool = TX_GET(t, pool, pool, core->pool);

	return pool && !pool->ha_enabled &&
	    edit_map_true(&pool->other_config, KEY);
}

static bool
starts_with_host(const struct vm *vm)
{
	return !vm->is_a_template && !vm->is_a_snapshot &&
	    !vm->is_control_domain &&
	    vm->power_state == VM_POWER_STATE_HALTED &&
	    edit_map_true(&vm->other_config, KEY);
}

struct walk {
	vm_rounds_fn *fn;
	void *arg;
};

static int
visit(const struct record *r, void *arg)
{
	const struct vm *vm = (const struct vm *)r;
	struct walk *w = arg;

	return starts_with_host(vm) ? w->fn(vm, w->arg) : 0;
}

static int
each_vm(struct plan *p, struct tx *t, vm_rounds_fn *fn, void *arg)
{
	struct walk w = { fn, arg };

	(void)p;
	return tx_each(t, CLASS_VM, visit, &w);
}

static int
autostart_check(struct plan *p, struct tx *t)
{
	if (!is_wanted(t, p->core))
		return fail_operation_not_allowed(p->call,
		    "The pool starts no VMs with its hosts");
	return plan_note(p, VM_ROUNDS_WHAT, "start");
}

/* Their disks are there when the storage is, or never. */
static int
plug_send(struct plan *p)
{
	const struct record **all;
	uint32_t n;
	int rc = 0;

	if (strcmp(p->core->config->backend, "libxl") != 0)
		return 0;
	if (db_get_all(p->core->db, CLASS_PBD, &all, &n) < 0)
		return call_fail_nomem(p->call);
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		if (ref_equal(((const struct pbd *)all[i])->host, p->object))
			rc = plan_try(p, call_ref_text(p->call, all[i]->self),
			    &pbd_plug_kind, all[i]->self, NULL);
	db_release_all(all, n);
	return rc;
}

static int
choose(struct plan *p, struct tx *t)
{
	return vm_rounds_choose(p, t, each_vm);
}

/* Nobody waits for the answer: each failure is in the log. */
static int
next_round(struct plan *p, struct tx *t)
{
	(void)t;
	return vm_rounds_over(p) ? 0 : plan_go_back(p, "choose");
}

static const struct step autostart_steps[] = {
	{ "storage", plug_send, NULL, NULL, NULL },
	{ "choose", NULL, choose, NULL, NULL },
	{ "members", vm_rounds_send, vm_rounds_apply, NULL, NULL },
	{ "delay", vm_rounds_delay, next_round, NULL, NULL },
	{ 0 },
};

/* In nobody's way: a host that goes down again refuses the VMs. */
static struct ref
own_queue(struct plan *p)
{
	(void)p;
	return ref_new();
}

static const struct plan_kind autostart_kind = {
	.name = "VM.autostart",
	.cls = CLASS_host,
	.steps = autostart_steps,
	.queue = own_queue,
	.check = autostart_check,
};

const struct plan_kind *const vm_autostart_kinds[] = { &autostart_kind, NULL };

int
vm_autostart_at_resume(struct tx *t, struct ref host)
{
	return plan_at_resume(t, &autostart_kind, host);
}

void
vm_autostart(struct core *core, struct ref host)
{
	if (plan_start_own(core, &autostart_kind, host, NULL) < 0)
		log_err("no memory to start VMs with their host");
}

int
vm_autostart_then(struct plan *p, struct tx *t)
{
	return plan_then(p, t, &autostart_kind, p->object, NULL);
}

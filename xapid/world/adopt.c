/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world/adopt.h"

#include <string.h>
#include <time.h>

#include "device/vbd.h"
#include "device/vif_attach.h"
#include "disk/storage_operations.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/refmap.h"
#include "plan/plan.h"
#include "vm/power/vm_follow.h"
#include "vm/power/vm_halt.h"
#include "vm/start/placement.h"
#include "vm/vm.h"
#include "vm/vm_operations.h"

struct adoption {
	struct core *core;
	struct arena *arena;
	const struct value *domains; /* struct: uuid -> description */
	struct refmap planned;       /* objects whose plan goes on */
	bool fresh;
	unsigned made, halted, destroyed;
};

/* ---- asking ---- */

static struct value
text(const char *s)
{
	return (struct value){ .kind = VALUE_STRING,
		.n = (uint32_t)strlen(s),
		.s = s };
}

/* What fails now need not fail a moment later, and without an answer there is
 * no start. All that is asked may be done twice. */
#define TRIES 5
#define PAUSE_NS (300 * NSEC_PER_MSEC)

static int
ask(struct adoption *a, const char *op, const char *uuid, int64_t memory,
    int64_t vcpus, struct value *reply_r)
{
	const struct value_member m[] = {
		{ "op", text(op) },
		{ "uuid", text(uuid) },
		{ "memory_static_max", { .kind = VALUE_INT, .i = memory } },
		{ "vcpus", { .kind = VALUE_INT, .i = vcpus } },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = 4,
		.members = m };
	char err[256];

	for (int i = 0; i < TRIES; i++) {
		const struct timespec pause = { 0, PAUSE_NS };

		if (i > 0)
			nanosleep(&pause, NULL);
		if (switch_ask(a->core->switchboard, PLAN_DOMAIN, a->arena,
			&body, reply_r, err, sizeof(err)) == 0)
			return 0;
		log_err("domain worker, %s %s: %s", op, uuid, err);
	}
	return -1;
}

/* ---- VMs ---- */

static int
note_plan(const struct record *r, void *arg)
{
	const struct plan_journal *j = (const struct plan_journal *)r;
	struct adoption *a = arg;
	struct ref object;

	return ref_parse(j->object, &object)
	    ? refmap_put(&a->planned, object, a)
	    : 0;
}

static int
make_domain(struct adoption *a, struct tx *t, const struct vm *vm)
{
	struct value reply;
	int64_t domid;

	if (ask(a, "create", vm->uuid, vm->memory_static_max,
		vm->VCPUs_at_startup, &reply) < 0)
		return -1;
	domid = value_int(&reply, "domid", -1);
	if (vm->power_state == VM_POWER_STATE_RUNNING &&
	    ask(a, "unpause", vm->uuid, 0, 0, &reply) < 0)
		return -1;
	a->made++;
	return TX_SET(t, VM, vm, vm->r.self, domid, domid);
}

static int
follow(const struct record *r, void *arg)
{
	struct adoption *a = ((void **)arg)[0];
	struct tx *t = ((void **)arg)[1];
	const struct vm *vm = (const struct vm *)r;
	bool lives = vm->power_state == VM_POWER_STATE_RUNNING ||
	    vm->power_state == VM_POWER_STATE_PAUSED;
	const struct value *domain =
	    lives ? value_member(a->domains, vm->uuid) : NULL;

	if (vm->is_control_domain || refmap_get(&a->planned, r->self))
		return 0;
	if (lives && !domain && a->fresh) {
		if (make_domain(a, t, vm) < 0)
			return -1;
	} else if (lives && !domain) {
		/* Its disks are its own until their storage lets go of them. */
		a->halted++;
		if (vm_halt(t, r->self) < 0 ||
		    plan_at_resume(t, &vm_let_go_kind, r->self) < 0)
			return -1;
		vbd_reserve_disks(t, TX_GET(t, VM, vm, r->self), true);
	} else if (lives) {
		vm_metrics_describe(t, vm);
		TX_SET(t, VM, vm, r->self, domid,
		    value_int(domain, "domid", -1));
	} else {
		/* Nobody starts it. */
		vbd_reserve_disks(t, vm, false);
		vif_reserve(t, vm, false);
	}
	return vm_operations_refresh_alone(t, r->self);
}

static int
follow_all(struct adoption *a, struct tx *t)
{
	void *arg[2] = { a, t };
	int rc = tx_each(t, CLASS_plan_journal, note_plan, a);

	if (rc == 0)
		rc = tx_each(t, CLASS_VM, follow, arg);
	refmap_free(&a->planned);
	return rc < 0 ? -1 : storage_operations_refresh(t);
}

/* ---- domains ---- */

static int
destroy_strangers(struct adoption *a)
{
	struct value reply;

	for (uint32_t i = 0; i < a->domains->n; i++) {
		const char *uuid = a->domains->members[i].name;
		const struct record *vm =
		    db_get_by_uuid(a->core->db, CLASS_VM, uuid);

		if (vm) {
			record_unref(vm);
			continue;
		}
		a->destroyed++;
		if (ask(a, "destroy", uuid, 0, 0, &reply) < 0)
			return -1;
	}
	return 0;
}

int
adopt_domains(struct core *core, bool fresh)
{
	CLEANUP(arena_free) struct arena *arena = arena_new(0);
	struct adoption a = { .core = core, .arena = arena, .fresh = fresh };
	struct value domains;
	struct tx *t;

	if (!arena || ask(&a, "list", "", 0, 0, &domains) < 0 ||
	    domains.kind != VALUE_STRUCT)
		return -1;
	a.domains = &domains;
	t = tx_begin(core->db);
	if (!t)
		return -1;
	tx_in_place(t);
	if (follow_all(&a, t) < 0) {
		tx_abort(t);
		return -1;
	}
	if (tx_commit_wait(t, NULL) < 0)
		return -1;
	/* Real ones become VMs (reality.c). */
	if (strcmp(core->config->backend, "simulator") == 0 &&
	    destroy_strangers(&a) < 0)
		return -1;
	if (a.made || a.halted || a.destroyed)
		log_info("domains: %u made, %u VMs found halted, %u that "
			 "belong to no VM destroyed",
		    a.made, a.halted, a.destroyed);
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/vm_operations.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "appliance/vm_appliance.h"
#include "call/edit.h"
#include "device/device_operations.h"
#include "vm/vm_obstacles.h"

enum {
	S_HALTED = 1 << VM_POWER_STATE_HALTED,
	S_PAUSED = 1 << VM_POWER_STATE_PAUSED,
	S_RUNNING = 1 << VM_POWER_STATE_RUNNING,
	S_SUSPENDED = 1 << VM_POWER_STATE_SUSPENDED,
};

/* What has its state saved, or moved. */
#define SAVES (MOBILE | NO_PCI | NO_VUSB | NO_VGPU)
#define SUSPEND "feature-suspend"

/* source: lifecycle.json vm_ops */
static const struct vm_operation operations[] = {
	[VM_OPERATIONS_SNAPSHOT] = { S_HALTED | S_PAUSED | S_SUSPENDED |
		S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING,
	    ADVERTISED | NO_VUSB | NO_RESET },
	[VM_OPERATIONS_CLONE] = { S_HALTED, S_HALTED,
	    ADVERTISED | TEMPLATE | SNAPSHOT },
	[VM_OPERATIONS_COPY] = { S_HALTED, S_HALTED,
	    ADVERTISED | TEMPLATE | SNAPSHOT },
	[VM_OPERATIONS_CREATE_TEMPLATE] = { S_HALTED | S_SUSPENDED,
	    S_HALTED | S_SUSPENDED, 0 },
	[VM_OPERATIONS_REVERT] = { S_HALTED | S_PAUSED | S_SUSPENDED |
		S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING,
	    ADVERTISED | SNAPSHOT },
	[VM_OPERATIONS_CHECKPOINT] = { S_PAUSED | S_SUSPENDED | S_RUNNING,
	    S_PAUSED | S_SUSPENDED | S_RUNNING, ADVERTISED | SAVES | NO_RESET,
	    { SUSPEND } },
	[VM_OPERATIONS_SNAPSHOT_WITH_QUIESCE] = { S_RUNNING, S_RUNNING,
	    ADVERTISED | NO_RESET },
	[VM_OPERATIONS_PROVISION] = { S_HALTED, S_HALTED,
	    ADVERTISED | TEMPLATE },
	[VM_OPERATIONS_START] = { S_HALTED, S_HALTED,
	    ADVERTISED | CONTROL_DOMAIN },
	[VM_OPERATIONS_START_ON] = { S_HALTED, S_HALTED,
	    ADVERTISED | CONTROL_DOMAIN },
	[VM_OPERATIONS_PAUSE] = { S_RUNNING, S_RUNNING, ADVERTISED },
	[VM_OPERATIONS_UNPAUSE] = { S_PAUSED, S_PAUSED, ADVERTISED },
	[VM_OPERATIONS_CLEAN_SHUTDOWN] = { S_RUNNING, S_RUNNING, ADVERTISED,
	    { "feature-shutdown", "feature-poweroff" } },
	[VM_OPERATIONS_CLEAN_REBOOT] = { S_RUNNING, S_RUNNING, ADVERTISED,
	    { "feature-shutdown", "feature-reboot" } },
	[VM_OPERATIONS_HARD_SHUTDOWN] = { S_PAUSED | S_SUSPENDED | S_RUNNING,
	    S_PAUSED | S_SUSPENDED | S_RUNNING, ADVERTISED | SNAPSHOT },
	[VM_OPERATIONS_POWER_STATE_RESET] = { S_HALTED | S_PAUSED |
		S_SUSPENDED | S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_HARD_REBOOT] = { S_PAUSED | S_RUNNING,
	    S_PAUSED | S_RUNNING, ADVERTISED },
	[VM_OPERATIONS_SUSPEND] = { S_RUNNING, S_RUNNING,
	    ADVERTISED | SAVES | NO_RESET, { SUSPEND } },
	[VM_OPERATIONS_CSVM] = { S_SUSPENDED, S_SUSPENDED, 0 },
	[VM_OPERATIONS_RESUME] = { S_SUSPENDED, S_SUSPENDED, ADVERTISED },
	[VM_OPERATIONS_RESUME_ON] = { S_SUSPENDED, S_SUSPENDED, ADVERTISED },
	[VM_OPERATIONS_POOL_MIGRATE] = { S_RUNNING, S_RUNNING,
	    ADVERTISED | SAVES | NO_CACHING, { SUSPEND } },
	[VM_OPERATIONS_MIGRATE_SEND] = { S_HALTED | S_SUSPENDED | S_RUNNING,
	    S_HALTED | S_SUSPENDED | S_RUNNING,
	    ADVERTISED | TEMPLATE | NOT_DEFAULT | SAVES, { SUSPEND } },
	[VM_OPERATIONS_GET_BOOT_RECORD] = { S_PAUSED | S_SUSPENDED | S_RUNNING,
	    S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_SEND_SYSRQ] = { S_RUNNING, S_RUNNING, 0 },
	[VM_OPERATIONS_SEND_TRIGGER] = { S_RUNNING, S_RUNNING, 0 },
	[VM_OPERATIONS_QUERY_SERVICES] = { S_HALTED | S_PAUSED | S_SUSPENDED |
		S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_SHUTDOWN] = { S_PAUSED | S_SUSPENDED | S_RUNNING,
	    S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_CALL_PLUGIN] = { S_RUNNING, S_RUNNING, 0 },
	[VM_OPERATIONS_CHANGING_MEMORY_LIVE] = { S_RUNNING, S_RUNNING,
	    CONTROL_DOMAIN },
	[VM_OPERATIONS_AWAITING_MEMORY_LIVE] = { S_RUNNING, S_RUNNING,
	    CONTROL_DOMAIN },
	[VM_OPERATIONS_CHANGING_DYNAMIC_RANGE] = { S_HALTED | S_RUNNING,
	    S_HALTED | S_RUNNING, ADVERTISED | TEMPLATE | CONTROL_DOMAIN },
	[VM_OPERATIONS_CHANGING_STATIC_RANGE] = { S_HALTED,
	    S_HALTED | S_RUNNING, ADVERTISED | TEMPLATE | CONTROL_DOMAIN },
	[VM_OPERATIONS_CHANGING_MEMORY_LIMITS] = { S_HALTED,
	    S_HALTED | S_RUNNING, TEMPLATE | CONTROL_DOMAIN },
	[VM_OPERATIONS_CHANGING_SHADOW_MEMORY] = { S_HALTED, S_HALTED,
	    ADVERTISED | TEMPLATE },
	[VM_OPERATIONS_CHANGING_SHADOW_MEMORY_LIVE] = { S_RUNNING, S_RUNNING,
	    0 },
	[VM_OPERATIONS_CHANGING_VCPUS] = { S_HALTED, S_HALTED | S_RUNNING,
	    TEMPLATE | CONTROL_DOMAIN },
	[VM_OPERATIONS_CHANGING_VCPUS_LIVE] = { S_RUNNING, S_RUNNING,
	    ADVERTISED, { "feature-vcpu-hotplug" } },
	[VM_OPERATIONS_CHANGING_NVRAM] = { S_HALTED, S_HALTED,
	    ADVERTISED | TEMPLATE },
	[VM_OPERATIONS_ASSERT_OPERATION_VALID] = { S_HALTED | S_PAUSED |
		S_SUSPENDED | S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_DATA_SOURCE_OP] = { S_RUNNING, S_RUNNING,
	    CONTROL_DOMAIN },
	[VM_OPERATIONS_UPDATE_ALLOWED_OPERATIONS] = { S_HALTED | S_PAUSED |
		S_SUSPENDED | S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_MAKE_INTO_TEMPLATE] = { S_HALTED, S_HALTED, ADVERTISED },
	[VM_OPERATIONS_IMPORT] = { 0, 0, 0 },
	[VM_OPERATIONS_EXPORT] = { S_HALTED | S_SUSPENDED,
	    S_HALTED | S_SUSPENDED, ADVERTISED | TEMPLATE | SNAPSHOT },
	[VM_OPERATIONS_METADATA_EXPORT] = { S_HALTED | S_PAUSED | S_SUSPENDED |
		S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING,
	    ADVERTISED | TEMPLATE | SNAPSHOT | CONTROL_DOMAIN },
	[VM_OPERATIONS_REVERTING] = { S_HALTED | S_PAUSED | S_SUSPENDED |
		S_RUNNING,
	    S_HALTED | S_PAUSED | S_SUSPENDED | S_RUNNING, 0 },
	[VM_OPERATIONS_DESTROY] = { S_HALTED | S_SUSPENDED,
	    S_HALTED | S_SUSPENDED,
	    ADVERTISED | TEMPLATE | NOT_DEFAULT | SNAPSHOT | CONTROL_DOMAIN },
	[VM_OPERATIONS_CREATE_VTPM] = { S_HALTED, S_HALTED, ADVERTISED },
	[VM_OPERATIONS_SYSPREP] = { S_RUNNING, S_RUNNING, ADVERTISED },
};

#define NOPERATIONS (sizeof(operations) / sizeof(operations[0]))

static const char *
operation_name(enum vm_operations op)
{
	return enum_info_vm_operations.values[op];
}

static void
lower(char *out, size_t size, const char *s)
{
	size_t n = strlen(out);

	for (; *s && n + 1 < size; s++)
		out[n++] = (char)tolower((unsigned char)*s);
	out[n] = '\0';
}

/* "paused, suspended, running": in the order of the original, which clients
 * see. */
static void
state_names(unsigned states, char *out, size_t size)
{
	static const enum vm_power_state order[] = { VM_POWER_STATE_HALTED,
		VM_POWER_STATE_PAUSED, VM_POWER_STATE_SUSPENDED,
		VM_POWER_STATE_RUNNING };

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (!(states & 1u << order[i]))
			continue;
		if (out[0])
			lower(out, size, ", ");
		lower(out, size, enum_info_vm_power_state.values[order[i]]);
	}
}

int
vm_fail_power_state(struct call *c, const char *ref, const struct vm *vm,
    unsigned states)
{
	char expected[80], actual[16] = "";

	state_names(states, expected, sizeof(expected));
	lower(actual, sizeof(actual),
	    enum_info_vm_power_state.values[vm->power_state]);
	return fail_vm_bad_power_state(c, ref, expected, actual);
}

/* Borrowed by the call until it has been answered. */
static const struct record *
get_published(void *call, int cls, struct ref ref)
{
	struct call *c = call;
	const struct record *r =
	    ref_is_null(ref) ? NULL : db_get(c->db, cls, ref);

	return call_hold(c, r) < 0 ? NULL : r;
}

/* (source: keys.json pool other_config) */
static bool
pool_clones_suspended(struct call *c)
{
	const struct pool *pool =
	    (const struct pool *)get_published(c, CLASS_pool, c->core->pool);

	return pool &&
	    edit_map_true(&pool->other_config, "allow_clone_suspended_vm");
}

int
vm_operation_check(struct call *c, const struct vm *vm, enum vm_operations op)
{
	struct vm_surroundings around;
	struct vm_question q = { vm, op, &operations[op], &around };
	const struct vm_obstacle *o;

	vm_surroundings_read(&around, vm, get_published, c);
	around.clones_suspended = pool_clones_suspended(c);
	o = vm_obstacle_find(&q);
	return o ? vm_obstacle_raise(o, c, &q) : 0;
}

/* ---- allowed_operations ---- */

static const struct record *
get_head(void *t, int cls, struct ref ref)
{
	return ref_is_null(ref) ? NULL : tx_get(t, cls, ref);
}

static bool
allowed(const struct vm *vm, enum vm_operations op,
    const struct vm_surroundings *around)
{
	const struct vm_question q = { vm, op, &operations[op], around };

	return (operations[op].flags & ADVERTISED) && !vm_obstacle_find(&q);
}

bool
vm_operation_is_allowed(struct tx *t, const struct vm *vm,
    enum vm_operations op)
{
	struct vm_surroundings around;

	vm_surroundings_read(&around, vm, get_head, t);
	return !vm->current_operations.n && allowed(vm, op, &around);
}

/* Operations whose call nobody has written are not offered. */
static bool
is_written(enum vm_operations op)
{
	static const struct {
		enum vm_operations op;
		const char *call;
	} named[] = {
		{ VM_OPERATIONS_CHANGING_DYNAMIC_RANGE,
		    "VM.set_memory_dynamic_range" },
		{ VM_OPERATIONS_CHANGING_STATIC_RANGE,
		    "VM.set_memory_static_range" },
		{ VM_OPERATIONS_CHANGING_SHADOW_MEMORY,
		    "VM.set_HVM_shadow_multiplier" },
		{ VM_OPERATIONS_CHANGING_VCPUS_LIVE,
		    "VM.set_VCPUs_number_live" },
		{ VM_OPERATIONS_CHANGING_NVRAM, "VM.set_NVRAM" },
		{ VM_OPERATIONS_MAKE_INTO_TEMPLATE, "VM.set_is_a_template" },
		{ VM_OPERATIONS_CREATE_VTPM, "VTPM.create" },
	};
	char call[64];

	snprintf(call, sizeof(call), "VM.%s", operation_name(op));
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (named[i].op == op)
			snprintf(call, sizeof(call), "%s", named[i].call);
	return method_is_written(call);
}

/* Whether an operation may be asked for while others are under way. It may
 * still have to wait for them. (source: lifecycle.json vm_concurrency) */
#define BIT(op) (UINT64_C(1) << VM_OPERATIONS_##op)
#define COPIES (BIT(CLONE) | BIT(COPY) | BIT(EXPORT))
#define SNAPSHOTS (BIT(SNAPSHOT) | BIT(CHECKPOINT))

static bool
joins(uint64_t now, enum vm_operations op)
{
	static const struct {
		enum vm_operations op;
		uint64_t beside; /* of these any */
	} rows[] = {
		{ VM_OPERATIONS_HARD_SHUTDOWN, ~BIT(HARD_SHUTDOWN) },
		{ VM_OPERATIONS_HARD_REBOOT,
		    ~(BIT(HARD_SHUTDOWN) | BIT(HARD_REBOOT)) },
		{ VM_OPERATIONS_CLONE, COPIES },
		{ VM_OPERATIONS_COPY, COPIES },
		{ VM_OPERATIONS_SNAPSHOT, SNAPSHOTS },
		{ VM_OPERATIONS_CHECKPOINT, SNAPSHOTS },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].op == op)
			return !(now & ~rows[i].beside);
	return !now;
}

static uint64_t
under_way(const struct vm *vm)
{
	const int *ops = vm->current_operations.values;
	uint64_t now = 0;

	for (uint32_t i = 0; i < vm->current_operations.n; i++)
		now |= UINT64_C(1) << ops[i];
	return now;
}

/* Of the VM alone, not of its devices. */
static int
refresh_vm(struct tx *t, struct ref ref)
{
	static bool written[NOPERATIONS];
	static _Atomic bool known;
	const struct vm *vm = TX_GET(t, VM, vm, ref);
	int ops[NOPERATIONS];
	struct set all = { .items = ops };
	struct vm_surroundings around;
	uint64_t now;

	if (!vm)
		return 0;
	now = under_way(vm);
	vm_surroundings_read(&around, vm, get_head, t);
	if (!atomic_load(&known)) {
		for (size_t i = 0; i < NOPERATIONS; i++)
			written[i] = is_written((enum vm_operations)i);
		atomic_store(&known, true);
	}
	for (size_t i = 0; i < NOPERATIONS; i++)
		if (written[i] && joins(now, (enum vm_operations)i) &&
		    allowed(vm, (enum vm_operations)i, &around))
			ops[all.n++] = (int)i;
	return tx_set(t, CLASS_VM, ref, FIELD_VM_allowed_operations, &all);
}

void
vm_operations_shown(struct tx *t, int cls, struct ref ref)
{
	if (cls == CLASS_VM)
		(void)refresh_vm(t, ref);
}

static int
refresh(struct tx *t, struct ref ref, bool disks)
{
	const struct vm *vm;

	if (refresh_vm(t, ref) < 0)
		return -1;
	vm = TX_GET(t, VM, vm, ref);
	if (!vm)
		return 0;
	device_operations_refresh(t, vm, disks);
	vm = TX_GET(t, VM, vm, ref);
	return vm_appliance_refresh(t, vm->appliance);
}

int
vm_operations_refresh(struct tx *t, struct ref ref)
{
	return refresh(t, ref, true);
}

int
vm_operations_refresh_alone(struct tx *t, struct ref ref)
{
	return refresh(t, ref, false);
}

void
vm_operations_when_set(struct tx *t, int cls, struct ref self, int field)
{
	if (cls == CLASS_VM && field == FIELD_VM_blocked_operations)
		(void)vm_operations_refresh(t, self);
	else if (cls == CLASS_VBD && field == FIELD_VBD_unpluggable)
		vbd_operations_refresh(t, self);
}

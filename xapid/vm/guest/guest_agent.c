/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/guest/guest_agent.h"

#include <pthread.h>
#include <string.h>

#include "call/edit.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/refmap.h"
#include "model/builder.h"
#include "model/frame.h"
#include "vm/vm_operations.h"

/* ---- the records ---- */

/* Sets a field if it has another value; true: it had. */
static bool
change(struct tx *t, struct ref ref, int field, const void *mem)
{
	const struct field *f =
	    &class_table[CLASS_VM_guest_metrics].fields[field];
	const struct record *r = tx_get(t, CLASS_VM_guest_metrics, ref);

	if (!r || model_equal(f->type, record_field(r, f), mem))
		return false;
	(void)tx_set(t, CLASS_VM_guest_metrics, ref, field, mem);
	return true;
}

#define CHANGE(t, ref, name, mem)                                              \
	change((t), (ref), FIELD_VM_guest_metrics_##name, (mem))

static struct ref
metrics_of(struct tx *t, const struct vm *vm)
{
	struct vm_guest_metrics m;
	struct ref ref = REF_NULL;

	if (tx_get(t, CLASS_VM_guest_metrics, vm->guest_metrics))
		return vm->guest_metrics;
	builder_defaults(CLASS_VM_guest_metrics, &m.r);
	if (tx_insert(t, &m.r, &ref) == 0)
		TX_SET(t, VM, vm, vm->r.self, guest_metrics, ref);
	return ref;
}

/* True: something that allowed_operations follow. */
static bool
set_facts(struct tx *t, struct ref ref, const struct guest_report *g)
{
	const bool live = true;
	bool deep = false, any = false;

	deep |= CHANGE(t, ref, other, &g->other);
	deep |= CHANGE(t, ref, PV_drivers_version, &g->PV_drivers_version);
	deep |= CHANGE(t, ref, PV_drivers_detected, &g->has_drivers);
	deep |= CHANGE(t, ref, can_use_hotplug_vbd, &g->can_use_hotplug_vbd);
	deep |= CHANGE(t, ref, can_use_hotplug_vif, &g->can_use_hotplug_vif);
	any |= CHANGE(t, ref, PV_drivers_up_to_date, &g->has_drivers);
	any |= CHANGE(t, ref, os_version, &g->os_version);
	any |= CHANGE(t, ref, netbios_name, &g->netbios_name);
	any |= CHANGE(t, ref, networks, &g->networks);
	any |= CHANGE(t, ref, services, &g->services);
	any |= CHANGE(t, ref, live, &live);
	if (deep || any)
		TX_SET(t, VM_guest_metrics, vm_guest_metrics, ref, last_updated,
		    clock_wall_sec());
	return deep;
}

/* What guests share with whoever looks at VM.xenstore_data. Keys that are none
 * of theirs stay. */
static void
set_data(struct tx *t, const struct vm *vm, const struct guest_report *g)
{
	struct builder b = { .arena = tx_arena(t) };
	struct builder_pairs pairs = { .b = &b };
	const char *const *keys = vm->xenstore_data.keys;
	const char *const *values = vm->xenstore_data.values;

	if (!g->vm_data.n)
		return;
	for (uint32_t i = 0; i < vm->xenstore_data.n; i++)
		if (strncmp(keys[i], "vm-data/", 8) != 0 &&
		    strncmp(keys[i], "FIST/", 5) != 0)
			builder_put(&pairs, keys[i], values[i]);
	keys = g->vm_data.keys;
	values = g->vm_data.values;
	for (uint32_t i = 0; i < g->vm_data.n; i++)
		builder_put(&pairs, keys[i], values[i]);
	if (!b.failed)
		TX_SET(t, VM, vm, vm->r.self, xenstore_data,
		    builder_pairs_map(&pairs));
}

static void
apply_in(struct tx *t, struct ref ref, const struct guest_report *g)
{
	const struct vm *vm = TX_GET(t, VM, vm, ref);
	struct ref metrics;

	/* it may speak before its start has ended */
	if (!vm || vm->is_control_domain || vm->domid < 1)
		return;
	set_data(t, vm, g);
	if (g->device_id)
		(void)tx_map_put(t, CLASS_VM, ref, FIELD_VM_platform,
		    "device_id", g->device_id);
	metrics = metrics_of(t, TX_GET(t, VM, vm, ref));
	if (set_facts(t, metrics, g))
		(void)vm_operations_refresh(t, ref);
}

static void
apply(struct core *core, struct ref ref, const struct guest_report *g)
{
	struct tx *t = tx_begin(core->db);

	if (!t)
		return;
	apply_in(t, ref, g);
	tx_commit(t, NULL, NULL);
}

/* ---- not too often ---- */

/* A guest that has been heard a moment ago: its last words wait for the
 * timer. */
struct guest {
	struct timer timer; /* first */
	struct core *core;
	struct ref vm;
	struct arena *words; /* NULL: none wait */
	struct value values; /* there */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct refmap guests;

static void
hear(struct core *core, struct ref vm, struct arena *a,
    const struct value *values)
{
	struct guest_report report;

	if (guest_agent_read(a, values, &report) == 0)
		apply(core, vm, &report);
	else
		log_err("no memory for what a guest tells");
}

/* Nothing has waited: the guest is one like all others again. */
static bool
is_forgotten(struct guest *g)
{
	bool is;

	pthread_mutex_lock(&lock);
	is = !g->words;
	if (is)
		(void)refmap_remove(&guests, g->vm);
	pthread_mutex_unlock(&lock);
	if (is)
		free(g);
	return is;
}

/* On a thread of the pool. What waited stays where a plan that ends meanwhile
 * finds it, until we have the writer's turn. */
static void
pause_over(void *arg)
{
	struct guest *g = arg;
	struct tx *t;

	if (is_forgotten(g))
		return;
	t = tx_begin(g->core->db);
	if (t)
		guest_agent_told_in(t, g->vm, NULL);
	pthread_mutex_lock(&lock);
	if (timer_set(g->core->timers, &g->timer,
		clock_mono_ns() + GUEST_PAUSE_MS * NSEC_PER_MSEC) < 0) {
		(void)refmap_remove(&guests, g->vm);
		arena_free(g->words);
		free(g);
	}
	pthread_mutex_unlock(&lock);
	if (t)
		tx_commit(t, NULL, NULL);
}

static void
fire(struct timer *timer)
{
	struct guest *g = (struct guest *)timer;

	if (threads_run(g->core->threads, pause_over, g) < 0)
		(void)timer_set(g->core->timers, timer,
		    clock_mono_ns() + GUEST_PAUSE_MS * NSEC_PER_MSEC);
}

/* A copy with memory of its own; NULL: no memory, or nonsense. */
static struct arena *
keep(const struct value *values, struct value *copy_r)
{
	CLEANUP_BYTES struct bytes packed = { 0 };
	struct arena *a = arena_new(0);

	value_pack(values, &packed);
	if (a && !packed.failed &&
	    value_unpack(a, packed.p, packed.len, FRAME_MAX_NODES, copy_r) == 0)
		return a;
	arena_free(a);
	return NULL;
}

/* True: the guest may be heard at once. Else its words wait. */
static bool
may_speak(struct core *core, struct ref vm, const struct value *values)
{
	struct guest *g = refmap_get(&guests, vm);

	if (g) {
		arena_free(g->words);
		g->words = keep(values, &g->values);
		return false;
	}
	g = fault_calloc(1, sizeof(*g));
	if (!g)
		return true;
	*g =
	    (struct guest){ .timer = { .fire = fire }, .core = core, .vm = vm };
	if (refmap_put(&guests, vm, g) < 0) {
		free(g);
		return true;
	}
	if (timer_set(core->timers, &g->timer,
		clock_mono_ns() + GUEST_PAUSE_MS * NSEC_PER_MSEC) < 0) {
		(void)refmap_remove(&guests, vm);
		free(g);
	}
	return true;
}

void
guest_agent_told(struct core *core, const char *uuid,
    const struct value *values)
{
	RECORD_UNREF const struct record *r =
	    db_get_by_uuid(core->db, CLASS_VM, uuid);
	CLEANUP(arena_free) struct arena *a = NULL;
	bool now;

	if (!r || !values)
		return;
	pthread_mutex_lock(&lock);
	now = may_speak(core, r->self, values);
	pthread_mutex_unlock(&lock);
	if (!now)
		return;
	a = arena_new(0);
	if (a)
		hear(core, r->self, a, values);
}

static void
hear_in(struct tx *t, struct ref vm, const struct value *values)
{
	struct guest_report report;

	if (guest_agent_read(tx_arena(t), values, &report) == 0)
		apply_in(t, vm, &report);
}

void
guest_agent_told_in(struct tx *t, struct ref vm, const struct value *values)
{
	struct arena *words = NULL;
	struct value waiting = { .kind = VALUE_NIL };
	struct guest *g;

	pthread_mutex_lock(&lock);
	g = refmap_get(&guests, vm);
	if (g) {
		words = g->words;
		waiting = g->values;
		g->words = NULL;
	}
	pthread_mutex_unlock(&lock);
	if (values)
		hear_in(t, vm, values);
	else if (words)
		hear_in(t, vm, &waiting);
	arena_free(words);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of snapshot schedules. (source of checks: lifecycle.json vmss) */
#include "schedule/vmss.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "schedule/vmss_when.h"
#include "vm/vm_operations.h"

#define RETAINED_MAX 10

/* ---- checks ---- */

static int
check_retained(struct call *c, int64_t n)
{
	const char *text = arena_printf(c->arena, "%lld", (long long)n);

	if (n >= 1 && n <= RETAINED_MAX)
		return 0;
	return text ? fail_invalid_value(c, "retained_snapshots", text)
		    : call_fail_nomem(c);
}

/* No guest can be asked to quiesce any more. */
static int
check_type(struct call *c, enum vmss_type type, struct ref vm)
{
	return type == VMSS_TYPE_SNAPSHOT_WITH_QUIESCE
	    ? fail_vm_snapshot_with_quiesce_not_supported(c,
		  call_ref_text(c, vm), NULL)
	    : 0;
}

/* What came in beside the keys that are there, each checked. */
static struct map
with_times(struct call *c, int frequency, const struct map *before,
    const struct map *new_)
{
	struct builder b = { .arena = c->arena };
	struct builder_pairs pairs = { .b = &b };
	const char *const *keys = new_->keys, *const *values = new_->values;
	const char *value;

	builder_put_map(&pairs, before, NULL);
	for (uint32_t i = 0; i < new_->n && !c->nerror; i++) {
		value = vmss_check_time(c, frequency, keys[i], values[i]);
		if (value)
			builder_put(&pairs, keys[i], value);
	}
	if (b.failed)
		(void)call_fail_nomem(c);
	return builder_pairs_map(&pairs);
}

/* ---- create and destroy ---- */

int
vmss_create(struct call *c, const struct vmss_create_args *a,
    struct ref *result_r)
{
	static const struct map none = { .n = 0 };
	TX_SCOPE struct tx *t = NULL;
	struct vmss v = *a->args;

	v.schedule = with_times(c, (int)v.frequency, &none, &v.schedule);
	if (!c->nerror)
		v.schedule = vmss_times(c, v.frequency, &v.schedule);
	if (c->nerror || check_retained(c, v.retained_snapshots) < 0 ||
	    !(t = call_begin(c)))
		return -1;
	v.last_run_time = v.next_run = 0;
	if (tx_insert(t, &v.r, result_r) == 0)
		vmss_plan_next(c->core, t, *result_r);
	return call_commit(c, STEAL(t));
}

struct its_messages {
	const char *uuid;
	struct call *c;
	struct ref *refs;
	uint32_t n, cap;
};

static int
collect_message(const struct record *r, void *arg)
{
	const struct message *m = (const struct message *)r;
	struct its_messages *its = arg;
	struct ref *more;

	if (m->cls != CLS_VMSS || strcmp(m->obj_uuid, its->uuid) != 0)
		return 0;
	if (its->n == its->cap) {
		more = arena_array(its->c->arena, 2 * its->cap + 16,
		    sizeof(*more));
		if (!more)
			return -1;
		if (its->n)
			memcpy(more, its->refs, its->n * sizeof(*more));
		its->refs = more;
		its->cap = 2 * its->cap + 16;
	}
	its->refs[its->n++] = r->self;
	return 0;
}

int
vmss_destroy(struct call *c, const struct vmss_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct its_messages its = { .c = c };
	const struct vmss *v;

	if (!t || !(v = EDIT_HEAD(c, t, VMSS, vmss, a->self)))
		return -1;
	if (v->VMs.n)
		return fail_vmss_has_vm(c);
	its.uuid = v->uuid;
	if (tx_each(t, CLASS_message, collect_message, &its) < 0)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < its.n; i++)
		(void)tx_destroy(t, CLASS_message, its.refs[i]);
	(void)tx_destroy(t, CLASS_VMSS, a->self);
	return call_commit(c, STEAL(t));
}

/* ---- settings ---- */

int
vmss_set_enabled(struct call *c, const struct vmss_set_enabled_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vmss *v;

	if (!t || !(v = EDIT_HEAD(c, t, VMSS, vmss, a->self)))
		return -1;
	if (v->enabled != a->value) {
		TX_SET(t, VMSS, vmss, a->self, enabled, a->value);
		vmss_plan_next(c->core, t, a->self);
	}
	return call_commit(c, STEAL(t));
}

int
vmss_set_retained_snapshots(struct call *c,
    const struct vmss_set_retained_snapshots_args *a)
{
	if (check_retained(c, a->value) < 0)
		return -1;
	return EDIT_FIELD(c, VMSS, vmss, a->self, retained_snapshots, a->value);
}

int
vmss_set_type(struct call *c, const struct vmss_set_type_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct ref *vms;
	const struct vmss *v;

	if (!t || !(v = EDIT_HEAD(c, t, VMSS, vmss, a->self)))
		return -1;
	vms = v->VMs.items;
	if (v->VMs.n && check_type(c, a->value, vms[0]) < 0)
		return -1;
	TX_SET(t, VMSS, vmss, a->self, type, a->value);
	return call_commit(c, STEAL(t));
}

int
vmss_set_last_run_time(struct call *c,
    const struct vmss_set_last_run_time_args *a)
{
	return EDIT_FIELD(c, VMSS, vmss, a->self, last_run_time, a->value);
}

/* ---- times ---- */

/* In t, which ends. */
static int
set_times(struct call *c, struct tx *t, struct ref self, struct map schedule)
{
	if (c->nerror) {
		tx_abort(t);
		return -1;
	}
	TX_SET(t, VMSS, vmss, self, schedule, schedule);
	vmss_plan_next(c->core, t, self);
	return call_commit(c, t);
}

int
vmss_set_frequency(struct call *c, const struct vmss_set_frequency_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vmss *v;
	struct map times;

	if (!t || !(v = EDIT_HEAD(c, t, VMSS, vmss, a->self)))
		return -1;
	times = vmss_times(c, a->value, &v->schedule);
	TX_SET(t, VMSS, vmss, a->self, frequency, a->value);
	return set_times(c, STEAL(t), a->self, times);
}

/* Keys that are not named stay, and may be such as another frequency has. */
int
vmss_set_schedule(struct call *c, const struct vmss_set_schedule_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vmss *v;
	struct map times;

	if (!t || !(v = EDIT_HEAD(c, t, VMSS, vmss, a->self)))
		return -1;
	times = with_times(c, -1, &v->schedule, &a->value);
	return set_times(c, STEAL(t), a->self, times);
}

/* Clients replace a key by removing it and adding it: what they removed last
 * comes back when what they add is refused. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	struct ref vmss;
	char key[8], value[64]; /* of the times that there are */
} removed;

static void
note_removed(struct ref vmss, const char *key, const char *value)
{
	if (!value)
		return;
	pthread_mutex_lock(&lock);
	removed.vmss = vmss;
	snprintf(removed.key, sizeof(removed.key), "%s", key);
	snprintf(removed.value, sizeof(removed.value), "%s", value);
	pthread_mutex_unlock(&lock);
}

/* In t, which ends. The call has failed. */
static int
put_back(struct call *c, struct tx *t, struct ref vmss, const char *key)
{
	char value[sizeof(removed.value)] = "";

	pthread_mutex_lock(&lock);
	if (ref_equal(removed.vmss, vmss) && strcmp(removed.key, key) == 0)
		memcpy(value, removed.value, sizeof(value));
	pthread_mutex_unlock(&lock);
	if (!*value) {
		tx_abort(t);
		return -1;
	}
	(void)tx_map_put(t, CLASS_VMSS, vmss, FIELD_VMSS_schedule, key, value);
	vmss_plan_next(c->core, t, vmss);
	tx_commit(t, NULL, NULL);
	return -1;
}

int
vmss_add_to_schedule(struct call *c, const struct vmss_add_to_schedule_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct map one = { .keys = &a->key, .values = &a->value, .n = 1 };
	const struct vmss *v;
	struct map times;

	if (!t || !(v = EDIT_HEAD(c, t, VMSS, vmss, a->self)))
		return -1;
	times = with_times(c, -1, &v->schedule, &one);
	if (builder_find(&v->schedule, a->key))
		return c->nerror ? -1
				 : fail_map_duplicate_key(c, "VMSS", "schedule",
				       call_ref_text(c, a->self), a->key);
	if (c->nerror)
		return put_back(c, STEAL(t), a->self, a->key);
	return set_times(c, STEAL(t), a->self, times);
}

/* What is not there counts as its default. */
int
vmss_remove_from_schedule(struct call *c,
    const struct vmss_remove_from_schedule_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vmss *v;

	if (!t || !(v = EDIT_HEAD(c, t, VMSS, vmss, a->self)))
		return -1;
	note_removed(a->self, a->key, builder_find(&v->schedule, a->key));
	(void)tx_map_remove(t, CLASS_VMSS, a->self, FIELD_VMSS_schedule,
	    a->key);
	vmss_plan_next(c->core, t, a->self);
	return call_commit(c, STEAL(t));
}

/* ---- its VMs ---- */

int
vm_set_snapshot_schedule(struct call *c,
    const struct vm_set_snapshot_schedule_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const char *self = call_ref_text(c, a->self);
	const struct vmss *v = NULL;
	const struct vm *vm;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->self)) ||
	    (!ref_is_null(a->value) &&
		!(v = EDIT_HEAD(c, t, VMSS, vmss, a->value))))
		return -1;
	if (vm->is_control_domain)
		return call_fail(c, "INVALID_VALUE", &self, 1);
	if (vm->is_a_template)
		return call_fail(c, "VM_IS_TEMPLATE", &self, 1);
	if (v && check_type(c, v->type, a->self) < 0)
		return -1;
	TX_SET(t, VM, vm, a->self, snapshot_schedule, a->value);
	(void)vm_operations_refresh_alone(t, a->self);
	return call_commit(c, STEAL(t));
}

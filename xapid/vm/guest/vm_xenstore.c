/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VM.xenstore_data: what is below vm-data and FIST there stands in xenstore for
 * the guest; a running one sees changes at once. Other keys are notes of
 * clients. */
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "plan/plan.h"
#include "vm/power/vm_power.h"
#include "vm/start/vm_domain_args.h"
#include "vm/vm_live.h"

#define MAX_KEYS 512
#define MAX_KEY 256
#define MAX_VALUE 4000 /* a message of xenstore holds 4,096 with the path */

/* ---- the new value ---- */

/* "set", "add", "remove", with the map as JSON or one key and its value. */
struct edit {
	const char *how, *key, *value;
	struct map map;
};

static const struct type *
data_type(void)
{
	return class_table[CLASS_VM].fields[FIELD_VM_xenstore_data].type;
}

static bool
is_ours(const char *key)
{
	return strncmp(key, "vm-data", 7) == 0 || strncmp(key, "FIST", 4) == 0;
}

static int
check_map(struct call *c, const struct map *m)
{
	const char *const *keys = m->keys, *const *values = m->values;

	if (m->n > MAX_KEYS)
		return fail_invalid_value(c, "xenstore_data",
		    "more than 512 keys");
	for (uint32_t i = 0; i < m->n; i++)
		if (strlen(keys[i]) > MAX_KEY ||
		    strlen(values[i]) > MAX_VALUE ||
		    (is_ours(keys[i]) && !vm_is_guest_key(keys[i])))
			return fail_invalid_value(c, "xenstore_data", keys[i]);
	return 0;
}

static int
change(struct call *c, const struct vm *vm, const struct edit *e,
    struct map *out)
{
	struct builder b = { .arena = c->arena };
	struct builder_pairs pairs = { .b = &b };

	if (strcmp(e->how, "set") == 0) {
		*out = e->map;
		return check_map(c, out);
	}
	if (strcmp(e->how, "add") == 0 &&
	    builder_find(&vm->xenstore_data, e->key))
		return fail_map_duplicate_key(c, "VM", "xenstore_data",
		    call_ref_text(c, vm->r.self), e->key);
	builder_put_map(&pairs, &vm->xenstore_data, e->key);
	if (strcmp(e->how, "add") == 0)
		builder_put(&pairs, e->key, e->value);
	*out = builder_pairs_map(&pairs);
	return b.failed ? call_fail_nomem(c) : check_map(c, out);
}

/* ---- a running VM ---- */

static int
to_note(struct plan *p, const char *name, const struct map *m)
{
	CLEANUP_BYTES struct bytes json = { 0 };

	model_to_json(data_type(), m, &json);
	bytes_put(&json, "", 1);
	return json.failed ? call_fail_nomem(p->call)
			   : plan_note(p, name, (const char *)json.p);
}

static int
from_note(struct plan *p, const char *name, struct map *m)
{
	const char *json = plan_arg(p, name);
	struct type_error err;

	*m = (struct map){ .n = 0 };
	if (!*json ||
	    model_from_json(p->call->arena, data_type(), json, strlen(json), m,
		&err) == 0)
		return 0;
	return call_fail_nomem(p->call);
}

static int
live_check(struct plan *p, struct tx *t)
{
	struct edit e = { plan_arg(p, "how"), plan_arg(p, "key"),
		plan_arg(p, "value"), { .n = 0 } };
	const struct vm *vm = TX_GET(t, VM, vm, p->object);
	struct map map;

	if (!vm)
		return fail_handle_invalid(p->call, "VM",
		    call_ref_text(p->call, p->object));
	if (from_note(p, "map", &e.map) < 0 ||
	    change(p->call, vm, &e, &map) < 0)
		return -1;
	return to_note(p, "new", &map);
}

static int
write_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, p->object);
	const struct vm *vm = (const struct vm *)r;
	struct value body;
	struct vm now;

	if (!vm)
		return -1;
	if (vm->domid < 1)
		return 0; /* it has ended: the record is all there is */
	record_like(&now.r, &vm->r);
	now.r.self = vm->r.self;
	if (from_note(p, "new", &now.xenstore_data) < 0)
		return -1;
	if (vm_xenstore_args(p->call->arena, &now, &body) < 0)
		return call_fail_nomem(p->call);
	return plan_send_to(p, PLAN_DOMAIN, NULL, &body);
}

static int
write_apply(struct plan *p, struct tx *t)
{
	struct map map;

	if (from_note(p, "new", &map) < 0)
		return -1;
	return TX_SET(t, VM, vm, p->object, xenstore_data, map);
}

static const struct step xenstore_steps[] = {
	{ "write", write_send, write_apply, NULL, NULL },
	{ 0 },
};

const struct plan_kind vm_xenstore_kind = {
	.name = "VM.xenstore_data",
	.cls = CLASS_VM,
	.steps = xenstore_steps,
	.check = live_check,
};

/* ---- the calls ---- */

static int
edit(struct call *c, struct ref self, const struct edit *e)
{
	CLEANUP_BYTES struct bytes json = { 0 };
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm;
	struct map map;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, self)) ||
	    change(c, vm, e, &map) < 0)
		return -1;
	if (vm->domid < 1) {
		TX_SET(t, VM, vm, self, xenstore_data, map);
		return call_commit(c, STEAL(t));
	}
	tx_abort(STEAL(t));
	model_to_json(data_type(), &e->map, &json);
	bytes_put(&json, "", 1);
	if (json.failed)
		return call_fail_nomem(c);
	return plan_start(c, &vm_xenstore_kind, self, "how", e->how, "key",
	    e->key, "value", e->value, "map", (const char *)json.p, NULL);
}

int
vm_set_xenstore_data(struct call *c, const struct vm_set_xenstore_data_args *a)
{
	const struct edit e = { "set", "", "", a->value };

	return edit(c, a->self, &e);
}

int
vm_add_to_xenstore_data(struct call *c,
    const struct vm_add_to_xenstore_data_args *a)
{
	const struct edit e = { "add", a->key, a->value, { .n = 0 } };

	return edit(c, a->self, &e);
}

int
vm_remove_from_xenstore_data(struct call *c,
    const struct vm_remove_from_xenstore_data_args *a)
{
	const struct edit e = { "remove", a->key, "", { .n = 0 } };

	return edit(c, a->self, &e);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much of the host a device of a guest may have. A change of one that is
 * attached counts at once, or is an error; what an attached disk has is told
 * again whenever its guest connects. (source of keys: keys.json VBD, VIF) */
#include "device/device_qos.h"

#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "device/device_plan.h"
#include "lib/log.h"
#include "model/builder.h"
#include "plan/plan.h"
#include "pool/message.h"
#include "vm/start/vm_domain_args.h"

#define IONICE "ionice"
#define RATELIMIT "ratelimit"
#define FAILED_PRIORITY 3 /* of the alert */

struct qos {
	const char *type;
	struct map params;
};

static struct qos
qos_of(const struct record *r)
{
	if (r->cls == &class_table[CLASS_VBD]) {
		const struct vbd *vbd = (const struct vbd *)r;

		return (struct qos){ vbd->qos_algorithm_type,
			vbd->qos_algorithm_params };
	}
	return (struct qos){ ((const struct vif *)r)->qos_algorithm_type,
		((const struct vif *)r)->qos_algorithm_params };
}

static bool
is_attached(const struct record *r)
{
	return r->cls == &class_table[CLASS_VBD]
	    ? ((const struct vbd *)r)->currently_attached
	    : ((const struct vif *)r)->currently_attached;
}

static struct ref
vm_of(const struct record *r)
{
	return r->cls == &class_table[CLASS_VBD] ? ((const struct vbd *)r)->VM
						 : ((const struct vif *)r)->VM;
}

struct set
vbd_qos_supported(const struct vbd *vbd)
{
	static const char *const all[] = { IONICE };

	return (struct set){ .n = vbd->type == VBD_TYPE_DISK, .items = all };
}

struct set
vif_qos_supported(void)
{
	static const char *const all[] = { RATELIMIT };

	return (struct set){ .n = 1, .items = all };
}

/* ---- what the values mean ---- */

/* 0 … 7, as the kernel counts: the first is served best. -1: no level. */
static int
level_of(const char *text)
{
	static const struct {
		const char *name;
		int level;
	} names[] = { { "highest", 0 }, { "high", 2 }, { "normal", 4 },
		{ "low", 6 }, { "lowest", 7 } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, text) == 0)
			return names[i].level;
	return text[0] >= '0' && text[0] <= '7' && !text[1] ? text[0] - '0'
							    : -1;
}

static const char *
sched_of(const struct qos *q)
{
	const char *sched = builder_find(&q->params, "sched");

	if (sched &&
	    (strcmp(sched, "rt") == 0 || strcmp(sched, "real-time") == 0))
		return "rt";
	return sched && strcmp(sched, "idle") == 0 ? "idle" : "best-effort";
}

static int
check_qos(struct call *c, const struct record *r, const struct qos *q)
{
	bool disk = r->cls == &class_table[CLASS_VBD];
	const char *key = disk ? "class" : "kbps";
	const char *value = builder_find(&q->params, key);
	char *end;

	if (!value || strcmp(q->type, disk ? IONICE : RATELIMIT) != 0)
		return 0;
	if (disk && level_of(value) >= 0)
		return 0;
	if (!disk && *value && (strtoll(value, &end, 10), !*end))
		return 0;
	return fail_invalid_value(c,
	    arena_printf(c->arena, "qos_algorithm_params:%s", key), value);
}

/* ---- telling the domain worker ---- */

static int
send_disk(struct plan *p, const struct vm *vm, const struct vbd *vbd,
    const struct qos *q)
{
	const char *level = builder_find(&q->params, "class");
	bool none = strcmp(q->type, IONICE) != 0;
	int n = level ? level_of(level) : -1;

	return plan_send(p, NULL, "priority", vm->uuid, "device",
	    vbd_device_name(p->call->arena, vbd), "virtual",
	    vbd_virtual_name(p->call->arena, vm, vbd), "sched",
	    none ? "none" : sched_of(q), "#level", (int64_t)(n < 0 ? 4 : n),
	    NULL);
}

static int
send_interface(struct plan *p, const struct vm *vm, const struct vif *vif,
    const struct qos *q)
{
	struct value body;
	struct vif now;

	record_like(&now.r, &vif->r);
	now.r.self = vif->r.self;
	now.qos_algorithm_type = q->type;
	now.qos_algorithm_params = q->params;
	if (vif_domain_args(p->call->arena, p->core->db, vm, &now, "rate",
		&body) < 0)
		return call_fail_nomem(p->call);
	return plan_send_to(p, PLAN_DOMAIN, NULL, &body);
}

/* One that is not attached is its record only, and so is what has no priority
 * of its own: a drive. */
static int
send_qos(struct plan *p, const struct device_pair *pair, const struct qos *q)
{
	if (!device_vm_lives(pair->vm) || !is_attached(pair->r))
		return 0;
	if (p->kind->cls == CLASS_VIF)
		return send_interface(p, pair->vm, pair->vif, q);
	return pair->vbd->type == VBD_TYPE_DISK
	    ? send_disk(p, pair->vm, pair->vbd, q)
	    : 0;
}

/* ---- a change ---- */

static const struct type *
params_type(void)
{
	return class_table[CLASS_VBD]
	    .fields[FIELD_VBD_qos_algorithm_params]
	    .type;
}

static const char *
to_text(struct call *c, const struct map *m)
{
	CLEANUP_BYTES struct bytes json = { 0 };
	const char *text = NULL;

	model_to_json(params_type(), m, &json);
	bytes_put(&json, "", 1);
	if (!json.failed)
		text = arena_strdup(c->arena, (const char *)json.p);
	if (!text)
		call_fail_nomem(c);
	return text;
}

static int
from_text(struct call *c, const char *text, struct map *m)
{
	struct type_error err;

	*m = (struct map){ .n = 0 };
	if (!*text ||
	    model_from_json(c->arena, params_type(), text, strlen(text), m,
		&err) == 0)
		return 0;
	return call_fail_nomem(c);
}

/* how: "type", "set", "add", "remove"; map: JSON. */
struct edit {
	const char *how, *key, *value, *map;
};

static int
change(struct call *c, const struct record *r, const struct edit *e,
    struct qos *q)
{
	struct builder b = { .arena = c->arena };
	struct builder_pairs pairs = { .b = &b };
	bool add = strcmp(e->how, "add") == 0;

	*q = qos_of(r);
	if (strcmp(e->how, "type") == 0) {
		q->type = e->value;
	} else if (strcmp(e->how, "set") == 0) {
		if (from_text(c, e->map, &q->params) < 0)
			return -1;
	} else {
		if (add && builder_find(&q->params, e->key))
			return fail_map_duplicate_key(c, r->cls->name,
			    "qos_algorithm_params", call_ref_text(c, r->self),
			    e->key);
		builder_put_map(&pairs, &q->params, e->key);
		if (add)
			builder_put(&pairs, e->key, e->value);
		q->params = builder_pairs_map(&pairs);
	}
	return b.failed ? call_fail_nomem(c) : check_qos(c, r, q);
}

static int
write_record(struct tx *t, const struct record *r, const struct qos *q)
{
	struct ref self = r->self;

	if (r->cls == &class_table[CLASS_VBD]) {
		TX_SET(t, VBD, vbd, self, qos_algorithm_type, q->type);
		return TX_SET(t, VBD, vbd, self, qos_algorithm_params,
		    q->params);
	}
	TX_SET(t, VIF, vif, self, qos_algorithm_type, q->type);
	return TX_SET(t, VIF, vif, self, qos_algorithm_params, q->params);
}

static int
change_check(struct plan *p, struct tx *t)
{
	const struct edit e = { plan_arg(p, "how"), plan_arg(p, "key"),
		plan_arg(p, "value"), plan_arg(p, "map") };
	const struct record *r = tx_get(t, p->kind->cls, p->object);
	const char *text;
	struct qos q;

	if (!r)
		return fail_handle_invalid(p->call,
		    class_table[p->kind->cls].name,
		    call_ref_text(p->call, p->object));
	if (change(p->call, r, &e, &q) < 0 ||
	    !(text = to_text(p->call, &q.params)))
		return -1;
	return plan_note(p, "type", q.type) < 0 ||
		plan_note(p, "params", text) < 0
	    ? -1
	    : 0;
}

static int
noted(struct plan *p, struct qos *q)
{
	q->type = plan_arg(p, "type");
	return from_text(p->call, plan_arg(p, "params"), &q->params);
}

static int
change_send(struct plan *p)
{
	DEVICE_PAIR pair = device_pair_get(p);
	struct qos q;

	return pair.vm && noted(p, &q) == 0 ? send_qos(p, &pair, &q) : -1;
}

static int
change_apply(struct plan *p, struct tx *t)
{
	const struct record *r = tx_get(t, p->kind->cls, p->object);
	struct qos q;

	if (!r)
		return 0;
	return noted(p, &q) < 0 ? -1 : write_record(t, r, &q);
}

static const struct step change_steps[] = {
	{ "change", change_send, change_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind vbd_change_kind = {
	.name = "VBD.qos",
	.cls = CLASS_VBD,
	.steps = change_steps,
	.queue = device_queue,
	.check = change_check,
};
static const struct plan_kind vif_change_qos_kind = {
	.name = "VIF.qos",
	.cls = CLASS_VIF,
	.steps = change_steps,
	.queue = device_queue,
	.check = change_check,
};

/* ---- a guest that has connected ---- */

static int
connected_check(struct plan *p, struct tx *t)
{
	return TX_GET(t, VBD, vbd, p->object)
	    ? 0
	    : fail_handle_invalid(p->call, "VBD",
		  call_ref_text(p->call, p->object));
}

static int
connected_send(struct plan *p)
{
	DEVICE_PAIR pair = device_pair_get(p);
	struct qos q;

	if (!pair.vm)
		return -1;
	q = qos_of(pair.r);
	return send_qos(p, &pair, &q);
}

/* Nobody waits for it: who looks at alerts is told. */
static int
connected_finish(struct plan *p, struct tx *t, bool ok)
{
	const struct vbd *vbd = TX_GET(t, VBD, vbd, p->object);
	const struct vm *vm = vbd ? TX_GET(t, VM, vm, vbd->VM) : NULL;
	const char *why = p->call->nerror ? p->call->error[0] : "";

	if (ok || !vm)
		return 0;
	why = arena_printf(p->call->arena, "VBD %s: %s", vbd->uuid, why);
	return message_add(t, p->core, "VBD_QOS_FAILED", FAILED_PRIORITY,
	    CLS_VM, vm->uuid, why ? why : "", NULL);
}

static const struct step connected_steps[] = {
	{ "priority", connected_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct plan_kind connected_kind = {
	.name = "VBD.priority",
	.cls = CLASS_VBD,
	.steps = connected_steps,
	.queue = device_queue,
	.check = connected_check,
	.finish = connected_finish,
};

const struct plan_kind *const qos_kinds[] = { &vbd_change_kind,
	&vif_change_qos_kind, &connected_kind, NULL };

static bool
is_called(struct arena *a, const struct vm *vm, const struct vbd *vbd,
    const char *device)
{
	return strcmp(vbd_device_name(a, vbd), device) == 0 ||
	    strcmp(vbd_virtual_name(a, vm, vbd), device) == 0;
}

void
vbd_qos_connected(struct core *core, const struct vm *vm, const char *device)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	const struct ref *refs = vm->VBDs.items;

	for (uint32_t i = 0; a && i < vm->VBDs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(core->db, CLASS_VBD, refs[i]);
		const struct vbd *vbd = (const struct vbd *)r;

		if (vbd && strcmp(vbd->qos_algorithm_type, IONICE) == 0 &&
		    is_called(a, vm, vbd, device) &&
		    plan_start_own(core, &connected_kind, refs[i], NULL) < 0)
			log_err("VBD %s: no memory to give it its priority",
			    vbd->uuid);
	}
}

/* ---- the calls ---- */

/* Nobody attaches it just now with what the record says yet: whoever begins to
 * do so finds what is written here. */
static bool
is_off(struct tx *t, const struct record *r)
{
	const struct vm *vm = TX_GET(t, VM, vm, vm_of(r));

	return !is_attached(r) && !device_vm_lives(vm) &&
	    !(vm && vm->current_operations.n);
}

/* The plan says what there is to say, when its turn has come; a device of a VM
 * that does not run needs none. */
static int
edit(struct call *c, int cls, struct ref self, const struct edit *e)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct record *r = t ? edit_head(c, t, cls, self) : NULL;
	struct qos q;

	if (!r || change(c, r, e, &q) < 0)
		return -1;
	if (is_off(t, r)) {
		(void)write_record(t, r, &q);
		return call_commit(c, STEAL(t));
	}
	tx_abort(STEAL(t));
	return plan_start(c,
	    cls == CLASS_VBD ? &vbd_change_kind : &vif_change_qos_kind, self,
	    "how", e->how, "key", e->key, "value", e->value, "map", e->map,
	    NULL);
}

static int
edit_type(struct call *c, int cls, struct ref self, const char *type)
{
	const struct edit e = { "type", "", type, "" };

	return edit(c, cls, self, &e);
}

static int
edit_all(struct call *c, int cls, struct ref self, const struct map *value)
{
	const char *text = to_text(c, value);
	const struct edit e = { "set", "", "", text };

	return text ? edit(c, cls, self, &e) : -1;
}

static int
edit_key(struct call *c, int cls, struct ref self, const char *how,
    const char *key, const char *value)
{
	const struct edit e = { how, key, value, "" };

	return edit(c, cls, self, &e);
}

int
vbd_set_qos_algorithm_type(struct call *c,
    const struct vbd_set_qos_algorithm_type_args *a)
{
	return edit_type(c, CLASS_VBD, a->self, a->value);
}

int
vbd_set_qos_algorithm_params(struct call *c,
    const struct vbd_set_qos_algorithm_params_args *a)
{
	return edit_all(c, CLASS_VBD, a->self, &a->value);
}

int
vbd_add_to_qos_algorithm_params(struct call *c,
    const struct vbd_add_to_qos_algorithm_params_args *a)
{
	return edit_key(c, CLASS_VBD, a->self, "add", a->key, a->value);
}

int
vbd_remove_from_qos_algorithm_params(struct call *c,
    const struct vbd_remove_from_qos_algorithm_params_args *a)
{
	return edit_key(c, CLASS_VBD, a->self, "remove", a->key, "");
}

int
vif_set_qos_algorithm_type(struct call *c,
    const struct vif_set_qos_algorithm_type_args *a)
{
	return edit_type(c, CLASS_VIF, a->self, a->value);
}

int
vif_set_qos_algorithm_params(struct call *c,
    const struct vif_set_qos_algorithm_params_args *a)
{
	return edit_all(c, CLASS_VIF, a->self, &a->value);
}

int
vif_add_to_qos_algorithm_params(struct call *c,
    const struct vif_add_to_qos_algorithm_params_args *a)
{
	return edit_key(c, CLASS_VIF, a->self, "add", a->key, a->value);
}

int
vif_remove_from_qos_algorithm_params(struct call *c,
    const struct vif_remove_from_qos_algorithm_params_args *a)
{
	return edit_key(c, CLASS_VIF, a->self, "remove", a->key, "");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an interface may send and which network it is on, also while its VM
 * runs: the record first, then the interface is joined again as the record
 * says, which a failure takes back in the same way. */
#include <arpa/inet.h>
#include <string.h>

#include "call/edit.h"
#include "device/device_plan.h"
#include "device/device_plug.h"
#include "device/vif.h"
#include "device/vif_attach.h"
#include "net/net_plan.h"
#include "net/pif.h"
#include "vm/start/vm_domain_args.h"

/* ---- fields as text, for the journal ---- */

/* Items of a set with commas between them: addresses have none. */
static const char *
join(struct arena *a, const struct set *set)
{
	const char *const *items = set->items;
	const char *text = "";

	for (uint32_t i = 0; text && i < set->n; i++)
		text = arena_printf(a, "%s%s%s", text, i ? "," : "", items[i]);
	return text;
}

static int
split(struct arena *a, const char *text, struct set *out)
{
	const char **items = arena_array(a, strlen(text) + 1, sizeof(*items));

	*out = (struct set){ .items = items };
	while (items && *text) {
		size_t len = strcspn(text, ",");

		items[out->n] = arena_strndup(a, text, len);
		if (!items[out->n++])
			return -1;
		text += len + (text[len] == ',');
	}
	return items ? 0 : -1;
}

static const char *
field_text(struct plan *p, const struct vif *vif, int field)
{
	switch (field) {
	case FIELD_VIF_network:
		return call_ref_text(p->call, vif->network);
	case FIELD_VIF_locking_mode:
		return enum_info_vif_locking_mode.values[vif->locking_mode];
	case FIELD_VIF_ipv4_allowed:
		return join(p->call->arena, &vif->ipv4_allowed);
	default:
		return join(p->call->arena, &vif->ipv6_allowed);
	}
}

/* ---- the field of a plan ---- */

static int
field_of(const struct plan *p)
{
	static const int fields[] = { FIELD_VIF_network, FIELD_VIF_locking_mode,
		FIELD_VIF_ipv4_allowed, FIELD_VIF_ipv6_allowed };
	const struct field *all = class_table[CLASS_VIF].fields;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (strcmp(plan_arg(p, "field"), all[fields[i]].name) == 0)
			return fields[i];
	return FIELD_VIF_ipv6_allowed;
}

static int
set_to(struct plan *p, struct tx *t, const char *text)
{
	int field = field_of(p);
	struct set addresses;
	struct ref network;
	int mode;

	switch (field) {
	case FIELD_VIF_network:
		return ref_parse(text, &network)
		    ? tx_set(t, CLASS_VIF, p->object, field, &network)
		    : -1;
	case FIELD_VIF_locking_mode:
		mode = enum_find(&enum_info_vif_locking_mode, text);
		return tx_set(t, CLASS_VIF, p->object, field, &mode);
	default:
		if (split(p->call->arena, text, &addresses) < 0)
			return call_fail_nomem(p->call);
		return tx_set(t, CLASS_VIF, p->object, field, &addresses);
	}
}

/* ---- checks ---- */

static int
check_network(struct plan *p, struct tx *t, const struct vif *vif)
{
	struct ref ref = plan_arg_ref(p, "new");
	const struct network *net = TX_GET(t, network, network, ref);
	const struct vm *vm = TX_GET(t, VM, vm, vif->VM);

	if (!net)
		return fail_handle_invalid(p->call, "network",
		    call_ref_text(p->call, ref));
	if (vif->currently_attached && device_vm_lives(vm) && net->PIFs.n &&
	    !pif_on_network(t, net, vm->resident_on))
		return fail_host_cannot_attach_network(p->call,
		    call_ref_text(p->call, vm->resident_on),
		    call_ref_text(p->call, ref));
	return vif_check_trunks(p->call, t, net, &vif->trunks);
}

/* What an addition or removal makes of the addresses that there are. */
static int
note_addresses(struct plan *p, struct tx *t, const struct vif *vif, int field)
{
	const struct field *f = &class_table[CLASS_VIF].fields[field];
	const struct set *now = record_field(&vif->r, f);
	const char *how = plan_arg(p, "how"), *value = plan_arg(p, "value");
	struct set left;
	int rc;

	if (strcmp(how, "add") == 0)
		rc = edit_set_add(t, now, f->type->elem, &value, &left);
	else if (strcmp(how, "remove") == 0)
		rc = edit_set_remove(t, now, f->type->elem, &value, &left);
	else
		rc = split(p->call->arena, value, &left);
	if (rc < 0)
		return call_fail_nomem(p->call);
	if (vif_check_addresses(p->call,
		field == FIELD_VIF_ipv4_allowed ? AF_INET : AF_INET6, f->name,
		&left) < 0)
		return -1;
	return plan_note(p, "new", join(p->call->arena, &left));
}

static int
check(struct plan *p, struct tx *t)
{
	const struct vif *vif = TX_GET(t, VIF, vif, p->object);
	int field = field_of(p);

	if (!vif)
		return fail_handle_invalid(p->call, "VIF",
		    call_ref_text(p->call, p->object));
	if (plan_note(p, "old", field_text(p, vif, field)) < 0)
		return -1;
	switch (field) {
	case FIELD_VIF_network:
		return plan_note(p, "new", plan_arg(p, "value")) < 0
		    ? -1
		    : check_network(p, t, vif);
	case FIELD_VIF_locking_mode:
		return plan_note(p, "new", plan_arg(p, "value"));
	default:
		return note_addresses(p, t, vif, field);
	}
}

/* ---- the steps ---- */

static int
record_apply(struct plan *p, struct tx *t)
{
	return set_to(p, t, plan_arg(p, "new"));
}

static int
record_undo(struct plan *p, struct tx *t)
{
	return TX_GET(t, VIF, vif, p->object) ? set_to(p, t, plan_arg(p, "old"))
					      : 0;
}

static int
join_send(struct plan *p)
{
	DEVICE_PAIR pair = device_pair_get(p);

	if (!pair.vm)
		return -1;
	return device_vm_lives(pair.vm) && pair.vif->currently_attached
	    ? vif_join_one(p, pair.vif,
		  vif_interface_name(p->call->arena, pair.vm, pair.vif))
	    : 0;
}

static int
join_apply(struct plan *p, struct tx *t)
{
	const struct vif *vif = TX_GET(t, VIF, vif, p->object);

	return vif && vif->currently_attached ? vif_note_joined(t, p->object)
					      : 0;
}

/* Other tools look for it there. */
static int
tell_send(struct plan *p)
{
	DEVICE_PAIR pair = device_pair_get(p);
	RECORD_UNREF const struct record *r = NULL;

	if (!pair.vm || field_of(p) != FIELD_VIF_network ||
	    !device_vm_lives(pair.vm) || !pair.vif->currently_attached)
		return pair.vm ? 0 : -1;
	r = db_get(p->core->db, CLASS_network, pair.vif->network);
	return r ? plan_send(p, NULL, "rebridge", pair.vm->uuid, "device",
		       vif_device_name(p->call->arena, pair.vif), "bridge",
		       ((const struct network *)r)->bridge, NULL)
		 : 0;
}

/* The bridge that it has left may be empty now. */
static int
leave_send(struct plan *p)
{
	RECORD_UNREF const struct record *r = field_of(p) == FIELD_VIF_network
	    ? db_get(p->core->db, CLASS_network, plan_arg_ref(p, "old"))
	    : NULL;
	const struct network *net = (const struct network *)r;

	return net && *net->bridge && net->PIFs.n == 0
	    ? net_send(p, NULL, net, "leave", NULL)
	    : 0;
}

/* The first is undone last: when the record says again what was. */
static const struct step steps[] = {
	{ "tell-again", NULL, NULL, tell_send, NULL },
	{ "again", NULL, NULL, join_send, NULL },
	{ "record", NULL, record_apply, NULL, record_undo },
	{ "join", join_send, join_apply, NULL, NULL },
	{ "tell", tell_send, NULL, NULL, NULL },
	{ "leave", leave_send, NULL, NULL, NULL },
	{ 0 },
};

const struct plan_kind vif_change_kind = {
	.name = "VIF.change",
	.cls = CLASS_VIF,
	.steps = steps,
	.queue = device_queue,
	.check = check,
	.finish = device_finish, /* networks of virtual functions */
};

const struct plan_kind *const vif_change_kinds[] = { &vif_change_kind, NULL };

/* ---- the calls ---- */

static int
start(struct call *c, struct ref vif, const char *field, const char *how,
    const char *value)
{
	return plan_start(c, &vif_change_kind, vif, "field", field, "how", how,
	    "value", value, NULL);
}

/* A set that would not come back as it went in is wrong anyway. */
static int
start_set(struct call *c, struct ref vif, const char *field, int family,
    const struct set *value)
{
	const char *text;

	if (vif_check_addresses(c, family, field, value) < 0)
		return -1;
	text = join(c->arena, value);
	return text ? start(c, vif, field, "set", text) : call_fail_nomem(c);
}

int
vif_move(struct call *c, const struct vif_move_args *a)
{
	return start(c, a->self, "network", "set",
	    call_ref_text(c, a->network));
}

int
vif_set_locking_mode(struct call *c, const struct vif_set_locking_mode_args *a)
{
	return start(c, a->self, "locking_mode", "set",
	    enum_info_vif_locking_mode.values[a->value]);
}

int
vif_set_ipv4_allowed(struct call *c, const struct vif_set_ipv4_allowed_args *a)
{
	return start_set(c, a->self, "ipv4_allowed", AF_INET, &a->value);
}

int
vif_add_ipv4_allowed(struct call *c, const struct vif_add_ipv4_allowed_args *a)
{
	return start(c, a->self, "ipv4_allowed", "add", a->value);
}

int
vif_remove_ipv4_allowed(struct call *c,
    const struct vif_remove_ipv4_allowed_args *a)
{
	return start(c, a->self, "ipv4_allowed", "remove", a->value);
}

int
vif_set_ipv6_allowed(struct call *c, const struct vif_set_ipv6_allowed_args *a)
{
	return start_set(c, a->self, "ipv6_allowed", AF_INET6, &a->value);
}

int
vif_add_ipv6_allowed(struct call *c, const struct vif_add_ipv6_allowed_args *a)
{
	return start(c, a->self, "ipv6_allowed", "add", a->value);
}

int
vif_remove_ipv6_allowed(struct call *c,
    const struct vif_remove_ipv6_allowed_args *a)
{
	return start(c, a->self, "ipv6_allowed", "remove", a->value);
}

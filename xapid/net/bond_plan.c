/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bonds come and go: their cards leave the bridges that they are on, become one
 * or are taken apart again, and what was made of them goes where they go:
 * addresses, VLANs, and the interfaces of guests. Rows of a new bond are made
 * with its plan and go again when the host refuses. */
#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "device/device_plug.h"
#include "net/bond.h"
#include "net/net_plan.h"

/* ---- asking the worker ---- */

static const char *
property(const struct bond *bond, const char *name)
{
	const char *value = builder_find(&bond->properties, name);

	return value ? value : "";
}

/* Names of the cards. */
static struct value
member_names(struct plan *p, const struct bond *bond)
{
	const struct ref *refs = bond->slaves.items;
	struct value *names =
	    arena_array(p->call->arena, bond->slaves.n + 1, sizeof(*names));
	struct value all = { .kind = VALUE_ARRAY, .items = names };

	for (uint32_t i = 0; names && i < bond->slaves.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(p->core->db, CLASS_PIF, refs[i]);
		const char *name = r ? arena_strdup(p->call->arena,
					   ((const struct pif *)r)->device)
				     : NULL;

		if (name)
			names[all.n++] = (struct value){ .kind = VALUE_STRING,
				.n = (uint32_t)strlen(name),
				.s = name };
	}
	return all;
}

static const char *
device_of(struct plan *p, struct ref ref)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PIF, ref);
	const char *name = r
	    ? arena_strdup(p->call->arena, ((const struct pif *)r)->device)
	    : NULL;

	return name ? name : "";
}

static int
send_bond(struct plan *p, const struct bond *bond, const char *op, bool again)
{
	struct value members = member_names(p, bond);
	RECORD_UNREF const struct record *m =
	    db_get(p->core->db, CLASS_PIF, bond->master);
	const struct pif *master = (const struct pif *)m;
	RECORD_UNREF const struct record *n =
	    master ? call_get(p->call, CLASS_network, master->network) : NULL;

	if (!n)
		return master ? -1 : 0;
	return net_send(p, NULL, (const struct network *)n, op, "device",
	    master->device, "*members", &members, "primary",
	    device_of(p, bond->primary_slave), "mode",
	    enum_info_bond_mode.values[bond->mode], "mac",
	    bond->auto_update_mac ? "" : master->MAC, "?fast",
	    (int)(strcmp(property(bond, "lacp-time"), "fast") == 0),
	    "?source_mac",
	    (int)(strcmp(property(bond, "hashing_algorithm"), "src_mac") == 0),
	    "#key",
	    (int64_t)strtoll(property(bond, "lacp-aggregation-key"), NULL, 10),
	    "?again", (int)again, NULL);
}

int
bond_send_of(struct plan *p, const struct pif *master)
{
	const struct ref *bonds = master->bond_master_of.items;
	RECORD_UNREF const struct record *r = master->bond_master_of.n
	    ? db_get(p->core->db, CLASS_Bond, bonds[0])
	    : NULL;

	return r ? send_bond(p, (const struct bond *)r, "bond", false) : 0;
}

/* The VLANs of a PIF that are up, as what they are on that device. */
static int
send_vlans(struct plan *p, const struct pif *pif, const char *op,
    const char *device)
{
	const struct ref *vlans = pif->VLAN_slave_of.items;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < pif->VLAN_slave_of.n; i++) {
		RECORD_UNREF const struct record *v =
		    db_get(p->core->db, CLASS_VLAN, vlans[i]);
		RECORD_UNREF const struct record *u = v
		    ? db_get(p->core->db, CLASS_PIF,
			  ((const struct vlan *)v)->untagged_PIF)
		    : NULL;
		const struct pif *upper = (const struct pif *)u;

		if (upper && upper->currently_attached)
			rc = pif_send_device(p, upper, op, device, false);
	}
	return rc;
}

/* ---- the bond of a plan ---- */

static struct ref
bond_of(const struct plan *p)
{
	return p->kind->cls == CLASS_Bond ? p->object : plan_arg_ref(p, "bond");
}

/* fn for each member; with what the plan is about. */
static int
each_member(struct plan *p,
    int (*fn)(struct plan *p, const struct bond *bond, const struct pif *pif))
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_Bond, bond_of(p));
	const struct bond *bond = (const struct bond *)r;
	const struct ref *refs = bond ? bond->slaves.items : NULL;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && bond && i < bond->slaves.n; i++) {
		RECORD_UNREF const struct record *m =
		    db_get(p->core->db, CLASS_PIF, refs[i]);

		if (m)
			rc = fn(p, bond, (const struct pif *)m);
	}
	return rc;
}

static int
with_master(struct plan *p,
    int (*fn)(struct plan *p, const struct bond *bond, const struct pif *pif))
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_Bond, bond_of(p));
	const struct bond *bond = (const struct bond *)r;
	RECORD_UNREF const struct record *m =
	    bond ? db_get(p->core->db, CLASS_PIF, bond->master) : NULL;

	return m ? fn(p, bond, (const struct pif *)m) : 0;
}

/* ---- cards leave their bridges, and go back ---- */

static int
member_down(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	(void)bond;
	if (send_vlans(p, pif, "downlink", pif->device) < 0)
		return -1;
	return pif->currently_attached
	    ? pif_send_device(p, pif, "downlink", pif->device, false)
	    : 0;
}

static int
member_up(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	(void)bond;
	if (pif->currently_attached &&
	    pif_send_device(p, pif, "uplink", pif->device, true) < 0)
		return -1;
	return send_vlans(p, pif, "uplink", pif->device);
}

static int
members_down(struct plan *p)
{
	return each_member(p, member_down);
}

static int
members_up(struct plan *p)
{
	return each_member(p, member_up);
}

/* ---- they become one, and are taken apart ---- */

static int
together_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	(void)pif;
	return send_bond(p, bond, "bond", false);
}

static int
apart_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	(void)pif;
	return send_bond(p, bond, "bond_destroy", false);
}

static int
together(struct plan *p)
{
	return with_master(p, together_one);
}

static int
apart(struct plan *p)
{
	return with_master(p, apart_one);
}

/* ---- the bond on its bridge, with the VLANs of its members or its own ---- */

/* VLANs of members, on the bond. */
static int
vlans_up_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	return send_vlans(p, pif, "uplink", device_of(p, bond->master));
}

static int
vlans_down_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	return send_vlans(p, pif, "downlink", device_of(p, bond->master));
}

static int
master_up(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	(void)bond;
	return pif_send_device(p, pif, "uplink", pif->device, true);
}

/* With the VLANs that are its own by now. */
static int
master_down(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	(void)bond;
	if (send_vlans(p, pif, "downlink", pif->device) < 0)
		return -1;
	return pif_send_device(p, pif, "downlink", pif->device, false);
}

static int
up_send(struct plan *p)
{
	if (with_master(p, master_up) < 0)
		return -1;
	return each_member(p, vlans_up_one);
}

static int
up_undo(struct plan *p)
{
	if (each_member(p, vlans_down_one) < 0)
		return -1;
	return with_master(p, master_down);
}

/* What the members had is the bond's from now on. */
static int
up_apply(struct plan *p, struct tx *t)
{
	const struct bond *bond = TX_GET(t, Bond, bond, bond_of(p));
	const struct ref *members;
	struct ref master;

	if (!bond)
		return 0;
	master = bond->master;
	bond_move_configuration(t, bond->primary_slave, master);
	bond = TX_GET(t, Bond, bond, bond_of(p));
	members = bond->slaves.items;
	for (uint32_t i = 0; i < bond->slaves.n; i++)
		bond_move_vlans(t, members[i], master);
	TX_SET(t, PIF, pif, master, keep_up, true);
	return TX_SET(t, PIF, pif, master, currently_attached, true);
}

/* ---- guests follow ---- */

static int
move_vif(struct plan *p, struct ref vif, struct ref network)
{
	const char *name = call_ref_text(p->call, vif);

	return plan_try(p, name, &vif_change_kind, vif, "field", "network",
	    "how", "set", "value", call_ref_text(p->call, network), NULL);
}

/* The interfaces of guests on this host that are on a network; those of VMs
 * that are off, too, where they can start nowhere else. */
static int
move_vifs(struct plan *p, struct ref from, struct ref host, struct ref to)
{
	RECORD_UNREF const struct record *n =
	    db_get(p->core->db, CLASS_network, from);
	const struct network *net = (const struct network *)n;
	const struct ref *vifs = net ? net->VIFs.items : NULL;
	bool alone = db_count(p->core->db, CLASS_host) == 1;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && net && i < net->VIFs.n; i++) {
		RECORD_UNREF const struct record *f =
		    db_get(p->core->db, CLASS_VIF, vifs[i]);
		const struct vif *vif = (const struct vif *)f;
		RECORD_UNREF const struct record *v =
		    vif ? db_get(p->core->db, CLASS_VM, vif->VM) : NULL;
		const struct vm *vm = (const struct vm *)v;

		if (vm && (alone || ref_equal(vm->resident_on, host)))
			rc = move_vif(p, vifs[i], to);
	}
	return rc;
}

static int
guests_follow(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	RECORD_UNREF const struct record *m =
	    db_get(p->core->db, CLASS_PIF, bond->master);
	const struct pif *master = (const struct pif *)m;

	return master && !ref_equal(pif->network, master->network)
	    ? move_vifs(p, pif->network, pif->host, master->network)
	    : 0;
}

static int
guests_send(struct plan *p)
{
	return each_member(p, guests_follow);
}

/* ---- create: a plan of the network ---- */

/* "a\nb\n" as a list of texts. */
static uint32_t
split(struct plan *p, const char *text, const char ***out_r)
{
	const char **out =
	    arena_array(p->call->arena, strlen(text) + 1, sizeof(*out));
	uint32_t n = 0;

	for (; out && *text; text += *text == '\n') {
		size_t len = strcspn(text, "\n");

		out[n] = arena_strndup(p->call->arena, text, len);
		if (!out[n++])
			return 0;
		text += len;
	}
	*out_r = out;
	return n;
}

static int
read_members(struct plan *p, struct bond_create_args *a)
{
	const char **texts = NULL;
	uint32_t n = split(p, plan_arg(p, "members"), &texts);
	struct ref *refs = arena_array(p->call->arena, n + 1, sizeof(*refs));

	if (!texts || !refs)
		return call_fail_nomem(p->call);
	for (uint32_t i = 0; i < n; i++)
		(void)ref_parse(texts[i], &refs[i]);
	a->members = (struct set){ .items = refs, .n = n };
	return 0;
}

static int
read_properties(struct plan *p, struct bond_create_args *a)
{
	const char **keys = NULL, **values = NULL;
	uint32_t n = split(p, plan_arg(p, "keys"), &keys);
	uint32_t m = split(p, plan_arg(p, "values"), &values);

	if (!keys || !values)
		return call_fail_nomem(p->call);
	a->properties =
	    (struct map){ .keys = keys, .values = values, .n = n < m ? n : m };
	return 0;
}

static int
check_real(struct call *c, const struct core *core, enum bond_mode mode)
{
	return strcmp(core->config->backend, "simulator") == 0 ||
		mode != BOND_MODE_BALANCE_SLB
	    ? 0
	    : fail_value_not_supported(c, "mode",
		  enum_info_bond_mode.values[mode],
		  "The kernel's bonds know active-backup and lacp");
}

static int
create_check(struct plan *p, struct tx *t)
{
	const struct network *net = TX_GET(t, network, network, p->object);
	struct bond_create_args a = { .network = p->object,
		.MAC = plan_arg(p, "mac"),
		.mode = enum_find(&enum_info_bond_mode, plan_arg(p, "mode")) };
	struct bonding s = { .c = p->call, .t = t, .a = &a };
	struct ref bond, master;

	if (!net)
		return fail_handle_invalid(p->call, "network",
		    call_ref_text(p->call, p->object));
	if (read_members(p, &a) < 0 || read_properties(p, &a) < 0 ||
	    bond_check_create(&s, net) < 0 ||
	    check_real(p->call, p->core, a.mode) < 0 ||
	    bond_insert(&s, &bond, &master) < 0)
		return -1;
	if (p->call->result)
		*(struct ref *)p->call->result = bond;
	return plan_note(p, "bond", call_ref_text(p->call, bond));
}

static int
rows_undo(struct plan *p, struct tx *t)
{
	return bond_remove(t, bond_of(p));
}

static const struct step create_steps[] = {
	{ "rows", NULL, NULL, NULL, rows_undo },
	{ "cards", members_down, NULL, members_up, NULL },
	{ "bond", together, NULL, apart, NULL },
	{ "up", up_send, up_apply, up_undo, NULL },
	{ "guests", guests_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct plan_kind create_kind = {
	.name = "Bond.create",
	.cls = CLASS_network,
	.steps = create_steps,
	.check = create_check,
	.stays_from = "guests",
};

static const char *
lines(struct call *c, const char *const *texts, uint32_t n)
{
	const char *all = "";

	for (uint32_t i = 0; all && i < n; i++)
		all = arena_printf(c->arena, "%s%s\n", all, texts[i]);
	return all;
}

/* What cannot be written down is no property. */
static int
check_lines(struct call *c, const struct map *m)
{
	const char *const *keys = m->keys, *const *values = m->values;

	for (uint32_t i = 0; i < m->n; i++)
		if (!keys[i][0] || !values[i][0] || strchr(keys[i], '\n') ||
		    strchr(values[i], '\n'))
			return bond_fail_property(c, keys[i], values[i]);
	return 0;
}

int
bond_create(struct call *c, const struct bond_create_args *a,
    struct ref *result_r)
{
	const struct ref *refs = a->members.items;
	const char *keys, *values, *members = "";

	(void)result_r;
	if (check_lines(c, &a->properties) < 0)
		return -1;
	for (uint32_t i = 0; members && i < a->members.n; i++)
		members = arena_printf(c->arena, "%s%s\n", members,
		    call_ref_text(c, refs[i]));
	keys = lines(c, a->properties.keys, a->properties.n);
	values = lines(c, a->properties.values, a->properties.n);
	if (!members || !keys || !values)
		return call_fail_nomem(c);
	return plan_start(c, &create_kind, a->network, "members", members,
	    "mac", a->MAC, "mode", enum_info_bond_mode.values[a->mode], "keys",
	    keys, "values", values, NULL);
}

/* ---- destroy: everything goes back to the primary member ---- */

static int
destroy_check(struct plan *p, struct tx *t)
{
	const struct bond *bond = TX_GET(t, Bond, bond, p->object);
	const struct pool *pool = TX_GET(t, pool, pool, p->core->pool);
	const struct pif *master =
	    bond ? TX_GET(t, PIF, pif, bond->master) : NULL;

	if (!bond)
		return fail_handle_invalid(p->call, "Bond",
		    call_ref_text(p->call, p->object));
	if (master && master->management && pool && pool->ha_enabled)
		return fail_ha_cannot_change_bond_status_of_mgmt_iface(p->call);
	if (master && !master->management && master->disallow_unplug)
		return fail_pif_does_not_allow_unplug(p->call,
		    call_ref_text(p->call, bond->master));
	return 0;
}

static int
guests_back_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PIF, bond->primary_slave);
	const struct pif *primary = (const struct pif *)r;

	return primary ? move_vifs(p, pif->network, pif->host, primary->network)
		       : 0;
}

static int
guests_back(struct plan *p)
{
	return with_master(p, guests_back_one);
}

static int
down_send(struct plan *p)
{
	return with_master(p, master_down);
}

static int
down_undo_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	return master_up(p, bond, pif) < 0
	    ? -1
	    : send_vlans(p, pif, "uplink", pif->device);
}

static int
down_undo(struct plan *p)
{
	return with_master(p, down_undo_one);
}

static int
primary_up_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PIF, bond->primary_slave);
	const struct pif *primary = (const struct pif *)r;

	if (!primary)
		return 0;
	if (pif->currently_attached &&
	    pif_send_device(p, primary, "uplink", primary->device, true) < 0)
		return -1;
	return send_vlans(p, pif, "uplink", primary->device);
}

static int
primary_up(struct plan *p)
{
	return with_master(p, primary_up_one);
}

static int
primary_down_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_PIF, bond->primary_slave);
	const struct pif *primary = (const struct pif *)r;

	if (!primary)
		return 0;
	if (send_vlans(p, pif, "downlink", primary->device) < 0)
		return -1;
	return pif_send_device(p, primary, "downlink", primary->device, false);
}

static int
primary_undo(struct plan *p)
{
	return with_master(p, primary_down_one);
}

static int
primary_apply(struct plan *p, struct tx *t)
{
	const struct bond *bond = TX_GET(t, Bond, bond, p->object);
	const struct pif *master =
	    bond ? TX_GET(t, PIF, pif, bond->master) : NULL;
	bool up = master && master->currently_attached;
	struct ref primary = bond ? bond->primary_slave : REF_NULL;

	if (bond && master && TX_GET(t, PIF, pif, primary)) {
		struct ref from = bond->master;

		bond_move_vlans(t, from, primary);
		bond_move_configuration(t, from, primary);
		TX_SET(t, PIF, pif, primary, currently_attached, up);
		TX_SET(t, PIF, pif, from, currently_attached, false);
	}
	return 0;
}

static int
destroy_apply(struct plan *p, struct tx *t)
{
	return bond_remove(t, p->object);
}

static const struct step destroy_steps[] = {
	{ "down", down_send, NULL, down_undo, NULL },
	{ "apart", apart, NULL, together, NULL },
	{ "card", primary_up, primary_apply, primary_undo, NULL },
	{ "guests", guests_back, NULL, NULL, NULL },
	{ "rows", NULL, destroy_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind destroy_kind = {
	.name = "Bond.destroy",
	.cls = CLASS_Bond,
	.steps = destroy_steps,
	.check = destroy_check,
	.stays_from = "guests",
};

int
bond_destroy(struct call *c, const struct bond_destroy_args *a)
{
	return plan_start(c, &destroy_kind, a->self, NULL);
}

/* ---- settings ---- */

static int
settings_check(struct plan *p, struct tx *t)
{
	const struct bond *bond = TX_GET(t, Bond, bond, p->object);
	const char *name = plan_arg(p, "name"), *value = plan_arg(p, "value");

	if (!bond)
		return fail_handle_invalid(p->call, "Bond",
		    call_ref_text(p->call, p->object));
	if (*name)
		return bond_is_property(name, value, bond->mode)
		    ? 0
		    : bond_fail_property(p->call, name, value);
	return check_real(p->call, p->core,
	    enum_find(&enum_info_bond_mode, value));
}

static int
settings_apply(struct plan *p, struct tx *t)
{
	const struct bond *bond = TX_GET(t, Bond, bond, p->object);
	const char *name = plan_arg(p, "name"), *value = plan_arg(p, "value");
	struct builder b = { .arena = tx_arena(t) };
	struct map left;
	int mode;

	if (!bond)
		return 0;
	if (*name)
		return tx_map_put(t, CLASS_Bond, p->object,
		    FIELD_Bond_properties, name, value);
	mode = enum_find(&enum_info_bond_mode, value);
	left = bond_complete(&b, mode, &bond->properties);
	if (b.failed)
		return call_fail_nomem(p->call);
	TX_SET(t, Bond, bond, p->object, properties, left);
	return TX_SET(t, Bond, bond, p->object, mode, mode);
}

static int
again_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	return pif->currently_attached ? send_bond(p, bond, "bond", true) : 0;
}

static int
again_send(struct plan *p)
{
	return with_master(p, again_one);
}

/* The record first: what is sent follows from it. */
static const struct step settings_steps[] = {
	{ "record", NULL, settings_apply, NULL, NULL },
	{ "bond", again_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct plan_kind settings_kind = {
	.name = "Bond.set",
	.cls = CLASS_Bond,
	.steps = settings_steps,
	.check = settings_check,
};

int
bond_set_mode(struct call *c, const struct bond_set_mode_args *a)
{
	return plan_start(c, &settings_kind, a->self, "name", "", "value",
	    enum_info_bond_mode.values[a->value], NULL);
}

int
bond_set_property(struct call *c, const struct bond_set_property_args *a)
{
	return plan_start(c, &settings_kind, a->self, "name",
	    *a->name ? a->name : "?", "value", a->value, NULL);
}

const struct plan_kind *const bond_kinds[] = { &create_kind, &destroy_kind,
	&settings_kind, NULL };

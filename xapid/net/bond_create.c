/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bonds come: their cards leave the bridges that they are on and become one, and
 * what was made of them goes along: addresses, VLANs, and the interfaces of
 * guests. Rows of a new bond are made with its plan and go again when the host
 * refuses. */
#include <string.h>

#include "call/edit.h"
#include "net/bond.h"

/* ---- cards leave their bridges, and go back ---- */

static int
member_down(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	(void)bond;
	if (bond_send_vlans(p, pif, "downlink", pif->device) < 0)
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
	return bond_send_vlans(p, pif, "uplink", pif->device);
}

static int
members_down(struct plan *p)
{
	return bond_each_member(p, member_down);
}

static int
members_up(struct plan *p)
{
	return bond_each_member(p, member_up);
}

/* ---- the bond on its bridge, with the VLANs of its members ---- */

/* VLANs of members, on the bond. */
static int
vlans_up_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	return bond_send_vlans(p, pif, "uplink",
	    bond_device_of(p, bond->master));
}

static int
vlans_down_one(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	return bond_send_vlans(p, pif, "downlink",
	    bond_device_of(p, bond->master));
}

static int
up_send(struct plan *p)
{
	if (bond_with_master(p, bond_master_up) < 0)
		return -1;
	return bond_each_member(p, vlans_up_one);
}

static int
up_undo(struct plan *p)
{
	if (bond_each_member(p, vlans_down_one) < 0)
		return -1;
	return bond_with_master(p, bond_master_down);
}

/* What the members had is the bond's from now on. */
static int
up_apply(struct plan *p, struct tx *t)
{
	const struct bond *bond = TX_GET(t, Bond, bond, bond_of_plan(p));
	const struct ref *members;
	struct ref master;

	if (!bond)
		return 0;
	master = bond->master;
	bond_move_configuration(t, bond->primary_slave, master);
	bond = TX_GET(t, Bond, bond, bond_of_plan(p));
	members = bond->slaves.items;
	for (uint32_t i = 0; i < bond->slaves.n; i++)
		bond_move_vlans(t, members[i], master);
	TX_SET(t, PIF, pif, master, keep_up, true);
	/* Who leases an address begins anew on the bond. */
	if (plan_then(p, t, &pif_bring_up_kind, master, NULL) < 0)
		return -1;
	return TX_SET(t, PIF, pif, master, currently_attached, true);
}

/* ---- guests follow ---- */

static int
guests_follow(struct plan *p, const struct bond *bond, const struct pif *pif)
{
	RECORD_UNREF const struct record *m =
	    db_get(p->core->db, CLASS_PIF, bond->master);
	const struct pif *master = (const struct pif *)m;

	return master && !ref_equal(pif->network, master->network)
	    ? bond_move_guests(p, pif->network, pif->host, master->network)
	    : 0;
}

static int
guests_send(struct plan *p)
{
	return bond_each_member(p, guests_follow);
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
	    bond_check_real(p->call, p->core, a.mode) < 0 ||
	    bond_insert(&s, &bond, &master) < 0)
		return -1;
	if (p->call->result)
		*(struct ref *)p->call->result = bond;
	return plan_note(p, "bond", call_ref_text(p->call, bond));
}

static int
rows_undo(struct plan *p, struct tx *t)
{
	return bond_remove(t, bond_of_plan(p));
}

static const struct step create_steps[] = {
	{ "rows", NULL, NULL, NULL, rows_undo },
	{ "cards", members_down, NULL, members_up, NULL },
	{ "bond", bond_together, NULL, bond_apart, NULL },
	{ "up", up_send, up_apply, up_undo, NULL },
	{ "guests", guests_send, NULL, NULL, NULL },
	{ 0 },
};

const struct plan_kind bond_create_kind = {
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
	return plan_start(c, &bond_create_kind, a->network, "members", members,
	    "mac", a->MAC, "mode", enum_info_bond_mode.values[a->mode], "keys",
	    keys, "values", values, NULL);
}

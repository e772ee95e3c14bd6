/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the cards of a bond share their work. */
#include <string.h>

#include "call/edit.h"
#include "net/bond.h"

int
bond_check_real(struct call *c, const struct core *core, enum bond_mode mode)
{
	return strcmp(core->config->backend, "simulator") == 0 ||
		mode != BOND_MODE_BALANCE_SLB
	    ? 0
	    : fail_value_not_supported(c, "mode",
		  enum_info_bond_mode.values[mode],
		  "The kernel's bonds know active-backup and lacp");
}

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
	return bond_check_real(p->call, p->core,
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
	return pif->currently_attached ? bond_send(p, bond, "bond", true) : 0;
}

static int
again_send(struct plan *p)
{
	return bond_with_master(p, again_one);
}

/* ---- back to what it was ---- */

/* "a\nb\n" */
static const char *
lines(struct tx *t, const char *const *texts, uint32_t n)
{
	const char *all = "";

	for (uint32_t i = 0; all && i < n; i++)
		all = arena_printf(tx_arena(t), "%s%s\n", all, texts[i]);
	return all;
}

static int
note_was(struct plan *p, struct tx *t)
{
	const struct bond *bond = TX_GET(t, Bond, bond, p->object);
	const struct map *m = bond ? &bond->properties : NULL;
	const char *keys = m ? lines(t, m->keys, m->n) : NULL;
	const char *values = m ? lines(t, m->values, m->n) : NULL;

	if (!bond)
		return 0;
	if (!keys || !values)
		return call_fail_nomem(p->call);
	return plan_note(p, "was mode",
		   enum_info_bond_mode.values[bond->mode]) < 0 ||
		plan_note(p, "was keys", keys) < 0
	    ? -1
	    : plan_note(p, "was values", values);
}

/* The first line of a text, which goes on behind it. */
static const char *
take_line(struct tx *t, const char **text)
{
	size_t len = strcspn(*text, "\n");
	const char *line = arena_strndup(tx_arena(t), *text, len);

	*text += len + ((*text)[len] == '\n');
	return line;
}

static int
settings_undo(struct plan *p, struct tx *t)
{
	const char *keys = plan_arg(p, "was keys");
	const char *values = plan_arg(p, "was values");
	int mode = enum_find(&enum_info_bond_mode, plan_arg(p, "was mode"));
	struct builder b = { .arena = tx_arena(t) };
	struct builder_pairs pairs = { .b = &b };

	if (mode < 0 || !TX_GET(t, Bond, bond, p->object))
		return 0; /* nothing was changed */
	while (*keys && *values) {
		const char *key = take_line(t, &keys);
		const char *value = take_line(t, &values);

		if (!key || !value)
			return call_fail_nomem(p->call);
		builder_put(&pairs, key, value);
	}
	TX_SET(t, Bond, bond, p->object, mode, mode);
	return b.failed ? call_fail_nomem(p->call)
			: TX_SET(t, Bond, bond, p->object, properties,
			      builder_pairs_map(&pairs));
}

/* The record first: what is sent follows from it. Taken back, the record is
 * what it was when the cards are told once more. */
static const struct step settings_steps[] = {
	{ "was", NULL, note_was, again_send, NULL },
	{ "record", NULL, settings_apply, NULL, settings_undo },
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

const struct plan_kind *const bond_kinds[] = { &bond_create_kind,
	&bond_destroy_kind, &settings_kind, NULL };

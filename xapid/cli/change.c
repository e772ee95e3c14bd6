/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* param-set, -add, -remove and -clear: which of the calls that a field has comes
 * to what was asked for. */
#include <string.h>

#include "cli/args.h"
#include "cli/generic.h"
#include "cli/generic_private.h"
#include "cli/value.h"

/* ---- set ---- */

/* One call on the object: its reference, then texts as the method wants them. */
static int
call_with_texts(struct cli *cli, const struct record *r, int method,
    const struct cli_field *f, const char *const *texts, unsigned n)
{
	const struct method *m = &method_table[method];
	CLI_ANSWER struct cli_answer a = { 0 };
	struct value params[4];

	if (n > 3 || m->nparams < n + 1)
		return cli_fail(cli, "%s takes no such value", m->name);
	params[0] = cli_param_ref(cli, r->self);
	for (unsigned i = 0; i < n; i++)
		if (cli_value_parse(cli, f->name, m->params[i + 1].type,
			f->flags, texts[i], &params[i + 1]) < 0)
			return -1;
	return cli_call_values(cli, &a, m->name, params, n + 1);
}

/* The whole map with one key changed (value NULL: removed), or empty. */
static int
replace_map(struct cli *cli, const struct cli_field *f, const struct record *r,
    const char *key, const char *value)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	struct value params[2] = { cli_param_ref(cli, r->self),
		{ .kind = VALUE_STRUCT } };
	struct value_member *members;
	const char **keys = NULL, **values = NULL;
	struct cli_value v;
	int n = 0;
	uint32_t left = 0;

	if (key &&
	    (cli_value_get(cli, f, r, &v) < 0 ||
		(n = cli_value_parts(cli, f, &v, &keys, &values)) < 0))
		return -1;
	members = arena_array(cli->arena, (size_t)n + 1, sizeof(*members));
	if (!members)
		return cli_fail_nomem(cli);
	for (int i = 0; i < n; i++)
		if (strcmp(keys[i], key) != 0)
			members[left++] = (struct value_member){ keys[i],
				cli_param_text(cli, values[i]) };
	if (value)
		members[left++] =
		    (struct value_member){ key, cli_param_text(cli, value) };
	params[1].members = members;
	params[1].n = left;
	return cli_call_values(cli, &a, method_table[f->set].name, params, 2);
}

/* The original gives a whole map at once: later keys join earlier ones, so
 * that replacing one by one comes to the same. */
static int
put_in_map(struct cli *cli, const struct cli_field *f, const struct record *r,
    const char *key, const char *value)
{
	const char *const both[] = { key, value };
	const char **keys = NULL;
	struct cli_value v;
	int n;

	if (f->put >= 0)
		return call_with_texts(cli, r, f->put, f, both, 2);
	if (f->add < 0 && f->set < 0)
		return cli_fail(cli, "%s cannot be set", f->name);
	if (f->add < 0)
		return replace_map(cli, f, r, key, value);
	if (cli_value_get(cli, f, r, &v) < 0 ||
	    (n = cli_value_parts(cli, f, &v, &keys, NULL)) < 0)
		return -1;
	if (cli_find_part(keys, n, key) >= 0 &&
	    call_with_texts(cli, r, f->remove, f, both, 1) < 0)
		return -1;
	return call_with_texts(cli, r, f->add, f, both, 2);
}

/* The field and key that NAME:KEY or NAME-KEY means; longest name first. */
static const struct cli_field *
map_field(const struct cli_class *cls, const char *text, const char **key_r)
{
	const struct cli_field *best = NULL;
	size_t len = 0;

	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct cli_field *f = &cls->fields[i];
		size_t n = strlen(f->name);

		if (f->shape == CLI_MAP && n > len &&
		    strncmp(f->name, text, n) == 0 &&
		    (text[n] == ':' || text[n] == '-')) {
			best = f;
			len = n;
		}
	}
	if (best)
		*key_r = text + len + 1;
	return best;
}

static int
set_one(struct cli *cli, const struct record *r, const char *name,
    const char *text)
{
	const struct cli_field *f = cli_field_find(cli->cls, name);
	const char *key;

	if (!f) {
		f = map_field(cli->cls, name, &key);
		return f ? put_in_map(cli, f, r, key, text)
			 : cli_fail_field(cli, cli->cls, name);
	}
	if (f->set >= 0 && !(f->flags & (CLI_CLEARS | CLI_REPLACES)))
		return call_with_texts(cli, r, f->set, f, &text, 1);
	if (f->shape == CLI_MAP && (f->add >= 0 || f->put >= 0 || f->set >= 0))
		return cli_fail(cli, "%s is a map: write %s:KEY=VALUE", name,
		    name);
	return cli_fail(cli, "%s cannot be set", name);
}

int
cli_param_set(struct cli *cli)
{
	const struct record *r;

	if (cli_generic_object(cli, &r) < 0)
		return -1;
	for (unsigned i = 0; i < cli->nparams; i++) {
		const struct cli_param *p = &cli->params[i];

		if (strcmp(p->name, "uuid") == 0 ||
		    cli_list_has(cli_standard_params, p->name))
			continue;
		if (set_one(cli, r, p->name, p->value) < 0 ||
		    cli_renew(cli, &r) < 0)
			return -1;
	}
	return 0;
}

/* ---- add, remove ---- */

/* Some sets have only a setter for all of them. */
static int
change_set(struct cli *cli, const struct cli_field *f, const struct record *r,
    const char *part, bool add)
{
	CLEANUP_BYTES struct bytes all = { 0 };
	const char **parts = NULL, *text;
	struct cli_value v;
	int n;

	if (cli_value_get(cli, f, r, &v) < 0 ||
	    (n = cli_value_parts(cli, f, &v, &parts, NULL)) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (strcmp(parts[i], part) != 0)
			bytes_printf(&all, "%s,", parts[i]);
	if (add)
		bytes_puts(&all, part);
	else if (all.len)
		all.len--;
	text = bytes_cstr(&all);
	if (!text)
		return cli_fail_nomem(cli);
	return call_with_texts(cli, r, f->set, f, &text, 1);
}

static int
add_to_set(struct cli *cli, const struct cli_field *f, const struct record *r)
{
	const char *part = cli_get(cli, "param-key");

	if (!part)
		return cli_fail(cli,
		    "%s is a set: name the value to add as "
		    "param-key=VALUE",
		    f->name);
	if (f->add >= 0)
		return call_with_texts(cli, r, f->add, f, &part, 1);
	return change_set(cli, f, r, part, true);
}

static bool
is_pair_to_add(const char *name)
{
	return strcmp(name, "uuid") != 0 && strcmp(name, "param-name") != 0 &&
	    strcmp(name, "param-key") != 0 &&
	    !cli_list_has(cli_standard_params, name);
}

static int
add_to_map(struct cli *cli, const struct cli_field *f, const struct record *r)
{
	for (unsigned i = 0; i < cli->nparams; i++) {
		const char *const both[] = { cli->params[i].name,
			cli->params[i].value };

		if (!is_pair_to_add(both[0]))
			continue;
		if (f->add >= 0 &&
		    call_with_texts(cli, r, f->add, f, both, 2) < 0)
			return -1;
		if (f->add < 0 &&
		    (replace_map(cli, f, r, both[0], both[1]) < 0 ||
			cli_renew(cli, &r) < 0))
			return -1;
	}
	return 0;
}

/* Whether the field can be added to at all. */
static bool
takes_parts(const struct cli_field *f)
{
	return f->add >= 0 || (f->shape == CLI_SET && f->set >= 0) ||
	    (f->shape == CLI_MAP && f->flags & CLI_REPLACES);
}

static int
fail_shape(struct cli *cli, const struct cli_field *f)
{
	if (f->shape == CLI_VALUE)
		return cli_fail(cli, "%s is no set and no map", f->name);
	return cli_fail(cli, "%s cannot be changed", f->name);
}

int
cli_param_add(struct cli *cli)
{
	const struct cli_field *f;
	const struct record *r;

	if (cli_generic_object(cli, &r) < 0 || !(f = cli_generic_field(cli)))
		return -1;
	if (!takes_parts(f))
		return fail_shape(cli, f);
	return f->shape == CLI_MAP ? add_to_map(cli, f, r)
				   : add_to_set(cli, f, r);
}

int
cli_param_remove(struct cli *cli)
{
	const char *part = cli_need(cli, "param-key");
	const struct cli_field *f;
	const struct record *r;
	const char **parts = NULL;
	struct cli_value v;
	int n;

	if (cli_generic_object(cli, &r) < 0 || !(f = cli_generic_field(cli)))
		return -1;
	if (!takes_parts(f))
		return fail_shape(cli, f);
	if (cli_value_get(cli, f, r, &v) < 0 ||
	    (n = cli_value_parts(cli, f, &v, &parts, NULL)) < 0)
		return -1;
	if (cli_find_part(parts, n, part) < 0)
		return cli_fail(cli, "%s does not have %s", f->name, part);
	if (f->remove >= 0)
		return call_with_texts(cli, r, f->remove, f, &part, 1);
	return f->shape == CLI_MAP ? replace_map(cli, f, r, part, NULL)
				   : change_set(cli, f, r, part, false);
}

/* ---- clear ---- */

static int
clear_parts(struct cli *cli, const struct cli_field *f, const struct record *r)
{
	const char **parts = NULL;
	struct cli_value v;
	int n;

	if (cli_value_get(cli, f, r, &v) < 0 ||
	    (n = cli_value_parts(cli, f, &v, &parts, NULL)) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (call_with_texts(cli, r, f->remove, f, &parts[i], 1) < 0)
			return -1;
	return 0;
}

int
cli_param_clear(struct cli *cli)
{
	static const char *const nothing = "";
	const struct cli_field *f;
	const struct record *r;

	if (cli_generic_object(cli, &r) < 0 || !(f = cli_generic_field(cli)))
		return -1;
	if (f->set >= 0 && f->shape == CLI_MAP)
		return replace_map(cli, f, r, NULL, NULL);
	if (f->remove >= 0)
		return clear_parts(cli, f, r);
	if (f->set < 0)
		return cli_fail(cli, "%s cannot be changed", f->name);
	if (call_with_texts(cli, r, f->set, f, &nothing, 1) == 0)
		return 0;
	return cli_forgive(cli) ? cli_fail(cli, "%s cannot be empty", f->name)
				: -1;
}

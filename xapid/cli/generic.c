/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/generic.h"

#include <string.h>
#include <strings.h>

#include "cli/args.h"
#include "cli/frames.h"
#include "cli/print.h"
#include "cli/watch.h"

/* ---- list ---- */

static bool
is_filter(const char *name)
{
	return strcmp(name, "params") != 0 &&
	    strncmp(name, "database:", 9) != 0 &&
	    !cli_list_has(cli_standard_params, name);
}

static int
filter_list(struct cli *cli, struct cli_set *s)
{
	const struct cli_class *cls = cli->cls;

	for (const struct cli_filter *f = cls->filters; f->field; f++)
		if (cli_set_filter(cli, cls, s, f->field, f->value) < 0)
			return -1;
	for (unsigned i = 0; i < cli->nparams; i++)
		if (is_filter(cli->params[i].name) &&
		    cli_set_filter(cli, cls, s, cli->params[i].name,
			cli->params[i].value) < 0)
			return -1;
	return 0;
}

const char *const *
cli_wanted_fields(struct cli *cli, const char *param, const char *const *shown)
{
	const char *text = cli_get(cli, param);
	const char **parts, **all;
	unsigned n;

	if (!text)
		return shown;
	if (strcmp(text, "all") == 0)
		return NULL;
	parts = cli_split(cli, text, &n);
	all = parts ? arena_array(cli->arena, n + 1, sizeof(*all)) : NULL;
	if (!all)
		return shown;
	memcpy(all, parts, n * sizeof(*all));
	return all;
}

struct columns {
	const struct cli_field **fields;
	const char **labels;
	unsigned n;
};

static int
choose_columns(struct cli *cli, struct columns *c)
{
	const struct cli_class *cls = cli->cls;
	const char *const *names = cli_wanted_fields(cli, "params", cls->shown);

	c->fields = arena_array(cli->arena, cls->nfields, sizeof(*c->fields));
	c->labels = arena_array(cli->arena, cls->nfields, sizeof(*c->labels));
	if (!c->fields || !c->labels)
		return cli_fail_nomem(cli);
	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct cli_field *f = &cls->fields[i];
		bool wanted = !names;

		for (const char *const *n = names; n && *n && !wanted; n++)
			wanted = strcmp(*n, f->name) == 0;
		if (!wanted || f->flags & CLI_SECLUDED)
			continue;
		c->fields[c->n] = f;
		c->labels[c->n++] = cli_field_label(cli, f);
	}
	for (; names && *names; names++)
		if (!cli_field_find(cls, *names))
			cli_hint_field(cli, cls, *names);
	return cli->failure == CLI_FINE ? 0 : -1;
}

static int
print_columns(struct cli *cli, const struct columns *c, unsigned n,
    const struct record *r, struct cli_row *row)
{
	struct cli_value v;

	cli_row_clear(row);
	for (unsigned i = 0; i < n; i++) {
		const struct cli_field *f = c->fields[i];

		v = (struct cli_value){ .text = "<expensive field>" };
		if (!(f->flags & CLI_EXPENSIVE) &&
		    cli_value_get(cli, f, r, &v) < 0)
			return -1;
		cli_row_field(row, c->labels[i], f, &v);
	}
	return cli_row_print(row);
}

static int
print_set(struct cli *cli, const struct cli_set *s)
{
	CLI_ROW struct cli_row row = { 0 };
	struct columns c = { 0 };
	unsigned n;

	if (choose_columns(cli, &c) < 0 || cli_row_init(cli, &row, c.n) < 0)
		return -1;
	n = cli->minimal && c.n > 1 ? 1 : c.n;
	cli_table_begin(cli);
	for (uint32_t i = 0; i < s->n; i++)
		if (print_columns(cli, &c, n, s->records[i], &row) < 0)
			return -1;
	return 0;
}

/* --all: the conditions count for nothing. */
static int
list_once(struct cli *cli)
{
	CLI_SET_OF struct cli_set s = { 0 };
	bool all;

	if (cli_get_bool(cli, "all", false, &all) < 0 ||
	    cli_set_get(cli, cli->cls, cli->wish.where, &s) < 0 ||
	    (!all && filter_list(cli, &s) < 0))
		return -1;
	return print_set(cli, &s);
}

static int
list(struct cli *cli)
{
	if (cli->wish.watch)
		return cli_watch(cli, cli->cls->cls, list_once);
	return list_once(cli);
}

/* ---- one object ---- */

static int
get_object(struct cli *cli, const struct record **r_r)
{
	struct value uuid = cli_param_text(cli, cli_need(cli, "uuid"));
	CLI_ANSWER struct cli_answer a = { 0 };

	if (cli_call_values(cli, &a, method_table[cli->cls->get_by_uuid].name,
		&uuid, 1) < 0)
		return -1;
	*r_r = cli_record(cli, cli->cls->cls, cli_answer_ref(&a));
	if (*r_r)
		return 0;
	return cli->failure == CLI_FINE
	    ? cli_fail(cli, "The object is gone, or not to be seen")
	    : -1;
}

static const struct cli_field *
named_field(struct cli *cli)
{
	const char *name = cli_need(cli, "param-name");
	const struct cli_field *f = cli_field_find(cli->cls, name);

	if (!f)
		cli_fail_code(cli, "Missing parameter", name);
	return f;
}

static int
param_list(struct cli *cli)
{
	const struct record *r;

	if (get_object(cli, &r) < 0)
		return -1;
	return cli_print_record(cli, cli->cls, r, NULL);
}

static int
find_part(const char *const *parts, int n, const char *part)
{
	for (int i = 0; i < n; i++)
		if (strcmp(parts[i], part) == 0)
			return i;
	return -1;
}

static int
print_key(struct cli *cli, const struct cli_field *f, const struct cli_value *v,
    const char *key)
{
	const char **keys = NULL, **values = NULL;
	int n = cli_value_parts(cli, f, v, &keys, &values);
	int at = n < 0 ? -1 : find_part(keys, n, key);

	if (n < 0)
		return -1;
	if (at < 0)
		return cli_fail(cli, "%s has no key %s", f->name, key);
	cli_print_value(cli, values[at]);
	return 0;
}

static int
print_whole(struct cli *cli, const struct cli_field *f,
    const struct cli_value *v)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	CLI_ROW struct cli_row row = { 0 };

	if (cli->wish.rows) {
		if (cli_row_init(cli, &row, 1) < 0)
			return -1;
		cli_row_field(&row, f->name, f, v);
		return cli_row_print(&row);
	}
	cli_value_put(cli, f, v, &text);
	if (!bytes_cstr(&text))
		return cli_fail_nomem(cli);
	cli_print_value(cli, text.p);
	return cli_flush_some(cli);
}

static int
param_get(struct cli *cli)
{
	const char *key = cli_get(cli, "param-key");
	const struct cli_field *f;
	const struct record *r;
	struct cli_value v;

	if (get_object(cli, &r) < 0 || !(f = named_field(cli)) ||
	    cli_value_get(cli, f, r, &v) < 0)
		return -1;
	if (key && f->shape == CLI_MAP)
		return print_key(cli, f, &v, key);
	return print_whole(cli, f, &v);
}

/* ---- texts as values ---- */

static int
parse_ref(struct cli *cli, const struct type *type, const char *text,
    struct value *out_r)
{
	struct ref ref = REF_NULL;

	if (*text &&
	    cli_by_uuid(cli, class_table[type->cls].name, text, &ref) < 0)
		return -1;
	*out_r = cli_param_ref(cli, ref);
	return 0;
}

/* As on the wire or as xe writes it, in any case. */
static int
parse_enum(struct cli *cli, const char *param, const struct enum_info *en,
    const char *text, struct value *out_r)
{
	CLEANUP_BYTES struct bytes known = { 0 };

	for (int i = 0; i < en->n; i++) {
		if (strcasecmp(en->values[i], text) == 0 ||
		    strcasecmp(cli_enum_word(en, i), text) == 0) {
			*out_r = cli_param_text(cli, en->values[i]);
			return 0;
		}
		bytes_printf(&known, "%s%s", i ? ", " : "",
		    cli_enum_word(en, i));
	}
	return cli_fail(cli, "%s is one of %s, not '%s'", param,
	    bytes_cstr(&known) ? known.p : "", text);
}

static int
parse_set(struct cli *cli, const char *param, const struct type *type,
    unsigned flags, const char *text, struct value *out_r)
{
	unsigned n;
	const char **parts = cli_split(cli, text, &n);
	struct value *items =
	    parts ? arena_array(cli->arena, n ? n : 1, sizeof(*items)) : NULL;

	if (!items)
		return cli_fail_nomem(cli);
	for (unsigned i = 0; i < n; i++)
		if (cli_value_parse(cli, param, type->elem, flags, parts[i],
			&items[i]) < 0)
			return -1;
	*out_r = (struct value){
		.kind = VALUE_ARRAY,
		.n = n,
		.items = items,
	};
	return 0;
}

int
cli_value_parse(struct cli *cli, const char *param, const struct type *type,
    unsigned flags, const char *text, struct value *out_r)
{
	switch (type->kind) {
	case TYPE_INT:
		out_r->kind = VALUE_INT;
		return flags & CLI_BYTES
		    ? cli_parse_size(cli, param, text, &out_r->i)
		    : cli_parse_int(cli, param, text, &out_r->i);
	case TYPE_FLOAT:
		out_r->kind = VALUE_DOUBLE;
		return cli_parse_double(cli, param, text, &out_r->d);
	case TYPE_BOOL:
		out_r->kind = VALUE_BOOL;
		return cli_parse_bool(cli, param, text, &out_r->b);
	case TYPE_ENUM:
		return parse_enum(cli, param, type->en, text, out_r);
	case TYPE_REF:
		return parse_ref(cli, type, text, out_r);
	case TYPE_SET:
		return parse_set(cli, param, type, flags, text, out_r);
	case TYPE_MAP:
		if (*text)
			return cli_fail(cli, "%s is a map: write %s:KEY=VALUE",
			    param, param);
		*out_r = (struct value){ .kind = VALUE_STRUCT };
		return 0;
	default:
		*out_r = cli_param_text(cli, text);
		return 0;
	}
}

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
	if (find_part(keys, n, key) >= 0 &&
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

static int
param_set(struct cli *cli)
{
	const struct record *r;

	if (get_object(cli, &r) < 0)
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

static int
param_add(struct cli *cli)
{
	const struct cli_field *f;
	const struct record *r;

	if (get_object(cli, &r) < 0 || !(f = named_field(cli)))
		return -1;
	if (!takes_parts(f))
		return fail_shape(cli, f);
	return f->shape == CLI_MAP ? add_to_map(cli, f, r)
				   : add_to_set(cli, f, r);
}

static int
param_remove(struct cli *cli)
{
	const char *part = cli_need(cli, "param-key");
	const struct cli_field *f;
	const struct record *r;
	const char **parts = NULL;
	struct cli_value v;
	int n;

	if (get_object(cli, &r) < 0 || !(f = named_field(cli)))
		return -1;
	if (!takes_parts(f))
		return fail_shape(cli, f);
	if (cli_value_get(cli, f, r, &v) < 0 ||
	    (n = cli_value_parts(cli, f, &v, &parts, NULL)) < 0)
		return -1;
	if (find_part(parts, n, part) < 0)
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

static int
param_clear(struct cli *cli)
{
	static const char *const nothing = "";
	const struct cli_field *f;
	const struct record *r;

	if (get_object(cli, &r) < 0 || !(f = named_field(cli)))
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

/* ---- all of them ---- */

static int (*const verbs[])(struct cli *cli) = {
	[CLI_LIST] = list,
	[CLI_PARAM_LIST] = param_list,
	[CLI_PARAM_GET] = param_get,
	[CLI_PARAM_SET] = param_set,
	[CLI_PARAM_ADD] = param_add,
	[CLI_PARAM_REMOVE] = param_remove,
	[CLI_PARAM_CLEAR] = param_clear,
};

int
cli_generic_run(struct cli *cli)
{
	return verbs[cli->command->verb](cli);
}

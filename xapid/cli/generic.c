/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/generic.h"

#include <string.h>

#include "cli/args.h"
#include "cli/frames.h"
#include "cli/generic_private.h"
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

int
cli_generic_object(struct cli *cli, const struct record **r_r)
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

const struct cli_field *
cli_generic_field(struct cli *cli)
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

	if (cli_generic_object(cli, &r) < 0)
		return -1;
	return cli_print_record(cli, cli->cls, r, NULL);
}

int
cli_find_part(const char *const *parts, int n, const char *part)
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
	int at = n < 0 ? -1 : cli_find_part(keys, n, key);

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

	if (cli_generic_object(cli, &r) < 0 || !(f = cli_generic_field(cli)) ||
	    cli_value_get(cli, f, r, &v) < 0)
		return -1;
	if (key && f->shape == CLI_MAP)
		return print_key(cli, f, &v, key);
	return print_whole(cli, f, &v);
}

/* ---- all of them ---- */

static int (*const verbs[])(struct cli *cli) = {
	[CLI_LIST] = list,
	[CLI_PARAM_LIST] = param_list,
	[CLI_PARAM_GET] = param_get,
	[CLI_PARAM_SET] = cli_param_set,
	[CLI_PARAM_ADD] = cli_param_add,
	[CLI_PARAM_REMOVE] = cli_param_remove,
	[CLI_PARAM_CLEAR] = cli_param_clear,
};

int
cli_generic_run(struct cli *cli)
{
	return verbs[cli->command->verb](cli);
}

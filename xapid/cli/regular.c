/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/regular.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/args.h"
#include "cli/frames.h"
#include "cli/generic.h"
#include "cli/print.h"
#include "lib/text.h"

/* ---- objects that commands mean without naming them ---- */

int
cli_the_pool(struct cli *cli, struct ref *out_r)
{
	*out_r = cli->core->pool;
	return 0;
}

int
cli_this_host(struct cli *cli, struct ref *out_r)
{
	*out_r = cli->core->host;
	return 0;
}

int
cli_the_master(struct cli *cli, struct ref *out_r)
{
	CLI_ANSWER struct cli_answer a = { 0 };

	if (cli_call(cli, &a, "pool.get_master", "r", cli->core->pool) < 0)
		return -1;
	*out_r = cli_answer_ref(&a);
	return 0;
}

int
cli_param_object(struct cli *cli, const char *param, const char *cls,
    int (*otherwise)(struct cli *cli, struct ref *out_r), struct ref *out_r)
{
	const char *uuid = param ? cli_get(cli, param) : NULL;

	return uuid ? cli_by_uuid(cli, cls, uuid, out_r)
		    : otherwise(cli, out_r);
}

int
cli_named_object(struct cli *cli, const char *param, const char *cls,
    struct ref *out_r)
{
	const char *uuid = cli_get(cli, param);

	return uuid ? cli_by_uuid(cli, cls, uuid, out_r)
		    : cli_fail_missing(cli, param);
}

/* ---- files ---- */

const char *
cli_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int
cli_read_file(struct cli *cli, const char *name, const char **text_r,
    size_t *len_r)
{
	CLEANUP_BYTES struct bytes content = { 0 };
	bool found;
	char *text;

	if (cli_load(cli, name, CLI_FILE_BYTES_MAX, &content, &found) < 0)
		return -1;
	if (!found)
		return cli_fail(cli, "The file %s cannot be read", name);
	text = arena_alloc(cli->arena, content.len + 1);
	if (!text)
		return cli_fail_nomem(cli);
	if (content.len)
		memcpy(text, content.p, content.len);
	*text_r = text;
	if (len_r)
		*len_r = content.len;
	return 0;
}

/* A file as a text that a call takes. */
static int
file_text(struct cli *cli, const char *name, const char **text_r)
{
	size_t len;

	if (cli_read_file(cli, name, text_r, &len) < 0)
		return -1;
	if (!text_is_clean(*text_r, len))
		return cli_fail(cli, "The file %s is no text", name);
	return 0;
}

/* ---- arguments ---- */

/* A parameter by its name in any case. */
static const char *
get_anycase(const struct cli *cli, const char *name)
{
	for (unsigned i = 0; name && i < cli->nparams; i++)
		if (strcasecmp(cli->params[i].name, name) == 0)
			return cli->params[i].value;
	return NULL;
}

static int
from_file(struct cli *cli, const char *name, struct value *out_r)
{
	const char *text = "";

	if (name && *name && file_text(cli, name, &text) < 0)
		return -1;
	*out_r = cli_param_text(cli, text);
	return 0;
}

/* args:KEY=VALUE, and args:KEY:file=NAME. */
static int
from_files(struct cli *cli, const char *prefix, struct value *out_r)
{
	struct value v = cli_param_pairs(cli, prefix);
	struct value_member *members = (struct value_member *)v.members;
	static const char suffix[] = ":file";

	for (uint32_t i = 0; i < v.n; i++) {
		struct value_member *m = &members[i];
		size_t n = strlen(m->name), s = sizeof(suffix) - 1;

		if (n <= s || strcmp(m->name + n - s, suffix) != 0)
			continue;
		if (from_file(cli, m->value.s, &m->value) < 0)
			return -1;
		m->name = cli_text(cli, "%.*s", (int)(n - s), m->name);
	}
	*out_r = v;
	return 0;
}

/* tags:A= tags:B=: a set of A and B. */
static int
from_keys(struct cli *cli, const char *prefix, struct value *out_r)
{
	struct value v = cli_param_pairs(cli, prefix);
	struct value *items =
	    arena_array(cli->arena, v.n ? v.n : 1, sizeof(*items));

	if (!items)
		return cli_fail_nomem(cli);
	for (uint32_t i = 0; i < v.n; i++)
		items[i] = cli_param_text(cli, v.members[i].name);
	*out_r = (struct value){
		.kind = VALUE_ARRAY,
		.n = v.n,
		.items = items,
	};
	return 0;
}

/* "a:1,b:2": a map. */
static int
from_pairs(struct cli *cli, const char *param, const char *text,
    struct value *out_r)
{
	unsigned n;
	const char **parts = cli_split(cli, text, &n);
	struct value_member *members =
	    parts ? arena_array(cli->arena, n ? n : 1, sizeof(*members)) : NULL;

	if (!members)
		return cli_fail_nomem(cli);
	for (unsigned i = 0; i < n; i++) {
		const char *colon = strchr(parts[i], ':');

		if (!colon)
			return cli_fail(cli, "%s is written as K:V,K:V", param);
		members[i].name =
		    cli_text(cli, "%.*s", (int)(colon - parts[i]), parts[i]);
		members[i].value = cli_param_text(cli, colon + 1);
	}
	*out_r = (struct value){
		.kind = VALUE_STRUCT,
		.n = n,
		.members = members,
	};
	return 0;
}

static int
object_or(struct cli *cli, const struct cli_arg *arg, const struct type *type,
    struct value *out_r)
{
	static int (*const others[])(struct cli *, struct ref *) = {
		[CLI_POOL] = cli_the_pool,
		[CLI_HERE] = cli_this_host,
		[CLI_MASTER] = cli_the_master,
	};
	struct ref ref;

	if (cli_param_object(cli, arg->param, class_table[type->cls].name,
		others[arg->how], &ref) < 0)
		return -1;
	*out_r = cli_param_ref(cli, ref);
	return 0;
}

/* The value of a type that stands for nothing. */
static struct value
empty_value(struct cli *cli, const struct type *type)
{
	switch (type->kind) {
	case TYPE_INT:
		return cli_param_int(0);
	case TYPE_FLOAT:
		return cli_param_double(0);
	case TYPE_BOOL:
		return cli_param_bool(false);
	case TYPE_SET:
		return (struct value){ .kind = VALUE_ARRAY };
	case TYPE_MAP:
		return (struct value){ .kind = VALUE_STRUCT };
	case TYPE_REF:
		return cli_param_ref(cli, REF_NULL);
	default:
		return cli_param_text(cli, "");
	}
}

static int
plain(struct cli *cli, const struct cli_arg *arg, const struct type *type,
    const char *text, struct value *out_r)
{
	const char *name = arg->param ? arg->param : "";
	size_t n = strlen(name);
	unsigned flags = arg->how == CLI_SIZE ? CLI_BYTES : 0;

	if (n > 0 && name[n - 1] == ':') {
		*out_r = cli_param_pairs(cli, name);
		return 0;
	}
	if (!text || (!*text && type->kind != TYPE_STRING)) {
		*out_r = empty_value(cli, type);
		return 0;
	}
	return cli_value_parse(cli, name, type, flags, text, out_r);
}

static int
argument(struct cli *cli, const struct cli_arg *arg, const struct type *type,
    const struct record *self, struct value *out_r)
{
	const char *text = arg->param ? cli_get(cli, arg->param) : NULL;

	if (!text)
		text = arg->text;
	switch ((enum cli_how)arg->how) {
	case CLI_SELF:
		*out_r = cli_param_ref(cli, self ? self->self : REF_NULL);
		return 0;
	case CLI_FILE:
		return from_file(cli, text, out_r);
	case CLI_FILES:
		return from_files(cli, arg->param, out_r);
	case CLI_BASENAME:
		*out_r = cli_param_text(cli, cli_basename(text ? text : ""));
		return 0;
	case CLI_POOL:
	case CLI_HERE:
	case CLI_MASTER:
		return object_or(cli, arg, type, out_r);
	case CLI_ANYCASE:
		text = get_anycase(cli, arg->param);
		break;
	case CLI_KEYS:
		return from_keys(cli, arg->param, out_r);
	case CLI_PAIRS:
		return from_pairs(cli, arg->param, text ? text : "", out_r);
	case CLI_PLAIN:
	case CLI_SIZE:
		break;
	}
	return plain(cli, arg, type, text, out_r);
}

/* The arguments of a constructor are one record. */
static int
constructor_arguments(struct cli *cli, const struct cli_call *call,
    const struct record *self, struct value *out_r)
{
	const struct method *m = &method_table[call->method];
	struct value_member *members =
	    arena_array(cli->arena, call->nargs + 1u, sizeof(*members));

	if (!members)
		return cli_fail_nomem(cli);
	for (unsigned i = 0; i < call->nargs; i++) {
		const struct field *f =
		    &class_table[m->cls].fields[call->args[i].field];

		members[i].name = f->name;
		if (argument(cli, &call->args[i], f->type, self,
			&members[i].value) < 0)
			return -1;
	}
	*out_r = (struct value){
		.kind = VALUE_STRUCT,
		.n = call->nargs,
		.members = members,
	};
	return 0;
}

static int
arguments(struct cli *cli, const struct cli_call *call,
    const struct record *self, struct value *params, unsigned *n_r)
{
	const struct method *m = &method_table[call->method];

	if (m->kind == METHOD_CREATE) {
		*n_r = 1;
		return constructor_arguments(cli, call, self, params);
	}
	*n_r = call->nargs;
	for (unsigned i = 0; i < call->nargs; i++)
		if (argument(cli, &call->args[i], m->params[i].type, self,
			&params[i]) < 0)
			return -1;
	return 0;
}

/* ---- results ---- */

static int
print_refs(struct cli *cli, const struct type *type, const struct set *s)
{
	const struct ref *refs = s->items;
	const char **uuids =
	    arena_array(cli->arena, s->n ? s->n : 1, sizeof(*uuids));

	if (!uuids)
		return cli_fail_nomem(cli);
	for (uint32_t i = 0; i < s->n; i++) {
		uuids[i] =
		    cli_record_uuid(cli_record(cli, type->elem->cls, refs[i]));
		if (!uuids[i])
			uuids[i] = "<not in database>";
	}
	cli_print_values(cli, uuids, s->n);
	return 0;
}

static int
print_set(struct cli *cli, const struct type *type, const struct set *s)
{
	const char **texts =
	    arena_array(cli->arena, s->n ? s->n : 1, sizeof(*texts));

	if (!texts)
		return cli_fail_nomem(cli);
	for (uint32_t i = 0; i < s->n; i++) {
		CLEANUP_BYTES struct bytes one = { 0 };

		cli_put_typed(cli, type->elem,
		    (const char *)s->items + (size_t)i * type->elem->size, 0,
		    &one);
		texts[i] = cli_text(cli, "%s",
		    bytes_cstr(&one) ? bytes_cstr(&one) : "");
	}
	cli_print_values(cli, texts, s->n);
	return 0;
}

/* Records of a class without fields of xe (data sources): all their fields by
 * their own names. */
static int
print_records(struct cli *cli, const struct set *s)
{
	const struct record *const *records = s->items;

	cli_table_begin(cli);
	for (uint32_t i = 0; i < s->n; i++) {
		const struct class_info *cls = records[i]->cls;
		CLI_ROW struct cli_row row = { 0 };

		if (cli_row_init(cli, &row, cls->nfields) < 0)
			return -1;
		for (unsigned j = 0; j < cls->nfields; j++) {
			CLEANUP_BYTES struct bytes one = { 0 };
			const struct field *f = &cls->fields[j];

			cli_put_typed(cli, f->type, record_field(records[i], f),
			    0, &one);
			cli_row_text(&row, f->name,
			    bytes_cstr(&one) ? one.p : "");
		}
		if (cli_row_print(&row) < 0)
			return -1;
	}
	return 0;
}

static int
print_uuid(struct cli *cli, int field, const struct type *type, struct ref ref)
{
	const struct record *r;
	const struct field *f;

	if (field < 0 || cli->wish.dry_run)
		return cli_print_uuid(cli, type->cls, ref);
	r = cli_record(cli, type->cls, ref);
	if (!r)
		return cli_fail(cli, "The object is gone");
	f = &r->cls->fields[field];
	return cli_print_uuid(cli, f->type->cls,
	    *(const struct ref *)record_field(r, f));
}

static int
print_text(struct cli *cli, enum cli_print how, const struct type *type,
    const void *mem)
{
	CLEANUP_BYTES struct bytes text = { 0 };

	if (how == CLI_REAL)
		bytes_printf(&text, "%f", *(const double *)mem);
	else
		cli_put_typed(cli, type, mem, 0, &text);
	if (!bytes_cstr(&text))
		return cli_fail_nomem(cli);
	if (how == CLI_MESSAGE)
		cli_print_message(cli, "%s", text.p);
	else
		cli_print_value(cli, text.p);
	return 0;
}

int
cli_print_result(struct cli *cli, enum cli_print how, int field,
    const struct type *type, const void *mem)
{
	if (how == CLI_NOTHING || !mem)
		return 0;
	if (how == CLI_UUID)
		return print_uuid(cli, field, type, *(const struct ref *)mem);
	if (how == CLI_UUIDS)
		return print_refs(cli, type, mem);
	if (how == CLI_TABLE && type->kind == TYPE_MAP)
		return cli_print_map(cli, mem);
	if (how == CLI_TABLE)
		return print_records(cli, mem);
	if (type->kind == TYPE_SET)
		return print_set(cli, type, mem);
	return print_text(cli, how, type, mem);
}

/* ---- the call ---- */

int
cli_want_force(struct cli *cli)
{
	if (cli_forced(cli))
		return 0;
	return cli_fail(cli,
	    "This is dangerous and may lose data: it wants --force");
}

static int
call_once(struct cli *cli, const struct record *self)
{
	const struct cli_action *action = cli->action;
	const struct cli_call *call = &action->call;
	CLI_ANSWER struct cli_answer a = { 0 };
	struct value params[24];
	unsigned n;

	if (action->forced.method >= 0 && cli_forced(cli))
		call = &action->forced;
	if (arguments(cli, call, self, params, &n) < 0)
		return -1;
	if (action->task)
		return cli_run_task_values(cli, method_table[call->method].name,
		    params, n);
	if (cli_call_values(cli, &a, method_table[call->method].name, params,
		n) < 0)
		return -1;
	return cli_print_result(cli, action->print, action->print_field, a.type,
	    a.mem);
}

int
cli_regular_run(struct cli *cli)
{
	if (cli->action->confirm && cli_confirm(cli, cli->action->confirm) < 0)
		return -1;
	if (cli->command->select)
		return cli_for_each(cli, call_once);
	return call_once(cli, NULL);
}

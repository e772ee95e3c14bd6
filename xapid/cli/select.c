/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/select.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cli/args.h"
#include "cli/frames.h"
#include "cli/print.h"
#include "lib/clock.h"

#define MESSAGE_PRIORITY 5 /* of alerts that are told: higher than this */
#define MAX_CANDIDATES 10  /* told when there are too many */

/* How the objects of a selector are named: NAME=TEXT fits any of the fields. */
static const struct selector {
	const char *word, *cls, *plural;
	const char *fields[4];
} selectors[] = {
	[CLI_SELECT_VM] = { "vm", "vm", "VMs", { "uuid", "name__label" } },
	[CLI_SELECT_HOST] = { "host", "host", "hosts",
	    { "uuid", "hostname", "name__label" } },
	[CLI_SELECT_SR] = { "sr", "sr", "SRs", { "uuid", "name__label" } },
};

/* ---- sets ---- */

void
cli_set_end(struct cli_set *s)
{
	cli_answer_end(&s->answer);
	s->n = 0;
}

int
cli_set_get(struct cli *cli, const struct cli_class *cls, const char *expr,
    struct cli_set *s)
{
	const struct map *m;

	*s = (struct cli_set){ 0 };
	if (cli_call(cli, &s->answer, method_table[cls->get_all_where].name,
		"s", expr ? expr : "true") < 0)
		return -1;
	m = s->answer.mem;
	s->n = m->n;
	s->records =
	    arena_array(cli->arena, m->n ? m->n : 1, sizeof(*s->records));
	if (!s->records)
		return cli_fail_nomem(cli);
	if (m->n)
		memcpy(s->records, m->values, m->n * sizeof(*s->records));
	return 0;
}

/* ---- conditions ---- */

struct condition {
	const struct cli_field *field;
	const char *key; /* of a map; NULL: the whole value */
	bool contains;   /* of a set: one of its parts */
	const char *value;
};

static int
compare(const struct cli_field *f, const char *a, const char *b)
{
	return f->flags & CLI_NOCASE ? strcasecmp(a, b) : strcmp(a, b);
}

static bool
fits_parts(struct cli *cli, const struct condition *c,
    const struct cli_value *v)
{
	const char **parts, **values;
	int n = cli_value_parts(cli, c->field, v, &parts, &values);

	for (int i = 0; i < n; i++) {
		if (c->contains) {
			if (compare(c->field, parts[i], c->value) == 0)
				return true;
		} else if (compare(c->field, parts[i], c->key) == 0) {
			return strcmp(values[i], c->value) == 0;
		}
	}
	return false;
}

/* 1: it fits, 0: not, -1: failed. text: to be used again and again. */
static int
fits(struct cli *cli, const struct condition *c, const struct record *r,
    struct bytes *text)
{
	struct cli_value v;

	if (cli_value_get(cli, c->field, r, &v) < 0)
		return -1;
	if (c->contains || c->key)
		return fits_parts(cli, c, &v);
	text->len = 0;
	cli_value_put(cli, c->field, &v, text);
	if (!bytes_cstr(text))
		return cli_fail_nomem(cli);
	return compare(c->field, text->p, c->value) == 0;
}

/* The longest field of a shape whose name begins a text, followed by ':' or,
 * as older scripts write, '-'. */
static const struct cli_field *
longest(const struct cli_class *cls, const char *text, enum cli_shape shape,
    char separator)
{
	const struct cli_field *best = NULL;
	size_t best_len = 0;

	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct cli_field *f = &cls->fields[i];
		size_t n = strlen(f->name);

		if (f->shape == shape && n > best_len &&
		    strncmp(text, f->name, n) == 0 && text[n] == separator) {
			best = f;
			best_len = n;
		}
	}
	return best;
}

static bool
read_condition(const struct cli_class *cls, const char *name,
    struct condition *c)
{
	static const char separators[] = { ':', '-' };

	c->field = cli_field_find(cls, name);
	for (size_t i = 0; i < sizeof(separators) && !c->field; i++) {
		c->field = longest(cls, name, CLI_MAP, separators[i]);
		if (c->field) {
			c->key = name + strlen(c->field->name) + 1;
			break;
		}
		c->field = longest(cls, name, CLI_SET, separators[i]);
		if (c->field) {
			c->contains = true;
			return strcmp(name + strlen(c->field->name) + 1,
				   "contains") == 0;
		}
	}
	return c->field != NULL;
}

/* That there is no such field, and which ones may be meant. */
static const char *
no_field(struct cli *cli, const struct cli_class *cls, const char *name)
{
	const char **names =
	    arena_array(cli->arena, cls->nfields, sizeof(*names));
	const char *near[3];
	unsigned n = 0;

	for (unsigned i = 0; names && i < cls->nfields; i++)
		names[i] = cls->fields[i].name;
	if (names)
		n = cli_near(name, names, cls->nfields, near, 3);
	if (n == 0)
		return cli_text(cli, "There is no field %s of %s", name,
		    cls->name);
	return cli_text(cli, "There is no field %s of %s; is it %s%s%s%s%s?",
	    name, cls->name, near[0], n > 1 ? ", " : "", n > 1 ? near[1] : "",
	    n > 2 ? ", " : "", n > 2 ? near[2] : "");
}

int
cli_fail_field(struct cli *cli, const struct cli_class *cls, const char *name)
{
	return cli_fail(cli, "%s", no_field(cli, cls, name));
}

void
cli_hint_field(struct cli *cli, const struct cli_class *cls, const char *name)
{
	if (cli->wish.progress && !cli->wish.watch)
		cli_print_stderr(cli, "%s\n", no_field(cli, cls, name));
}

int
cli_set_filter(struct cli *cli, const struct cli_class *cls, struct cli_set *s,
    const char *name, const char *value)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	struct condition c = { .value = value };
	uint32_t left = 0;

	if (!read_condition(cls, name, &c))
		return cli_fail_field(cli, cls, name);
	for (uint32_t i = 0; i < s->n; i++) {
		int r = fits(cli, &c, s->records[i], &text);

		if (r < 0)
			return -1;
		if (r > 0)
			s->records[left++] = s->records[i];
	}
	s->n = left;
	return 0;
}

/* ---- selectors ---- */

/* (field "uuid" = "x") or (field "name__label" = "x"). The language has no
 * way to write a quote: such a text cannot be asked for. */
static const char *
named_expression(struct cli *cli, const struct selector *s, const char *text)
{
	const char *expr = "";

	if (strchr(text, '"'))
		return "false";
	for (unsigned i = 0; i < 4 && s->fields[i]; i++)
		expr = cli_text(cli, "%s%s(field \"%s\" = \"%s\")", expr,
		    i ? " or " : "", s->fields[i], text);
	return expr;
}

/* Besides conditions on fields, which templates and control domains fit only
 * where the command is for them. */
static int
filter_kinds(struct cli *cli, const struct cli_class *cls, struct cli_set *s)
{
	unsigned flags = cli->action->select;

	if (cli->command->select != CLI_SELECT_VM)
		return 0;
	if (!(flags & CLI_CONTROL_DOMAINS) &&
	    cli_set_filter(cli, cls, s, "is-control-domain", "false") < 0)
		return -1;
	if (!(flags & CLI_TEMPLATES) &&
	    cli_set_filter(cli, cls, s, "is-a-template", "false") < 0)
		return -1;
	return 0;
}

static int
select_all(struct cli *cli, const struct selector *sel, struct cli_set *s)
{
	const struct cli_class *cls = cli_class_find(sel->cls);
	const char *text = cli_get(cli, sel->word), *expr = NULL;
	const char *where = cli->wish.where;

	if (text)
		expr = named_expression(cli, sel, text);
	if (where)
		expr =
		    expr ? cli_text(cli, "(%s) and (%s)", expr, where) : where;
	if (cli_set_get(cli, cls, expr, s) < 0)
		return -1;
	for (unsigned i = 0; i < cli->nparams; i++) {
		const struct cli_param *p = &cli->params[i];

		if (cli_is_own_param(cli, p->name) ||
		    strcmp(p->name, sel->word) == 0)
			continue;
		if (cli_set_filter(cli, cls, s, p->name, p->value) < 0)
			return -1;
	}
	return filter_kinds(cli, cls, s);
}

static int
fail_several(struct cli *cli, const struct selector *sel,
    const struct cli_set *s)
{
	CLEANUP_BYTES struct bytes text = { 0 };

	bytes_printf(&text, "%u %s fit; %s", s->n, sel->plural,
	    cli->action->select & CLI_ONE
		? "this works on one at a time"
		: "to do it to all of them, add --multiple");
	for (uint32_t i = 0; i < s->n && i < MAX_CANDIDATES; i++) {
		const char *name = cli_record_name(s->records[i]);

		bytes_printf(&text, "\n  %s (%s)",
		    cli_record_uuid(s->records[i]), name ? name : "");
	}
	if (s->n > MAX_CANDIDATES)
		bytes_puts(&text, "\n  ...");
	return cli_fail(cli, "%s", bytes_cstr(&text) ? text.p : "");
}

int
cli_select(struct cli *cli, struct cli_set *s)
{
	const struct selector *sel = &selectors[cli->command->select];
	bool several;

	if (cli_get_bool(cli, "multiple", cli->action->select & CLI_MANY,
		&several) < 0 ||
	    select_all(cli, sel, s) < 0)
		return -1;
	if (s->n == 0)
		return cli_fail(cli, "None of the %s fits", sel->plural);
	if (s->n > 1 && (!several || cli->action->select & CLI_ONE))
		return fail_several(cli, sel, s);
	return 0;
}

static bool
is_dire(const struct cli *cli, const struct message *m)
{
	const char *text = cli_get(cli, "message-priority");

	return m->priority < (text ? atoll(text) : MESSAGE_PRIORITY);
}

/* Alerts about a VM that came while something was done to it; a low number is
 * a high priority. (source: cli.json std_params) */
static void
tell_messages(struct cli *cli, const struct record *vm, time_t since)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	char date[DATE_CHARS + 1];
	struct value v = { .kind = VALUE_DATE, .s = date };
	const struct map *m;

	date_format(since - 1, date); /* itself excluded */
	if (cli_call(cli, &a, "message.get", "ssv", "VM", cli_record_uuid(vm),
		&v) < 0) {
		(void)cli_forgive(cli);
		return;
	}
	m = a.mem;
	for (uint32_t i = 0; i < m->n; i++) {
		const struct record *const *all = m->values;
		const struct message *one = (const struct message *)all[i];

		if (!is_dire(cli, one))
			continue;
		date_format(one->timestamp, date);
		cli_print_stderr(cli,
		    "Message: time=%s priority=%" PRId64 " name='%s'\n\n", date,
		    one->priority, one->name);
	}
}

static int
do_one(struct cli *cli, int (*op)(struct cli *cli, const struct record *r),
    const struct record *r)
{
	time_t begun = time(NULL);

	if (op(cli, r) < 0)
		return -1;
	if (cli->command->select == CLI_SELECT_VM && !cli->wish.dry_run &&
	    !cli->wish.explain)
		tell_messages(cli, r, begun);
	return 0;
}

int
cli_for_each(struct cli *cli,
    int (*op)(struct cli *cli, const struct record *r))
{
	CLI_SET_OF struct cli_set s = { 0 };
	bool failed = false;

	if (cli_select(cli, &s) < 0)
		return -1;
	if (s.n == 1)
		return do_one(cli, op, s.records[0]);
	for (uint32_t i = 0; i < s.n; i++) {
		if (do_one(cli, op, s.records[i]) == 0)
			continue;
		if (cli->failure == CLI_FAIL_GONE)
			return -1;
		failed = true;
		cli_send_print(cli,
		    cli_text(cli, "operation failed on %s: %s",
			cli_record_uuid(s.records[i]), cli_reason(cli)));
		if (!cli_forgive(cli))
			return -1;
	}
	return failed ? cli_fail_status(cli, 1) : 0;
}

int
cli_find_host(struct cli *cli, const char *text, struct ref *out_r)
{
	CLI_SET_OF struct cli_set s = { 0 };

	if (cli_set_get(cli, cli_class_find("host"),
		named_expression(cli, &selectors[CLI_SELECT_HOST], text),
		&s) < 0)
		return -1;
	if (s.n == 0)
		return cli_fail(cli, "There is no host %s", text);
	*out_r = s.records[0]->self;
	return 0;
}

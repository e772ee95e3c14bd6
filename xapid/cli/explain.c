/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/explain.h"

#include <string.h>

#include "cli/frames.h"
#include "cli/value.h"

/* Explicit calls that change nothing begin so. */
static const char *const looking[] = { "get_", "assert_", "query_", "compute_",
	"is_", "list_", "has_", "retrieve_", "read_", "maximise_", "probe" };

/* How a command comes to its session and waits, which no rehearsal is without
 * and nobody wants to read. */
static bool
is_own_affair(const struct method *m)
{
	static const char *const names[] = { "session.login_with_password",
		"session.slave_local_login_with_password", "session.logout",
		"session.local_logout" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(m->name, names[i]) == 0)
			return true;
	return m->cls == CLASS_event;
}

static bool
only_looks(const struct method *m)
{
	const char *name = strchr(m->name, '.') + 1;

	switch (m->kind) {
	case METHOD_SETTER:
	case METHOD_ADD:
	case METHOD_REMOVE:
	case METHOD_CREATE:
	case METHOD_DESTROY:
		return false;
	case METHOD_EXPLICIT:
		break;
	default:
		return true;
	}
	for (size_t i = 0; i < sizeof(looking) / sizeof(looking[0]); i++)
		if (strncmp(name, looking[i], strlen(looking[i])) == 0)
			return true;
	return is_own_affair(m);
}

/* Which calls are worth telling: not how xe finds its objects, or follows a
 * task. */
static bool
is_told(const struct cli *cli, const struct method *m)
{
	if (is_own_affair(m))
		return false;
	if (m->cls == CLASS_task && strncmp(cli->name, "task-", 5) != 0)
		return false;
	return cli->wish.explain || (cli->wish.dry_run && !only_looks(m));
}

/* What nobody should read over a shoulder. */
static bool
is_hidden(const struct method *m, const char *name)
{
	return m->secret || m->cls == CLASS_secret ||
	    strcasestr(name, "password") || strcasestr(name, "secret") ||
	    strcasestr(name, "token");
}

static void
put_value(struct cli *cli, const struct value *v, struct bytes *out)
{
	struct ref ref;
	const char *text;

	switch (v->kind) {
	case VALUE_STRING:
		text = strncmp(v->s, "OpaqueRef:", 10) == 0 &&
			ref_parse(v->s, &ref)
		    ? cli_describe_any(cli, ref)
		    : NULL;
		bytes_printf(out, "%s", text ? text : v->s);
		break;
	case VALUE_BOOL:
		bytes_puts(out, v->b ? "true" : "false");
		break;
	case VALUE_INT:
		bytes_put_int(out, v->i);
		break;
	case VALUE_DOUBLE:
		bytes_printf(out, "%g", v->d);
		break;
	case VALUE_ARRAY:
		bytes_putc(out, '[');
		for (uint32_t i = 0; i < v->n; i++) {
			bytes_puts(out, i ? ", " : "");
			put_value(cli, &v->items[i], out);
		}
		bytes_putc(out, ']');
		break;
	case VALUE_STRUCT:
		bytes_putc(out, '{');
		for (uint32_t i = 0; i < v->n; i++) {
			bytes_printf(out, "%s%s: ", i ? ", " : "",
			    v->members[i].name);
			put_value(cli, &v->members[i].value, out);
		}
		bytes_putc(out, '}');
		break;
	default:
		break;
	}
}

static void
tell(struct cli *cli, const struct method *m, const char *name,
    const struct value *params, unsigned n)
{
	CLEANUP_BYTES struct bytes out = { 0 };
	bool explain = cli->wish.explain, dry_run = cli->wish.dry_run;

	cli->wish.explain = false; /* what describing an object calls */
	cli->wish.dry_run = false;
	bytes_puts(&out, name);
	for (unsigned i = 0; i < n && i < m->nparams; i++) {
		bytes_printf(&out, " %s=", m->params[i].name);
		if (m->params[i].type->kind == TYPE_SECRET ||
		    is_hidden(m, m->params[i].name))
			bytes_puts(&out, "(secret)");
		else
			put_value(cli, &params[i], &out);
	}
	bytes_putc(&out, '\n');
	cli->wish.explain = explain;
	cli->wish.dry_run = dry_run;
	if (!out.failed)
		cli_send_text(cli, CLI_TAG_PRINT_STDERR, out.p, out.len);
}

bool
cli_explain(struct cli *cli, const struct method *m, const char *name,
    const struct value *params, unsigned n, struct cli_answer *a)
{
	void *empty;

	if (is_told(cli, m))
		tell(cli, m, name, params, n);
	if (!cli->wish.dry_run || only_looks(m))
		return true;
	a->type = m->result;
	empty = arena_alloc(cli->arena, m->result->size ? m->result->size : 1);
	if (empty)
		model_empty(m->result, empty);
	else
		cli_fail_nomem(cli);
	a->mem = empty;
	return false;
}

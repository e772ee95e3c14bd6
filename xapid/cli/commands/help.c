/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* help, for clients that ask the server; ours answers it by itself. */
#include <string.h>

#include "cli/args.h"
#include "cli/frames.h"
#include "cli/print.h"

#define LINE 74 /* characters of a line with names */

static const char selectors[][8] = { "", "vm", "host", "sr" };

static void
put_names(struct bytes *out, const char *const *names)
{
	for (unsigned i = 0; names[i]; i++)
		bytes_printf(out, "%s%s", i ? ", " : "", names[i]);
}

static int
describe(struct cli *cli, const char *name)
{
	const struct cli_command *c = cli_command_find(name);
	CLEANUP_BYTES struct bytes required = { 0 }, optional = { 0 };
	CLI_ROW struct cli_row row = { 0 };

	if (!c)
		return cli_fail_usage(cli, "Unknown command: %s", name);
	put_names(&required, c->required);
	put_names(&optional, c->optional);
	if (c->select)
		bytes_printf(&optional, "%s<%s-selectors>",
		    optional.len ? ", " : "", selectors[c->select]);
	if (!bytes_cstr(&required) || !bytes_cstr(&optional) ||
	    cli_row_init(cli, &row, 5) < 0)
		return cli_fail_nomem(cli);
	/* Labels that completion scripts look for. */
	cli_row_text(&row, "command name        ", c->name);
	cli_row_text(&row, "reqd params     ", required.p);
	cli_row_text(&row, "optional params ", optional.p);
	cli_row_text(&row, "description     ", c->doc);
	if (c->instead)
		cli_row_text(&row, "instead         ", c->instead);
	cli_table_begin(cli);
	return cli_row_print(&row);
}

static bool
is_listed(const struct cli_command *c, bool all)
{
	return !(c->flags & CLI_HIDDEN) && (all || c->flags & CLI_COMMON);
}

static int
list_minimal(struct cli *cli, bool all)
{
	const char **names =
	    arena_array(cli->arena, cli_command_count, sizeof(*names));
	unsigned n = 0;

	if (!names)
		return cli_fail_nomem(cli);
	for (unsigned i = 0; i < cli_command_count; i++)
		if (is_listed(&cli_command_table[i], all))
			names[n++] = cli_command_table[i].name;
	cli_print_values(cli, names, n);
	return 0;
}

static int
list_commands(struct cli *cli, bool all)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	size_t line = 0;

	bytes_puts(&text,
	    "xe COMMAND [NAME=VALUE]... [--SWITCH]...\n\n"
	    "xe help COMMAND  tells about one command\n"
	    "xe help --all    lists all of them\n\n");
	for (unsigned i = 0; i < cli_command_count; i++) {
		const struct cli_command *c = &cli_command_table[i];
		size_t n = strlen(c->name) + 2;

		if (!is_listed(c, all))
			continue;
		if (line == 0 || line + n > LINE) {
			bytes_puts(&text, line ? ",\n    " : "    ");
			line = 4;
		} else {
			bytes_puts(&text, ", ");
		}
		bytes_puts(&text, c->name);
		line += n;
	}
	if (!bytes_cstr(&text))
		return cli_fail_nomem(cli);
	cli_print_value(cli, text.p);
	return 0;
}

static bool
is_command_name(const char *name)
{
	static const char *const other[] = { "server", "username", "password",
		"port", "minimal", "all" };

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (strcmp(other[i], name) == 0)
			return false;
	return true;
}

int
cli_help(struct cli *cli)
{
	bool any = false, all;

	if (cli_get_bool(cli, "minimal", false, &cli->minimal) < 0 ||
	    cli_get_bool(cli, "all", false, &all) < 0)
		return -1;
	for (unsigned i = 0; i < cli->nparams; i++) {
		if (!is_command_name(cli->params[i].name))
			continue;
		any = true;
		if (describe(cli, cli->params[i].name) < 0)
			return -1;
	}
	if (any)
		return 0;
	return cli->minimal ? list_minimal(cli, all) : list_commands(cli, all);
}

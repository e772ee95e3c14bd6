/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The arguments of a command of xe, and texts as values. */
#include <stdlib.h>
#include <string.h>

#include "cli/args.h"
#include "fuzz.h"

/* Each value in every way that a command may read it. */
static void
read_values(struct cli *cli, const struct cli_param *p)
{
	const char *key, *value;
	unsigned n, i = 0;
	int64_t number;
	double real;
	bool b;

	(void)cli_parse_bool(cli, p->name, p->value, &b);
	(void)cli_parse_int(cli, p->name, p->value, &number);
	if (cli_parse_size(cli, p->name, p->value, &number) == 0 && number < 0)
		abort(); /* a size is none */
	(void)cli_parse_double(cli, p->name, p->value, &real);
	(void)cli_split(cli, p->value, &n);
	while (cli_next_pair(cli, "other-config:", &i, &key, &value))
		if (!*key || !value)
			abort();
	(void)cli_is_own_param(cli, p->name);
	cli->failure = CLI_FINE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char none[1] = "";
	struct cli cli = { .arena = arena_new((uint64_t)16 << 20) };

	if (!cli.arena)
		return 0;
	if (cli_args_parse(&cli, size ? (const char *)data : none, size) == 0) {
		cli.command = cli_command_find(cli.name);
		if (!cli.command)
			cli.command = &cli_command_table[0];
		(void)cli_args_check(&cli);
		cli.failure = CLI_FINE;
		for (unsigned i = 0; i < cli.nparams; i++)
			read_values(&cli, &cli.params[i]);
	}
	arena_free(cli.arena);
	return 0;
}

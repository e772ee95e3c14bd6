/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "model/cli_words.h"

#define WIDTH 78

static const char *const selectors[] = {
	[CLI_SELECT_VM] = "vm=NAME-OR-UUID, or conditions on the fields of "
			  "vm-list, choose the VMs.",
	[CLI_SELECT_HOST] = "host=NAME-OR-UUID, or conditions on the fields of "
			    "host-list, choose the hosts.",
	[CLI_SELECT_SR] = "sr=NAME-OR-UUID, or conditions on the fields of "
			  "sr-list, choose the storage repositories.",
};

/* Words with a line of their own where they do not fit any more. */
static void
put_words(const char *title, const char *const *words)
{
	size_t at = 0;

	if (!words[0])
		return;
	printf("\n%s\n", title);
	for (; *words; words++) {
		size_t n = strlen(*words) + 1;
		bool map = n > 1 && (*words)[n - 2] == ':';

		if (at == 0 || at + n > WIDTH) {
			printf("%s    ", at ? "\n" : "");
			at = 4;
		} else {
			putchar(' ');
		}
		printf("%s%s", *words, map ? "KEY=VALUE" : "");
		at += n + (map ? 9 : 0);
	}
	putchar('\n');
}

static void
put_examples(const char *const *examples)
{
	if (examples[0])
		puts("\nExamples:");
	for (; examples[0]; examples += 2)
		printf("    xe %s\n        %s\n", examples[0], examples[1]);
}

static void
describe(const struct cli_command *c)
{
	printf("%s", c->name);
	for (const char *const *r = c->required; *r; r++)
		printf(" %s=...", *r);
	printf("\n\n  %s\n", c->doc);
	if (c->instead)
		printf("  Deprecated; better use %s.\n", c->instead);
	if (c->select)
		printf("  %s\n  With several of them, add --multiple.\n",
		    selectors[c->select]);
	if (c->flags & CLI_FORCE_NEEDED)
		puts("  It wants --force.");
	put_words("Required:", c->required);
	put_words("Optional:", c->optional);
	put_examples(c->examples);
}

void
help_suggest(const char *name)
{
	const char *names[2048], *near[3];
	unsigned n = 0, found;

	for (unsigned i = 0; i < cli_command_count && n < 2048; i++)
		if (!(cli_command_table[i].flags & CLI_HIDDEN))
			names[n++] = cli_command_table[i].name;
	found = cli_near(name, names, n, near, 3);
	for (unsigned i = 0; i < found; i++)
		fprintf(stderr, "%s%s", i ? ", " : "Nearest to it: ", near[i]);
	if (found)
		fputc('\n', stderr);
}

static bool
is_listed(const struct cli_command *c, bool all)
{
	return !(c->flags & CLI_HIDDEN) && (all || c->flags & CLI_COMMON);
}

static void
list(bool all, bool minimal)
{
	bool first = true;

	if (!minimal)
		printf("xe COMMAND [NAME=VALUE]... [OPTION]...\n\n"
		       "xe help COMMAND tells about one command%s.\n\n",
		    all ? "" : ", xe help --all lists all of them");
	for (unsigned i = 0; i < cli_command_count; i++) {
		const struct cli_command *c = &cli_command_table[i];

		if (!is_listed(c, all))
			continue;
		if (minimal)
			printf("%s%s", first ? "" : ",", c->name);
		else
			printf("  %-28s  %s\n", c->name, c->doc);
		first = false;
	}
	if (minimal)
		putchar('\n');
}

int
help_run(const struct options *o)
{
	bool all = false, minimal = false, any = false;

	for (size_t i = 1; i < o->nargs; i++) {
		const struct cli_command *c;

		if (strcmp(o->args[i], "--all") == 0) {
			all = true;
		} else if (strcmp(o->args[i], "--minimal") == 0) {
			minimal = true;
		} else if ((c = cli_command_find(o->args[i]))) {
			printf("%s", any ? "\n" : "");
			describe(c);
			any = true;
		} else {
			fprintf(stderr, "Unknown command: %s\n", o->args[i]);
			help_suggest(o->args[i]);
			return 1;
		}
	}
	if (!any)
		list(all, minimal);
	return 0;
}

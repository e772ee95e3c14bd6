/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/apply.h"
#include "cli/files.h"
#include "cli/help.h"
#include "cli/talk.h"
#include "model/cli_words.h"

/* Asked for on the terminal itself, which may be neither input nor output. */
static int
ask_password(struct options *o)
{
	FILE *tty = fopen("/dev/tty", "r+e");
	struct termios saved, silent;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (!tty)
		return 0; /* without one: maybe none is wanted */
	if (tcgetattr(fileno(tty), &saved) < 0) {
		fclose(tty);
		return 0;
	}
	silent = saved;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fileno(tty), TCSAFLUSH, &silent);
	fprintf(tty, "Password of %s at %s: ", o->username, o->server);
	fflush(tty);
	n = getline(&line, &size, tty);
	tcsetattr(fileno(tty), TCSAFLUSH, &saved);
	fputc('\n', tty);
	fclose(tty);
	if (n < 0) {
		free(line);
		return -1;
	}
	line[strcspn(line, "\r\n")] = '\0';
	o->password = options_own(o, line);
	return 0;
}

int
run_get_password(struct options *o)
{
	if (!link_is_where_named(o))
		return -1;
	if (o->password_file)
		return options_read_password_file(o);
	if (o->password || link_is_local(o))
		return 0;
	return ask_password(o);
}

/* Lists and records, and nothing that asks or moves files. */
static bool
is_worth_paging(const struct options *o)
{
	const struct cli_command *c = cli_command_find(o->args[0]);

	return c && !o->watch &&
	    (c->verb == CLI_LIST || c->verb == CLI_PARAM_LIST);
}

int
run_command(struct options *o)
{
	struct output out;
	int status;

	if (strcmp(o->args[0], "help") == 0)
		return help_run(o);
	if (strcmp(o->args[0], "apply") == 0)
		return run_get_password(o) < 0 ? 1 : apply_run(o);
	if (files_check(o) < 0 || run_get_password(o) < 0)
		return 1;
	output_begin(&out, o->output, stdout);
	if (is_worth_paging(o))
		output_page(&out);
	status = talk_run(o, &out);
	output_page_end();
	return status;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xe: the command line of the XenAPI. The server runs the commands; this
 * program carries words and files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/complete.h"
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
	fprintf(tty, "Password of %s at %s: ", o->username, o->server);
	fflush(tty);
	silent = saved;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fileno(tty), TCSAFLUSH, &silent);
	n = getline(&line, &size, tty);
	tcsetattr(fileno(tty), TCSAFLUSH, &saved);
	fputc('\n', tty);
	fclose(tty);
	if (n < 0)
		return -1;
	line[strcspn(line, "\r\n")] = '\0';
	o->password = line;
	return 0;
}

static int
get_password(struct options *o)
{
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

static int
run(struct options *o)
{
	struct output out;
	int status;

	if (files_check(o) < 0 || get_password(o) < 0)
		return 1;
	output_begin(&out, o->output, stdout);
	if (is_worth_paging(o))
		output_page(&out);
	status = talk_run(o, &out);
	output_page_end();
	return status;
}

static int
complete(int argc, char *argv[])
{
	struct options o;
	int none = 1, status;

	/* What stands on the line is not for us, what stands elsewhere is. */
	if (options_read(&o, none, argv) < 0)
		return 1;
	status = complete_run(&o, (const char *const *)argv + 2,
	    argc > 2 ? (size_t)argc - 2 : 0);
	options_free(&o);
	return status;
}

int
main(int argc, char *argv[])
{
	struct options o;
	int status;

	if (argc > 1 && strcmp(argv[1], "__complete") == 0)
		return complete(argc, argv);
	if (options_read(&o, argc, argv) < 0)
		return 1;
	if (o.version) {
		puts("ThinCLI protocol: 0.2");
		return 0;
	}
	if (o.help || o.nargs == 0) {
		options_usage();
		return 0; /* as the original */
	}
	if (strcmp(o.args[0], "help") == 0)
		status = help_run(&o);
	else
		status = run(&o);
	options_free(&o);
	return status;
}

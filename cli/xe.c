/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xe: the command line of the XenAPI. The server runs the commands; this
 * program carries words and files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complete.h"
#include "cli/run.h"
#include "cli/shell.h"

static int
complete(int argc, char *argv[])
{
	struct options o;
	int none = 1, status;

	/* What stands on the line is not for us, what stands elsewhere is. */
	if (options_read(&o, none, argv) < 0)
		return 1;
	status = complete_run(&o, (const char *const *)argv + 2,
	    argc > 2 ? (size_t)argc - 2 : 0, stdout);
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
	if (o.nargs == 0 && !o.help && isatty(STDIN_FILENO) &&
	    isatty(STDOUT_FILENO)) {
		status = shell_run(&o);
	} else if (o.help || o.nargs == 0) {
		options_usage();
		status = 0; /* as the original */
	} else {
		status = run_command(&o);
	}
	options_free(&o);
	return status;
}

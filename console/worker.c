/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xapid-console, the program. */
#include "config.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "console/consoles.h"
#include "lib/log.h"
#include "lib/sandbox.h"

/* The guest has a console from now on, if it can have one. Also how the core
 * learns that this process is up: its socket is there before it obeys. */
static int
op_open(void *context, struct op *op)
{
	const struct console_backend *b = context;
	bool found;

	consoles_lock();
	found = !*op->uuid ||
	    (console_is_uuid(op->uuid) && b->find(op->uuid) != NULL);
	consoles_unlock();
	return found ? 0
		     : op_fail(op, "HANDLE_INVALID", "console", op->uuid, NULL);
}

static op_fn *
find_op(struct worker *w, const char *name)
{
	(void)w;
	return strcmp(name, "open") == 0 ? op_open : NULL;
}

/* Root needs to open what belongs to others (the daemon's folder). */
static int
give_up(bool real)
{
	struct sandbox_user nobody = { 0 };

	if (geteuid() == 0 && real &&
	    sandbox_keep_capability(&nobody, CAP_DAC_OVERRIDE) < 0)
		return -1;
	return sandbox_filter(SANDBOX_LOCAL);
}

/* A descriptor for each guest's terminal and log, and each viewer. */
static void
raise_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return;
	r.rlim_cur = r.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &r);
}

int
main(int argc, char **argv)
{
	struct worker w = { .find = find_op };
	const struct console_backend *backend = NULL;

	log_open("stderr", "xapid-console", LOG_L_INFO);
	if (argc == 3 && strcmp(argv[1], "simulator") == 0)
		backend = &console_simulator;
#ifdef HAVE_LIBXL
	if (argc == 3 && strcmp(argv[1], "real") == 0)
		backend = &console_xen;
#endif
	if (!backend) {
		fprintf(stderr,
		    "xapid-console is started by xapid: "
		    "xapid-console simulator|real STATE-FOLDER\n");
		return 2;
	}
	raise_limit();
	if (give_up(strcmp(argv[1], "real") == 0) < 0) {
		log_err("cannot give up rights: %m");
		return 1;
	}
	if (consoles_start(backend, argv[2]) < 0) {
		log_err("consoles: %m");
		return 1;
	}
	w.context = (void *)(uintptr_t)backend;
	return worker_serve(&w);
}

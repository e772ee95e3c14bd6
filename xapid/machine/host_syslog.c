/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A real machine's log is sent by its rsyslog, the daemon's lines with it; the
 * audit log, which has files of its own, by the daemon. A simulated host has no
 * log but the daemon's. */
#include "machine/host_syslog.h"

#include <string.h>

#include "call/edit.h"
#include "lib/log.h"
#include "lib/log_remote.h"
#include "lib/threads.h"
#include "machine/host_machine.h"
#include "model/builder.h"

static const char key[] = "syslog_destination";

/* NULL: nowhere. The key in other_config is the old way. */
static const char *
destination(const struct host *h)
{
	const char *to = builder_find(&h->logging, key);

	if (!to)
		to = builder_find(&h->other_config, key);
	return to && *to ? to : NULL;
}

static bool
is_simulated(const struct core *core)
{
	return strcmp(core->config->backend, "simulator") == 0;
}

int
host_syslog_reconfigure(struct call *c,
    const struct host_syslog_reconfigure_args *a)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->host);
	const char *to = r ? destination((const struct host *)r) : NULL;
	const char *const words[] = { to, NULL };

	if (!r || host_machine(c, "syslog", words) < 0)
		return -1;
	if (!ref_equal(a->host, c->core->host))
		return 0; /* simulated, and without a log */
	if (log_remote_open(to, is_simulated(c->core)) < 0)
		return fail_invalid_value(c, key, to);
	if (to)
		log_info("the log goes to %s, too", to);
	return 0;
}

static void
open_remote(void *arg)
{
	struct core *core = arg;
	RECORD_UNREF const struct record *r =
	    db_get(core->db, CLASS_host, core->host);
	const char *to = r ? destination((const struct host *)r) : NULL;

	if (to && log_remote_open(to, is_simulated(core)) < 0)
		log_warn("the log goes nowhere else: %s is not found", to);
}

void
host_syslog_start(struct core *core)
{
	(void)threads_run(core->threads, open_remote, core);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/host_machine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/log.h"
#include "lib/proc.h"
#include "machine/machine_program.h"

/* As machine_program.h says, and the reason. */
static int
run(const char *setting, const char *const words[],
    char reason[PROC_REASON_BYTES])
{
	const struct proc_limits limits = { .timeout_ms = MACHINE_DEADLINE_MS,
		.max_output = 1024 };
	const char *argv[MACHINE_WORDS + 3];
	CLEANUP_PROC_RESULT struct proc_result r = { 0 };
	char path[PROC_PATH_BYTES];
	unsigned n = 0;

	argv[n++] = proc_own_program(MACHINE_PROGRAM, path);
	argv[n++] = setting;
	for (unsigned i = 0; i < MACHINE_WORDS && words[i]; i++)
		argv[n++] = words[i];
	argv[n] = NULL;
	if (proc_run(argv, NULL, NULL, 0, &limits, &r) < 0) {
		snprintf(reason, PROC_REASON_BYTES, "%s: %s", MACHINE_PROGRAM,
		    strerror(errno));
		return MACHINE_BROKEN;
	}
	proc_reason(&r, reason);
	if (!r.timed_out && WIFEXITED(r.status))
		return WEXITSTATUS(r.status);
	snprintf(reason, PROC_REASON_BYTES, "%s",
	    r.timed_out ? "It took too long" : "It died");
	return MACHINE_BROKEN;
}

static bool
is_simulated(const struct core *core)
{
	return strcmp(core->config->backend, "simulator") == 0;
}

int
host_machine(struct call *c, const char *setting, const char *const words[])
{
	char reason[PROC_REASON_BYTES];
	const char *text;
	int status;

	if (is_simulated(c->core))
		return 0;
	status = run(setting, words, reason);
	if (status == MACHINE_DONE)
		return 0;
	text = arena_printf(c->arena, "%s: %s", setting, reason);
	if (!text)
		return call_fail_nomem(c);
	return status == MACHINE_REFUSED ? fail_operation_not_allowed(c, text)
					 : fail_internal_error(c, text);
}

void
host_machine_log(struct core *core, const char *setting, const char *word)
{
	const char *const words[] = { word, NULL };
	char reason[PROC_REASON_BYTES];

	if (!is_simulated(core) && run(setting, words, reason) != MACHINE_DONE)
		log_err("%s %s: %s", setting, word, reason);
}

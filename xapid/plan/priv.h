/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The small parent of the daemon. It alone starts programs: the daemon asks it
 * for a worker by number and gets the worker's socket. It reads nothing from
 * the network, only fixed structs from its own child, and checks those too.
 * When the daemon dies by a signal it is started again; when the parent dies,
 * everything below it does. */
#ifndef XAPID_PRIV_H
#define XAPID_PRIV_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/sandbox.h"

/* The programs that the parent starts for the daemon. */
enum priv_worker {
	PRIV_DOMAIN_SIMULATOR,
	PRIV_DOMAIN_LIBXL,
	PRIV_DOMAIN_WATCH,
	PRIV_STORAGE,
	PRIV_NETWORK,
	PRIV_CONSOLE,
	PRIV_WORKERS
};

/* The exit status of a daemon that wants to be started again. */
#define PRIV_AGAIN 75

/* What the parent needs to know. All of it lives as long as the process. */
struct priv_config {
	const char *state_dir; /* handed to workers */
	bool real; /* workers work on this machine, not on a simulated one */
	struct sandbox_user user; /* the daemon's; name NULL: as the parent */
	uint64_t max_memory; /* bytes, of the daemon; 0: as much as there is */
	/* Folders whose programs the daemon may have run, NULL at the end. */
	const char *const *plugin_dirs, *const *extension_dirs;
	/* Called in the parent when the daemon is to end, and at its own end;
	 * the daemon is not to run it. */
	void (*stopping)(void *arg);
	void *arg;
};

/* Splits the process, before it has threads. Returns 0 in the daemon; the
 * parent stays inside until the daemon has ended and then leaves the process
 * with the daemon's exit status. The daemon is config->user when this returns,
 * has no capabilities and starts programs through its parent only. -1 and
 * errno. */
int priv_start(const struct priv_config *config);

/* Starts a worker: its socket (close-on-exec, blocking) and process number.
 * -1 and errno (ENOENT: this installation has no such program). Thread-safe. */
int priv_spawn(enum priv_worker worker, int *fd_r, pid_t *pid_r);
/* Brings this machine down, in a moment: by its own shutdown program, or where
 * there is none at once. -1 and errno: EPERM when the hosts are simulated or the
 * parent has no right to. */
enum priv_power { PRIV_REBOOT = 1, PRIV_POWEROFF };
int priv_power(enum priv_power how);
/* Names this machine. -1 and errno: EINVAL for what is no name, ENAMETOOLONG, or
 * as above. */
int priv_hostname(const char *name);
/* SIGKILL, for a worker that hangs. Does nothing to a process that is not one
 * of the parent's workers. */
int priv_kill(pid_t pid);

#endif

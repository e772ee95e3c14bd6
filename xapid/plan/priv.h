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

enum priv_worker {
	PRIV_DOMAIN_SIMULATOR,
	PRIV_DOMAIN_LIBXL,
	PRIV_DOMAIN_WATCH,
	PRIV_STORAGE,
	PRIV_NETWORK,
	PRIV_CONSOLE,
	PRIV_WORKERS
};

/* Splits the process, before it has threads. Returns 0 in the daemon; the
 * parent stays inside until the daemon has ended and then leaves the process
 * with the daemon's exit status. state_dir: handed to workers; real: they work
 * on this machine and not on a simulated one. -1 and errno. */
int priv_start(const char *state_dir, bool real);

/* Starts a worker: its socket (close-on-exec, blocking) and process number.
 * -1 and errno (ENOENT: this installation has no such program). Thread-safe. */
int priv_spawn(enum priv_worker worker, int *fd_r, pid_t *pid_r);
/* SIGKILL, for a worker that hangs. Does nothing to a process that is not one
 * of the parent's workers. */
int priv_kill(pid_t pid);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that the parent runs for the daemon: the password helper, plugins,
 * extensions and a few of the system's. */
#ifndef XAPID_MAIN_RUN_H
#define XAPID_MAIN_RUN_H

#include <stdbool.h>

#include "plan/priv_private.h"

/* Checks what is asked for and starts it; fds are PRIV_RUN_FDS descriptors and
 * stay the caller's. The end whose other side gets the status, or -1 and errno:
 * EPERM for a program that is none of ours. */
int run_program(const struct priv_config *config,
    const struct priv_request *request, const int *fds, pid_t *pid_r);
/* A child was reaped; true when it was one of these. */
bool run_reaped(pid_t pid, int status);
/* False: it is none of these. */
bool run_kill(pid_t pid);
void run_kill_all(void);

#endif

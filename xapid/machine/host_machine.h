/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of hosts that are matters of their machine. */
#ifndef XAPID_HOST_MACHINE_H
#define XAPID_HOST_MACHINE_H

#include "call/call.h"

/* Carries a setting of machine.c out where hosts are real, with words, NULL at
 * the end, of parameters; a simulated machine is its record. For blocking
 * handlers. 0, or -1 with OPERATION_NOT_ALLOWED for what this machine cannot,
 * INTERNAL_ERROR for what it failed at. */
int host_machine(struct call *c, const char *setting,
    const char *const words[]);
/* The same where no call asks for it: what went wrong is logged. */
void host_machine_log(struct core *core, const char *setting, const char *word);

#endif

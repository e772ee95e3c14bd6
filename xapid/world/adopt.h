/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* At start: what runs is the truth, and the records follow. */
#ifndef XAPID_ADOPT_H
#define XAPID_ADOPT_H

#include "call/core.h"

/* Asks the worker which domains there are. A VM that is said to run and has no
 * domain is halted; a domain that belongs to no VM is destroyed. VMs with a
 * plan under way are left to it. fresh: the pool was made this minute, and a
 * simulated VM that is said to run gets its domain. -1: logged. */
int adopt_domains(struct core *core, bool fresh);

#endif

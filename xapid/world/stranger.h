/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains that the toolstack did not make: no VM has their uuid. */
#ifndef XAPID_STRANGER_H
#define XAPID_STRANGER_H

#include "call/core.h"

/* In a simulated world there are none by right. */
void stranger_destroy(struct core *core, const char *uuid);
/* A VM with what the domain has: memory, processors, disks, interfaces. The
 * domain is not touched. */
void stranger_adopt(struct core *core, const char *uuid);

#endif

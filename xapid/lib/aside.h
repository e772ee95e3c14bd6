/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A process beside this one, split off to keep rights that this one gives up. */
#ifndef XAPID_LIB_ASIDE_H
#define XAPID_LIB_ASIDE_H

#include <sys/types.h>

/* As fork(), before there are threads: *line_r is its end of a line of packets
 * between the two. In the new process, which is called name, that is the only
 * descriptor above 2; it is to end when the line does. -1 and errno: there is
 * none. */
pid_t aside_split(const char *name, int *line_r);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a thread tells the kernel's scheduler of itself. Both are hints, and
 * for good. */
#ifndef XAPID_LIB_TURN_H
#define XAPID_LIB_TURN_H

/* It wakes often and works for microseconds: its turn is to come soon, and may
 * be short (Linux 6.12 and newer). Threads it starts are the same. */
void turn_quick(void);
/* It works for long, and others come first. */
void turn_patient(void);

#endif

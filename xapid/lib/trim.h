/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_LIB_TRIM_H
#define XAPID_LIB_TRIM_H

/* Gives back what only the start of a process needed: memory that was freed,
 * and the pages of programs and libraries, which come back when they are used
 * again. */
void trim_memory(void);

#endif

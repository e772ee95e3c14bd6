/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a thread tells the kernel's scheduler of itself: hints only. */
#ifndef XAPID_LIB_TURN_H
#define XAPID_LIB_TURN_H

/* It works for long, and others come first. For good. */
void turn_patient(void);
/* Each time that it wakes it works for microseconds only: its turn is to come
 * soon, and may be short (Linux 6.12 and newer). For who waits for one after
 * the other; who serves many would wake for each of them alone. */
void turn_quick(void);
/* No longer. Costs nothing where it was not. */
void turn_usual(void);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the daemon and the program that carries settings of a real machine
 * out:
 *
 *	xapid-machine SETTING [WORD]...
 *
 * as in machine.c's table. It answers by its exit status, says in one line on
 * standard output why not, and there, too, what was asked for. */
#ifndef XAPID_MACHINE_PROGRAM_H
#define XAPID_MACHINE_PROGRAM_H

#define MACHINE_PROGRAM "xapid-machine"
#define MACHINE_DEADLINE_MS 60000
#define MACHINE_WORDS 40 /* at most */

enum { MACHINE_DONE = 0, MACHINE_REFUSED = 1, MACHINE_BROKEN = 2 };

#endif

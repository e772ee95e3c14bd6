/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the daemon and the program that asks PAM.
 *
 *	xapid-pam check    reads "user" NUL "password" NUL
 *	xapid-pam change   reads "user" NUL "old" NUL "new" NUL
 *
 * from standard input, answers by its exit status, and says in one line on
 * standard output why not. */
#ifndef XAPID_PAM_PROGRAM_H
#define XAPID_PAM_PROGRAM_H

#define PAM_PROGRAM "xapid-pam"
#define PAM_INPUT_MAX 2048 /* bytes of all texts */
#define PAM_DEADLINE_MS 10000

enum { PAM_YES = 0, PAM_NO = 1, PAM_BROKEN = 2 };

#endif

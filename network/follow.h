/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses of the host that come, change and go are told as they do, by the
 * event "addresses". */
#ifndef XAPID_FOLLOW_H
#define XAPID_FOLLOW_H

/* Before system calls are taken away: -1 and errno. */
int follow_open(void);
/* Begins to tell, on a thread of its own. */
int follow_start(void);

#endif

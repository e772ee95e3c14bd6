/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which programs have logged in since the daemon was started, by what they call
 * themselves: "XenCenter/8.2" -> XenCenter, 8.2. */
#ifndef XAPID_USER_AGENTS_H
#define XAPID_USER_AGENTS_H

/* At most 128 names, each with the version seen last; any thread. */
void user_agents_note(const char *agent);

#endif

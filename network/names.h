/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name servers of this host. */
#ifndef XAPID_NAMES_H
#define XAPID_NAMES_H

/* servers: addresses with commas or blanks; other words are passed over, and
 * without any nothing changes. Where systemd-resolved or resolvconf keep the
 * file they are told. -1 and errno. */
int names_set(const char *interface, const char *servers);
/* The same in a file that is nobody's: its other lines stay. */
int names_write(const char *path, const char *servers);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database that comes over the wire in the place of the one in use: it is
 * received, checked and laid ready (PUT /pool/xmldbdump); the daemon ends as in
 * a crash, which costs nothing that was answered, is started again by its
 * parent, and finds it before it opens anything. */
#ifndef XAPID_RESTORE_H
#define XAPID_RESTORE_H

#include <stddef.h>

/* At start: puts what lies ready in the place of the database at path. -1: a
 * sentence in err; the old one is still in its place. */
int restore_finish(const char *path, char *err, size_t err_size);

#endif

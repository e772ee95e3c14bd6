/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text as the two wire formats write it. What needs no escape is copied eight
 * bytes at a time: nearly all text is of that kind, and escaping is most of
 * what an encoder does. */
#ifndef XAPID_RPC_ESCAPE_H
#define XAPID_RPC_ESCAPE_H

#include "lib/bytes.h"

/* & < > " become entities; control characters but tab, line feed and carriage
 * return are dropped. */
void escape_xml(struct bytes *out, const char *s);
/* With its quotes; " \ and control characters are escaped. */
void escape_json(struct bytes *out, const char *s);

#endif

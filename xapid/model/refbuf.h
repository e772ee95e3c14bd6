/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Storage of derived reference sets (VM.VBDs): a shared, growing array of
 * which each record sees a prefix of its own length. Appending writes behind
 * everybody's prefix, so adding the ten-thousandth disk to an SR copies
 * nothing; removing copies. Only the database's writer appends or removes;
 * readers hold a record and look at its prefix. */
#ifndef XAPID_REFBUF_H
#define XAPID_REFBUF_H

#include "model/model.h"

/* s with r appended. The result holds one reference to its storage (s keeps
 * its own). -1: no memory. */
int refbuf_append(const struct set *s, struct ref r, struct set *out_r);
/* s without r (the first one equal); as above. */
int refbuf_remove(const struct set *s, struct ref r, struct set *out_r);
/* While a database is loaded and nobody reads: append in place. */
int refbuf_push(struct set *s, struct ref r);
void refbuf_ref(const struct set *s); /* empty sets have no storage */
void refbuf_unref(const struct set *s);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by tx*.c. All with the writer lock. */
#ifndef XAPID_TX_PRIVATE_H
#define XAPID_TX_PRIVATE_H

#include "db/db_private.h"

/* ---- tx.c ---- */
/* The transaction has failed: -1, and it commits nothing any more. */
int tx_fail_nomem(struct tx *t);
int tx_fail_handle(struct tx *t, int cls, struct ref ref);
/* The head of a row, for the writer: it stays until the transaction ends. */
const struct record *tx_lend(struct tx *t, struct row *row);

/* ---- tx_change.c ---- */
/* Makes `after` (taken over; NULL: gone) the head of a row. */
int tx_change_head(struct tx *t, struct row *row, struct record *after);
/* Field f of object `self` went from old to new_ (either may be NULL): the
 * other side of the relation follows. */
int tx_derive(struct tx *t, const struct field *f, struct ref self,
    const void *old, const void *new_);
/* The next start, and every client, can read this value. */
int tx_check_text(struct tx *t, const struct field *f, const void *mem);
/* References must exist and must not be the object itself. */
int tx_check_refs(struct tx *t, const struct field *f, int cls, struct ref self,
    const void *mem);

/* ---- tx_object.c ---- */
/* A row that was made by a transaction which is taken back. */
void tx_row_forget(struct db *db, struct row *row);

#endif

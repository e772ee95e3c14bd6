/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blobs: rows of class blob, content in blob_store.c, transfer in
 * blob_http.c. */
#ifndef XAPID_BLOB_H
#define XAPID_BLOB_H

#include "call/call.h"

/* Whether it may stand in a Content-Type header: type/subtype, perhaps with
 * parameters, in printable ASCII. */
bool blob_mime_type_ok(const char *text);
/* Bytes that blobs of an owner take, `except` not counted. -1: no memory. */
int64_t blob_owner_bytes(struct db *db, const char *owner, struct ref except);
/* Destroys the row; its content goes with the next sweep or at once by
 * blob_store_remove after the commit. */
void blob_destroy_row(struct tx *t, struct ref blob);

#endif

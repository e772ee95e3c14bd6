/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contents of blobs: one file a blob, named by its reference, in
 * state_dir/blobs. A file is either the old content or the new one, also after
 * a power loss. */
#ifndef XAPID_BLOB_STORE_H
#define XAPID_BLOB_STORE_H

#include "call/core.h"

/* The content, open for reading, and its size. -1 and errno: ENOENT when
 * nothing was ever stored. */
int blob_store_open(const struct core *core, struct ref blob, int64_t *size_r);
/* Removes the content, if there is one. */
void blob_store_remove(const struct core *core, struct ref blob);

/* New content on its way. */
struct blob_writer {
	struct ref blob;
	int dir, fd;
	char path[4096], part[4096]; /* where it goes; where it is meanwhile */
};
/* -1 and errno: EBUSY while another writer is at this blob, ENOSPC when less
 * than a reserve for the database would be left with `size` bytes more. */
int blob_store_begin(const struct core *core, struct ref blob, int64_t size,
    struct blob_writer *w);
int blob_store_write(struct blob_writer *w, const void *buf, size_t len);
/* Makes it the blob's content, durably. -1 and errno, and the old one stays.
 * The writer is gone in any case. */
int blob_store_finish(struct blob_writer *w);
void blob_store_abandon(struct blob_writer *w);

#endif

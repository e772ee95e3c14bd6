/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replies made smaller for clients that ask, piece by piece. */
#ifndef XAPID_RPC_COMPRESS_H
#define XAPID_RPC_COMPRESS_H

#include <stdbool.h>

#include "lib/bytes.h"

enum compress_kind { COMPRESS_NONE, COMPRESS_GZIP, COMPRESS_ZSTD };

/* What an Accept-Encoding allows (NULL: nothing); zstd before gzip. */
enum compress_kind compress_choose(const char *accept);
/* For Content-Encoding. */
const char *compress_name(enum compress_kind kind);

struct compress;
/* kind is not COMPRESS_NONE. NULL: no memory. */
struct compress *compress_new(enum compress_kind kind);
void compress_free(struct compress *c); /* NULL is fine */
/* Appends to out; end: nothing will follow. 0, or -1: no memory. */
int compress_run(struct compress *c, const void *p, size_t n, bool end,
    struct bytes *out);

#endif

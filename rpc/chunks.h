/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of a request in chunks (RFC 9112 section 7.1), as it arrives, read
 * as strictly as a head is: every line ends with CR LF. Extensions and trailers
 * are bounded, and mean nothing. */
#ifndef XAPID_RPC_CHUNKS_H
#define XAPID_RPC_CHUNKS_H

#include "lib/bytes.h"

struct chunks {          /* all zero at first */
	int at;          /* what comes next */
	size_t left;     /* of this chunk's data */
	unsigned digits; /* of its size */
	unsigned beside; /* bytes of its extension, or of all trailers */
};

/* More is to come; the body has ended; it is malformed, and the connection
 * ends. */
enum chunks_status { CHUNKS_MORE, CHUNKS_END, CHUNKS_BAD };

/* Appends the data in p[0..n) to out; *used_r are the bytes that belong to the
 * body, all of them unless it ends. */
enum chunks_status chunks_read(struct chunks *k, const char *p, size_t n,
    size_t *used_r, struct bytes *out);

#endif

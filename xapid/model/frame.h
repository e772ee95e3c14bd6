/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages between our processes, over any stream of bytes:
 *
 *   u32 length of what follows, u32 type, u64 task, u32 step, body
 *
 * little endian; the body is a value tree in its binary form. (task, step)
 * names one step of one plan: a worker that sees a request twice answers the
 * second time from memory. The receiver bounds and checks everything, also
 * when the sender is ours. */
#ifndef XAPID_FRAME_H
#define XAPID_FRAME_H

#include "lib/bytes.h"
#include "model/value.h"

#define FRAME_MAX_BYTES ((size_t)16 << 20)
#define FRAME_MAX_NODES ((size_t)200000)

enum frame_type {
	FRAME_REQUEST = 1, /* body: struct with "op" and its arguments */
	FRAME_REPLY,       /* body: the result */
	FRAME_ERROR,       /* body: array of strings, code and parameters */
	FRAME_EVENT,       /* from a worker on its own; task and step are 0 */
	FRAME_CANCEL,      /* of the request with this task and step */
	FRAME_PROGRESS,    /* of it, while it runs; body: double, 0 … 1 */
};

struct frame {
	enum frame_type type;
	uint64_t task;
	uint32_t step;
	struct value body; /* in the arena it was read into */
};

/* Appends; out->failed when there is no memory. */
void frame_pack(const struct frame *f, struct bytes *out);

/* Bytes that have arrived and are not yet a whole frame. */
struct frame_reader {
	struct bytes in;
	size_t taken; /* of in, by frames already given out */
};

/* Also of a reader that is all zero. */
void frame_reader_free(struct frame_reader *r);
/* Reads once from fd. 1: something came; 0: nothing there now (nonblocking);
 * -1: the other side is gone, or errno. */
int frame_read(struct frame_reader *r, int fd);
/* The next whole frame. 1: there is one; 0: not yet; -1: what came is no
 * frame (EBADMSG) or no memory: close the connection. */
int frame_next(struct frame_reader *r, struct arena *a, struct frame *f);

#endif
